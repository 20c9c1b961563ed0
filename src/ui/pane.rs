//! What a docked pane is given, and what it may ask for. Panes read host data and push requests; the app sends them.

use super::curves::Curves;
use super::questions::{Newest, PaneQuestions};
use super::runs::Runs;
use super::theme::Theme;
use crate::data::{Images, Split};
use crate::explore::Question;
use crate::worker::{Answered, Asker, Command, Status};
use eframe::egui;
use std::sync::Arc;

/// Everything a pane sees in a frame.
pub struct PaneContext<'a> {
    pub theme: &'a Theme,
    pub status: &'a Status,
    /// The run's reports, ready to plot.
    pub curves: &'a Curves,
    /// Runs to compare with.
    pub runs: &'a Runs,
    /// The newest answer to an asker, of whichever run.
    pub answer: &'a dyn Fn(Asker) -> Option<Arc<Answered>>,
    /// The questions that stand with the worker.
    pub questions: &'a mut PaneQuestions,
    /// Sent to the worker after the frame.
    pub commands: &'a mut Vec<Command>,
    /// Done by the app after the frame.
    pub requests: &'a mut Vec<Request>,
}

impl PaneContext<'_> {
    /// Ask in this frame, and look at the newest answer. Without a model nothing is asked.
    pub fn ask(&mut self, asker: Asker, question: Question) -> Option<Newest> {
        self.status.experiment.as_ref()?;
        let answered = self.newest_answer(asker);
        self.questions.ask(asker, self.status.run, question, answered.as_deref(), self.commands);
        answered.map(|answered| self.questions.judge(asker, answered))
    }

    /// Let the question that stands, if any, stand for another frame, and look at the newest answer.
    pub fn hold(&mut self, asker: Asker) -> Option<Newest> {
        self.questions.hold(asker);
        self.newest_answer(asker).map(|answered| self.questions.judge(asker, answered))
    }

    /// The newest answer of this run to an asker, which may be another pane.
    pub fn newest_answer(&self, asker: Asker) -> Option<Arc<Answered>> {
        (self.answer)(asker).filter(|answered| answered.run == self.status.run)
    }
}

/// What a pane asks of the app.
#[derive(Clone, Debug)]
pub enum Request {
    /// Open the export dialog for a grid of images.
    ExportGrid(ExportGrid),
    /// Save a table as CSV (header, rows), asking for the path.
    ExportTable {
        suggested_name: String,
        csv: String,
    },
    /// Save the pane's rectangle on the screen as PNG, asking for the path.
    ExportScreenshot {
        suggested_name: String,
        rect: egui::Rect,
    },
    /// Ask for a run folder to compare with.
    CompareRun,
    /// Keep this run's curves to compare with.
    KeepRun,
    /// Show or hide a compared run.
    ShowRun(usize, bool),
    ForgetRun(usize),
    /// Take the sculptor to this point of latent space and show it.
    Sculpt(Vec<f32>),
    /// Put this image under the microscope and show it.
    Inspect {
        split: Split,
        index: usize,
    },
    /// Ask what to evaluate.
    Evaluate,
    /// Say something in a toast and the log.
    Toast {
        text: String,
        error: bool,
    },
}

/// A labelled grid of images, as the gallery shows it.
#[derive(Clone, Debug)]
pub struct ExportGrid {
    pub suggested_name: String,
    pub images: Images,
    pub columns: usize,
    pub row_labels: Vec<String>,
    pub column_labels: Vec<String>,
}

/// One dockable pane; what else there is to say of it is its entry in the list of panes.
pub trait Pane {
    fn ui(&mut self, ui: &mut egui::Ui, context: &mut PaneContext<'_>);
}

/// Where a pane lies in the layout that a new user meets; those of one place are tabs, in the order of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The widest.
    Centre,
    BelowLeft,
    BelowRight,
    RightTop,
    RightMiddle,
    RightBottom,
}
