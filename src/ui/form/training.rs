//! Training: optimiser, schedule, batches, length, initialisation; and the device.

use super::fields::{Form, choice, optional, real, whole};
use super::format_real;
use crate::experiment::{DeviceChoice, Initialisation, Length, Optimiser, Schedule, Training};
use eframe::egui::Ui;

/// The group's fields.
pub fn training_ui(ui: &mut Ui, form: &mut Form<'_>, training: &mut Training) {
    optimiser_ui(ui, form, &mut training.optimiser);
    let hint = "The optimiser's step size η, before the schedule's factor.";
    form.live_row(ui, "training.learning_rate", "Learning rate", hint, |ui| {
        real(ui, &mut training.learning_rate, 0.0..=1e3);
    });
    form.live_row(ui, "training.batch", "Batch size", "Images per optimiser step.", |ui| {
        whole(ui, &mut training.batch, 1..=1_000_000);
    });
    length_ui(ui, form, &mut training.length);
    schedule_ui(ui, form, &mut training.schedule);
    let hint = "The largest global norm of the gradient; larger gradients are scaled down to it.";
    form.row(ui, "training.clip", "Clip gradient", hint, |ui| {
        optional(ui, &mut training.clip, 10.0, |ui, clip| {
            real(ui, clip, 0.0..=1e9);
        });
    });
    optimiser_fields_ui(ui, form, &mut training.optimiser);
    initialisation_ui(ui, form, &mut training.initialisation);
    let hint = "Parts of a batch computed side by side on the CPU; part of the experiment, so that results do not \
                depend on the machine's core count.";
    form.row(ui, "training.shards", "Shards", hint, |ui| {
        whole(ui, &mut training.shards, 1..=256);
    });
}

fn optimiser_ui(ui: &mut Ui, form: &mut Form<'_>, optimiser: &mut Optimiser) {
    let (beta1, beta2, epsilon) = (0.9, 0.999, 1e-8);
    form.row(ui, "training.optimiser", "Optimiser", "The rule that turns gradients into steps.", |ui| {
        choice(
            ui,
            "optimiser",
            optimiser,
            &[
                (Optimiser::Adam { beta1, beta2, epsilon }, "Adam", "Kingma & Ba 2015."),
                (
                    Optimiser::AdamW { beta1, beta2, epsilon, weight_decay: 0.01 },
                    "AdamW",
                    "Adam with decoupled weight decay (Loshchilov & Hutter 2019).",
                ),
                (Optimiser::Sgd { momentum: 0.9 }, "SGD", "Stochastic gradient ascent on the bound, with momentum."),
                (Optimiser::Adagrad { epsilon }, "Adagrad", "Duchi et al. 2011; Kingma & Welling 2013 used it."),
                (Optimiser::RmsProp { decay: 0.99, epsilon, momentum: 0.0 }, "RMSprop", "Tieleman & Hinton 2012."),
            ],
        );
    });
}

/// The optimiser's own parameters, which rarely need a hand.
fn optimiser_fields_ui(ui: &mut Ui, form: &mut Form<'_>, optimiser: &mut Optimiser) {
    let mut field = |form: &mut Form<'_>, name: &str, label: &str, hint: &str, value: &mut f64, to: f64| {
        form.row(ui, &format!("training.optimiser.{name}"), label, hint, |ui| {
            real(ui, value, 0.0..=to);
        });
    };
    let average = "Decay of the running mean of gradients.";
    let square = "Decay of the running mean of squared gradients.";
    let guard = "Added to the root of the squared gradients' mean, against division by zero.";
    match optimiser {
        Optimiser::Sgd { momentum } => {
            field(form, "momentum", "Momentum", "Share of the last step that is kept.", momentum, 1.0);
        }
        Optimiser::Adam { beta1, beta2, epsilon } => {
            field(form, "beta1", "β₁", average, beta1, 1.0);
            field(form, "beta2", "β₂", square, beta2, 1.0);
            field(form, "epsilon", "ε", guard, epsilon, 1.0);
        }
        Optimiser::AdamW { beta1, beta2, epsilon, weight_decay } => {
            field(form, "beta1", "β₁", average, beta1, 1.0);
            field(form, "beta2", "β₂", square, beta2, 1.0);
            field(form, "epsilon", "ε", guard, epsilon, 1.0);
            field(
                form,
                "weight_decay",
                "Weight decay",
                "Share of each weight taken off a step, times η.",
                weight_decay,
                10.0,
            );
        }
        Optimiser::Adagrad { epsilon } => field(form, "epsilon", "ε", guard, epsilon, 1.0),
        Optimiser::RmsProp { decay, epsilon, momentum } => {
            field(form, "decay", "Decay", square, decay, 1.0);
            field(form, "epsilon", "ε", guard, epsilon, 1.0);
            field(form, "momentum", "Momentum", "Share of the last step that is kept.", momentum, 1.0);
        }
    }
}

