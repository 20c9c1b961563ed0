//! The mean of several runs' curves, with a band that says how far they lie apart.

use super::pyramid::Pyramid;
use super::track::Track;
use serde::{Deserialize, Serialize};

/// Largest number of places at which a mean is worked out.
const PLACES_MAX: usize = 4_000;

/// The meaning of the band around a mean over seeds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Spread {
    /// The standard error of the mean on either side, from the sample standard deviation (n − 1) over the seeds.
    #[default]
    StandardError,
    /// From the smallest to the largest value.
    Range,
}

/// The mean of some runs' curves at the places of all their reports, with its band. A run counts where it has a report,
/// or two neighbouring ones between which the place lies; before its first and after its last report it does not.
#[derive(Clone, Debug)]
pub struct Mean {
    track: Track,
    mean: Pyramid,
    low: Pyramid,
    high: Pyramid,
    counts: Vec<u16>,
}

impl Mean {
    /// The mean of curves, each given by its x in ascending order and its y.
    pub fn of(curves: &[(&[f64], &[f32])], spread: Spread) -> Self {
        let x = places(curves);
        let mut read: Vec<Reader<'_>> = curves.iter().map(|&(x, y)| Reader { x, y, at: 0 }).collect();
        let (mut mean, mut low, mut high) = (Pyramid::default(), Pyramid::default(), Pyramid::default());
        let mut counts = Vec::with_capacity(x.len());
        let mut values = Vec::with_capacity(curves.len());
        for &x in &x {
            values.clear();
            values.extend(read.iter_mut().filter_map(|reader| reader.at(x)));
            let (centre, band) = summary(&values, spread);
            mean.push(centre as f32);
            low.push(band[0] as f32);
            high.push(band[1] as f32);
            counts.push(values.len().min(usize::from(u16::MAX)) as u16);
        }
        Self { track: Track::at(&x), mean, low, high, counts }
    }

    /// Where the mean is known. Every axis has the x of the curves that it was made of.
    pub fn track(&self) -> &Track {
        &self.track
    }

    /// The mean at each place.
    pub fn mean(&self) -> &Pyramid {
        &self.mean
    }

    /// The lower edge of the band; a gap where one run alone has a value.
    pub fn low(&self) -> &Pyramid {
        &self.low
    }

    /// The upper edge of the band; a gap where one run alone has a value.
    pub fn high(&self) -> &Pyramid {
        &self.high
    }

    /// Number of runs that have a value at a place.
    pub fn count(&self, index: usize) -> usize {
        self.counts.get(index).map_or(0, |&count| usize::from(count))
    }
}

/// The mean of some values and the ends of its band; not a number where there are none, or no band.
pub fn summary(values: &[f64], spread: Spread) -> (f64, [f64; 2]) {
    let count = values.len() as f64;
    // 0 / 0 where there is no value.
    let mean = values.iter().sum::<f64>() / count;
    if values.len() < 2 {
        return (mean, [f64::NAN; 2]);
    }
    let band = match spread {
        Spread::StandardError => {
            let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
            let error = (variance / count).sqrt();
            [mean - error, mean + error]
        }
        Spread::Range => {
            values.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], &v| [low.min(v), high.max(v)])
        }
    };
    (mean, band)
}

/// Where any curve has a report, each place once; fewer of them, with every curve's ends, where there are very many.
fn places(curves: &[(&[f64], &[f32])]) -> Vec<f64> {
    let mut x: Vec<f64> = curves.iter().flat_map(|(x, _)| x.iter().copied()).collect();
    x.sort_by(f64::total_cmp);
    x.dedup();
    let stride = x.len().div_ceil(PLACES_MAX).max(1);
    if stride > 1 {
        x = x.into_iter().step_by(stride).collect();
        x.extend(curves.iter().flat_map(|(x, _)| x.first().into_iter().chain(x.last())));
        x.sort_by(f64::total_cmp);
        x.dedup();
    }
    x
}

/// A curve that is read from left to right.
struct Reader<'a> {
    x: &'a [f64],
    y: &'a [f32],
    /// The last report that is not beyond the place read last.
    at: usize,
}

