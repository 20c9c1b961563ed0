//! An entry of the queue: its state, its name, in what it differs, its length, and what can be done with it.

use crate::experiment::{Experiment, Length};
use crate::ui::format;
use crate::ui::icons::{Icon, explained_icon_button};
use crate::ui::pane::PaneContext;
use crate::ui::queue::{Entry, EntryState, QueueAsks};
use crate::ui::theme::{Theme, space};
use crate::worker::{RunState, Status};
use eframe::egui::{Align, Color32, Label, Layout, Rect, RichText, Sense, Stroke, Ui, Vec2, vec2};

/// Height of an entry.
const ROW: f32 = 40.0;

/// Space above an entry's two lines, which puts them in its middle.
const LINE_ABOVE: f32 = 4.0;

/// Draw an entry.
pub fn row_ui(ui: &mut Ui, context: &PaneContext<'_>, entry: &Entry, asks: &mut Vec<QueueAsks>) {
    let theme = context.theme;
    let width = ui.available_width();
    ui.allocate_ui_with_layout(vec2(width, ROW), Layout::right_to_left(Align::Center), |ui| {
        ui.set_min_height(ROW);
        ui.spacing_mut().item_spacing.x = space::XS;
        buttons_ui(ui, entry, asks);
        let steps = match (&entry.state, steps_of(&entry.experiment, context.status)) {
            (EntryState::Running, _) => progress_text(context.status),
            (EntryState::Finished { steps, .. }, _) => format!("{} steps", format::count(*steps)),
            (_, Some(steps)) => format!("about {} steps", format::count(steps)),
            (_, None) => entry.experiment.training.length.to_string(),
        };
        ui.label(theme.muted(steps)).on_hover_text("How long it trains, as far as that is known before.");
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            state_ui(ui, theme, &entry.state);
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                ui.add_space(LINE_ABOVE);
                let name = RichText::new(name_of(entry)).color(theme.text_strong);
                ui.add(Label::new(name).truncate());
                let (words, colour) = words(theme, entry, context.status);
                let line =
                    if entry.differs.is_empty() { words } else { format!("{words} · {}", entry.differs.join(", ")) };
                let response = ui.add(Label::new(theme.muted(&line).color(colour)).truncate());
                response.on_hover_ui(|ui| {
                    ui.label(&line);
                    entry.differs.iter().for_each(|field| drop(ui.label(theme.muted(field))));
                });
            });
        });
    });
    let (left, y) = (ui.cursor().left(), ui.cursor().top() - 0.5);
    ui.painter().hline(left..=left + width, y, Stroke::new(1.0, theme.hairline));
}

/// The experiment's name.
fn name_of(entry: &Entry) -> &str {
    let name = entry.experiment.name.trim();
    if name.is_empty() { "untitled" } else { name }
}

fn buttons_ui(ui: &mut Ui, entry: &Entry, asks: &mut Vec<QueueAsks>) {
    let id = entry.id;
    let name = format!("{}, {id}", name_of(entry));
    let mut button = |ui: &mut Ui, icon, what: &str, meaning: &str, ask: QueueAsks| {
        if explained_icon_button(ui, icon, &format!("{what} {name}"), meaning, true).clicked() {
            asks.push(ask);
        }
    };
    match entry.state {
        EntryState::Waiting => {
            button(ui, Icon::Remove, "Cancel", "Take it out of the queue.", QueueAsks::Cancel(id));
            button(ui, Icon::Down, "Later:", "Train it later.", QueueAsks::Later(id));
            button(ui, Icon::Up, "Earlier:", "Train it earlier.", QueueAsks::Earlier(id));
        }
        EntryState::Running => {
            button(
                ui,
                Icon::Remove,
                "Cancel",
                "End this run, which is kept, and go on with the next.",
                QueueAsks::Cancel(id),
            );
        }
        _ => {
            button(
                ui,
                Icon::Remove,
                "Forget",
                "Take it off the list; its run stays where it is kept.",
                QueueAsks::Cancel(id),
            );
            button(ui, Icon::Restart, "Again:", "Train it again, behind all others.", QueueAsks::Again(id));
        }
    }
    let meaning = "Put this experiment in the form. That of the run that trains can then be edited live.";
    button(ui, Icon::Duplicate, "To the form:", meaning, QueueAsks::Open(id));
}

/// The state as a sign of its own shape.
fn state_ui(ui: &mut Ui, theme: &Theme, state: &EntryState) {
    let (rect, _) = ui.allocate_exact_size(vec2(18.0, space::ROW), Sense::hover());
    let square = Rect::from_center_size(rect.center(), Vec2::splat(12.0));
    let painter = ui.painter();
    match state {
        EntryState::Waiting => {
            painter.circle_stroke(square.center(), 4.0, Stroke::new(1.5, theme.text_muted));
        }
        EntryState::Running => Icon::Play.paint(painter, square, theme.accent),
        EntryState::Finished { .. } => Icon::Done.paint(painter, square, theme.success),
        EntryState::Failed(_) => Icon::Error.paint(painter, square, theme.error),
        EntryState::Ended(_) => Icon::Stop.paint(painter, square, theme.text_muted),
    }
}

/// The state in words.
fn words(theme: &Theme, entry: &Entry, status: &Status) -> (String, Color32) {
    match &entry.state {
        EntryState::Waiting => ("waiting".into(), theme.text_muted),
        EntryState::Running => {
            let text = match &status.state {
                RunState::Preparing(doing) => doing.clone(),
                RunState::Paused => "paused".into(),
                _ => "training".into(),
            };
            (text, theme.text_muted)
        }
        EntryState::Finished { why, .. } => (format!("finished: {why}"), theme.text_muted),
        EntryState::Failed(why) => (format!("failed: {why}"), theme.error),
        EntryState::Ended(why) => (why.clone(), theme.text_muted),
    }
}

/// "step 340 of 8 600".
fn progress_text(status: &Status) -> String {
    let step = format::count(status.last_step);
    let total = status.total_steps.map(|total| format!(" of {}", format::count(total)));
    format!("step {step}{}", total.unwrap_or_default())
}

/// The number of steps that an experiment takes at most, where its length says it, or the data of the present run,
/// which has as many images.
pub fn steps_of(experiment: &Experiment, status: &Status) -> Option<u64> {
    let training = &experiment.training;
    if let Length::Steps(steps) = training.length {
        return Some(steps);
    }
    let present =
        status.experiment.as_ref().filter(|present| present.data == experiment.data && status.last_step > 0)?;
    let images = (status.steps_per_epoch * present.training.batch as u64) as f64;
    let per_epoch = (images / training.batch.max(1) as f64).ceil();
    Some((training.length.in_epochs(per_epoch) * per_epoch).ceil() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn steps_are_told_by_the_length_or_by_a_run_of_the_same_data() {
        let mut experiment = Experiment::default();
        experiment.training.length = Length::Epochs(2.0);
        experiment.training.batch = 50;
        let mut present = experiment.clone();
        present.training.batch = 100;
        let status =
            Status { experiment: Some(Arc::new(present)), last_step: 1, steps_per_epoch: 430, ..Status::default() };
        assert_eq!(steps_of(&experiment, &status), Some(1_720));
        assert_eq!(steps_of(&experiment, &Status::default()), None);
        experiment.training.length = Length::Steps(77);
        assert_eq!(steps_of(&experiment, &Status::default()), Some(77));
    }
}
