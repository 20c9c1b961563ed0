//! Approximate posteriors q(z|x) of one latent dimension, which the tour's reader drags.

use super::grid::Grid;
use super::normal::{log_density, log_density_of, log_distribution};
use serde::{Deserialize, Serialize};

/// A family of approximate posteriors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Family {
    /// Gaussians.
    #[default]
    Gaussian,
    /// Skew-normal distributions (Azzalini 1985).
    Skewed,
    /// Mixtures of two Gaussians.
    TwoBumps,
}

impl Family {
    /// The families, from the smallest.
    pub const ALL: [Self; 3] = [Self::Gaussian, Self::Skewed, Self::TwoBumps];

    /// The family's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gaussian => "Gaussian",
            Self::Skewed => "Skewed",
            Self::TwoBumps => "Two bumps",
        }
    }
}

/// A Gaussian, or a part of a mixture of them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bump {
    /// Its mean.
    pub mean: f64,
    /// Its standard deviation.
    pub deviation: f64,
}

impl Bump {
    /// The logarithm of its density.
    pub fn log_density(self, z: f64) -> f64 {
        log_density_of(z, self.mean, self.deviation)
    }
}

/// An approximate posterior q(z|x) of one x.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Q {
    /// N(mean, deviation²).
    Gaussian(Bump),
    /// The density 2/s φ(t) Φ(skew·t) with t = (z − m)/s. Place m and scale s are the bump's `mean` and `deviation`,
    /// which are the moments of z only for skew 0.
    Skewed(Bump, f64),
    /// The first bump with this weight in (0, 1), the second with the rest.
    TwoBumps(f64, Bump, Bump),
}

impl Default for Q {
    fn default() -> Self {
        Self::Gaussian(Bump { mean: 0.1, deviation: 0.7 })
    }
}

impl Q {
    /// The family that this is a member of.
    pub fn family(&self) -> Family {
        match self {
            Self::Gaussian(_) => Family::Gaussian,
            Self::Skewed(..) => Family::Skewed,
            Self::TwoBumps(..) => Family::TwoBumps,
        }
    }

    /// A member of a family that lies about where this one does.
    pub fn as_member_of(&self, family: Family) -> Self {
        let bump = self.moments();
        let Bump { mean, deviation } = bump;
        match family {
            _ if family == self.family() => *self,
            Family::Gaussian => Self::Gaussian(bump),
            Family::Skewed => Self::Skewed(bump, 0.0),
            Family::TwoBumps => {
                let half = |mean| Bump { mean, deviation: 0.6 * deviation };
                Self::TwoBumps(0.5, half(mean - 0.8 * deviation), half(mean + 0.8 * deviation))
            }
        }
    }

    /// log q(z).
    pub fn log_density(&self, z: f64) -> f64 {
        match *self {
            Self::Gaussian(bump) => bump.log_density(z),
            Self::Skewed(Bump { mean, deviation }, skew) => {
                let t = (z - mean) / deviation;
                std::f64::consts::LN_2 + log_density(t) + log_distribution(skew * t) - deviation.ln()
            }
            Self::TwoBumps(weight, first, second) => {
                let (a, b) = (weight.ln() + first.log_density(z), (-weight).ln_1p() + second.log_density(z));
                let most = a.max(b);
                if most == f64::NEG_INFINITY { most } else { most + ((a - most).exp() + (b - most).exp()).ln() }
            }
        }
    }

    /// Mean and standard deviation of z under q.
    pub fn moments(&self) -> Bump {
        match *self {
            Self::Gaussian(bump) => bump,
            Self::Skewed(Bump { mean, deviation }, skew) => {
                let lean = skew / f64::hypot(1.0, skew) * std::f64::consts::FRAC_2_PI.sqrt();
                Bump { mean: mean + deviation * lean, deviation: deviation * (1.0 - lean * lean).sqrt() }
            }
            Self::TwoBumps(weight, first, second) => {
                let mean = weight * first.mean + (1.0 - weight) * second.mean;
                let square = |bump: Bump| bump.deviation.powi(2) + (bump.mean - mean).powi(2);
                let variance = weight * square(first) + (1.0 - weight) * square(second);
                Bump { mean, deviation: variance.sqrt() }
            }
        }
    }

