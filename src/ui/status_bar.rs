//! The status bar at the bottom: the run's activity, and its use of the machine.

use super::controls;
use super::format;
use super::icons::{Icon, icon_button};
use super::text;
use super::theme::{Theme, space};
use crate::worker::{Command, RunState, Status};
use eframe::egui::{Align, Label, Layout, RichText, Sense, TextStyle, Ui, vec2};

/// Height of the bar in points.
pub const HEIGHT: f32 = 26.0;
/// Width of a job's progress.
const JOB_MIN: f32 = 90.0;
const JOB_MAX: f32 = 280.0;
/// Width of the button that cancels a job.
const CANCEL: f32 = 20.0;

/// Draw the status bar; returns the command to send when a Cancel button was pressed.
pub fn status_ui(ui: &mut Ui, status: &Status) -> Option<Command> {
    let theme = Theme::of(ui.ctx());
    let mut cancel = None;
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        state_ui(ui, theme, status);
        // The jobs share what is left, so that the run's figures are not written over.
        let room = ui.available_width() / (status.jobs.len() + 1) as f32 - CANCEL - 3.0 * space::S;
        for &(kind, progress) in &status.jobs {
            ui.separator();
            let doing = format!("{}{}", kind.doing, progress.what);
            controls::progress(ui, progress.share(), &doing, room.clamp(JOB_MIN, JOB_MAX));
            let name = format!("Cancel {}", kind.name);
            if icon_button(ui, Icon::Remove, &name, true).clicked() {
                cancel = Some(Command::Cancel(kind));
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = space::L;
            // The most important first: what no room is left for is left out.
            let mut item = |name: &str, value: String, hint: &str| {
                let text = format!("{name} {value}");
                if ui.available_width() >= controls::text_width(ui, &text, TextStyle::Small) {
                    ui.label(theme.muted(text.trim_start())).on_hover_text(status.noun.say(hint));
                }
            };
            if status.experiment.is_some() {
                item("η", format::scientific(status.learning_rate), "The learning rate at this step.");
                item("β", format::scientific(status.beta), "The weight of the KL term at this step.");
                item("K", status.samples.to_string(), "Monte Carlo samples of z per image.");
                item("batch", status.batch.to_string(), "Images per optimiser step.");
                item("", format!("{} parameters", text::amount(status.parameters)), "Weights and biases in all.");
            }
            if status.memory > 0 {
                let gib = status.memory as f64 / (1u64 << 30) as f64;
                let hint = "Memory of the whole program: data, model, window.";
                item("memory", format!("{} GiB", format::fixed(gib, 2)), hint);
            }
        });
    });
    cancel
}

fn state_ui(ui: &mut Ui, theme: &Theme, status: &Status) {
    let (colour, text, hint) = match &status.state {
        RunState::Idle => (theme.text_faint, "idle".to_owned(), "No model has been built yet."),
        RunState::Preparing(what) => (theme.warning, what.clone(), "Nothing can be looked at until this is done."),
        RunState::Running if status.compiling => {
            let hint = if cfg!(feature = "gpu-tuned") {
                "The first step on a GPU compiles the programs that run there and tries which are the fastest; the \
                 next steps, and the next start, need not."
            } else {
                "The first step on a GPU compiles the programs that run there; the next ones need not."
            };
            let text =
                if cfg!(feature = "gpu-tuned") { "compiling and tuning kernels…" } else { "compiling kernels…" };
            (theme.warning, text.to_owned(), hint)
        }
        RunState::Running => (theme.success, "training".to_owned(), "The model is being trained."),
        RunState::Paused if status.last_step == 0 => (theme.accent, "ready".to_owned(), "Built and waiting for Train."),
        RunState::Paused => (theme.accent, "paused".to_owned(), "The model waits; views still answer."),
        RunState::Finished(why) => (theme.accent, format!("finished: {why}"), "The model stays to look at."),
        RunState::Failed(why) => (theme.error, why.clone(), "The log says more."),
    };
    let (rect, _) = ui.allocate_exact_size(vec2(10.0, 10.0), Sense::hover());
    ui.painter().circle_filled(rect.center(), 4.0, colour);
    let room = (ui.available_width() * 0.4).max(80.0);
    ui.scope(|ui| {
        ui.set_max_width(room);
        ui.add(Label::new(RichText::new(text).small()).truncate()).on_hover_text(hint);
    });
}
