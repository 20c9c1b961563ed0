//! Independent parts of a computation, side by side.

use crate::kernels::ThreadPool;
use std::sync::{Arc, Mutex, PoisonError};

/// The threads that work on parts, and how many were asked for. They stay alive: a new thread begins with cold caches,
/// and with memory that the system has to clear first.
static THREADS: Mutex<Option<(usize, Arc<ThreadPool>)>> = Mutex::new(None);

/// Apply `work` to every item, each on a thread of its own as far as there are cores; the results are in the order of
/// the items. Give more than one item only on the CPU, where several threads may make tensors.
///
/// # Panics
/// If `work` panics.
pub fn side_by_side<I: Send, O: Send>(items: Vec<I>, work: impl Fn(I) -> O + Sync) -> Vec<O> {
    if items.len() < 2 {
        return items.into_iter().map(work).collect();
    }
    threads(items.len()).map(items, work)
}

/// At least `count` threads, or as many as there are cores.
fn threads(count: usize) -> Arc<ThreadPool> {
    let mut threads = THREADS.lock().unwrap_or_else(PoisonError::into_inner);
    match &*threads {
        Some((asked, pool)) if *asked >= count => pool.clone(),
        _ => threads.insert((count, Arc::new(ThreadPool::new(count)))).1.clone(),
    }
}
