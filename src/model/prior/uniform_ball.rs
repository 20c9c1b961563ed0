//! Uniform in a ball around 0, with an edge that falls off as a Gaussian: without the edge, every posterior that
//! reaches outside the ball would have an infinite KL.

use super::radial::{Energy, Radial};
use super::{Density, Prior};
use crate::model::posterior::Distribution;
use crate::model::{Layout, Pass};
use burn::tensor::Tensor;

/// The prior that is uniform in a ball.
pub struct UniformBall(Radial<Edge>);

/// The energy E(r) = ½·(max(0, r − R)/τ)², with R the ball's radius and τ the width of its edge.
#[derive(Clone)]
struct Edge {
    radius: f64,
    width: f64,
}

impl UniformBall {
    pub fn new(layout: &mut Layout, radius: f64, edge: f64) -> Self {
        Self(Radial::new(Edge { radius, width: edge }, layout.plan.latent, radius + 8.0 * edge))
    }
}

impl Energy for Edge {
    fn at(&self, r: f64) -> f64 {
        0.5 * ((r - self.radius).max(0.0) / self.width).powi(2)
    }

    fn of(&self, r: Tensor<2>) -> Tensor<2> {
        ((r - self.radius).clamp_min(0.0) / self.width).square() * 0.5
    }
}

impl Prior for UniformBall {
    fn at(&self, _pass: &Pass, _posteriors: &dyn Fn() -> Box<dyn Distribution>) -> Box<dyn Density> {
        Box::new(self.0.clone())
    }
}
