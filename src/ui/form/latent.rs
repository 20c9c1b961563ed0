//! Latent variable, likelihood, bound: the model's probabilistic half.

use super::fields::{Form, choice, real, whole};
use super::method::MethodRow;
use crate::experiment::{BetaSchedule, Bound, Experiment, ImageShape, Kl, Method};
use crate::ui::network::beta_text;
use eframe::egui::Ui;

/// The group's fields; `image` is the images' shape where it is known.
pub fn latent_ui(ui: &mut Ui, form: &mut Form<'_>, experiment: &mut Experiment, image: Option<ImageShape>) {
    let hint = "How many numbers z describe an image; with 2 the latent space can be drawn.";
    form.row(ui, "latent.dimension", "Latent dimension", hint, |ui| {
        whole(ui, &mut experiment.latent.dimension, 1..=4_096);
    });
    method_rows(ui, form, experiment, image);
    let objective = &mut experiment.objective;
    form.row(ui, "objective.bound", "Bound", "The lower bound on log p(x) that is maximised.", |ui| {
        let elbo = (Bound::Elbo, "ELBO", "E_q[log p(x|z)] − β·KL[q(z|x) ‖ p(z)], with the KL in closed form.");
        choice(ui, "bound", &mut objective.bound, &[elbo]);
    });
    let hint =
        "Monte Carlo samples K of z per image: more make the estimate of the bound less noisy, and each step slower.";
    form.live_row(ui, "objective.samples", "Samples K", hint, |ui| {
        whole(ui, &mut objective.samples, 1..=100_000);
    });
    beta_ui(ui, form, &mut objective.beta);
    form.row(ui, "objective.kl", "KL term", "How KL[q(z|x) ‖ p(z)] is worked out.", |ui| {
        let analytic = "In closed form where posterior and prior have one, else by Monte Carlo.";
        let sampled = "The mean of log q(z|x) − log p(z) over the K samples: unbiased, with noise of its own.";
        choice(
            ui,
            "kl",
            &mut objective.kl,
            &[(Kl::Analytic, "closed form if any", analytic), (Kl::MonteCarlo, "Monte Carlo", sampled)],
        );
    });
}

fn method_rows(ui: &mut Ui, form: &mut Form<'_>, experiment: &mut Experiment, image: Option<ImageShape>) {
    let asked = experiment.clone();
    let mut posterior = asked.latent.posterior;
    MethodRow { path: "latent.posterior", label: "Posterior q(z|x)", hint: "The family that approximates p(z|x)." }
        .show(ui, form, &mut posterior, |method| method.why_not(&asked, image));
    if posterior != asked.latent.posterior {
        // A prior that lives elsewhere follows.
        experiment.set_posterior(posterior);
    }
    let hint = "What z is before any image is seen.";
    MethodRow { path: "latent.prior", label: "Prior p(z)", hint }.show(
        ui,
        form,
        &mut experiment.latent.prior,
        |method| method.why_not(&asked, image),
    );
    let hint = "How pixels scatter around the decoder's output.";
    MethodRow { path: "decoder.likelihood", label: "Likelihood p(x|z)", hint }.show(
        ui,
        form,
        &mut experiment.decoder.likelihood,
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

/// The group in a few words.
pub fn summary(experiment: &Experiment) -> String {
    let likelihood = experiment.decoder.likelihood.name();
    let beta = match experiment.objective.beta {
        BetaSchedule::Constant(1.0) => String::new(),
        beta => format!(" · β {}", beta_text(beta)),
    };
    format!("{}-d · {likelihood} · K {}{beta}", experiment.latent.dimension, experiment.objective.samples)
}
