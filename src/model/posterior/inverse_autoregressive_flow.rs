//! Inverse autoregressive flow (Kingma et al. 2016): each block moves every dimension by what the dimensions before it
//! are, through a masked network (MADE: Germain et al. 2015), so that the Jacobian is triangular. The encoder gives the
//! base Gaussian and a context that all blocks read; the blocks' weights are the posterior's own.

use super::flow::{Flow, Step, parts};
use super::{Distribution, Posterior, repeat};
use crate::experiment::Activation;
use crate::model::dense::{Dense, Mlp, MlpAt};
use crate::model::{Layout, Pass};
use burn::tensor::{Tensor, activation::log_sigmoid};

/// Added to a gate's logit: blocks begin near the identity (section 4 of the paper).
const OPEN: f64 = 1.5;

/// The family.
pub struct InverseAutoregressiveFlow {
    latent: usize,
    hidden: usize,
    /// One hidden layer each, to a mean and a gate for each dimension.
    blocks: Vec<Mlp>,
}

impl InverseAutoregressiveFlow {
    pub fn new(layout: &mut Layout, blocks: usize, hidden: usize) -> Self {
        let latent = layout.plan.latent;
        let specs = &mut *layout.specs;
        let mut block = |number: usize| {
            let mut layer = |part: &str, ends: [usize; 2], next: Activation| {
                let weights = specs.spread(ends.into(), next);
                Dense::new(specs, &format!("posterior.block.{number}.{part}"), ends, weights)
            };
            let first = layer("in", [latent, hidden], Activation::Elu);
            Mlp::new(vec![first, layer("out", [hidden, 2 * latent], Activation::Linear)], Activation::Elu)
        };
        Self { latent, hidden, blocks: (0..blocks).map(&mut block).collect() }
    }

    /// The masks of a block: `latent × hidden` and `hidden × 2·latent`. Dimensions are ranked 0 … d − 1, in every other
    /// block the other way round. A hidden unit of degree k reads the ranks below k; the degrees are 0 … d − 1, so that
    /// some read the context alone. An output of rank r reads the degrees up to r: never itself.
    fn masks(&self, block: usize) -> [Vec<f32>; 2] {
        let d = self.latent;
        let rank = |i: usize| if block.is_multiple_of(2) { i } else { d - 1 - i };
        let degree = |unit: usize| unit % d;
        let reads = (0..d).flat_map(|i| (0..self.hidden).map(move |unit| f32::from(rank(i) < degree(unit))));
        let gives = (0..self.hidden).flat_map(|unit| (0..2 * d).map(move |o| f32::from(degree(unit) <= rank(o % d))));
        [reads.collect(), gives.collect()]
    }
}

impl Posterior for InverseAutoregressiveFlow {
    fn distribution(&self, pass: &Pass, output: Tensor<2>) -> Box<dyn Distribution> {
        let (base, mut context) = parts(output, self.latent, &[self.hidden]);
        let context = context.remove(0);
        let steps = self.blocks.iter().enumerate().map(|(number, block)| {
            let (d, hidden) = (self.latent, self.hidden);
            let device = context.device().without_autodiff();
            let [reads, gives] = self.masks(number).map(|mask| Tensor::<1>::from_floats(mask.as_slice(), &device));
            let masks = [reads.reshape([d, hidden]), gives.reshape([hidden, 2 * d])];
            let step = Block { context: context.clone(), network: block.at(pass).masked(masks) };
            Box::new(step) as Box<dyn Step>
        });
        Box::new(Flow { base, steps: steps.collect() })
    }
}

/// f(z) = g⊙z + (1 − g)⊙m with gates g = sigmoid(s); m and s by the masked network (equation 14).
struct Block {
    /// `B × hidden`.
    context: Tensor<2>,
    network: MlpAt,
}

impl Block {
    /// m and log g, `rows × latent`.
    fn mean_and_gate(&self, z: Tensor<2>) -> [Tensor<2>; 2] {
        let [rows, latent] = z.dims();
        let output = self.network.forward_given(z, Some(repeat(self.context.clone(), rows)));
        let [m, s] = output.split(latent, 1).try_into().expect("two halves");
        [m, log_sigmoid(s + OPEN)]
    }
}

impl Step for Block {
    fn forward(&self, z: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let rows = z.dims()[0];
        let [m, log_gate] = self.mean_and_gate(z.clone());
        let gate = log_gate.clone().exp();
        (m.clone() + gate * (z - m), log_gate.sum_dim(1).reshape([rows]))
    }

    /// Each round gets one rank more right, from the first, which depends on none, to the last.
    fn inverse(&self, z: Tensor<2>) -> Tensor<2> {
        let latent = z.dims()[1];
        (0..latent).fold(z.clone(), |guess, _| {
            let [m, log_gate] = self.mean_and_gate(guess);
            (z.clone() - m.clone()) * log_gate.neg().exp() + m
        })
    }

    fn detached(&self) -> Box<dyn Step> {
        Box::new(Self { context: self.context.clone().detach(), network: self.network.detached() })
    }
}
