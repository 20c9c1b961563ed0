//! The operations that are worth a kernel of their own, as methods of a backend.

use super::components::Components;
use super::geometry::{Direction, Geometry, Map};
use super::grouping::Grouping;
use super::needs::Needs;
use super::reference;
use crate::experiment::Activation;
use crate::random::Stream;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, backend_extension};

/// The fused operations of a backend. Shapes: x and h `rows × inputs`, W `inputs × outputs`, b `outputs`; samples are
/// `K·B` rows. The default body of each operation is its [`reference`].
#[backend_extension(Flex, Cube, Autodiff)]
pub trait Kernels: Backend {
    /// f(x·W + b), `rows × outputs`.
    fn affine(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        activation: Activation,
    ) -> FloatTensor<Self> {
        reference::affine::<Self>(x, weight, bias, activation)
    }

    /// [`Self::affine`] with what the activation [`Needs`] for its backward pass (the output where it needs nothing).
    fn affine_and_kept(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        activation: Activation,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        if Needs::of(activation) == Needs::Slope {
            return Self::activate_and_kept(Self::affine(x, weight, bias, Activation::Linear), activation);
        }
        let y = Self::affine(x, weight, bias, activation);
        (y.clone(), y)
    }

    /// f(x), element by element.
    fn activate(x: FloatTensor<Self>, activation: Activation) -> FloatTensor<Self> {
        reference::activate::<Self>(x, activation)
    }

    /// [`Self::activate`] with what the activation [`Needs`], as [`Self::affine_and_kept`].
    fn activate_and_kept(x: FloatTensor<Self>, activation: Activation) -> (FloatTensor<Self>, FloatTensor<Self>) {
        if Needs::of(activation) == Needs::Slope {
            return Self::activate_and_slope(x, activation);
        }
        let y = Self::activate(x, activation);
        (y.clone(), y)
    }

    /// f(x) and f′(x), for an activation that [`Needs`] its slope.
    fn activate_and_slope(x: FloatTensor<Self>, activation: Activation) -> (FloatTensor<Self>, FloatTensor<Self>) {
        reference::activate_and_slope::<Self>(x, activation)
    }

    /// f(convolution + bias); see [`convolve`](super::convolve).
    fn convolve(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        geometry: Geometry,
        direction: Direction,
        activation: Activation,
    ) -> FloatTensor<Self> {
        reference::convolve::<Self>(x, weight, bias, geometry, direction, activation)
    }

    /// [`Self::convolve`] with what the activation [`Needs`], as [`Self::affine_and_kept`].
    fn convolve_and_kept(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        geometry: Geometry,
        direction: Direction,
        activation: Activation,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        if Needs::of(activation) == Needs::Slope {
            let x = Self::convolve(x, weight, bias, geometry, direction, Activation::Linear);
            return Self::activate_and_kept(x, activation);
        }
        let y = Self::convolve(x, weight, bias, geometry, direction, activation);
        (y.clone(), y)
    }

    /// The linear part of a convolution.
    fn convolution(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        geometry: Geometry,
        direction: Direction,
    ) -> FloatTensor<Self> {
        reference::convolution::<Self>(x, weight, geometry, direction)
    }

    /// The gradient of a convolution with respect to its kernels, from the large and the small map of every row.
    fn kernel_gradient(
        large: FloatTensor<Self>,
        small: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        geometry: Geometry,
    ) -> FloatTensor<Self> {
        reference::kernel_gradient::<Self>(large, small, weight, geometry)
    }

    /// Σ over rows and positions: the gradient with respect to a bias per channel.
    fn channel_sums(gradient: FloatTensor<Self>, map: Map) -> FloatTensor<Self> {
        reference::channel_sums::<Self>(gradient, map)
    }

    /// The gradient with respect to the pre-activation, from what the activation [`Needs`] and the gradient with
    /// respect to its output.
    fn activation_gradient(
        kept: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        activation: Activation,
    ) -> FloatTensor<Self> {
        reference::activation_gradient::<Self>(kept, gradient, activation)
    }

    /// xᵀ·g, the gradient with respect to the weight.
    fn weight_gradient(x: FloatTensor<Self>, gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        reference::weight_gradient::<Self>(x, gradient)
    }

    /// g·Wᵀ, the gradient with respect to the input.
    fn input_gradient(gradient: FloatTensor<Self>, weight: FloatTensor<Self>) -> FloatTensor<Self> {
        reference::input_gradient::<Self>(gradient, weight)
    }

    /// Σ over rows, the gradient with respect to the bias.
    fn bias_gradient(gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        reference::bias_gradient::<Self>(gradient)
    }

    /// [`Self::activation_gradient`], and its [`Self::bias_gradient`].
    fn activation_and_bias_gradients(
        kept: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        activation: Activation,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let gradient = Self::activation_gradient(kept, gradient, activation);
        (gradient.clone(), Self::bias_gradient(gradient))
    }

