//! Dialogs: questions to the user, one small modal at a time.

mod export;
mod extend;
mod frame;
mod guide;
mod guide_parts;
mod help;
mod path;
mod picker;
mod reply;
mod run;

pub use export::ExportDialog;
pub use extend::ExtendDialog;
pub use guide::GuideDialog;
use help::{about_ui, glossary_ui, shortcuts_ui};
pub use path::PathDialog;
use picker::Picker;
pub use reply::{PathPurpose, Reply};
pub use run::{EvaluateDialog, PasteDialog};

use eframe::egui::{Context, Key};
use frame::modal;
use reply::ModalOutcome;

/// A question to the user.
pub enum Dialog {
    Path(PathDialog),
    Export(Box<ExportDialog>),
    Extend(ExtendDialog),
    Evaluate(EvaluateDialog),
    Paste(PasteDialog),
    Guide(GuideDialog),
    Shortcuts,
    Glossary,
    About,
}

/// The open dialog, if any, and the system's file dialog on its thread.
#[derive(Default)]
pub struct Dialogs {
    open: Option<Dialog>,
    picker: Picker,
}

impl Dialogs {
    /// Open a dialog; it replaces one that is open.
    pub fn open(&mut self, dialog: Dialog) {
        self.open = Some(dialog);
    }

    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Draw the open dialog; returns the answer when there is one.
    pub fn show(&mut self, ctx: &Context) -> Option<Reply> {
        let picked = self.picker.poll();
        // Enter takes the main button; in a number's field it only ends the typing.
        let enter = ctx.input(|input| input.key_pressed(Key::Enter)) && !ctx.text_edit_focused();
        let dialog = self.open.as_mut()?;
        let said = match dialog {
            Dialog::Path(dialog) => dialog.show(ctx, &mut self.picker, picked, enter),
            Dialog::Export(dialog) => dialog.show(ctx, &mut self.picker, picked, enter),
            Dialog::Extend(dialog) => dialog.show(ctx, enter),
            Dialog::Evaluate(dialog) => dialog.show(ctx, enter),
            Dialog::Paste(dialog) => dialog.show(ctx),
            Dialog::Guide(dialog) => modal(ctx, "Guide", guide::WIDTH, |ui| dialog.ui(ui)),
            Dialog::Shortcuts => modal(ctx, "Keyboard shortcuts", 520.0, shortcuts_ui),
            Dialog::Glossary => modal(ctx, "What the terms mean", 620.0, glossary_ui),
            Dialog::About => modal(ctx, "About Elbow", 460.0, about_ui),
        };
        match said {
            ModalOutcome::StayOpen => None,
            ModalOutcome::Cancel => {
                self.open = None;
                None
            }
            ModalOutcome::Reply(answer) => {
                self.open = None;
                Some(*answer)
            }
        }
    }
}
