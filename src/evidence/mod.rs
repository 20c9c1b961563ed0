//! The evidence of a model: log p(x) by several methods, the gap between log p(x) and the ELBO, the aggregate
//! posterior, disentanglement scores. All information is in nats per image.

pub mod aggregate;
pub mod ais;
mod bound;
pub mod disentanglement;
pub mod gap;
mod hmc;
mod identity;
mod joint;
mod logsum;
pub mod marginal;
mod measurement;
mod method;
mod noise;
pub mod quadrature;
mod resample;
pub mod simulate;
mod threads;

pub use bound::{Bound, BoundMeasurement};
pub use identity::{Identity, IdentityMeasurement, MeasuredIdentity, residual};
pub use joint::{Block, Joint, ModelJoint, Outputs};
pub use logsum::LogSum;
pub use measurement::{Effort, Evidence, Findings, Measurement, closed_form};
pub use method::{Method, Methods};
pub use resample::resample;
pub(crate) use threads::side_by_side;
