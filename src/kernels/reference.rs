//! Reference bodies of the operations of [`Kernels`](super::operations::Kernels), written in tensor operations: any
//! backend can run them, and tests compare the kernels with them.

use super::activation::FusedActivation;
use super::geometry::{Direction, Geometry, Map};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, TensorMetadata};
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use burn::tensor::{Shape, Slice};

/// f(x·W + b).
pub fn affine<B: Backend>(
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    bias: FloatTensor<B>,
    activation: FusedActivation,
) -> FloatTensor<B> {
    let outputs = bias.shape()[0];
    let bias = B::float_reshape(bias, Shape::new([1, outputs]));
    activate::<B>(B::float_add(product::<B>(x, weight), bias), activation)
}

/// x·W.
pub fn product<B: Backend>(x: FloatTensor<B>, weight: FloatTensor<B>) -> FloatTensor<B> {
    B::float_matmul(x, weight)
}

/// f(y).
pub fn activate<B: Backend>(y: FloatTensor<B>, activation: FusedActivation) -> FloatTensor<B> {
    match activation {
        FusedActivation::Linear => y,
        FusedActivation::Tanh => B::float_tanh(y),
        FusedActivation::Relu => B::relu(y),
    }
}

/// f(convolution + bias); see [`convolve`](super::convolve).
pub fn convolve<B: Backend>(
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    bias: FloatTensor<B>,
    geometry: Geometry,
    direction: Direction,
    activation: FusedActivation,
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

/// The gradient of a convolution with respect to its kernels, from the large and the small map of every row.
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

/// Σ over rows and positions: the gradient with respect to a bias per channel.
pub fn channel_sums<B: Backend>(gradient: FloatTensor<B>, map: Map) -> FloatTensor<B> {
    let rows = gradient.shape()[0];
    let gradient = B::float_reshape(gradient, Shape::new([rows, map.channels, map.area()]));
    let sums = B::float_sum_dim(B::float_sum_dim(gradient, 2), 0);
    B::float_reshape(sums, Shape::new([map.channels]))
}

/// The gradient with respect to the pre-activation, from the output y and the gradient with respect to y.
pub fn activation_gradient<B: Backend>(
    y: FloatTensor<B>,
    gradient: FloatTensor<B>,
    activation: FusedActivation,
) -> FloatTensor<B> {
    match activation {
        FusedActivation::Linear => gradient,
        // g·(1 − y²)
        FusedActivation::Tanh => {
            let squares = B::float_mul(y.clone(), y);
            B::float_sub(gradient.clone(), B::float_mul(gradient, squares))
        }
        FusedActivation::Relu => B::relu_backward(y, gradient),
    }
}

/// xᵀ·g, the gradient with respect to the weight.
pub fn weight_gradient<B: Backend>(x: FloatTensor<B>, gradient: FloatTensor<B>) -> FloatTensor<B> {
    B::float_matmul(B::float_transpose(x), gradient)
}

/// g·Wᵀ, the gradient with respect to the input.
pub fn input_gradient<B: Backend>(gradient: FloatTensor<B>, weight: FloatTensor<B>) -> FloatTensor<B> {
    B::float_matmul(gradient, B::float_transpose(weight))
}

/// Σ over rows, the gradient with respect to the bias.
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

/// Σ over pixels of x·ℓ − softplus(ℓ), and x − sigmoid(ℓ), its derivative with respect to the logits.
pub fn bernoulli_and_residual<B: Backend>(
    images: FloatTensor<B>,
    logits: FloatTensor<B>,
) -> (FloatTensor<B>, FloatTensor<B>) {
    let value = bernoulli::<B>(images.clone(), logits.clone());
    let shape = logits.shape();
    let (x, logits) = by_sample::<B>(images, logits);
    (value, B::float_reshape(B::float_sub(x, B::sigmoid(logits)), shape))
}

/// Each row times its factor.
pub fn scale_rows<B: Backend>(rows: FloatTensor<B>, factors: FloatTensor<B>) -> FloatTensor<B> {
    let count = factors.shape()[0];
    B::float_mul(rows, B::float_reshape(factors, Shape::new([count, 1])))
}

/// μ + σ·ε from rows of means and log variances; see [`Gaussian::sample`](super::Gaussian::sample).
pub fn normal_sample<B: Backend>(head: FloatTensor<B>, epsilon: FloatTensor<B>) -> FloatTensor<B> {
    let rows = epsilon.shape()[0];
    let [mean, log_variance] = halves::<B>(head);
    let noise = B::float_mul(repeat::<B>(deviation::<B>(log_variance), rows), epsilon);
    B::float_add(repeat::<B>(mean, rows), noise)
}

/// The gradient with respect to means and log variances, from the gradient with respect to the samples.
pub fn normal_sample_gradient<B: Backend>(
    head: FloatTensor<B>,
    epsilon: FloatTensor<B>,
    gradient: FloatTensor<B>,
) -> FloatTensor<B> {
    let images = head.shape()[0];
    let [_, log_variance] = halves::<B>(head);
    let by_deviation = sum_over_samples::<B>(B::float_mul(gradient.clone(), epsilon), images);
    let by_log_variance = B::float_mul_scalar(B::float_mul(by_deviation, deviation::<B>(log_variance)), 0.5.into());
    B::float_cat(vec![sum_over_samples::<B>(gradient, images), by_log_variance], 1)
}

/// 1/K Σ_k log p(x|z_k) − β·KL[q ‖ N(0, I)] of each image, and the KL ½(μ² + σ² − 1 − log σ²) of each latent dimension,
/// in nats.
pub fn normal_bound<B: Backend>(
    log_likelihood: FloatTensor<B>,
    head: FloatTensor<B>,
    beta: f64,
) -> (FloatTensor<B>, FloatTensor<B>) {
    let (rows, images) = (log_likelihood.shape()[0], head.shape()[0]);
    let [mean, log_variance] = halves::<B>(head);
    let parts = B::float_add(B::float_mul(mean.clone(), mean), B::float_exp(log_variance.clone()));
    let parts = B::float_sub(B::float_sub_scalar(parts, 1.0.into()), log_variance);
    let kl = B::float_mul_scalar(parts, 0.5.into());
    let total = B::float_mul_scalar(B::float_sum_dim(kl.clone(), 1), beta.into());
    let by_sample = B::float_reshape(log_likelihood, Shape::new([rows / images, images]));
    let mean = B::float_reshape(B::float_mean_dim(by_sample, 0), Shape::new([images]));
    (B::float_sub(mean, B::float_reshape(total, Shape::new([images]))), kl)
}

/// The gradient of −β·KL with respect to means and log variances, from the gradient with respect to the bound.
pub fn normal_kl_gradient<B: Backend>(head: FloatTensor<B>, gradient: FloatTensor<B>, beta: f64) -> FloatTensor<B> {
    let images = head.shape()[0];
    let [mean, log_variance] = halves::<B>(head);
    let factor = B::float_reshape(B::float_mul_scalar(gradient, (-beta).into()), Shape::new([images, 1]));
    let half = B::float_mul_scalar(factor.clone(), 0.5.into());
    let by_log_variance = B::float_sub(B::float_mul(half.clone(), B::float_exp(log_variance)), half);
    B::float_cat(vec![B::float_mul(mean, factor), by_log_variance], 1)
}

/// The gradient with respect to `K·B` values, from the gradient with respect to their means over the K samples.
pub fn mean_gradient<B: Backend>(gradient: FloatTensor<B>, samples: usize) -> FloatTensor<B> {
    if samples == 1 {
        return gradient;
    }
    let images = gradient.shape()[0];
    let share = B::float_mul_scalar(gradient, (1.0 / samples as f64).into());
    let share = B::float_repeat_dim(B::float_reshape(share, Shape::new([1, images])), 0, samples);
    B::float_reshape(share, Shape::new([samples * images]))
}

fn deviation<B: Backend>(log_variance: FloatTensor<B>) -> FloatTensor<B> {
    B::float_exp(B::float_mul_scalar(log_variance, 0.5.into()))
}

/// The left and the right half of every row.
fn halves<B: Backend>(rows: FloatTensor<B>) -> [FloatTensor<B>; 2] {
    let shape = rows.shape();
    let (count, half) = (shape[0], shape[1] / 2);
    [0, half].map(|from| {
        let columns = Slice::from(from..from + half);
        B::float_slice(rows.clone(), &[Slice::from(0..count), columns])
    })
}

/// `B × n` repeated to as many rows as there are samples.
fn repeat<B: Backend>(values: FloatTensor<B>, rows: usize) -> FloatTensor<B> {
    match rows / values.shape()[0] {
        1 => values,
        samples => B::float_repeat_dim(values, 0, samples),
    }
}

/// `K·B × n` to `B × n`.
fn sum_over_samples<B: Backend>(rows: FloatTensor<B>, images: usize) -> FloatTensor<B> {
    let shape = rows.shape();
    if shape[0] == images {
        return rows;
    }
    let by_sample = B::float_reshape(rows, Shape::new([shape[0] / images, images, shape[1]]));
    B::float_reshape(B::float_sum_dim(by_sample, 0), Shape::new([images, shape[1]]))
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
        // The rows and columns at the far edge that the formula of a transposed convolution leaves out.
        let rest = |large: usize, small: usize| large + 2 * self.padding - self.kernel - (small - 1) * self.stride;
        let out = [rest(self.large.height, self.small.height), rest(self.large.width, self.small.width)];
        ConvTransposeOptions::new([self.stride; 2], [self.padding; 2], out, [1; 2], 1)
    }
}
