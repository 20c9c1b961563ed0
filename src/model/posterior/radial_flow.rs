//! Radial flows (Rezende & Mohamed 2015, section 4.1): each step pushes z away from a centre c or draws it in. The
//! encoder gives the base Gaussian, and c, α and β of each step.

use super::flow::{Flow, Step, parts};
use super::{Distribution, Posterior, repeat};
use crate::kernels::softplus;
use crate::model::{Layout, Pass};
use burn::tensor::Tensor;

/// The family.
pub struct RadialFlow {
    latent: usize,
    length: usize,
}

impl RadialFlow {
    pub fn new(layout: &mut Layout, length: usize) -> Self {
        Self { latent: layout.plan.latent, length }
    }
}

impl Posterior for RadialFlow {
    fn distribution(&self, _pass: &Pass, output: Tensor<2>) -> Box<dyn Distribution> {
        let widths = [self.latent, 1, 1].repeat(self.length);
        let (base, numbers) = parts(output, self.latent, &widths);
        let steps = numbers.chunks(3).map(|numbers| {
            let [centre, alpha, beta] = numbers else { unreachable!("chunks of three") };
            let alpha = softplus(alpha.clone()) + 1e-3;
            // β > −α keeps the step invertible (appendix A.2).
            let beta = softplus(beta.clone()) - alpha.clone();
            Box::new(Radial { centre: centre.clone(), alpha, beta }) as Box<dyn Step>
        });
        Box::new(Flow { base, steps: steps.collect() })
    }
}

/// f(z) = z + β·(z − c)/(α + r), r = |z − c|.
struct Radial {
    /// `B × latent`.
    centre: Tensor<2>,
    /// `B × 1`.
    alpha: Tensor<2>,
    beta: Tensor<2>,
}

impl Radial {
    /// z − c, r, α and β, by row.
    fn around(&self, z: Tensor<2>) -> [Tensor<2>; 4] {
        let rows = z.dims()[0];
        let from_centre = z - repeat(self.centre.clone(), rows);
        // The root has no slope at 0.
        let radius = (from_centre.clone().square().sum_dim(1) + 1e-12).sqrt();
        [from_centre, radius, repeat(self.alpha.clone(), rows), repeat(self.beta.clone(), rows)]
    }
}

impl Step for Radial {
    /// The determinant is (1 + βh)^(d−1)·(1 + αβh²) with h = 1/(α + r).
    fn forward(&self, z: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let [rows, latent] = z.dims();
        let [from_centre, radius, alpha, beta] = self.around(z.clone());
        let h = (alpha.clone() + radius).recip();
        let push = beta.clone() * h.clone();
        let across = push.clone().log1p() * (latent as f64 - 1.0);
        let along = (alpha * beta * h.square()).log1p();
        (z + from_centre * push, (across + along).reshape([rows]))
    }

    /// r solves r + βr/(α + r) = |f(z) − c|, a quadratic.
    fn inverse(&self, z: Tensor<2>) -> Tensor<2> {
        let rows = z.dims()[0];
        let [from_centre, pushed, alpha, beta] = self.around(z);
        let half = (pushed.clone() - alpha.clone() - beta.clone()) * 0.5;
        let radius = half.clone() + (half.square() + alpha.clone() * pushed).sqrt();
        let factor = (beta / (alpha + radius) + 1.0).recip();
        from_centre * factor + repeat(self.centre.clone(), rows)
    }

    fn detached(&self) -> Box<dyn Step> {
        let [centre, alpha, beta] = [&self.centre, &self.alpha, &self.beta].map(|t| t.clone().detach());
        Box::new(Self { centre, alpha, beta })
    }
}
