//! A pool of threads that stay alive between tasks: starting a thread costs as much as a small step, and a new one
//! begins with cold caches.

use std::any::Any;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long a thread without work keeps looking for more before it sleeps: longer than the serial part of a small step,
/// but too short to be noticed when training pauses.
const PATIENCE: Duration = Duration::from_micros(100);

/// A fixed group of threads, including the caller's, that divides tasks among itself. The result of a task depends on
/// the task alone, so that results do not depend on the number of threads or on which thread takes which task.
pub struct ThreadPool {
    shared: Arc<Shared>,
    /// One job at a time.
    turn: Mutex<()>,
    threads: Vec<JoinHandle<()>>,
}

/// A function of a task's number, valid while its job is open.
type Task = *const (dyn Fn(usize) + Sync);

/// The open job.
#[derive(Clone, Copy)]
struct Job {
    task: Task,
    tasks: usize,
}

// SAFETY: the function is `Sync`, and `ThreadPool::run` keeps it alive until no thread is in the job.
unsafe impl Send for Job {}

/// A counter in memory of its own, so that threads that count on do not disturb each other.
#[derive(Default)]
#[repr(align(128))]
struct Counter(AtomicUsize);

#[derive(Default)]
struct Shared {
    job: Mutex<Option<Job>>,
    opened: Condvar,
    /// Jobs opened so far.
    count: AtomicU64,
    /// How many tasks have been taken of each thread's part of the job. A thread begins with its own part, which is the
    /// same in each job of as many tasks: so what it works on stays in its core's cache from step to step. Then it
    /// helps the others with theirs.
    taken: Vec<Counter>,
    /// Threads of the pool, other than the caller's, that are in the job.
    inside: AtomicUsize,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
    over: AtomicBool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ThreadPool {
    /// A pool of at most `threads` threads, including the caller's, and of no more than the machine has cores.
    pub fn new(threads: usize) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = threads.min(cores).max(1);
        let taken = (0..threads).map(|_| Counter::default()).collect();
        let shared = Arc::new(Shared { taken, ..Shared::default() });
        let start = |index: usize| {
            let shared = shared.clone();
            let name = format!("elbow-shard-{index}");
            // With fewer threads than asked for, those there are do the work.
            std::thread::Builder::new().name(name).spawn(move || shared.serve(index)).ok()
        };
        let threads = (1..threads).filter_map(start).collect();
        Self { shared, turn: Mutex::default(), threads }
    }

    /// Number of threads, including the caller's.
    pub fn threads(&self) -> usize {
        1 + self.threads.len()
    }

