//! Inverse autoregressive flow (Kingma et al. 2016): each block shifts and scales every dimension by functions of the
//! dimensions before it, through a masked network (MADE: Germain et al. 2015), so that the Jacobian is triangular. The
//! encoder gives the base Gaussian and a context that all blocks read; the blocks' weights are parameters of the
//! posterior.

use super::flow::{Flow, Step, base_and_rest};
use super::{Distribution, Posterior, repeat};
use crate::experiment::Activation;
use crate::model::dense::{Dense, Mlp, MlpAt};
use crate::model::{Layout, Pass};
use burn::tensor::{Tensor, activation::log_sigmoid};

/// Added to a gate's logit, so that blocks begin near the identity (Kingma et al. 2016, section 4).
const OPEN: f64 = 1.5;

/// The family of inverse autoregressive flows.
pub struct InverseAutoregressiveFlow {
    latent: usize,
    hidden: usize,
    /// One network with a hidden layer per block, to a mean and a gate for each dimension.
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

    /// The masks of a block: `latent × hidden` and `hidden × 2·latent`. Dimensions have the ranks 0 … d − 1, in reverse
    /// order in every other block. A hidden unit of degree k reads the dimensions of rank below k; the degrees are 0 …
    /// d − 1, so that units of degree 0 read the context alone. The outputs for a dimension of rank r read the hidden
    /// units of degree up to r, and so never depend on that dimension.
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
        let (base, context) = base_and_rest(output, self.latent);
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

/// f(z) = g⊙z + (1 − g)⊙m with gates g = sigmoid(s), where m and s are given by the masked network (Kingma et al. 2016,
/// equation 14).
struct Block {
    /// The context from the encoder, `B × hidden`.
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

    /// f⁻¹(z) by iteration: each round gets the dimensions of one more rank right, beginning with the first, which
    /// depends on no other.
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
