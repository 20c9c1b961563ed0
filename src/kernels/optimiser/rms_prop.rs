//! RMSProp (Tieleman & Hinton 2012) with momentum.

use super::{Constants, Moved};
use cubecl::prelude::*;

pub const MOMENTS: &[&str] = &["square_mean", "velocity"];

/// The constants of a step at learning rate η = `rate`.
pub fn constants(rate: f64, decay: f64, epsilon: f64, momentum: f64) -> Constants {
    Constants {
        momentum: momentum as f32,
        decay: decay as f32,
        square_weight: (1.0 - decay) as f32,
        epsilon: epsilon as f32,
        ..Constants::plain(rate)
    }
}

/// s ← ρs + (1 − ρ)g², v ← μv + g/(√s + ε), θ ← θ − ηv.
#[cube]
#[inline(always)]
pub fn step(parameter: f32, squares: f32, velocity: f32, gradient: f32, constants: &Constants) -> Moved {
    let squares = squares * constants.decay + gradient * gradient * constants.square_weight;
    let velocity = velocity * constants.momentum + gradient / (squares.sqrt() + constants.epsilon);
    Moved { parameter: parameter - velocity * constants.rate, first: squares, second: velocity }
}
