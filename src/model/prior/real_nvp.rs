//! RealNVP (Dinh, Sohl-Dickstein & Bengio 2017): z is transformed to ε ~ N(0, I) by affine couplings, each of which
//! scales and shifts every other dimension by functions of the remaining ones.

use super::{Density, LatentNoise, Prior};
use crate::experiment::Activation;
use crate::model::dense::{Dense, Mlp, MlpAt};
use crate::model::posterior::Distribution;
use crate::model::{Initial, Layout, Pass};
use burn::tensor::Tensor;

/// The largest absolute value of a log scale.
const LOG_SCALE_MAX: f64 = 3.0;

/// The family of RealNVP priors.
pub struct RealNvp {
    latent: usize,
    /// One network with a hidden layer per coupling, to a log scale and a shift for each dimension.
    blocks: Vec<Mlp>,
}

impl RealNvp {
    /// Declare the parameters. Couplings start near the identity, and so p(z) near N(0, I).
    pub fn new(layout: &mut Layout, blocks: usize, hidden: usize) -> Self {
        let latent = layout.plan.latent;
        let specs = &mut *layout.specs;
        let mut block = |number: usize| {
            let name = |part: &str| format!("prior.block.{number}.{part}");
            let spread = specs.spread((latent, hidden), Activation::Tanh);
            let first = Dense::new(specs, &name("in"), [latent, hidden], spread);
            let small = Initial::Normal { sigma: 0.01 };
            Mlp::new(vec![first, Dense::new(specs, &name("out"), [hidden, 2 * latent], small)], Activation::Tanh)
        };
        Self { latent, blocks: (0..blocks).map(&mut block).collect() }
    }
}

impl Prior for RealNvp {
    fn at(&self, pass: &Pass, _posteriors: &dyn Fn() -> Box<dyn Distribution>) -> Box<dyn Density> {
        let device = pass.parameters[0].device().without_autodiff();
        let couplings = self.blocks.iter().enumerate().map(|(number, block)| {
            let moved: Vec<f32> = (0..self.latent).map(|i| f32::from((i + number).is_multiple_of(2))).collect();
            Coupling { moved: Tensor::<1>::from_floats(moved.as_slice(), &device).unsqueeze(), network: block.at(pass) }
        });
        Box::new(Flow(couplings.collect()))
    }
}

/// One coupling z ↦ e^s⊙z + t on the entries where `moved` is 1, with s and t functions of the other entries.
struct Coupling {
    /// 1 at the entries that the coupling changes, 0 elsewhere; `1 × latent`.
    moved: Tensor<2>,
    network: MlpAt,
}

impl Coupling {
    /// s and t, from z or from its image: both have the same entries where the network reads them. s and t are 0 where
    /// `moved` is 0.
    fn scale_and_shift(&self, z: Tensor<2>) -> [Tensor<2>; 2] {
        let latent = z.dims()[1];
        let read = z * (self.moved.clone().neg() + 1.0);
        let output = self.network.forward_given(read, None);
        let [scale, shift] = output.split(latent, 1).try_into().expect("two halves");
        let scale = (scale / LOG_SCALE_MAX).tanh() * LOG_SCALE_MAX;
        [scale * self.moved.clone(), shift * self.moved.clone()]
    }
}

/// The transformation of z to ε: the couplings in order.
struct Flow(Vec<Coupling>);

impl Density for Flow {
    fn log_prob(&self, z: Tensor<2>) -> Tensor<1> {
        let [rows, latent] = z.dims();
        let mut epsilon = z;
        let mut log_determinant = epsilon.zeros_like();
        for coupling in &self.0 {
            let [scale, shift] = coupling.scale_and_shift(epsilon.clone());
            epsilon = epsilon * scale.clone().exp() + shift;
            log_determinant = log_determinant + scale;
        }
        let constant = 0.5 * latent as f64 * std::f64::consts::TAU.ln();
        (epsilon.square() * -0.5 + log_determinant).sum_dim(1).reshape([rows]) - constant
    }

    fn draw(&self, noise: LatentNoise) -> Tensor<2> {
        self.0.iter().rev().fold(noise.normal, |z, coupling| {
            let [scale, shift] = coupling.scale_and_shift(z.clone());
            (z - shift) * scale.neg().exp()
        })
    }
}
