//! The glossary: the field's words, and what those mean in this experiment that mean something else in another.

use super::Page;
use crate::experiment::method::PosteriorKind;
use crate::experiment::{Choice, Experiment};
use crate::ui::pane::PaneContext;
use crate::ui::theme::space;
use eframe::egui::{Label, Ui};
use serde::{Deserialize, Serialize};

/// The pane with the glossary.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GlossaryPane {}

impl Page for GlossaryPane {
    fn content(&self, ui: &mut Ui, context: &PaneContext<'_>) {
        let theme = context.theme;
        for (term, meaning) in glossary(context.status.experiment.as_deref()) {
            ui.add(Label::new(theme.strong(term)).wrap());
            ui.add(Label::new(meaning).wrap());
            ui.add_space(space::S);
        }
    }
}

/// Words that mean the same in every experiment, each in a sentence or two.
const TERMS: &[(&str, &str)] = &[
    ("log p(x), evidence", "How probable the model finds an image: what one would like to maximise."),
    (
        "ELBO",
        "The evidence lower bound E_q[log p(x|z)] − KL[q(z|x) ‖ p(z)] ≤ log p(x): computable, and maximised in its \
         place.",
    ),
    (
        "E_q[log p(x|z)]",
        "The reconstruction term: how well an image is explained by the z's that the encoder finds for it.",
    ),
    ("KL[q(z|x) ‖ p(z)]", "The information about x in z, in nats: what the code of an image costs."),
    ("The gap", "log p(x) − ELBO = KL[q(z|x) ‖ p(z|x)]: what the approximation of the posterior costs."),
    (
        "Ledger",
        "Every term of log p(x) − KL[q‖p(z|x)] = ELBO = E_q[log p(x|z)] − KL[q‖p(z)] measured by itself through \
         training.",
    ),
    ("Residual", "log p(x) − KL[q‖p(z|x)] − ELBO as measured: zero up to its error, if all three are right."),
    ("Amortisation gap", "L[q*] − L[q], with q* the best of q's family for one image: what one encoder for all costs."),
    ("Approximation gap", "log p(x) − L[q*]: what even the best member of q's family cannot reach."),
    ("Rate, distortion", "KL[q‖p(z)] and −E_q[log p(x|z)]: what the code costs, and how badly it explains the image."),
    ("Quadrature", "An integral over z as a sum over a lattice, for one or two latent dimensions."),
    (
        "Importance sampling",
        "log p(x) from samples of q(z|x), each weighed by p(x, z)/q(z|x); the effective sample size says how many \
         count.",
    ),
    (
        "Signal-to-noise ratio",
        "Of a gradient estimate: √(Σ (E g)² / Σ Var g) over the parameters. Averaging n estimates raises it by √n.",
    ),
    (
        "IWAE",
        "The importance-weighted bound with K samples, between the ELBO (K = 1) and log p(x); tighter as K grows.",
    ),
    (
        "DReG",
        "The doubly reparameterised gradient of IWAE (Tucker et al. 2019), whose encoder keeps its signal as K grows.",
    ),
    ("nat", "The unit of information with natural logarithms; 1 nat = 1.4427 bits. All figures are nats per image."),
    ("β", "A weight of the KL term. 1 is the bound; larger values press the posterior towards the prior."),
    (
        "Warm-up",
        "β rises from a small value at first, so that the latents come into use before the prior pulls at them.",
    ),
    ("Active unit", "A latent dimension whose posterior mean varies over images (variance above 0.01)."),
    ("Posterior collapse", "Dimensions whose posterior equals the prior: KL 0, nothing about x in them."),
    ("Traversal", "One latent dimension walks through quantiles of the prior while the others stay."),
    ("Binarisation", "Grey pixels drawn as 0 or 1, for which a Bernoulli likelihood is a probability."),
    ("Validation", "Images held out of training, on which the bound is measured at β = 1."),
    ("± s", "The standard error of an estimate over images: about a third of the time the truth is farther off."),
];

/// Every word and what it means; with an experiment, in that one.
fn glossary(experiment: Option<&Experiment>) -> Vec<(&'static str, String)> {
    let here = |method: fn(&Experiment) -> (&'static str, &'static str)| {
        experiment.map_or(String::new(), |experiment| {
            let (name, about) = method(experiment);
            format!(" Here: {name}. {about}")
        })
    };
    let prior = here(|experiment| described(&experiment.latent.prior));
    let likelihood = here(|experiment| described(&experiment.decoder.likelihood));
    let posterior = here(|experiment| described(&experiment.latent.posterior));
    let bound = here(|experiment| described(&experiment.objective.bound));
    let samples = experiment.map_or(String::new(), |experiment| format!(" Here: {}.", experiment.objective.samples));
    let mut words = vec![
        ("x, z", "An image, and the latent variable that is thought to have produced it.".to_owned()),
        ("p(z), prior", format!("What z is before any image is seen.{prior}")),
        ("p(x|z), likelihood", format!("How an image scatters around what the decoder makes of z.{likelihood}")),
        (
            "p(z|x), posterior",
            "Which z could have produced x. It has no closed form as a rule; q(z|x) stands in for it.".to_owned(),
        ),
        (
            "q(z|x), encoder",
            format!("The approximate posterior, whose parameters a network computes from x.{posterior}"),
        ),
        ("Bound", format!("What is maximised in place of log p(x).{bound}")),
        ("K", format!("Monte Carlo samples of z per image with which the expectation over q is estimated.{samples}")),
        ("ε", noise(experiment)),
    ];
    words.extend(TERMS.iter().map(|&(term, meaning)| (term, meaning.to_owned())));
    words
}

/// A method's name and what it is.
fn described(method: &impl Choice) -> (&'static str, &'static str) {
    (method.name(), method.about())
}

/// The noise that enters a sample of q besides its parameters, in a sentence.
fn noise(experiment: Option<&Experiment>) -> String {
    let sphere = experiment.is_some_and(|experiment| experiment.latent.posterior.kind() == PosteriorKind::Sphere);
    if sphere {
        return "The noise of the reparameterised sample: a height along μ and a direction around it, through which \
                gradients flow."
            .into();
    }
    "The noise of the reparameterised sample, ε ~ N(0, I), through which gradients flow: z = μ + σ⊙ε for a diagonal \
     Gaussian, and further steps of other families from there."
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::preset;

    fn meaning(experiment: Option<&Experiment>, term: &str) -> String {
        let words = glossary(experiment);
        words.into_iter().find(|(word, _)| *word == term).map(|(_, meaning)| meaning).expect("a word of the glossary")
    }

    #[test]
    fn item_17_the_glossary_names_the_families_of_the_experiment() {
        let sphere = preset("svae-sphere").expect("a bundled preset");
        assert!(meaning(Some(&sphere), "q(z|x), encoder").contains("von Mises–Fisher"));
        assert!(!meaning(Some(&sphere), "ε").contains("σ⊙ε"));
        let vamp = preset("vamp-prior").expect("a bundled preset");
        assert!(meaning(Some(&vamp), "p(z), prior").contains("VampPrior"));
        assert!(!meaning(None, "p(z), prior").contains("N(0, I)"), "nothing is said of an experiment unknown");
    }

    #[test]
    fn every_word_is_explained_once() {
        let mut words: Vec<_> = glossary(None).into_iter().map(|(word, _)| word).collect();
        words.sort_unstable();
        let count = words.len();
        words.dedup();
        assert_eq!(words.len(), count);
        assert!(count > 25);
    }
}
