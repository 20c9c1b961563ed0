//! The menu bar, drawn from the table of actions.

use super::action::{Action, Item, MENUS};
use super::format;
use super::icons::{Icon, icon_button};
use super::layouts::Room;
use super::panes::PaneKind;
use super::state::State;
use super::text;
use super::tiles;
use crate::experiment::study::studies;
use crate::worker::ReplacedRun;
use eframe::egui::{Button, MenuBar, Ui};
use std::path::{Path, PathBuf};

/// Width of the menus' titles in points.
const WIDTH: f32 = 252.0;

/// Largest number of replaced runs in the File menu.
const REPLACED_MAX: usize = 8;

/// A choice in a menu or in the command palette.
#[derive(Clone, Debug, PartialEq)]
pub enum Chosen {
    Action(Action),
    Recent(PathBuf),
    Preset(&'static str),
    /// A bundled study, to put in the form.
    Study(&'static str),
    /// The layout to start with in a window that is so wide.
    DefaultLayout(Room),
    /// The layout of this number that was kept.
    Layout(usize),
    ForgetLayout(usize),
    /// A pane to bring into sight.
    Pane(PaneKind),
    /// A field of the form, by its path, to go to.
    Field(&'static str),
    /// A field of the form to vary: its path and its label.
    Vary(&'static str, &'static str),
}

/// The bar; `replaced` is where replaced runs are kept, `enabled` says which actions are possible now.
pub fn menu_ui(
    ui: &mut Ui,
    state: &State,
    replaced: Option<&Path>,
    enabled: &dyn Fn(Action) -> bool,
) -> Option<Chosen> {
    let mut chosen = None;
    ui.scope(|ui| {
        // The bar takes all the width it is given.
        ui.set_max_width(WIDTH);
        bar_ui(ui, state, replaced, enabled, &mut chosen);
    });
    chosen
}

fn bar_ui(
    ui: &mut Ui,
    state: &State,
    replaced: Option<&Path>,
    enabled: &dyn Fn(Action) -> bool,
    chosen: &mut Option<Chosen>,
) {
    MenuBar::new().ui(ui, |ui| {
        for menu in MENUS {
            ui.menu_button(menu.title, |ui| {
                ui.set_min_width(230.0);
                for item in menu.items {
                    match item {
                        Item::Separator => {
                            ui.separator();
                        }
                        Item::Action(_) | Item::Panes => {
                            for action in item.actions() {
                                if action_ui(ui, state, action, enabled(action)) {
                                    *chosen = Some(Chosen::Action(action));
                                }
                            }
                        }
                        Item::Recent => recent_ui(ui, state, chosen),
                        Item::Replaced => replaced_ui(ui, replaced, chosen),
                        Item::Layouts => layouts_ui(ui, state, chosen),
                        Item::Studies => studies_ui(ui, chosen),
                    }
                }
            });
        }
    });
}

/// An entry with its shortcut; an action that is on or off shows which.
fn action_ui(ui: &mut Ui, state: &State, action: Action, enabled: bool) -> bool {
    let (name, hint) = action.words();
    let selected = match action {
        Action::ToggleExperiment => Some(state.experiment_shown),
        Action::ToggleNetwork => Some(state.network_shown(ui.ctx().content_rect().height())),
        Action::TogglePane(kind) => Some(tiles::is_in_sight(&state.layout, kind)),
        Action::Theme(choice) => Some(choice == state.theme),
        _ => None,
    };
    let button = Button::new(name).shortcut_text(action.shortcut_text(ui.ctx())).selected(selected.unwrap_or(false));
    // Without the shortcut that stands beside it.
    let response = ui.add_enabled(enabled, button).accessible_name(name);
    response.on_hover_text(hint).on_disabled_hover_text(hint).clicked()
}

fn recent_ui(ui: &mut Ui, state: &State, chosen: &mut Option<Chosen>) {
    ui.add_enabled_ui(!state.recent.is_empty(), |ui| {
        ui.menu_button("Recent", |ui| {
            for path in &state.recent {
                let name = path.file_name().map_or_else(|| path.display().to_string(), |n| n.display().to_string());
                if ui.button(name).on_hover_text(path.display().to_string()).clicked() {
                    *chosen = Some(Chosen::Recent(path.clone()));
                }
            }
        });
    });
}

/// Runs that others took the place of, to be read again.
fn replaced_ui(ui: &mut Ui, root: Option<&Path>, chosen: &mut Option<Chosen>) {
    let Some(root) = root else { return };
    let hint = "Runs that a restart or another run took the place of, the newest; the Runs pane has all of them.";
    let menu = ui.menu_button("Replaced runs", |ui| {
        let runs = ReplacedRun::newest(root, REPLACED_MAX);
        if runs.is_empty() {
            ui.weak("None yet.");
        }
        for run in runs {
            let age = run.at.and_then(|at| at.elapsed().ok()).map(|age| text::rough_duration(age.as_secs_f64()));
            let age = age.map_or_else(String::new, |age| format!(", {age} ago"));
            let text = format!("{}, step {}{age}", run.name, format::count(run.step));
            if ui.button(text).on_hover_text(run.folder.display().to_string()).clicked() {
                *chosen = Some(Chosen::Recent(run.folder));
            }
        }
    });
    menu.response.on_hover_text(hint);
}

/// The studies that come with Elbow, to be put in the form.
fn studies_ui(ui: &mut Ui, chosen: &mut Option<Chosen>) {
    ui.menu_button("Bundled studies", |ui| {
        for bundled in studies() {
            if ui.button(bundled.name).on_hover_text(bundled.first_line()).clicked() {
                *chosen = Some(Chosen::Study(bundled.name));
            }
        }
    });
}

fn layouts_ui(ui: &mut Ui, state: &State, chosen: &mut Option<Chosen>) {
    ui.menu_button("Layouts", |ui| {
        for room in Room::ALL {
            let selected = state.room == room && !state.arranged;
            let hint = "Where the panes lie at first in a window of about this size.";
            if ui.add(Button::new(room.name()).selected(selected)).on_hover_text(hint).clicked() {
                *chosen = Some(Chosen::DefaultLayout(room));
            }
        }
        if state.layouts.is_empty() {
            return;
        }
        ui.separator();
        for (index, kept) in state.layouts.iter().enumerate() {
            ui.horizontal(|ui| {
                let forget = format!("Forget layout {}", kept.name);
                if icon_button(ui, Icon::Remove, &forget, true).clicked() {
                    *chosen = Some(Chosen::ForgetLayout(index));
                    ui.close();
                }
                if ui.button(&kept.name).clicked() {
                    *chosen = Some(Chosen::Layout(index));
                }
            });
        }
    });
}
