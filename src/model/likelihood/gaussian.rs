//! Gaussian pixels with one σ, fixed or learned; the decoder gives means.

use super::{Likelihood, Linear, by_sample, sum_pixels};
use crate::model::Pass;
use crate::model::parameters::{Initial, Specs};
use burn::tensor::Tensor;

/// log p(x|z) = −½ Σ [(x − m)²/σ² + 2 log σ + log 2π].
pub(super) struct Gaussian {
    sigma: Sigma,
}

enum Sigma {
    Fixed(f64),
    /// The index of log σ, one number, among the parameters.
    Learned(usize),
}

impl Gaussian {
    pub fn fixed(sigma: f64) -> Self {
        Self { sigma: Sigma::Fixed(sigma) }
    }

    /// σ starts at e⁻¹, near the spread of natural pixels in [0, 1].
    pub fn learned(specs: &mut Specs) -> Self {
        let index = specs.parameter("likelihood.log_sigma".into(), vec![1], Initial::Constant(-1.0));
        Self { sigma: Sigma::Learned(index) }
    }
}

impl Likelihood for Gaussian {
    fn log_prob(&self, pass: &Pass, images: Tensor<2>, output: Tensor<2>) -> Tensor<1> {
        let pixels = images.dims()[1] as f64;
        let (x, mean) = by_sample(images, output);
        let squares = sum_pixels((x - mean).square());
        let half_log_2pi = 0.5 * std::f64::consts::TAU.ln();
        match self.sigma {
            Sigma::Fixed(sigma) => squares * (-0.5 / (sigma * sigma)) - pixels * (sigma.ln() + half_log_2pi),
            Sigma::Learned(index) => {
                let log_sigma = pass.parameter(index);
                let precision = (log_sigma.clone() * -2.0).exp();
                squares * (precision * -0.5) - log_sigma * pixels - pixels * half_log_2pi
            }
        }
    }

    fn mean(&self, output: Tensor<2>) -> Tensor<2> {
        output
    }

    fn draw(&self, noise_scale: f32, mean: &[f32], normal: &[f32], _uniform: &[f32]) -> Vec<f32> {
        mean.iter().zip(normal).map(|(m, e)| m + noise_scale * e).collect()
    }

    fn deviation(&self, pass: &Pass) -> Option<Tensor<1>> {
        Some(match self.sigma {
            Sigma::Fixed(sigma) => Tensor::from_floats([sigma as f32], &pass.parameters[0].device()),
            Sigma::Learned(index) => pass.parameter(index).exp(),
        })
    }

    /// The square, expanded.
    fn linear(&self, deviation: Option<f64>) -> Option<Linear> {
        let sigma = deviation?;
        let precision = 1.0 / (sigma * sigma);
        let per_pixel = sigma.ln() + 0.5 * std::f64::consts::TAU.ln();
        let half_square = move |values: &[f64]| 0.5 * precision * values.iter().map(|v| v * v).sum::<f64>();
        Some(Linear {
            scale: precision,
            of_output: Box::new(move |mean| -half_square(mean)),
            of_image: Box::new(move |x| -half_square(x) - per_pixel * x.len() as f64),
        })
    }

    fn output_bias(&self, training_mean: &[f32]) -> Vec<f32> {
        training_mean.to_vec()
    }
}
