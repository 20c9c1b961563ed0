//! The library's folders, its size, its limit and its trash.

use super::cell::size;
use crate::library::Library;
use crate::ui::controls::number;
use crate::ui::format::counted;
use crate::ui::icons::{Icon, icon_button};
use crate::ui::library_request::LibraryRequest;
use crate::ui::theme::{Theme, space};
use eframe::egui::{Align, DragValue, Label, Layout, RichText, Ui};
use std::path::PathBuf;

/// The options of the library. `asks` is whether emptying the trash is being asked about.
pub fn options_ui(ui: &mut Ui, library: &Library, asks: &mut bool, asked: &mut Vec<LibraryRequest>) {
    let theme = Theme::of(ui.ctx());
    ui.label(theme.strong("Where runs are kept"));
    row_ui(ui, &library.folder().display().to_string(), |ui| {
        if ui.button("Choose…").on_hover_text("Keep runs in another folder from now on; those here stay.").clicked() {
            asked.push(LibraryRequest::ChooseFolder);
            ui.close();
        }
    });
    let scan = library.scan().unwrap_or_default();
    ui.label(format!("{}, {}", counted(library.runs().len(), "run"), size(scan.bytes)));
    ui.horizontal(|ui| {
        let mut limit = library.settings().gigabytes;
        let meaning = "From this size on the window asks what may go. Nothing is deleted by itself.";
        let field = DragValue::new(&mut limit).range(0.1..=100_000.0).speed(0.5).suffix(" GB").max_decimals(1);
        if number(ui, "Ask from", meaning, 72.0, field).changed() {
            asked.push(LibraryRequest::Limit(limit));
        }
    });
    ui.separator();
    ui.label(theme.strong("Further folders"));
    for folder in &library.settings().added {
        let path = folder.display().to_string();
        row_ui(ui, &path, |ui| {
            if icon_button(ui, Icon::Remove, &format!("Leave out {path}"), true).clicked() {
                asked.push(LibraryRequest::LeaveOut(folder.clone()));
            }
        });
    }
    let hint =
        "List the runs and studies in another folder too, such as one of a GPU machine; they stay where they are.";
    if ui.button("Add folder…").on_hover_text(hint).clicked() {
        asked.push(LibraryRequest::Add);
        ui.close();
    }
    ui.separator();
    ui.label(theme.strong("Trash"));
    trash_ui(ui, theme, library, asks, asked);
}

fn trash_ui(ui: &mut Ui, theme: &Theme, library: &Library, asks: &mut bool, asked: &mut Vec<LibraryRequest>) {
    let scan = library.scan().unwrap_or_default();
    if scan.trashed == 0 {
        *asks = false;
        ui.label(theme.muted("Empty."));
        return;
    }
    // The buttons of the question are others than those that it takes the place of: where one frame is laid out twice,
    // the click that asks would else be the answer too.
    let is_asked = *asks;
    let runs = counted(scan.trashed, "run");
    let buttons = |ui: &mut Ui| {
        ui.label(format!("{runs} in the trash, {}", size(scan.trash)));
        if is_asked {
            let text = RichText::new(format!("Delete {runs} for good")).color(theme.error);
            if ui.button(text).clicked() {
                *asks = false;
                asked.push(LibraryRequest::EmptyTrash);
            }
            *asks &= !ui.button("Keep them").clicked();
            return;
        }
        if ui.button("Put all back").on_hover_text("Every run to where it was.").clicked() {
            asked.push(LibraryRequest::PutAllBack);
        }
        *asks = ui.button("Empty the trash…").on_hover_text("Delete these runs for good, after asking.").clicked();
    };
    ui.push_id(is_asked, |ui| ui.horizontal_wrapped(buttons));
}

/// A path, cut where there is no room for it, and something at the right.
fn row_ui(ui: &mut Ui, path: &str, right: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            right(ui);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(Label::new(path).truncate()).on_hover_text(path);
            });
        });
    });
}

/// The notice of a library larger than its limit; returns the folders to choose, if the user wished that.
pub fn limit_ui(ui: &mut Ui, library: &Library, asks: &mut bool, asked: &mut Vec<LibraryRequest>) -> bool {
    let Some(scan) = library.scan() else { return false };
    let (all, limit) = (scan.bytes + scan.trash, library.settings().limit());
    if all <= limit {
        return false;
    }
    let theme = Theme::of(ui.ctx());
    let mut choose = false;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        let text = format!("The library takes {}, more than the {} that you have set.", size(all), size(limit));
        ui.label(RichText::new(text).color(theme.warning));
        let hint = "Choose the oldest runs without a star that make up what is too much: look at them, then Delete.";
        // Where the trash alone is too much, nothing else has to go.
        let chooses = scan.bytes > limit;
        choose = chooses && ui.button("Choose the oldest").on_hover_text(hint).clicked();
    });
    if scan.trashed > 0 {
        trash_ui(ui, theme, library, asks, asked);
    }
    choose
}

/// The oldest runs without a star in the library's own folders: as many as have to go so that the others fit into the
/// limit, once the trash is emptied.
pub fn oldest(library: &Library) -> Vec<PathBuf> {
    let scan = library.scan().unwrap_or_default();
    let mut excess = scan.bytes.saturating_sub(library.settings().limit());
    let mut runs: Vec<_> = library
        .runs()
        .iter()
        .filter(|run| !run.notes.starred && run.study.is_none() && library.is_own(&run.folder))
        .collect();
    runs.sort_by_key(|run| run.saved_at);
    let mut chosen = Vec::new();
    for run in runs {
        if excess == 0 {
            break;
        }
        excess = excess.saturating_sub(run.bytes.unwrap_or(0));
        chosen.push(run.folder.clone());
    }
    chosen
}
