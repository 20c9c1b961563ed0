//! The operations of [`Kernels`](super::fused::Kernels) in plain tensor operations, which any backend can use and the
//! tests compare with.

use super::convolution::{Direction, Geometry, Map};
use super::fused::Fused;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, TensorMetadata};
use burn::tensor::Shape;
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};

/// f(x·W + b).
pub fn affine<B: Backend>(
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    bias: FloatTensor<B>,
    activation: Fused,
) -> FloatTensor<B> {
    let outputs = bias.shape()[0];
    let bias = B::float_reshape(bias, Shape::new([1, outputs]));
    activate::<B>(B::float_add(B::float_matmul(x, weight), bias), activation)
}

/// f(y).
pub fn activate<B: Backend>(y: FloatTensor<B>, activation: Fused) -> FloatTensor<B> {
    match activation {
        Fused::Linear => y,
        Fused::Tanh => B::float_tanh(y),
        Fused::Relu => B::relu(y),
    }
}

/// f(convolution + bias); see [`convolve`](super::convolve).
pub fn convolve<B: Backend>(
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    bias: FloatTensor<B>,
    geometry: Geometry,
    direction: Direction,
    activation: Fused,
) -> FloatTensor<B> {
    let y = convolution::<B>(x, weight, geometry, direction);
    let (shape, output) = (y.shape(), geometry.output(direction));
    let y = B::float_reshape(y, Shape::new([shape[0], output.channels, output.area()]));
    let bias = B::float_reshape(bias, Shape::new([1, output.channels, 1]));
    activate::<B>(B::float_reshape(B::float_add(y, bias), shape), activation)
}

/// The linear part of a convolution.
pub fn convolution<B: Backend>(
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    geometry: Geometry,
    direction: Direction,
) -> FloatTensor<B> {
    let weight = kernels_of::<B>(weight, geometry);
    let y = match direction {
        Direction::Down => B::conv2d(maps::<B>(x, geometry.large), weight, None, geometry.options()),
        Direction::Up => {
            let x = maps::<B>(x, geometry.small);
            B::conv_transpose2d(x, weight, None, geometry.transposed_options())
        }
    };
    let rows = y.shape()[0];
    B::float_reshape(y, Shape::new([rows, geometry.output(direction).numbers()]))
}

/// The gradient by the kernels, from the large and the small map of every row.
pub fn kernel_gradient<B: Backend>(
    large: FloatTensor<B>,
    small: FloatTensor<B>,
    weight: FloatTensor<B>,
    geometry: Geometry,
) -> FloatTensor<B> {
    let shape = weight.shape();
    let weight = kernels_of::<B>(weight, geometry);
    let (large, small) = (maps::<B>(large, geometry.large), maps::<B>(small, geometry.small));
    B::float_reshape(B::conv2d_weight_backward(large, weight, small, geometry.options()), shape)
}

/// Σ over rows and positions, the gradient by a bias that is one a channel.
pub fn channel_sums<B: Backend>(gradient: FloatTensor<B>, map: Map) -> FloatTensor<B> {
    let rows = gradient.shape()[0];
    let gradient = B::float_reshape(gradient, Shape::new([rows, map.channels, map.area()]));
    let sums = B::float_sum_dim(B::float_sum_dim(gradient, 2), 0);
    B::float_reshape(sums, Shape::new([map.channels]))
}

/// The gradient by the pre-activation, from the output y and the gradient by it.
pub fn activation_gradient<B: Backend>(
    y: FloatTensor<B>,
    gradient: FloatTensor<B>,
    activation: Fused,
) -> FloatTensor<B> {
    match activation {
        Fused::Linear => gradient,
        // g·(1 − y²)
        Fused::Tanh => {
            let squares = B::float_mul(y.clone(), y);
            B::float_sub(gradient.clone(), B::float_mul(gradient, squares))
        }
        Fused::Relu => B::relu_backward(y, gradient),
    }
}

/// xᵀ·g, the gradient by the weight.
pub fn weight_gradient<B: Backend>(x: FloatTensor<B>, gradient: FloatTensor<B>) -> FloatTensor<B> {
    B::float_matmul(B::float_transpose(x), gradient)
}

