//! The time slider: which state of the run is looked at, playing through the states, and forks and films of them.

use super::App;
use crate::export::{EXPERIMENT_KEY, FilmOf, PROVENANCE_KEY, STEP_KEY, widest};
use crate::train::{At, short};
use crate::ui::action::Action;
use crate::ui::dialogs::{Dialog, FilmDialog, ForkDialog};
use crate::ui::film::{FilmOrder, Filmed, Recording, Told};
use crate::ui::form::errors_text;
use crate::ui::menu::Chosen;
use crate::ui::theme::Theme;
use crate::ui::timeline::{HEIGHT, Play, TimeAsks, strip_ui};
use crate::ui::toasts::Mood;
use crate::worker::{Asker, Command, ForkRequest};
use eframe::egui::{self, Context, Margin, Ui};
use std::time::Duration;

impl App {
    /// Whether the run has states that can be looked at.
    pub(super) fn has_history(&self) -> bool {
        self.session.status.experiment.is_some() && self.timeline.places(&self.session.status).count() > 1
    }

    /// Whether an action of the time slider is possible now; `None` for other actions.
    pub(super) fn time_enabled(&self, action: Action) -> Option<bool> {
        let places = self.timeline.places(&self.session.status);
        let there = self.has_history();
        Some(match action {
            Action::LookBack => there && places.next(-1).is_some(),
            Action::LookForward => there && places.next(1).is_some(),
            Action::LookBest => there && places.best().is_some_and(|best| best != places.now()),
            Action::LookLive => there && !places.is_live(),
            Action::PlayHistory | Action::ForkHere => there,
            // Without kept states there are ways through latent space to film.
            Action::Film => self.session.status.experiment.is_some(),
            _ => return None,
        })
    }

    /// Carry out an action of the time slider.
    pub(super) fn perform_time(&mut self, ctx: &Context, action: Action) {
        let places = self.timeline.places(&self.session.status);
        let to = |place: Option<usize>| place.map(|place| places.name(place));
        let at = match action {
            Action::LookBack => to(places.next(-1)),
            Action::LookForward => to(places.next(1)),
            Action::LookBest => to(places.best()),
            Action::LookLive => Some(At::Last),
            Action::PlayHistory => return self.play(ctx),
            _ => None,
        };
        self.timeline.play = None;
        if let Some(at) = at {
            self.look_at(at);
        }
    }

    pub(super) fn look_at(&mut self, at: At) {
        let command = self.timeline.go(&self.session.status, at);
        self.session.send(command);
    }

    /// Begin to play, from the first state if all have been seen; or stop.
    fn play(&mut self, ctx: &Context) {
        if self.timeline.play.take().is_some() {
            return;
        }
        let places = self.timeline.places(&self.session.status);
        let first = places.is_live().then(|| places.name(0));
        self.timeline.play = Some(Play { since: ctx.input(|input| input.time) });
        if let Some(first) = first {
            self.look_at(first);
        }
    }

    /// Before a frame: tell panes and curves which state is looked at, and go to the next one if it is due in playing.
    pub(super) fn follow_time(&mut self, ctx: &Context) {
        self.timeline.settle(&self.session.status, self.session.is_settled());
        self.questions.begin_frame(&self.session.status);
        let status = &self.session.status;
        self.curves.look_at(status.looks_back.then_some(status.step));
        let Some(play) = self.timeline.play else { return };
        let now = ctx.input(|input| input.time);
        let settled = self.session.is_settled();
        let shown = settled && self.questions.all_answered(|asker| self.session.answer(asker));
        if play.is_due(now, self.state.speed, shown) {
            let places = self.timeline.places(&self.session.status);
            let next = places.next(1).map(|place| places.name(place));
            // The last place is the run itself, where playing ends.
            let ends = next.is_none_or(|at| at == At::Last);
            self.timeline.play = (!ends).then_some(Play { since: now });
            if let Some(at) = next {
                self.look_at(at);
            }
        }
        ctx.request_repaint_after(Duration::from_millis(16));
    }