    /// [`Self::activation_gradient`] of a map, and its [`Self::channel_sums`].
    fn activation_and_channel_gradients(
        kept: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        activation: Activation,
        map: Map,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let gradient = Self::activation_gradient(kept, gradient, activation);
        (gradient.clone(), Self::channel_sums(gradient, map))
    }

    /// x·m, and m, which is random: 1/keep with probability `keep`, else 0; see [`drop_out`](super::drop_out).
    fn drop_out(
        x: FloatTensor<Self>,
        stream: Stream,
        counter: u64,
        keep: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        reference::drop_out::<Self>(x, stream, counter, keep)
    }

    /// f(x̂·γ + β), x̂, and the means and variances that x was normalised by; see [`normalise`](super::normalise).
    fn normalise(
        x: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        grouping: Grouping,
        activation: Activation,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        reference::normalise::<Self>(x, scale, shift, grouping, activation)
    }

    /// The gradients with respect to x, γ and β, from that with respect to the output, x̂ and the variances.
    fn normalise_gradient(
        gradient: FloatTensor<Self>,
        normal: FloatTensor<Self>,
        variance: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        grouping: Grouping,
        activation: Activation,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        reference::normalise_gradient::<Self>(gradient, normal, variance, scale, shift, grouping, activation)
    }

    /// log P(x) of each level under its logistic; see [`discretised_logistic`](super::discretised_logistic). All three
    /// have one shape.
    fn logistic(x: FloatTensor<Self>, mean: FloatTensor<Self>, log_scale: FloatTensor<Self>) -> FloatTensor<Self> {
        reference::logistic_and_slopes::<Self>(x, mean, log_scale).0
    }

    /// [`Self::logistic`], and its derivatives with respect to the mean and the log scale.
    fn logistic_and_slopes(
        x: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        log_scale: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        reference::logistic_and_slopes::<Self>(x, mean, log_scale)
    }

    /// log p(x|z) of each row; see [`logistic_mixture_log_prob`](super::logistic_mixture_log_prob).
    fn logistic_mixture(
        images: FloatTensor<Self>,
        output: FloatTensor<Self>,
        components: Components,
    ) -> FloatTensor<Self> {
        reference::logistic_mixture_and_gradient::<Self>(images, output, components).0
    }

    /// [`Self::logistic_mixture`], and its derivative with respect to the output.
    fn logistic_mixture_and_gradient(
        images: FloatTensor<Self>,
        output: FloatTensor<Self>,
        components: Components,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        reference::logistic_mixture_and_gradient::<Self>(images, output, components)
    }

    /// Σ over pixels of x·ℓ − softplus(ℓ); see [`bernoulli_log_prob`](super::bernoulli_log_prob).
    fn bernoulli(images: FloatTensor<Self>, logits: FloatTensor<Self>) -> FloatTensor<Self> {
        reference::bernoulli::<Self>(images, logits)
    }

    /// [`Self::bernoulli`], and x − sigmoid(ℓ), its derivative with respect to the logits.
    fn bernoulli_and_residual(
        images: FloatTensor<Self>,
        logits: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        reference::bernoulli_and_residual::<Self>(images, logits)
    }

    /// Σ over pixels of the log probability of their grey level; see
    /// [`categorical_log_prob`](super::categorical_log_prob).
    fn categorical(images: FloatTensor<Self>, logits: FloatTensor<Self>) -> FloatTensor<Self> {
        reference::categorical_and_residual::<Self>(images, logits).0
    }

    /// [`Self::categorical`], and its derivative with respect to the logits.
    fn categorical_and_residual(
        images: FloatTensor<Self>,
        logits: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        reference::categorical_and_residual::<Self>(images, logits)
    }

    /// Σ over pixels of the continuous Bernoulli's log density; see
    /// [`continuous_bernoulli_log_prob`](super::continuous_bernoulli_log_prob).
    fn continuous_bernoulli(images: FloatTensor<Self>, logits: FloatTensor<Self>) -> FloatTensor<Self> {
        reference::continuous_bernoulli_and_residual::<Self>(images, logits).0
    }

    /// [`Self::continuous_bernoulli`], and its derivative with respect to the logits.
    fn continuous_bernoulli_and_residual(
        images: FloatTensor<Self>,
        logits: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        reference::continuous_bernoulli_and_residual::<Self>(images, logits)
    }

    /// [`Self::bernoulli`] of the logits h·W + b.
    fn bernoulli_of_layer(
        images: FloatTensor<Self>,
        h: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        Self::bernoulli(images, Self::affine(h, weight, bias, Activation::Linear))
    }

    /// [`Self::bernoulli_and_residual`] of the logits h·W + b.
    fn bernoulli_of_layer_and_residual(
        images: FloatTensor<Self>,
        h: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        Self::bernoulli_and_residual(images, Self::affine(h, weight, bias, Activation::Linear))
    }

    /// log Σ exp over the second of three dimensions, which has length 1 in the result; see
    /// [`log_sum_exp`](super::log_sum_exp()).
    fn log_sum_exp(x: FloatTensor<Self>) -> FloatTensor<Self> {
        reference::log_sum_exp::<Self>(x)
    }

