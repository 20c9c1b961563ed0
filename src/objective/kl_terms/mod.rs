//! KL terms of the ELBO: functions of the KL. To add one, add a file here and an entry in the list of KL terms in
//! [`experiment::method`](crate::experiment::method).

use super::Setting;
use crate::experiment::KlTerm as Spec;
use crate::experiment::method::{implement, kl_terms};
use burn::tensor::Tensor;

kl_terms!(implement());

/// A function of the KL of a batch, which the ELBO subtracts. The enum [`experiment::KlTerm`](Spec) names a KL term in
/// an experiment; this trait, of equal name since both come from one list, computes it, and [`build`] leads from the
/// one to the other.
pub trait KlTerm {
    /// The term of each image in nats before its weight β, `B`, from the KL per dimension, `B × latent` (or `B × 1`),
    /// after `epochs` epochs of training.
    fn value(&self, kl: Tensor<2>, epochs: f64) -> Tensor<1>;
}

/// β times the term that the setting names, in nats, `B`.
pub fn weighted(setting: &Setting, kl: Tensor<2>) -> Tensor<1> {
    let term = build(setting.kl_term).value(kl, setting.epochs);
    if setting.beta == 1.0 { term } else { term * setting.beta }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::KlTerm;
    use crate::objective::weights::tests::read;
    use burn::tensor::Device;

    /// KL of three dimensions for two images; means 0.2, 1.5, 0.6.
    const KL: [[f32; 3]; 2] = [[0.1, 1.0, 0.9], [0.3, 2.0, 0.3]];

    fn value(kl_term: KlTerm, beta: f64, epochs: f64) -> Vec<f64> {
        let setting = Setting { kl_term, beta, epochs, ..Setting::default() };
        read(weighted(&setting, Tensor::from_floats(KL, &Device::flex())))
    }

    fn assert_near(found: &[f64], expected: &[f64]) {
        let near = found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6);
        assert!(near && found.len() == expected.len(), "{found:?}, not {expected:?}");
    }

    #[test]
    fn beta_weighs_the_sum() {
        assert_near(&value(KlTerm::Weighted, 1.0, 0.0), &[2.0, 2.6]);
        assert_near(&value(KlTerm::Weighted, 4.0, 0.0), &[8.0, 10.4]);
    }

    #[test]
    fn groups_below_their_free_nats_cost_the_free_nats() {
        let free = |nats, group| value(KlTerm::FreeBits { nats, group }, 1.0, 0.0);
        assert_near(&free(0.5, 1), &[0.5 + 1.5 + 0.6; 2]);
        // Groups of two: (0.2 + 1.5) and 0.6.
        assert_near(&free(1.0, 2), &[1.7 + 1.0; 2]);
        assert_near(&free(5.0, 3), &[5.0; 2]);
        assert_near(&free(0.0, 3), &[2.3; 2]);
    }

    #[test]
    fn no_gradient_presses_on_a_dimension_within_its_free_nats() {
        let leaf = Tensor::<2>::from_floats(KL, &Device::flex()).autodiff().require_grad();
        let setting = Setting { kl_term: KlTerm::FreeBits { nats: 0.5, group: 1 }, beta: 1.0, ..Setting::default() };
        let mut gradients = weighted(&setting, leaf.clone()).sum().backward();
        let gradient = read(leaf.grad_remove(&mut gradients).expect("the leaf takes part"));
        assert_near(&gradient, &[0.0, 1.0, 1.0, 0.0, 1.0, 1.0]);
    }

    #[test]
    fn capacity_rises_over_its_epochs_and_is_missed_on_either_side() {
        let term = KlTerm::Capacity { nats: 4.0, epochs: 10.0 };
        assert_near(&value(term, 1.0, 0.0), &[2.0, 2.6]);
        assert_near(&value(term, 1.0, 5.0), &[0.0, 0.6]);
        assert_near(&value(term, 10.0, 40.0), &[20.0, 14.0]);
    }
}
