//! Bounds and gradient estimators against each other and against exact values, on the CPU.

mod bounds;
mod discriminator;
mod estimators;
mod support;
mod training;
