//! Normalising flows (Rezende & Mohamed 2015): z = f_T ∘ … ∘ f₁(z₀) with z₀ ~ N(μ(x), diag σ²(x)), so that log q(z|x) =
//! log N(z₀; μ, diag σ²) − Σ_t log |det ∂f_t|.

use super::Distribution;
use super::diagonal_gaussian::Normal;
use burn::tensor::Tensor;

/// An invertible map, of one step of a flow or of several, with parameters for each of B images.
pub trait Step {
    /// f(z) and log |det ∂f/∂z| for z `K·B × latent`; the latter has `K·B` entries.
    fn forward(&self, z: Tensor<2>) -> (Tensor<2>, Tensor<1>);

    /// f⁻¹(z), for evaluating densities; not differentiable.
    fn inverse(&self, z: Tensor<2>) -> Tensor<2>;

    /// The map with the gradient stopped at its parameters.
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

/// The encoder's output, divided: the base Gaussian, whose mean and log variance are each `latent` wide, and the rest.
pub fn base_and_rest(output: Tensor<2>, latent: usize) -> (Normal, Tensor<2>) {
    let [images, outputs] = output.dims();
    let columns = |from, to| output.clone().slice([0..images, from..to]);
    let base = Normal { mean: columns(0, latent), log_variance: columns(latent, 2 * latent) };
    (base, columns(2 * latent, outputs))
}

/// The encoder's numbers, which are those of each step one after another, divided into parts `B × steps × width`.
pub fn parts_of_steps<const N: usize>(numbers: Tensor<2>, widths: [usize; N]) -> [Tensor<3>; N] {
    let [images, all] = numbers.dims();
    let of_step: usize = widths.iter().sum();
    let numbers = numbers.reshape([images, all / of_step, of_step]);
    let mut from = 0;
    widths.map(|width| {
        from += width;
        numbers.clone().narrow(2, from - width, width)
    })
}

/// One step's part, `B × width`, of those of all steps, `B × steps × width`.
pub fn of_step(steps: &Tensor<3>, step: usize) -> Tensor<2> {
    steps.clone().narrow(1, step, 1).squeeze_dim(1)
}
