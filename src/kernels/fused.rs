//! Fused operations under automatic differentiation: each saves the least it can and has one backward pass.

use super::convolution::{Direction, Geometry, Map};
use crate::experiment::Activation;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Cube, TensorMetadata, backend_extension};
use burn::tensor::Shape;
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};

/// The activations whose derivative is a function of their value, so that the pre-activation need not be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fused {
    Linear,
    Tanh,
    Relu,
}

impl Fused {
    /// `None` for an activation whose gradient needs the pre-activation.
    pub fn of(activation: Activation) -> Option<Self> {
        match activation {
            Activation::Linear => Some(Self::Linear),
            Activation::Tanh => Some(Self::Tanh),
            Activation::Relu => Some(Self::Relu),
            _ => None,
        }
    }
}

/// The fused operations of a backend. The bodies here are plain tensor operations.
#[backend_extension(Flex, Cube, Autodiff)]
pub trait Kernels: Backend {
    /// f(x·W + b).
    fn affine(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        activation: Fused,
    ) -> FloatTensor<Self> {
        let outputs = bias.shape()[0];
        let bias = Self::float_reshape(bias, Shape::new([1, outputs]));
        Self::activation(Self::float_add(Self::float_matmul(x, weight), bias), activation)
    }

    /// f(y).
    fn activation(y: FloatTensor<Self>, activation: Fused) -> FloatTensor<Self> {
        match activation {
            Fused::Linear => y,
            Fused::Tanh => Self::float_tanh(y),
            Fused::Relu => Self::relu(y),
        }
    }

    /// f(convolution + bias); see [`convolve`](super::convolve).
    fn convolve(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        geometry: Geometry,
        direction: Direction,
        activation: Fused,
    ) -> FloatTensor<Self> {
        let y = Self::convolution(x, weight, geometry, direction);
        let (shape, output) = (y.shape(), geometry.output(direction));
        let y = Self::float_reshape(y, Shape::new([shape[0], output.channels, output.area()]));
        let bias = Self::float_reshape(bias, Shape::new([1, output.channels, 1]));
        Self::activation(Self::float_reshape(Self::float_add(y, bias), shape), activation)
    }

    /// The linear part of a convolution.
    fn convolution(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        geometry: Geometry,
        direction: Direction,
    ) -> FloatTensor<Self> {
        let weight = kernels_of::<Self>(weight, geometry);
        let y = match direction {
            Direction::Down => Self::conv2d(maps::<Self>(x, geometry.large), weight, None, geometry.options()),
            Direction::Up => {
                let x = maps::<Self>(x, geometry.small);
                Self::conv_transpose2d(x, weight, None, geometry.transposed_options())
            }
        };
        let rows = y.shape()[0];
        Self::float_reshape(y, Shape::new([rows, geometry.output(direction).numbers()]))
    }

    /// The gradient by the kernels, from the large and the small map of every row.
    fn kernel_gradient(
        large: FloatTensor<Self>,
        small: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        geometry: Geometry,
    ) -> FloatTensor<Self> {
        let shape = weight.shape();
        let weight = kernels_of::<Self>(weight, geometry);
        let (large, small) = (maps::<Self>(large, geometry.large), maps::<Self>(small, geometry.small));
        Self::float_reshape(Self::conv2d_weight_backward(large, weight, small, geometry.options()), shape)
    }

    /// Σ over rows and positions, the gradient by a bias that is one a channel.
    fn channel_sums(gradient: FloatTensor<Self>, map: Map) -> FloatTensor<Self> {
        let rows = gradient.shape()[0];
        let gradient = Self::float_reshape(gradient, Shape::new([rows, map.channels, map.area()]));
        let sums = Self::float_sum_dim(Self::float_sum_dim(gradient, 2), 0);
        Self::float_reshape(sums, Shape::new([map.channels]))
    }

    /// The gradient by the pre-activation, from the output y and the gradient by it.
    fn activation_gradient(y: FloatTensor<Self>, gradient: FloatTensor<Self>, activation: Fused) -> FloatTensor<Self> {
        match activation {
            Fused::Linear => gradient,
            // g·(1 − y²)
            Fused::Tanh => {
                let squares = Self::float_mul(y.clone(), y);
                Self::float_sub(gradient.clone(), Self::float_mul(gradient, squares))
            }
            Fused::Relu => Self::relu_backward(y, gradient),
        }
    }

