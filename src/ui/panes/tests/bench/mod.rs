//! Made-up runs and answers for the panes' tests: a bound that rises, ten clusters, images of rings and bars.

mod answers;
mod findings;
mod history;
mod images;
mod microscope;

pub use answers::answer;
pub use findings::{evaluation, gradients};

use crate::experiment::{Data, Experiment, ImageShape, Likelihood};
use crate::explore::{Answer, Question};
use crate::library::Library;
use crate::train::KeptEvaluation;
use crate::ui::curves::Curves;
use crate::ui::looked::Looked;
use crate::ui::noun;
use crate::ui::pane::{PaneContext, Request};
use crate::ui::panes::{PaneKind, Panes};
use crate::ui::questions::PaneQuestions;
use crate::ui::queue::Queue;
use crate::ui::runs::Runs;
use crate::ui::studies::Studies;
use crate::ui::theme::Theme;
use crate::worker::{Answered, Asker, Command, Evaluation, History, RunState, Status};
use eframe::egui;
use egui_kittest::Harness;
use history::history;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The contents of a window around one pane.
pub struct Bench {
    pub panes: Panes,
    pub status: Status,
    pub history: History,
    pub curves: Curves,
    pub runs: Runs,
    pub studies: Studies,
    pub library: Option<Library>,
    pub looked: Looked,
    /// The form's data.
    pub data: Data,
    /// The form's likelihood.
    pub likelihood: Likelihood,
    pub queue: Queue,
    pub answers: BTreeMap<Asker, Arc<Answered>>,
    pub questions: PaneQuestions,
    pub commands: Vec<Command>,
    pub requests: Vec<Request>,
    /// Whether questions are answered, as by a worker.
    pub answering: bool,
    /// Whether the pane is in sight.
    pub shown: bool,
}

impl Bench {
    /// A window before any run.
    pub fn empty() -> Self {
        Self {
            panes: Panes::default(),
            status: Status::default(),
            history: History::default(),
            curves: Curves::default(),
            runs: Runs::default(),
            studies: Studies::default(),
            library: None,
            looked: Looked::default(),
            data: Data::default(),
            likelihood: Experiment::default().decoder.likelihood,
            queue: Queue::default(),
            answers: BTreeMap::new(),
            questions: PaneQuestions::default(),
            commands: Vec::new(),
            requests: Vec::new(),
            answering: true,
            shown: true,
        }
    }

    /// A run of `dimension` latent dimensions with some thousand reports.
    pub fn running(dimension: usize) -> Self {
        let mut experiment = Experiment::default();
        experiment.latent.dimension = dimension;
        let status = Status {
            state: RunState::Running,
            run: 1,
            experiment: Some(Arc::new(experiment)),
            image_shape: Some(ImageShape { channels: 1, height: 28, width: 28 }),
            step: 12_300,
            last_step: 12_300,
            beta: 1.0,
            ..Status::default()
        };
        let history = history(dimension, 3_000);
        let mut curves = Curves::default();
        curves.sync(&history);
        Self { status, history, curves, ..Self::empty() }
    }

    pub fn show(&mut self, ui: &mut egui::Ui, kind: PaneKind) {
        self.curves.sync(&self.history);
        self.panes.evaluation.follow(&self.history);
        self.panes.rate_distortion.follow(&self.curves, "this run");
        let before = self.commands.len();
        self.questions.begin_frame(&self.status);
        noun::set(ui.ctx(), self.status.noun);
        let answers = &self.answers;
        let answer = |asker| answers.get(&asker).cloned();
        let mut context = PaneContext {
            theme: Theme::of(ui.ctx()),
            status: &self.status,
            curves: &self.curves,
            runs: &self.runs,
            studies: &self.studies,
            library: self.library.as_ref(),
            has_program: true,
            looked: &self.looked,
            likelihood: self.likelihood,
            data: &self.data,
            queue: &self.queue,
            answer: &answer,
            questions: &mut self.questions,
            keys: &Vec::new,
            commands: &mut self.commands,
            requests: &mut self.requests,
        };
        if self.shown {
            self.panes.get(kind).ui(ui, &mut context);
        }
        self.questions.end_frame(&mut self.commands);
        let new = self.commands.split_off(before);
        for command in &new {
            match command {
                Command::Ask(asker, question) if self.answering => self.answer(*asker, question.clone()),
                _ => continue,
            }
            ui.ctx().request_repaint();
        }
        self.commands.extend(new);
    }

    /// Keep an evaluation with the run, as a worker would.
    pub fn keep(&mut self, evaluation: &Evaluation) {
        let value = serde_json::to_value(evaluation).expect("an evaluation is plain data");
        self.history.evaluations.push(KeptEvaluation::new(1_796_040_000, value));
    }

    /// Answer a question as a worker would.
    pub fn answer(&mut self, asker: Asker, question: Question) {
        let dimension = self.status.experiment.as_ref().map_or(0, |e| e.latent.dimension);
        let answer = answer(&question, dimension);
        self.give(asker, question, answer);
    }

    /// Give this answer to a question.
    pub fn give(&mut self, asker: Asker, question: Question, answer: Answer) {
        let serial = self.answers.values().map(|a| a.serial).max().unwrap_or(0) + 1;
        let answered = Answered { serial, run: self.status.run, at: None, step: self.status.step, question, answer };
        self.answers.insert(asker, Arc::new(answered));
    }
}

/// A harness around one pane.
pub fn harness(bench: Bench, kind: PaneKind, size: egui::Vec2, dark: bool) -> Harness<'static, Bench> {
    let mut harness = Harness::builder()
        .with_size(size)
        .with_theme(if dark { egui::Theme::Dark } else { egui::Theme::Light })
        .with_context_setup(Theme::install)
        .wgpu()
        .build_ui_state(
            move |ui: &mut egui::Ui, bench: &mut Bench| {
                let theme = Theme::of(ui.ctx());
                ui.painter().rect_filled(ui.ctx().content_rect(), 0.0, theme.pane);
                bench.show(ui, kind);
            },
            bench,
        );
    harness.run_steps(6);
    harness
}
