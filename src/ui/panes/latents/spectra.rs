//! The KL of each latent dimension of the compared runs: of the seeds of a setting the mean.

use crate::train::Report;
use crate::ui::curves::{Curves, ReportSource, Spread, summary};
use crate::ui::runs::{Group, Runs};

/// The KL per dimension of a compared run, or the mean over the seeds of a setting.
pub struct Spectrum {
    pub name: String,
    /// The number of its look.
    pub look: usize,
    /// From the left.
    pub places: Vec<Place>,
}

/// One dimension of a spectrum, in nats per image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    pub value: f32,
    /// The ends of the band over seeds, where there are several.
    pub band: Option<[f32; 2]>,
}

impl Place {
    /// The largest value to show.
    pub fn highest(&self) -> f32 {
        self.band.map_or(self.value, |[_, high]| high.max(self.value))
    }
}

/// The spectra of all compared runs that know the KL of each dimension: the largest first, or by dimension.
pub fn spectra(runs: &Runs, by_kl: bool) -> Vec<Spectrum> {
    let of = |group: &Group| {
        let known: Vec<Vec<f32>> =
            runs.members(group).filter_map(|run| newest(&run.curves)).map(|kl| ordered(kl, by_kl)).collect();
        let places = places(&known, runs.spread);
        (!places.is_empty()).then(|| Spectrum { name: group.name.clone(), look: group.look, places })
    };
    runs.groups().iter().filter_map(of).collect()
}

/// The KL of each dimension in the newest report that has it.
fn newest(curves: &Curves) -> Option<&[f32]> {
    let training = || curves.track(ReportSource::Training).latest();
    let known = |report: &&Report| !report.kl_per_dimension.is_empty();
    curves.newest().filter(known).or_else(|| training().filter(known)).map(|report| report.kl_per_dimension.as_slice())
}

fn ordered(kl: &[f32], by_kl: bool) -> Vec<f32> {
    let mut kl = kl.to_vec();
    if by_kl {
        kl.sort_by(|a, b| b.total_cmp(a));
    }
    kl
}

/// The mean at each place over the spectra that have it.
fn places(spectra: &[Vec<f32>], spread: Spread) -> Vec<Place> {
    let longest = spectra.iter().map(Vec::len).max().unwrap_or(0);
    let place = |i: usize| {
        let values: Vec<f64> = spectra.iter().filter_map(|kl| kl.get(i)).map(|&kl| f64::from(kl)).collect();
        let (mean, [low, high]) = summary(&values, spread);
        Place { value: mean as f32, band: low.is_finite().then_some([low as f32, high as f32]) }
    };
    (0..longest).map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_averaged_by_rank_and_a_place_that_one_has_alone_has_no_band() {
        let spectra = [ordered(&[0.5, 3.0], true), ordered(&[1.0, 0.1, 0.5], true)];
        let places = places(&spectra, Spread::Range);
        assert_eq!(places[0], Place { value: 2.0, band: Some([1.0, 3.0]) });
        assert_eq!(places[1], Place { value: 0.5, band: Some([0.5, 0.5]) });
        assert_eq!(places[2], Place { value: 0.1, band: None });
        assert_eq!(ordered(&[0.5, 3.0], false), [0.5, 3.0]);
    }
}
