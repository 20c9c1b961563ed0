//! Pointwise non-linearities.

use crate::experiment::Activation;
use burn::tensor::{Tensor, activation as burn_activation};

/// The activations whose derivative is a function of their output, so that the pre-activation need not be kept for the
/// backward pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FusedActivation {
    /// The identity.
    Linear,
    /// (eˣ − e⁻ˣ)/(eˣ + e⁻ˣ).
    Tanh,
    /// max(x, 0).
    Relu,
}

impl FusedActivation {
    /// The activation as a fused one; `None` where the gradient needs the pre-activation.
    pub fn of(activation: Activation) -> Option<Self> {
        match activation {
            Activation::Linear => Some(Self::Linear),
            Activation::Tanh => Some(Self::Tanh),
            Activation::Relu => Some(Self::Relu),
            _ => None,
        }
    }
}

/// f(x), element by element.
pub fn activate<const D: usize>(x: Tensor<D>, activation: Activation) -> Tensor<D> {
    match activation {
        Activation::Linear => x,
        Activation::Tanh => x.tanh(),
        Activation::Relu => burn_activation::relu(x),
        Activation::LeakyRelu => burn_activation::leaky_relu(x, 0.01),
        Activation::Silu => burn_activation::silu(x),
        Activation::Gelu => burn_activation::gelu(x),
        Activation::Softplus => softplus(x),
        // exp only where x ≤ 0, so that it cannot overflow into the gradient.
        Activation::Elu => burn_activation::relu(x.clone()) + (x.clamp_max(0.0).exp() - 1.0),
    }
}

/// log(1 + eˣ) without overflow, as x/2 + |x|/2 + log1p(e^−|x|): in this form automatic differentiation gives ½ at
/// x = 0, where max(x, 0) + log1p(e^−|x|) would give 0.
pub fn softplus<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let magnitude = x.clone().abs();
    (x + magnitude.clone()) * 0.5 + magnitude.neg().exp().log1p()
}
