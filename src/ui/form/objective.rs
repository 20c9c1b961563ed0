//! The objective in the form: the bound, its gradient estimator, the KL term and the penalty.

use super::choice::ChoiceRow;
use super::fields::{Form, choice};
use super::knobs::is_knob;
use crate::experiment::method::{BoundKind, PenaltyKind};
use crate::experiment::{BetaSchedule, Choice, Estimator, Experiment, ImageShape, Kl, KlTerm, Objective};
use crate::ui::network::beta_text;
use eframe::egui::Ui;

/// The objective's fields, those apart that are knobs.
pub fn objective_ui(ui: &mut Ui, form: &mut Form<'_>, experiment: &mut Experiment, image: Option<ImageShape>) {
    let asked = experiment.clone();
    let objective = &mut experiment.objective;
    ChoiceRow { path: "objective.bound", label: "Bound", hint: "What is maximised: a lower bound on log p(x)." }.show(
        ui,
        form,
        &mut objective.bound,
        |method| method.why_not(&asked, image),
    );
    let hint = "How the gradient of the bound is estimated from the K samples.";
    ChoiceRow { path: "objective.estimator", label: "Gradient", hint }.show(
        ui,
        form,
        &mut objective.estimator,
        |method| method.why_not(&asked, image),
    );
    beta_ui(ui, form, &mut objective.beta);
    form.row(ui, "objective.kl", "KL by", "How KL[q(z|x) ‖ p(z)] is worked out.", |ui| {
        let analytic = "In closed form where posterior and prior have one, else by Monte Carlo.";
        let sampled = "The mean of log q(z|x) − log p(z) over the K samples: unbiased, with noise of its own.";
        choice(
            ui,
            "kl",
            &mut objective.kl,
            &[(Kl::Analytic, "closed form if any", analytic), (Kl::MonteCarlo, "Monte Carlo", sampled)],
        );
    });
    let hint = "The term that stands in the ELBO for the KL. Free bits look across the batch, which is then computed \
                in one piece, on one core.";
    ChoiceRow { path: "objective.kl_term", label: "KL term", hint }
        .show(ui, form, &mut objective.kl_term, |method| method.why_not(&asked, image));
    let hint = "A term that is taken off the ELBO besides: q(z) over all images shall be simple. The batch is then \
                computed in one piece, on one core.";
    ChoiceRow { path: "objective.penalty", label: "Penalty on q(z)", hint }.show(
        ui,
        form,
        &mut objective.penalty,
        |method| method.why_not(&asked, image),
    );
}

fn beta_ui(ui: &mut Ui, form: &mut Form<'_>, beta: &mut BetaSchedule) {
    let hint = "How the weight of the KL term runs over training.";
    let row = ChoiceRow { path: "objective.beta", label: "β schedule", hint };
    // All alternatives end at the same β.
    let end = beta.end();
    row.choose(ui, form, beta, |_| None);
    *beta = beta.ending_at(end);
    row.fields(ui, form, beta, |field| !is_knob(field));
}

/// The objective in a few words.
pub fn objective_summary(objective: &Objective) -> String {
    let mut words = Vec::new();
    if objective.bound.kind() != BoundKind::Elbo {
        words.push(objective.bound.name().to_owned());
    }
    if objective.estimator != Estimator::Reparameterised {
        words.push(objective.estimator.name().to_owned());
    }
    words.push(format!("K {}", objective.samples));
    if objective.beta != BetaSchedule::Constant(1.0) {
        words.push(format!("β {}", beta_text(objective.beta)));
    }
    if objective.kl_term != KlTerm::Weighted {
        words.push(objective.kl_term.name().to_owned());
    }
    if objective.penalty.kind() != PenaltyKind::Nothing {
        words.push(objective.penalty.name().to_owned());
    }
    words.join(" · ")
}
