//! First-order optimisers. Each rule is written once, as what one step does to one parameter: the CPU's loop
//! ([`cpu::update`](super::cpu::update)) and the GPU's kernel ([`gpu::update`](super::gpu::update)) call the same
//! function.

mod adagrad;
mod adam;
mod rms_prop;
mod sgd;
#[cfg(test)]
pub(super) mod tests;

use crate::experiment::Optimiser;
use cubecl::prelude::*;

/// A first-order rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Stochastic gradient descent with momentum.
    Sgd,
    /// Adam and AdamW.
    Adam,
    /// Duchi, Hazan & Singer 2011.
    Adagrad,
    /// Tieleman & Hinton 2012, with momentum.
    RmsProp,
}

/// The numbers of one step, made ready; a rule uses those that it has.
#[derive(CubeLaunch, CubeType, Clone, Copy, Debug)]
pub struct Constants {
    /// The share of the velocity, or of the mean of gradients, that a step keeps.
    pub momentum: f32,
    /// The weight of a new gradient in the mean of gradients.
    pub gradient_weight: f32,
    /// The share of the mean of squares that a step keeps.
    pub decay: f32,
    /// The weight of a new square in the mean of squares.
    pub square_weight: f32,
    /// Added to the root of the squares.
    pub epsilon: f32,
    /// η, with the correction of the mean of gradients where there is one.
    pub rate: f32,
    /// The correction of the mean of squares.
    pub square_correction: f32,
    /// The factor by which weight decay shrinks a parameter in a step.
    pub keep: f32,
}

/// One step of a rule.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// How a parameter follows its gradient.
    pub rule: Rule,
    /// Its numbers.
    pub constants: Constants,
}

/// A parameter after a step, and its moments; a rule with one moment leaves the second alone.
#[derive(CubeType, Clone, Copy)]
pub struct Moved {
    /// θ.
    pub parameter: f32,
    /// The first of the rule's moments, as [`Rule::moments`] lists them.
    pub first: f32,
    /// The second.
    pub second: f32,
}

/// One step of one parameter with its moments, down its gradient.
#[cube]
#[inline(always)]
pub fn step(
    #[comptime] rule: Rule,
    parameter: f32,
    first: f32,
    second: f32,
    gradient: f32,
    constants: &Constants,
) -> Moved {
    match rule {
        Rule::Sgd => sgd::step(parameter, first, second, gradient, constants),
        Rule::Adam => adam::step(parameter, first, second, gradient, constants),
        Rule::Adagrad => adagrad::step(parameter, first, second, gradient, constants),
        Rule::RmsProp => rms_prop::step(parameter, first, second, gradient, constants),
    }
}

impl Rule {
    /// The rule of an experiment's optimiser.
    pub fn of(optimiser: Optimiser) -> Self {
        match optimiser {
            Optimiser::Sgd { .. } => Self::Sgd,
            Optimiser::Adam { .. } | Optimiser::AdamW { .. } => Self::Adam,
            Optimiser::Adagrad { .. } => Self::Adagrad,
            Optimiser::RmsProp { .. } => Self::RmsProp,
        }
    }

    /// What its moments are called; they begin at 0.
    pub fn moments(self) -> &'static [&'static str] {
        match self {
            Self::Sgd => sgd::MOMENTS,
            Self::Adam => adam::MOMENTS,
            Self::Adagrad => adagrad::MOMENTS,
            Self::RmsProp => rms_prop::MOMENTS,
        }
    }
}

impl Constants {
    /// Of a rule without moments, decay or correction.
    fn plain(rate: f64) -> Self {
        Self {
            momentum: 0.0,
            gradient_weight: 1.0,
            decay: 0.0,
            square_weight: 1.0,
            epsilon: 0.0,
            rate: rate as f32,
            square_correction: 1.0,
            keep: 1.0,
        }
    }
}

impl Step {
    /// Step number `count` (from 1) of an experiment's optimiser at learning rate `rate`.
    pub fn new(optimiser: Optimiser, rate: f64, count: u64) -> Self {
        let constants = match optimiser {
            Optimiser::Sgd { momentum } => sgd::constants(rate, momentum),
            Optimiser::Adam { beta1, beta2, epsilon } => adam::constants(rate, count, [beta1, beta2], epsilon, 0.0),
            Optimiser::AdamW { beta1, beta2, epsilon, weight_decay } => {
                adam::constants(rate, count, [beta1, beta2], epsilon, weight_decay)
            }
            Optimiser::Adagrad { epsilon } => adagrad::constants(rate, epsilon),
            Optimiser::RmsProp { decay, epsilon, momentum } => rms_prop::constants(rate, decay, epsilon, momentum),
        };
        Self { rule: Rule::of(optimiser), constants }
    }
}
