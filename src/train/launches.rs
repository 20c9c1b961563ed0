//! Kernels launched on a GPU, counted: each costs the host some microseconds, however little it computes.

use cubecl::logging::{LaunchObservation, LaunchObserver};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

#[derive(Default)]
struct Counter(AtomicU64);

impl LaunchObserver for Counter {
    fn launched(&self, _kernel: &'static str) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// The result of `work`, and how many kernels the whole process launched meanwhile. The CPU backend launches none.
pub fn count<T>(work: impl FnOnce() -> T) -> (T, u64) {
    let counter = Arc::new(Counter::default());
    let watching = LaunchObservation::new(counter.clone());
    let result = work();
    drop(watching);
    (result, counter.0.load(Ordering::Relaxed))
}