impl Reader<'_> {
    /// The value at `x`, which is not before the one asked for last.
    fn at(&mut self, x: f64) -> Option<f64> {
        let (first, last) = (*self.x.first()?, *self.x.last()?);
        if x < first || x > last {
            return None;
        }
        while self.x.get(self.at + 1).is_some_and(|&next| next <= x) {
            self.at += 1;
        }
        let value = |i: usize| self.y.get(i).map(|&y| f64::from(y));
        let (before, here) = (self.x[self.at], value(self.at)?);
        if before == x {
            return Some(here).filter(|here| here.is_finite());
        }
        let (after, next) = (*self.x.get(self.at + 1)?, value(self.at + 1)?);
        let value = here + (next - here) * (x - before) / (after - before);
        Some(value).filter(|value| value.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_and_band_are_those_of_a_hand() {
        // At 10: 1, 2 and 6; their mean 3, their variance (4 + 1 + 9) / 2 = 7, its error √(7 / 3).
        let x: &[f64] = &[0.0, 10.0];
        let curves: Vec<(&[f64], &[f32])> = vec![(x, &[0.0, 1.0]), (x, &[0.0, 2.0]), (x, &[3.0, 6.0])];
        let mean = Mean::of(&curves, Spread::StandardError);
        let error = (7.0f64 / 3.0).sqrt();
        assert_eq!(mean.mean().values(), [1.0, 3.0]);
        assert!((mean.low().get(1) - (3.0 - error)).abs() < 1e-6 && (mean.high().get(1) - (3.0 + error)).abs() < 1e-6);
        let range = Mean::of(&curves, Spread::Range);
        assert_eq!((range.low().values(), range.high().values()), (&[0.0, 1.0][..], &[3.0, 6.0][..]));
        assert_eq!([0, 1, 2].map(|place| range.count(place)), [3, 3, 0]);
    }

    #[test]
    fn a_run_counts_between_its_reports_and_not_beyond_them() {
        let (short, long): (&[f64], &[f64]) = (&[0.0, 20.0], &[5.0, 10.0, 20.0, 30.0]);
        let mean = Mean::of(&[(short, &[0.0, 4.0]), (long, &[1.0, 2.0, 8.0, 9.0])], Spread::Range);
        assert_eq!(mean.track().x(crate::ui::curves::XAxis::Step), [0.0, 5.0, 10.0, 20.0, 30.0]);
        // Alone at both ends; at 5 the first is 1, at 10 it is 2.
        assert_eq!(mean.mean().values(), [0.0, 1.0, 2.0, 6.0, 9.0]);
        assert_eq!((0..5).map(|place| mean.count(place)).collect::<Vec<_>>(), [1, 2, 2, 2, 1]);
        assert!(mean.low().get(0).is_nan() && mean.high().get(4).is_nan(), "one run has no band");
        assert_eq!((mean.low().get(3), mean.high().get(3)), (4.0, 8.0));
    }

    #[test]
    fn a_gap_beside_a_place_is_a_gap_there() {
        let (x, y): (&[f64], &[f64]) = (&[0.0, 10.0, 20.0], &[5.0, 15.0]);
        let mean = Mean::of(&[(x, &[0.0, f32::NAN, 2.0]), (y, &[7.0, 8.0])], Spread::StandardError);
        assert_eq!((0..5).map(|place| mean.count(place)).collect::<Vec<_>>(), [1, 1, 1, 1, 1]);
        assert_eq!(mean.mean().values(), [0.0, 7.0, 7.5, 8.0, 2.0]);
    }

    #[test]
    fn the_mean_of_long_runs_is_worked_out_at_few_places_with_all_ends() {
        let x: Vec<f64> = (0..30_001).map(f64::from).collect();
        let y: Vec<f32> = x.iter().map(|&x| x as f32).collect();
        let mean = Mean::of(&[(&x, &y), (&x[..20_000], &y[..20_000])], Spread::Range);
        let places = mean.track().x(crate::ui::curves::XAxis::Time);
        assert!(places.len() <= PLACES_MAX + 4 && places.contains(&19_999.0) && places.last() == Some(&30_000.0));
        assert!(mean.mean().values().iter().zip(places).all(|(&y, &x)| f64::from(y) == x));
    }
}
