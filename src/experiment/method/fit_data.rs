//! Which data a likelihood is for.

use super::{Likelihood, Pixels};
use crate::experiment::{Binarisation, Data, Experiment, Scaling, Source};

impl Likelihood {
    /// Why the likelihood cannot be used with these data, and the mend; `None` where it can.
    pub(super) fn judge_data(self, data: &Data) -> Option<String> {
        let scaled = matches!(&data.source, Source::Table { scaling, .. } if *scaling != Scaling::None);
        let real = matches!(data.source, Source::Wine | Source::Toy { .. });
        match self {
            Self::GaussianOptimal if data.missing.hides() || data.source.has_mask() => Some(
                "its σ is the mean squared error of all values, and some are missing; use the Gaussian with learned σ"
                    .into(),
            ),
            _ if self.kind() == Pixels::Counts && scaled => {
                Some("counts must stay whole numbers; set data.source.scaling to None".into())
            }
            _ if self.kind() == Pixels::Counts && real => {
                Some("these data are real numbers, not counts; use a Gaussian".into())
            }
            _ => None,
        }
    }
}

impl Experiment {
    /// A warning where the likelihood can be computed for these data but is no probability or density of them, with the
    /// mend; `None` where it is one.
    pub(in crate::experiment) fn likelihood_doubt(&self) -> Option<&'static str> {
        let kind = self.decoder.likelihood.kind();
        match &self.data.source {
            Source::Table { scaling, .. } => doubt_of_table(kind, Some(*scaling)),
            Source::Wine | Source::Toy { .. } => doubt_of_table(kind, None),
            _ => doubt_of_images(kind, self.data.binarisation() == Binarisation::None),
        }
    }
}

/// The doubt about a likelihood of rows; `scaling` is `None` where the source has no choice of it.
fn doubt_of_table(kind: Pixels, scaling: Option<Scaling>) -> Option<&'static str> {
    match kind {
        Pixels::Binary => {
            Some("a Bernoulli is no density of numbers other than 0 and 1; use a Gaussian, or the likelihood by column")
        }
        Pixels::Unit if scaling.is_none() => Some("it is a density of numbers from 0 to 1; use a Gaussian"),
        Pixels::Unit if scaling != Some(Scaling::MinMax) => {
            Some("it is a density of numbers from 0 to 1; set data.source.scaling to MinMax, or use a Gaussian")
        }
        Pixels::Levels => Some("it is for grey levels of pictures; use a Gaussian, or the likelihood by column"),
        _ => None,
    }
}

fn doubt_of_images(kind: Pixels, grey: bool) -> Option<&'static str> {
    match (kind, grey) {
        (Pixels::Binary, true) => Some(
            "grey pixels under a Bernoulli are not a density: the bound is no bound on log p(x); binarise the images \
             or use a Gaussian",
        ),
        (Pixels::Real | Pixels::Columns, false) => Some(
            "binary pixels under a density: a density of a discrete variable is unbounded; use the Bernoulli, or \
             binarisation None",
        ),
        (Pixels::Unit, false) => {
            Some("binary pixels under a density: it is unbounded at 0 and 1; use the Bernoulli, or binarisation None")
        }
        (Pixels::Levels, false) => Some(
            "binary pixels take two of the 256 levels that this likelihood gives a probability; use the Bernoulli, or \
             binarisation None",
        ),
        (Pixels::Counts, true) => Some(
            "grey levels from 0 to 1 are no counts: the bound is no bound on log p(x); it is for a table of counts",
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{Choice, Missing, ToySet};

    fn table(scaling: Scaling) -> Source {
        let is_table = |source: &&Source| matches!(source, Source::Table { .. });
        let mut source = Source::ALL.iter().find(is_table).cloned().expect("a table");
        if let Source::Table { scaling: it, .. } = &mut source {
            *it = scaling;
        }
        source
    }

    #[test]
    fn counts_are_not_scaled_and_an_optimal_sigma_needs_all_values() {
        let scaled = Data { source: table(Scaling::Standardise), ..Data::default() };
        let plain = Data { source: table(Scaling::None), ..Data::default() };
        for likelihood in [Likelihood::Poisson, Likelihood::NegativeBinomial] {
            assert!(likelihood.judge_data(&scaled).is_some_and(|reason| reason.contains("scaling")));
            assert_eq!(likelihood.judge_data(&plain), None);
        }
        let missing = Missing::Random { fraction: 0.5, seed: 0 };
        assert!(Likelihood::GaussianOptimal.judge_data(&Data { missing, ..plain }).is_some());
    }

    #[test]
    fn built_in_rows_are_real_numbers_and_a_gaussian_suits_them() {
        let toy = Source::Toy { set: ToySet::Moons, count: 100, noise: 0.1 };
        for source in [toy, Source::Wine] {
            let data = Data { source, ..Data::default() };
            assert!(Likelihood::Poisson.judge_data(&data).is_some_and(|reason| reason.contains("real numbers")));
            let mut experiment = Experiment { data, ..Experiment::default() };
            let mut doubt = |likelihood| {
                experiment.decoder.likelihood = likelihood;
                experiment.likelihood_doubt()
            };
            assert_eq!(doubt(Likelihood::GaussianLearned), None);
            // Nothing is advised that these sources have no field for.
            let advice = [Likelihood::Bernoulli, Likelihood::ContinuousBernoulli].map(&mut doubt);
            assert!(advice.iter().all(|told| told.is_some_and(|told| !told.contains("data.source"))), "{advice:?}");
        }
    }

    #[test]
    fn a_table_is_not_binarised_and_a_gaussian_suits_it() {
        let of = |likelihood, scaling| {
            let data = Data { source: table(scaling), ..Data::default() };
            let mut experiment = Experiment { data, ..Experiment::default() };
            experiment.decoder.likelihood = likelihood;
            experiment.likelihood_doubt()
        };
        assert_eq!(of(Likelihood::GaussianLearned, Scaling::Standardise), None);
        assert_eq!(of(Likelihood::ByColumn, Scaling::Standardise), None);
        assert_eq!(of(Likelihood::ContinuousBernoulli, Scaling::MinMax), None);
        assert!(of(Likelihood::ContinuousBernoulli, Scaling::None).is_some());
        assert!(of(Likelihood::Bernoulli, Scaling::None).is_some());
    }
}
