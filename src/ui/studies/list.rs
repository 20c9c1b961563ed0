//! The studies whose folders are open in the window: each is followed, and may be run from here.

use super::follow::{Follow, Seen};
use super::runner::{News, Runner, Work};
use crate::experiment::Experiment;
use crate::experiment::study::Study;
use crate::study::StudyFolder;
use crate::study::slurm::{self, Slurm};
use crossbeam_channel::{Receiver, TryRecvError, bounded};
use eframe::egui::Context;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A request of the pane of studies to the window.
#[derive(Clone, Debug)]
pub enum StudyAsks {
    /// Ask the user for a study's folder or file.
    Open,
    /// Put a bundled study into the form.
    Bundled(&'static str),
    /// Show another of the open studies.
    Choose(usize),
    /// Close the study that is shown; its folder stays.
    Close,
    /// Run its points, or go on; those that failed too, if they are to be tried again.
    Run {
        /// Try points again that failed.
        retry: bool,
    },
    /// Stop its points; they save.
    Pause,
    /// Cancel its jobs in Slurm.
    Cancel,
    /// Try the point of this number again.
    Again(usize),
    /// Open the run of a point, or another folder of a run.
    OpenRun(PathBuf),
    /// Put an experiment into the form.
    Use(Box<Experiment>),
    /// Say what could not be done.
    Wrong(String),
}

/// A study that is to be run, and where.
#[derive(Clone, Debug)]
pub struct Start {
    /// The study.
    pub study: Study,
    /// The study's folder: one to be made, or one to go on with.
    pub folder: PathBuf,
    /// Points at a time; `None`: as many as the machine allows.
    pub jobs: Option<usize>,
}

/// Something that the user should hear of a study.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// The study goes as it should.
    Well(String),
    /// Something went wrong.
    Wrong(String),
    /// The study is over.
    Done(String),
}

/// A study whose folder is open.
pub struct OpenStudy {
    folder: StudyFolder,
    follow: Option<Follow>,
    runner: Option<Runner>,
    seen: Option<Arc<Seen>>,
    error: Option<String>,
    jobs: Option<usize>,
    /// The outcome of cancelling its jobs in Slurm, while it is waited for: the jobs' numbers, or an error.
    cancelled: Option<Receiver<Result<Vec<String>, String>>>,
}

impl OpenStudy {
    fn new(folder: PathBuf) -> Self {
        let folder = StudyFolder::at(folder);
        Self { folder, follow: None, runner: None, seen: None, error: None, jobs: None, cancelled: None }
    }

    /// The study's folder.
    pub fn folder(&self) -> &StudyFolder {
        &self.folder
    }

    /// The folder as it was last looked at.
    pub fn seen(&self) -> Option<&Arc<Seen>> {
        self.seen.as_ref()
    }

    /// The reason why the folder cannot be read.
    pub fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// Whether it is run from this window.
    pub fn is_run_here(&self) -> bool {
        self.runner.is_some()
    }

    /// Whether its points were told to stop, and still save.
    pub fn is_stopping(&self) -> bool {
        self.runner.as_ref().is_some_and(Runner::is_stopping)
    }

    /// Whether Slurm has been told to cancel its jobs, and has not answered yet.
    pub fn is_cancelling(&self) -> bool {
        self.cancelled.is_some()
    }

    /// The name to show: the study's own, or else by its folder's.
    pub fn name(&self) -> String {
        let own = self.seen.as_ref().map(|seen| seen.study.name.clone()).filter(|name| !name.is_empty());
        let folder = || self.folder.path().file_name().map_or_else(String::new, |name| name.display().to_string());
        own.unwrap_or_else(folder)
    }
}

/// The open studies, and the one that is shown.
#[derive(Default)]
pub struct Studies {
    list: Vec<OpenStudy>,
    shown: usize,
    /// The program whose processes the points are; `None`: the one that runs.
    program: Option<PathBuf>,
    slurm: Slurm,
}

