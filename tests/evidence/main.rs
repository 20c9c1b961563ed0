//! log p(x), the gap and the posterior, against densities whose truth is known by construction.

mod adaptive;
mod aggregate;
mod annealing;
mod handmade;
mod models;
mod poor;
mod rainforth;
mod residual;
mod support;
mod two_layer;
