//! The operations that the model is written in, by their mathematical names. Tensors are `rows × features`.
//!
//! [`fused`] holds the operations that are worth a kernel of their own: each has a [`plain`] body, which any backend can
//! use and which the tests compare with, one for the CPU in [`cpu`] and most of them one for GPUs in [`gpu`].

mod activation;
mod bernoulli;
mod convolution;
mod cpu;
mod double;
mod fused;
mod gpu;
mod linear;
mod normal;
mod plain;
mod team;
mod update;
mod vector;

#[cfg(test)]
mod tests;

pub use activation::{activate, softplus};
pub use bernoulli::{bernoulli_log_prob, bernoulli_log_prob_of_layer};
pub use convolution::{Direction, Geometry, Map, convolve};
pub use cpu::product_speed;
pub use cpu::update::{Adam, adam_update};
pub use double::{exact_products, row_products, sum_of_softplus};
pub use gpu::update::{Rule, Update, update};
pub use linear::linear;
pub use normal::{NormalBound, normal_sample};
pub use team::Team;
pub use update::{is_on_host, sum_gradients};