fn schedule_ui(ui: &mut Ui, form: &mut Form<'_>, schedule: &mut Schedule) {
    form.row(ui, "training.schedule", "Schedule", "A factor on the learning rate over the run.", |ui| {
        choice(
            ui,
            "schedule",
            schedule,
            &[
                (Schedule::Constant, "constant", "The factor is 1 throughout."),
                (Schedule::Cosine { floor: 0.0 }, "cosine", "Half a cosine from 1 down to a floor over the run."),
                (Schedule::Exponential { rate: 0.95 }, "exponential", "A rate to the power of the epoch."),
                (Schedule::Step { every: 10.0, factor: 0.5 }, "steps", "A factor every so many epochs."),
                (Schedule::Burda, "Burda 3^i", "3^i epochs at 10^(−i/7), i = 0…7 (Burda et al. 2015)."),
            ],
        );
    });
    match schedule {
        Schedule::Constant | Schedule::Burda => {}
        Schedule::Cosine { floor } => {
            form.row(ui, "training.schedule.floor", "Floor", "The factor at the end of the run.", |ui| {
                real(ui, floor, 0.0..=1.0);
            });
        }
        Schedule::Exponential { rate } => {
            form.row(ui, "training.schedule.rate", "Rate", "The factor after one epoch.", |ui| {
                real(ui, rate, 0.0..=1.0);
            });
        }
        Schedule::Step { every, factor } => {
            form.row(ui, "training.schedule.every", "Every", "Epochs between two steps.", |ui| {
                real(ui, every, 0.0..=1e6);
            });
            form.row(ui, "training.schedule.factor", "Factor", "Multiplied in at each step.", |ui| {
                real(ui, factor, 0.0..=1.0);
            });
        }
    }
}

fn length_ui(ui: &mut Ui, form: &mut Form<'_>, length: &mut Length) {
    form.row(ui, "training.length", "Length", "When the run is over.", |ui| {
        let converged = Length::UntilConverged { patience: 10, min_delta: 0.1, max_epochs: 500.0 };
        choice(
            ui,
            "length",
            length,
            &[
                (Length::Epochs(20.0), "epochs", "Passes over the training images."),
                (Length::Steps(10_000), "steps", "Optimiser steps, one batch each."),
                (converged, "until converged", "Until the validation bound (β = 1) rises no more."),
            ],
        );
    });
    match length {
        Length::Epochs(epochs) => form.row(ui, "training.length", "Epochs", "Passes over the training images.", |ui| {
            real(ui, epochs, 0.0..=1e6);
        }),
        Length::Steps(steps) => form.row(ui, "training.length", "Steps", "Optimiser steps, one batch each.", |ui| {
            whole(ui, steps, 1..=1_000_000_000);
        }),
        Length::UntilConverged { patience, min_delta, max_epochs } => {
            let hint = "Epochs without a rise of the validation bound before the run ends.";
            form.row(ui, "training.length.patience", "Patience", hint, |ui| {
                whole(ui, patience, 1..=10_000);
            });
            let hint = "The smallest rise that counts, in nats per image.";
            form.row(ui, "training.length.min_delta", "Smallest rise", hint, |ui| {
                real(ui, min_delta, 0.0..=1e6);
            });
            form.row(ui, "training.length.max_epochs", "At most", "Epochs, converged or not.", |ui| {
                real(ui, max_epochs, 0.0..=1e6);
            });
        }
    }
}

fn initialisation_ui(ui: &mut Ui, form: &mut Form<'_>, initialisation: &mut Initialisation) {
    form.row(ui, "training.initialisation", "Initial weights", "How weights are drawn before the first step.", |ui| {
        choice(
            ui,
            "initialisation",
            initialisation,
            &[
                (Initialisation::Auto, "automatic", "He before ReLU-like activations, Glorot elsewhere."),
                (Initialisation::Glorot, "Glorot", "Uniform on ±√(6/(fan in + fan out))."),
                (Initialisation::He, "He", "Uniform on ±√(6/fan in)."),
                (Initialisation::Normal { sigma: 0.01 }, "normal", "N(0, σ²), as Kingma & Welling 2013."),
            ],
        );
    });
    if let Initialisation::Normal { sigma } = initialisation {
        form.row(ui, "training.initialisation.sigma", "σ of a weight", "The initial weights' deviation.", |ui| {
            real(ui, sigma, 0.0..=1e3);
        });
    }
}

/// Where to train, and the seed.
pub fn device_ui(ui: &mut Ui, form: &mut Form<'_>, device: &mut DeviceChoice, seed: &mut u64) {
    form.row(ui, "device", "Train on", "Where the tensors live; the window draws by itself.", |ui| {
        choice(
            ui,
            "device",
            device,
            &[
                (DeviceChoice::Auto, "automatic", "A real GPU if there is one, else the CPU."),
                (DeviceChoice::Cpu, "CPU", "burn's flex backend, pure Rust."),
                (DeviceChoice::Wgpu, "wgpu", "The GPU's driver through wgpu, a software one included."),
            ],
        );
    });
    let hint = "Determines every random number of the run: the same seed gives the same run.";
    form.row(ui, "seed", "Seed", hint, |ui| {
        // A number control keeps 53 bits; larger seeds from a file are shown and kept until they are edited.
        whole(ui, seed, 0..=(1 << 53));
    });
}

/// The device group in a few words.
pub fn device_summary(device: DeviceChoice, seed: u64) -> String {
    let device = match device {
        DeviceChoice::Auto => "automatic",
        DeviceChoice::Cpu => "CPU",
        DeviceChoice::Wgpu => "wgpu",
    };
    format!("{device} · seed {seed}")
}

/// The training group in a few words.
pub fn summary(training: &Training) -> String {
    let optimiser = match training.optimiser {
        Optimiser::Sgd { .. } => "SGD",
        Optimiser::Adam { .. } => "Adam",
        Optimiser::AdamW { .. } => "AdamW",
        Optimiser::Adagrad { .. } => "Adagrad",
        Optimiser::RmsProp { .. } => "RMSprop",
    };
    let length = match training.length {
        Length::Epochs(epochs) => format!("{} epochs", format_real(epochs)),
        Length::Steps(steps) => format!("{steps} steps"),
        Length::UntilConverged { .. } => "until converged".to_owned(),
    };
    format!("{optimiser} {} · batch {} · {length}", format_real(training.learning_rate), training.batch)
}
