//! N(μ(x), L(x)·L(x)ᵀ): a Gaussian with correlated dimensions, by its Cholesky factor. The encoder gives μ and the
//! entries of L; those on the diagonal as logarithms.

use super::{Distribution, Posterior};
use crate::model::{Layout, Pass};
use burn::tensor::{Bool, Tensor};

/// The family of Gaussians with full covariance.
pub struct FullGaussian {
    latent: usize,
}

impl FullGaussian {
    pub fn new(layout: &mut Layout) -> Self {
        Self { latent: layout.plan.latent }
    }
}

impl Posterior for FullGaussian {
    fn distribution(&self, _pass: &Pass, output: Tensor<2>) -> Box<dyn Distribution> {
        let [images, outputs] = output.dims();
        let d = self.latent;
        let mean = output.clone().slice([0..images, 0..d]);
        let packed = output.slice([0..images, d..outputs]);
        // A triangle of d(d + 1)/2 numbers without its first d, followed by all of it in reverse, is a square of d²
        // whose lower triangle holds each number once.
        let rest = packed.clone().slice([0..images, d..outputs - d]);
        let square = Tensor::cat(vec![rest, packed.flip([1])], 1).reshape([images, d, d]);
        let device = square.device().without_autodiff();
        let diagonal = Tensor::<2, Bool>::diag_mask([d, d], 0, &device).bool_not().float().unsqueeze();
        let below = Tensor::<2>::ones([d, d], &device).tril(-1).unsqueeze();
        let log_diagonal: Tensor<3> = square.clone() * diagonal.clone();
        let factor = square * below + log_diagonal.clone().exp() * diagonal;
        let log_diagonal = log_diagonal.sum_dim(2).reshape([images, d]);
        Box::new(Correlated { mean, factor, log_diagonal })
    }
}

/// One Gaussian with full covariance per image.
struct Correlated {
    /// The mean μ, `B × latent`.
    mean: Tensor<2>,
    /// The Cholesky factor L, `B × latent × latent`.
    factor: Tensor<3>,
    /// log Lᵢᵢ, `B × latent`.
    log_diagonal: Tensor<2>,
}

impl Correlated {
    /// `K·B × latent` as `B × latent × K`.
    fn by_image(&self, rows: Tensor<2>) -> Tensor<3> {
        let [images, latent] = self.mean.dims();
        let samples = rows.dims()[0] / images;
        rows.reshape([samples, images, latent]).permute([1, 2, 0])
    }

    /// `B × latent × K` as `K·B × latent`, the inverse of [`Self::by_image`].
    fn by_row(&self, values: Tensor<3>) -> Tensor<2> {
        let [images, latent, samples] = values.dims();
        values.permute([2, 0, 1]).reshape([samples * images, latent])
    }

    /// log q at z = μ + L·ε.
    fn log_prob_of_noise(&self, epsilon: Tensor<2>) -> Tensor<1> {
        let [rows, latent] = epsilon.dims();
        let images = self.mean.dims()[0];
        let log_determinant = self.log_diagonal.clone().sum_dim(1).reshape([images]).repeat_dim(0, rows / images);
        let constant = 0.5 * latent as f64 * std::f64::consts::TAU.ln();
        epsilon.square().sum_dim(1).reshape([rows]) * -0.5 - log_determinant - constant
    }
}

impl Distribution for Correlated {
    fn sample(&self, epsilon: Tensor<2>) -> Tensor<2> {
        let mean = self.mean.clone().unsqueeze_dim(2);
        self.by_row(self.factor.clone().matmul(self.by_image(epsilon)) + mean)
    }

    fn sample_with_log_prob(&self, epsilon: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        (self.sample(epsilon.clone()), self.log_prob_of_noise(epsilon))
    }

    /// log q(z|x), with ε from L·ε = z − μ by forward substitution, one column of L at a time.
    fn log_prob(&self, z: Tensor<2>) -> Tensor<1> {
        let [images, latent] = self.mean.dims();
        let mut rest = self.by_image(z) - self.mean.clone().unsqueeze_dim(2);
        let samples = rest.dims()[2];
        let mut epsilon = Vec::with_capacity(latent);
        for i in 0..latent {
            let column = self.factor.clone().slice([0..images, 0..latent, i..i + 1]);
            let pivot = column.clone().slice([0..images, i..i + 1, 0..1]);
            let entry = rest.clone().slice([0..images, i..i + 1, 0..samples]) / pivot;
            rest = rest - column * entry.clone();
            epsilon.push(entry);
        }
        self.log_prob_of_noise(self.by_row(Tensor::cat(epsilon, 1)))
    }

    /// Each entry of z is Gaussian with variance Σⱼ Lᵢⱼ².
    fn marginal_log_prob(&self, z: Tensor<2>) -> Option<Tensor<2>> {
        let samples = z.dims()[0] / self.mean.dims()[0];
        let mean = self.mean.clone().repeat_dim(0, samples);
        let deviation = self.deviation().repeat_dim(0, samples);
        let scaled = (z - mean) / deviation.clone();
        Some(scaled.square() * -0.5 - deviation.log() - 0.5 * std::f64::consts::TAU.ln())
    }

    fn detached(&self) -> Box<dyn Distribution> {
        Box::new(Self {
            mean: self.mean.clone().detach(),
            factor: self.factor.clone().detach(),
            log_diagonal: self.log_diagonal.clone().detach(),
        })
    }

    /// ½(‖μ‖² + Σᵢⱼ Lᵢⱼ² − d) − Σ log Lᵢᵢ.
    fn kl_to_standard_normal(&self) -> Option<Tensor<2>> {
        let [images, latent] = self.mean.dims();
        let squares = self.factor.clone().square().sum_dim(2).sum_dim(1).reshape([images, 1]);
        let squares = squares + self.mean.clone().square().sum_dim(1);
        Some((squares - latent as f64) * 0.5 - self.log_diagonal.clone().sum_dim(1))
    }

    fn mean(&self) -> Tensor<2> {
        self.mean.clone()
    }

    fn deviation(&self) -> Tensor<2> {
        let [images, latent] = self.mean.dims();
        self.factor.clone().square().sum_dim(2).sqrt().reshape([images, latent])
    }
}
