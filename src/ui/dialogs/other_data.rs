//! The dialog that asks whether a run goes on where its data are not those that it was trained on.

use super::frame::{buttons, modal};
use super::reply::{ModalOutcome, Reply};
use crate::ui::theme::Theme;
use crate::worker::LoadOptions;
use eframe::egui::Context;
use std::path::PathBuf;

/// The question whether to read a run whose data have changed.
pub struct OtherDataDialog {
    folder: PathBuf,
    options: LoadOptions,
    difference: String,
}

impl OtherDataDialog {
    /// The dialog about the run in a folder, which was to be read with these options; `difference` is a sentence that
    /// says how the data differ.
    pub fn new(folder: PathBuf, options: LoadOptions, difference: String) -> Self {
        Self { folder, options, difference }
    }

    pub(super) fn show(&mut self, ctx: &Context) -> ModalOutcome {
        modal(ctx, "Other data", 480.0, |ui| {
            let theme = Theme::of(ctx);
            ui.label(format!("{}.", self.difference));
            ui.label(theme.muted(
                "To go on as before, cancel, and bring the old data back. To go on with the data that are there now is \
                 to train on something else from here: numbers and curves before this step are of the old data, a mark \
                 and the run's history say so, and what is measured now is measured on the new.",
            ));
            // No Enter: whoever goes on has read it.
            match buttons(ui, "Go on with these data", true) {
                Some(true) => {
                    let options = LoadOptions { other_data: true, ..self.options.clone() };
                    ModalOutcome::Reply(Box::new(Reply::OtherData(self.folder.clone(), options)))
                }
                Some(false) => ModalOutcome::Cancel,
                None => ModalOutcome::StayOpen,
            }
        })
    }
}
