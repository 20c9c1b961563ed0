//! The operations that the model is written in, by their mathematical names. Tensors are `rows × features`.
//!
//! [`fused`] holds the operations that are worth a kernel of their own: each has a [`plain`] body, which any backend can
//! use and which the tests compare with, and one for the CPU in [`cpu`].

mod activation;
mod bernoulli;
mod convolution;
mod cpu;
mod double;
mod fused;
mod linear;
mod plain;
mod team;
mod vector;

#[cfg(test)]
mod tests;

pub use activation::{activate, softplus};
pub use bernoulli::bernoulli_log_prob;
pub use convolution::{Direction, Geometry, Map, convolve};
pub use cpu::product_speed;
pub use cpu::update::{Adam, adam_update, sum_gradients};
pub use double::{row_products, sum_of_softplus};
pub use linear::linear;
pub use team::Team;
