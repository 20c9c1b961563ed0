//! The engine of this machine: each point runs in a child process of this program, a given number at a time. A child
//! that fails or dies leaves the others alone.

use super::STOPPED;
use super::folder::StudyFolder;
use super::outcome::PointFailure;
use super::plan::Planned;
use super::point_folder::PointFolder;
use super::record::Record;
use super::status::{PointState, PointStatus};
use crate::experiment::DeviceChoice;
use crate::experiment::study::Study;
use crate::files::{self, WriteError};
use crate::train::TrainingDevice;
use std::collections::VecDeque;
use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};

/// Attempts at a point in one session. A point is given up when this many of its processes have been killed or have
/// found another process at work.
const LIVES: u32 = 3;

/// Runs the points of a study that are not done. The caller holds the study's lock.
pub struct Local {
    folder: PathBuf,
    program: PathBuf,
    jobs: usize,
    waiting: VecDeque<Job>,
    running: Vec<(Job, Process)>,
    stopping: bool,
}

/// A point that is to be run.
#[derive(Clone, Debug)]
struct Job {
    record: Record,
    folder: PointFolder,
    lives: u32,
}

/// A child with the pipe to its standard input. The child stops when the pipe is closed, be it by this process or by
/// its end.
struct Process {
    child: Child,
    hold: Option<ChildStdin>,
}

/// An event in the life of a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happened {
    /// The point's process was started.
    Started(Record),
    /// The point is done.
    Done(Record),
    /// The point failed, for the reason given.
    Failed(Record, String),
    /// The point's process was killed or found another at work, as the text says. The point is tried again after the
    /// others.
    Again(Record, String),
    /// The point was told to stop, and has saved.
    Stopped(Record),
}

impl Local {
    /// An engine for the points of a study that are not done; points that have begun come first. Points that failed are
    /// left alone unless `retry` is set.
    ///
    /// `program` is this program, `jobs` the number of children at a time.
    pub fn new(
        folder: &StudyFolder,
        study: &Study,
        records: &[Record],
        program: PathBuf,
        jobs: usize,
        retry: bool,
    ) -> Self {
        let (mut begun, mut waiting) = (VecDeque::new(), VecDeque::new());
        for record in records.iter().filter(|record| !record.withdrawn) {
            let job = Job { record: record.clone(), folder: folder.point(record), lives: LIVES };
            match PointStatus::read(&job.folder, study.evaluate.as_ref()).state {
                PointState::Done => {}
                PointState::Failed(_) if !retry => {}
                PointState::Waiting => waiting.push_back(job),
                _ => begun.push_back(job),
            }
        }
        begun.append(&mut waiting);
        let folder = folder.path().to_owned();
        Self { folder, program, jobs: jobs.max(1), waiting: begun, running: Vec::new(), stopping: false }
    }

    /// Try again a point that failed, after the others.
    ///
    /// # Errors
    /// The point's failure cannot be removed.
    pub fn again(&mut self, folder: &StudyFolder, record: &Record) -> io::Result<()> {
        let job = Job { record: record.clone(), folder: folder.point(record), lives: LIVES };
        job.folder.forget_failure()?;
        let is_known = |known: &Job| known.record.number == record.number;
        if !self.waiting.iter().chain(self.running.iter().map(|(job, _)| job)).any(is_known) {
            self.waiting.push_back(job);
        }
        Ok(())
    }

    /// Number of points that are neither done nor given up, those at work included.
    pub fn left(&self) -> usize {
        self.waiting.len() + self.running.len()
    }

    /// Whether there is nothing more to do: no child, and none to start.
    pub fn is_over(&self) -> bool {
        self.running.is_empty() && (self.stopping || self.waiting.is_empty())
    }

    /// The points at work.
    pub fn running(&self) -> impl Iterator<Item = &Record> {
        self.running.iter().map(|(job, _)| &job.record)
    }