    /// xᵀ·g, the gradient by the weight.
    fn weight_gradient(x: FloatTensor<Self>, gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::float_matmul(Self::float_transpose(x), gradient)
    }

    /// g·Wᵀ, the gradient by the input.
    fn input_gradient(gradient: FloatTensor<Self>, weight: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::float_matmul(gradient, Self::float_transpose(weight))
    }

    /// Σ over rows, the gradient by the bias.
    fn bias_gradient(gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        let outputs = gradient.shape()[1];
        Self::float_reshape(Self::float_sum_dim(gradient, 0), Shape::new([outputs]))
    }

    /// Σ over pixels of x·ℓ − softplus(ℓ); see [`bernoulli_log_prob`](super::bernoulli_log_prob).
    fn bernoulli(images: FloatTensor<Self>, logits: FloatTensor<Self>) -> FloatTensor<Self> {
        let rows = logits.shape()[0];
        let (x, logits) = by_sample::<Self>(images, logits);
        // softplus(ℓ) = max(ℓ, 0) + log1p(e^−|ℓ|)
        let tail = Self::float_log1p(Self::float_exp(Self::float_neg(Self::float_abs(logits.clone()))));
        let softplus = Self::float_add(Self::relu(logits.clone()), tail);
        let terms = Self::float_sub(Self::float_mul(logits, x), softplus);
        Self::float_reshape(Self::float_sum_dim(terms, 2), Shape::new([rows]))
    }

    /// The gradient by the logits: g·(x − sigmoid(ℓ)), g one number a row.
    fn bernoulli_gradient(
        images: FloatTensor<Self>,
        logits: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let shape = logits.shape();
        let (x, logits) = by_sample::<Self>(images, logits);
        let samples = logits.shape();
        let gradient = Self::float_reshape(gradient, Shape::new([samples[0], samples[1], 1]));
        let residual = Self::float_sub(x, Self::sigmoid(logits));
        Self::float_reshape(Self::float_mul(residual, gradient), shape)
    }
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

impl Kernels for Cube {}

impl<B: Kernels, C: CheckpointStrategy> Kernels for Autodiff<B, C> {
    fn affine(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        activation: Fused,
    ) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct Affine;

        impl<B: Kernels> Backward<B, 3> for Affine {
            /// Input, weight and output.
            type State = (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>, Fused);

            fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
                let [x_node, weight_node, bias_node] = ops.parents;
                let gradient = grads.consume::<B>(&ops.node);
                let (x, weight, y, activation) = ops.state;
                let gradient = B::activation_gradient(y, gradient, activation);
                if let Some(node) = bias_node {
                    grads.register::<B>(node.id, B::bias_gradient(gradient.clone()));
                }
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
                prep.finish((x, weight, y.clone(), activation), y)
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
        activation: Fused,
    ) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct Convolve;

        impl<B: Kernels> Backward<B, 3> for Convolve {
            /// Input, weight and output.
            type State = (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>, Geometry, Direction, Fused);

            fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
                let [x_node, weight_node, bias_node] = ops.parents;
                let gradient = grads.consume::<B>(&ops.node);
                let (x, weight, y, geometry, direction, activation) = ops.state;
                let gradient = B::activation_gradient(y, gradient, activation);
                if let Some(node) = bias_node {
                    let sums = B::channel_sums(gradient.clone(), geometry.output(direction));
                    grads.register::<B>(node.id, sums);
                }
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
                prep.finish((x, weight, y.clone(), geometry, direction, activation), y)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::convolve(x, weight, bias, geometry, direction, activation)),
        }
    }

    fn bernoulli(images: FloatTensor<Self>, logits: FloatTensor<Self>) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct Bernoulli;

        impl<B: Kernels> Backward<B, 1> for Bernoulli {
            type State = (FloatTensor<B>, FloatTensor<B>);

            fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
                let [logits_node] = ops.parents;
                let gradient = grads.consume::<B>(&ops.node);
                let (images, logits) = ops.state;
                if let Some(node) = logits_node {
                    grads.register::<B>(node.id, B::bernoulli_gradient(images, logits, gradient));
                }
            }
        }

        let ((images, _), (logits, node)) = (images.into_parts(), logits.into_parts());
        match Bernoulli.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let value = B::bernoulli(images.clone(), logits.clone());
                prep.finish((images, logits), value)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::bernoulli(images, logits)),
        }
    }
}
