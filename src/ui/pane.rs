//! The interface of a docked pane: what it gets, and what it may ask for. Panes read host data and leave requests,
//! which the app carries out.

use super::compare::{ChosenAsks, runs_button};
use super::curves::Curves;
use super::library_request::LibraryRequest;
use super::looked::Looked;
use super::questions::{Newest, PaneQuestions};
use super::queue::{Queue, QueueAsks};
use super::runs::Runs;
use super::studies::{Studies, StudyAsks};
use super::theme::Theme;
use super::tour_request::TourAsks;
use crate::data::{Images, Split};
use crate::experiment::{Data, Likelihood};
use crate::explore::Question;
use crate::export::Sheet;
use crate::library::Library;
use crate::train::At;
use crate::worker::{Answered, Asker, Command, Status};
use eframe::egui;
use std::sync::Arc;

/// The information that a pane gets in a frame.
pub struct PaneContext<'a> {
    pub theme: &'a Theme,
    pub status: &'a Status,
    /// The run's reports, prepared for plotting.
    pub curves: &'a Curves,
    /// The runs to compare with.
    pub runs: &'a Runs,
    /// The studies whose folders are open.
    pub studies: &'a Studies,
    /// The library of runs; none where the system names no home.
    pub library: Option<&'a Library>,
    /// Whether another window can be opened.
    pub has_program: bool,
    /// The looks at data.
    pub looked: &'a Looked,
    /// The form's data.
    pub data: &'a Data,
    /// The form's likelihood.
    pub likelihood: Likelihood,
    /// The queue of experiments.
    pub queue: &'a Queue,
    /// The newest answer to an asker, about any run.
    pub answer: &'a dyn Fn(Asker) -> Option<Arc<Answered>>,
    /// The standing questions of all panes.
    pub questions: &'a mut PaneQuestions,
    /// Every key, by menu.
    pub keys: &'a dyn Fn() -> Vec<KeyGroup>,
    /// The commands that are sent to the worker after the frame.
    pub commands: &'a mut Vec<Command>,
    /// Requests that the app carries out after the frame.
    pub requests: &'a mut Vec<Request>,
}

impl PaneContext<'_> {
    /// Ask a question in this frame, and return the newest answer. Nothing is asked if there is no model.
    pub fn ask(&mut self, asker: Asker, question: Question) -> Option<Newest> {
        self.status.experiment.as_ref()?;
        let answered = self.newest_answer(asker);
        self.questions.ask(asker, self.status.run, question, answered.as_deref(), self.commands);
        answered.map(|answered| self.questions.judge(asker, answered))
    }

    /// Ask a question about a kept state of the run, whichever is looked at, and return the newest answer about it.
    pub fn ask_at(&mut self, asker: Asker, at: At, question: Question) -> Option<Newest> {
        self.status.experiment.as_ref()?;
        let answered = self.newest_answer(asker);
        self.questions.ask_at(asker, self.status.run, Some(at), question, answered.as_deref(), self.commands);
        answered.map(|answered| self.questions.judge(asker, answered))
    }

    /// Keep the asker's standing question, if there is one, for another frame, and return the newest answer.
    pub fn hold(&mut self, asker: Asker) -> Option<Newest> {
        self.questions.hold(asker);
        self.newest_answer(asker).map(|answered| self.questions.judge(asker, answered))
    }

    /// The button that opens the list of runs to compare with.
    pub fn compare_button(&mut self, ui: &mut egui::Ui) {
        let mut asks = Vec::new();
        runs_button(ui, self.runs, !self.curves.is_empty(), &mut asks);
        self.requests.extend(asks.into_iter().map(Request::Chosen));
    }

    /// The newest answer about this run to an asker, which may be another pane.
    pub fn newest_answer(&self, asker: Asker) -> Option<Arc<Answered>> {
        (self.answer)(asker).filter(|answered| answered.run == self.status.run)
    }
}

/// The keys of a menu.
#[derive(Clone, Debug)]
pub struct KeyGroup {
    pub title: &'static str,
    /// Key, name, and what it does in a sentence.
    pub keys: Vec<(String, &'static str, &'static str)>,
}

/// A request of a pane to the app.
#[derive(Clone, Debug)]
pub enum Request {
    /// Open the export dialog for a grid of images.
    ExportGrid(ExportGrid),
    /// Save a table as CSV (header and rows) under a path that the user is asked for.
    ExportTable { suggested_name: String, csv: String },
    /// Save the codes of all images under a path that the user is asked for.
    ExportCodes,
    /// Save a rectangle of the screen as PNG under a path that the user is asked for.
    ExportScreenshot { suggested_name: String, rect: egui::Rect },
    /// A request of the list of runs to compare with.
    Chosen(ChosenAsks),
    /// A request of the queue's pane.
    Queue(QueueAsks),
    /// Move the sculptor to this point of latent space, and show it.
    Sculpt(Vec<f32>),
    /// Put this image under the microscope and show it.
    Inspect { split: Split, index: usize },
    /// Train what the form says, or go on with the run, as the button at the top of the window does.
    Train,
    /// Ask the user what to evaluate.
    Evaluate,
    /// Look at the form's data.
    LookAtData,
    /// Make this the form's likelihood.
    TakeLikelihood(Likelihood),
    /// Give up the look at data that is under way.
    StopLooking,
    /// Remove the decoded pictures that are kept for the next start.
    ClearDecoded,
    /// Something with the open studies.
    Study(StudyAsks),
    /// Something of the library.
    Library(LibraryRequest),
    /// A request of the tour, or of the pane that shows one step.
    Tour(TourAsks),
    /// Show a message as a toast and in the log.
    Toast { text: String, error: bool },
}

impl Request {
    /// Open the export dialog for a sheet.
    pub fn of_sheet(name: &str, sheet: Sheet) -> Self {
        let Sheet { images, columns, labels, charts: _ } = sheet;
        let (suggested_name, row_labels, column_labels) = (name.into(), labels.rows, labels.columns);
        Self::ExportGrid(ExportGrid { suggested_name, images, columns, row_labels, column_labels })
    }
}

/// A labelled grid of images, as a pane shows it.
#[derive(Clone, Debug)]
pub struct ExportGrid {
    pub suggested_name: String,
    pub images: Images,
    pub columns: usize,
    pub row_labels: Vec<String>,
    pub column_labels: Vec<String>,
}

/// A dockable pane. Its title, key, place and meaning are in its entry in the list of panes.
pub trait Pane {
    fn ui(&mut self, ui: &mut egui::Ui, context: &mut PaneContext<'_>);
}

/// The place of a pane in the first layout; panes of one place are tabs, in the order of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The centre, which is the widest place.
    Centre,
    BelowLeft,
    BelowRight,
    RightTop,
    RightMiddle,
    RightBottom,
    /// At the right top, hidden until the pane is asked for.
    Help,
    /// A column of its own at the right, hidden until the pane is asked for.
    Beside,
}
