//! Observation of the traffic to a GPU: kernel launches, each of which costs the host some microseconds however little
//! it computes, and uploads of batches.

use cubecl::config::{TypeNameFormatLevel, type_name_format};
use cubecl::logging::{LaunchObservation, LaunchObserver};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Number of launches of each kernel, by its short name.
pub type Launches = BTreeMap<String, u64>;

/// Something sent to a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// A launch of a kernel, by its short name.
    Kernel(String),
    /// The upload of a batch, or a piece of one, for the step with this number (counted from 0).
    Batch(u64),
}

#[derive(Clone, Copy)]
enum Event {
    Kernel(&'static str),
    Batch(u64),
}

#[derive(Default)]
struct Recorder(Mutex<Vec<Event>>);

impl Recorder {
    fn note(&self, event: Event) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(event);
    }
}

impl LaunchObserver for Recorder {
    fn launched(&self, kernel: &'static str) {
        self.note(Event::Kernel(kernel));
    }
}

/// The recorders of uploads.
static RECORDERS: Mutex<Vec<Arc<Recorder>>> = Mutex::new(Vec::new());
/// The number of recorders, which is checked in each step.
static RECORDING: AtomicUsize = AtomicUsize::new(0);

/// Record that a piece of a step's batch is uploaded.
pub(super) fn uploads(step: u64) {
    if RECORDING.load(Ordering::Relaxed) > 0 {
        let recorders = RECORDERS.lock().unwrap_or_else(PoisonError::into_inner);
        recorders.iter().for_each(|recorder| recorder.note(Event::Batch(step)));
    }
}

/// The result of `work`, and everything that the process sent to devices meanwhile, in order. The CPU backend launches
/// no kernels.
pub fn record<T>(work: impl FnOnce() -> T) -> (T, Vec<Sent>) {
    let recorder = Arc::new(Recorder::default());
    let watching = LaunchObservation::new(recorder.clone());
    let recorders = || RECORDERS.lock().unwrap_or_else(PoisonError::into_inner);
    recorders().push(recorder.clone());
    RECORDING.fetch_add(1, Ordering::Relaxed);
    let result = work();
    RECORDING.fetch_sub(1, Ordering::Relaxed);
    recorders().retain(|other| !Arc::ptr_eq(other, &recorder));
    drop(watching);
    let events = std::mem::take(&mut *recorder.0.lock().unwrap_or_else(PoisonError::into_inner));
    let sent = events.into_iter().map(|event| match event {
        Event::Kernel(kernel) => Sent::Kernel(type_name_format(kernel, TypeNameFormatLevel::Balanced)),
        Event::Batch(step) => Sent::Batch(step),
    });
    (result, sent.collect())
}

/// The result of `work`, and the number of launches of each kernel by the process meanwhile.
pub fn count<T>(work: impl FnOnce() -> T) -> (T, Launches) {
    let (result, sent) = record(work);
    let mut launches = Launches::new();
    for sent in sent {
        if let Sent::Kernel(kernel) = sent {
            *launches.entry(kernel).or_default() += 1;
        }
    }
    (result, launches)
}
