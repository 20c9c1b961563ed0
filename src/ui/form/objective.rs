//! The objective: the bound, its gradient, and what stands for the KL term.

use super::fields::{Form, choice, real, whole};
use super::method::MethodRow;
use crate::experiment::method::{BoundKind, PenaltyKind};
use crate::experiment::{BetaSchedule, Estimator, Experiment, ImageShape, Kl, KlTerm, Method, Objective};
use crate::ui::network::beta_text;
use eframe::egui::Ui;

/// The objective's fields.
pub fn objective_ui(ui: &mut Ui, form: &mut Form<'_>, experiment: &mut Experiment, image: Option<ImageShape>) {
    let asked = experiment.clone();
    let objective = &mut experiment.objective;
    MethodRow { path: "objective.bound", label: "Bound", hint: "What is maximised: a lower bound on log p(x)." }.show(
        ui,
        form,
        &mut objective.bound,
        |method| method.why_not(&asked, image),
    );
    let hint = "How the gradient of the bound is estimated from the K samples.";
    MethodRow { path: "objective.estimator", label: "Gradient", hint }.show(
        ui,
        form,
        &mut objective.estimator,
        |method| method.why_not(&asked, image),
    );
    let hint =
        "Monte Carlo samples K of z per image: more make the estimate of the bound less noisy, and each step slower.";
    form.live_row(ui, "objective.samples", "Samples K", hint, |ui| {
        whole(ui, &mut objective.samples, 1..=100_000);
    });
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
    let hint = "What stands in the ELBO for the KL. Free bits look across the batch, which is then computed in one piece, on \
                one core.";
    MethodRow { path: "objective.kl_term", label: "KL term", hint }
        .show(ui, form, &mut objective.kl_term, |method| method.why_not(&asked, image));
    let hint = "What is taken off the ELBO besides: q(z) over all images shall be simple. The batch is then computed in one \
                piece, on one core.";
    MethodRow { path: "objective.penalty", label: "Penalty on q(z)", hint }.show(
        ui,
        form,
        &mut objective.penalty,
        |method| method.why_not(&asked, image),
    );
}

fn beta_ui(ui: &mut Ui, form: &mut Form<'_>, beta: &mut BetaSchedule) {
    // All alternatives end at the same β.
    let to = beta.end();
    let hint = "How the weight of the KL term runs over training.";
    form.row(ui, "objective.beta", "β schedule", hint, |ui| {
        choice(
            ui,
            "beta",
            beta,
            &[
                (BetaSchedule::Constant(to), "constant", "The same β throughout; 1 is the bound itself."),
                (
                    BetaSchedule::Warmup { from: 0.0, to, epochs: 10.0 },
                    "linear warm-up",
                    "Rises linearly, so that the latents are used before the prior pulls at them (Sønderby et al. 2016).",
                ),
                (
                    BetaSchedule::Cosine { from: 0.0, to, epochs: 10.0 },
                    "cosine warm-up",
                    "Rises along half a cosine: slowly at both ends.",
                ),
                (
                    BetaSchedule::Cyclical { from: 0.0, to, period: 5.0, rise: 0.5 },
                    "cyclical",
                    "Rises again and again, so that latents given up for the prior get another chance (Fu et al. 2019).",
                ),
            ],
        );
    });
    let mut field = |form: &mut Form<'_>, name: &str, label: &str, hint: &str, value: &mut f64, to: f64| {
        form.row(ui, &format!("objective.beta.{name}"), label, hint, |ui| {
            real(ui, value, 0.0..=to);
        });
    };
    match beta {
        BetaSchedule::Constant(beta) => {
            let hint = "Weight of the KL term: 1 is the ELBO; above it the posterior keeps closer to the prior.";
            form.live_row(ui, "objective.beta", "β", hint, |ui| {
                real(ui, beta, 0.0..=1e6);
            });
        }
        BetaSchedule::Warmup { from, to, epochs } | BetaSchedule::Cosine { from, to, epochs } => {
            field(form, "from", "β at the start", "The weight of the KL at first.", from, 1e6);
            field(form, "to", "β at the end", "The weight of the KL after the warm-up.", to, 1e6);
            field(form, "epochs", "Warm-up epochs", "How long β rises.", epochs, 1e6);
        }
        BetaSchedule::Cyclical { from, to, period, rise } => {
            field(form, "from", "β at the start", "The weight of the KL at the start of each cycle.", from, 1e6);
            field(form, "to", "β at the end", "The weight of the KL at the end of each cycle.", to, 1e6);
            field(form, "period", "Cycle", "Epochs from one start to the next.", period, 1e6);
            field(form, "rise", "Rising share", "The share of a cycle in which β rises; then it rests.", rise, 1.0);
        }
    }
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
