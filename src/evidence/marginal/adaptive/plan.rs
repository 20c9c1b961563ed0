//! How adaptive importance sampling spends its samples.

use super::fit;

/// How the samples of an image are spent. Half of them at most go to the pilot, where a gradient counts as three
/// samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// First draws: from q, from the prior, from a wider q and from a wider prior.
    pub q: usize,
    pub prior: usize,
    pub wide: usize,
    pub broad: usize,
    /// Components placed in each round.
    pub rounds: [usize; ROUNDS],
    /// Samples that count.
    pub counted: usize,
}

/// Rounds in which components are placed.
pub const ROUNDS: usize = 6;
/// Latent dimensions of a space that a few hundred draws fill.
pub const FEW: usize = 3;
/// Draws from a new component.
pub const DRAWS: usize = 48;
/// Components placed at most.
const COMPONENTS: usize = 24;
/// A gradient in samples: it takes about as long as three.
pub const GRADIENT: usize = 3;
/// Fewer samples than this are not worth a pilot; nor are so few that they pay for no component.
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
        // Draws from everywhere find what is anywhere as long as there is little space.
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

    /// Samples of the pilot and of the rest, and gradients as so many samples.
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

/// Whether so many samples pay for a pilot that places components. Without, all are drawn from q and, a twentieth, the
/// prior.
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
