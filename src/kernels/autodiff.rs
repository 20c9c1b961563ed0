//! Fused operations under automatic differentiation: each keeps as little as possible for its single backward pass.

use super::activation::FusedActivation;
use super::geometry::{Direction, Geometry};
use super::operations::Kernels;
use super::reference;
use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, AutodiffBackend, TensorMetadata};

/// The part of an output that the backward pass needs: nothing for a linear layer, so that the next operation may
/// change the output in place.
fn to_keep<B: Kernels>(y: &FloatTensor<B>, activation: FusedActivation) -> Option<(FloatTensor<B>, FusedActivation)> {
    (activation != FusedActivation::Linear).then(|| (y.clone(), activation))
}

/// The gradient with respect to the pre-activation, from the gradient with respect to the output.
fn before_activation<B: Kernels>(
    kept: Option<(FloatTensor<B>, FusedActivation)>,
    gradient: FloatTensor<B>,
) -> FloatTensor<B> {
    match kept {
        Some((y, activation)) => B::activation_gradient(y, gradient, activation),
        None => gradient,
    }
}

impl<B: Kernels, C: CheckpointStrategy> Kernels for Autodiff<B, C> {
    fn affine(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        activation: FusedActivation,
    ) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct Affine;

        impl<B: Kernels> Backward<B, 3> for Affine {
            /// Input, weight, and the output with its activation.
            type State = (FloatTensor<B>, FloatTensor<B>, Option<(FloatTensor<B>, FusedActivation)>);

            fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
                let [x_node, weight_node, bias_node] = ops.parents;
                let gradient = grads.consume::<B>(&ops.node);
                let (x, weight, activation) = ops.state;
                let gradient = match (bias_node, activation) {
                    (Some(node), Some((y, activation))) => {
                        let (gradient, bias) = B::activation_and_bias_gradients(y, gradient, activation);
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
                let y = B::affine(x.clone(), weight.clone(), bias, activation);
                prep.finish((x, weight, to_keep::<B>(&y, activation)), y)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::affine(x, weight, bias, activation)),
        }
    }

    fn convolve(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        geometry: Geometry,
        direction: Direction,
        activation: FusedActivation,
    ) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct Convolve;

        impl<B: Kernels> Backward<B, 3> for Convolve {
            /// Input, weight, the output with its activation, and the geometry and direction of the convolution.
            type State =
                (FloatTensor<B>, FloatTensor<B>, Option<(FloatTensor<B>, FusedActivation)>, Geometry, Direction);

            fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
                let [x_node, weight_node, bias_node] = ops.parents;
                let gradient = grads.consume::<B>(&ops.node);
                let (x, weight, activation, geometry, direction) = ops.state;
                let map = geometry.output(direction);
                let gradient = match (bias_node, activation) {
                    (Some(node), Some((y, activation))) => {
                        let (gradient, sums) = B::activation_and_channel_gradients(y, gradient, activation, map);
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
                let y = B::convolve(x.clone(), weight.clone(), bias, geometry, direction, activation);
                prep.finish((x, weight, to_keep::<B>(&y, activation), geometry, direction), y)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::convolve(x, weight, bias, geometry, direction, activation)),
        }
    }

    fn bernoulli(images: FloatTensor<Self>, logits: FloatTensor<Self>) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct Bernoulli;

        impl<B: Kernels> Backward<B, 1> for Bernoulli {
            /// x − sigmoid(ℓ).
            type State = FloatTensor<B>;

            fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
                let [logits_node] = ops.parents;
                let gradient = grads.consume::<B>(&ops.node);
                if let Some(node) = logits_node {
                    grads.register::<B>(node.id, B::scale_rows(ops.state, gradient));
                }
            }
        }

        let ((images, _), (logits, node)) = (images.into_parts(), logits.into_parts());
        match Bernoulli.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let (value, residual) = B::bernoulli_and_residual(images, logits);
                prep.finish(residual, value)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::bernoulli(images, logits)),
        }
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
