//! The glossary: the field's words, and beside some of them the method that the present experiment has for it.

use super::Page;
use crate::experiment::method::PosteriorKind;
use crate::experiment::{Choice, Experiment};
use crate::guide::terms;
use crate::ui::pane::PaneContext;
use crate::ui::term::term_ui;
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
        for term in terms() {
            term_ui(ui, term);
            if let Some(here) = context.status.experiment.as_deref().and_then(|experiment| here(term.name, experiment))
            {
                ui.add(Label::new(theme.muted(here)).wrap());
            }
            ui.add_space(space::L);
        }
    }
}

/// A sentence on the method or number that an experiment has for a word of the glossary; `None` for words that mean the
/// same in every experiment.
fn here(name: &str, experiment: &Experiment) -> Option<String> {
    let said = |(name, about): (&str, &str)| Some(format!("Here: {name}. {about}"));
    match name {
        "p(z), prior" => said(described(&experiment.latent.prior)),
        "p(x|z), likelihood" => said(described(&experiment.decoder.likelihood)),
        "q(z|x), encoder" => said(described(&experiment.latent.posterior)),
        "Bound" => said(described(&experiment.objective.bound)),
        "K" => Some(format!("Here: {}.", experiment.objective.samples)),
        "ε" if experiment.latent.posterior.kind() == PosteriorKind::Sphere => {
            Some("Here: a height along μ and a direction around it.".into())
        }
        _ => None,
    }
}

/// A method's name and what it is.
fn described(method: &impl Choice) -> (&'static str, &'static str) {
    (method.name(), method.about())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::preset;

    #[test]
    fn item_17_the_glossary_names_the_families_of_the_experiment() {
        let sphere = preset("svae-sphere").expect("a bundled preset");
        let said = |name, experiment| here(name, experiment).unwrap_or_default();
        assert!(said("q(z|x), encoder", &sphere).contains("von Mises–Fisher"));
        assert!(said("ε", &sphere).contains("direction"));
        let vamp = preset("vamp-prior").expect("a bundled preset");
        assert!(said("p(z), prior", &vamp).contains("VampPrior"));
        assert_eq!(here("ELBO", &vamp), None);
        let told = ["p(z), prior", "p(x|z), likelihood", "q(z|x), encoder", "Bound", "K", "ε"];
        assert!(told.iter().all(|name| terms().iter().any(|term| term.name == *name)));
    }
}
