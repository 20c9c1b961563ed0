//! Averages of the bound's terms over the images between two reports.

use super::exact;
use serde::{Deserialize, Serialize};

/// Sums over the images of an interval between two reports, in f64. The interval that no report has closed yet is part
/// of a checkpoint, bit for bit, so that the next report of a resumed run covers the same images as that of an
/// uninterrupted one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    pub images: u64,
    pub steps: u64,
    #[serde(with = "exact")]
    elbo: f64,
    #[serde(with = "exact")]
    elbo_squares: f64,
    #[serde(with = "exact")]
    reconstruction: f64,
    #[serde(with = "exact::list")]
    kl_per_dimension: Vec<f64>,
    #[serde(with = "exact")]
    iwae: f64,
    #[serde(with = "exact")]
    gradient_norm: f64,
}

impl Interval {
    /// Add images: E_q[log p(x|z)] of each, the KL `images × latent`, and the importance-weighted bound of each, unless
    /// it equals the ELBO; all in nats.
    pub fn add_images(&mut self, reconstruction: &[f32], kl: &[f32], iwae: Option<&[f32]>) {
        self.iwae += iwae.into_iter().flatten().map(|&iwae| f64::from(iwae)).sum::<f64>();
        let latent = kl.len() / reconstruction.len().max(1);
        self.kl_per_dimension.resize(latent, 0.0);
        for (&reconstruction, kl) in reconstruction.iter().zip(kl.chunks(latent)) {
            let mut total = 0.0;
            for (sum, &kl) in self.kl_per_dimension.iter_mut().zip(kl) {
                *sum += f64::from(kl);
                total += f64::from(kl);
            }
            let elbo = f64::from(reconstruction) - total;
            self.reconstruction += f64::from(reconstruction);
            self.elbo += elbo;
            self.iwae += if iwae.is_none() { elbo } else { 0.0 };
            self.elbo_squares += elbo * elbo;
            self.images += 1;
        }
    }

    /// Add the gradient norm of a step.
    pub fn add_step(&mut self, gradient_norm: f64) {
        self.gradient_norm += gradient_norm;
        self.steps += 1;
    }

    pub fn elbo(&self) -> f64 {
        self.elbo / self.images as f64
    }

    /// The ELBO's standard error over images; NaN (not known) for a single image.
    pub fn elbo_se(&self) -> f64 {
        let n = self.images as f64;
        let variance = (self.elbo_squares / n - self.elbo().powi(2)).max(0.0) * n / (n - 1.0);
        (variance / n).sqrt()
    }

    pub fn reconstruction(&self) -> f64 {
        self.reconstruction / self.images as f64
    }

    pub fn kl(&self) -> f64 {
        self.kl_per_dimension.iter().sum::<f64>() / self.images as f64
    }

    pub fn kl_per_dimension(&self) -> Vec<f32> {
        self.kl_per_dimension.iter().map(|kl| (kl / self.images as f64) as f32).collect()
    }

    pub fn iwae(&self) -> f64 {
        self.iwae / self.images as f64
    }

    /// The gradient norm, averaged over steps; NaN without steps.
    pub fn gradient_norm(&self) -> f64 {
        self.gradient_norm / self.steps as f64
    }

    /// Whether every sum is finite.
    pub fn is_finite(&self) -> bool {
        self.elbo_squares.is_finite() && self.gradient_norm.is_finite()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn item_02_an_interval_is_read_back_bit_for_bit(
            reconstruction in prop::collection::vec(-1e6_f32..1e6, 1..20),
            kl in prop::num::f32::ANY,
            norm in prop::num::f64::ANY,
        ) {
            let mut interval = Interval::default();
            interval.add_images(&reconstruction, &vec![kl; 3 * reconstruction.len()], None);
            interval.add_step(norm);
            let text = serde_json::to_string(&interval).unwrap();
            let read: Interval = serde_json::from_str(&text).unwrap();
            // NaN is not equal to itself: compare the texts, which tell every number from every other.
            prop_assert_eq!(format!("{read:?}"), format!("{interval:?}"));
        }
    }
}
