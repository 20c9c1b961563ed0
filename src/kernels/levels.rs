//! The 256 grey levels k/255 under a discretised logistic.

/// Half the distance between two levels.
pub const HALF_LEVEL: f32 = 0.5 / 255.0;

/// The smallest and the largest log s that make a difference: below, a single level has nearly all the probability;
/// beyond, all levels together have nearly none.
pub const LOG_SCALES: [f32; 2] = [-7.5, 80.0];
