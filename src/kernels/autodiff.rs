//! Fused operations under automatic differentiation: each keeps as little as possible for its single backward pass.

use super::components::Components;
use super::geometry::{Direction, Geometry};
use super::grouping::Grouping;
use super::operations::Kernels;
use super::reference;
use crate::experiment::Activation;
use crate::random::Stream;
use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, AutodiffBackend, TensorMetadata};

/// The numbers that the backward pass needs of an activation; none of a linear layer, so that the next operation may
/// change the output in place.
type Kept<B> = Option<(FloatTensor<B>, Activation)>;

/// The output of an operation, and what its activation's backward pass needs.
fn output_and_kept<B: Kernels>(
    (y, kept): (FloatTensor<B>, FloatTensor<B>),
    activation: Activation,
) -> (FloatTensor<B>, Kept<B>) {
    (y, (activation != Activation::Linear).then_some((kept, activation)))
}

/// A backward pass that has the gradients of all parents at once: `gradients` of that of the result and of the state.
fn register_all<B: Kernels, S, const N: usize>(
    ops: Ops<S, N>,
    grads: &mut Gradients,
    gradients: impl FnOnce(FloatTensor<B>, S) -> [FloatTensor<B>; N],
) {
    let gradient = grads.consume::<B>(&ops.node);
    for (node, gradient) in ops.parents.into_iter().zip(gradients(gradient, ops.state)) {
        if let Some(node) = node {
            grads.register::<B>(node.id, gradient);
        }
    }
}

/// A number for each row, whose derivative with respect to the row is known with it.
#[derive(Debug)]
struct RowByRow;

impl<B: Kernels> Backward<B, 1> for RowByRow {
    /// The derivatives, a row for each row.
    type State = FloatTensor<B>;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let [node] = ops.parents;
        let gradient = grads.consume::<B>(&ops.node);
        if let Some(node) = node {
            grads.register::<B>(node.id, B::scale_rows(ops.state, gradient));
        }
    }
}

/// A log-likelihood of images for each row of a decoder's output: `value`, or where a gradient is needed
/// `value_and_slope`, with its derivative with respect to the row. No gradient flows to the images.
fn row_by_row<B: Kernels, C: CheckpointStrategy>(
    images: FloatTensor<Autodiff<B, C>>,
    output: FloatTensor<Autodiff<B, C>>,
    value: impl FnOnce(FloatTensor<B>, FloatTensor<B>) -> FloatTensor<B>,
    value_and_slope: impl FnOnce(FloatTensor<B>, FloatTensor<B>) -> (FloatTensor<B>, FloatTensor<B>),
) -> FloatTensor<Autodiff<B, C>> {
    let ((images, _), (output, node)) = (images.into_parts(), output.into_parts());
    match RowByRow.prepare::<C>([node]).compute_bound().stateful() {
        OpsKind::Tracked(prep) => {
            let (value, slope) = value_and_slope(images, output);
            prep.finish(slope, value)
        }
        OpsKind::UnTracked(prep) => prep.finish(value(images, output)),
    }
}

/// The gradient with respect to the pre-activation, from the gradient with respect to the output.
fn before_activation<B: Kernels>(kept: Kept<B>, gradient: FloatTensor<B>) -> FloatTensor<B> {
    match kept {
        Some((kept, activation)) => B::activation_gradient(kept, gradient, activation),
        None => gradient,
    }
}

impl<B: Kernels, C: CheckpointStrategy> Kernels for Autodiff<B, C> {
    fn affine(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        activation: Activation,
    ) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct Affine;

        impl<B: Kernels> Backward<B, 3> for Affine {
            /// Input, weight, and what the activation needs.
            type State = (FloatTensor<B>, FloatTensor<B>, Kept<B>);

            fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
                let [x_node, weight_node, bias_node] = ops.parents;
                let gradient = grads.consume::<B>(&ops.node);
                let (x, weight, activation) = ops.state;
                let gradient = match (bias_node, activation) {
                    (Some(node), Some((kept, activation))) => {
                        let (gradient, bias) = B::activation_and_bias_gradients(kept, gradient, activation);
                        grads.register::<B>(node.id, bias);
                        gradient
                    }
                    (Some(node), None) => {
                        grads.register::<B>(node.id, B::bias_gradient(gradient.clone()));
                        gradient
                    }
                    (None, activation) => before_activation::<B>(activation, gradient),
                };
                if let Some(node) = weight_node {
                    grads.register::<B>(node.id, B::weight_gradient(x, gradient.clone()));
                }
                if let Some(node) = x_node {
                    grads.register::<B>(node.id, B::input_gradient(gradient, weight));
                }
            }
        }

        let ((x, x_node), (weight, weight_node), (bias, bias_node)) =
            (x.into_parts(), weight.into_parts(), bias.into_parts());
        match Affine.prepare::<C>([x_node, weight_node, bias_node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let found = B::affine_and_kept(x.clone(), weight.clone(), bias, activation);
                let (y, kept) = output_and_kept::<B>(found, activation);
                prep.finish((x, weight, kept), y)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::affine(x, weight, bias, activation)),
        }
    }

    fn activate(x: FloatTensor<Self>, activation: Activation) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct Activate;

        impl<B: Kernels> Backward<B, 1> for Activate {
            /// The numbers that the activation's gradient needs.
            type State = Kept<B>;

            fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
                let [node] = ops.parents;
                let gradient = grads.consume::<B>(&ops.node);
                if let Some(node) = node {
                    grads.register::<B>(node.id, before_activation::<B>(ops.state, gradient));
                }
            }
        }

        let (x, node) = x.into_parts();
        match Activate.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let (y, kept) = output_and_kept::<B>(B::activate_and_kept(x, activation), activation);
                prep.finish(kept, y)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::activate(x, activation)),
        }
    }

    fn convolve(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        geometry: Geometry,
        direction: Direction,
        activation: Activation,
    ) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct Convolve;

        impl<B: Kernels> Backward<B, 3> for Convolve {
            /// Input, weight, what the activation needs, and the geometry and direction of the convolution.
            type State = (FloatTensor<B>, FloatTensor<B>, Kept<B>, Geometry, Direction);

            fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
                let [x_node, weight_node, bias_node] = ops.parents;
                let gradient = grads.consume::<B>(&ops.node);
                let (x, weight, activation, geometry, direction) = ops.state;
                let map = geometry.output(direction);
                let gradient = match (bias_node, activation) {
                    (Some(node), Some((kept, activation))) => {
                        let (gradient, sums) = B::activation_and_channel_gradients(kept, gradient, activation, map);
                        grads.register::<B>(node.id, sums);
                        gradient
                    }
                    (Some(node), None) => {
                        grads.register::<B>(node.id, B::channel_sums(gradient.clone(), map));
                        gradient
                    }
                    (None, activation) => before_activation::<B>(activation, gradient),
                };
                if let Some(node) = weight_node {
                    let (large, small) = match direction {
                        Direction::Down => (x, gradient.clone()),
                        Direction::Up => (gradient.clone(), x),
                    };
                    grads.register::<B>(node.id, B::kernel_gradient(large, small, weight.clone(), geometry));
                }
                if let Some(node) = x_node {
                    grads.register::<B>(node.id, B::convolution(gradient, weight, geometry, direction.reverse()));
                }
            }
        }

        let ((x, x_node), (weight, weight_node), (bias, bias_node)) =
            (x.into_parts(), weight.into_parts(), bias.into_parts());
        match Convolve.prepare::<C>([x_node, weight_node, bias_node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let found = B::convolve_and_kept(x.clone(), weight.clone(), bias, geometry, direction, activation);
                let (y, kept) = output_and_kept::<B>(found, activation);
                prep.finish((x, weight, kept, geometry, direction), y)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::convolve(x, weight, bias, geometry, direction, activation)),
        }
    }

    fn drop_out(
        x: FloatTensor<Self>,
        stream: Stream,
        counter: u64,
        keep: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        #[derive(Debug)]
        struct DropOut;

        impl<B: Kernels> Backward<B, 1> for DropOut {
            /// m.
            type State = FloatTensor<B>;

            fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
                let [node] = ops.parents;
                let gradient = grads.consume::<B>(&ops.node);
                if let Some(node) = node {
                    grads.register::<B>(node.id, B::float_mul(gradient, ops.state));
                }
            }
        }

        let (x, node) = x.into_parts();
        let (y, mask) = B::drop_out(x, stream, counter, keep);
        let y = match DropOut.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish(mask.clone(), y),
            OpsKind::UnTracked(prep) => prep.finish(y),
        };
        (y, Self::from_inner(mask))
    }

    fn normalise(
        x: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        grouping: Grouping,
        activation: Activation,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        #[derive(Debug)]
        struct Normalise;

        impl<B: Kernels> Backward<B, 3> for Normalise {
            /// x̂, the variances, γ and β, and what was done with them.
            type State = (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>, FloatTensor<B>, Grouping, Activation);

            fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
                register_all::<B, _, 3>(ops, grads, |gradient, state| {
                    let (normal, variance, scale, shift, grouping, activation) = state;
                    B::normalise_gradient(gradient, normal, variance, scale, shift, grouping, activation).into()
                });
            }
        }

        let ((x, x_node), (scale, scale_node), (shift, shift_node)) =
            (x.into_parts(), scale.into_parts(), shift.into_parts());
        let (y, normal, mean, variance) = B::normalise(x, scale.clone(), shift.clone(), grouping, activation);
        let y = match Normalise.prepare::<C>([x_node, scale_node, shift_node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                prep.finish((normal.clone(), variance.clone(), scale, shift, grouping, activation), y)
            }
            OpsKind::UnTracked(prep) => prep.finish(y),
        };
        (y, Self::from_inner(normal), Self::from_inner(mean), Self::from_inner(variance))
    }

    fn logistic(x: FloatTensor<Self>, mean: FloatTensor<Self>, log_scale: FloatTensor<Self>) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct Logistic;

        impl<B: Kernels> Backward<B, 2> for Logistic {
            /// The derivatives with respect to mean and log scale.
            type State = [FloatTensor<B>; 2];

            fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
                let gradient = grads.consume::<B>(&ops.node);
                for (node, slope) in ops.parents.into_iter().zip(ops.state) {
                    if let Some(node) = node {
                        grads.register::<B>(node.id, B::float_mul(slope, gradient.clone()));
                    }
                }
            }
        }

        let (x, _) = x.into_parts();
        let ((mean, mean_node), (log_scale, scale_node)) = (mean.into_parts(), log_scale.into_parts());
        match Logistic.prepare::<C>([mean_node, scale_node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let (value, by_mean, by_scale) = B::logistic_and_slopes(x, mean, log_scale);
                prep.finish([by_mean, by_scale], value)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::logistic(x, mean, log_scale)),
        }
    }

    fn logistic_mixture(
        images: FloatTensor<Self>,
        output: FloatTensor<Self>,
        components: Components,
    ) -> FloatTensor<Self> {
        row_by_row::<B, C>(
            images,
            output,
            |images, output| B::logistic_mixture(images, output, components),
            |images, output| B::logistic_mixture_and_gradient(images, output, components),
        )
    }

    fn log_sum_exp(x: FloatTensor<Self>) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct LogSumExp;

        impl<B: Kernels> Backward<B, 1> for LogSumExp {
            /// The share of each term in its sum.
            type State = FloatTensor<B>;

            fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
                let [node] = ops.parents;
                let gradient = grads.consume::<B>(&ops.node);
                if let Some(node) = node {
                    grads.register::<B>(node.id, B::scale_groups(ops.state, gradient));
                }
            }
        }

        let (x, node) = x.into_parts();
        match LogSumExp.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let (value, shares) = B::log_sum_exp_and_shares(x);
                prep.finish(shares, value)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::log_sum_exp(x)),
        }
    }

    fn categorical(images: FloatTensor<Self>, logits: FloatTensor<Self>) -> FloatTensor<Self> {
        row_by_row::<B, C>(images, logits, B::categorical, B::categorical_and_residual)
    }

    fn continuous_bernoulli(images: FloatTensor<Self>, logits: FloatTensor<Self>) -> FloatTensor<Self> {
        row_by_row::<B, C>(images, logits, B::continuous_bernoulli, B::continuous_bernoulli_and_residual)
    }

    fn bernoulli(images: FloatTensor<Self>, logits: FloatTensor<Self>) -> FloatTensor<Self> {
        row_by_row::<B, C>(images, logits, B::bernoulli, B::bernoulli_and_residual)
    }

    fn bernoulli_of_layer(
        images: FloatTensor<Self>,
        h: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct BernoulliOfLayer;

        impl<B: Kernels> Backward<B, 3> for BernoulliOfLayer {
            /// h, W and x − sigmoid(ℓ).
            type State = (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>);

            fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
                let [h_node, weight_node, bias_node] = ops.parents;
                let factors = grads.consume::<B>(&ops.node);
                let (h, weight, residual) = ops.state;
                let gradient = match bias_node {
                    Some(node) => {
                        let (gradient, bias) = B::scaled_rows_and_sums(residual, factors);
                        grads.register::<B>(node.id, bias);
                        gradient
                    }
                    None => B::scale_rows(residual, factors),
                };
                if let Some(node) = weight_node {
                    grads.register::<B>(node.id, B::weight_gradient(h, gradient.clone()));
                }
                if let Some(node) = h_node {
                    grads.register::<B>(node.id, B::input_gradient(gradient, weight));
                }
            }
        }

        let images = images.into_primitive();
        let ((h, h_node), (weight, weight_node), (bias, bias_node)) =
            (h.into_parts(), weight.into_parts(), bias.into_parts());
        match BernoulliOfLayer.prepare::<C>([h_node, weight_node, bias_node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let (value, residual) = B::bernoulli_of_layer_and_residual(images, h.clone(), weight.clone(), bias);
                prep.finish((h, weight, residual), value)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::bernoulli_of_layer(images, h, weight, bias)),
        }
    }

    fn mixture(
        z: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        log_variance: FloatTensor<Self>,
        log_weights: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        #[derive(Debug)]
        struct Mixture;

        impl<B: Kernels> Backward<B, 4> for Mixture {
            /// The shares; z, means and log variances.
            type State = (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>, FloatTensor<B>);

            fn backward(self, ops: Ops<Self::State, 4>, grads: &mut Gradients, _: &mut Checkpointer) {
                register_all::<B, _, 4>(ops, grads, |gradient, (shares, z, mean, log_variance)| {
                    B::mixture_gradient(gradient, shares, z, mean, log_variance).into()
                });
            }
        }

        let ((z, z_node), (mean, mean_node)) = (z.into_parts(), mean.into_parts());
        let ((log_variance, variance_node), (log_weights, weight_node)) =
            (log_variance.into_parts(), log_weights.into_parts());
        let (value, shares) = B::mixture(z.clone(), mean.clone(), log_variance.clone(), log_weights);
        let nodes = [z_node, mean_node, variance_node, weight_node];
        let value = match Mixture.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish((shares.clone(), z, mean, log_variance), value),
            OpsKind::UnTracked(prep) => prep.finish(value),
        };
        (value, Self::from_inner(shares))
    }

    fn normal_log_densities(
        z: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        deviation: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct NormalLogDensities;

        impl<B: Kernels> Backward<B, 3> for NormalLogDensities {
            /// z, means and deviations.
            type State = (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>);

            fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
                register_all::<B, _, 3>(ops, grads, |gradient, (z, mean, deviation)| {
                    B::normal_log_densities_gradient(gradient, z, mean, deviation).into()
                });
            }
        }

        let ((z, z_node), (mean, mean_node), (deviation, deviation_node)) =
            (z.into_parts(), mean.into_parts(), deviation.into_parts());
        let densities = B::normal_log_densities(z.clone(), mean.clone(), deviation.clone());
        match NormalLogDensities.prepare::<C>([z_node, mean_node, deviation_node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish((z, mean, deviation), densities),
            OpsKind::UnTracked(prep) => prep.finish(densities),
        }
    }

    fn planar_flow(
        z: FloatTensor<Self>,
        u: FloatTensor<Self>,
        w: FloatTensor<Self>,
        b: FloatTensor<Self>,
        rise: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct PlanarFlow;

        impl<B: Kernels> Backward<B, 5> for PlanarFlow {
            /// z; û, w, b and 1 + w·û.
            type State = [FloatTensor<B>; 5];

            fn backward(self, ops: Ops<Self::State, 5>, grads: &mut Gradients, _: &mut Checkpointer) {
                register_all::<B, _, 5>(ops, grads, |gradient, [z, u, w, b, rise]| {
                    B::planar_flow_gradient(gradient, z, u, w, b, rise).into()
                });
            }
        }

        let ((z, z_node), (u, u_node), (w, w_node)) = (z.into_parts(), u.into_parts(), w.into_parts());
        let ((b, b_node), (rise, rise_node)) = (b.into_parts(), rise.into_parts());
        let moved = B::planar_flow(z.clone(), u.clone(), w.clone(), b.clone(), rise.clone());
        match PlanarFlow.prepare::<C>([z_node, u_node, w_node, b_node, rise_node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish([z, u, w, b, rise], moved),
            OpsKind::UnTracked(prep) => prep.finish(moved),
        }
    }

    fn normal_sample(head: FloatTensor<Self>, epsilon: FloatTensor<Self>) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct NormalSample;

        impl<B: Kernels> Backward<B, 1> for NormalSample {
            /// μ and log σ², and ε.
            type State = (FloatTensor<B>, FloatTensor<B>);

            fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
                let [head_node] = ops.parents;
                let gradient = grads.consume::<B>(&ops.node);
                let (head, epsilon) = ops.state;
                if let Some(node) = head_node {
                    grads.register::<B>(node.id, B::normal_sample_gradient(head, epsilon, gradient));
                }
            }
        }

        let ((head, node), (epsilon, _)) = (head.into_parts(), epsilon.into_parts());
        match NormalSample.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let samples = B::normal_sample(head.clone(), epsilon.clone());
                prep.finish((head, epsilon), samples)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::normal_sample(head, epsilon)),
        }
    }

    fn normal_sample_in_bound(head: FloatTensor<Self>, epsilon: FloatTensor<Self>, beta: f64) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct NormalSampleInBound;

        impl<B: Kernels> Backward<B, 1> for NormalSampleInBound {
            /// μ and log σ²; ε by its name; β.
            type State = (FloatTensor<B>, FloatTensor<Autodiff<B>>, f64);

            fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
                let [head_node] = ops.parents;
                let gradient = grads.consume::<B>(&ops.node);
                let (head, epsilon, beta) = ops.state;
                let by_bound = grads.remove::<B>(&epsilon);
                let epsilon = epsilon.into_primitive();
                let Some(node) = head_node else { return };
                let gradient = match by_bound {
                    Some(by_bound) => B::normal_gradient(head, epsilon, gradient, by_bound, beta),
                    None => B::normal_sample_gradient(head, epsilon, gradient),
                };
                grads.register::<B>(node.id, gradient);
            }
        }

        let (head, node) = head.into_parts();
        match NormalSampleInBound.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let samples = B::normal_sample(head.clone(), epsilon.primitive().clone());
                prep.finish((head, epsilon, beta), samples)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::normal_sample(head, epsilon.into_primitive())),
        }
    }

    fn normal_bound(
        log_likelihood: FloatTensor<Self>,
        head: FloatTensor<Self>,
        epsilon: FloatTensor<Self>,
        beta: f64,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        #[derive(Debug)]
        struct NormalBound;

        impl<B: Kernels> Backward<B, 1> for NormalBound {
            /// K, and the name of ε.
            type State = (usize, NodeId);

            fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
                let [likelihood_node] = ops.parents;
                let gradient = grads.consume::<B>(&ops.node);
                let (samples, epsilon) = ops.state;
                // For the samples' backward pass, which comes later: ε has no gradient of its own.
                grads.register::<B>(epsilon, gradient.clone());
                if let Some(node) = likelihood_node {
                    grads.register::<B>(node.id, reference::mean_gradient::<B>(gradient, samples));
                }
            }
        }

        let (log_likelihood, node) = log_likelihood.into_parts();
        let head = head.into_primitive();
        let state = (log_likelihood.shape()[0] / head.shape()[0], epsilon.id());
        let (bound, kl) = B::normal_bound(log_likelihood, head, epsilon.into_primitive(), beta);
        let bound = match NormalBound.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish(state, bound),
            OpsKind::UnTracked(prep) => prep.finish(bound),
        };
        (bound, Self::from_inner(kl))
    }
}
