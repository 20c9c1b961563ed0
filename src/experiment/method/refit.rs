//! A likelihood for other data.

use super::{Choice, Likelihood, Pixels, Source};
use crate::experiment::{Binarisation, Data, Experiment, ImageShape};

impl Experiment {
    /// Take other data, and where the likelihood is no probability or density of such data, one that is. `rows` says
    /// that the items are rows of real numbers, which are then left as they are. Returns what was changed beside the
    /// data, and why, in a sentence; `None` where nothing was.
    pub fn take_data(&mut self, data: Data, rows: bool, image: Option<ImageShape>) -> Option<String> {
        self.data = data;
        let mut said = None;
        if rows && self.data.binarisation() != Binarisation::None {
            self.data.binarisation = Binarisation::None;
            said = Some("these are rows of numbers, so they are not binarised".to_owned());
        }
        let Some((fitting, words)) = self.refitted(image) else { return said };
        *self = fitting;
        Some(said.map_or_else(|| words.clone(), |said| format!("{said}; {words}")))
    }

    /// The experiment with a likelihood that is a probability or density of its data, or with images that are no longer
    /// binarised, and what changes, and why, in words; `None` where the likelihood is one already, or none would be.
    pub fn refitted(&self, image: Option<ImageShape>) -> Option<(Self, String)> {
        let doubt = self.likelihood_doubt().map(String::from);
        let why = doubt.or_else(|| self.decoder.likelihood.why_not(self, image))?;
        // What is wrong stands before the mend.
        let why = why.split(';').next().unwrap_or_default().to_owned();
        let fits = |experiment: &Self| {
            let likelihood = experiment.decoder.likelihood;
            experiment.likelihood_doubt().is_none() && likelihood.why_not(experiment, image).is_none()
        };
        let was = self.decoder.likelihood.name();
        // A density stays, of pixels that are no longer binarised: it was chosen, the binarisation hardly.
        let dense = !matches!(self.decoder.likelihood.kind(), Pixels::Binary | Pixels::Counts | Pixels::Columns);
        let mut grey = self.clone();
        grey.data.binarisation = Binarisation::None;
        if dense && self.data.binarisation() != Binarisation::None && fits(&grey) {
            return Some((grey, format!("pixels are no longer binarised, for {was}: {why}")));
        }
        let preferred = match self.data.source {
            Source::Table { .. } | Source::Wine => Likelihood::ByColumn,
            _ => Likelihood::Bernoulli,
        };
        let with = |likelihood: Likelihood| {
            let mut other = self.clone();
            other.decoder.likelihood = likelihood;
            other
        };
        let candidates = [preferred, Likelihood::Bernoulli, Likelihood::GaussianLearned];
        let found = candidates.into_iter().map(with).find(fits)?;
        let name = found.decoder.likelihood.name();
        Some((found, format!("the likelihood is {name} in place of {was}: {why}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::ToySet;
    use std::path::Path;

    fn taken(likelihood: Likelihood, binarisation: Binarisation, source: Source, rows: bool) -> (Experiment, String) {
        let mut experiment = Experiment::default();
        experiment.decoder.likelihood = likelihood;
        let said = experiment.take_data(Data { source, binarisation, ..Data::default() }, rows, None);
        assert_eq!(experiment.likelihood_doubt(), None, "{:?}", experiment.decoder.likelihood);
        (experiment, said.unwrap_or_default())
    }

    #[test]
    fn data_for_which_the_likelihood_is_no_density_bring_one_that_is() {
        let table = || Source::table(Path::new("x.csv"));
        let toy = Source::Toy { set: ToySet::Moons, count: 100, noise: 0.1 };
        let (dynamic, none) = (Binarisation::Dynamic, Binarisation::None);
        for (had, binarisation, source, has, words) in [
            (Likelihood::Bernoulli, dynamic, table(), Likelihood::ByColumn, "by column in place of Bernoulli: a Bern"),
            (Likelihood::Bernoulli, dynamic, Source::Wine, Likelihood::ByColumn, "no density of numbers"),
            (Likelihood::Bernoulli, dynamic, toy, Likelihood::GaussianLearned, "in place of Bernoulli"),
            (Likelihood::Poisson, none, table(), Likelihood::ByColumn, "counts must stay whole numbers"),
            (Likelihood::Bernoulli, none, Source::Mnist, Likelihood::GaussianLearned, "grey pixels under a Bernoulli"),
            (Likelihood::ByColumn, dynamic, Source::Mnist, Likelihood::Bernoulli, "in place of by column"),
        ] {
            let (experiment, said) = taken(had, binarisation, source, false);
            assert_eq!(experiment.decoder.likelihood, has);
            assert!(said.contains(words), "{words} in {said}");
        }
    }

    #[test]
    fn what_fits_stays_and_a_density_keeps_its_pixels_grey() {
        let (dynamic, none) = (Binarisation::Dynamic, Binarisation::None);
        for (likelihood, binarisation, source) in [
            (Likelihood::Bernoulli, dynamic, Source::Mnist),
            (Likelihood::GaussianLearned, none, Source::Mnist),
            (Likelihood::Laplace, dynamic, Source::table(Path::new("x.csv"))),
        ] {
            let (experiment, said) = taken(likelihood, binarisation, source, false);
            assert_eq!((experiment.decoder.likelihood, experiment.data.binarisation), (likelihood, binarisation));
            assert_eq!(said, "");
        }
        let (experiment, said) = taken(Likelihood::Laplace, dynamic, Source::Mnist, false);
        assert_eq!((experiment.decoder.likelihood, experiment.data.binarisation), (Likelihood::Laplace, none));
        assert!(said.contains("no longer binarised"), "{said}");
        let rows = Source::arrays(Path::new("x.npy"));
        let (experiment, said) = taken(Likelihood::Bernoulli, dynamic, rows, true);
        assert_eq!((experiment.decoder.likelihood, experiment.data.binarisation), (Likelihood::GaussianLearned, none));
        assert!(said.contains("rows of numbers") && said.contains("in place of Bernoulli"), "{said}");
    }
}
