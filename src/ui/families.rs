//! The families of an experiment in tooltips: a text about q(z|x), p(z) or p(x|z) says which ones they are here.

use crate::experiment::{Choice, Experiment};

/// A distribution of the model, whose family the experiment chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Likelihood,
    Posterior,
    Prior,
}

impl Family {
    pub const ALL: [Self; 3] = [Self::Likelihood, Self::Posterior, Self::Prior];

    fn of(self, experiment: &Experiment) -> String {
        let latent = &experiment.latent;
        match self {
            Self::Likelihood => format!("p(x|z): {}", experiment.decoder.likelihood.name()),
            Self::Posterior => format!("q(z|x): {}", latent.posterior.name()),
            Self::Prior => format!("p(z): {}", latent.prior.name()),
        }
    }
}

/// `meaning`, then the families of the distributions that it speaks of: "… Here q(z|x): diagonal Gaussian."
pub fn said(meaning: &str, families: &[Family], experiment: Option<&Experiment>) -> String {
    match experiment.filter(|_| !families.is_empty()) {
        Some(experiment) => {
            let families: Vec<String> = families.iter().map(|family| family.of(experiment)).collect();
            format!("{meaning} Here {}.", families.join("; "))
        }
        None => meaning.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::preset;

    #[test]
    fn item_17_a_tooltip_names_the_families_of_the_experiment() {
        let sphere = preset("svae-sphere").expect("a bundled preset");
        let text = said("The KL.", &[Family::Posterior, Family::Prior], Some(&sphere));
        let (q, p) = (sphere.latent.posterior.name(), sphere.latent.prior.name());
        assert_eq!(text, format!("The KL. Here q(z|x): {q}; p(z): {p}."));
        assert_eq!(said("The KL.", &[Family::Prior], None), "The KL.");
        assert_eq!(said("Bits.", &[], Some(&sphere)), "Bits.");
    }
}
