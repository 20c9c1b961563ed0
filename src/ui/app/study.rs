//! Studies: from the form to a file or a folder, and back.

use super::App;
use crate::experiment::Experiment;
use crate::experiment::study::{Study, load_study};
use crate::ui::dialogs::{Dialog, PathPurpose, StudyDialog, VaryDialog};
use crate::ui::form::VaryAsk;
use crate::ui::panes::PaneKind;
use crate::ui::studies::{Start, StudyAsks, Told, Varied};
use crate::ui::toasts::{Mood, Remedy};
use eframe::egui::Context;
use std::path::Path;

impl App {
    /// Follow the studies that were open when the window was closed.
    pub(super) fn open_studies(&mut self, ctx: &Context) {
        for folder in std::mem::take(&mut self.state.studies).iter().filter(|folder| folder.is_dir()) {
            self.studies.open(ctx, folder);
        }
    }

    /// Take in what is new of the open studies, and count the points of the form's.
    pub(super) fn follow_studies(&mut self, ctx: &Context) {
        for told in self.studies.poll(ctx) {
            match told {
                Told::Well(text) => self.say(Mood::Info, text),
                Told::Wrong(text) => self.say(Mood::Error, text),
                Told::Done(text) => {
                    let hidden = !self.state.in_sight().contains(&PaneKind::Studies);
                    self.say_with(Mood::Success, text, hidden.then_some(Remedy::Show(PaneKind::Studies)));
                }
            }
        }
        if !self.state.varied.is_empty() {
            self.counted.renew(ctx, &self.state.varied.study(&self.state.experiment));
        }
    }

    /// Ask how a field varies.
    pub(super) fn ask_vary(&mut self, path: &str, label: &str) {
        let ask = VaryAsk { path: path.into(), label: label.into(), alternatives: Vec::new() };
        let dialog = VaryDialog::new(ask, &self.state.experiment, &self.state.varied);
        self.dialogs.open(Dialog::Vary(Box::new(dialog)));
    }

    /// Ask how the form's study is run.
    pub(super) fn ask_study(&mut self) {
        let root = self.studies_root.clone().unwrap_or_else(|| self.state.suggest("studies"));
        let dialog = StudyDialog::new(&self.state.experiment, &self.state.varied, &root);
        self.dialogs.open(Dialog::Study(Box::new(dialog)));
    }

    /// Ask for the file of the form's study.
    pub(super) fn ask_study_file(&mut self) {
        let name = self.state.varied.study(&self.state.experiment).name;
        let start = self.state.suggest_for(&name, ".ron");
        // Beside an experiment of the same name.
        let start = if start.is_file() { self.state.suggest_for(&name, "-study.ron") } else { start };
        self.ask_path(PathPurpose::SaveStudy, &start);
    }

    pub(super) fn save_study(&mut self, path: &Path) {
        let study = self.state.varied.study(&self.state.experiment);
        let result = study.save(path).map_err(|error| error.to_string());
        self.saved(path, result);
    }

    pub(super) fn run_study(&mut self, ctx: &Context, start: Start, varied: Varied) {
        self.state.varied = varied;
        let folder = start.folder.clone();
        match self.studies.run(ctx, start) {
            Ok(()) => {
                self.state.remember(&folder);
                self.show_pane(PaneKind::Studies);
            }
            Err(error) => self.say(Mood::Error, error),
        }
    }

    /// Put a study in the form: its experiment, and what it varies.
    pub(super) fn use_study(&mut self, study: Study) {
        match Varied::of(study) {
            Ok((experiment, varied)) => {
                self.state.varied = varied;
                self.use_experiment(experiment, None);
            }
            Err(problem) => self.say(Mood::Error, format!("The study's experiment: {problem}")),
        }
    }

    pub(super) fn use_bundled_study(&mut self, name: &str) {
        match load_study(name) {
            Ok(file) => self.use_study(file.study),
            Err(error) => self.say(Mood::Error, error.to_string()),
        }
    }

    /// Follow a study's folder.
    pub(super) fn open_study(&mut self, ctx: &Context, folder: &Path) {
        self.state.remember(folder);
        self.studies.open(ctx, folder);
        self.show_pane(PaneKind::Studies);
    }

    pub(super) fn study_asks(&mut self, ctx: &Context, asks: StudyAsks) {
        let done = match asks {
            StudyAsks::Open => {
                let start = self.studies_root.clone().filter(|root| root.is_dir());
                self.ask_path(PathPurpose::OpenStudy, &start.unwrap_or_else(|| self.state.suggest("")));
                Ok(())
            }
            StudyAsks::Bundled(name) => {
                self.use_bundled_study(name);
                self.ask_study();
                Ok(())
            }
            StudyAsks::Choose(place) => {
                self.studies.show(place);
                Ok(())
            }
            StudyAsks::Close => {
                self.studies.close();
                Ok(())
            }
            StudyAsks::Run { retry } => self.studies.go_on(ctx, retry),
            StudyAsks::Pause => {
                self.studies.pause();
                Ok(())
            }
            StudyAsks::Cancel => self.studies.cancel(ctx),
            StudyAsks::Again(number) => self.studies.again(ctx, number),
            StudyAsks::OpenRun(folder) => {
                self.load_run(ctx, &folder);
                Ok(())
            }
            StudyAsks::Wrong(error) => Err(error),
            StudyAsks::Use(experiment) => {
                self.use_point(*experiment);
                Ok(())
            }
        };
        if let Err(error) = done {
            self.say(Mood::Error, error);
        }
    }

    /// Put the experiment of a point in the form. It is one of a study's, and varies no more.
    fn use_point(&mut self, experiment: Experiment) {
        let name = experiment.name.clone();
        self.state.varied = Varied::default();
        self.state.experiment_shown = true;
        self.use_experiment(experiment, None);
        self.say(Mood::Success, format!("{name} is now in the form; undo brings the old experiment back."));
    }
}