    /// Tell all children to stop and save, and start no more.
    pub fn stop(&mut self) {
        self.stopping = true;
        for (_, process) in &mut self.running {
            process.hold = None;
        }
    }

    /// Look at the children, and start new ones where there is room. Returns at once.
    ///
    /// # Errors
    /// A child that cannot be started, a failure that cannot be written down.
    pub fn turn(&mut self) -> Result<Vec<Happened>, WriteError> {
        let mut happened = Vec::new();
        let mut at = 0;
        while at < self.running.len() {
            let ended = self.running[at].1.child.try_wait();
            match ended.map_err(|source| WriteError { path: self.program.clone(), source })? {
                Some(status) => {
                    let (job, _) = self.running.swap_remove(at);
                    happened.push(self.ended(job, status)?);
                }
                None => at += 1,
            }
        }
        while !self.stopping && self.running.len() < self.jobs {
            let Some(job) = self.waiting.pop_front() else { break };
            let process = self.start(&job)?;
            happened.push(Happened::Started(job.record.clone()));
            self.running.push((job, process));
        }
        Ok(happened)
    }

    fn start(&self, job: &Job) -> Result<Process, WriteError> {
        files::create_folder(job.folder.path())?;
        let log_file = job.folder.log_file();
        let log = |path: &Path| OpenOptions::new().create(true).append(true).open(path);
        let spawn = || -> io::Result<Process> {
            let log = log(&log_file)?;
            let mut command = Command::new(&self.program);
            command.arg("study").arg(&self.folder).args(["--task", &job.record.number.to_string(), "--held"]);
            command.stdin(Stdio::piped()).stdout(log.try_clone()?).stderr(log);
            let mut child = command.spawn()?;
            let hold = child.stdin.take();
            Ok(Process { child, hold })
        };
        spawn().map_err(|source| WriteError { path: log_file.clone(), source })
    }

    fn ended(&mut self, mut job: Job, status: ExitStatus) -> Result<Happened, WriteError> {
        let record = job.record.clone();
        match (status.code(), job.folder.failure()) {
            (Some(0), _) => return Ok(Happened::Done(record)),
            (Some(STOPPED) | None, _) if self.stopping => {
                // It is left for the next time.
                self.waiting.push_front(job);
                return Ok(Happened::Stopped(record));
            }
            (Some(1 | 2), Some(PointFailure { message })) => return Ok(Happened::Failed(record, message)),
            (Some(STOPPED) | None, _) => {}
            (Some(code), _) => {
                let message =
                    format!("its process ended with exit status {code}; see {}", job.folder.log_file().display());
                return failed(&job, message);
            }
        }
        let what = match status.code() {
            Some(_) => "another process is at work on it".to_string(),
            None => format!("its process was killed ({status})"),
        };
        job.lives -= 1;
        if job.lives == 0 {
            let message = format!(
                "{what}, {LIVES} times; if it is short of memory, a smaller batch or fewer jobs help (see {})",
                job.folder.log_file().display()
            );
            return failed(&job, message);
        }
        self.waiting.push_back(job);
        Ok(Happened::Again(record, what))
    }
}

/// Number of points at a time: as many as the cores allow; one on a GPU, since several would only share its time.
pub fn jobs(planned: &Planned) -> usize {
    let device = planned.study.base_experiment().map_or(DeviceChoice::Cpu, |base| base.device);
    let on_gpu =
        device != DeviceChoice::Cpu && TrainingDevice::open(device).is_ok_and(|device| device.launches_kernels());
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    if on_gpu { 1 } else { (cores / planned.threads).max(1) }
}

/// Record the failure of a point whose process could not record it.
fn failed(job: &Job, message: String) -> Result<Happened, WriteError> {
    job.folder.set_failure(message.clone())?;
    Ok(Happened::Failed(job.record.clone(), message))
}

impl Drop for Local {
    /// Children must not outlive the lock that was taken for them.
    fn drop(&mut self) {
        self.stop();
        for (_, process) in &mut self.running {
            let _ = process.child.wait();
        }
    }
}
