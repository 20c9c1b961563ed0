//! Arithmetic of log importance weights, `K × B`: column b holds the K samples of image b.

use crate::kernels::{log_sum_exp, shares};
use burn::tensor::Tensor;

/// log 1/K Σ_k exp(log w_k), one entry per image.
pub fn log_mean_exp(logs: Tensor<2>) -> Tensor<1> {
    let [samples, images] = logs.dims();
    if samples == 1 {
        return logs.reshape([images]);
    }
    log_sum_exp(logs, 0).reshape([images]) - (samples as f64).ln()
}

/// The normalised weights w̃_k = w_k / Σ_j w_j, `K × B`, as constants: no gradient flows through them.
pub fn normalised(logs: Tensor<2>) -> Tensor<2> {
    shares(logs, 0)
}

/// 1/K Σ_k values_k, one entry per image.
pub fn mean(values: Tensor<2>) -> Tensor<1> {
    let [samples, images] = values.dims();
    if samples == 1 { values.reshape([images]) } else { values.mean_dim(0).reshape([images]) }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use burn::tensor::{Device, TensorData};

    /// Log weights of K = 6 samples for two images, as spread as those of an untrained model for the second.
    pub const LOGS: [[f32; 2]; 6] =
        [[-101.0, -500.0], [-100.5, -420.0], [-103.0, -460.0], [-99.0, -421.5], [-102.0, -700.0], [-100.0, -419.0]];

    pub fn logs() -> Tensor<2> {
        Tensor::from_data(TensorData::new(LOGS.concat(), [6, 2]), &Device::flex())
    }

    pub fn column(image: usize) -> Vec<f64> {
        LOGS.iter().map(|row| f64::from(row[image])).collect()
    }

    /// In f64, by the definition.
    pub fn reference_log_mean_exp(logs: &[f64]) -> f64 {
        let max = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        max + (logs.iter().map(|l| (l - max).exp()).sum::<f64>() / logs.len() as f64).ln()
    }

    pub fn read<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
        tensor.into_data().iter::<f32>().map(f64::from).collect()
    }

    /// `values` has the expected value of each image, within the rounding of `f32`.
    pub fn assert_values(values: Tensor<1>, expected: impl Fn(&[f64]) -> f64) {
        for (image, value) in read(values).into_iter().enumerate() {
            let expected = expected(&column(image));
            assert!((value - expected).abs() < 1e-4, "image {image}: {value}, not {expected}");
        }
    }

    #[test]
    fn the_log_of_the_mean_is_that_of_the_definition() {
        assert_values(log_mean_exp(logs()), reference_log_mean_exp);
    }

    #[test]
    fn normalised_weights_are_the_gradient_of_the_log_of_the_mean() {
        let leaf = logs().autodiff().require_grad();
        let mut gradients = log_mean_exp(leaf.clone()).sum().backward();
        let gradient = read(leaf.grad_remove(&mut gradients).expect("the leaf takes part"));
        for (gradient, weight) in gradient.iter().zip(read(normalised(logs()))) {
            assert!((gradient - weight).abs() < 1e-6, "{gradient}, not {weight}");
        }
    }
}
