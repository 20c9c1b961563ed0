//! The application: its state, its session, and the content of one frame.

mod events;
#[cfg(test)]
mod frames;
mod history;
mod library;
mod perform;
mod queue;
mod study;
mod tour;

use super::action::{Action, key_groups};
use super::banner::{Banner, Offer};
use super::check::Check;
use super::codes_export::CodesExport;
use super::context_menu;
use super::curves::Curves;
use super::dialogs::Dialogs;
use super::film::Recording;
use super::form::{Built, Facts, FormEvent, GoTo, Preview, experiment_ui};
use super::layouts::Room;
use super::looked::Looked;
use super::menu::{Chosen, menu_ui};
use super::network::MeasuredTerms;
use super::next_move::Move;
use super::noun;
use super::pane::{PaneContext, Request};
use super::panes::PaneKind;
use super::questions::PaneQuestions;
use super::queue::Queue;
use super::run_line::{self, run_line_ui, run_name};
use super::runs::Runs;
use super::screenshot::Screenshots;
use super::session::Session;
use super::solo::SoloAsks;
use super::state::State;
use super::stopwatch::Stopwatch;
use super::studies::{Counted, Studies};
use super::theme::{Theme, space};
use super::tiles::{self, Dock, TabAsks};
use super::timeline::Timeline;
use super::toasts::{Mood, Remedy, Toasts};
use super::tour_request::TourAsks;
use super::undo::Gesture;
use super::welcome::Welcome;
use super::{shortcuts, status_bar, term, toolbar};
use crate::experiment::{Experiment, preset_named};
use crate::library::Library;
use crate::study::slurm::Slurm;
use crate::worker::{Client, Command, Level};
use eframe::egui::{self, Align, Context, Layout, Margin, PointerState, Ui, ViewportCommand};
use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// Key of the state in eframe's storage.
const STATE_KEY: &str = "elbow";

/// The options with which the window's content starts.
#[derive(Clone, Debug, Default)]
pub struct AppOptions {
    /// The path to open at once: an experiment, a bundled one's name, a PNG that carries one, a run folder, or data.
    pub open: Option<PathBuf>,
    /// The folder of an autosaved run that the window offers to continue.
    pub autosave: Option<PathBuf>,
    /// The folder in which replaced runs are kept; the worker has it too.
    pub replaced: Option<PathBuf>,
    /// Run folders whose curves are drawn beside those of the window's own run.
    pub compare: Vec<PathBuf>,
    /// The folder into which runs kept for comparison are written, so that they outlive the window.
    pub kept: Option<PathBuf>,
    /// The folder of the studies that the window runs, each in a folder of its name.
    pub studies: Option<PathBuf>,
    /// The folder of the user's data, in which the library of runs has its settings.
    pub library: Option<PathBuf>,
    /// The program whose processes further windows and the points of a study are; `None`: this one.
    pub program: Option<PathBuf>,
    /// The folder of Slurm's commands; `None` for the folders in which the system looks for commands.
    pub slurm: Option<PathBuf>,
    /// The page of the tour to open, counted from 1.
    pub tour: Option<usize>,
    /// The kept state is a copy of another window's, which trains its own queue.
    pub borrowed_state: bool,
    /// The time at which the program began to open the window.
    pub opening: Option<Instant>,
}

/// The window's content. Tests make it without a window.
pub struct App {
    state: State,
    session: Session,
    check: Check,
    curves: Curves,
    runs: Runs,
    studies: Studies,
    /// The looks at data.
    looked: Looked,
    /// The pictures of the last one, for the form.
    preview: Preview,
    /// The points of the study that the form stands for, and what is wrong with them.
    counted: Counted,
    /// The experiment that the curves belong to: the newest in the status, which has none while the next run is
    /// prepared.
    plotted: Option<Arc<Experiment>>,
    toasts: Toasts,
    dialogs: Dialogs,
    /// Whether a dialog was open in the last frame.
    had_dialog: bool,
    screenshots: Screenshots,
    codes_export: CodesExport,
    banner: Option<Banner>,
    stopwatch: Stopwatch,
    questions: PaneQuestions,
    timeline: Timeline,
    /// The film that is being made.
    recording: Option<Recording>,
    /// Panes with something new in them that has not been in sight.
    news: HashSet<PaneKind>,
    /// The pane that the pointer was over last, or that was brought into sight since.
    pointed: PaneKind,
    /// A field of the form that was asked for.
    go_to: Option<GoTo>,
    /// The folder into which runs kept for comparison are written.
    kept: Option<PathBuf>,
    title: String,
    /// Elbow's own folders: they do not belong into Recent, and are no suggestion for where to save.
    own_folders: Vec<PathBuf>,
    /// The folder in which replaced runs are kept.
    replaced: Option<PathBuf>,
    /// The folder of the studies that the window runs.
    studies_root: Option<PathBuf>,
    library: Option<Library>,
    program: Option<PathBuf>,
    /// Whether the tour was opened, which needs room.
    makes_room: bool,
    /// The folder of the run whose place was taken last, until its curves are kept too.
    replaced_last: Option<PathBuf>,
}

