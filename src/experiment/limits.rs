//! Which numbers a field may hold. Each range is declared once, here or in a list of [`method`](super::method): checks
//! and their messages, the form, and changes to a run in progress all read it.

use std::fmt;
use std::ops::{Bound as End, RangeBounds, RangeInclusive};

/// Monte Carlo samples K of z per image.
pub const SAMPLES: Limits<usize> = Limits::closed(1, 5_000);

/// A weight β of the KL term.
pub const BETA: Limits<f64> = Limits::at_least(0.0);

/// Dimension of z.
pub const LATENT: Limits<usize> = Limits::closed(1, 512);

/// Learning rate.
pub const LEARNING_RATE: Limits<f64> = Limits::above(0.0);

/// Epochs of a run, and of its schedule.
pub const EPOCHS: Limits<f64> = Limits::above_to(0.0, 1e9);

/// Largest global norm of the gradient.
pub const CLIP: Limits<f64> = Limits::above(0.0);

/// Images per step.
pub const BATCH: Limits<usize> = Limits::closed(1, 65_536);

/// Parts of a batch.
pub const SHARDS: Limits<usize> = Limits::closed(1, 64);

/// Images held out for validation.
pub const VALIDATION: Limits<usize> = Limits::at_least(0);

/// Training images used, where not all are.
pub const LIMIT: Limits<usize> = Limits::at_least(1);

/// The grey level from which a pixel is 1.
pub const THRESHOLD: Limits<f64> = Limits::between(0.0, 1.0);

/// Most numbers per image between two layers; more is taken for a typing mistake.
pub const FEATURES_MAX: usize = 1 << 24;

/// Units, channels, and sides of a map.
pub const FEATURES: Limits<usize> = Limits::closed(1, FEATURES_MAX);

/// A kernel's side, and its stride.
pub const KERNEL: Limits<usize> = Limits::closed(1, 256);

/// Padding of a convolution.
pub const PADDING: Limits<usize> = Limits::closed(0, 256);

/// A decay rate, or another share that is never all.
pub const SHARE: Limits<f64> = Limits::half_open(0.0, 1.0);

/// Numbers from one end to another. A number without an upper end is finite all the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits<N> {
    from: End<N>,
    to: End<N>,
}

impl<N> Limits<N> {
    /// Both ends belong to it.
    pub const fn closed(from: N, to: N) -> Self {
        Self { from: End::Included(from), to: End::Included(to) }
    }

    /// The lower end belongs to it, the upper does not.
    pub const fn half_open(from: N, to: N) -> Self {
        Self { from: End::Included(from), to: End::Excluded(to) }
    }

    /// Neither end belongs to it.
    pub const fn between(from: N, to: N) -> Self {
        Self { from: End::Excluded(from), to: End::Excluded(to) }
    }

    /// More than `from`.
    pub const fn above(from: N) -> Self {
        Self { from: End::Excluded(from), to: End::Unbounded }
    }

    /// `from` and more.
    pub const fn at_least(from: N) -> Self {
        Self { from: End::Included(from), to: End::Unbounded }
    }

    /// More than `from`, at most `to`.
    pub const fn above_to(from: N, to: N) -> Self {
        Self { from: End::Excluded(from), to: End::Included(to) }
    }
}

impl<N: Number> Limits<N> {
    /// Whether a field may hold it.
    pub fn contains(&self, number: N) -> bool {
        number.is_finite() && (self.from, self.to).contains(&number)
    }

    /// The smallest range that begins and ends with a number, for controls that know no other; an end may lie outside
    /// the limits.
    pub fn hull(&self) -> RangeInclusive<N> {
        let end = |end, otherwise| match end {
            End::Included(number) | End::Excluded(number) => number,
            End::Unbounded => otherwise,
        };
        end(self.from, N::LEAST)..=end(self.to, N::MOST)
    }
}

impl<N> From<RangeInclusive<N>> for Limits<N> {
    fn from(range: RangeInclusive<N>) -> Self {
        let (from, to) = range.into_inner();
        Self::closed(from, to)
    }
}

/// As a message says it after "must be".
impl<N: fmt::Display> fmt::Display for Limits<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use End::{Excluded, Included, Unbounded};
        match (&self.from, &self.to) {
            (Included(from), Included(to)) => write!(f, "{from} to {to}"),
            (Included(from), Excluded(to)) => write!(f, "at least {from} and less than {to}"),
            (Excluded(from), Included(to)) => write!(f, "above {from} and at most {to}"),
            (Excluded(from), Excluded(to)) => write!(f, "between {from} and {to}"),
            (Included(from), Unbounded) => write!(f, "a number of at least {from}"),
            (Excluded(from), Unbounded) => write!(f, "a number above {from}"),
            (Unbounded, _) => write!(f, "a number"),
        }
    }
}

/// The types of number that a field may have.
pub trait Number: Copy + PartialOrd + fmt::Display + 'static {
    /// The least number of the type that a field may have.
    const LEAST: Self;
    /// The largest number of the type that a field may have.
    const MOST: Self;

    /// Neither infinite nor no number at all.
    fn is_finite(self) -> bool {
        self >= Self::LEAST && self <= Self::MOST
    }
}

impl Number for usize {
    const LEAST: Self = Self::MIN;
    const MOST: Self = Self::MAX;
}

impl Number for u64 {
    const LEAST: Self = Self::MIN;
    const MOST: Self = Self::MAX;
}

impl Number for f64 {
    const LEAST: Self = Self::MIN;
    const MOST: Self = Self::MAX;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_hold_what_they_say() {
        for (limits, inside, outside, text) in [
            (Limits::closed(0.0, 1.0), [0.0, 1.0], [-0.1, 1.1], "0 to 1"),
            (SHARE, [0.0, 0.999], [-0.1, 1.0], "at least 0 and less than 1"),
            (THRESHOLD, [0.001, 0.999], [0.0, 1.0], "between 0 and 1"),
            (BETA, [0.0, 1e300], [-0.1, f64::INFINITY], "a number of at least 0"),
            (LEARNING_RATE, [1e-300, 1e300], [0.0, f64::NAN], "a number above 0"),
            (Limits::above_to(0.0, 1.0), [0.1, 1.0], [0.0, 1.1], "above 0 and at most 1"),
        ] {
            assert!(inside.iter().all(|&number| limits.contains(number)), "{text}");
            assert!(!outside.iter().any(|&number| limits.contains(number)), "{text}");
            assert_eq!(limits.to_string(), text);
        }
        assert_eq!((SHARE.hull(), LIMIT.hull()), (0.0..=1.0, 1..=usize::MAX));
    }
}
