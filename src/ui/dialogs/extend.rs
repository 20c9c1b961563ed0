//! The dialog that extends a run: how much longer to train, and what the schedule does.

use super::frame::{buttons, modal};
use super::reply::{ModalOutcome, Reply};
use crate::experiment::{Choice, Extension, Length, Schedule, Training};
use crate::train::schedule;
use crate::ui::form::format_real;
use crate::ui::theme::{Theme, space};
use crate::worker::Status;
use eframe::egui::{Context, DragValue, Ui};

/// The question for how much longer to train than planned.
pub struct ExtendDialog {
    /// Number of further epochs.
    more: f64,
    extension: Extension,
    /// Epochs that the run has been trained for.
    epoch: f64,
    steps_per_epoch: f64,
    training: Training,
}

impl ExtendDialog {
    /// The dialog about the run of a status.
    pub fn new(status: &Status) -> Self {
        Self {
            more: 10.0,
            extension: Extension::default(),
            epoch: status.last_epoch,
            steps_per_epoch: status.steps_per_epoch as f64,
            training: status.run_experiment.as_ref().map(|experiment| experiment.training.clone()).unwrap_or_default(),
        }
    }

    /// The epoch at which the extended run ends, counted on from the planned end, or from the present epoch if the run
    /// is past it.
    fn until(&self) -> f64 {
        let planned = match self.training.length {
            Length::UntilConverged { .. } => self.epoch,
            length => length.in_epochs(self.steps_per_epoch),
        };
        self.epoch.max(planned) + self.more
    }

    /// The learning rate as training goes on.
    fn rate(&self, extension: Extension) -> f64 {
        let mut training = self.training.clone();
        training.extend(Length::Epochs(self.until()), extension, self.steps_per_epoch);
        schedule::learning_rate(&training, self.epoch, self.steps_per_epoch)
    }

    pub(super) fn show(&mut self, ctx: &Context, enter: bool) -> ModalOutcome {
        modal(ctx, "Extend the run", 420.0, |ui| {
            let theme = Theme::of(ctx);
            ui.label(theme.muted(format!(
                "The run has come to epoch {:.1}; it was planned for {}.",
                self.epoch, self.training.length
            )));
            ui.horizontal(|ui| {
                ui.label("Train for");
                let drag = DragValue::new(&mut self.more).range(0.1..=100_000.0).max_decimals(1).speed(0.2);
                ui.add(drag).accessible_name("Further epochs");
                ui.label("further epochs,");
            });
            ui.label(format!("until epoch {:.1}.", self.until()));
            if self.training.schedule != Schedule::Constant {
                self.schedule_ui(ui, theme);
            }
            let answer = || ModalOutcome::Reply(Box::new(Reply::Extend(Length::Epochs(self.until()), self.extension)));
            match buttons(ui, "Extend", true) {
                Some(true) => answer(),
                Some(false) => ModalOutcome::Cancel,
                None if enter => answer(),
                None => ModalOutcome::StayOpen,
            }
        })
    }

    fn schedule_ui(&mut self, ui: &mut Ui, theme: &Theme) {
        let end = self.training.scheduled_from() + self.training.scheduled_epochs(self.steps_per_epoch);
        ui.add_space(space::S);
        ui.label(format!("The {} schedule of the learning rate", self.training.schedule.name()));
        if self.training.schedule.has_end() {
            let keeps = format!("keeps its end at epoch {end:.1}, and its value there");
            ui.radio_value(&mut self.extension, Extension::KeepSchedule, keeps);
            ui.radio_value(&mut self.extension, Extension::StretchSchedule, "is spread over the new length");
        } else {
            ui.radio_value(&mut self.extension, Extension::KeepSchedule, "goes on as it is");
        }
        let restart = Extension::RestartSchedule { epoch: self.epoch };
        let hint = "A warm restart: the learning rate goes back to its first value, and falls again until the new end.";
        ui.radio_value(&mut self.extension, restart, "begins anew, over what is left").on_hover_text(hint);
        let rate = self.rate(self.extension);
        let text = format!("Training goes on at a learning rate of {}.", format_real(rate));
        if rate == 0.0 {
            ui.colored_label(theme.warning, text + " Nothing is learned at that.");
        } else {
            ui.label(theme.muted(text));
        }
    }
}