impl Studies {
    /// No studies yet. Points are run by `program` (`None`: by this program's own file) and by these commands of Slurm.
    pub fn run_by(program: Option<PathBuf>, slurm: Slurm) -> Self {
        Self { program, slurm, ..Self::default() }
    }

    /// The open studies, in the order in which they were opened.
    pub fn list(&self) -> &[OpenStudy] {
        &self.list
    }

    /// The place of the one that is shown.
    pub fn shown(&self) -> usize {
        self.shown
    }

    /// The one that is shown.
    pub fn current(&self) -> Option<&OpenStudy> {
        self.list.get(self.shown)
    }

    /// The folders, for the next window.
    pub fn folders(&self) -> Vec<PathBuf> {
        self.list.iter().map(|open| open.folder.path().to_owned()).collect()
    }

    /// Show another one.
    pub fn show(&mut self, place: usize) {
        self.shown = place.min(self.list.len().saturating_sub(1));
    }

    /// Follow a study's folder and show it.
    pub fn open(&mut self, ctx: &Context, folder: &Path) {
        let place = self.place(folder);
        let open = &mut self.list[place];
        if open.follow.is_none() {
            open.follow = Follow::start(ctx, open.folder.clone(), self.slurm.clone());
        }
        self.shown = place;
    }

    /// Follow it no longer; points that are run from here stop and save.
    pub fn close(&mut self) {
        if self.shown < self.list.len() {
            self.list.remove(self.shown);
        }
        self.show(self.shown.saturating_sub(1));
    }

    /// Run a study and show it.
    ///
    /// # Errors
    /// The study is run from here already; the system has no thread for it.
    pub fn run(&mut self, ctx: &Context, start: Start) -> Result<(), String> {
        let place = self.place(&start.folder);
        self.shown = place;
        self.list[place].jobs = start.jobs;
        self.begin(ctx, Some(start.study), false)
    }

    /// Go on with the study that is shown.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn go_on(&mut self, ctx: &Context, retry: bool) -> Result<(), String> {
        self.begin(ctx, None, retry)
    }

    fn begin(&mut self, ctx: &Context, study: Option<Study>, retry: bool) -> Result<(), String> {
        let Some(open) = self.list.get_mut(self.shown) else { return Ok(()) };
        if open.runner.is_some() {
            return Err(format!("{} is run already; pause it first.", open.name()));
        }
        let program = match &self.program {
            Some(program) => program.clone(),
            None => std::env::current_exe().map_err(|error| format!("this program cannot find itself: {error}"))?,
        };
        let work = Work { folder: open.folder.clone(), study, program, jobs: open.jobs, retry };
        open.runner = Runner::start(ctx, work);
        match open.runner {
            Some(_) => Ok(()),
            None => Err("the system has no thread for the study; close other programs and try again".into()),
        }
    }

    /// Stop the points of the study that is shown; they save.
    pub fn pause(&mut self) {
        if let Some(runner) = self.list.get_mut(self.shown).and_then(|open| open.runner.as_mut()) {
            runner.stop();
        }
    }

    /// Cancel the jobs in Slurm of the study that is shown; its points save.
    ///
    /// # Errors
    /// The system has no thread for it.
    pub fn cancel(&mut self, ctx: &Context) -> Result<(), String> {
        let Some(open) = self.list.get_mut(self.shown).filter(|open| open.cancelled.is_none()) else { return Ok(()) };
        let (sender, cancelled) = bounded(1);
        let (ctx, slurm, folder) = (ctx.clone(), self.slurm.clone(), open.folder.clone());
        let work = move || {
            // A window that has closed meanwhile no longer cares.
            let _ = sender.send(slurm::cancel(&slurm, &folder).map_err(|error| error.to_string()));
            ctx.request_repaint();
        };
        let thread = std::thread::Builder::new().name("elbow-study-cancel".into()).spawn(work);
        thread.map_err(|error| format!("the system has no thread to cancel the jobs ({error})"))?;
        open.cancelled = Some(cancelled);
        Ok(())
    }

    /// Try a point of the study that is shown again.
    ///
    /// # Errors
    /// As [`run`](Self::run); what the disk says.
    pub fn again(&mut self, ctx: &Context, number: usize) -> Result<(), String> {
        let Some(open) = self.list.get(self.shown) else { return Ok(()) };
        let record = open.seen.as_ref().and_then(|seen| seen.records.iter().find(|record| record.number == number));
        let Some(record) = record else { return Ok(()) };
        if let Some(runner) = &open.runner {
            runner.again(record);
            return Ok(());
        }
        open.folder.point(record).forget_failure().map_err(|error| format!("{}: {error}", record.name))?;
        self.go_on(ctx, false)
    }

    /// Take in what the threads have found.
    pub fn poll(&mut self, ctx: &Context) -> Vec<Told> {
        let mut told = Vec::new();
        for open in &mut self.list {
            let news = open.runner.as_ref().map(Runner::poll).unwrap_or_default();
            for news in news {
                open.take(ctx, &self.slurm, news, &mut told);
            }
            told.extend(open.take_cancelled());
            match open.follow.as_ref().and_then(Follow::poll) {
                Some(Ok(seen)) => {
                    open.seen = Some(seen);
                    open.error = None;
                }
                Some(Err(error)) => open.error = Some(error),
                None => {}
            }
        }
        told
    }

    /// The place of a folder's study in the list, where it is put if it is new.
    fn place(&mut self, folder: &Path) -> usize {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        match self.list.iter().position(|open| open.folder.path() == folder) {
            Some(place) => place,
            None => {
                self.list.push(OpenStudy::new(folder));
                self.list.len() - 1
            }
        }
    }
}

