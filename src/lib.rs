//! **Elbow**, the ELBO workbench: describe a variational autoencoder, train it, and watch
//!
//! ```text
//! log p(x) − KL[q(z|x) ‖ p(z|x)]  =  ELBO  =  E_q[log p(x|z)] − KL[q(z|x) ‖ p(z)]
//! ```
//!
//! term by term while it learns. All information is in **nats per image**.
//!
//! The rooms import only upward in this list: nothing above [`ui`] knows egui, nothing above
//! [`model`] knows burn.

/// As in the binary, so that what tests measure is what a user gets.
#[cfg(test)]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub mod estimate;
pub(crate) mod files;
pub mod random;
pub mod sliced;

pub mod experiment;

pub mod data;

pub mod kernels;

pub mod model;

pub mod objective;

pub mod evidence;

pub mod train;

pub mod explore;

pub mod worker;

pub mod export;

pub mod cli;
#[cfg(feature = "gui")]
pub mod ui;