    /// [`Self::log_sum_exp`], and the share of each term in its sum, which is its derivative.
    fn log_sum_exp_and_shares(x: FloatTensor<Self>) -> (FloatTensor<Self>, FloatTensor<Self>) {
        reference::log_sum_exp_and_shares::<Self>(x)
    }

    /// The numbers of each group, `groups × count × width`, times its factors, `groups × 1 × width`.
    fn scale_groups(x: FloatTensor<Self>, factors: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::float_mul(x, factors)
    }

    /// Each row times its factor.
    fn scale_rows(rows: FloatTensor<Self>, factors: FloatTensor<Self>) -> FloatTensor<Self> {
        reference::scale_rows::<Self>(rows, factors)
    }

    /// [`Self::scale_rows`], and its [`Self::bias_gradient`].
    fn scaled_rows_and_sums(
        rows: FloatTensor<Self>,
        factors: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let scaled = Self::scale_rows(rows, factors);
        (scaled.clone(), Self::bias_gradient(scaled))
    }

    /// The log density of rows z under a mixture, and the components' shares in it, `rows × M`, which are not
    /// differentiable; see [`mixture_log_prob`](super::mixture_log_prob).
    fn mixture(
        z: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        log_variance: FloatTensor<Self>,
        log_weights: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        reference::mixture::<Self>(z, mean, log_variance, log_weights)
    }

    /// The gradients with respect to z, means, log variances and log weights, from that with respect to the log
    /// densities and the components' shares in them.
    fn mixture_gradient(
        gradient: FloatTensor<Self>,
        shares: FloatTensor<Self>,
        z: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        log_variance: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        reference::mixture_gradient::<Self>(gradient, shares, z, mean, log_variance)
    }

    /// The log density of each dimension of every row of z under every Gaussian, `rows × M × latent`; see
    /// [`normal_log_densities`](super::normal_log_densities).
    fn normal_log_densities(
        z: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        deviation: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        reference::normal_log_densities::<Self>(z, mean, deviation)
    }

    /// The gradients with respect to z, means and deviations, from that with respect to the log densities.
    fn normal_log_densities_gradient(
        gradient: FloatTensor<Self>,
        z: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        deviation: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        reference::normal_log_densities_gradient::<Self>(gradient, z, mean, deviation)
    }

    /// Rows z after planar steps, and beside each the sum of its log determinants, `rows × (latent + 1)`; see
    /// [`planar_flow`](super::planar_flow()).
    fn planar_flow(
        z: FloatTensor<Self>,
        u: FloatTensor<Self>,
        w: FloatTensor<Self>,
        b: FloatTensor<Self>,
        rise: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        reference::planar_flow::<Self>(z, u, w, b, rise)
    }

    /// The gradients with respect to z, û, w, b and 1 + w·û, from that with respect to the result.
    #[allow(clippy::type_complexity, reason = "the gradients of five factors")]
    fn planar_flow_gradient(
        gradient: FloatTensor<Self>,
        z: FloatTensor<Self>,
        u: FloatTensor<Self>,
        w: FloatTensor<Self>,
        b: FloatTensor<Self>,
        rise: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        reference::planar_flow_gradient::<Self>(gradient, z, u, w, b, rise)
    }

    /// Samples μ + σ·ε from rows of means and log variances; see [`Gaussian::sample`](super::Gaussian::sample).
    fn normal_sample(head: FloatTensor<Self>, epsilon: FloatTensor<Self>) -> FloatTensor<Self> {
        reference::normal_sample::<Self>(head, epsilon)
    }

    /// The gradient with respect to means and log variances, from the gradient with respect to the samples.
    fn normal_sample_gradient(
        head: FloatTensor<Self>,
        epsilon: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        reference::normal_sample_gradient::<Self>(head, epsilon, gradient)
    }

    /// [`Self::normal_sample`] within a bound, whose backward pass leaves its gradient for that of the samples; see
    /// [`Gaussian::bound`](super::Gaussian::bound).
    fn normal_sample_in_bound(head: FloatTensor<Self>, epsilon: FloatTensor<Self>, _beta: f64) -> FloatTensor<Self> {
        Self::normal_sample(head, epsilon)
    }

    /// 1/K Σ_k log p(x|z_k) − β·KL of each image, and the KL of each latent dimension, which is not differentiable; z_k
    /// are the samples of `_epsilon`.
    fn normal_bound(
        log_likelihood: FloatTensor<Self>,
        head: FloatTensor<Self>,
        _epsilon: FloatTensor<Self>,
        beta: f64,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        reference::normal_bound::<Self>(log_likelihood, head, beta)
    }

    /// [`Self::normal_sample_gradient`] plus the gradient of −β·KL, from the gradient with respect to the bound.
    fn normal_gradient(
        head: FloatTensor<Self>,
        epsilon: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        by_bound: FloatTensor<Self>,
        beta: f64,
    ) -> FloatTensor<Self> {
        let of_kl = reference::normal_kl_gradient::<Self>(head.clone(), by_bound, beta);
        Self::float_add(Self::normal_sample_gradient(head, epsilon, gradient), of_kl)
    }
}
