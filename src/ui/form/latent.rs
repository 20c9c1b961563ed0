//! Latent variable, likelihood, bound: the model's probabilistic half.

use super::choice::ChoiceRow;
use super::fields::{Form, whole};
use super::objective::{objective_summary, objective_ui};
use crate::experiment::limits::LATENT;
use crate::experiment::{Choice, Experiment, ImageShape};
use crate::ui::controls::action;
use eframe::egui::Ui;

/// The fields of the latent group; `image` is the images' shape, if it is known.
pub fn latent_ui(ui: &mut Ui, form: &mut Form<'_>, experiment: &mut Experiment, image: Option<ImageShape>) {
    let hint = "How many numbers z describe an image (of two layers, h₁); with 2 the latent space can be drawn.";
    form.row(ui, "latent.dimension", "Latent dimension", hint, |ui| {
        whole(ui, &mut experiment.latent.dimension, LATENT);
    });
    method_rows(ui, form, experiment, image);
    objective_ui(ui, form, experiment, image);
}

fn method_rows(ui: &mut Ui, form: &mut Form<'_>, experiment: &mut Experiment, image: Option<ImageShape>) {
    let asked = experiment.clone();
    let mut posterior = asked.latent.posterior;
    ChoiceRow { path: "latent.posterior", label: "Posterior q(z|x)", hint: "The family that approximates p(z|x)." }
        .show(ui, form, &mut posterior, |method| method.why_not(&asked, image));
    if posterior != asked.latent.posterior {
        // A prior that lives elsewhere follows.
        experiment.set_posterior(posterior);
    }
    let hint = "The distribution of z before any image is seen.";
    ChoiceRow { path: "latent.prior", label: "Prior p(z)", hint }.show(
        ui,
        form,
        &mut experiment.latent.prior,
        |method| method.why_not(&asked, image),
    );
    let hint = "How pixels scatter around the decoder's output.";
    ChoiceRow { path: "decoder.likelihood", label: "Likelihood p(x|z)", hint }.show(
        ui,
        form,
        &mut experiment.decoder.likelihood,
        |method| method.why_not(&asked, image),
    );
    if let Some((fitting, change)) = experiment.refitted(image) {
        ui.horizontal(|ui| {
            let other = fitting.decoder.likelihood;
            let name = match other == experiment.decoder.likelihood {
                true => "Do not binarise".to_owned(),
                false => format!("Use {}", other.name()),
            };
            if action(ui, &name, &change) {
                *experiment = fitting;
            }
        });
    }
}

/// The latent group in a few words.
pub fn summary(experiment: &Experiment) -> String {
    let likelihood = experiment.decoder.likelihood.name();
    let latent = &experiment.latent;
    let dimensions = match latent.upper() {
        0 => latent.dimension.to_string(),
        upper => format!("{} + {upper}", latent.dimension),
    };
    format!("{dimensions}-d · {likelihood} · {}", objective_summary(&experiment.objective))
}
