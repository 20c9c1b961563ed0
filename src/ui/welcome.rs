//! A word to who opens Elbow for the first time, in the line over the panes, where it moves nothing when it leaves.

use super::controls::text_width;
use super::icons::{Icon, icon_button};
use super::theme::{Theme, space};
use eframe::egui::{Button, Label, RichText, TextStyle, Ui};

/// Width that is left to the run, points.
const RUN: f32 = 260.0;

/// The user's answer to the word of welcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Welcome {
    Tour,
    Presets,
    Guide,
    Close,
}

/// Greet a user who opens Elbow for the first time, from the right: where to begin, and how to be told what is on the
/// screen.
pub fn welcome_ui(ui: &mut Ui) -> Option<Welcome> {
    let theme = Theme::of(ui.ctx());
    let mut chosen = None;
    ui.spacing_mut().item_spacing.x = space::XS;
    if icon_button(ui, Icon::Remove, "Close the welcome", true).clicked() {
        chosen = Some(Welcome::Close);
    }
    let guide = Button::new(RichText::new("Read the guide").small());
    if ui.add(guide).clicked() {
        chosen = Some(Welcome::Guide);
    }
    let presets = Button::new(RichText::new("Browse presets").small());
    if ui.add(presets).on_hover_text("The bundled experiments as a course, each with a picture.").clicked() {
        chosen = Some(Welcome::Presets);
    }
    let tour = Button::new(RichText::new("Take the tour").small().color(theme.on_accent)).fill(theme.accent);
    let hint = "Variational inference from its beginning: ten pages with live pictures, in half an hour.";
    if ui.add(tour).on_hover_text(hint).clicked() {
        chosen = Some(Welcome::Tour);
    }
    ui.add_space(space::XS);
    let (short, long) = ("New here?", "New here? Press Train, or Space. All that you see says on hover what it is.");
    let fits = |text: &str| text_width(ui, text, TextStyle::Small) + space::M + RUN <= ui.available_width();
    if let Some(text) = [long, short].into_iter().find(|text| fits(text)) {
        ui.add(Label::new(theme.muted(text)).selectable(false));
    }
    ui.add_space(space::M);
    chosen
}
