//! Samplers of z for generating images. Beside the prior, which belongs to the model, there are distributions fitted to
//! the aggregate posterior q(z) after training: ex-post density estimation (Ghosh, Sajjadi, Vergari, Black & Schölkopf
//! 2020, "From Variational to Deterministic Autoencoders", section 4). They show what the decoder makes of codes like
//! those of real images. If their samples are good and the prior's are not, q(z) differs from p(z).

mod gaussian;
mod mixture;

use gaussian::Gaussian;
use mixture::Mixture;
use serde::{Deserialize, Serialize};

/// Number of Gaussians in the mixture, as in Ghosh et al. 2020.
const COMPONENTS: usize = 10;

/// A distribution from which z is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sampler {
    /// The model's prior p(z).
    #[default]
    Prior,
    /// A Gaussian with the mean and full covariance of q(z); not part of the model.
    Gaussian,
    /// A mixture of Gaussians fitted to q(z) by EM; not part of the model.
    Mixture,
}

impl Sampler {
    /// All samplers, in the order of the form.
    pub const ALL: [Self; 3] = [Self::Prior, Self::Gaussian, Self::Mixture];

    /// The name in file names and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prior => "prior",
            Self::Gaussian => "gaussian",
            Self::Mixture => "mixture",
        }
    }

    /// The label beside samples whose z is not from the model's prior; `None` for the prior.
    pub fn label(self) -> Option<&'static str> {
        match self {
            Self::Prior => None,
            Self::Gaussian => Some("Gaussian fitted to q(z)"),
            Self::Mixture => Some("mixture fitted to q(z)"),
        }
    }
}

/// A distribution fitted to codes: z = m + L·u, where m and L·Lᵀ are the codes' mean and covariance. For the Gaussian u
/// is standard normal; for the mixture u is from a mixture of diagonal Gaussians fitted to the whitened codes.
pub struct Fitted {
    gaussian: Gaussian,
    mixture: Option<Mixture>,
}

impl Fitted {
    /// Fit a sampler to draws from q(z), `rows × latent`; random choices follow the seed. `None` for the prior, or
    /// without codes.
    pub fn new(sampler: Sampler, codes: &[f64], latent: usize, seed: u64) -> Option<Self> {
        if sampler == Sampler::Prior || codes.is_empty() {
            return None;
        }
        let gaussian = Gaussian::fit(codes, latent);
        let mixture = (sampler == Sampler::Mixture).then(|| {
            let white: Vec<f64> = codes.chunks(latent).flat_map(|z| gaussian.whiten(z)).collect();
            Mixture::fit(&white, latent, COMPONENTS, seed)
        });
        Some(Self { gaussian, mixture })
    }

    /// One draw for each row of standard normals, `rows × latent`, which are scaled by the temperature, and of
    /// uniforms, `rows`, which choose components.
    pub fn draw(&self, normal: &[f32], uniform: &[f32], temperature: f64) -> Vec<f32> {
        let latent = normal.len() / uniform.len();
        let row = |(normal, &uniform): (&[f32], &f32)| {
            let noise: Vec<f64> = normal.iter().map(|&n| f64::from(n) * temperature).collect();
            let white = match &self.mixture {
                Some(mixture) => mixture.draw(&noise, f64::from(uniform)),
                None => noise,
            };
            self.gaussian.colour(&white)
        };
        normal.chunks(latent).zip(uniform).flat_map(row).map(|z| z as f32).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream};

    /// `rows × latent` standard normals and `rows` uniforms.
    fn noise(rows: usize, latent: usize, counter: u64) -> (Vec<f32>, Vec<f32>) {
        let (mut normal, mut uniform) = (vec![0.0; rows * latent], vec![0.0; rows]);
        Stream::new(3, Purpose::Prior).fill_normal(counter, &mut normal);
        Stream::new(3, Purpose::Prior).fill_uniform(counter + 1, &mut uniform);
        (normal, uniform)
    }

    /// Codes on two arms, one three times as likely as the other, stretched and moved.
    fn arms(rows: usize, counter: u64) -> Vec<f64> {
        let (normal, uniform) = noise(rows, 2, counter);
        let row = |(n, u): (&[f32], &f32)| {
            let centre = if *u < 0.75 { 3.0 } else { -3.0 };
            let (a, b) = (f64::from(n[0]) * 0.5 + centre, f64::from(n[1]) * 0.2);
            [5.0 + 2.0 * a + b, -1.0 + a - 3.0 * b]
        };
        normal.chunks(2).zip(&uniform).flat_map(row).collect()
    }

    fn moments(values: &[f64]) -> [f64; 5] {
        let n = values.len() as f64 / 2.0;
        let sum = |of: &dyn Fn(&[f64]) -> f64| values.chunks(2).map(of).sum::<f64>() / n;
        let (x, y) = (sum(&|z| z[0]), sum(&|z| z[1]));
        let central = |of: &dyn Fn(f64, f64) -> f64| sum(&|z| of(z[0] - x, z[1] - y));
        [x, y, central(&|a, _| a * a), central(&|a, b| a * b), central(&|_, b| b * b)]
    }

    /// Both have the codes' mean and covariance; only the mixture leaves the gap between the arms empty.
    #[test]
    fn samples_are_like_the_codes() {
        let codes = arms(4_000, 10);
        let truth = moments(&codes);
        let (normal, uniform) = noise(20_000, 2, 20);
        let in_gap = |values: &[f64]| {
            let count = values.chunks(2).filter(|z| ((z[0] - 5.0) * 3.0 + z[1] + 1.0).abs() / 7.0 < 1.0).count();
            count as f64 / values.len() as f64 * 2.0
        };
        assert_eq!(in_gap(&codes), 0.0);
        for (sampler, gap) in [(Sampler::Gaussian, 0.15..0.4), (Sampler::Mixture, 0.0..0.01)] {
            let fitted = Fitted::new(sampler, &codes, 2, 1).expect("there are codes");
            let drawn: Vec<f64> = fitted.draw(&normal, &uniform, 1.0).into_iter().map(f64::from).collect();
            for (found, truth) in moments(&drawn).into_iter().zip(truth) {
                assert!((found - truth).abs() < 0.03 * truth.abs() + 0.1, "{sampler:?}: {found}, not {truth}");
            }
            assert!(gap.contains(&in_gap(&drawn)), "{sampler:?}: {} in the gap", in_gap(&drawn));
            // Without noise there is but the centre of each component.
            let cold = fitted.draw(&[0.0; 2], &[0.3], 1.0);
            assert_eq!(fitted.draw(&[4.0, -2.0], &[0.3], 0.0), cold);
        }
        assert!(Fitted::new(Sampler::Prior, &codes, 2, 1).is_none());
    }
}
