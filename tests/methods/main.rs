//! Likelihoods, posteriors and priors against sums, quadrature, numeric Jacobians and their own samples.

mod extend;
#[path = "../../src/model/posterior/jacobian.rs"]
mod jacobian;
mod jacobians;
mod likelihoods;
mod posteriors;
mod priors;
mod sets;
mod support;
mod two_layer;