impl App {
    /// Restore the state of the last session and prepare its experiment.
    pub fn new(cc: &eframe::CreationContext<'_>, client: Client, options: AppOptions) -> Self {
        Theme::install(&cc.egui_ctx);
        let kept = cc.storage.and_then(|storage| eframe::get_value::<State>(storage, STATE_KEY));
        let opened_before = kept.is_some();
        let mut state = kept.unwrap_or_default().restored();
        if options.borrowed_state {
            state.queue = Queue::default();
        }
        state.welcomed |= opened_before;
        state.solo.restore(&cc.egui_ctx);
        Theme::prefer(&cc.egui_ctx, state.theme.into());
        let program = options.program.clone();
        let (library, wrong) = options.library.map(|data| library::open_library(&cc.egui_ctx, data)).unzip();
        let mut app = Self {
            state,
            session: Session::new(client),
            check: Check::default(),
            curves: Curves::default(),
            runs: Runs::default(),
            studies: Studies::run_by(options.program, options.slurm.map(Slurm::at).unwrap_or_default()),
            looked: Looked::default(),
            preview: Preview::default(),
            counted: Counted::default(),
            plotted: None,
            toasts: Toasts::default(),
            dialogs: Dialogs::default(),
            had_dialog: false,
            screenshots: Screenshots::default(),
            codes_export: CodesExport::default(),
            stopwatch: Stopwatch::new(options.opening),
            questions: PaneQuestions::default(),
            timeline: Timeline::default(),
            recording: None,
            news: HashSet::new(),
            pointed: PaneKind::ALL[0],
            go_to: None,
            kept: options.kept,
            title: String::new(),
            own_folders: options.autosave.iter().chain(&options.replaced).cloned().collect(),
            banner: options.autosave.and_then(Banner::of),
            replaced: options.replaced,
            studies_root: options.studies,
            library,
            program: program.or_else(|| std::env::current_exe().ok()),
            makes_room: false,
            replaced_last: None,
        };
        if let Some(wrong) = wrong.flatten() {
            app.say(Mood::Error, wrong);
        }
        app.runs.spread = app.state.spread;
        app.check.renew(&app.state.experiment, None);
        let compared = app.state.compared.iter().filter(|folder| folder.is_dir() && !options.compare.contains(folder));
        for folder in options.compare.iter().chain(compared) {
            app.runs.read(&cc.egui_ctx, folder);
        }
        app.open_studies(&cc.egui_ctx);
        match options.open {
            Some(path) => match preset_named(&path) {
                Some(preset) => app.use_preset(preset.name),
                None => app.open(&cc.egui_ctx, &path),
            },
            None => app.prepare(),
        }
        if let Some(page) = options.tour {
            app.open_tour(Some(page));
        }
        app
    }

    /// The state that is kept between sessions, including the experiment in the form.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The title of the window.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The run as the window sees it.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Prepare a run of the form's experiment, so that training can begin at once; not if the experiment has errors or
    /// a trained model would be lost.
    fn prepare(&mut self) {
        // Nor where the queue is about to train another.
        if self.check.sound() && !self.session.has_trained() && self.state.queue.running().is_none() {
            self.session.prepare(&self.state.experiment);
        }
    }

