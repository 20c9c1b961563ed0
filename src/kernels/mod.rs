//! The operations that models are written in, by their mathematical names. Tensors are `rows × features`.
//!
//! [`operations`] lists those that are worth a kernel of their own. Each has a body in [`mod@reference`], which any
//! backend can run and tests compare with, one for the CPU in [`cpu`], and most have one for GPUs in [`gpu`].

mod activation;
mod autodiff;
mod bernoulli;
mod categorical;
mod components;
mod continuous_bernoulli;
mod convolution;
mod cpu;
mod dropout;
mod executor;
mod f64_products;
mod gaussian;
mod geometry;
mod gpu;
mod grouping;
mod levels;
mod linear;
mod log_sum_exp;
mod logistic;
mod logistic_mixture;
mod mixture;
mod needs;
mod norm;
mod normal_densities;
mod operations;
mod optimiser;
mod part;
mod planar_flow;
mod reference;
mod thread_pool;
mod vector;

#[cfg(test)]
mod tests;

pub use activation::{activate, softplus};
pub use bernoulli::{bernoulli_log_prob, bernoulli_log_prob_of_layer};
pub use categorical::categorical_log_prob;
pub use components::Components;
pub use continuous_bernoulli::continuous_bernoulli_log_prob;
pub use convolution::{convolve, kernel_gradient};
pub use cpu::product_speed;
pub use dropout::drop_out;
pub(crate) use executor::is_cpu;
pub use executor::{Executor, Scaling, norm_of};
pub use f64_products::{exact_products, row_products, sum_of_softplus};
pub use gaussian::{Gaussian, GaussianBound, kl_to_standard_normal, reparameterise};
pub use geometry::{Direction, Geometry, Map};
pub use grouping::{EPSILON, Grouping, Over};
pub use linear::linear;
pub use log_sum_exp::{log_sum_exp, log_sum_exp_and_shares, shares};
pub use logistic::discretised_logistic;
pub use logistic_mixture::logistic_mixture_log_prob;
pub use mixture::mixture_log_prob;
pub use norm::normalise;
pub use normal_densities::normal_log_densities;
pub use optimiser::{Rule, Step};
pub(crate) use part::part;
pub use planar_flow::planar_flow;
pub(crate) use thread_pool::ThreadPool;
pub(crate) use vector::vectorised;
