//! Normalising flows (Rezende & Mohamed 2015): z = f_T ∘ … ∘ f₁(z₀) with z₀ ~ N(μ(x), diag σ²(x)), so that log q(z|x) =
//! log N(z₀; μ, diag σ²) − Σ_t log |det ∂f_t|.

use super::diagonal_gaussian::Normal;
use super::{Distribution, repeat};
use burn::tensor::Tensor;

/// One invertible step of a flow, with parameters for each of B images.
pub trait Step {
    /// f(z) and log |det ∂f/∂z| for z `K·B × latent`; the latter has `K·B` entries.
    fn forward(&self, z: Tensor<2>) -> (Tensor<2>, Tensor<1>);

    /// f⁻¹(z), for evaluating densities; not differentiable.
    fn inverse(&self, z: Tensor<2>) -> Tensor<2>;

    /// The step with the gradient stopped at its parameters.
    fn detached(&self) -> Box<dyn Step>;
}

/// A diagonal Gaussian transformed by the steps of a flow.
pub struct Flow {
    pub base: Normal,
    pub steps: Vec<Box<dyn Step>>,
}

impl Distribution for Flow {
    fn sample(&self, epsilon: Tensor<2>) -> Tensor<2> {
        self.sample_with_log_prob(epsilon).0
    }

    fn sample_with_log_prob(&self, epsilon: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let (mut z, mut log_prob) = self.base.sample_with_log_prob(epsilon);
        for step in &self.steps {
            let (next, log_determinant) = step.forward(z);
            (z, log_prob) = (next, log_prob - log_determinant);
        }
        (z, log_prob)
    }

    fn log_prob(&self, z: Tensor<2>) -> Tensor<1> {
        let (mut z, mut log_determinants) = (z, None);
        for step in self.steps.iter().rev() {
            z = step.inverse(z);
            let (_, log_determinant) = step.forward(z.clone());
            log_determinants = Some(match log_determinants {
                Some(sum) => log_determinant + sum,
                None => log_determinant,
            });
        }
        let log_prob = self.base.log_prob(z);
        match log_determinants {
            Some(sum) => log_prob - sum,
            None => log_prob,
        }
    }

    fn has_density(&self) -> bool {
        false
    }

    fn detached(&self) -> Box<dyn Distribution> {
        let base =
            Normal { mean: self.base.mean.clone().detach(), log_variance: self.base.log_variance.clone().detach() };
        Box::new(Self { base, steps: self.steps.iter().map(|step| step.detached()).collect() })
    }

    fn mean(&self) -> Tensor<2> {
        self.steps.iter().fold(self.base.mean(), |z, step| step.forward(z).0)
    }

    fn deviation(&self) -> Tensor<2> {
        self.base.deviation()
    }
}

/// The encoder's output, divided: first the base Gaussian's mean and log variance, each `latent` wide, then parts of
/// the given `widths`.
pub fn parts(output: Tensor<2>, latent: usize, widths: &[usize]) -> (Normal, Vec<Tensor<2>>) {
    let rows = output.dims()[0];
    let mut from = 0;
    let mut next = |width: usize| {
        from += width;
        output.clone().slice([0..rows, from - width..from])
    };
    let base = Normal { mean: next(latent), log_variance: next(latent) };
    (base, widths.iter().map(|&width| next(width)).collect())
}

/// The product a·b of each row, `rows × 1`; a is repeated to the number of rows of b.
pub fn dot(a: &Tensor<2>, b: &Tensor<2>) -> Tensor<2> {
    (repeat(a.clone(), b.dims()[0]) * b.clone()).sum_dim(1)
}