    /// Whether an action is possible now.
    fn enabled(&self, action: Action) -> bool {
        let has_model = self.session.status.experiment.is_some();
        match action {
            Action::Undo => self.state.undo.can_undo(),
            Action::Redo => self.state.undo.can_redo(),
            Action::TrainOrPause => {
                self.check.sound() || Move::next(&self.session, &self.state.experiment) != Move::Start
            }
            Action::Step => has_model && self.session.is_waiting(),
            Action::Stop => self.session.can_stop(),
            Action::Restart | Action::RestartWithNewSeed | Action::AddToQueue => self.check.sound(),
            Action::Extend | Action::Evaluate | Action::MeasureGradients | Action::SaveRun => has_model,
            Action::KeepRun => !self.curves.is_empty(),
            other => self.time_enabled(other).unwrap_or(true),
        }
    }

    fn top_ui(&mut self, ui: &mut Ui, chosen: &mut Vec<Chosen>) {
        let theme = Theme::of(ui.ctx());
        let frame = egui::Frame::new().fill(theme.pane).inner_margin(Margin { left: 8, right: 12, top: 6, bottom: 6 });
        egui::Panel::top("top").frame(frame).exact_size(42.0).show_separator_line(true).show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                let enabled = |action| self.enabled(action);
                chosen.extend(menu_ui(ui, &self.state, self.replaced.as_deref(), &enabled));
                ui.add_space(space::M);
                let pressed = toolbar::controls_ui(ui, &self.session, &self.state.experiment, &self.check, &enabled);
                chosen.extend(pressed.map(Chosen::Action));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let status = &self.session.status;
                    toolbar::device_ui(ui, status);
                    ui.add_space(space::S);
                    let width = (ui.available_width() - space::L).min(420.0);
                    if width > 100.0 {
                        toolbar::progress_ui(ui, status, width);
                    }
                });
            });
        });
    }

    fn bottom_ui(&mut self, ui: &mut Ui) {
        let theme = Theme::of(ui.ctx());
        let frame = egui::Frame::new().fill(theme.pane).inner_margin(Margin::symmetric(12, 0));
        let panel = egui::Panel::bottom("status").frame(frame).exact_size(status_bar::HEIGHT);
        let cancel = panel.show_separator_line(false).show(ui, |ui| status_bar::status_ui(ui, &self.session.status));
        if let Some(command) = cancel.inner {
            self.session.send(command);
        }
    }

    /// The experiment panel. Edits can be undone, and change a run in progress where that is possible.
    fn experiment_ui(&mut self, ui: &mut Ui) -> Vec<FormEvent> {
        let before = self.state.experiment.clone();
        let terms =
            self.curves.newest().map(|report| MeasuredTerms { reconstruction: report.reconstruction, kl: report.kl });
        let session = &self.session;
        let is_of_the_run = session.is_of_the_same_model(&before);
        self.preview.update(ui.ctx(), &self.looked);
        let facts = Facts {
            check: &self.check,
            edition: self.state.edition,
            live: &session.live(&before),
            differences: &session.differences(&before),
            run: if session.has_trained() {
                Built::Trained
            } else if session.running().is_some() {
                Built::Untrained
            } else {
                Built::Nothing
            },
            is_of_the_run,
            terms: terms.filter(|_| is_of_the_run),
            go_to: self.go_to.as_ref().map(|go_to| go_to.path),
            varied: &self.state.varied,
            count: self.counted.newest(),
            recent: &self.state.recent_sources,
            looked: (&self.looked, &self.preview),
        };
        let theme = Theme::of(ui.ctx());
        let panel = egui::Panel::left("experiment")
            .frame(egui::Frame::new().fill(theme.pane))
            .show_separator_line(false)
            .default_size(352.0)
            .size_range(300.0..=560.0);
        let height = ui.ctx().content_rect().height();
        let network_before = self.state.network_shown(height);
        let mut network_shown = network_before;
        let experiment = &mut self.state.experiment;
        let shown = panel.show_collapsible(ui, &mut self.state.experiment_shown, |ui| {
            experiment_ui(ui, experiment, &mut network_shown, &facts)
        });
        self.session.form_edited(&before, &self.state.experiment);
        self.go_to = self.go_to.take().and_then(|go_to| go_to.next_frame(ui.ctx()));
        if network_shown != network_before {
            self.state.network = Some(network_shown);
        }
        if self.state.experiment != before {
            self.state.undo.record(before, gesture(ui.ctx()));
        }
        shown.map(|shown| shown.inner).unwrap_or_default()
    }

    /// The line over the panes: the run that they show, and messages.
    fn run_line_ui(&mut self, ui: &mut Ui) {
        let theme = Theme::of(ui.ctx());
        let frame =
            egui::Frame::new().fill(theme.canvas).inner_margin(Margin { left: 12, right: 4, top: 0, bottom: 0 });
        let panel = egui::Panel::top("run line").frame(frame).exact_size(run_line::HEIGHT).show_separator_line(false);
        let welcomes = !self.state.welcomed && self.banner.is_none();
        let form = &self.state.experiment;
        let line = panel.show(ui, |ui| run_line_ui(ui, &self.session, form, &mut self.toasts, welcomes));
        let asked = line.inner;
        if let Some(welcome) = asked.welcome {
            self.welcome(ui.ctx(), welcome);
        }
        match asked.remedy {
            Some(Remedy::Show(kind)) => self.show_pane(kind),
            Some(Remedy::BringBack(folder)) => self.session.send(Command::load(folder)),
            Some(Remedy::PutBack(trashed)) => self.put_back(&trashed),
            None => {}
        }
    }

    /// The docked panes, or the one that is alone.
    fn panes_ui(&mut self, ui: &mut Ui) -> Vec<Request> {
        let theme = Theme::of(ui.ctx());
        let ctx = ui.ctx().clone();
        let (mut commands, mut requests) = (Vec::new(), Vec::new());
        let in_sight = self.state.in_sight();
        self.news.retain(|kind| !in_sight.contains(kind));
        self.looked.renew();
        let frame = egui::Frame::new().fill(theme.canvas).inner_margin(Margin::same(4));
        egui::CentralPanel::no_frame().frame(frame).show(ui, |ui| {
            let (panes, session) = (&mut self.state.panes, &self.session);
            let (curves, runs, questions) = (&self.curves, &self.runs, &mut self.questions);
            let studies = &self.studies;
            let queue = &self.state.queue;
            let (looked, data) = (&self.looked, &self.state.experiment.data);
            let likelihood = self.state.experiment.decoder.likelihood;
            let pointed = &mut self.pointed;
            let (library, has_program) = (self.library.as_ref(), self.program.is_some());
            let keys = || key_groups(&ctx);
            let mut pane_ui = |ui: &mut Ui, kind: PaneKind| {
                if ui.ctx().pointer_hover_pos().is_some_and(|pointer| ui.max_rect().contains(pointer)) {
                    *pointed = kind;
                }
                context_menu::enter_pane(ui.ctx(), kind as usize);
                tiles::ground_ui(ui, kind);
                let answer = |asker| session.answer(asker);
                let mut context = PaneContext {
                    theme,
                    status: &session.status,
                    curves,
                    runs,
                    studies,
                    library,
                    has_program,
                    looked,
                    data,
                    likelihood,
                    queue,
                    answer: &answer,
                    questions: &mut *questions,
                    keys: &keys,
                    commands: &mut commands,
                    requests: &mut requests,
                };
                panes.get(kind).ui(ui, &mut context);
            };
            if let Some(kind) = self.state.solo.pane() {
                let run = toolbar::run_text(&session.status);
                match self.state.solo.head_ui(ui, theme, &run) {
                    Some(SoloAsks::Leave) => self.state.solo.leave(&ctx),
                    Some(SoloAsks::As(alone)) => self.state.solo.enter(&ctx, kind, alone),
                    Some(SoloAsks::Pane(other)) => self.state.solo.switch(other),
                    None => {}
                }
                tiles::alone_ui(ui, theme, kind, &mut pane_ui);
                return;
            }
            if in_sight.is_empty() {
                return tiles::nothing_shown_ui(ui, theme);
            }
            let mut dock =
                Dock { theme, pane_ui: &mut pane_ui, news: &self.news, asked: Vec::new(), arranged: false, bar: None };
            self.state.layout.ui(&mut dock, ui);
            self.state.arranged |= dock.arranged;
            for (kind, asked) in dock.asked {
                match asked {
                    TabAsks::Hide => tiles::hide(&mut self.state.layout, kind),
                    TabAsks::Alone(alone) => self.state.solo.enter(&ctx, kind, alone),
                }
            }
        });
        self.follow_film(&ctx, &mut commands);
        self.questions.end_frame(&mut commands);
        for command in commands {
            self.session.send(command);
        }
        if let Some(page) = term::take(&ctx) {
            requests.push(Request::Tour(TourAsks::Guide(page.to_owned())));
        }
        for (number, asks) in context_menu::take(&ctx) {
            self.menu_asks(&ctx, PaneKind::ALL[number], asks);
        }
        requests
    }

    /// Send the edits that a run in progress can take over, once the user has let go of the control.
    fn send_live_edits(&mut self, ctx: &Context) {
        if ctx.input(|input| input.pointer.any_down()) || ctx.text_edit_focused() {
            return;
        }
        let marks = &self.check.marks;
        let sent = self.session.send_live_edits(&self.state.experiment, |path| marks.usable(path));
        for edit in sent {
            self.state.panes.log.push(Level::Info, format!("Live edit: {}.", events::edit_text(edit)));
        }
    }

    /// Do a thing that the word of welcome offers; the next window is opened without the word.
    fn welcome(&mut self, ctx: &Context, chosen: Welcome) {
        self.state.welcomed = true;
        match chosen {
            Welcome::Tour => self.open_tour(None),
            Welcome::Presets => self.choose(ctx, Chosen::Action(Action::Presets)),
            Welcome::Guide => self.choose(ctx, Chosen::Pane(PaneKind::Guide)),
            Welcome::Close => {}
        }
    }

    /// Escape that closes nothing else brings all panes back.
    fn leave_solo_on_escape(&mut self, ctx: &Context) {
        let busy =
            self.dialogs.is_open() || egui::Popup::is_any_open(ctx) || ctx.memory(|memory| memory.focused().is_some());
        if !busy && self.state.solo.pane().is_some() && ctx.input(|input| input.key_pressed(egui::Key::Escape)) {
            self.state.solo.leave(ctx);
        }
    }

    fn window_title(&mut self, ctx: &Context) {
        let run = self.session.status.experiment.as_deref().map(run_name);
        let title = title(run_name(&self.state.experiment), run, self.session.changed(&self.state.experiment));
        if title != self.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }
}

