//! The dialog that asks for a name for the layout of the panes.

use super::frame::{buttons, modal};
use super::reply::{ModalOutcome, Reply};
use crate::ui::theme::Theme;
use eframe::egui::{Context, Key, TextEdit};

/// The question for a layout's name.
#[derive(Default)]
pub struct LayoutNameDialog {
    name: String,
    /// The text field takes the keyboard when the dialog opens.
    focused: bool,
}

impl LayoutNameDialog {
    pub(super) fn show(&mut self, ctx: &Context) -> ModalOutcome {
        modal(ctx, "Save layout", 360.0, |ui| {
            ui.label(Theme::of(ctx).muted("The View menu lists it under Layouts."));
            let field = TextEdit::singleline(&mut self.name).hint_text("name").desired_width(f32::INFINITY);
            let field = ui.add(field).accessible_name("Layout name");
            if !std::mem::replace(&mut self.focused, true) {
                field.request_focus();
            }
            let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let name = self.name.trim();
            let answer = || ModalOutcome::Reply(Box::new(Reply::LayoutName(name.to_owned())));
            match buttons(ui, "Save", !name.is_empty()) {
                Some(true) => answer(),
                Some(false) => ModalOutcome::Cancel,
                None if entered && !name.is_empty() => answer(),
                None => ModalOutcome::StayOpen,
            }
        })
    }
}
