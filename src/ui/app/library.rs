//! Requests of the runs pane, carried out.

use super::App;
use crate::library::{Library, Settings, Trashed};
use crate::train::RunFolder;
use crate::ui::dialogs::PathPurpose;
use crate::ui::format::counted;
use crate::ui::library_request::{Annotation, LibraryRequest};
use crate::ui::panes::PaneKind;
use crate::ui::toasts::{Mood, Remedy};
use crate::worker::Command;
use eframe::egui::Context;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

/// Least time between two redraws for rows that have been read.
const NEWS_PERIOD: Duration = Duration::from_millis(50);

/// The pane with the curves of compared runs, which is the first of all.
const CURVES: PaneKind = PaneKind::ALL[0];

/// The library in the folder of the user's data, which wakes the window when there is news; and what is wrong with its
/// settings.
pub(super) fn open_library(ctx: &Context, data: PathBuf) -> (Library, Option<String>) {
    let ctx = ctx.clone();
    Library::open(data, Arc::new(move || ctx.request_repaint_after(NEWS_PERIOD)))
}

impl App {
    pub(super) fn library_request(&mut self, ctx: &Context, request: LibraryRequest) {
        match request {
            LibraryRequest::Open(folder) => self.load_run(ctx, &folder),
            LibraryRequest::OpenElsewhere(folder) => self.open_elsewhere(&folder),
            LibraryRequest::Compare(folders) => {
                let count = folders.len();
                folders.iter().for_each(|folder| self.runs.read(ctx, folder));
                let text = if count == 1 { "The run is".into() } else { format!("{} are", counted(count, "run")) };
                let text = format!("{text} compared with this window's run.");
                self.say_with(Mood::Success, text, Some(Remedy::Show(CURVES)));
            }
            LibraryRequest::Duplicate(folder) => match RunFolder::at(&folder).experiment() {
                Ok(experiment) => {
                    self.use_experiment(experiment, None);
                    self.state.experiment_shown = true;
                    self.say(Mood::Success, "The run's experiment is in the form: change it, then train it.");
                }
                Err(error) => self.say(Mood::Error, error.to_string()),
            },
            LibraryRequest::Annotate(folders, annotation) => self.annotate(&folders, &annotation),
            LibraryRequest::Delete(folders) => self.delete_runs(&folders),
            LibraryRequest::PutAllBack => {
                let trashed = self.library.as_ref().map(Library::trashed).unwrap_or_default();
                self.put_back(&trashed);
            }
            LibraryRequest::EmptyTrash => self.with_library(Library::empty_trash),
            LibraryRequest::Add => self.ask_path(PathPurpose::AddRuns, &self.state.suggest("")),
            LibraryRequest::LeaveOut(folder) => self.with_library(|library| library.leave_out(&folder)),
            LibraryRequest::ChooseFolder => {
                let at = self.library.as_ref().map(Library::folder).unwrap_or_default();
                self.ask_path(PathPurpose::KeepRunsIn, &at);
            }
            LibraryRequest::Limit(gigabytes) => {
                self.with_library(|library| library.set(Settings { gigabytes, ..library.settings().clone() }))
            }
            LibraryRequest::Save { suggested_name, text } => {
                let path = self.state.suggest(&suggested_name);
                self.ask_path(PathPurpose::SaveTable(text), &path);
            }
        }
    }

    /// Read a run in this window. One that another process trains is followed instead: this window writes nothing
    /// there.
    pub(super) fn load_run(&mut self, ctx: &Context, folder: &Path) {
        let Some(holder) = RunFolder::at(folder).held_by() else {
            return self.session.send(Command::load(folder));
        };
        self.runs.read(ctx, folder);
        self.add_runs(folder);
        let name = folder.file_name().map_or_else(|| folder.display().to_string(), |name| name.display().to_string());
        let text = format!(
            "{name} is being trained by {holder}: its curves are followed beside this window's run, its pictures \
                            in Side by side."
        );
        self.say_with(Mood::Info, text, Some(Remedy::Show(CURVES)));
    }

