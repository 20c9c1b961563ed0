//! log p(x), the gap and the posterior, against densities whose truth is known by construction.

mod handmade;
mod support;
