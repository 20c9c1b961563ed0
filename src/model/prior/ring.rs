//! A ring around 0: the distance from 0 is near R, the direction is free. In one dimension, two bumps at ±R.

use super::radial::{Energy, Radial};
use super::{Density, Prior};
use crate::model::posterior::Distribution;
use crate::model::{Layout, Pass};
use burn::tensor::Tensor;

/// The ring prior.
pub struct Ring(Radial<Circle>);

/// The energy E(r) = ½·((r − R)/τ)², with R the ring's radius and τ its width.
#[derive(Clone)]
struct Circle {
    radius: f64,
    width: f64,
}

impl Ring {
    pub fn new(layout: &mut Layout, radius: f64, width: f64) -> Self {
        Self(Radial::new(Circle { radius, width }, layout.plan.latent, radius + 8.0 * width))
    }
}

impl Energy for Circle {
    fn at(&self, r: f64) -> f64 {
        0.5 * ((r - self.radius) / self.width).powi(2)
    }

    fn of(&self, r: Tensor<2>) -> Tensor<2> {
        ((r - self.radius) / self.width).square() * 0.5
    }
}

impl Prior for Ring {
    fn at(&self, _pass: &Pass, _posteriors: &dyn Fn() -> Box<dyn Distribution>) -> Box<dyn Density> {
        Box::new(self.0.clone())
    }
}
