//! The line over the panes: which run they show, what has just happened, and at the first start a word of welcome.

use super::format;
use super::session::Session;
use super::theme::{Theme, space};
use super::toasts::{Remedy, Toasts};
use super::welcome::{Welcome, welcome_ui};
use crate::experiment::Experiment;
use crate::worker::RunState;
use eframe::egui::{Align, Color32, Label, Layout, RichText, Sense, Ui, vec2};

/// Height of the line in points.
pub const HEIGHT: f32 = 30.0;
/// From this width on, in points, a word of welcome and a message have room beside each other.
const BOTH: f32 = 760.0;
/// The run takes no more of the line than this share while there is a message.
const SHARE: f32 = 0.42;

/// The requests of the line in a frame.
#[derive(Default)]
pub struct Asked {
    pub remedy: Option<Remedy>,
    pub welcome: Option<Welcome>,
}

/// The line. `form` is the experiment in the form; `welcomes`: who uses the window opens it for the first time.
pub fn run_line_ui(ui: &mut Ui, session: &Session, form: &Experiment, toasts: &mut Toasts, welcomes: bool) -> Asked {
    let theme = Theme::of(ui.ctx());
    let mut asked = Asked::default();
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        // In a small window a message needs the room.
        if welcomes && (toasts.is_empty() || ui.available_width() >= BOTH) {
            asked.welcome = welcome_ui(ui);
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            let share = if toasts.is_empty() { 1.0 } else { SHARE };
            let width = share * ui.available_width();
            ui.allocate_ui_with_layout(vec2(width, HEIGHT), Layout::left_to_right(Align::Center), |ui| {
                run_ui(ui, theme, session, form);
            });
            asked.remedy = toasts.ui(ui);
        });
    });
    asked
}

fn run_ui(ui: &mut Ui, theme: &Theme, session: &Session, form: &Experiment) {
    let status = &session.status;
    let (rect, _) = ui.allocate_exact_size(vec2(8.0, 8.0), Sense::hover());
    ui.painter().circle_filled(rect.center(), 4.0, state_colour(theme, &status.state));
    let Some(experiment) = &status.experiment else {
        let text =
            if matches!(status.state, RunState::Preparing(_)) { "The model is being built" } else { "No run yet" };
        ui.label(theme.muted(text));
        return;
    };
    let step = match (status.looks_back, status.step) {
        (true, step) => {
            let best = if status.best().is_some_and(|best| best.step == step) { ", the best state" } else { "" };
            let [step, last] = [step, status.last_step].map(format::count);
            format!("looking at step {step} of {last}{best}")
        }
        (false, 0) => "not trained yet".to_owned(),
        (false, step) => format!("step {}", format::count(step)),
    };
    let differs = session.changed(form);
    let apart = if differs { " · the form holds another experiment" } else { "" };
    let tail = format!("{step}{apart}");
    let room = ui.available_width() - super::controls::text_width(ui, &tail, eframe::egui::TextStyle::Small) - space::M;
    let name = RichText::new(run_name(experiment)).color(theme.text_strong);
    let hint = "The run: what every pane below shows.";
    ui.scope(|ui| {
        ui.set_max_width(room.max(80.0));
        ui.add(Label::new(name).truncate()).on_hover_text(hint);
    });
    let tail = theme.muted(tail);
    let tail = if status.looks_back { tail.color(theme.accent) } else { tail };
    let tail = ui.add(Label::new(tail).truncate());
    if differs {
        tail.on_hover_ui(|ui| {
            for difference in session.differences(form) {
                ui.label(difference.told("in the form", "in the run"));
            }
        });
    }
}

/// A run's name, which its experiment may lack.
pub fn run_name(experiment: &Experiment) -> &str {
    if experiment.name.trim().is_empty() { "unnamed" } else { &experiment.name }
}

/// The colour that stands for where a run is, wherever it is shown.
pub fn state_colour(theme: &Theme, state: &RunState) -> Color32 {
    match state {
        RunState::Idle => theme.text_faint,
        RunState::Preparing(_) => theme.warning,
        RunState::Running => theme.success,
        RunState::Paused | RunState::Finished(_) => theme.accent,
        RunState::Failed(_) => theme.error,
    }
}
