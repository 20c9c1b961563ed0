//! The caller's side of the worker: send commands and read the newest state, without ever waiting for training.

use super::protocol::{Answered, Asker, Command, Event, History, Level, RunState, Status};
#[cfg(test)]
use crate::train::Report;
use crossbeam_channel::Sender;
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

/// A function that the worker calls when there is something new to read; it must return at once.
pub type Notify = Arc<dyn Fn() + Send + Sync>;

/// Largest number of events that are kept while nobody reads them; older ones are dropped.
const EVENTS_MAX: usize = 512;

/// The state shared between worker and client: slots in which the newest value replaces the last, and bounded queues,
/// so that a hidden window neither blocks training nor makes memory grow.
#[derive(Default)]
pub(super) struct Shared {
    status: Mutex<Status>,
    history: Mutex<History>,
    answers: Mutex<BTreeMap<Asker, Arc<Answered>>>,
    events: Mutex<VecDeque<Event>>,
    /// Number of commands that are sent but not yet received and that end the reading of data.
    calls_off: AtomicUsize,
}

/// Lock a mutex, even after a panic of another thread, which must not take the window down: values under these locks
/// are never left half-changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl Shared {
    pub(super) fn set_status(&self, status: Status) {
        *lock(&self.status) = status;
    }

    pub(super) fn with_history<R>(&self, change: impl FnOnce(&mut History) -> R) -> R {
        change(&mut lock(&self.history))
    }

    pub(super) fn set_answer(&self, asker: Asker, answered: Answered) {
        lock(&self.answers).insert(asker, Arc::new(answered));
    }

    pub(super) fn clear_answers(&self) {
        lock(&self.answers).clear();
    }

    /// Note that the worker has received a command.
    pub(super) fn received(&self, command: &Command) {
        if command.ends_reading() {
            self.calls_off.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Whether a command is waiting that ends the reading of data.
    pub(super) fn called_off(&self) -> bool {
        self.calls_off.load(Ordering::Relaxed) > 0
    }

    /// Queue an event. If the queue is full, the oldest informational line is dropped, so that errors survive.
    pub(super) fn push_event(&self, event: Event) {
        let mut events = lock(&self.events);
        if events.len() >= EVENTS_MAX {
            let informational = |e: &Event| matches!(e, Event::Log { level: Level::Info, .. });
            let oldest = events.iter().position(informational).unwrap_or(0);
            events.remove(oldest);
        }
        events.push_back(event);
    }
}

/// A handle on the worker's thread. Dropping it ends the thread.
pub struct Client {
    pub(super) commands: Sender<Command>,
    pub(super) shared: Arc<Shared>,
    pub(super) thread: Option<std::thread::JoinHandle<()>>,
    /// Commands sent.
    pub(super) sent: AtomicU64,
}

impl Client {
    /// Send a command. It is ignored if the worker's thread has ended.
    pub fn send(&self, command: Command) {
        if command.ends_reading() {
            self.shared.calls_off.fetch_add(1, Ordering::Relaxed);
        }
        self.sent.fetch_add(1, Ordering::Relaxed);
        // The only failure is a worker that is gone, which `Event::Ended` has already said.
        let _ = self.commands.send(command);
    }

    /// The newest status.
    pub fn status(&self) -> Status {
        lock(&self.shared.status).clone()
    }

    /// Whether `status` was published after every command that has been sent.
    pub fn is_settled(&self, status: &Status) -> bool {
        let preparing = matches!(status.state, RunState::Preparing(_));
        !preparing && status.commands == self.sent.load(Ordering::Relaxed)
    }

    /// Read the reports so far. `read` must be quick, since the worker waits for it before it appends.
    pub fn with_history<R>(&self, read: impl FnOnce(&History) -> R) -> R {
        read(&lock(&self.shared.history))
    }

    /// Add reports to the history as if the worker had made them.
    #[cfg(test)]
    pub fn remember(&self, reports: Vec<Report>) {
        self.shared.with_history(|history| history.reports.extend(reports));
    }

    /// The newest answer to an asker, to any of its questions.
    pub fn answer(&self, asker: Asker) -> Option<Arc<Answered>> {
        lock(&self.shared.answers).get(&asker).cloned()
    }

    /// The newest answer to an asker, which is not kept any longer.
    pub fn take_answer(&self, asker: Asker) -> Option<Arc<Answered>> {
        lock(&self.shared.answers).remove(&asker)
    }

    /// All events since the last call, the oldest first.
    pub fn drain_events(&self) -> Vec<Event> {
        lock(&self.shared.events).drain(..).collect()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.send(Command::Shutdown);
        if let Some(thread) = self.thread.take() {
            // A panic in the worker has been reported as an event; nothing more to say here.
            let _ = thread.join();
        }
    }
}