    /// A grid that has all of q on it, twelve standard deviations to either side.
    pub fn grid(&self) -> Grid {
        // Six points to a standard deviation are many for a Gaussian; the model's own grid has 200 to a unit.
        let least = |bump: Bump| (6.0 / bump.deviation).max(200.0);
        let reach = |bump: Bump| (bump.mean - 12.0 * bump.deviation, bump.mean + 12.0 * bump.deviation);
        match *self {
            Self::Gaussian(bump) => {
                let (first, last) = reach(bump);
                Grid::aligned(first, last, least(bump))
            }
            // The flank of a skewed density is steeper than its standard deviation tells.
            Self::Skewed(bump, skew) => {
                let (first, last) = reach(bump);
                Grid::aligned(first, last, least(bump) * skew.abs().clamp(1.0, 8.0).sqrt())
            }
            Self::TwoBumps(_, first, second) => {
                let (a, b) = (reach(first), reach(second));
                Grid::aligned(a.0.min(b.0), a.1.max(b.1), least(first).max(least(second)))
            }
        }
    }

    /// E_q[f(z)].
    pub fn expectation(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.grid().integral(|z| {
            let density = self.log_density(z).exp();
            // Where q is 0, f may be infinite.
            if density == 0.0 { 0.0 } else { density * f(z) }
        })
    }

    /// KL[q ‖ p(z)] with p(z) = N(0, 1): in closed form for a Gaussian (Kingma & Welling 2013, appendix B), else on a
    /// grid.
    pub fn kl_to_prior(&self) -> f64 {
        match *self {
            Self::Gaussian(Bump { mean, deviation }) => {
                0.5 * (mean * mean + deviation * deviation - 1.0) - deviation.ln()
            }
            _ => self.expectation(|z| self.log_density(z) - log_density(z)),
        }
    }

    /// A draw from standard normal noise: reparameterised for a Gaussian and a skew-normal; of two bumps the third
    /// number chooses one.
    pub fn draw(&self, noise: [f64; 3]) -> f64 {
        let [a, b, choice] = noise;
        match *self {
            Self::Gaussian(Bump { mean, deviation }) => mean + deviation * a,
            Self::Skewed(Bump { mean, deviation }, skew) => {
                let delta = skew / f64::hypot(1.0, skew);
                mean + deviation * (delta * b.abs() + (1.0 - delta * delta).sqrt() * a)
            }
            Self::TwoBumps(weight, first, second) => {
                let bump = if log_distribution(choice).exp() < weight { first } else { second };
                bump.mean + bump.deviation * a
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream};

    fn members() -> [Q; 4] {
        let bump = |mean, deviation| Bump { mean, deviation };
        [
            Q::Gaussian(bump(0.4, 0.3)),
            Q::Skewed(bump(-0.5, 0.9), 3.0),
            Q::Skewed(bump(1.5, 0.4), -7.0),
            Q::TwoBumps(0.3, bump(-1.2, 0.25), bump(1.0, 0.6)),
        ]
    }

    #[test]
    fn a_density_has_the_area_one_and_the_moments_that_it_says() {
        for q in members() {
            assert!((q.expectation(|_| 1.0) - 1.0).abs() < 1e-12, "{q:?}");
            let Bump { mean, deviation } = q.moments();
            assert!((q.expectation(|z| z) - mean).abs() < 1e-10, "{q:?}");
            assert!((q.expectation(|z| (z - mean).powi(2)).sqrt() - deviation).abs() < 1e-10, "{q:?}");
        }
    }

    #[test]
    fn draws_have_the_mean_and_the_spread_of_the_density() {
        let count = 40_000;
        let stream = Stream::new(5, Purpose::Tour);
        for q in members() {
            let draw = |number| {
                let mut noise = [0.0_f32; 3];
                stream.fill_normal(number, &mut noise);
                q.draw(noise.map(f64::from))
            };
            let drawn: Vec<f64> = (0..count).map(draw).collect();
            let mean = drawn.iter().sum::<f64>() / count as f64;
            let variance = drawn.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / count as f64;
            let Bump { mean: exact, deviation } = q.moments();
            assert!((mean - exact).abs() < 4.0 * deviation / (count as f64).sqrt(), "{q:?}: {mean}");
            assert!((variance.sqrt() / deviation - 1.0).abs() < 0.03, "{q:?}: {variance}");
        }
    }

    #[test]
    fn the_closed_kl_of_a_gaussian_is_the_one_on_a_grid() {
        for q in [Q::default(), Q::Gaussian(Bump { mean: 1.1, deviation: 0.05 })] {
            let on_grid = q.expectation(|z| q.log_density(z) - log_density(z));
            assert!((q.kl_to_prior() - on_grid).abs() < 1e-10, "{q:?}");
        }
    }

    #[test]
    fn another_family_begins_where_the_last_one_was() {
        for q in members() {
            for family in Family::ALL {
                let other = q.as_member_of(family);
                assert_eq!(other.family(), family);
                assert!((other.moments().mean - q.moments().mean).abs() < 1e-9, "{q:?} as {family:?}");
            }
        }
    }
}
