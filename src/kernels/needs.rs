//! The part of an activation's forward pass that its backward pass needs.

use crate::experiment::Activation;

/// Slope of the leaky ReLU below 0.
pub const LEAK: f32 = 0.01;

/// The tensor that the backward pass of an activation y = f(x) needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// The output y, of which f′ is a function. The next layer keeps it too.
    Output,
    /// The slope f′(x), computed along with f(x), with which it shares an exponential.
    Slope,
}

impl Needs {
    pub fn of(activation: Activation) -> Self {
        match activation {
            Activation::Linear => Self::Nothing,
            Activation::Tanh | Activation::Relu | Activation::LeakyRelu | Activation::Softplus | Activation::Elu => {
                Self::Output
            }
            Activation::Silu | Activation::Gelu => Self::Slope,
        }
    }
}
