//! Disentanglement scores: how well the dimensions of a code match the known factors of the data, from 0 to 1, one file
//! per score.
//!
//! The code of an image is the mean of q(z|x). All scores are computed from one table of codes and factors, with the
//! settings of Locatello et al. 2019 ("Challenging Common Assumptions …", appendix C) unless said otherwise. Where
//! their library, disentanglement_lib, classifies the levels of an ordered factor, regression is used here, and it
//! draws some ten times as many votes and points. Each score's own file states what it does.

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

pub use crate::data::Factor;
pub use codes::Codes;
pub use measurement::{Measurement, Subject};
pub use scores::Scores;
