//! The queue: what waits to be trained, what trains, and what became of those before.

mod row;

use crate::ui::controls::{action_enabled, empty_state};
use crate::ui::format;
use crate::ui::pane::{Pane, PaneContext, Request};
use crate::ui::queue::{EntryState, QueueAsks};
use crate::ui::theme::space;
use crate::worker::RunState;
use eframe::egui::{ScrollArea, Ui, vec2};
use row::{row_ui, steps_of};
use serde::{Deserialize, Serialize};

/// The name of the action that adds the form's experiment.
const ADD: &str = "Add to queue";

/// The pane with the experiments that are trained one after another.
#[derive(Default, Serialize, Deserialize)]
pub struct QueuePane {}

impl Pane for QueuePane {
    fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        context.theme.pane_frame().show(ui, |ui| {
            let mut asks = Vec::new();
            bar_ui(ui, context, &mut asks);
            let entries = context.queue.entries();
            if entries.is_empty() {
                let keys = (context.keys)();
                let key = keys.iter().flat_map(|group| &group.keys).find(|(_, name, _)| *name == ADD);
                let key = key.map_or_else(String::new, |(key, ..)| format!(" ({key})"));
                let hint = format!(
                    "{ADD}{key} puts the form's experiment here. It starts when nothing else trains, and the form is \
                     free for the next."
                );
                empty_state(ui, "Nothing waits to be trained", &hint);
            } else {
                ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = 0.0;
                    entries.iter().for_each(|entry| row_ui(ui, context, entry, &mut asks));
                });
            }
            context.requests.extend(asks.into_iter().map(Request::Queue));
        });
    }
}

fn bar_ui(ui: &mut Ui, context: &PaneContext<'_>, asks: &mut Vec<QueueAsks>) {
    let queue = context.queue;
    let (held, waiting) = (queue.is_held(), queue.waiting());
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(space::S, space::XS);
        ui.set_row_height(space::ROW);
        let meaning = "Train the form's experiment after all that waits.";
        if action_enabled(ui, true, "Add the form", meaning) {
            asks.push(QueueAsks::Add);
        }
        let (name, meaning) = match held {
            true => ("Go on", "Start what waits, one after another."),
            false => ("Pause queue", "Start nothing by itself; the run that trains goes on to its end."),
        };
        if action_enabled(ui, held || waiting > 0, name, meaning) {
            asks.push(QueueAsks::Hold(!held));
        }
        let over = queue.entries().iter().any(|entry| entry.is_over());
        let meaning = "Take what is over off the list. The runs themselves stay where they are kept.";
        if action_enabled(ui, over, "Clear what is over", meaning) {
            asks.push(QueueAsks::ForgetOver);
        }
        ui.label(context.theme.muted(summary(context)));
    });
    ui.add_space(space::S);
}

/// "2 waiting, about 17 200 steps; paused".
fn summary(context: &PaneContext<'_>) -> String {
    let queue = context.queue;
    let waiting: Vec<_> = queue.entries().iter().filter(|entry| entry.state == EntryState::Waiting).collect();
    if waiting.is_empty() {
        return String::new();
    }
    let steps: Option<u64> = waiting.iter().map(|entry| steps_of(&entry.experiment, context.status)).sum();
    let steps = steps.map_or_else(String::new, |steps| format!(", about {} steps", format::count(steps)));
    let paused = context.status.state == RunState::Paused && context.status.last_step > 0;
    let held = match (queue.is_held(), paused) {
        (true, _) => "; the queue is paused",
        (false, true) => ", until the run that is paused is over",
        (false, false) => "",
    };
    format!("{} waiting{steps}{held}", waiting.len())
}
