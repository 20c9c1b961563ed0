//! The steps of a planar flow, all in one.

use super::operations::Kernels;
use burn::backend::Dispatch;
use burn::tensor::Tensor;

/// z after T steps f(z) = z + û·tanh(w·z + b), and the sum of the steps' log |det ∂f/∂z| in nats, one entry per row
/// (Rezende & Mohamed 2015, eq. 10–12). Shapes: z `K·B × latent`, û and w `B × T × latent`, b and 1 + w·û
/// `B × T × 1`; row k·B + b of z has the steps of image b.
///
/// 1 + w·û, which must not be negative, is asked for beside û and w because their product would cancel where a step all
/// but folds the plane w·z + b = 0 onto a point. Its derivative is not taken as one of û and w.
pub fn planar_flow(z: Tensor<2>, u: Tensor<3>, w: Tensor<3>, b: Tensor<3>, rise: Tensor<3>) -> (Tensor<2>, Tensor<1>) {
    let [rows, latent] = z.dims();
    let [u, w, b, rise] = [u, w, b, rise].map(Tensor::into_dispatch);
    let moved = Tensor::<2>::from_dispatch(<Dispatch as Kernels>::planar_flow(z.into_dispatch(), u, w, b, rise));
    let log_determinant = moved.clone().slice([0..rows, latent..latent + 1]).reshape([rows]);
    (moved.slice([0..rows, 0..latent]), log_determinant)
}
