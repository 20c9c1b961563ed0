//! The entries of the command palette.

use super::action::Action;
use super::dialogs::Entry;
use super::form::FIELDS;
use super::menu::Chosen;
use super::state::State;
use crate::experiment::presets;
use crate::experiment::study::studies;
use eframe::egui::Context;

/// Everything that can be done now (`enabled`), opened or edited.
pub fn palette_entries(ctx: &Context, state: &State, enabled: &dyn Fn(Action) -> bool) -> Vec<Entry> {
    let actions = Action::all().filter(|&action| enabled(action) && action != Action::Palette).map(|action| {
        let (name, about) = action.words();
        let kind = if matches!(action, Action::TogglePane(_)) { "pane" } else { "action" };
        Entry {
            kind,
            name: name.into(),
            about: about.into(),
            key: action.shortcut_text(ctx),
            chosen: match action {
                // Who looks for a pane wants to see it.
                Action::TogglePane(pane) => Chosen::Pane(pane),
                action => Chosen::Action(action),
            },
        }
    });
    let presets = presets().iter().map(|preset| Entry {
        kind: "preset",
        name: preset.name.into(),
        about: format!("{} {}", preset.shows, preset.group.title()),
        key: String::new(),
        chosen: Chosen::Preset(preset.name),
    });
    let studies = studies().iter().map(|study| Entry {
        kind: "study",
        name: study.name.into(),
        about: study.first_line().into(),
        key: String::new(),
        chosen: Chosen::Study(study.name),
    });
    let vary = FIELDS.iter().map(|&(path, label)| Entry {
        kind: "vary",
        name: format!("Vary {label}…"),
        about: path.into(),
        key: String::new(),
        chosen: Chosen::Vary(path, label),
    });
    let runs = state.recent.iter().map(|path| Entry {
        kind: if path.is_dir() { "run" } else { "file" },
        name: path.file_name().map_or_else(|| path.display().to_string(), |name| name.display().to_string()),
        about: path.display().to_string(),
        key: String::new(),
        chosen: Chosen::Recent(path.clone()),
    });
    let fields = FIELDS.iter().map(|&(path, label)| Entry {
        kind: "field",
        name: label.into(),
        about: path.into(),
        key: String::new(),
        chosen: Chosen::Field(path),
    });
    actions.chain(presets).chain(studies).chain(runs).chain(fields).chain(vary).collect()
}