impl OpenStudy {
    /// A message on the outcome of cancelling its jobs, once it is known; `None` before.
    fn take_cancelled(&mut self) -> Option<Told> {
        let answer = match self.cancelled.as_ref()?.try_recv() {
            Err(TryRecvError::Empty) => return None,
            Err(TryRecvError::Disconnected) => Err("its jobs could not be cancelled".into()),
            Ok(answer) => answer,
        };
        self.cancelled = None;
        if let Some(follow) = &self.follow {
            follow.look_at_queue();
        }
        let name = self.name();
        Some(match answer {
            Ok(jobs) => Told::Well(format!(
                "{name}: cancelled {} in Slurm; what had begun is saved, and goes on when it is run again.",
                jobs.join(", ")
            )),
            Err(why) => Told::Wrong(format!("{name}: {why}")),
        })
    }

    fn take(&mut self, ctx: &Context, slurm: &Slurm, news: News, told: &mut Vec<Told>) {
        let name = self.name();
        match news {
            News::Begun(points, jobs) => {
                if self.follow.is_none() {
                    self.follow = Follow::start(ctx, self.folder.clone(), slurm.clone());
                }
                told.push(Told::Well(format!("{name}: {points} points to run, {jobs} at a time.")));
            }
            News::Changed => {}
            News::Failed(point, why) => told.push(Told::Wrong(format!("{name}: {point} failed: {why}"))),
            News::Over { left, failed } => {
                self.runner = None;
                told.push(match (left, failed) {
                    (0, 0) => Told::Done(format!("{name} is done.")),
                    (0, failed) => Told::Done(format!("{name} is over; {failed} points failed.")),
                    (left, _) => Told::Well(format!("{name} was stopped and saved; {left} points are left.")),
                });
            }
            News::Broken(why) => {
                self.runner = None;
                // A folder that never became a study has nothing to show but this.
                self.error = self.seen.is_none().then(|| why.clone());
                told.push(Told::Wrong(format!("{name}: {why}")));
            }
        }
        if let Some(follow) = &self.follow {
            follow.look();
        }
    }
}
