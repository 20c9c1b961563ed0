//! The bounds, and what they are compared with. Everything in nats per image.

mod elbo;
pub mod marginal;

pub use elbo::{Terms, objective, terms};