    /// Apply `work` to every item; the results are in the order of the items. While the threads are busy with another
    /// job, perhaps the one that asks, the caller does all of the work.
    ///
    /// # Panics
    /// If `work` panics.
    pub fn map<T: Send, R: Send>(&self, items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
        let turn = match self.turn.try_lock() {
            Ok(turn) => Some(turn),
            Err(TryLockError::Poisoned(turn)) => Some(turn.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        };
        let Some(_turn) = turn.filter(|_| !self.threads.is_empty() && items.len() > 1) else {
            return items.into_iter().map(work).collect();
        };
        let items: Vec<Mutex<Option<T>>> = items.into_iter().map(|item| Mutex::new(Some(item))).collect();
        let results: Vec<Mutex<Option<R>>> = items.iter().map(|_| Mutex::new(None)).collect();
        self.run(items.len(), &|index| {
            let item = lock(&items[index]).take();
            *lock(&results[index]) = item.map(&work);
        });
        let results = results.into_iter().map(|result| result.into_inner().unwrap_or_else(PoisonError::into_inner));
        results.map(|result| result.expect("every task has run")).collect()
    }

    /// Carry out every task. One job at a time: the caller has the turn.
    fn run(&self, tasks: usize, task: &(dyn Fn(usize) + Sync)) {
        let shared = &*self.shared;
        // SAFETY: only the lifetime changes. The job is closed below, and no thread is left in it, before this returns;
        // nothing in between unwinds.
        let task: Task =
            unsafe { std::mem::transmute::<&(dyn Fn(usize) + Sync), &'static (dyn Fn(usize) + Sync)>(task) };
        let job = Job { task, tasks };
        {
            let mut open = lock(&shared.job);
            shared.taken.iter().for_each(|Counter(taken)| taken.store(0, Ordering::Relaxed));
            *open = Some(job);
            shared.count.fetch_add(1, Ordering::Release);
        }
        shared.opened.notify_all();
        shared.work(job, 0);
        *lock(&shared.job) = None;
        let start = Instant::now();
        while shared.inside.load(Ordering::Acquire) > 0 {
            wait_a_little(start);
        }
        if let Some(panic) = lock(&shared.panic).take() {
            resume_unwind(panic);
        }
    }
}

impl Drop for ThreadPool {
    fn drop(&mut self) {
        {
            let _open = lock(&self.shared.job);
            self.shared.over.store(true, Ordering::Relaxed);
            self.shared.count.fetch_add(1, Ordering::Release);
        }
        self.shared.opened.notify_all();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

impl Shared {
    /// Take part in one job after another, as the thread of this number.
    fn serve(&self, thread: usize) {
        let mut seen = 0;
        loop {
            let start = Instant::now();
            while self.count.load(Ordering::Acquire) == seen && start.elapsed() < PATIENCE {
                wait_a_little(start);
            }
            let mut open = lock(&self.job);
            while self.count.load(Ordering::Relaxed) == seen {
                open = self.opened.wait(open).unwrap_or_else(PoisonError::into_inner);
            }
            seen = self.count.load(Ordering::Relaxed);
            if self.over.load(Ordering::Relaxed) {
                return;
            }
            // A job that is closed already was finished by the others.
            let Some(job) = *open else { continue };
            self.inside.fetch_add(1, Ordering::Relaxed);
            drop(open);
            self.work(job, thread);
            self.inside.fetch_sub(1, Ordering::Release);
        }
    }

    /// Take tasks until there are none left: first those of the thread's own part. Does not unwind.
    fn work(&self, job: Job, thread: usize) {
        let parts = self.taken.len();
        let work = || {
            for part in (thread..parts).chain(0..thread) {
                let Range { start, end } = super::part(part, parts, job.tasks);
                loop {
                    let index = start + self.taken[part].0.fetch_add(1, Ordering::Relaxed);
                    if index >= end {
                        break;
                    }
                    // SAFETY: the job is open, or its caller waits for this thread to leave it.
                    unsafe { (*job.task)(index) };
                }
            }
        };
        if let Err(panic) = catch_unwind(AssertUnwindSafe(work)) {
            // The first one is told; tasks that are left do not matter any more.
            lock(&self.panic).get_or_insert(panic);
            for Counter(taken) in &self.taken {
                taken.fetch_add(job.tasks, Ordering::Relaxed);
            }
        }
    }
}

/// A pause in a loop that waits: at first a few cycles, then the core is offered to whoever needs it.
fn wait_a_little(since: Instant) {
    for _ in 0..32 {
        std::hint::spin_loop();
    }
    if since.elapsed() > Duration::from_micros(10) {
        std::thread::yield_now();
    }
}

#[cfg(test)]
mod tests {
    use super::ThreadPool;

    #[test]
    fn results_come_in_order_whatever_the_number_of_threads() {
        for threads in [1, 2, 5] {
            let pool = ThreadPool::new(threads);
            for count in [0, 1, 2, 7, 100] {
                for round in 0..50 {
                    let squares = pool.map((0..count).collect(), |i: usize| i * i + round);
                    assert_eq!(squares, (0..count).map(|i| i * i + round).collect::<Vec<_>>());
                }
            }
        }
    }

    #[test]
    fn every_thread_sees_what_the_last_job_wrote() {
        let pool = ThreadPool::new(3);
        let mut values = vec![0_u64; 64];
        for _ in 0..500 {
            pool.map(values.iter_mut().collect(), |value| *value += 1);
        }
        assert!(values.iter().all(|&v| v == 500));
    }

    #[test]
    fn a_panic_reaches_the_caller_and_the_team_goes_on() {
        let pool = ThreadPool::new(2);
        for _ in 0..20 {
            let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                pool.map((0..8).collect(), |i: usize| assert!(i != 5, "five"))
            }));
            assert!(caught.is_err());
        }
        assert_eq!(pool.map(vec![1, 2, 3], |i| i + 1), [2, 3, 4]);
    }

    #[test]
    fn a_task_may_have_tasks_of_its_own() {
        let pool = ThreadPool::new(2);
        let found = pool.map(vec![1, 2, 3], |i| pool.map(vec![10, 20], |j| i * j).iter().sum::<i32>());
        assert_eq!(found, [30, 60, 90]);
    }

    #[test]
    fn sleeping_threads_wake_up() {
        let pool = ThreadPool::new(2);
        for _ in 0..3 {
            std::thread::sleep(std::time::Duration::from_millis(2));
            assert_eq!(pool.map(vec![1, 2], |i| i), [1, 2]);
        }
    }
}
