//! The queue of experiments: those that wait, the one that trains, and the fate of those before.

use super::differences::field_words;
use super::setting::Setting;
use crate::experiment::Experiment;
use serde::{Deserialize, Serialize};

/// Largest number of entries kept that are over; the oldest is forgotten first.
const OVER_MAX: usize = 50;

/// The experiments that are trained one after another, in the order in which they are: those that are over, the one
/// that trains, those that wait.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Queue {
    entries: Vec<Entry>,
    /// Nothing starts by itself for now.
    held: bool,
    /// Number of entries so far.
    count: u64,
}

/// An experiment of the queue.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// The entry's number, unlike that of any other.
    pub id: u64,
    pub experiment: Experiment,
    pub state: EntryState,
    /// The fields in which it differs from the other entries, with their values.
    #[serde(skip)]
    pub differs: Vec<String>,
}

/// Where an experiment of the queue stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum EntryState {
    Waiting,
    Running,
    /// Trained to its end: why it ended, after how many steps.
    Finished {
        why: String,
        steps: u64,
    },
    /// The run failed, for this reason.
    Failed(String),
    /// The run was stopped before its end, for this reason.
    Ended(String),
}

/// A request to change the queue.
#[derive(Clone, Debug, PartialEq)]
pub enum QueueAsks {
    /// Put the form's experiment behind all others.
    Add,
    /// Let the entry of this number change places with the one before it.
    Earlier(u64),
    /// Let the entry change places with the one behind it.
    Later(u64),
    /// Take an entry out that waits, or end the one that trains.
    Cancel(u64),
    /// Put an entry that is over behind all others again.
    Again(u64),
    /// Put an entry's experiment in the form.
    Open(u64),
    /// Let nothing start by itself, or let the queue go on.
    Hold(bool),
    /// Forget the entries that are over.
    ForgetOver,
}

impl Queue {
    /// All entries: those that are over, the one that trains, those that wait.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of a number.
    pub fn entry(&self, id: u64) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    /// The entry that trains.
    pub fn running(&self) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.state == EntryState::Running)
    }

    /// Number of entries that wait.
    pub fn waiting(&self) -> usize {
        self.entries.iter().filter(|entry| entry.state == EntryState::Waiting).count()
    }

    /// Whether nothing starts by itself for now.
    pub fn is_held(&self) -> bool {
        self.held
    }

    /// Put an experiment behind all others.
    pub fn add(&mut self, experiment: Experiment) {
        let entry = self.new_entry(experiment, EntryState::Waiting);
        self.entries.push(entry);
        self.changed();
    }

    /// An experiment has been started before all that wait; it took the place of the one that trained, if one did.
    pub fn begun(&mut self, experiment: Experiment) {
        self.superseded("Another run took its place.");
        let entry = self.new_entry(experiment, EntryState::Running);
        let first = self.entries.iter().position(|entry| entry.state == EntryState::Waiting);
        self.entries.insert(first.unwrap_or(self.entries.len()), entry);
        self.changed();
    }

    /// Take the first entry that waits, which is to be started now. `None` if none waits, the queue is held, or another
    /// entry trains.
    pub fn start_next(&mut self) -> Option<Experiment> {
        if self.held || self.running().is_some() {
            return None;
        }
        let next = self.entries.iter_mut().find(|entry| entry.state == EntryState::Waiting)?;
        next.state = EntryState::Running;
        Some(next.experiment.clone())
    }

    /// The entry that trains, if one does, has come to this.
    pub fn ended(&mut self, state: EntryState) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.state == EntryState::Running) {
            entry.state = state;
            self.changed();
        }
    }

    /// The user has stopped the run that trains: what waits goes on waiting until it is told to go on. Returns whether
    /// it was an entry of the queue and others wait.
    pub fn stopped(&mut self, step: u64) -> bool {
        let was = self.running().is_some();
        self.ended(EntryState::Ended(format!("Stopped at step {step}.")));
        let waits = was && self.waiting() > 0;
        self.held |= waits;
        waits
    }

    /// Something else took the place of the entry that trains.
    pub fn superseded(&mut self, why: &str) {
        self.ended(EntryState::Ended(why.into()));
    }

    /// As the next window begins with it: nothing trains yet, and nothing starts by itself.
    pub fn restored(mut self) -> Self {
        self.superseded("The window was closed while it trained.");
        self.held |= self.waiting() > 0;
        self.changed();
        self
    }

    /// Hold the queue, or let it go on.
    pub fn hold(&mut self, held: bool) {
        self.held = held;
    }

    /// Let two entries that wait change places: the one of this number and the one before or behind it.
    pub fn swap(&mut self, id: u64, later: bool) {
        let waits = |entry: &Entry| entry.state == EntryState::Waiting;
        let Some(place) = self.entries.iter().position(|entry| entry.id == id && waits(entry)) else { return };
        let other = if later { Some(place + 1) } else { place.checked_sub(1) };
        if let Some(other) = other.filter(|&other| self.entries.get(other).is_some_and(waits)) {
            self.entries.swap(place, other);
        }
    }

    /// Take an entry out that waits; the one that trains is marked as cancelled. Returns whether it was that.
    pub fn cancel(&mut self, id: u64) -> bool {
        let running = self.running().is_some_and(|entry| entry.id == id);
        if running {
            self.superseded("Cancelled.");
        } else {
            self.entries.retain(|entry| entry.id != id);
        }
        self.changed();
        running
    }

    /// Put an entry that is over behind all others again.
    pub fn again(&mut self, id: u64) {
        if let Some(place) = self.entries.iter().position(|entry| entry.id == id && entry.is_over()) {
            let entry = self.entries.remove(place);
            self.add(entry.experiment);
        }
    }

    /// Forget the entries that are over.
    pub fn forget_over(&mut self) {
        self.entries.retain(|entry| !entry.is_over());
        self.changed();
    }

    fn new_entry(&mut self, experiment: Experiment, state: EntryState) -> Entry {
        self.count += 1;
        Entry { id: self.count, experiment, state, differs: Vec::new() }
    }

    /// Forget the oldest of too many entries that are over, and find anew the fields in which the entries differ.
    fn changed(&mut self) {
        let surplus = self.entries.iter().filter(|entry| entry.is_over()).count().saturating_sub(OVER_MAX);
        let mut left = surplus;
        self.entries.retain(|entry| {
            let forgotten = left > 0 && entry.is_over();
            left -= usize::from(forgotten);
            !forgotten
        });
        let settings: Vec<Setting> = self.entries.iter().map(|entry| Setting::of(&entry.experiment)).collect();
        let paths = Setting::differing(&settings);
        let seeds = settings.windows(2).any(|pair| pair[0].seed != pair[1].seed);
        for (entry, setting) in self.entries.iter_mut().zip(&settings) {
            let fields = paths.iter().map(|path| format!("{} = {}", field_words(path), setting.text(path)));
            entry.differs = fields.chain(seeds.then(|| format!("seed = {}", setting.seed))).collect();
        }
    }
}

