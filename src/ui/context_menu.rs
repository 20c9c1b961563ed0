//! Context menus: a right click offers to copy and save what is under the pointer, and to act on its pane.
//!
//! Widgets have no way to ask the app for anything, and need none: like egui's own commands, what is chosen in a menu
//! is left in the context, where the app finds it after the frame.

use eframe::egui::{Context, Id, Label, Rect, Response, RichText, Sense, Ui};

/// The part of the screen that a menu is about.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The rectangle of the screen that is copied, or saved as a picture.
    pub rect: Rect,
    /// File name of the picture, without an ending.
    pub stem: &'a str,
}

/// A choice in a menu.
#[derive(Clone, Debug, PartialEq)]
pub enum MenuAsks {
    /// Copy what the screen shows of this rectangle.
    CopyPicture(Rect),
    /// Save what the screen shows of this rectangle: as SVG where the name ends so, else as PNG.
    SavePicture {
        name: String,
        rect: Rect,
    },
    /// Save a table as CSV.
    SaveTable {
        name: String,
        csv: String,
    },
    /// Save a drawing as SVG.
    SaveDrawing {
        name: String,
        svg: String,
    },
    /// Show the pane alone.
    Maximise,
    /// Show the pane alone on the whole screen.
    Present,
    Hide,
    /// Open the page of the guide about the pane.
    Guide,
}

/// From now on in this frame, menus belong to the pane of this number.
pub fn enter_pane(ctx: &Context, pane: usize) {
    ctx.data_mut(|data| data.insert_temp(pane_id(), pane));
}

/// The choices since the last call, each with the number of its pane.
pub fn take(ctx: &Context) -> Vec<(usize, MenuAsks)> {
    ctx.data_mut(|data| data.remove_temp::<Vec<(usize, MenuAsks)>>(asked_id())).unwrap_or_default()
}

/// A menu with the picture's lines, `more` over them, and the pane's lines under them.
pub fn offer(response: &Response, target: Target<'_>, more: impl FnOnce(&mut Ui)) {
    let Target { rect, stem } = target;
    offer_drawn(response, target, more, || MenuAsks::SavePicture { name: format!("{stem}.svg"), rect });
}

/// [`offer`] for what has a drawing of its own, which `drawing` asks to save.
pub fn offer_drawn(
    response: &Response,
    target: Target<'_>,
    more: impl FnOnce(&mut Ui),
    drawing: impl FnOnce() -> MenuAsks,
) {
    response.context_menu(|ui| {
        ui.set_min_width(200.0);
        more(ui);
        let Target { rect, stem } = target;
        line_ui(ui, "Copy picture", || MenuAsks::CopyPicture(rect));
        line_ui(ui, "Save picture as PNG…", || MenuAsks::SavePicture { name: format!("{stem}.png"), rect });
        line_ui(ui, "Save drawing as SVG…", drawing);
        ui.separator();
        line_ui(ui, "Maximise pane", || MenuAsks::Maximise);
        line_ui(ui, "Present pane", || MenuAsks::Present);
        line_ui(ui, "Hide pane", || MenuAsks::Hide);
        line_ui(ui, "Show in the guide", || MenuAsks::Guide);
    });
}

/// A line of a menu.
pub fn line_ui(ui: &mut Ui, name: &str, asks: impl FnOnce() -> MenuAsks) {
    if ui.button(name).clicked() {
        let asks = asks();
        ui.ctx().data_mut(|data| {
            let pane = data.get_temp::<usize>(pane_id()).unwrap_or_default();
            data.get_temp_mut_or_default::<Vec<(usize, MenuAsks)>>(asked_id()).push((pane, asks));
        });
    }
}

/// A line that copies a value as text.
pub fn copy_ui(ui: &mut Ui, value: &str) {
    if ui.button(format!("Copy {value}")).clicked() {
        ui.ctx().copy_text(value.to_owned());
    }
}

/// A number in a table, which a right click copies; `stem` names its picture.
pub fn number_ui(ui: &mut Ui, text: RichText, stem: &str) -> Response {
    let value = text.text().to_owned();
    let label = ui.add(Label::new(text).sense(Sense::CLICK));
    offer(&label, Target { rect: label.rect, stem }, |ui| copy_ui(ui, &value));
    label
}

/// A line that saves a table.
pub fn table_ui(ui: &mut Ui, stem: &str, csv: impl FnOnce() -> String) {
    line_ui(ui, "Save values as CSV…", || MenuAsks::SaveTable { name: format!("{stem}.csv"), csv: csv() });
}

fn pane_id() -> Id {
    Id::unique("the pane that is being drawn")
}

fn asked_id() -> Id {
    Id::unique("asked by context menus")
}
