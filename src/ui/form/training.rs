//! Training: optimiser, schedule, batches, length, initialisation; and the device.

use super::choice::ChoiceRow;
use super::fields::{Form, choice, optional, real, whole};
use super::format_real;
use super::knobs::is_knob;
use crate::experiment::limits::{self, Limits};
use crate::experiment::{Choice, DeviceChoice, Length, Training};
use eframe::egui::{Align, Button, Layout, Ui};

/// The group's fields, those apart that are knobs. `suited` is the number of shards that suits this machine.
pub fn training_ui(ui: &mut Ui, form: &mut Form<'_>, training: &mut Training, suited: usize) {
    let hint = "The rule that turns gradients into steps.";
    let optimiser = ChoiceRow { path: "training.optimiser", label: "Optimiser", hint };
    optimiser.choose(ui, form, &mut training.optimiser, |_| None);
    let row = ChoiceRow { path: "training.length", label: "Length", hint: "When the run is over." };
    row.choose(ui, form, &mut training.length, |_| None);
    row.fields(ui, form, &mut training.length, |field| !is_knob(field));
    let hint = "A factor on the learning rate over the run.";
    let row = ChoiceRow { path: "training.schedule", label: "Schedule", hint };
    row.show(ui, form, &mut training.schedule, |_| None);
    if training.schedule.has_end() || training.schedule_epochs.is_some() {
        let hint = "Epochs that the schedule is spread over, where they are not the run's; it keeps its end value from \
                    there.";
        form.row(ui, "training.schedule_epochs", "Spread over", hint, |ui| {
            optional(ui, &mut training.schedule_epochs, 20.0, |ui, epochs| {
                real(ui, epochs, limits::EPOCHS);
            });
        });
    }
    if training.schedule_start.is_some() {
        let hint = "The epoch at which the schedule begins anew, where the run was extended so.";
        form.row(ui, "training.schedule_start", "Begins at", hint, |ui| {
            optional(ui, &mut training.schedule_start, 0.0, |ui, epoch| {
                real(ui, epoch, limits::SCHEDULE_START);
            });
        });
    }
    let hint = "The largest global norm of the gradient; larger gradients are scaled down to it.";
    form.row(ui, "training.clip", "Clip gradient", hint, |ui| {
        optional(ui, &mut training.clip, 10.0, |ui, clip| {
            real(ui, clip, limits::CLIP);
        });
    });
    // The optimiser's own parameters rarely need a hand.
    optimiser.fields(ui, form, &mut training.optimiser, |_| true);
    let hint = "How weights are drawn before the first step.";
    let row = ChoiceRow { path: "training.initialisation", label: "Initial weights", hint };
    row.show(ui, form, &mut training.initialisation, |_| None);
    let hint = "Parts of a batch computed side by side on the CPU; part of the experiment, so that results do not \
                depend on the machine's core count. Batch norm's moments and the σ-VAE's σ² are each part's own.";
    form.row(ui, "training.shards", "Shards", hint, |ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let fit = ui.add_enabled(training.shards != suited, Button::new("Fit"));
            let fit = fit.on_hover_text(format!("Set {suited}, as many as suit this machine's cores and this batch."));
            if fit.on_disabled_hover_text("There are as many as suit this machine and this batch.").clicked() {
                training.shards = suited;
            }
            whole(ui, &mut training.shards, limits::SHARDS);
        });
    });
    let hint = "States kept on the way, at log-spaced steps and at every edit, to go back to; 0 keeps none. The best \
                on the validation bound is kept in any case. It changes nothing of the training.";
    form.row(ui, "training.history", "History", hint, |ui| {
        whole(ui, &mut training.history, limits::HISTORY);
    });
}

/// The training device and the seed.
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
        whole(ui, seed, Limits::closed(0, 1 << 53));
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
    let optimiser = training.optimiser.name();
    let length = match training.length {
        Length::Epochs(epochs) => format!("{} epochs", format_real(epochs)),
        Length::Steps(steps) => format!("{steps} steps"),
        length @ Length::UntilConverged { .. } => length.name().to_owned(),
    };
    format!("{optimiser} {} · batch {} · {length}", format_real(training.learning_rate), training.batch)
}
