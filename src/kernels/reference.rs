//! Reference bodies of the operations of [`Kernels`](super::operations::Kernels), written in tensor operations: any
//! backend can run them, and tests compare the kernels with them.

use super::components::Components;
use super::geometry::{Direction, Geometry, Map};
use super::grouping::{EPSILON, Grouping, Over};
use super::levels::{HALF_LEVEL, LOG_SCALES};
use super::needs::{LEAK, Needs};
use crate::experiment::Activation;
use crate::random::Stream;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, TensorMetadata};
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use burn::tensor::{Shape, Slice, TensorData};

/// f(x·W + b).
pub fn affine<B: Backend>(
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    bias: FloatTensor<B>,
    activation: Activation,
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
pub fn activate<B: Backend>(y: FloatTensor<B>, activation: Activation) -> FloatTensor<B> {
    match activation {
        Activation::Linear => y,
        Activation::Tanh => B::float_tanh(y),
        Activation::Relu => B::relu(y),
        Activation::LeakyRelu => B::leaky_relu(y, LEAK.into()),
        Activation::Silu => B::float_mul(y.clone(), B::sigmoid(y)),
        Activation::Gelu => B::gelu(y),
        // log(1 + eˣ) as x/2 + |x|/2 + log1p(e^−|x|): in this form automatic differentiation gives ½ at x = 0, where
        // max(x, 0) + log1p(e^−|x|) would give 0.
        Activation::Softplus => {
            let magnitude = B::float_abs(y.clone());
            let above = B::float_mul_scalar(B::float_add(y, magnitude.clone()), 0.5.into());
            B::float_add(above, B::float_log1p(B::float_exp(B::float_neg(magnitude))))
        }
        // exp only where x ≤ 0, so that it cannot overflow into the gradient.
        Activation::Elu => {
            let below = B::float_sub_scalar(B::float_exp(B::float_clamp_max(y.clone(), 0.0.into())), 1.0.into());
            B::float_add(B::relu(y), below)
        }
    }
}

/// f(x) and f′(x), for an activation that needs its slope.
pub fn activate_and_slope<B: Backend>(x: FloatTensor<B>, activation: Activation) -> (FloatTensor<B>, FloatTensor<B>) {
    let slope = match activation {
        // σ + x·σ·(1 − σ)
        Activation::Silu => {
            let sigmoid = B::sigmoid(x.clone());
            let product = B::float_mul(x.clone(), sigmoid.clone());
            B::float_add(sigmoid.clone(), B::float_sub(product.clone(), B::float_mul(product, sigmoid)))
        }
        // Φ + x·φ
        Activation::Gelu => {
            let erf = B::float_erf(B::float_mul_scalar(x.clone(), std::f64::consts::FRAC_1_SQRT_2.into()));
            let below = B::float_add_scalar(B::float_mul_scalar(erf, 0.5.into()), 0.5.into());
            let squares = B::float_mul_scalar(B::float_mul(x.clone(), x.clone()), (-0.5).into());
            let density = B::float_mul_scalar(B::float_exp(squares), (1.0 / std::f64::consts::TAU.sqrt()).into());
            B::float_add(below, B::float_mul(x.clone(), density))
        }
        other => unreachable!("{other:?} does not need its slope"),
    };
    (activate::<B>(x, activation), slope)
}

/// f(convolution + bias); see [`convolve`](super::convolve).
pub fn convolve<B: Backend>(
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    bias: FloatTensor<B>,
    geometry: Geometry,
    direction: Direction,
    activation: Activation,
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

/// The gradient with respect to the pre-activation, from what the activation needs (its output y or its slope) and the
/// gradient with respect to y.
pub fn activation_gradient<B: Backend>(
    y: FloatTensor<B>,
    gradient: FloatTensor<B>,
    activation: Activation,
) -> FloatTensor<B> {
    match activation {
        Activation::Linear => gradient,
        // g·(1 − y²)
        Activation::Tanh => {
            let squares = B::float_mul(y.clone(), y);
            B::float_sub(gradient.clone(), B::float_mul(gradient, squares))
        }
        Activation::Relu => B::relu_backward(y, gradient),
        Activation::LeakyRelu => {
            let above = B::float_mul_scalar(B::relu_backward(y, gradient.clone()), (1.0 - LEAK).into());
            B::float_add(above, B::float_mul_scalar(gradient, LEAK.into()))
        }
        // g·(1 − e^−y)
        Activation::Softplus => {
            let rest = B::float_mul(gradient.clone(), B::float_exp(B::float_neg(y)));
            B::float_sub(gradient, rest)
        }
        // g·(1 + min(y, 0))
        Activation::Elu => {
            let below = B::float_mul(gradient.clone(), B::float_clamp_max(y, 0.0.into()));
            B::float_add(gradient, below)
        }
        Activation::Silu | Activation::Gelu => B::float_mul(gradient, y),
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

/// x·m, and m, which is random: 1/keep with probability `keep`, else 0.
pub fn drop_out<B: Backend>(
    x: FloatTensor<B>,
    stream: Stream,
    counter: u64,
    keep: f32,
) -> (FloatTensor<B>, FloatTensor<B>) {
    let mut mask = vec![0.0; x.shape().num_elements()];
    stream.fill_uniform(counter, &mut mask);
    mask.iter_mut().for_each(|m| *m = if *m < keep { 1.0 / keep } else { 0.0 });
    let mask = B::float_from_data(TensorData::new(mask, x.shape()), &x.device());
    (B::float_mul(x, mask.clone()), mask)
}

/// f(x̂·γ + β), x̂, and the means and variances that x was normalised by; see [`normalise`](super::normalise).
pub fn normalise<B: Backend>(
    x: FloatTensor<B>,
    scale: FloatTensor<B>,
    shift: FloatTensor<B>,
    grouping: Grouping,
    activation: Activation,
) -> (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>, FloatTensor<B>) {
    let shape = x.shape();
    let x = grouping.grouped::<B>(x);
    let mean = grouping.mean::<B>(x.clone());
    let centred = B::float_sub(x, mean.clone());
    let variance = grouping.mean::<B>(B::float_mul(centred.clone(), centred.clone()));
    let deviation = B::float_sqrt(B::float_add_scalar(variance.clone(), EPSILON.into()));
    let normal = B::float_reshape(B::float_div(centred, deviation), shape);
    let y = activate::<B>(grouping.scaled::<B>(normal.clone(), scale, shift), activation);
    let count = Shape::new([mean.shape().num_elements()]);
    (y, normal, B::float_reshape(mean, count.clone()), B::float_reshape(variance, count))
}

/// The gradients with respect to x, γ and β, from that with respect to the output, x̂ and the variances: with d = g·f′
/// and means over what was normalised together, (γ·d − mean(γ·d) − x̂·mean(γ·d·x̂))/σ.
pub fn normalise_gradient<B: Backend>(
    gradient: FloatTensor<B>,
    normal: FloatTensor<B>,
    variance: FloatTensor<B>,
    scale: FloatTensor<B>,
    shift: FloatTensor<B>,
    grouping: Grouping,
    activation: Activation,
) -> (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>) {
    let shape = normal.shape();
    let map = Map { channels: grouping.channels, height: 1, width: grouping.area };
    let kept = match Needs::of(activation) {
        Needs::Nothing => normal.clone(),
        Needs::Output => activate::<B>(grouping.scaled::<B>(normal.clone(), scale.clone(), shift), activation),
        Needs::Slope => {
            activate_and_slope::<B>(grouping.scaled::<B>(normal.clone(), scale.clone(), shift), activation).1
        }
    };
    let gradient = activation_gradient::<B>(kept, gradient, activation);
    let by_shift = channel_sums::<B>(gradient.clone(), map);
    let by_scale = channel_sums::<B>(B::float_mul(gradient.clone(), normal.clone()), map);
    let maps = B::float_reshape(gradient, Shape::new([shape[0], grouping.channels, grouping.area]));
    let scale = B::float_reshape(scale, Shape::new([1, grouping.channels, 1]));
    let scaled = grouping.grouped::<B>(B::float_reshape(B::float_mul(maps, scale), shape.clone()));
    let normal = grouping.grouped::<B>(normal);
    let mean = grouping.mean::<B>(scaled.clone());
    let product = grouping.mean::<B>(B::float_mul(scaled.clone(), normal.clone()));
    let rest = B::float_sub(B::float_sub(scaled, mean.clone()), B::float_mul(normal, product));
    let deviation = B::float_sqrt(B::float_add_scalar(variance, EPSILON.into()));
    let by_x = B::float_div(rest, B::float_reshape(deviation, mean.shape()));
    (B::float_reshape(by_x, shape), by_scale, by_shift)
}

impl Grouping {
    /// Rows × channels × area, as `rows × groups × values` or `rows × channels × area`.
    fn grouped<B: Backend>(self, x: FloatTensor<B>) -> FloatTensor<B> {
        let rows = x.shape()[0];
        let groups = match self.over {
            Over::Groups(groups) => groups,
            Over::Rows => self.channels,
        };
        B::float_reshape(x, Shape::new([rows, groups, self.channels * self.area / groups]))
    }

    /// The mean over what is normalised together, `rows × groups × 1` or `1 × channels × 1`.
    fn mean<B: Backend>(self, grouped: FloatTensor<B>) -> FloatTensor<B> {
        match self.over {
            Over::Groups(_) => B::float_mean_dim(grouped, 2),
            Over::Rows => B::float_mean_dim(B::float_mean_dim(grouped, 0), 2),
        }
    }

    /// x̂·γ + β.
    fn scaled<B: Backend>(
        self,
        normal: FloatTensor<B>,
        scale: FloatTensor<B>,
        shift: FloatTensor<B>,
    ) -> FloatTensor<B> {
        let shape = normal.shape();
        let maps = B::float_reshape(normal, Shape::new([shape[0], self.channels, self.area]));
        let [scale, shift] = [scale, shift].map(|values| B::float_reshape(values, Shape::new([1, self.channels, 1])));
        B::float_reshape(B::float_add(B::float_mul(maps, scale), shift), shape)
    }
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

/// Σ over pixels of the continuous Bernoulli's log density (x − ½)·ℓ − log(sinh(h)/h) with h = ℓ/2, and its derivative
/// with respect to the logits, x − ½ − ½·(coth h − 1/h); see
/// [`continuous_bernoulli_log_prob`](super::continuous_bernoulli_log_prob).
pub fn continuous_bernoulli_and_residual<B: Backend>(
    images: FloatTensor<B>,
    logits: FloatTensor<B>,
) -> (FloatTensor<B>, FloatTensor<B>) {
    let number = |number: f64| number.into();
    let (add, sub, mul) = (B::float_add, B::float_sub, B::float_mul);
    let (rows, shape) = (logits.shape()[0], logits.shape());
    let (x, logits) = by_sample::<B>(images, logits);
    let h = B::float_mul_scalar(logits.clone(), number(0.5));
    let size = B::float_abs(h.clone());
    // A function of |h| is its value at max(|h|, ½), by e^−2|h|, plus that at min(|h|, ½), by a series in h², less that
    // at ½: one of the two always is the value at ½.
    let (far, near) = (B::float_clamp_min(size.clone(), number(0.5)), B::float_clamp_max(size, number(0.5)));
    let s = mul(near.clone(), near.clone());
    let series = |coefficients: &[f64]| {
        let zeros = B::float_mul_scalar(s.clone(), number(0.0));
        coefficients.iter().fold(zeros, |sum, c| B::float_add_scalar(mul(sum, s.clone()), number(*c)))
    };
    let tail = B::float_exp(B::float_mul_scalar(far.clone(), number(-2.0)));
    let of_far = sub(
        add(far.clone(), B::float_log1p(B::float_neg(tail.clone()))),
        B::float_log(B::float_mul_scalar(far.clone(), number(2.0))),
    );
    let of_near = mul(series(&[-1.0 / 37_800.0, 1.0 / 2_835.0, -1.0 / 180.0, 1.0 / 6.0]), s.clone());
    let normaliser = B::float_add_scalar(add(of_far, of_near), number(-0.041_324_854_612_918_16));
    let centred = B::float_add_scalar(x, number(-0.5));
    let value = B::float_sum_dim(sub(mul(logits, centred.clone()), normaliser), 2);

    let coth = B::float_div(
        B::float_add_scalar(tail.clone(), number(1.0)),
        B::float_add_scalar(B::float_neg(tail), number(1.0)),
    );
    let of_far = sub(coth, B::float_recip(far));
    let of_near = mul(series(&[2.0 / 93_555.0, -1.0 / 4_725.0, 2.0 / 945.0, -1.0 / 45.0, 1.0 / 3.0]), near);
    let slope = B::float_add_scalar(add(of_far, of_near), number(-0.163_953_413_738_653));
    let residual = sub(centred, B::float_mul_scalar(mul(slope, B::float_sign(h)), number(0.5)));
    (B::float_reshape(value, Shape::new([rows])), B::float_reshape(residual, shape))
}

/// Σ over pixels of the log probability of their grey level, and its derivative with respect to the logits; see
/// [`categorical_log_prob`](super::categorical_log_prob).
pub fn categorical_and_residual<B: Backend>(
    images: FloatTensor<B>,
    logits: FloatTensor<B>,
) -> (FloatTensor<B>, FloatTensor<B>) {
    let (shape, rows, pixels) = (logits.shape(), logits.shape()[0], images.shape()[1]);
    let levels = shape[1] / pixels;
    let x = B::float_reshape(repeat::<B>(images, rows), Shape::new([rows, 1, pixels]));
    let level = B::float_round(B::float_mul_scalar(x, ((levels - 1) as f64).into()));
    let all = TensorData::new((0..levels).map(|level| level as f32).collect(), Shape::new([1, levels, 1]));
    let all = B::float_from_data(all, &level.device());
    // Whole numbers: 1 at the level, 0 elsewhere.
    let apart = B::float_clamp_max(B::float_abs(B::float_sub(level, all)), 1.0.into());
    let chosen = B::float_add_scalar(B::float_neg(apart), 1.0.into());
    let logits = B::float_reshape(logits, Shape::new([rows, levels, pixels]));
    let (log, shares) = log_sum_exp_and_shares::<B>(logits.clone());
    let at_level = B::float_sum_dim(B::float_mul(chosen.clone(), logits), 1);
    let value = B::float_sum_dim(B::float_sub(at_level, log), 2);
    let residual = B::float_sub(chosen, shares);
    (B::float_reshape(value, Shape::new([rows])), B::float_reshape(residual, shape))
}

/// log P(x) of levels under discretised logistics, and its derivatives with respect to mean and log scale; see
/// [`discretised_logistic`](super::discretised_logistic).
pub fn logistic_and_slopes<B: Backend>(
    x: FloatTensor<B>,
    mean: FloatTensor<B>,
    log_scale: FloatTensor<B>,
) -> (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>) {
    let number = |number: f32| number.into();
    let (add, sub, mul, div) = (B::float_add, B::float_sub, B::float_mul, B::float_div);
    let flag =
        |levels| B::float_clamp(B::float_round(B::float_mul_scalar(levels, number(255.0))), number(0.0), number(1.0));
    let not_black = flag(x.clone());
    let not_white = flag(B::float_add_scalar(B::float_neg(x.clone()), number(1.0)));
    let both = mul(not_black.clone(), not_white.clone());
    let bounded = B::float_clamp(log_scale.clone(), number(LOG_SCALES[0]), number(LOG_SCALES[1]));
    let precision = B::float_exp(B::float_neg(bounded.clone()));
    let half = B::float_mul_scalar(precision.clone(), number(HALF_LEVEL));
    let centre = mul(sub(x, mean), precision.clone());
    let below = B::float_neg(add(centre.clone(), half.clone()));
    let above = sub(centre.clone(), half.clone());
    let softplus = |x| activate::<B>(x, Activation::Softplus);
    // 1 − e^−d as tanh(d/2)·(1 + e^−d), for the width d of a level: exact where d is small.
    let tail = B::float_exp(B::float_mul_scalar(half.clone(), number(-2.0)));
    let share = mul(B::float_tanh(half.clone()), B::float_add_scalar(tail.clone(), number(1.0)));
    let beside = add(mul(softplus(below.clone()), not_white.clone()), mul(softplus(above.clone()), not_black.clone()));
    let value = sub(mul(B::float_log(share.clone()), both.clone()), beside);

    let by_below = mul(B::sigmoid(below), not_white);
    let by_above = mul(B::sigmoid(above), not_black);
    let by_centre = sub(by_below.clone(), by_above.clone());
    let by_width = mul(B::float_mul_scalar(div(tail, share), number(2.0)), both);
    let by_half = add(add(by_below, by_above), by_width);
    let by_scale = B::float_neg(add(mul(centre, by_centre.clone()), mul(half, by_half)));
    // Bounded log scales change nothing: 0 where the bound is another number.
    let apart = B::float_abs(sub(log_scale, bounded));
    let inside = B::float_add_scalar(B::float_neg(B::float_sign(apart)), number(1.0));
    (value, B::float_neg(mul(precision, by_centre)), mul(by_scale, inside))
}

/// log p(x|z) of each row under a mixture of discretised logistics, and its derivative with respect to the decoder's
/// output; see [`logistic_mixture_log_prob`](super::logistic_mixture_log_prob).
pub fn logistic_mixture_and_gradient<B: Backend>(
    images: FloatTensor<B>,
    output: FloatTensor<B>,
    components: Components,
) -> (FloatTensor<B>, FloatTensor<B>) {
    let Components { count, channels } = components;
    let (add, sub, mul) = (B::float_add, B::float_sub, B::float_mul);
    let (shape, rows) = (output.shape(), output.shape()[0]);
    let kinds = components.planes() / count;
    let places = shape[1] / components.planes();
    // Kinds of planes are `rows × M × places`, channels `rows × 1 × places`.
    let part = |whole: &FloatTensor<B>, place: usize, of: [usize; 3]| {
        let ranges = [0..of[0], place..place + 1, 0..of[1], 0..of[2]].map(Slice::from);
        B::float_reshape(B::float_slice(whole.clone(), &ranges), Shape::new(of))
    };
    let planes = B::float_reshape(output, Shape::new([rows, kinds, count, places]));
    let plane = |kind| part(&planes, kind, [rows, count, places]);
    let images = B::float_reshape(repeat::<B>(images, rows), Shape::new([rows, channels, 1, places]));
    let seen = |channel| B::float_repeat_dim(part(&images, channel, [rows, 1, places]), 1, count);

    let pairs = if channels == 3 { &Components::PAIRS[..] } else { &[] };
    let tanh = |pair: usize| B::float_tanh(plane(components.coefficients() + pair));
    let mut joint = plane(0);
    let (mut by_means, mut by_scales) = (Vec::new(), Vec::new());
    for channel in 0..channels {
        let mut mean = plane(1 + channel);
        for (pair, [before, _]) in pairs.iter().enumerate().filter(|(_, [_, shifted])| *shifted == channel) {
            mean = add(mean, mul(tanh(pair), seen(*before)));
        }
        let (value, by_mean, by_scale) = logistic_and_slopes::<B>(seen(channel), mean, plane(1 + channels + channel));
        joint = add(joint, value);
        by_means.push(by_mean);
        by_scales.push(by_scale);
    }
    let (of_all, shares) = log_sum_exp_and_shares::<B>(joint);
    let (of_weights, weights) = log_sum_exp_and_shares::<B>(plane(0));
    let value = B::float_sum_dim(sub(of_all, of_weights), 2);

    let by_coefficients = pairs.iter().enumerate().map(|(pair, [before, shifted])| {
        let tanh = tanh(pair);
        let slope = B::float_add_scalar(B::float_neg(mul(tanh.clone(), tanh)), 1.0.into());
        mul(mul(slope, seen(*before)), by_means[*shifted].clone())
    });
    let by_coefficients: Vec<_> = by_coefficients.collect();
    let others = by_means.into_iter().chain(by_scales).chain(by_coefficients);
    let mut gradients = vec![sub(shares.clone(), weights)];
    gradients.extend(others.map(|slope| mul(slope, shares.clone())));
    (B::float_reshape(value, Shape::new([rows])), B::float_reshape(B::float_cat(gradients, 1), shape))
}

/// Each row times its factor.
pub fn scale_rows<B: Backend>(rows: FloatTensor<B>, factors: FloatTensor<B>) -> FloatTensor<B> {
    let count = factors.shape()[0];
    B::float_mul(rows, B::float_reshape(factors, Shape::new([count, 1])))
}

/// The log density of rows z under a mixture of diagonal Gaussians, and the components' shares in it, `rows × M`; see
/// [`mixture_log_prob`](super::mixture_log_prob).
pub fn mixture<B: Backend>(
    z: FloatTensor<B>,
    mean: FloatTensor<B>,
    log_variance: FloatTensor<B>,
    log_weights: FloatTensor<B>,
) -> (FloatTensor<B>, FloatTensor<B>) {
    let (rows, latent, count) = (z.shape()[0], z.shape()[1], mean.shape()[0]);
    let (apart, precision) = apart_and_precision::<B>(z, mean, log_variance.clone());
    let squares = B::float_mul(B::float_mul(apart.clone(), apart), precision);
    let log_variance = B::float_reshape(log_variance, Shape::new([1, count, latent]));
    let sums = B::float_sum_dim(B::float_add(squares, log_variance), 2);
    let within = B::float_mul_scalar(B::float_reshape(sums, Shape::new([rows, count])), (-0.5).into());
    let within = B::float_add(within, B::float_reshape(log_weights, Shape::new([1, count])));
    let (value, shares) = log_sum_exp_and_shares::<B>(within);
    let constant = -0.5 * latent as f64 * std::f64::consts::TAU.ln();
    (B::float_reshape(B::float_add_scalar(value, constant.into()), Shape::new([rows])), shares)
}

/// log N(z_i; μ_j, σ_j²) of each dimension, `rows × M × latent`.
pub fn normal_log_densities<B: Backend>(
    z: FloatTensor<B>,
    mean: FloatTensor<B>,
    deviation: FloatTensor<B>,
) -> FloatTensor<B> {
    let (standard, deviation) = standard_and_deviation::<B>(z, mean, deviation);
    let halves = B::float_mul_scalar(B::float_mul(standard.clone(), standard), (-0.5).into());
    let densities = B::float_sub(halves, B::float_log(deviation));
    B::float_add_scalar(densities, (-0.5 * std::f64::consts::TAU.ln()).into())
}

/// The gradients with respect to z, means and deviations, from that with respect to the log densities.
pub fn normal_log_densities_gradient<B: Backend>(
    gradient: FloatTensor<B>,
    z: FloatTensor<B>,
    mean: FloatTensor<B>,
    deviation: FloatTensor<B>,
) -> (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>) {
    let (of_z, of_normals) = (z.shape(), mean.shape());
    let (standard, deviation) = standard_and_deviation::<B>(z, mean, deviation);
    let weighted = B::float_div(gradient, deviation);
    let pull = B::float_mul(weighted.clone(), standard.clone());
    let by_z = B::float_reshape(B::float_sum_dim(B::float_neg(pull.clone()), 1), of_z);
    let by_deviation = B::float_sub(B::float_mul(pull.clone(), standard), weighted);
    let over_rows = |values| B::float_reshape(B::float_sum_dim(values, 0), of_normals.clone());
    (by_z, over_rows(pull), over_rows(by_deviation))
}

/// (z_i − μ_j)/σ_j, `rows × M × latent`, and σ, `1 × M × latent`.
fn standard_and_deviation<B: Backend>(
    z: FloatTensor<B>,
    mean: FloatTensor<B>,
    deviation: FloatTensor<B>,
) -> (FloatTensor<B>, FloatTensor<B>) {
    let (apart, deviation) = apart_and_beside::<B>(z, mean, deviation);
    (B::float_div(apart, deviation.clone()), deviation)
}

/// Rows z after planar steps, and beside each the sum of its log determinants, `rows × (latent + 1)`; see
/// [`planar_flow`](super::planar_flow()).
pub fn planar_flow<B: Backend>(
    z: FloatTensor<B>,
    u: FloatTensor<B>,
    w: FloatTensor<B>,
    b: FloatTensor<B>,
    rise: FloatTensor<B>,
) -> FloatTensor<B> {
    let rows = z.shape()[0];
    let mut moved = z;
    let mut logs = Vec::new();
    for step in 0..u.shape()[1] {
        let [u, w, b, rise] = [&u, &w, &b, &rise].map(|of| of_step::<B>(of, step, rows));
        let [tanh, _, determinant] = bend::<B>(&moved, w, b, rise);
        moved = B::float_add(moved, B::float_mul(u, tanh));
        logs.push(B::float_log(B::float_clamp_min(determinant, SMALLEST_DETERMINANT.into())));
    }
    let logs = logs.into_iter().reduce(B::float_add).expect("a flow has a step");
    B::float_cat(vec![moved, logs], 1)
}

/// The gradients with respect to z, û, w, b and 1 + w·û, from that with respect to the result of [`planar_flow`].
#[expect(clippy::type_complexity, reason = "the gradients of five factors")]
pub fn planar_flow_gradient<B: Backend>(
    gradient: FloatTensor<B>,
    z: FloatTensor<B>,
    u: FloatTensor<B>,
    w: FloatTensor<B>,
    b: FloatTensor<B>,
    rise: FloatTensor<B>,
) -> (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>, FloatTensor<B>, FloatTensor<B>) {
    let (add, mul) = (B::float_add, B::float_mul);
    let (rows, latent, images, count) = (z.shape()[0], z.shape()[1], u.shape()[0], u.shape()[1]);
    let columns = |range| B::float_slice(gradient.clone(), &[Slice::from(0..rows), Slice::from(range)]);
    let (mut by_z, by_logs): (_, FloatTensor<B>) = (columns(0..latent), columns(latent..latent + 1));
    let parts = |step| [&u, &w, &b, &rise].map(|of| of_step::<B>(of, step, rows));
    // Where the rows are before each step.
    let mut way = vec![z];
    for step in 0..count - 1 {
        let [u, w, b, rise] = parts(step);
        let [tanh, ..] = bend::<B>(&way[step], w, b, rise);
        way.push(add(way[step].clone(), mul(u, tanh)));
    }
    let mut found = [const { Vec::new() }; 4];
    for (step, before) in way.into_iter().enumerate().rev() {
        let [u, w, b, rise] = parts(step);
        let [tanh, slope, determinant] = bend::<B>(&before, w.clone(), b, rise.clone());
        // Nothing flows where the determinant is held.
        let held = B::float_clamp_min(determinant.clone(), SMALLEST_DETERMINANT.into());
        let above = B::float_sign(B::float_sub_scalar(determinant, SMALLEST_DETERMINANT.into()));
        let free = B::float_clamp_min(above, 0.0.into());
        let by_rise = mul(mul(by_logs.clone(), free), B::float_div(slope.clone(), held));
        let fall = B::float_add_scalar(B::float_neg(rise), 1.0.into());
        let by_height = mul(B::float_mul_scalar(mul(tanh.clone(), by_rise.clone()), 2.0.into()), fall);
        let by_height = add(by_height, mul(slope, B::float_sum_dim(mul(by_z.clone(), u), 1)));
        let by_parts = [mul(by_z.clone(), tanh), mul(before, by_height.clone()), by_height.clone(), by_rise];
        for (found, by_part) in found.iter_mut().zip(by_parts) {
            let width = by_part.shape()[1];
            let sums = sum_over_samples::<B>(by_part, images);
            found.push(B::float_reshape(sums, Shape::new([images, 1, width])));
        }
        by_z = add(by_z, mul(w, by_height));
    }
    let [by_u, by_w, by_b, by_rise] = found.map(|steps| B::float_cat(steps.into_iter().rev().collect(), 1));
    (by_z, by_u, by_w, by_b, by_rise)
}

/// The smallest determinant of a planar step that is told from 0.
const SMALLEST_DETERMINANT: f64 = 1e-37;

/// The numbers of one step, of those of all steps `B × T × n`, repeated for each row of z, `rows × n`.
fn of_step<B: Backend>(all: &FloatTensor<B>, step: usize, rows: usize) -> FloatTensor<B> {
    let (images, width) = (all.shape()[0], all.shape()[2]);
    let ranges = [0..images, step..step + 1, 0..width].map(Slice::from);
    repeat::<B>(B::float_reshape(B::float_slice(all.clone(), &ranges), Shape::new([images, width])), rows)
}

/// t = tanh(w·z + b), 1 − t², and the determinant t² + (1 + w·û)·(1 − t²) of a planar step, each `rows × 1`.
fn bend<B: Backend>(
    z: &FloatTensor<B>,
    w: FloatTensor<B>,
    b: FloatTensor<B>,
    rise: FloatTensor<B>,
) -> [FloatTensor<B>; 3] {
    let height = B::float_add(B::float_sum_dim(B::float_mul(w, z.clone()), 1), b);
    let tanh = B::float_tanh(height.clone());
    // 1 − t², which cancels where t is near 1.
    let fade = B::float_exp(B::float_mul_scalar(B::float_abs(height), (-2.0).into()));
    let below = B::float_add_scalar(fade.clone(), 1.0.into());
    let slope = B::float_div(B::float_mul_scalar(fade, 4.0.into()), B::float_mul(below.clone(), below));
    let determinant = B::float_add(B::float_mul(tanh.clone(), tanh.clone()), B::float_mul(rise, slope.clone()));
    [tanh, slope, determinant]
}

/// log Σ exp over the second dimension, which has length 1 in the result.
pub fn log_sum_exp<B: Backend>(terms: FloatTensor<B>) -> FloatTensor<B> {
    let (largest, _, sum) = largest_and_sum_of_exp::<B>(terms);
    B::float_add(B::float_log(sum), largest)
}

/// [`log_sum_exp`], and the share of each term in the sum.
pub fn log_sum_exp_and_shares<B: Backend>(terms: FloatTensor<B>) -> (FloatTensor<B>, FloatTensor<B>) {
    let (largest, exp, sum) = largest_and_sum_of_exp::<B>(terms);
    (B::float_add(B::float_log(sum.clone()), largest), B::float_div(exp, sum))
}

/// The largest term over the second dimension, exp of each term less it, and the sum of these.
fn largest_and_sum_of_exp<B: Backend>(terms: FloatTensor<B>) -> (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>) {
    let largest = B::float_max_dim(terms.clone(), 1);
    let exp = B::float_exp(B::float_sub(terms, largest.clone()));
    let sum = B::float_sum_dim(exp.clone(), 1);
    (largest, exp, sum)
}

/// The gradients with respect to z, means, log variances and log weights, from that with respect to the log densities
/// and the components' shares in them.
pub fn mixture_gradient<B: Backend>(
    gradient: FloatTensor<B>,
    shares: FloatTensor<B>,
    z: FloatTensor<B>,
    mean: FloatTensor<B>,
    log_variance: FloatTensor<B>,
) -> (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>, FloatTensor<B>) {
    let (rows, latent, count) = (z.shape()[0], z.shape()[1], mean.shape()[0]);
    let weighted = scale_rows::<B>(shares, gradient);
    let by_weight = B::float_reshape(B::float_sum_dim(weighted.clone(), 0), Shape::new([count]));
    let weighted = B::float_reshape(weighted, Shape::new([rows, count, 1]));
    let (apart, precision) = apart_and_precision::<B>(z, mean, log_variance);
    let pull = B::float_mul(B::float_mul(apart.clone(), precision), weighted.clone());
    let by_z = B::float_neg(B::float_reshape(B::float_sum_dim(pull.clone(), 1), Shape::new([rows, latent])));
    let over_rows = |values| B::float_reshape(B::float_sum_dim(values, 0), Shape::new([count, latent]));
    let by_variance = B::float_sub(B::float_mul(pull.clone(), apart), weighted);
    let by_variance = B::float_mul_scalar(over_rows(by_variance), 0.5.into());
    (by_z, over_rows(pull), by_variance, by_weight)
}

/// z − μ of every row and component, `rows × M × latent`, and 1/σ², `1 × M × latent`.
fn apart_and_precision<B: Backend>(
    z: FloatTensor<B>,
    mean: FloatTensor<B>,
    log_variance: FloatTensor<B>,
) -> (FloatTensor<B>, FloatTensor<B>) {
    let (apart, log_variance) = apart_and_beside::<B>(z, mean, log_variance);
    (apart, B::float_exp(B::float_neg(log_variance)))
}

/// z − μ of every row and component, `rows × M × latent`, and another number of each component, `1 × M × latent`.
fn apart_and_beside<B: Backend>(
    z: FloatTensor<B>,
    mean: FloatTensor<B>,
    other: FloatTensor<B>,
) -> (FloatTensor<B>, FloatTensor<B>) {
    let (rows, latent, count) = (z.shape()[0], z.shape()[1], mean.shape()[0]);
    let z = B::float_reshape(z, Shape::new([rows, 1, latent]));
    let [mean, other] = [mean, other].map(|values| B::float_reshape(values, Shape::new([1, count, latent])));
    (B::float_sub(z, mean), other)
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
