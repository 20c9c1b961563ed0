//! The operations that the model is written in, by their mathematical names. Tensors are `rows × features`.
//!
//! [`operations`] are those that are worth a kernel of their own: each has a [`mod@reference`] body, which any backend can
//! use and which the tests compare with, one for the CPU in [`cpu`] and most of them one for GPUs in [`gpu`].

mod activation;
mod autodiff;
mod bernoulli;
mod convolution;
mod cpu;
mod f64_products;
mod geometry;
mod gpu;
mod linear;
mod normal;
mod operations;
mod reference;
mod thread_pool;
mod update;
mod vector;

#[cfg(test)]
mod tests;

pub use activation::{activate, softplus};
pub use bernoulli::{bernoulli_log_prob, bernoulli_log_prob_of_layer};
pub use convolution::convolve;
pub use cpu::product_speed;
pub use cpu::update::{Adam, adam_update};
pub use f64_products::{exact_products, row_products, sum_of_softplus};
pub use geometry::{Direction, Geometry, Map};
pub use gpu::update::{Rule, Update, update};
pub use linear::linear;
pub use normal::{NormalBound, normal_sample};
pub use thread_pool::ThreadPool;
pub use update::{is_on_host, sum_gradients};
