//! The division of an image's samples between pilot and estimate in adaptive importance sampling.

use super::fit;

/// The division of an image's samples. At most half of them go to the pilot, where a gradient counts as three samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Number of first draws from q.
    pub q: usize,
    /// Number of first draws from the prior.
    pub prior: usize,
    /// Number of first draws from a wider q.
    pub wide: usize,
    /// Number of first draws from a wider prior.
    pub broad: usize,
    /// Number of components placed in each round.
    pub rounds: [usize; ROUNDS],
    /// Number of final samples, from which log p(x) is estimated.
    pub counted: usize,
}

/// Number of rounds in which components are placed.
pub const ROUNDS: usize = 6;
/// Largest latent dimension that a few hundred draws can fill.
pub const FEW: usize = 3;
/// Number of draws from a new component.
pub const DRAWS: usize = 48;
/// Largest number of components.
const COMPONENTS: usize = 24;
/// The cost of a gradient, in samples.
pub const GRADIENT: usize = 3;
/// With fewer samples than this a pilot is not worth its cost.
const LEAST: usize = 500;

impl Plan {
    pub fn new(samples: usize, latent: usize) -> Self {
        let pilot = samples / 2;
        let first = pilot / 3;
        let component = GRADIENT * fit::STEPS * 2 * latent + DRAWS;
        let components = ((pilot - first) / component).min(COMPONENTS);
        if samples < LEAST || components == 0 {
            return Self { q: 0, prior: 0, wide: 0, broad: 0, rounds: [0; ROUNDS], counted: samples };
        }
        // With few latent dimensions draws from the whole space find modes wherever they are.
        let [prior, wide, broad] = match latent {
            1..=FEW => [first * 3 / 8, first / 8, first * 3 / 8],
            _ => [first / 16, first / 4, 0],
        };
        let rounds = std::array::from_fn(|round| (components + ROUNDS - 1 - round) / ROUNDS);
        Self {
            q: first - prior - wide - broad,
            prior,
            wide,
            broad,
            rounds,
            counted: samples - first - components * component,
        }
    }

    /// Samples of pilot and estimate together, with gradients counted as samples.
    pub fn all(&self, latent: usize) -> usize {
        let components: usize = self.rounds.iter().sum();
        self.q
            + self.prior
            + self.wide
            + self.broad
            + components * (GRADIENT * fit::STEPS * 2 * latent + DRAWS)
            + self.counted
    }
}

/// Whether `samples` samples are enough for a pilot that places components. Otherwise all are drawn from q, except for
/// a twentieth from the prior.
pub fn adapts(samples: usize, latent: usize) -> bool {
    Plan::new(samples, latent).q > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_spends_what_it_has() {
        for samples in [1, 100, 500, 1_000, 5_000, 100_000] {
            for latent in [1, 2, 3, 10, 20, 50, 200] {
                let plan = Plan::new(samples, latent);
                assert_eq!(plan.all(latent), samples, "{plan:?}");
                assert!(plan.counted * 2 >= samples, "{plan:?}");
            }
        }
        let in_two = Plan::new(5_000, 2);
        assert!(in_two.rounds.iter().sum::<usize>() >= 8 && in_two.prior >= 300, "{in_two:?}");
        assert!(Plan::new(5_000, 20).rounds[0] == 1 && adapts(5_000, 50) && !adapts(5_000, 100) && !adapts(400, 2));
    }
}