/// g·Wᵀ, the gradient by the input.
pub fn input_gradient<B: Backend>(gradient: FloatTensor<B>, weight: FloatTensor<B>) -> FloatTensor<B> {
    B::float_matmul(gradient, B::float_transpose(weight))
}

/// Σ over rows, the gradient by the bias.
pub fn bias_gradient<B: Backend>(gradient: FloatTensor<B>) -> FloatTensor<B> {
    let outputs = gradient.shape()[1];
    B::float_reshape(B::float_sum_dim(gradient, 0), Shape::new([outputs]))
}

/// Σ over pixels of x·ℓ − softplus(ℓ); see [`bernoulli_log_prob`](super::bernoulli_log_prob).
pub fn bernoulli<B: Backend>(images: FloatTensor<B>, logits: FloatTensor<B>) -> FloatTensor<B> {
    let rows = logits.shape()[0];
    let (x, logits) = by_sample::<B>(images, logits);
    // softplus(ℓ) = max(ℓ, 0) + log1p(e^−|ℓ|)
    let tail = B::float_log1p(B::float_exp(B::float_neg(B::float_abs(logits.clone()))));
    let softplus = B::float_add(B::relu(logits.clone()), tail);
    let terms = B::float_sub(B::float_mul(logits, x), softplus);
    B::float_reshape(B::float_sum_dim(terms, 2), Shape::new([rows]))
}

/// The same, and beside it x − sigmoid(ℓ), the derivative by the logits.
pub fn bernoulli_and_residual<B: Backend>(
    images: FloatTensor<B>,
    logits: FloatTensor<B>,
) -> (FloatTensor<B>, FloatTensor<B>) {
    let value = bernoulli::<B>(images.clone(), logits.clone());
    let shape = logits.shape();
    let (x, logits) = by_sample::<B>(images, logits);
    (value, B::float_reshape(B::float_sub(x, B::sigmoid(logits)), shape))
}

/// Each row times a number.
pub fn scale_rows<B: Backend>(rows: FloatTensor<B>, factors: FloatTensor<B>) -> FloatTensor<B> {
    let count = factors.shape()[0];
    B::float_mul(rows, B::float_reshape(factors, Shape::new([count, 1])))
}

/// `B × pixels` and `K·B × pixels` as `1 × B × pixels` and `K × B × pixels`.
fn by_sample<B: Backend>(images: FloatTensor<B>, rows: FloatTensor<B>) -> (FloatTensor<B>, FloatTensor<B>) {
    let (images_shape, rows_shape) = (images.shape(), rows.shape());
    let (count, pixels) = (images_shape[0], images_shape[1]);
    let images = B::float_reshape(images, Shape::new([1, count, pixels]));
    (images, B::float_reshape(rows, Shape::new([rows_shape[0] / count, count, pixels])))
}

fn maps<B: Backend>(rows: FloatTensor<B>, map: Map) -> FloatTensor<B> {
    let count = rows.shape()[0];
    B::float_reshape(rows, Shape::new([count, map.channels, map.height, map.width]))
}

fn kernels_of<B: Backend>(weight: FloatTensor<B>, geometry: Geometry) -> FloatTensor<B> {
    let Geometry { large, small, kernel, .. } = geometry;
    B::float_reshape(weight, Shape::new([small.channels, large.channels, kernel, kernel]))
}

impl Geometry {
    fn options(self) -> ConvOptions<2> {
        ConvOptions::new([self.stride; 2], [self.padding; 2], [1; 2], 1)
    }

    fn transposed_options(self) -> ConvTransposeOptions<2> {
        // What the plain formula leaves out at the far edge.
        let rest = |large: usize, small: usize| large + 2 * self.padding - self.kernel - (small - 1) * self.stride;
        let out = [rest(self.large.height, self.small.height), rest(self.large.width, self.small.width)];
        ConvTransposeOptions::new([self.stride; 2], [self.padding; 2], out, [1; 2], 1)
    }
}
