//! The dialog that forks a run: at which step, with which fields changed, with which optimiser.

use super::frame::{buttons, modal};
use super::reply::{ModalOutcome, Reply};
use crate::experiment::Experiment;
use crate::train::At;
use crate::ui::differences::Difference;
use crate::ui::format;
use crate::ui::theme::{Theme, space};
use eframe::egui::{Context, Label, ScrollArea};

/// Height of the list of changed fields.
const HEIGHT: f32 = 160.0;

/// The question for how to fork the run.
pub struct ForkDialog {
    at: At,
    step: u64,
    name: String,
    /// The fields in which the form differs from the experiment that the run had at `step`.
    changed: Vec<Difference>,
    reset_optimiser: bool,
}

impl ForkDialog {
    /// The dialog for a fork at a state of the run, after whose step it had the experiment `before`; `form` is the
    /// experiment of the fork.
    pub fn new(at: At, step: u64, before: &Experiment, form: &Experiment) -> Self {
        let changed = Difference::between(before, form);
        Self { at, step, name: form.name.clone(), changed, reset_optimiser: false }
    }

    pub(super) fn show(&mut self, ctx: &Context, enter: bool) -> ModalOutcome {
        modal(ctx, "Fork from here", 460.0, |ui| {
            let theme = Theme::of(ctx);
            let step = format::count(self.step);
            let text = format!(
                "A new run of “{}” begins at step {step} of this one, with what the form says. This run is kept, and \
                 its curves are drawn beside the fork's.",
                self.name
            );
            ui.add(Label::new(theme.muted(text)).wrap());
            ui.add_space(space::XS);
            if self.changed.is_empty() {
                ui.label("Nothing is changed: on the CPU the fork repeats this run.");
            } else {
                ui.label("Changed from there on:");
                ScrollArea::vertical().max_height(HEIGHT).auto_shrink([false, true]).show(ui, |ui| {
                    for difference in &self.changed {
                        ui.label(theme.strong(difference.told("before", "from there on")).small());
                    }
                });
            }
            ui.add_space(space::XS);
            ui.label("The optimiser");
            let kept = "goes on, where its moments were kept at that step";
            ui.radio_value(&mut self.reset_optimiser, false, kept);
            ui.radio_value(&mut self.reset_optimiser, true, "begins anew");
            let answer = || {
                let (at, reset_optimiser) = (self.at, self.reset_optimiser);
                ModalOutcome::Reply(Box::new(Reply::Fork { at, reset_optimiser }))
            };
            match buttons(ui, "Fork", true) {
                Some(true) => answer(),
                Some(false) => ModalOutcome::Cancel,
                None if enter => answer(),
                None => ModalOutcome::StayOpen,
            }
        })
    }
}