    /// The strip with the slider under the panes. It is also there before any state is kept, so that nothing moves.
    pub(super) fn time_ui(&mut self, ui: &mut Ui) {
        let theme = Theme::of(ui.ctx());
        let frame =
            egui::Frame::new().fill(theme.canvas).inner_margin(Margin { left: 10, right: 10, top: 0, bottom: 0 });
        let panel = egui::Panel::bottom("time").frame(frame).exact_size(HEIGHT).show_separator_line(false);
        let mut speed = self.state.speed;
        let asked = panel.show(ui, |ui| {
            let places = self.timeline.places(&self.session.status);
            let enabled = |action| self.enabled(action);
            let (plays, film) = (self.timeline.play.is_some(), self.recording.as_ref().map(Recording::progress));
            strip_ui(ui, &places, self.curves.deeds(), plays, film, &mut speed, &enabled)
        });
        self.state.speed = speed;
        match asked.inner {
            Some(TimeAsks::Look(at)) => {
                self.timeline.play = None;
                self.look_at(at);
            }
            Some(TimeAsks::GiveFilmUp) => self.recording = None,
            Some(TimeAsks::Do(action)) => self.choose(&ui.ctx().clone(), Chosen::Action(action)),
            None => {}
        }
    }
}

impl App {
    /// Ask how to fork the run at the state that is looked at.
    pub(super) fn ask_fork(&mut self) {
        let status = &self.session.status;
        let Some(before) = &status.experiment else { return };
        if !self.check.sound() {
            return self.say(Mood::Error, errors_text(&self.check));
        }
        let at = if status.looks_back { At::Step(status.step) } else { At::Last };
        let dialog = ForkDialog::new(at, status.step, before, &self.state.experiment);
        self.dialogs.open(Dialog::Fork(dialog));
    }

    /// Begin the fork.
    pub(super) fn fork(&mut self, at: At, reset_optimiser: bool) {
        let experiment = self.state.experiment.clone();
        let request = ForkRequest { run: None, at, experiment, reset_optimiser, other_data: false };
        self.timeline.fork();
        self.session.send(Command::Fork(Box::new(request)));
    }
}

impl App {
    /// Open the dialog that makes a film. A film asks the question that its pane asks, where the pane is in sight.
    pub(super) fn ask_film(&mut self) {
        let status = &self.session.status;
        let Some(experiment) = &status.experiment else { return };
        let newest = self.curves.newest().map(|report| report.kl_per_dimension.clone()).unwrap_or_default();
        let axes = widest(&newest);
        let asked = |of: FilmOf| {
            let asker = match of {
                FilmOf::Samples => Some("prior samples"),
                FilmOf::Reconstructions => Some("reconstructions"),
                FilmOf::Traversals => Some("traversals"),
                FilmOf::Interpolations => None,
                FilmOf::Latent => Some("latent space: scatter"),
                FilmOf::Manifold => Some("latent space: manifold"),
            };
            let standing = asker.and_then(|asker| self.questions.standing(Asker(asker)).cloned());
            standing.unwrap_or_else(|| of.question(axes))
        };
        let places = self.timeline.places(status);
        let name = format!("{}-film.png", experiment.name);
        let path = self.state.suggest(&crate::files::safe_name(&name));
        let dialog = FilmDialog::new(FilmOf::ALL.map(asked), experiment.latent.total(), places.count(), &path);
        self.dialogs.open(Dialog::Film(Box::new(dialog)));
    }

    /// Begin a film; one that is being made is given up.
    pub(super) fn film(&mut self, order: FilmOrder) {
        self.recording = Some(Recording::begin(order, &self.session.status));
    }

    /// Go on with the film that is being made.
    pub(super) fn follow_film(&mut self, ctx: &Context, commands: &mut Vec<Command>) {
        let Some(mut recording) = self.recording.take() else { return };
        let session = &self.session;
        let told = || Told {
            reports: session.with_history(|history| history.reports.clone()),
            metadata: vec![
                (
                    EXPERIMENT_KEY,
                    session.status.run_experiment.as_ref().and_then(|it| it.to_ron().ok()).unwrap_or_default(),
                ),
                (STEP_KEY, session.status.last_step.to_string()),
                (PROVENANCE_KEY, session.with_history(|history| short(&history.deeds))),
            ],
        };
        let newest = |asker| session.answer(asker);
        match recording.follow(ctx, &session.status, &mut self.questions, newest, commands, told) {
            Filmed::Going => self.recording = Some(recording),
            Filmed::Done(path, result) => self.saved(&path, result),
        }
    }
}
