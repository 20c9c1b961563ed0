//! Actions on the chosen runs: from the bar over the table, and from a row's menu.

use crate::library::{RunState, RunSummary};
use crate::ui::controls::action_enabled;
use crate::ui::library_request::{Annotation, LibraryRequest};
use eframe::egui::{Button, Ui};
use std::path::PathBuf;
use std::sync::Arc;

/// Runs that can be compared at once.
const COMPARED_MAX: usize = 100;

/// An action on the chosen runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunAction {
    Open,
    OpenElsewhere,
    Compare,
    Duplicate,
    Star,
    Delete,
}

impl RunAction {
    pub const ALL: [Self; 6] =
        [Self::Open, Self::OpenElsewhere, Self::Compare, Self::Duplicate, Self::Star, Self::Delete];

    /// The name, and what it does in a sentence.
    fn words(self, chosen: &[Arc<RunSummary>]) -> (&'static str, &'static str) {
        match self {
            Self::Open if chosen.iter().any(|run| matches!(run.state, RunState::Running(_))) => {
                ("Follow", "Another process trains this run: draw its curves beside this window's, as they grow.")
            }
            Self::Open => ("Open", "Read the run in this window, where it can go on."),
            Self::OpenElsewhere => ("Second window", "Open the run in another window."),
            Self::Compare => ("Compare", "Draw the curves of the chosen runs beside this window's run."),
            Self::Duplicate => ("Duplicate", "Put the run's experiment in the form, to change it and train it anew."),
            Self::Star if !chosen.is_empty() && chosen.iter().all(|run| run.notes.starred) => {
                ("Unstar", "Take the star from the chosen runs.")
            }
            Self::Star => ("Star", "Mark the chosen runs with a star; `starred` finds them."),
            Self::Delete => ("Delete", "Move the chosen runs into the trash, from where Undo puts them back."),
        }
    }

    /// Why it cannot be done now, if it cannot.
    fn objection(self, chosen: &[Arc<RunSummary>], has_program: bool) -> Option<String> {
        let Some(first) = chosen.first() else { return Some("Choose a run in the table first.".into()) };
        let wants_one = matches!(self, Self::Open | Self::OpenElsewhere | Self::Duplicate);
        if wants_one && chosen.len() > 1 {
            return Some(format!("{} runs are chosen: choose one.", chosen.len()));
        }
        let told = |run: &RunSummary| format!("{}: {}", run.name(), run.state.why().unwrap_or_default());
        match self {
            Self::Open | Self::OpenElsewhere if !first.state.has_model() => Some(told(first)),
            Self::OpenElsewhere if !has_program => Some("This program does not know where its own file is.".into()),
            Self::Compare if chosen.len() > COMPARED_MAX => {
                Some(format!("{} runs are chosen: no more than {COMPARED_MAX} can be told apart.", chosen.len()))
            }
            Self::Compare => {
                let empty = chosen.iter().find(|run| run.last.is_none());
                empty.map(|run| format!("{} has no reports yet.", run.name()))
            }
            Self::Duplicate if first.fields.is_empty() => Some(told(first)),
            Self::Star => {
                let unsaved = chosen.iter().find(|run| run.fields.is_empty());
                unsaved.map(|run| format!("{} cannot be written of. {}", run.name(), told(run)))
            }
            Self::Delete => {
                let running = chosen.iter().find(|run| matches!(run.state, RunState::Running(_)));
                let point = chosen.iter().find(|run| run.study.is_some());
                match (running, point) {
                    (Some(run), _) => Some(format!("{} is being trained: {}.", run.name(), told(run))),
                    (_, Some(run)) => Some(format!(
                        "{} is a point of the study {}: take it out of the study instead.",
                        run.name(),
                        run.study.as_deref().unwrap_or_default()
                    )),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn request(self, chosen: &[Arc<RunSummary>]) -> Option<LibraryRequest> {
        let all = || -> Vec<PathBuf> { chosen.iter().map(|run| run.folder.clone()).collect() };
        let first = chosen.first()?.folder.clone();
        Some(match self {
            Self::Open => LibraryRequest::Open(first),
            Self::OpenElsewhere => LibraryRequest::OpenElsewhere(first),
            Self::Compare => LibraryRequest::Compare(all()),
            Self::Duplicate => LibraryRequest::Duplicate(first),
            Self::Star => {
                let star = !chosen.iter().all(|run| run.notes.starred);
                LibraryRequest::Annotate(all(), Annotation::Star(star))
            }
            Self::Delete => LibraryRequest::Delete(all()),
        })
    }
}

/// The actions as buttons; those that cannot be used say why.
pub fn bar_ui(ui: &mut Ui, chosen: &[Arc<RunSummary>], has_program: bool, asked: &mut Vec<LibraryRequest>) {
    for action in RunAction::ALL {
        let (name, meaning) = action.words(chosen);
        let objection = action.objection(chosen, has_program);
        let hint = objection.as_deref().unwrap_or(meaning);
        if action_enabled(ui, objection.is_none(), name, hint) {
            asked.extend(action.request(chosen));
        }
    }
}

/// The actions as lines of a menu.
pub fn menu_ui(ui: &mut Ui, chosen: &[Arc<RunSummary>], has_program: bool, asked: &mut Vec<LibraryRequest>) {
    for action in RunAction::ALL {
        let (name, meaning) = action.words(chosen);
        let objection = action.objection(chosen, has_program);
        if action == RunAction::Delete {
            ui.separator();
        }
        let button =
            ui.add_enabled(objection.is_none(), Button::new(name)).accessible_name(format!("{name}, in the menu"));
        let hint = objection.as_deref().unwrap_or(meaning);
        if button.on_hover_text(hint).on_disabled_hover_text(hint).clicked() {
            asked.extend(action.request(chosen));
            ui.close();
        }
    }
}

/// The action of a double click on a run.
pub fn open(run: &Arc<RunSummary>) -> Option<LibraryRequest> {
    let chosen = std::slice::from_ref(run);
    let open = RunAction::Open;
    open.objection(chosen, false).is_none().then(|| open.request(chosen)).flatten()
}
