//! The bounds, and what they are compared with. Everything in nats per image.

pub mod aggregate;
pub mod ais;
mod elbo;
pub mod gap;
mod hmc;
pub mod identity;
mod joint;
mod logsum;
pub mod marginal;
mod noise;
pub mod plane;
pub mod quadrature;
mod threads;

pub use elbo::{Terms, objective, terms};
pub use joint::{Block, Joint, ModelJoint, Outputs};
