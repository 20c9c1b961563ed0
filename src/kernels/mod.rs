//! The operations that the model is written in, by their mathematical names. Tensors are `rows × features`.

mod activation;
mod linear;

pub use activation::{activate, softplus};
pub use linear::linear;
