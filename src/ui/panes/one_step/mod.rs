//! One optimiser step of the run in five boxes: x, z, the bound, the gradient, and the parameters before and after it.

mod boxes;
mod codes;
mod shown;
mod tensors;

use crate::explore::{Answer, OneStep, Question};
use crate::ui::controls::{action_enabled, empty_state, segmented};
use crate::ui::empty::{before_model, empty_with_button};
use crate::ui::image_grid::Atlas;
use crate::ui::pane::{Pane, PaneContext, Request};
use crate::ui::panes::tour::BATCHES;
use crate::ui::theme::space;
use crate::ui::tour_request::TourAsks;
use crate::worker::{Asker, Command, RunState};
use boxes::boxes_ui;
use eframe::egui::{ScrollArea, Ui};
use serde::{Deserialize, Serialize};
use shown::Boxes;

const ASKER: Asker = Asker("one step");
/// Images of the minibatch that are shown.
const IMAGES: usize = 8;
/// Seconds from one slow step to the next.
const SLOW: f64 = 2.0;
/// Seconds that a box is lit after a step.
const LIT: f64 = 0.35;
/// Gradient norms that are remembered.
const NORMS: usize = 60;

/// The pane that shows the last optimiser step in five boxes.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OneStepPane {
    /// Whether a step is taken every few seconds.
    #[serde(skip)]
    slow: bool,
    #[serde(skip)]
    stepped_at: f64,
    /// Serial and time of the newest answer.
    #[serde(skip)]
    came: Option<(u64, f64)>,
    /// Step and gradient norm of the steps seen, of one run.
    #[serde(skip)]
    norms: Vec<(u64, f64)>,
    #[serde(skip)]
    of_run: u64,
    #[serde(skip)]
    atlases: [Atlas; 2],
}

impl Pane for OneStepPane {
    fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        context.theme.pane_frame().show(ui, |ui| {
            if context.status.experiment.is_none() {
                return before_model(ui, context, "one step of training, box by box");
            }
            self.controls_ui(ui, context);
            let newest = context.ask(ASKER, Question::OneStep { images: IMAGES });
            let Some(newest) = newest else { return };
            let Answer::OneStep(Some(step)) = &newest.answered.answer else {
                if matches!(context.status.state, RunState::Finished(_)) {
                    let hint = "The run is over. Extend it (Ctrl+E), and the boxes show what passes through its steps.";
                    return empty_state(ui, "No step yet", hint);
                }
                let hint = "The boxes show what passes through a step. Take one.";
                if empty_with_button(ui, "No step yet", hint, "Take the first step", "One optimiser step, then pause.")
                {
                    context.commands.push(Command::Step(1));
                }
                return;
            };
            let now = ui.input(|input| input.time);
            self.note(newest.key(), step, now);
            let lit = self.lit(context, now);
            if lit.is_some() {
                ui.ctx().request_repaint();
            }
            for (i, (atlas, images)) in self.atlases.iter_mut().zip([&step.inputs, &step.decoded]).enumerate() {
                let (run, serial) = newest.key();
                atlas.update(ui.ctx(), (run, 2 * serial + i as u64), images);
            }
            let boxes = Boxes {
                theme: context.theme,
                step,
                noun: context.status.noun,
                atlases: &self.atlases,
                norms: &self.norms,
            };
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                boxes_ui(ui, &boxes, lit);
            });
        });
    }
}

impl OneStepPane {
    fn controls_ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        let running = context.status.state == RunState::Running;
        let waits = context.status.state == RunState::Paused;
        ui.horizontal_wrapped(|ui| {
            if action_enabled(ui, waits, "Step", "One optimiser step, then pause.") {
                self.slow = false;
                context.commands.push(Command::Step(1));
            }
            let mut slow = self.slow;
            let meaning = "A step every two seconds, box after box.";
            segmented(ui, &mut slow, &[(false, "By hand", "A step when you ask for it."), (true, "Slowly", meaning)]);
            self.slow = slow;
            let name = if running { "Pause" } else { "Full speed" };
            if action_enabled(ui, running || waits, name, "Train as fast as the machine can, or pause.") {
                self.slow = false;
                context.commands.push(if running { Command::Pause } else { Command::Resume });
            }
            ui.label(context.theme.muted("batch"));
            let mut batch = context.status.batch;
            if segmented(ui, &mut batch, &BATCHES) {
                context.requests.push(Request::Tour(TourAsks::Batch(batch)));
            }
        });
        ui.add_space(space::S);
        if !self.slow {
            return;
        }
        let now = ui.input(|input| input.time);
        if waits && now - self.stepped_at >= SLOW {
            self.stepped_at = now;
            context.commands.push(Command::Step(1));
        }
        ui.ctx().request_repaint_after(std::time::Duration::from_millis(100));
    }

    /// Remember when a step was seen, and its gradient's norm.
    fn note(&mut self, (run, serial): (u64, u64), step: &OneStep, now: f64) {
        if self.of_run != run {
            (self.of_run, self.norms) = (run, Vec::new());
        }
        if self.came.is_none_or(|(seen, _)| seen != serial) {
            self.came = Some((serial, now));
        }
        if self.norms.last().is_none_or(|(last, _)| *last < step.step) {
            self.norms.push((step.step, step.gradient_norm));
            let old = self.norms.len().saturating_sub(NORMS);
            self.norms.drain(..old);
        }
    }

    /// The box that is lit: one after another after a step, none at full speed.
    fn lit(&self, context: &PaneContext<'_>, now: f64) -> Option<usize> {
        let running = context.status.state == RunState::Running && !self.slow;
        let (_, at) = self.came?;
        let number = ((now - at) / LIT) as usize;
        (!running && number < 5).then_some(number)
    }
}
