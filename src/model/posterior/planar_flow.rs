//! Planar flows (Rezende & Mohamed 2015, section 4.1): each step pushes z apart or together along u, across a plane
//! with normal w. The encoder gives the base Gaussian, and u, w and b of each step.

use super::flow::{Flow, Step, dot, parts};
use super::{Distribution, Posterior, repeat};
use crate::kernels::softplus;
use crate::model::{Layout, Pass};
use burn::tensor::Tensor;

/// The family.
pub struct PlanarFlow {
    latent: usize,
    length: usize,
}

impl PlanarFlow {
    pub fn new(layout: &mut Layout, length: usize) -> Self {
        Self { latent: layout.plan.latent, length }
    }
}

impl Posterior for PlanarFlow {
    fn distribution(&self, _pass: &Pass, output: Tensor<2>) -> Box<dyn Distribution> {
        let widths = [self.latent, self.latent, 1].repeat(self.length);
        let (base, numbers) = parts(output, self.latent, &widths);
        let steps = numbers.chunks(3).map(|numbers| {
            let [u, w, b] = numbers else { unreachable!("chunks of three") };
            Box::new(Planar::new(u.clone(), w.clone(), b.clone())) as Box<dyn Step>
        });
        Box::new(Flow { base, steps: steps.collect() })
    }
}

/// f(z) = z + û·tanh(w·z + b), invertible where w·û > −1.
struct Planar {
    /// û and w, `B × latent`.
    u: Tensor<2>,
    w: Tensor<2>,
    /// `B × 1`.
    b: Tensor<2>,
    /// w·û, `B × 1`.
    stretch: Tensor<2>,
}

impl Planar {
    /// û is u, moved along w so that w·û = softplus(w·u) − 1 (appendix A.1).
    fn new(u: Tensor<2>, w: Tensor<2>, b: Tensor<2>) -> Self {
        let along = dot(&w, &u);
        let stretch = softplus(along.clone()) - 1.0;
        let squares = w.clone().square().sum_dim(1) + 1e-8;
        let u = u + (stretch.clone() - along) * w.clone() / squares;
        Self { u, w, b, stretch }
    }
}

impl Step for Planar {
    fn forward(&self, z: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let rows = z.dims()[0];
        let bend = (dot(&self.w, &z) + repeat(self.b.clone(), rows)).tanh();
        let slope = bend.clone().square().neg() + 1.0;
        let log_determinant = (repeat(self.stretch.clone(), rows) * slope).log1p().reshape([rows]);
        (z + repeat(self.u.clone(), rows) * bend, log_determinant)
    }

    /// a = w·z solves a + w·û·tanh(a + b) = w·f(z), whose left side rises: by bisection.
    fn inverse(&self, z: Tensor<2>) -> Tensor<2> {
        let rows = z.dims()[0];
        let (b, stretch) = (repeat(self.b.clone(), rows), repeat(self.stretch.clone(), rows));
        let target = dot(&self.w, &z);
        let mut low = target.clone() - stretch.clone().abs();
        let mut high = target.clone() + stretch.clone().abs();
        for _ in 0..40 {
            let middle = (low.clone() + high.clone()) * 0.5;
            let short = (middle.clone() + stretch.clone() * (middle.clone() + b.clone()).tanh()).lower(target.clone());
            low = low.mask_where(short.clone(), middle.clone());
            high = middle.mask_where(short, high);
        }
        let bend = ((low + high) * 0.5 + b).tanh();
        z - repeat(self.u.clone(), rows) * bend
    }

    fn detached(&self) -> Box<dyn Step> {
        let [u, w, b, stretch] = [&self.u, &self.w, &self.b, &self.stretch].map(|t| t.clone().detach());
        Box::new(Self { u, w, b, stretch })
    }
}
