//! The permitted range of every numeric field. Each range is declared once, here or in a list of
//! [`method`](super::method), and read by validation, its messages, the form, and changes to a run in progress.

use std::fmt;
use std::ops::{Bound as End, RangeBounds, RangeInclusive};

/// Permitted number of Monte Carlo samples K of z per image.
pub const SAMPLES: Limits<usize> = Limits::closed(1, 5_000);

/// Permitted weights β of the KL term.
pub const BETA: Limits<f64> = Limits::at_least(0.0);

/// Permitted dimensions of z.
pub const LATENT: Limits<usize> = Limits::closed(1, 512);

/// Permitted learning rates.
pub const LEARNING_RATE: Limits<f64> = Limits::above(0.0);

/// Permitted lengths of a run, and of its schedule, in epochs.
pub const EPOCHS: Limits<f64> = Limits::above_to(0.0, 1e9);

/// Permitted beginnings of a schedule, in epochs.
pub const SCHEDULE_START: Limits<f64> = Limits::closed(0.0, 1e9);

/// Permitted limits on the global norm of the gradient.
pub const CLIP: Limits<f64> = Limits::above(0.0);

/// Permitted batch sizes, in images per step.
pub const BATCH: Limits<usize> = Limits::closed(1, 65_536);

/// Permitted numbers of shards, the parts of a batch.
pub const SHARDS: Limits<usize> = Limits::closed(1, 64);

/// Permitted numbers of states that a run keeps on its way.
pub const HISTORY: Limits<usize> = Limits::closed(0, 1_000);

/// Permitted numbers of images held out for validation.
pub const VALIDATION: Limits<usize> = Limits::at_least(0);

/// Permitted limits on the number of training images used.
pub const LIMIT: Limits<usize> = Limits::at_least(1);

/// Permitted binarisation thresholds: the grey level from which a pixel is 1.
pub const THRESHOLD: Limits<f64> = Limits::between(0.0, 1.0);

/// Permitted distances, in pixels, by which augmentation moves an image.
pub const SHIFT: Limits<usize> = Limits::closed(0, 256);

/// Permitted standard deviations of the noise that augmentation adds.
pub const NOISE: Limits<f64> = Limits::closed(0.0, 10.0);

/// Largest number of values per image between two layers; more is taken for a typing mistake.
pub const FEATURES_MAX: usize = 1 << 24;

/// Permitted numbers of units and channels, and sides of a map.
pub const FEATURES: Limits<usize> = Limits::closed(1, FEATURES_MAX);

/// Permitted sides and strides of a kernel, in pixels.
pub const KERNEL: Limits<usize> = Limits::closed(1, 256);

/// Permitted paddings of a convolution, in pixels.
pub const PADDING: Limits<usize> = Limits::closed(0, 256);

/// The range [0, 1): decay rates and other shares that are never the whole.
pub const SHARE: Limits<f64> = Limits::half_open(0.0, 1.0);

/// A range of numbers. A range without an upper end still excludes infinity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits<N> {
    from: End<N>,
    to: End<N>,
}

impl<N> Limits<N> {
    /// Both ends belong to the range.
    pub const fn closed(from: N, to: N) -> Self {
        Self { from: End::Included(from), to: End::Included(to) }
    }

    /// The lower end belongs to the range, the upper does not.
    pub const fn half_open(from: N, to: N) -> Self {
        Self { from: End::Included(from), to: End::Excluded(to) }
    }

    /// Neither end belongs to the range.
    pub const fn between(from: N, to: N) -> Self {
        Self { from: End::Excluded(from), to: End::Excluded(to) }
    }

    /// All numbers greater than `from`.
    pub const fn above(from: N) -> Self {
        Self { from: End::Excluded(from), to: End::Unbounded }
    }

    /// `from` and all greater numbers.
    pub const fn at_least(from: N) -> Self {
        Self { from: End::Included(from), to: End::Unbounded }
    }

    /// All numbers greater than `from` and at most `to`.
    pub const fn above_to(from: N, to: N) -> Self {
        Self { from: End::Excluded(from), to: End::Included(to) }
    }
}

impl<N: Number> Limits<N> {
    /// Whether the range contains `number`.
    pub fn contains(&self, number: N) -> bool {
        number.is_finite() && (self.from, self.to).contains(&number)
    }

    /// The smallest closed range around these limits, for controls that know only closed ranges; its ends may lie
    /// outside the limits.
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

/// Prints the range as a message continues after "must be".
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

/// The types of number that a field can have.
pub trait Number: Copy + PartialOrd + fmt::Display + 'static {
    /// The smallest number of the type that a field can hold.
    const LEAST: Self;
    /// The largest number of the type that a field can hold.
    const MOST: Self;

    /// Whether the number is neither infinite nor NaN.
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