/// The window's title: the experiment in the form, and the run where it is another. winit panics on a NUL, which a name
/// that is typed or pasted may hold.
fn title(form: &str, run: Option<&str>, differs: bool) -> String {
    let names = match run {
        Some(run) if differs || run != form => format!("{run} (run), {form} (form)"),
        _ => form.to_owned(),
    };
    let names: String = names.chars().filter(|c| !c.is_control()).collect();
    format!("{names} – Elbow")
}

/// The present gesture of pointer or keyboard, so that a drag counts as one edit.
fn gesture(ctx: &Context) -> Option<Gesture> {
    let pressed = ctx.input(|input| if input.pointer.any_down() { input.pointer.press_start_time() } else { None });
    let typing = || ctx.memory(|memory| memory.focused()).filter(|_| ctx.text_edit_focused());
    pressed.map(Gesture::Press).or_else(|| typing().map(|id| Gesture::Typing(id.value())))
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        for event in self.session.poll() {
            self.handle_event(event);
        }
        self.session.keep_ledger(self.state.panes.ledger.options());
        let curves = &mut self.curves;
        let evaluation = &mut self.state.panes.evaluation;
        let replaced = self.session.with_history(|history| {
            evaluation.follow(history);
            curves.sync(history)
        });
        let name = self.session.status.experiment.as_ref().map_or("", |experiment| &experiment.name);
        self.state.panes.rate_distortion.follow(curves, name);
        if let Some(replaced) = replaced {
            // Out of sight, but at hand: who restarts may want to compare.
            let is_parent = self.timeline.take_fork();
            self.runs.keep(self.plotted.take(), replaced, is_parent);
            if let Some(folder) = self.replaced_last.take() {
                self.runs.kept_last_in(folder);
            }
        }
        if let Some(experiment) = &self.session.status.run_experiment {
            self.plotted = Some(experiment.clone());
        }
        for message in self.runs.poll(self.session.status.run_experiment.as_ref()) {
            self.say(Mood::Error, message);
        }
        let shows_runs = self.state.in_sight().contains(&PaneKind::Runs);
        self.follow_library(shows_runs);
        self.follow_queue();
        self.follow_time(ctx);
        self.check.renew(&self.state.experiment, self.session.image_shape(&self.state.experiment));
        self.follow_studies(ctx);
        self.window_title(ctx);
        for told in self.stopwatch.frame(!self.curves.is_empty()) {
            self.state.panes.log.push(Level::Info, told);
        }
        if self.stopwatch.is_opening() {
            ctx.request_repaint();
        }
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        noun::set(&ctx, self.session.status.noun);
        let mut chosen = Vec::new();
        if self.dialogs.is_open() && !self.had_dialog {
            // A tooltip under the pointer would stay open beside the dialog until the pointer moves.
            ctx.input_mut(|input| input.pointer = PointerState::default());
        }
        self.had_dialog = self.dialogs.is_open();
        if !self.dialogs.is_open() {
            chosen.extend(shortcuts::pressed(&ctx).into_iter().map(Chosen::Action));
        }
        self.dropped_files(&ctx);
        // A presentation has points of another size.
        if !self.state.solo.is_presented() {
            self.state.fit(Room::of(ctx.content_rect().size()));
            self.fold_form(&ctx);
        }
        self.leave_solo_on_escape(&ctx);
        let bars = !self.state.solo.is_presented();
        if bars {
            self.top_ui(ui, &mut chosen);
            self.bottom_ui(ui);
        }
        if bars && let Some(offer) = self.banner.as_mut().and_then(|banner| banner.ui(ui)) {
            self.take_offer(offer);
        }
        let form = if bars { self.experiment_ui(ui) } else { Vec::new() };
        if bars {
            self.run_line_ui(ui);
            self.time_ui(ui);
        }
        let requests = self.panes_ui(ui);
        self.send_live_edits(&ctx);

        for event in form {
            self.form_event(&ctx, event);
        }
        for chosen in chosen {
            self.choose(&ctx, chosen);
        }
        for request in requests {
            self.request(&ctx, request);
        }
        if let Some(answer) = self.dialogs.show(&ctx, &self.state.experiment.name) {
            self.answer(&ctx, answer);
        }
        self.finish_screenshots(&ctx);
        self.finish_codes(&ctx);
        drop_hint(&ctx);
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        self.state.compared = self.runs.folders();
        self.state.studies = self.studies.folders();
        self.state.spread = self.runs.spread;
        eframe::set_value(storage, STATE_KEY, &self.state);
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.extreme_bg_color.to_normalized_gamma_f32()
    }
}

