//! The states of a study's points in Slurm, which is asked on a thread: its controller may be far away, and slow.

use crate::study::StudyFolder;
use crate::study::slurm::{Jobs, Queue, Slurm, is_in_queue};
use crossbeam_channel::{Receiver, TryRecvError, bounded};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Time between two questions to Slurm, whose administrators want them to be few.
const EVERY: Duration = Duration::from_secs(10);

/// Slurm's answer about a study's points.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InSlurm {
    /// Slurm's words for the states of points, by their number.
    pub queue: Queue,
    /// Why Slurm could not be asked, where it could not.
    pub error: Option<String>,
}

impl InSlurm {
    /// Whether Slurm still has something to do with any point.
    pub fn is_at_work(&self) -> bool {
        self.queue.values().any(|state| is_in_queue(state))
    }

    /// `12 pending, 2 running`: the points in the queue by their states.
    pub fn told(&self) -> String {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for state in self.queue.values().filter(|state| is_in_queue(state)) {
            *counts.entry(word(state)).or_default() += 1;
        }
        counts.iter().map(|(state, count)| format!("{count} {state}")).collect::<Vec<_>>().join(", ")
    }
}

/// Slurm's word for a state without its reason, in small letters: `pending`.
pub fn word(state: &str) -> String {
    state.split(' ').next().unwrap_or_default().to_lowercase()
}

/// The newest answer of Slurm about a study, and the question that is under way.
pub struct AskedQueue {
    slurm: Slurm,
    folder: StudyFolder,
    asked: Option<Instant>,
    answer: Option<Receiver<InSlurm>>,
    known: InSlurm,
}

impl AskedQueue {
    /// Nothing has been asked about the folder yet.
    pub fn new(slurm: Slurm, folder: StudyFolder) -> Self {
        Self { slurm, folder, asked: None, answer: None, known: InSlurm::default() }
    }

    /// The newest answer.
    pub fn known(&self) -> &InSlurm {
        &self.known
    }

    /// Ask without waiting for the time to come, as after jobs were cancelled.
    pub fn hurry(&mut self) {
        self.asked = None;
    }

    /// Take in an answer, and ask again when it is time, if the study was ever given to Slurm. Whether anything is new.
    pub fn renew(&mut self) -> bool {
        let mut is_new = false;
        match self.answer.as_ref().map(Receiver::try_recv) {
            Some(Ok(found)) => {
                is_new = found != self.known;
                self.known = found;
                self.answer = None;
            }
            Some(Err(TryRecvError::Empty)) => return false,
            Some(Err(TryRecvError::Disconnected)) | None => self.answer = None,
        }
        if self.asked.is_none_or(|asked| asked.elapsed() >= EVERY) {
            self.asked = Some(Instant::now());
            self.ask();
        }
        is_new
    }

    fn ask(&mut self) {
        let jobs = Jobs::read(&self.folder);
        if jobs.0.is_empty() {
            return;
        }
        let (sender, answer) = bounded(1);
        let slurm = self.slurm.clone();
        let work = move || {
            let found = match jobs.queue(&slurm) {
                Ok(queue) => InSlurm { queue, error: None },
                Err(error) => InSlurm { queue: Queue::new(), error: Some(error.to_string()) },
            };
            // Nobody follows the study any more.
            let _ = sender.send(found);
        };
        if std::thread::Builder::new().name("elbow-study-queue".into()).spawn(work).is_ok() {
            self.answer = Some(answer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_in_the_queue_are_counted_by_their_states() {
        let states = ["PENDING (Priority)", "RUNNING", "COMPLETED", "PENDING (Resources)"];
        let queue = states.into_iter().map(String::from).enumerate().collect();
        let known = InSlurm { queue, error: None };
        assert_eq!(known.told(), "2 pending, 1 running");
        assert!(known.is_at_work() && !InSlurm::default().is_at_work());
    }

    #[test]
    fn a_machine_without_slurm_says_so_and_a_study_that_slurm_never_had_is_not_asked_about() {
        let folder = tempfile::tempdir().unwrap();
        let nowhere = Slurm::at(folder.path().join("none"));
        let study = StudyFolder::at(folder.path());
        let mut asked = AskedQueue::new(nowhere, study);
        assert!(!asked.renew() && asked.answer.is_none());
        std::fs::create_dir(folder.path().join("slurm")).unwrap();
        let jobs = r#"[{"job": "12", "first": 0, "script": "batch-0.sh"}]"#;
        std::fs::write(folder.path().join("slurm/jobs.json"), jobs).unwrap();
        asked.hurry();
        let since = Instant::now();
        while !asked.renew() {
            assert!(since.elapsed() < Duration::from_secs(60));
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(asked.known().error.as_ref().is_some_and(|error| error.contains("squeue cannot be run")));
    }
}
