//! Convolutions and their transposes, as one linear map and its adjoint between a larger and a smaller map.

use super::activate;
use super::fused::{Fused, Kernels};
use crate::experiment::Activation;
use burn::backend::Dispatch;
use burn::tensor::Tensor;

/// Two maps and the square kernel between them. A convolution reads the large map and gives the small one; a
/// transposed convolution goes the other way with the same numbers. Maps are `channels × height × width`, flattened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    pub large: Map,
    pub small: Map,
    pub kernel: usize,
    pub stride: usize,
    pub padding: usize,
}

/// A map's shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Map {
    pub channels: usize,
    pub height: usize,
    pub width: usize,
}

impl Map {
    /// Positions of a channel.
    pub fn area(self) -> usize {
        self.height * self.width
    }

    /// Numbers per image.
    pub fn numbers(self) -> usize {
        self.channels * self.area()
    }
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Convolution: large to small.
    Down,
    /// Transposed convolution: small to large.
    Up,
}

impl Direction {
    /// The other way, which the gradient by the input takes.
    pub fn reverse(self) -> Self {
        match self {
            Self::Down => Self::Up,
            Self::Up => Self::Down,
        }
    }
}

impl Geometry {
    /// The map that a direction gives.
    pub fn output(self, direction: Direction) -> Map {
        match direction {
            Direction::Down => self.small,
            Direction::Up => self.large,
        }
    }

    /// Weights per channel of the small map.
    pub fn weights_per_channel(self) -> usize {
        self.large.channels * self.kernel * self.kernel
    }
}

/// f(convolution of x + bias): x `rows × map`, weight `small channels × (large channels · kernel²)`, bias one a channel
/// of the output.
pub fn convolve(
    x: Tensor<2>,
    weight: Tensor<2>,
    bias: Tensor<1>,
    geometry: Geometry,
    direction: Direction,
    activation: Activation,
) -> Tensor<2> {
    let fused = match Fused::of(activation) {
        Some(fused) => fused,
        None => return activate(convolve(x, weight, bias, geometry, direction, Activation::Linear), activation),
    };
    let (x, weight, bias) = (x.into_dispatch(), weight.into_dispatch(), bias.into_dispatch());
    Tensor::from_dispatch(<Dispatch as Kernels>::convolve(x, weight, bias, geometry, direction, fused))
}
