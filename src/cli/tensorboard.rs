//! Event files for TensorBoard, written while a run trains.

use super::headless::Headless;
use super::output;
use crate::data::Split;
use crate::explore::{Answer, Question, Sampler};
use crate::export::{EventFile, ExportError, GridOptions, Sheet, grid};
use crate::worker::{Asker, Command, Failure, Status};
use std::path::Path;
use std::time::{Duration, Instant};

/// Time between two writes.
const FLUSH: Duration = Duration::from_secs(2);
/// Time between two sets of pictures.
const PICTURES: Duration = Duration::from_secs(30);

/// A picture that is asked for from time to time.
struct Topic {
    asker: Asker,
    question: Question,
    sheet: fn(&Answer) -> Option<Sheet>,
    /// The step at which it was asked for, until there is an answer.
    asked: Option<u64>,
}

/// An event file of a run in training.
pub struct TensorBoard {
    file: EventFile,
    /// The run's number, and how many of its reports are in the file.
    reports: (u64, usize),
    topics: Vec<Topic>,
    pictures_at: Instant,
    flushed_at: Instant,
    /// Whether a write has failed, which is told once.
    failed: bool,
}

impl TensorBoard {
    /// A new event file in a folder, for what the run reports from now on.
    pub fn begin(folder: &Path, headless: &Headless) -> Result<Self, Failure> {
        let file = EventFile::create(folder).map_err(Failure::run)?;
        let topic = |name, question, sheet| Topic { asker: Asker(name), question, sheet, asked: None };
        let samples = Question::PriorSamples { sampler: Sampler::Prior, count: 64, temperature: 1.0, seed: 0 };
        let reconstructions = Question::Reconstructions { split: Split::Test, count: 10, choice: 0 };
        Ok(Self {
            file,
            reports: headless.client.with_history(|history| (history.run, history.reports.len())),
            topics: vec![
                topic("samples", samples, |answer| Sheet::samples(answer, false, 8)),
                topic("reconstructions", reconstructions, |answer| Sheet::reconstructions(answer, 10)),
            ],
            pictures_at: Instant::now(),
            flushed_at: Instant::now(),
            failed: false,
        })
    }

    /// Write the reports that have come since the last call, and from time to time pictures. To be called often while
    /// the run trains.
    pub fn turn(&mut self, headless: &Headless, status: &Status) {
        self.take_reports(headless);
        if self.pictures_at.elapsed() > PICTURES {
            self.pictures_at = Instant::now();
            for topic in &mut self.topics {
                topic.asked = Some(status.step);
                headless.client.send(Command::Ask(topic.asker, topic.question.clone()));
            }
        }
        for topic in &mut self.topics {
            let Some(asked) = topic.asked else { continue };
            let Some(answered) = headless.client.answer(topic.asker).filter(|a| a.step >= asked) else { continue };
            topic.asked = None;
            headless.client.send(Command::Unask(topic.asker));
            let pushed = push(&mut self.file, topic, &answered.answer, answered.step);
            self.failed = told(pushed, self.failed);
        }
        if self.flushed_at.elapsed() > FLUSH {
            self.flushed_at = Instant::now();
            self.failed = told(self.file.flush(), self.failed);
        }
    }

    /// Write the last reports and pictures of a run that is over.
    pub fn finish(mut self, headless: &Headless) -> Result<(), Failure> {
        self.take_reports(headless);
        for topic in std::mem::take(&mut self.topics) {
            headless.client.send(Command::Unask(topic.asker));
            let answered = headless.ask(topic.question.clone())?;
            push(&mut self.file, &topic, &answered.answer, answered.step).map_err(Failure::run)?;
        }
        self.file.flush().map_err(Failure::run)
    }

    /// Write the last reports of a run that has failed, without pictures.
    pub fn abandon(mut self, headless: &Headless) {
        self.take_reports(headless);
        told(self.file.flush(), self.failed);
    }

    fn take_reports(&mut self, headless: &Headless) {
        let (run, seen) = self.reports;
        headless.client.with_history(|history| {
            // A run that went on from its last good state has fewer reports than it had.
            let from = if history.run == run { seen.min(history.reports.len()) } else { 0 };
            history.reports[from..].iter().for_each(|report| self.file.push_report(report));
            self.reports = (history.run, history.reports.len());
        });
    }
}

fn push(file: &mut EventFile, topic: &Topic, answer: &Answer, step: u64) -> Result<(), ExportError> {
    let Some(sheet) = (topic.sheet)(answer) else { return Ok(()) };
    let options = GridOptions { columns: sheet.columns, ..GridOptions::default() };
    file.push_picture(topic.asker.0, step, &grid(&sheet.images, &options, &sheet.labels)?)
}

/// Warn of the first failure alone, since a full disk must not stop the training; returns whether one has been told.
fn told(result: Result<(), ExportError>, before: bool) -> bool {
    match result {
        Err(error) if !before => {
            output::note(format_args!("warning: TensorBoard's events are not written: {error}"));
            true
        }
        _ => before,
    }
}
