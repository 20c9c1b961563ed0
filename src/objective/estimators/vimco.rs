//! VIMCO: the score-function estimator for the importance-weighted bound.

use super::Estimator;
use crate::objective::{Batch, Surrogate, weights};
use burn::tensor::{Int, Tensor};

/// The gradient of the importance-weighted bound with respect to the encoder's parameters φ from values of the
/// densities alone. Each sample's signal is the bound minus its value if the sample's weight were the geometric mean of
/// the others'; to it comes Σ_k w̃_k ∂log w_k at fixed z (Mnih & Rezende 2016, eq. 8–10). Needs K ≥ 2.
pub struct Vimco;

impl Estimator for Vimco {
    fn surrogate(&self, batch: &Batch) -> Surrogate {
        let q = batch.encode();
        let z = q.sample(batch.epsilon.clone()).detach();
        let log_posterior = q.log_prob(z.clone());
        let draws = batch.densities_at(z, log_posterior);
        let logs = draws.log_weights(batch.beta());
        let signal = signals(logs.clone().without_autodiff());
        let [samples, _] = signal.dims();
        let score = weights::mean(draws.log_posterior.clone() * signal) * samples as f64;
        Surrogate::new(score + weights::log_mean_exp(logs), batch.terms(q.as_ref(), &draws))
    }
}

/// L − L_k for each sample, `K × B`, where L_k = log 1/K (Σ_{j≠k} w_j + exp(mean of the other log w_j)).
fn signals(logs: Tensor<2>) -> Tensor<2> {
    let [samples, images] = logs.dims();
    let (max, argmax) = logs.clone().max_dim_with_indices(0);
    let shifted = logs - max;
    let numbers = Tensor::<1, Int>::arange(0..samples as i64, &shifted.device()).reshape([samples, 1]);
    let is_max = numbers.expand([samples, images]).equal(argmax.expand([samples, images]));
    // log Σ_{j≠k} w_j. The largest weight cannot be subtracted from the sum, which may be nothing but it.
    let weights = shifted.clone().exp();
    let rest = shifted.clone().mask_fill(is_max.clone(), f32::MIN);
    let second = rest.clone().max_dim(0);
    let without_max = (rest - second.clone()).exp().sum_dim(0).log() + second;
    let sum = weights.clone().sum_dim(0);
    let others = (sum.clone() - weights.mask_fill(is_max.clone(), 0.0)).log();
    let others = others.mask_where(is_max, without_max.expand([samples, images]));
    let geometric = (shifted.clone().sum_dim(0) - shifted) / (samples as f64 - 1.0);
    let larger = others.clone().max_pair(geometric.clone());
    let with_geometric_mean = ((others - larger.clone()).exp() + (geometric - larger.clone()).exp()).log() + larger;
    sum.log() - with_geometric_mean
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objective::weights::tests::{column, logs, read, reference_log_mean_exp};
    use burn::tensor::{Device, TensorData};

    fn check(found: &[f64], columns: &[Vec<f64>]) {
        for (image, logs) in columns.iter().enumerate() {
            for k in 0..logs.len() {
                let mut replaced = logs.clone();
                replaced[k] = (logs.iter().sum::<f64>() - logs[k]) / (logs.len() - 1) as f64;
                let expected = reference_log_mean_exp(logs) - reference_log_mean_exp(&replaced);
                let value = found[columns.len() * k + image];
                assert!((value - expected).abs() < 2e-4, "sample {k} of image {image}: {value}, not {expected}");
            }
        }
    }

    #[test]
    fn each_weight_is_replaced_by_the_geometric_mean_of_the_others() {
        check(&read(signals(logs())), &[column(0), column(1)]);
    }

    #[test]
    fn equal_weights_and_one_that_outweighs_all_are_right_too() {
        let columns = [vec![-3.0, -3.0, -3.0], vec![0.0, -20.0, -60.0], vec![-7.0, -7.0, -40.0]];
        let rows: Vec<f32> = (0..3).flat_map(|k| columns.iter().map(move |c| c[k] as f32)).collect();
        let logs = Tensor::from_data(TensorData::new(rows, [3, 3]), &Device::flex());
        check(&read(signals(logs)), &columns);
    }
}
