//! The row of controls above the pictures of a pane that shows answers about the model.

use super::controls::{make_room, text_width};
use super::empty::no_pictures;
use super::format;
use super::icons::{Icon, explained_icon_button, icon_button};
use super::questions::Newest;
use super::theme::{Theme, space};
use crate::worker::Status;
use eframe::egui::{Align, Layout, Popup, PopupCloseBehavior, RectAlign, Role, Sense, TextStyle, Ui, WidgetInfo, vec2};

/// Width of the window that opens for the options of a narrow pane.
const OPTIONS_WIDTH: f32 = 280.0;
/// Width of the dot that replaces the step where there is no room for it.
const DOT: f32 = 12.0;

/// A row of controls. The first ones are always visible; the options are in the row if the pane is at least `wide`,
/// else behind a button. At the right are the step of the answer shown, and a button that exports it.
pub struct PaneBar<'a> {
    pub wide: f32,
    /// The content that the button exports, in a sentence; `None` while there is nothing to export.
    pub export: Option<&'a str>,
    /// The content of the pane, for the text in its place while there is no answer.
    pub shows: &'a str,
}

/// The content to draw below the bar.
pub struct Content {
    pub newest: Newest,
    /// Whether the export button was pressed.
    pub export: bool,
}

impl PaneBar<'_> {
    /// Draw the row for the newest answer; if there is none, also the text in place of the content.
    pub fn show(
        self,
        ui: &mut Ui,
        status: &Status,
        newest: Option<Newest>,
        first: impl FnOnce(&mut Ui),
        options: impl FnOnce(&mut Ui),
    ) -> Option<Content> {
        let mut export = false;
        let inline = ui.available_width() >= self.wide;
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(space::S, space::XS);
            ui.set_row_height(space::ROW);
            first(ui);
            let options = if inline {
                options(ui);
                None
            } else {
                Some(options)
            };
            let buttons = usize::from(self.export.is_some()) + usize::from(options.is_some());
            let buttons = (space::ROW + space::XS) * buttons as f32;
            // Room for a long run, so that nothing moves as the step grows.
            let text = text_width(ui, "step 999 999", TextStyle::Small);
            let terse = ui.available_size_before_wrap().x < buttons + text;
            make_room(ui, buttons + DOT);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = space::XS;
                if let Some(meaning) = self.export {
                    let enabled = newest.is_some();
                    export = explained_icon_button(ui, Icon::Export, "Export…", meaning, enabled).clicked();
                }
                if let Some(options) = options {
                    options_ui(ui, options);
                }
                if let Some(newest) = &newest {
                    freshness_ui(ui, status, newest, terse);
                }
            });
        });
        ui.add_space(space::S);
        if newest.is_none() {
            no_pictures(ui, status, self.shows);
        }
        newest.map(|newest| Content { newest, export })
    }
}

/// The step of the model that gave the answer, or that a newer answer is awaited; where there is no room, a dot that
/// lights up while one is awaited.
fn freshness_ui(ui: &mut Ui, status: &Status, newest: &Newest, terse: bool) {
    let Newest { answered, current } = newest;
    let theme = Theme::of(ui.ctx());
    let text = if *current { format!("step {}", format::count(answered.step)) } else { "updating…".into() };
    let looks_back = *current && status.looks_back;
    let meaning = match looks_back {
        true => "The optimiser step of the kept state that this shows, not the run as it is: see the time slider.",
        false => "The optimiser step of the model that this shows. It is asked again and again while it trains.",
    };
    if terse {
        let (rect, response) = ui.allocate_exact_size(vec2(DOT, space::ROW), Sense::hover());
        let colour = if *current && !looks_back { theme.text_faint } else { theme.accent };
        ui.painter().circle_filled(rect.center(), 3.0, colour);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &text));
        response.on_hover_text(format!("{text}\n{meaning}"));
    } else {
        let text = theme.muted(text);
        ui.label(if looks_back { text.color(theme.accent) } else { text }).on_hover_text(meaning);
    }
}

fn options_ui(ui: &mut Ui, options: impl FnOnce(&mut Ui)) {
    let button = icon_button(ui, Icon::Options, "Options", true);
    Popup::from_toggle_button_response(&button)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .align(RectAlign::BOTTOM_END)
        .width(OPTIONS_WIDTH)
        .show(|ui| {
            ui.set_width(OPTIONS_WIDTH);
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing = vec2(space::S, space::S);
                ui.set_row_height(space::ROW);
                options(ui);
            });
        });
}
