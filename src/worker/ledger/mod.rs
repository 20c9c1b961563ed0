//! The ledger: every term of
//!
//! ```text
//! log p(x) − KL[q(z|x) ‖ p(z|x)]  =  ELBO  =  E_q[log p(x|z)] − KL[q(z|x) ‖ p(z)]
//! ```
//!
//! measured by itself on the same few validation images, again and again while the model trains. It takes a share of
//! the time between steps and only ever looks at a snapshot: the run is the same with and without it.

mod measurement;
mod options;
mod schedule;

pub use options::LedgerOptions;
pub(super) use schedule::LedgerSchedule;
