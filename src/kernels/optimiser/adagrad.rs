//! Adagrad (Duchi, Hazan & Singer 2011).

use super::{Constants, Moved};
use cubecl::prelude::*;

pub const MOMENTS: &[&str] = &["square_sum"];

/// The constants of a step at learning rate η = `rate`.
pub fn constants(rate: f64, epsilon: f64) -> Constants {
    Constants { epsilon: epsilon as f32, ..Constants::plain(rate) }
}

/// s ← s + g², θ ← θ − η g/(√s + ε).
#[cube]
#[inline(always)]
pub fn step(parameter: f32, squares: f32, unused: f32, gradient: f32, constants: &Constants) -> Moved {
    let squares = squares + gradient * gradient;
    let direction = gradient / (squares.sqrt() + constants.epsilon);
    Moved { parameter: parameter - direction * constants.rate, first: squares, second: unused }
}
