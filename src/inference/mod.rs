//! The bounds, and what they are compared with. Everything in nats per image.

pub mod aggregate;
pub mod ais;
mod elbo;
mod estimate;
pub mod gap;
mod hmc;
mod joint;
mod logsum;
pub mod marginal;
mod noise;
pub mod plane;
pub mod quadrature;
mod threads;

pub use elbo::{Terms, objective, terms};
pub use estimate::Estimate;
pub use joint::{Block, Joint, ModelJoint, Outputs};