impl App {
    fn take_offer(&mut self, offer: Offer) {
        let Some(banner) = self.banner.take() else { return };
        match offer {
            Offer::Continue => self.session.send(Command::load(banner.folder)),
            Offer::Discard => crate::worker::forget_run(&banner.folder),
        }
    }
}

/// A hint, while files hover over the window, on what dropping them does.
fn drop_hint(ctx: &Context) {
    if ctx.input(|input| input.raw.hovered_files.is_empty()) {
        return;
    }
    let theme = Theme::of(ctx);
    let rect = ctx.content_rect();
    let layer = egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drop hint"));
    let painter = ctx.layer_painter(layer);
    painter.rect_filled(rect, 0.0, theme.canvas.gamma_multiply(0.85));
    let inside = rect.shrink(24.0);
    painter.rect_stroke(inside, 12.0, egui::Stroke::new(2.0, theme.accent), egui::StrokeKind::Inside);
    painter.text(
        inside.center(),
        egui::Align2::CENTER_CENTER,
        "Drop to open: experiment, study, exported PNG, run folder, folder of runs, image folder, IDX file, picture",
        egui::FontId::proportional(16.0),
        theme.text_strong,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_15_no_control_character_reaches_the_title() {
        assert_eq!(title("a\0b\u{7}\nc é", None, false), "abc é – Elbow");
    }

    #[test]
    fn item_01_the_title_tells_form_and_run_apart() {
        assert_eq!(title("mine", Some("mine"), false), "mine – Elbow");
        assert_eq!(title("other", Some("mine"), true), "mine (run), other (form) – Elbow");
        assert_eq!(title("mine", Some("mine"), true), "mine (run), mine (form) – Elbow");
    }
}
