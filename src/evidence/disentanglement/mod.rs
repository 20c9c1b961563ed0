//! How well the dimensions of a code match the known factors of the data: scores from 0 to 1, one file each.
//!
//! The code of an image is the mean of q(z|x). All scores are computed from one table of codes and factors, by the
//! settings of Locatello et al. 2019 ("Challenging Common Assumptions …", appendix C) unless said otherwise. Their
//! library classifies where factors with an order are predicted by regression here, and draws some ten times as many
//! votes and points: each score's own file says what it does.

mod beta_vae;
mod codes;
mod dci;
mod factor_vae;
mod forest;
mod measurement;
mod mig;
mod sap;
mod scores;
mod scoring;

#[cfg(test)]
mod tests;

pub use codes::{Codes, Factor};
pub use measurement::{Measurement, Subject};
pub use scores::Scores;
