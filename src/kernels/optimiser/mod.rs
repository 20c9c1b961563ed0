//! First-order optimisers. Each rule is written once, as one step of one parameter; the CPU's loop
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

/// A first-order update rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Stochastic gradient descent with momentum.
    Sgd,
    /// Adam and AdamW.
    Adam,
    /// Adagrad (Duchi, Hazan & Singer 2011).
    Adagrad,
    /// RMSProp (Tieleman & Hinton 2012), with momentum.
    RmsProp,
}

/// The constants of one step, worked out on the host. A rule uses only some of them.
#[derive(CubeLaunch, CubeType, Clone, Copy, Debug)]
pub struct Constants {
    /// Decay of the velocity, or of the running mean of gradients.
    pub momentum: f32,
    /// Weight of a new gradient in the running mean of gradients.
    pub gradient_weight: f32,
    /// Decay of the running mean of squared gradients.
    pub decay: f32,
    /// Weight of a new squared gradient in the running mean of squares.
    pub square_weight: f32,
    /// ε, added to the root of the squares.
    pub epsilon: f32,
    /// The learning rate η, divided by the bias correction of the mean of gradients where the rule has one.
    pub rate: f32,
    /// Factor that corrects the bias of the mean of squares: 1/(1 − β₂ᵗ) in Adam.
    pub square_correction: f32,
    /// Factor by which weight decay shrinks a parameter in a step: 1 − ηλ.
    pub keep: f32,
}

/// One step of an optimiser.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// The update rule.
    pub rule: Rule,
    /// The constants of the rule in this step.
    pub constants: Constants,
}

/// A parameter after a step, with the moments that belong to it. A rule with one moment does not set the second.
#[derive(CubeType, Clone, Copy)]
pub struct Moved {
    /// The parameter θ.
    pub parameter: f32,
    /// The first moment in [`Rule::moments`].
    pub first: f32,
    /// The second moment in [`Rule::moments`].
    pub second: f32,
}

/// One step of one parameter and its moments, down its gradient.
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

    /// The names of the moments that the rule keeps for each parameter. All begin at 0.
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
    /// Constants of a rule without moments, decay or bias correction.
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
