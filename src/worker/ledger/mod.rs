//! The ledger: every term of
//!
//! ```text
//! log p(x) − KL[q(z|x) ‖ p(z|x)]  =  ELBO  =  E_q[log p(x|z)] − KL[q(z|x) ‖ p(z)]
//! ```
//!
//! measured independently on a fixed set of validation images, again and again while the model trains. The ledger takes
//! a share of the time between steps and only reads a snapshot of the model: the run is the same with and without it.

mod measurement;
mod options;
mod schedule;

pub use options::LedgerOptions;
pub(super) use schedule::LedgerSchedule;
