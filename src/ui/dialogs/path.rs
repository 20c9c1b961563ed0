//! The dialog that asks for a file or folder: a typed path, with the system's dialog beside it.

use super::frame::{buttons, modal};
use super::picker::{Pick, Picker};
use super::reply::{ModalOutcome, PathPurpose, Reply};
use crate::ui::theme::Theme;
use eframe::egui::{self, Align, Button, Context, Key, Layout, TextEdit, Ui, vec2};
use std::path::{Path, PathBuf};

/// The question for a path.
pub struct PathDialog {
    purpose: PathPurpose,
    text: String,
    /// Whether the text field has been given the keyboard focus, as it is when the dialog opens.
    focused: bool,
    /// The path that was looked at last, and what it would lose.
    looked: Option<(PathBuf, Option<String>)>,
}

impl PathDialog {
    /// A question that starts with the path `start`.
    pub fn new(purpose: PathPurpose, start: &Path) -> Self {
        Self { purpose, text: start.display().to_string(), focused: false, looked: None }
    }

    /// The file or folder that writing to the path would replace, in a sentence.
    fn there(&mut self, path: &Path) -> Option<String> {
        if self.looked.as_ref().is_none_or(|(looked, _)| looked != path) {
            self.looked = Some((path.to_owned(), self.purpose.replaces(path)));
        }
        self.looked.as_ref().and_then(|(_, there)| there.clone())
    }

    pub(super) fn show(
        &mut self,
        ctx: &Context,
        picker: &mut Picker,
        picked: Option<PathBuf>,
        enter: bool,
    ) -> ModalOutcome {
        if let Some(path) = picked {
            self.text = path.display().to_string();
        }
        let (title, verb, hint) = self.purpose.words();
        modal(ctx, title, 520.0, |ui| {
            ui.label(Theme::of(ctx).muted(hint));
            let typed = path_ui(ui, &mut self.text, self.purpose.pick(), picker, &mut self.focused);
            let path = PathBuf::from(self.text.trim());
            let objection = self.purpose.objection(&path);
            let there = self.there(&path);
            note_ui(ui, objection, there.as_deref());
            // A run that is there is replaced only where the button says so.
            let replaces = there.is_some() && self.purpose == PathPurpose::SaveRun;
            let pressed = buttons(ui, if replaces { "Replace" } else { verb }, objection.is_none());
            match pressed {
                Some(false) => ModalOutcome::Cancel,
                Some(true) => ModalOutcome::Reply(Box::new(Reply::Path(self.purpose.clone(), path))),
                None if objection.is_none() && !replaces && (enter || typed) => {
                    ModalOutcome::Reply(Box::new(Reply::Path(self.purpose.clone(), path)))
                }
                None => ModalOutcome::StayOpen,
            }
        })
    }
}

/// The typed path and the Browse button; returns whether Enter was pressed in the path.
pub(super) fn path_ui(ui: &mut Ui, text: &mut String, pick: Pick, picker: &mut Picker, focused: &mut bool) -> bool {
    ui.allocate_ui_with_layout(vec2(ui.available_width(), 28.0), Layout::right_to_left(Align::Center), |ui| {
        let browse = Button::new("Browse…").min_size(vec2(80.0, 26.0));
        let hint = "Choose with the system's dialog, where it has one.";
        if ui.add_enabled(!picker.is_open(), browse).on_hover_text(hint).clicked() {
            let at = if text.is_empty() { std::env::current_dir().unwrap_or_default() } else { PathBuf::from(&*text) };
            picker.ask(ui.ctx(), pick, &at);
        }
        let edit = TextEdit::singleline(text).hint_text("path").desired_width(ui.available_width());
        let response = ui.add(edit.margin(egui::Margin::symmetric(6, 5))).accessible_name("Path");
        if !*focused {
            response.request_focus();
            *focused = true;
        }
        response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
    })
    .inner
}

/// Say what is wrong with the path, or what writing to it replaces. The note is always as high, so that nothing jumps.
pub(super) fn note_ui(ui: &mut Ui, objection: Option<&str>, replaces: Option<&str>) {
    let theme = Theme::of(ui.ctx());
    match (objection, replaces) {
        (Some(text), _) => ui.colored_label(theme.error, text),
        (None, Some(text)) => ui.colored_label(theme.warning, text),
        (None, None) => ui.label(""),
    };
}