impl Entry {
    /// Whether it neither waits nor trains.
    pub fn is_over(&self) -> bool {
        !matches!(self.state, EntryState::Waiting | EntryState::Running)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, samples: usize) -> Experiment {
        let mut experiment = Experiment { name: name.into(), ..Experiment::default() };
        experiment.objective.samples = samples;
        experiment
    }

    fn order(queue: &Queue) -> Vec<&str> {
        queue.entries().iter().map(|entry| entry.experiment.name.as_str()).collect()
    }

    fn three() -> Queue {
        let mut queue = Queue::default();
        [("a", 1), ("b", 5), ("c", 16)].into_iter().for_each(|(name, samples)| queue.add(named(name, samples)));
        queue
    }

    #[test]
    fn entries_start_one_after_another_also_after_a_failure() {
        let mut queue = three();
        assert_eq!(queue.start_next().map(|it| it.name), Some("a".into()));
        assert_eq!(queue.start_next(), None, "one trains");
        queue.ended(EntryState::Finished { why: "1 epochs".into(), steps: 10 });
        assert_eq!(queue.start_next().map(|it| it.name), Some("b".into()));
        queue.ended(EntryState::Failed("it diverged".into()));
        assert_eq!(queue.start_next().map(|it| it.name), Some("c".into()));
        assert_eq!(queue.entries()[1].state, EntryState::Failed("it diverged".into()));
        queue.again(queue.entries()[1].id);
        assert_eq!((order(&queue), queue.waiting()), (vec!["a", "c", "b"], 1));
    }

    #[test]
    fn what_is_started_by_hand_goes_before_what_waits() {
        let mut queue = three();
        queue.start_next();
        queue.begun(named("now", 2));
        assert_eq!(order(&queue), ["a", "now", "b", "c"]);
        assert!(matches!(queue.entries()[0].state, EntryState::Ended(_)));
        assert_eq!(queue.running().map(|entry| entry.experiment.name.as_str()), Some("now"));
    }

    #[test]
    fn only_what_waits_changes_places() {
        let mut queue = three();
        queue.start_next();
        let [a, b, c] = [0, 1, 2].map(|place: usize| queue.entries()[place].id);
        queue.swap(b, false);
        assert_eq!(order(&queue), ["a", "b", "c"], "the one before it trains");
        queue.swap(b, true);
        assert_eq!(order(&queue), ["a", "c", "b"]);
        queue.swap(b, true);
        queue.swap(a, true);
        assert_eq!(order(&queue), ["a", "c", "b"]);
        assert!(!queue.cancel(c) && queue.cancel(a));
        assert_eq!(order(&queue), ["a", "b"]);
        assert_eq!(queue.entries()[0].state, EntryState::Ended("Cancelled.".into()));
    }

    #[test]
    fn a_stopped_run_holds_the_queue_and_so_does_a_new_window() {
        let mut queue = three();
        queue.start_next();
        assert!(queue.stopped(7) && queue.is_held());
        assert_eq!(queue.start_next(), None);
        queue.hold(false);
        assert!(queue.start_next().is_some());
        let text = ron::to_string(&queue).expect("plain data");
        let read: Queue = ron::from_str::<Queue>(&text).expect("it reads its own text").restored();
        assert!(read.is_held() && read.running().is_none());
        assert_eq!(read.waiting(), 1);
        assert_eq!(order(&read), ["a", "b", "c"]);
    }

    #[test]
    fn entries_are_told_by_what_differs_and_old_ones_are_forgotten() {
        let mut queue = three();
        assert_eq!(queue.entries()[2].differs, ["K = 16"]);
        queue.add(Experiment { seed: 3, ..named("d", 1) });
        assert_eq!(queue.entries()[3].differs, ["K = 1", "seed = 3"]);
        for i in 0..2 * OVER_MAX {
            queue.begun(named(&i.to_string(), 1));
        }
        assert_eq!(queue.entries().iter().filter(|entry| entry.is_over()).count(), OVER_MAX);
        assert_eq!(queue.waiting(), 4);
        queue.forget_over();
        assert_eq!(queue.entries().len(), 5);
    }
}
