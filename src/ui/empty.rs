//! Panes that have nothing to show yet: a sentence on what they will show, and the button that starts it.

use super::controls::{action, empty_state, empty_state_over};
use super::noun;
use super::pane::{PaneContext, Request};
use super::theme::space;
use crate::worker::{RunState, Status};
use eframe::egui::Ui;

/// [`empty_state`] with the button that brings the content; returns whether it was pressed.
pub fn empty_with_button(ui: &mut Ui, title: &str, hint: &str, name: &str, meaning: &str) -> bool {
    let hint = noun::say(ui.ctx(), hint);
    empty_state_over(ui, title, &hint, |ui| {
        ui.add_space(space::S);
        action(ui, name, meaning)
    })
}

/// The text of a pane whose content comes with the first steps, with a button that takes them.
pub fn before_training(ui: &mut Ui, context: &mut PaneContext<'_>, title: &str, hint: &str) {
    let hint = match &context.status.state {
        RunState::Preparing(doing) => doing.as_str(),
        RunState::Failed(why) => why.as_str(),
        RunState::Running => "The first report is on its way.",
        _ => {
            let meaning = "Train what the form says, as the button at the top of the window does.";
            if empty_with_button(ui, title, hint, "Start training", meaning) {
                context.requests.push(Request::Train);
            }
            return;
        }
    };
    empty_state(ui, title, hint);
}

/// The text of a pane of pictures while there is no model, with a button that trains one.
pub fn before_model(ui: &mut Ui, context: &mut PaneContext<'_>, what: &str) {
    match &context.status.state {
        RunState::Idle => before_training(ui, context, "No model yet", &format!("Press Train (Space) to see {what}.")),
        _ => no_pictures(ui, context.status, what),
    }
}

/// The text of a pane of pictures while it has none.
pub fn no_pictures(ui: &mut Ui, status: &Status, what: &str) {
    let what = noun::say(ui.ctx(), what);
    match &status.state {
        RunState::Idle => empty_state(ui, "No model yet", &format!("Press Train (Space) to see {what}.")),
        RunState::Preparing(doing) => empty_state(ui, "Preparing", doing),
        RunState::Failed(why) => empty_state(ui, "The run failed", why),
        _ => empty_state(ui, "One moment", &format!("The model is asked for {what}.")),
    }
}
