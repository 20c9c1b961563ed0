//! Dialogs: questions to the user, one small modal at a time.

mod combinations;
mod differences;
mod export;
mod extend;
mod film;
mod fork;
mod frame;
mod gallery;
mod layout_name;
mod other_data;
mod palette;
mod path;
mod picker;
mod reply;
mod run;
mod study;
mod vary;

pub use differences::DifferencesDialog;
pub use export::ExportDialog;
pub use extend::ExtendDialog;
pub use film::FilmDialog;
pub use fork::ForkDialog;
pub use gallery::GalleryDialog;
pub use layout_name::LayoutNameDialog;
pub use other_data::OtherDataDialog;
pub use palette::{Entry, PaletteDialog};
pub use path::PathDialog;
use picker::Picker;
pub use reply::{PathPurpose, Reply};
pub use run::{EvaluateDialog, PasteDialog};
pub use study::StudyDialog;
pub use vary::VaryDialog;

use eframe::egui::{Context, Key};
use reply::ModalOutcome;

/// A question to the user.
pub enum Dialog {
    Path(PathDialog),
    Export(Box<ExportDialog>),
    Differences(Box<DifferencesDialog>),
    Extend(ExtendDialog),
    Fork(ForkDialog),
    Film(Box<FilmDialog>),
    Evaluate(EvaluateDialog),
    Paste(PasteDialog),
    LayoutName(LayoutNameDialog),
    OtherData(OtherDataDialog),
    Gallery(GalleryDialog),
    Palette(PaletteDialog),
    Vary(Box<VaryDialog>),
    Study(Box<StudyDialog>),
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

    /// Draw the open dialog; returns the answer when there is one. `present` is the name of the form's experiment.
    pub fn show(&mut self, ctx: &Context, present: &str) -> Option<Reply> {
        let picked = self.picker.poll();
        // Enter takes the main button; in a number's field it only ends the typing.
        let enter = ctx.input(|input| input.key_pressed(Key::Enter)) && !ctx.text_edit_focused();
        let dialog = self.open.as_mut()?;
        let said = match dialog {
            Dialog::Path(dialog) => dialog.show(ctx, &mut self.picker, picked, enter),
            Dialog::Export(dialog) => dialog.show(ctx, &mut self.picker, picked, enter),
            Dialog::Differences(dialog) => dialog.show(ctx),
            Dialog::Extend(dialog) => dialog.show(ctx, enter),
            Dialog::Fork(dialog) => dialog.show(ctx, enter),
            Dialog::Film(dialog) => dialog.show(ctx, &mut self.picker, picked, enter),
            Dialog::Evaluate(dialog) => dialog.show(ctx, enter),
            Dialog::Paste(dialog) => dialog.show(ctx),
            Dialog::LayoutName(dialog) => dialog.show(ctx),
            Dialog::OtherData(dialog) => dialog.show(ctx),
            Dialog::Gallery(dialog) => dialog.show(ctx, present),
            Dialog::Palette(dialog) => dialog.show(ctx),
            Dialog::Vary(dialog) => dialog.show(ctx, enter),
            Dialog::Study(dialog) => dialog.show(ctx, &mut self.picker, picked),
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
