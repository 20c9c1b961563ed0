//! Carrying out what actions, menus, dialogs and panes ask for.

use super::App;
use crate::data::{announced_shape, holds_rows, read_picture};
use crate::experiment::method::Value;
use crate::experiment::{Choice, Experiment, Source, preset};
use crate::export::{EXPERIMENT_KEY, GridLabels, PROVENANCE_KEY, STEP_KEY, Sheet, save_sheet_with, write_table};
use crate::train::{RunFolder, short};
use crate::ui::action::{Action, ThemeChoice};
use crate::ui::compare::ChosenAsks;
use crate::ui::context_menu::MenuAsks;
use crate::ui::dialogs::{
    Dialog, DifferencesDialog, EvaluateDialog, ExportDialog, ExtendDialog, GalleryDialog, LayoutNameDialog,
    PaletteDialog, PasteDialog, PathDialog, PathPurpose, Reply, VaryDialog,
};
use crate::ui::drop::{Dropped, look};
use crate::ui::form::{FormEvent, GoTo, errors_text};
use crate::ui::layouts::{default_layout, default_layout_like};
use crate::ui::menu::Chosen;
use crate::ui::next_move::Move;
use crate::ui::palette_entries::palette_entries;
use crate::ui::pane::{ExportGrid, Request};
use crate::ui::panes::PaneKind;
use crate::ui::solo::SoloKind;
use crate::ui::state::ExportOptions;
use crate::ui::studies::Varied;
use crate::ui::svg::svg;
use crate::ui::theme::Theme;
use crate::ui::tiles;
use crate::ui::toasts::{Mood, Remedy};
use crate::worker::{Command, Level};
use eframe::egui::{Context, ViewportCommand, gui_zoom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

impl App {
    pub(super) fn choose(&mut self, ctx: &Context, chosen: Chosen) {
        match chosen {
            Chosen::Action(action) if self.enabled(action) => self.perform(ctx, action),
            Chosen::Action(_) => {}
            Chosen::Recent(path) => self.open(ctx, &path),
            Chosen::Preset(name) => self.use_preset(name),
            Chosen::Study(name) => self.use_bundled_study(name),
            Chosen::Vary(path, label) => self.ask_vary(path, label),
            Chosen::DefaultLayout(room) => {
                self.state.layout = default_layout_like(room, &self.state.layout);
                self.state.arranged = room != self.state.room;
            }
            Chosen::Layout(index) => {
                if let Some(kept) = self.state.layouts.get(index) {
                    self.state.layout = kept.layout.clone();
                    self.state.experiment_shown = kept.experiment_shown;
                    self.state.arranged = true;
                }
            }
            Chosen::Pane(kind) => self.show_pane(kind),
            Chosen::Field(path) => {
                self.state.experiment_shown = true;
                self.state.solo.leave(ctx);
                self.go_to = Some(GoTo::new(path));
            }
            Chosen::ForgetLayout(index) => {
                if index < self.state.layouts.len() {
                    self.state.layouts.remove(index);
                }
            }
        }
    }

    fn perform(&mut self, ctx: &Context, action: Action) {
        match action {
            Action::New => {
                self.state.varied = Varied::default();
                self.use_experiment(Experiment::default(), None);
            }
            Action::Presets => self.dialogs.open(Dialog::Gallery(GalleryDialog::default())),
            Action::Open => self.ask_path(PathPurpose::Open, &self.state.suggest("")),
            Action::OpenRun => self.ask_path(PathPurpose::OpenRun, &self.state.suggest("")),
            Action::SaveExperiment => match self.state.file.clone() {
                Some(file) => self.save_experiment(&file),
                None => self.perform(ctx, Action::SaveExperimentAs),
            },
            Action::SaveExperimentAs => {
                let suggested = || self.state.suggest_for(&self.state.experiment.name, ".ron");
                let start = self.state.file.clone().unwrap_or_else(suggested);
                self.ask_path(PathPurpose::SaveExperiment, &start);
            }
            Action::SaveRun => {
                // After the run, which need not be the form's experiment.
                let run = self.session.status.experiment.as_deref().unwrap_or(&self.state.experiment);
                let start = self.state.suggest_for(&run.name, "-run");
                self.ask_path(PathPurpose::SaveRun, &start);
            }
            Action::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
            Action::Undo => {
                self.state.undo.undo(&mut self.state.experiment);
            }
            Action::Redo => {
                self.state.undo.redo(&mut self.state.experiment);
            }
            Action::CopyExperiment => match self.state.experiment.to_ron() {
                Ok(text) => {
                    ctx.copy_text(text);
                    self.say(Mood::Success, "The experiment was copied as RON.");
                }
                Err(error) => self.say(Mood::Error, error.to_string()),
            },
            Action::PasteExperiment => self.dialogs.open(Dialog::Paste(PasteDialog::default())),
            Action::Palette => {
                let entries = palette_entries(ctx, &self.state, &|action| self.enabled(action));
                self.dialogs.open(Dialog::Palette(PaletteDialog::new(entries)));
            }
            Action::TrainOrPause => self.next_move(),
            Action::Step => self.session.send(Command::Step(1)),
            Action::Stop => self.session.send(Command::Stop),
            Action::Restart => self.start_form(),
            Action::RestartWithNewSeed => {
                let mut experiment = self.state.experiment.clone();
                experiment.seed = experiment.seed.wrapping_add(1);
                self.state.replace(experiment);
                self.start_form();
            }
            Action::Extend => self.dialogs.open(Dialog::Extend(ExtendDialog::new(&self.session.status))),
            Action::Evaluate => self.evaluate(),
            Action::MeasureGradients => {
                self.session.send(Command::begin(self.state.panes.gradients.request()));
                self.show_pane(PaneKind::Gradients);
            }
            Action::AddToQueue => self.add_to_queue(),
            Action::CompareRun => self.ask_path(PathPurpose::CompareRun, &self.state.suggest("")),
            Action::KeepRun => self.keep_run(),
            Action::ForkHere => self.ask_fork(),
            Action::Film => self.ask_film(),
            time @ (Action::LookBack
            | Action::LookForward
            | Action::LookBest
            | Action::LookLive
            | Action::PlayHistory) => self.perform_time(ctx, time),
            Action::RunStudy => self.ask_study(),
            Action::SaveStudy => self.ask_study_file(),
            Action::OpenStudy => self.ask_path(PathPurpose::OpenStudy, &self.state.suggest("")),
            Action::ToggleExperiment => self.state.experiment_shown = !self.state.experiment_shown,
            Action::ToggleNetwork => {
                self.state.network = Some(!self.state.network_shown(ctx.content_rect().height()));
            }
            Action::TogglePane(kind) => self.toggle_pane(ctx, kind),
            Action::Maximise => self.toggle_solo(ctx, SoloKind::Maximised),
            Action::Present => self.toggle_solo(ctx, SoloKind::Presented),
            Action::SaveLayout => self.dialogs.open(Dialog::LayoutName(LayoutNameDialog::default())),
            Action::ResetLayout => {
                self.state.layout = default_layout(self.state.room);
                self.state.arranged = false;
                self.state.experiment_shown = true;
                self.state.solo.leave(ctx);
            }
            Action::Theme(choice) => self.use_theme(ctx, choice),
            Action::ZoomIn => gui_zoom::zoom_in(ctx),
            Action::ZoomOut => gui_zoom::zoom_out(ctx),
            Action::ZoomReset => ctx.set_zoom_factor(1.0),
        }
    }

    /// Bring a pane into sight, in place of the one that is alone if one is.
    pub(super) fn show_pane(&mut self, kind: PaneKind) {
        self.make_room_for(kind);
        tiles::show(&mut self.state.layout, kind);
        self.state.solo.switch(kind);
        self.pointed = kind;
    }

    fn toggle_pane(&mut self, ctx: &Context, kind: PaneKind) {
        match self.state.solo.pane() {
            Some(alone) if alone == kind => self.state.solo.leave(ctx),
            None if tiles::is_in_sight(&self.state.layout, kind) => tiles::hide(&mut self.state.layout, kind),
            _ => self.show_pane(kind),
        }
    }

    /// Show the pane that was last pointed at alone, or all panes again.
    fn toggle_solo(&mut self, ctx: &Context, kind: SoloKind) {
        if self.state.solo.kind() == Some(kind) {
            return self.state.solo.leave(ctx);
        }
        let in_sight = tiles::in_sight(&self.state.layout);
        let pointed = Some(self.pointed).filter(|pointed| in_sight.contains(pointed));
        if let Some(pane) = self.state.solo.pane().or(pointed).or(in_sight.first().copied()) {
            self.state.solo.enter(ctx, pane, kind);
        }
    }

    fn evaluate(&mut self) {
        self.dialogs.open(Dialog::Evaluate(EvaluateDialog::new(&self.session.status)));
    }

    fn next_move(&mut self) {
        match Move::next(&self.session, &self.state.experiment) {
            Move::Start => {
                self.stopwatch.train();
                self.start_form();
            }
            Move::Resume => {
                if self.curves.is_empty() {
                    self.stopwatch.train();
                }
                self.begin_prepared();
                self.session.send(Command::Resume);
            }
            Move::Pause => self.session.send(Command::Pause),
            Move::Extend => self.dialogs.open(Dialog::Extend(ExtendDialog::new(&self.session.status))),
        }
    }

    pub(super) fn form_event(&mut self, ctx: &Context, event: FormEvent) {
        match event {
            FormEvent::Presets => self.choose(ctx, Chosen::Action(Action::Presets)),
            FormEvent::Restart => self.choose(ctx, Chosen::Action(Action::Restart)),
            FormEvent::Study => self.ask_study(),
            FormEvent::Look => {
                self.look_at_data(ctx);
                self.show_pane(PaneKind::Data);
            }
            FormEvent::Vary(ask) => {
                let dialog = VaryDialog::new(ask, &self.state.experiment, &self.state.varied);
                self.dialogs.open(Dialog::Vary(Box::new(dialog)));
            }
            FormEvent::VaryNoLonger(path) => self.state.varied.stop(&path),
            FormEvent::VaryNothing => self.state.varied = Varied::default(),
            FormEvent::Browse(field) => {
                let start = path_field(&mut self.state.experiment.data.source.clone(), &field, None);
                let start = start.filter(|path| !path.as_os_str().is_empty());
                self.ask_path(PathPurpose::Field(field), &start.unwrap_or_else(|| self.state.suggest("")));
            }
        }
    }

    pub(super) fn answer(&mut self, ctx: &Context, answer: Reply) {
        match answer {
            Reply::Path(purpose, path) => self.use_path(ctx, purpose, path),
            Reply::ExportGrid { path, sheet, options } => {
                self.state.export = ExportOptions::from(&options);
                let result = self.written_experiment().and_then(|(experiment, step)| {
                    let (step, deeds) = (step.to_string(), self.told_deeds());
                    let metadata = [(EXPERIMENT_KEY, &*experiment), (STEP_KEY, &step), (PROVENANCE_KEY, &deeds)];
                    save_sheet_with(&path, &sheet, &options, &metadata).map_err(|error| error.to_string())
                });
                self.saved(&path, result);
            }
            Reply::Extend(length, extension) => {
                // The form goes with the run that it describes.
                if !self.session.changed(&self.state.experiment) {
                    let steps_per_epoch = self.session.status.steps_per_epoch as f64;
                    self.state.experiment.training.extend(length, extension, steps_per_epoch);
                }
                self.session.extend(length, extension);
            }
            Reply::Fork { at, reset_optimiser } => self.fork(at, reset_optimiser),
            Reply::Film(order) => self.film(*order),
            Reply::Preset(name) => self.use_preset(name),
            Reply::Chosen(chosen) => self.choose(ctx, chosen),
            Reply::LayoutName(name) => self.state.keep_layout(name),
            Reply::OtherData(folder, options) => self.session.send(Command::Load(folder, options)),
            Reply::Vary(axis) => self.state.varied.vary(axis),
            Reply::VaryNoLonger(path) => self.state.varied.stop(&path),
            Reply::RunStudy(start, varied) => self.run_study(ctx, *start, varied),
            Reply::KeepStudy(varied) => self.state.varied = varied,
            Reply::SaveStudy(varied) => {
                self.state.varied = varied;
                self.ask_study_file();
            }
            Reply::Evaluate(request) => self.session.send(Command::begin(request)),
            Reply::Paste(text) => match Experiment::from_ron(&text, "pasted text") {
                Ok(experiment) => self.use_experiment(experiment, None),
                Err(error) => self.say(Mood::Error, error.to_string()),
            },
        }
    }

    fn use_path(&mut self, ctx: &Context, purpose: PathPurpose, path: PathBuf) {
        match purpose {
            PathPurpose::Open | PathPurpose::OpenStudy => self.open(ctx, &path),
            PathPurpose::SaveStudy => self.save_study(&path),
            PathPurpose::OpenRun => self.load_run(ctx, &path),
            PathPurpose::CompareRun => {
                self.state.remember(&path);
                self.runs.read(ctx, &path);
            }
            PathPurpose::AddRuns => self.take_in(&path),
            PathPurpose::KeepRunsIn => self.keep_runs_in(path),
            PathPurpose::SaveExperiment => self.save_experiment(&path),
            PathPurpose::SaveRun => self.session.send(Command::Save(path)),
            PathPurpose::SaveTable(text) | PathPurpose::SaveDrawing(text) => {
                let result = write_table(&path, &text);
                self.saved(&path, result.map_err(|error| error.to_string()));
            }
            PathPurpose::SaveCodes => {
                let said = format!("Encoding all images for {} …", path.display());
                match self.codes_export.ask(&self.session, path) {
                    Ok(()) => self.say(Mood::Info, said),
                    Err(why) => self.say(Mood::Error, why),
                }
            }
            PathPurpose::SaveScreenshot(rect) if path.extension().is_some_and(|it| it.eq_ignore_ascii_case("svg")) => {
                // The panes of this frame are painted; the dialog lies on a layer above them.
                let result = write_table(&path, &svg(ctx, rect, Theme::of(ctx).pane));
                self.saved(&path, result.map_err(|error| error.to_string()));
            }
            PathPurpose::SaveScreenshot(rect) => self.screenshots.ask(ctx, rect, path),
            PathPurpose::Field(field) => {
                let mut experiment = self.state.experiment.clone();
                path_field(&mut experiment.data.source, &field, Some(path));
                self.state.replace(experiment);
            }
        }
    }

    /// Open a path, whatever it holds: an experiment, a run, data.
    pub(super) fn open(&mut self, ctx: &Context, path: &Path) {
        match look(path, &self.state.experiment.data) {
            Ok(Dropped::Experiment { experiment, file }) => {
                self.state.remember(path);
                self.use_experiment(*experiment, file);
            }
            Ok(Dropped::Run(folder)) => self.load_run(ctx, &folder),
            Ok(Dropped::Study(study)) => {
                self.state.remember(path);
                self.use_study(*study);
            }
            Ok(Dropped::StudyFolder(folder)) => self.open_study(ctx, &folder),
            Ok(Dropped::Runs(folder)) => self.take_in(&folder),
            Ok(Dropped::Picture(path)) => self.inspect_picture(&path),
            Ok(Dropped::Data(data)) => {
                let mut experiment = self.state.experiment.clone();
                let (rows, shape) = (holds_rows(&data.source), announced_shape(&data.source));
                let changed = experiment.take_data(*data, rows, shape);
                self.state.replace(experiment);
                let changed = changed.map_or_else(String::new, |changed| format!(" Also changed: {changed}."));
                self.say(Mood::Info, format!("{} is now the form's data source.{changed}", path.display()));
                self.look_at_data(ctx);
                self.show_pane(PaneKind::Data);
            }
            Err(message) => self.say(Mood::Error, message),
        }
    }

    /// Look at the data that the form names.
    fn look_at_data(&mut self, ctx: &Context) {
        self.state.remember_source();
        let experiment = &self.state.experiment;
        self.looked.look(ctx, &experiment.data, experiment.seed);
    }

    /// Put a picture, resized to the model's image shape, under the microscope.
    fn inspect_picture(&mut self, path: &Path) {
        let Some(shape) = self.session.status.image_shape else {
            let text = format!("{} is a picture: there has to be a model first that can look at it.", path.display());
            return self.say(Mood::Error, text);
        };
        match read_picture(path, shape) {
            Ok(image) => {
                self.state.panes.microscope.inspect_image(image);
                self.show_pane(PaneKind::Microscope);
            }
            Err(error) => self.say(Mood::Error, error.to_string()),
        }
    }

    pub(super) fn dropped_files(&mut self, ctx: &Context) {
        let dropped = ctx.input(|input| input.raw.dropped_files.clone());
        for file in dropped {
            self.open(ctx, file.path());
        }
    }

    pub(super) fn use_preset(&mut self, name: &str) {
        match preset(name) {
            Ok(experiment) => self.use_experiment(experiment, None),
            Err(error) => self.say(Mood::Error, error.to_string()),
        }
    }

    pub(super) fn use_experiment(&mut self, experiment: Experiment, file: Option<PathBuf>) {
        self.state.replace(experiment);
        self.state.file = file;
        self.check.renew(&self.state.experiment, None);
        self.prepare();
    }

    fn save_experiment(&mut self, path: &Path) {
        let result = self.state.experiment.save(path).map_err(|error| error.to_string());
        if result.is_ok() {
            self.state.file = Some(path.to_owned());
        }
        self.saved(path, result);
    }

    /// Tell the user whether a file was written.
    pub(super) fn saved(&mut self, path: &Path, result: Result<(), String>) {
        match result {
            Ok(()) => {
                // Experiments, and pictures that carry one.
                let opens = |ending: &std::ffi::OsStr| ["ron", "png"].iter().any(|it| ending.eq_ignore_ascii_case(it));
                match path.extension().is_some_and(opens) {
                    true => self.state.remember(path),
                    false => self.state.remember_folder(path),
                }
                self.say(Mood::Success, format!("Saved {}.", path.display()));
            }
            Err(message) => self.say(Mood::Error, message),
        }
    }

    fn use_theme(&mut self, ctx: &Context, choice: ThemeChoice) {
        self.state.theme = choice;
        Theme::prefer(ctx, choice.into());
    }

    pub(super) fn request(&mut self, ctx: &Context, request: Request) {
        match request {
            Request::ExportGrid(grid) => {
                let ExportGrid { suggested_name, images, columns, row_labels, column_labels } = grid;
                let labels = GridLabels { rows: row_labels, columns: column_labels };
                let sheet = Sheet { images, columns, labels, charts: false };
                let path = self.state.suggest(&suggested_name);
                let dialog = ExportDialog::new(sheet, self.state.export.grid(columns), &path);
                self.dialogs.open(Dialog::Export(Box::new(dialog)));
            }
            Request::ExportTable { suggested_name, csv } => {
                self.ask_path(PathPurpose::SaveTable(csv), &self.state.suggest(&suggested_name));
            }
            Request::ExportCodes => self.ask_path(PathPurpose::SaveCodes, &self.state.suggest("codes.npz")),
            Request::ExportScreenshot { suggested_name, rect } => {
                self.ask_path(PathPurpose::SaveScreenshot(rect), &self.state.suggest(&suggested_name));
            }
            Request::Chosen(asks) => self.ask_chosen(asks),
            Request::Queue(asks) => self.ask_queue(asks),
            Request::Sculpt(z) => {
                self.state.panes.sculptor.go_to(z);
                self.show_pane(PaneKind::Sculptor);
            }
            Request::Inspect { split, index } => {
                self.state.panes.microscope.inspect(split, index);
                self.show_pane(PaneKind::Microscope);
            }
            Request::LookAtData => self.look_at_data(ctx),
            Request::TakeLikelihood(likelihood) => {
                let mut experiment = self.state.experiment.clone();
                experiment.decoder.likelihood = likelihood;
                let shape = announced_shape(&experiment.data.source);
                let grey = experiment.refitted(shape).filter(|(other, _)| other.decoder.likelihood == likelihood);
                let also = if grey.is_some() { ", and pixels are no longer binarised" } else { "" };
                self.state.replace(grey.map_or(experiment, |(other, _)| other));
                self.say(Mood::Info, format!("The likelihood is now {}{also}.", likelihood.name()));
            }
            Request::StopLooking => self.looked.stop(),
            Request::ClearDecoded => {
                if let Err(error) = self.looked.clear_kept() {
                    self.say(Mood::Error, format!("The decoded pictures cannot be removed: {error}."));
                }
            }
            Request::Study(asks) => self.study_asks(ctx, asks),
            Request::Library(request) => self.library_request(ctx, request),
            Request::Tour(asks) => self.tour_asks(asks),
            Request::Train if self.enabled(Action::TrainOrPause) => self.next_move(),
            Request::Train => self.say(Mood::Error, errors_text(&self.check)),
            Request::Evaluate => self.evaluate(),
            Request::Toast { text, error } => self.say(if error { Mood::Error } else { Mood::Info }, text),
        }
    }

    /// Carry out what was asked for in the list of runs to compare with.
    fn ask_chosen(&mut self, asks: ChosenAsks) {
        match asks {
            ChosenAsks::Show(index, shown) => self.runs.show(index, shown),
            ChosenAsks::Forget(index) => self.forget_run(index),
            ChosenAsks::KeepThis => self.keep_run(),
            ChosenAsks::Open => self.ask_path(PathPurpose::CompareRun, &self.state.suggest("")),
            ChosenAsks::Spread(spread) => self.runs.spread = spread,
            ChosenAsks::Differences(index) => {
                let dialog = DifferencesDialog::new(&self.runs, &self.state.experiment, index);
                self.dialogs.open(Dialog::Differences(Box::new(dialog)));
            }
            ChosenAsks::SideBySide => self.show_pane(PaneKind::SideBySide),
        }
    }

    /// Remove a run from the comparison. Its folder is deleted if this program made it to keep the run; a folder of the
    /// user's stays.
    fn forget_run(&mut self, index: usize) {
        let folder = self.runs.list().get(index).and_then(|run| run.folder.clone());
        self.runs.forget(index);
        let kept = folder.filter(|folder| self.kept.as_ref().is_some_and(|kept| folder.starts_with(kept)));
        if let Some(parent) = kept.as_ref().and_then(|folder| folder.parent()) {
            // A folder that cannot be removed is found again, and can be forgotten again.
            let _ = std::fs::remove_dir_all(parent);
        }
    }

    /// Write the run's curves where the next window finds them, on a thread of its own; says where.
    fn write_kept(&mut self, experiment: &Arc<Experiment>) -> Option<PathBuf> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let folder = self
            .kept
            .as_ref()?
            .join(now.as_millis().to_string())
            .join(self.state.suggest_for(&experiment.name, "").file_name()?);
        let (reports, marks) = self.session.with_history(|history| (history.reports.clone(), history.marks.clone()));
        let (run, experiment) = (RunFolder::at(&folder), experiment.clone());
        let work = move || {
            // Without it the run is kept for as long as the window is open.
            let _ = run.save_curves(&experiment, &reports, &marks);
        };
        std::thread::Builder::new().name("elbow-run-keeper".into()).spawn(work).ok()?;
        Some(folder)
    }

    /// Carry out a choice in the context menu of a pane.
    pub(super) fn menu_asks(&mut self, ctx: &Context, kind: PaneKind, asks: MenuAsks) {
        match asks {
            MenuAsks::CopyPicture(rect) => self.screenshots.copy(ctx, rect),
            MenuAsks::SavePicture { name, rect } => {
                self.ask_path(PathPurpose::SaveScreenshot(rect), &self.state.suggest(&name));
            }
            MenuAsks::SaveTable { name, csv } => {
                self.ask_path(PathPurpose::SaveTable(csv), &self.state.suggest(&name));
            }
            MenuAsks::SaveDrawing { name, svg } => {
                self.ask_path(PathPurpose::SaveDrawing(svg), &self.state.suggest(&name));
            }
            MenuAsks::Maximise => self.state.solo.enter(ctx, kind, SoloKind::Maximised),
            MenuAsks::Present => self.state.solo.enter(ctx, kind, SoloKind::Presented),
            MenuAsks::Hide => {
                self.state.solo.leave(ctx);
                tiles::hide(&mut self.state.layout, kind);
            }
            MenuAsks::Guide => {
                self.state.panes.guide.open(kind.guide());
                self.show_pane(PaneKind::Guide);
            }
        }
    }

    fn keep_run(&mut self) {
        let experiment = self.session.status.run_experiment.clone();
        let written = experiment.as_ref().and_then(|it| Some((self.write_kept(it)?, it.clone())));
        match written {
            Some((folder, experiment)) => self.runs.keep_in(folder, experiment, self.curves.clone()),
            None => self.runs.keep(experiment, self.curves.clone(), true),
        }
    }

    /// Say which files of codes have been written since the last call.
    pub(super) fn finish_codes(&mut self, ctx: &Context) {
        for (path, result) in self.codes_export.poll(ctx, &self.session) {
            self.saved(&path, result.map(|_| ()));
        }
    }

    pub(super) fn finish_screenshots(&mut self, ctx: &Context) {
        if !self.screenshots.has_taken() {
            return;
        }
        let (experiment, step) = self.written_experiment().unwrap_or_default();
        let (step, deeds) = (step.to_string(), self.told_deeds());
        let metadata = [(EXPERIMENT_KEY, &*experiment), (STEP_KEY, &step), (PROVENANCE_KEY, &deeds)];
        for (path, result) in self.screenshots.write(ctx, &metadata) {
            self.saved(&path, result.map_err(|error| error.to_string()));
        }
    }

    /// Everything that was done to the run, in one line for the metadata of a picture.
    fn told_deeds(&self) -> String {
        self.session.with_history(|history| short(&history.deeds))
    }

    /// The model's experiment as RON and the model's step; the form's experiment if there is no model.
    fn written_experiment(&self) -> Result<(String, u64), String> {
        let status = &self.session.status;
        let experiment = status.experiment.as_deref().unwrap_or(&self.state.experiment);
        Ok((experiment.to_ron().map_err(|error| error.to_string())?, status.step))
    }

    pub(super) fn ask_path(&mut self, purpose: PathPurpose, start: &Path) {
        self.dialogs.open(Dialog::Path(PathDialog::new(purpose, start)));
    }

    /// Show a message as a toast and in the log.
    pub(super) fn say(&mut self, mood: Mood, text: impl Into<String>) {
        self.say_with(mood, text, None);
    }

    /// Show a message with a remedy, as a toast and in the log.
    pub(super) fn say_with(&mut self, mood: Mood, text: impl Into<String>, remedy: Option<Remedy>) {
        let text = text.into();
        let level = match mood {
            Mood::Info | Mood::Success => Level::Info,
            Mood::Warning => Level::Warning,
            Mood::Error => Level::Error,
        };
        self.state.panes.log.push(level, text.clone());
        self.toasts.push(mood, text, remedy);
    }
}

/// The path in a data field of the form; `new`, if given, is set first.
fn path_field(source: &mut Source, path: &str, new: Option<PathBuf>) -> Option<PathBuf> {
    let field = source.fields().into_iter().find(|field| field.path("data.source") == path)?;
    match field.value {
        Value::File(slot, _) => {
            *slot = new.unwrap_or_else(|| std::mem::take(slot));
            Some(slot.clone())
        }
        Value::OptionalFile(slot, _) => {
            *slot = new.or_else(|| slot.take());
            slot.clone()
        }
        _ => None,
    }
}
