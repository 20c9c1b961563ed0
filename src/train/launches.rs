//! Kernels launched on a GPU, counted: each costs the host some microseconds, however little it computes.

use cubecl::config::{TypeNameFormatLevel, type_name_format};
use cubecl::logging::{LaunchObservation, LaunchObserver};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How often each kernel was launched, by its short name.
pub type Launches = BTreeMap<String, u64>;

#[derive(Default)]
struct Counter(Mutex<BTreeMap<&'static str, u64>>);

impl LaunchObserver for Counter {
    fn launched(&self, kernel: &'static str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(kernel).or_default() += 1;
    }
}

/// The result of `work`, and the kernels that the whole process launched meanwhile. The CPU backend launches none.
pub fn count<T>(work: impl FnOnce() -> T) -> (T, Launches) {
    let counter = Arc::new(Counter::default());
    let watching = LaunchObservation::new(counter.clone());
    let result = work();
    drop(watching);
    let mut launches = Launches::new();
    for (kernel, count) in counter.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        *launches.entry(type_name_format(kernel, TypeNameFormatLevel::Balanced)).or_default() += count;
    }
    (result, launches)
}
