//! Adam (Kingma & Ba 2015, algorithm 1), and AdamW, whose weight decay is decoupled from the gradient (Loshchilov &
//! Hutter 2019, algorithm 2).

use super::{Constants, Moved};
use cubecl::prelude::*;

pub const MOMENTS: &[&str] = &["first_moment", "second_moment"];

/// The constants of step t = `count` at learning rate η = `rate`, with decays β₁ and β₂, ε, and weight decay λ.
pub fn constants(rate: f64, count: u64, betas: [f64; 2], epsilon: f64, weight_decay: f64) -> Constants {
    let [momentum, decay] = betas.map(|beta| beta as f32);
    let [correction, square_correction] = betas.map(|beta| 1.0 - beta.powi(count as i32));
    Constants {
        momentum,
        gradient_weight: 1.0 - momentum,
        decay,
        square_weight: 1.0 - decay,
        epsilon: epsilon as f32,
        rate: (rate / correction) as f32,
        square_correction: (1.0 / square_correction) as f32,
        keep: (1.0 - rate * weight_decay) as f32,
    }
}

/// m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², θ ← (1 − ηλ)θ − η m̂/(√v̂ + ε)
/// with m̂ = m/(1 − β₁ᵗ) and v̂ = v/(1 − β₂ᵗ).
#[cube]
#[inline(always)]
pub fn step(parameter: f32, mean: f32, squares: f32, gradient: f32, constants: &Constants) -> Moved {
    let mean = mean * constants.momentum + gradient * constants.gradient_weight;
    let squares = squares * constants.decay + gradient * gradient * constants.square_weight;
    let direction = mean / ((squares * constants.square_correction).sqrt() + constants.epsilon);
    Moved { parameter: parameter * constants.keep - constants.rate * direction, first: mean, second: squares }
}