    fn open_elsewhere(&mut self, folder: &Path) {
        let Some(program) = &self.program else { return };
        let mut command = std::process::Command::new(program);
        command.arg(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        match command.spawn() {
            Ok(mut child) => {
                // Somebody has to take note of its end.
                let wait = std::thread::Builder::new().name("elbow-other-window".into());
                let _ = wait.spawn(move || drop(child.wait()));
                self.say(Mood::Info, format!("{} opens in another window.", folder.display()));
            }
            Err(error) => self.say(Mood::Error, format!("{} cannot be started: {error}", program.display())),
        }
    }

    fn annotate(&mut self, folders: &[PathBuf], annotation: &Annotation) {
        self.with_library(|library| {
            folders.iter().try_for_each(|folder| {
                library.annotate(folder, |notes| match annotation {
                    Annotation::Name(name) => notes.name.clone_from(name),
                    Annotation::Tags(tags) => notes.tags.clone_from(tags),
                    Annotation::Notes(text) => notes.notes.clone_from(text),
                    Annotation::Star(starred) => notes.starred = *starred,
                })
            })
        });
    }

    fn delete_runs(&mut self, folders: &[PathBuf]) {
        let Some(library) = &mut self.library else { return };
        // A run may have begun meanwhile.
        let running = folders.iter().find_map(|folder| RunFolder::at(folder).held_by().map(|by| (folder, by)));
        if let Some((folder, holder)) = running {
            return self.say(Mood::Error, format!("{} was not deleted: {holder}, trains it", folder.display()));
        }
        let (trashed, error) = library.delete(folders);
        self.state.panes.runs.choose_nothing();
        if !trashed.is_empty() {
            let text = match &trashed[..] {
                [one] => format!("{} is in the trash.", one.origin.file_name().unwrap_or_default().display()),
                several => format!("{} are in the trash.", counted(several.len(), "run")),
            };
            self.say_with(Mood::Info, text, Some(Remedy::PutBack(trashed)));
        }
        if let Some(error) = error {
            self.say(Mood::Error, error);
        }
    }

    pub(super) fn put_back(&mut self, trashed: &[Trashed]) {
        let text = format!("{} back.", if trashed.len() == 1 { "The run is" } else { "The runs are" });
        self.with_library(|library| library.put_back(trashed));
        self.say(Mood::Success, text);
    }

    /// Do something with the library, if there is one, and say what went wrong.
    fn with_library(&mut self, change: impl FnOnce(&mut Library) -> Result<(), String>) {
        let outcome = self.library.as_mut().map_or(Ok(()), change);
        if let Err(error) = outcome {
            self.say(Mood::Error, error);
        }
    }

    /// Let the runs in a folder belong to the library.
    pub(super) fn add_runs(&mut self, folder: &Path) {
        self.with_library(|library| library.add(folder));
    }

    /// Let the library take in a folder that was named for it.
    pub(super) fn take_in(&mut self, folder: &Path) {
        self.state.remember(folder);
        self.add_runs(folder);
        self.show_pane(PaneKind::Runs);
    }

    /// From now on, keep runs in this folder.
    pub(super) fn keep_runs_in(&mut self, folder: PathBuf) {
        self.with_library(|library| {
            let before = library.folder();
            let mut settings = Settings { folder: Some(folder.clone()), ..library.settings().clone() };
            // Runs in the folder that was used before stay in the table.
            settings.added.retain(|added| *added != folder);
            if before != folder && before.is_dir() {
                settings.added.push(before);
            }
            library.set(settings)
        });
        self.replaced = Some(folder.clone());
        self.session.send(Command::KeepIn(folder));
    }

    /// Take in what has been read, while the pane is in sight.
    pub(super) fn follow_library(&mut self, in_sight: bool) {
        if let Some(library) = &mut self.library {
            library.follow(in_sight);
            library.poll();
        }
    }
}
