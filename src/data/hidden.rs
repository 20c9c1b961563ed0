//! Values that an experiment hides from the model.

use crate::experiment::Missing;
use crate::random::{Purpose, Stream};

/// Hides values completely at random: which ones of an image is a function of its number and the seed alone.
#[derive(Debug)]
pub(super) struct Hidden {
    stream: Stream,
    fraction: f32,
}

impl Hidden {
    /// The hiding that an experiment asks for; `None` if it hides nothing.
    pub fn new(missing: &Missing) -> Option<Self> {
        match *missing {
            Missing::Random { fraction, seed } if missing.hides() => {
                Some(Self { stream: Stream::new(seed, Purpose::Missing), fraction: fraction as f32 })
            }
            _ => None,
        }
    }

    /// Write NaN over the hidden values of image `number`: of each pixel with its colours, `channels × area`, or of
    /// each entry of a vector; the levels of a category, `together`, are hidden or seen together.
    pub fn hide(&self, number: u64, channels: usize, together: &[std::ops::Range<usize>], out: &mut [f32]) {
        let area = out.len() / channels;
        let mut uniform = vec![0.0; area];
        self.stream.fill_uniform(number, &mut uniform);
        for range in together {
            let first = uniform[range.start];
            uniform[range.clone()].fill(first);
        }
        for plane in out.chunks_exact_mut(area) {
            let hidden = plane.iter_mut().zip(&uniform).filter(|(_, draw)| **draw < self.fraction);
            hidden.for_each(|(value, _)| *value = f32::NAN);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_of_hidden_values_is_the_one_asked_for_and_does_not_depend_on_them() {
        let hidden = Hidden::new(&Missing::Random { fraction: 0.3, seed: 5 }).expect("some are hidden");
        let missing = |number, value| {
            let mut image = vec![value; 3 * 400];
            hidden.hide(number, 3, &[], &mut image);
            image.into_iter().map(f32::is_nan).collect::<Vec<bool>>()
        };
        assert_eq!(missing(4, 0.0), missing(4, 1.0));
        assert_ne!(missing(4, 0.0), missing(5, 0.0));
        assert_eq!(missing(4, 0.0)[..400], missing(4, 0.0)[800..]);
        let count: usize = (0..100).map(|n| missing(n, 0.5).iter().filter(|missing| **missing).count()).sum();
        // 40,000 draws: five standard deviations.
        assert!((count as f64 / 120_000.0 - 0.3).abs() < 5.0 * (0.21_f64 / 40_000.0).sqrt(), "{count}");
        assert!(Hidden::new(&Missing::None).is_none());
    }

    #[test]
    fn the_levels_of_a_category_are_hidden_together() {
        let hidden = Hidden::new(&Missing::Random { fraction: 0.5, seed: 1 }).expect("some are hidden");
        let mut split = 0;
        for number in 0..50 {
            let mut row = [0.0; 5];
            hidden.hide(number, 1, std::slice::from_ref(&(1..4)), &mut row);
            let seen = row.map(|value| !value.is_nan());
            assert!(seen[1] == seen[2] && seen[2] == seen[3]);
            split += usize::from(seen[0] != seen[1]);
        }
        assert!(split > 5);
    }
}
