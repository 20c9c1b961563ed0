//! The target of a lattice: which density it must cover. One lattice for both p(z|x) and q(z|x) is the least work where
//! the two are similar, since most points serve both. A poor q(z|x), far away or of a very different width, needs
//! points that p(z|x) has no use for and vice versa, until there are too many. Then each gets a lattice of its own,
//! q(z|x) one that is scaled to its standard deviations, and q(z|x) does not influence log p(x).

use super::integral::{Integral, Open, Settings};
use super::lattice::Lattice;

/// Number of standard deviations of q(z|x) that its own first lattice covers.
const REACH: f64 = 8.0;
/// Number of standard deviations of q(z|x) within which a lattice must have points.
const NEEDED: f64 = 4.0;

/// The lattices that images can use.
pub struct Lattices {
    /// The lattice in the coordinates of z.
    shared: Lattice,
    /// The lattice in standard deviations of q(z|x) from its mean.
    scaled: Lattice,
}

impl Lattices {
    /// Lattices of which the shared one covers the prior, `[from, to]` for each axis.
    pub fn covering(prior: &[[f64; 2]]) -> Self {
        let scaled = Lattice::covering(&vec![[-REACH, REACH]; prior.len()]);
        Self { shared: Lattice::covering(prior), scaled }
    }

    pub fn of(&self, target: Target) -> &Lattice {
        match target {
            Target::Both | Target::Posterior => &self.shared,
            Target::Approximation => &self.scaled,
        }
    }
}

/// The density whose mass the cells must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Both,
    Posterior,
    Approximation,
}

impl Target {
    /// The first target: both densities, unless q(z|x) alone, with its mean and standard deviation along each axis,
    /// needs more points than are allowed: spaced by its smallest standard deviation, over four of them on both sides.
    pub fn first(shared: &Lattice, q: &[[f64; 2]], settings: &Settings) -> Self {
        let first = shared.volume(shared.first_level(), 1).powf(1.0 / shared.dimensions() as f64);
        let spacing = q.iter().fold(first, |spacing, [_, deviation]| spacing.min(*deviation));
        let points: f64 = q.iter().map(|[_, deviation]| (2.0 * NEEDED * deviation / spacing).max(1.0)).product();
        if points > settings.max_points as f64 { Self::Posterior } else { Self::Both }
    }

    pub fn is_posterior(self) -> bool {
        self != Self::Approximation
    }

    pub fn is_approximation(self) -> bool {
        self != Self::Posterior
    }

    /// The target after a lattice for this one, given the results so far; `None` if nothing more can be learned.
    pub fn next(self, known: &Integral) -> Option<Self> {
        match self {
            Self::Both if known.log_px_open.is_some() => Some(Self::Posterior),
            // Without log p(x) there is no KL.
            Self::Both | Self::Posterior if known.kl_open.is_some() && known.log_px_error.is_finite() => {
                Some(Self::Approximation)
            }
            _ => None,
        }
    }
}

impl Integral {
    /// This result, with that of a lattice for one of the two densities where it is better.
    pub(super) fn with(mut self, target: Target, other: Self) -> Self {
        let better = |[old, new]: [Option<Open>; 2], [old_error, new_error]: [f64; 2]| match (old, new) {
            (Some(_), None) => true,
            (None, Some(_)) => false,
            _ => new_error < old_error || old_error.is_nan(),
        };
        if target.is_posterior()
            && better([self.log_px_open, other.log_px_open], [self.log_px_error, other.log_px_error])
        {
            // The KL is ∫ q log (q/p(x, z)) + log p(x).
            self.kl += (other.log_px - self.log_px) * self.q_mass;
            (self.log_px, self.log_px_error, self.log_px_open) = (other.log_px, other.log_px_error, other.log_px_open);
            (self.mean, self.deviation) = (other.mean, other.deviation);
            (self.spacing, self.points, self.draws) = (other.spacing, other.points, other.draws);
        }
        if target.is_approximation() && better([self.kl_open, other.kl_open], [self.kl_error, other.kl_error]) {
            (self.kl, self.kl_error, self.kl_open) = (other.kl, other.kl_error, other.kl_open);
            self.q_mass = other.q_mass;
        }
        for (own, [from, to]) in self.window.iter_mut().zip(other.window) {
            *own = [own[0].min(from), own[1].max(to)];
        }
        self
    }
}
