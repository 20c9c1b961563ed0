//! Stochastic gradient descent with momentum (Polyak 1964).

use super::{Constants, Moved};
use cubecl::prelude::*;

pub const MOMENTS: &[&str] = &["velocity"];

/// The constants of a step at learning rate η = `rate`.
pub fn constants(rate: f64, momentum: f64) -> Constants {
    Constants { momentum: momentum as f32, ..Constants::plain(rate) }
}

/// v ← μv + g, θ ← θ − ηv.
#[cube]
#[inline(always)]
pub fn step(parameter: f32, velocity: f32, unused: f32, gradient: f32, constants: &Constants) -> Moved {
    let velocity = velocity * constants.momentum + gradient;
    Moved { parameter: parameter - velocity * constants.rate, first: velocity, second: unused }
}
