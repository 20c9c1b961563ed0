//! Shuffled training batches, prepared ahead on a thread of their own so that the device does not wait for them.

use super::{Dataset, Split};
use crate::random::{Purpose, Stream};
use crossbeam_channel::{Receiver, Sender, bounded};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::thread::JoinHandle;

/// Number of finished batches that may wait for the trainer; the thread works on one more.
const AHEAD: usize = 2;

/// The place in a run where a batch begins: enough to continue exactly like an uninterrupted run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Whole passes over the training images completed so far.
    pub epoch: u64,
    /// Number of images of the current epoch that have been used.
    pub offset: usize,
    /// Number of batches used so far. The next batch's dynamic binarisation is drawn under this number.
    pub step: u64,
}

/// The training images of one optimiser step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// The pass over the training images that the batch belongs to, counted from 0.
    pub epoch: u64,
    /// Number of images of the same epoch that come before the batch.
    pub start: usize,
    /// The optimiser step that the batch is for, counted from 0.
    pub step: u64,
    /// The images' indices within [`Split::Train`].
    pub indices: Vec<u32>,
    /// `indices.len() × pixels` values in [0, 1], binarised as the experiment says.
    pub pixels: Vec<f32>,
    /// Whether the next batch begins a new epoch.
    pub last_of_epoch: bool,
}

/// The endless sequence of training batches. Every epoch visits each training image once, in a new random order; the
/// last batch of an epoch may be smaller than the others.
///
/// The sequence is a function of data set, seed, position and batch size, however often it is stopped and started
/// again.
pub struct Batches {
    dataset: Arc<Dataset>,
    seed: u64,
    batch_size: usize,
    /// Position of the next batch that [`next`](Self::next) returns.
    position: Position,
    feed: Feed,
}

impl Batches {
    /// Start preparing batches of `batch_size` (at least 1) images from `position` on.
    pub fn start(dataset: Arc<Dataset>, seed: u64, batch_size: usize, position: Position) -> Self {
        let batch_size = batch_size.max(1);
        let feed = Feed::start(Preparer::new(dataset.clone(), seed, batch_size, position));
        Self { dataset, seed, batch_size, position, feed }
    }

    /// The next batch. Give it back with [`recycle`](Self::recycle) after use.
    #[expect(clippy::should_implement_trait, reason = "an iterator that never ends would need an Option here")]
    pub fn next(&mut self) -> Batch {
        let batch = match &mut self.feed {
            Feed::Thread(thread) => thread.next(),
            Feed::Here(preparer) => Some(preparer.prepare(Batch::default())),
        };
        let batch = batch.unwrap_or_else(|| {
            // The thread is gone, which only a bug can do: prepare here, where its panic is heard.
            let mut preparer = Preparer::new(self.dataset.clone(), self.seed, self.batch_size, self.position);
            let batch = preparer.prepare(Batch::default());
            self.feed = Feed::Here(preparer);
            batch
        });
        self.position = batch.end();
        batch
    }

    /// Give back a used batch, so that its memory serves for a later one.
    pub fn recycle(&mut self, batch: Batch) {
        if let Feed::Thread(thread) = &self.feed {
            thread.recycle(batch);
        }
    }

    /// The position at which the next batch begins, which a checkpoint saves.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Change the batch size (at least 1) from the next batch on. Batches prepared ahead are thrown away; no image is
    /// skipped or repeated.
    pub fn set_batch_size(&mut self, batch_size: usize) {
        if batch_size.max(1) != self.batch_size {
            *self = Self::start(self.dataset.clone(), self.seed, batch_size, self.position);
        }
    }
}

impl Batch {
    /// The position after this batch.
    fn end(&self) -> Position {
        let step = self.step + 1;
        if self.last_of_epoch {
            Position { epoch: self.epoch + 1, offset: 0, step }
        } else {
            Position { epoch: self.epoch, offset: self.start + self.indices.len(), step }
        }
    }
}

/// Where batches come from: a thread, or, if the system refuses to start one, the caller's own thread.
enum Feed {
    Thread(Ahead),
    Here(Preparer),
}

impl Feed {
    fn start(preparer: Preparer) -> Self {
        let spare = preparer.clone();
        match Ahead::spawn(preparer) {
            Ok(thread) => Self::Thread(thread),
            Err(_) => Self::Here(spare),
        }
    }
}

/// The thread that prepares batches, and its two channels.
struct Ahead {
    /// `None` only while dropping.
    ready: Option<Receiver<Batch>>,
    used: Sender<Batch>,
    thread: Option<JoinHandle<()>>,
}

impl Ahead {
    fn spawn(mut preparer: Preparer) -> std::io::Result<Self> {
        let (send_ready, ready) = bounded(AHEAD);
        let (used, take_used) = bounded(AHEAD + 2);
        let work = move || {
            loop {
                let batch = preparer.prepare(take_used.try_recv().unwrap_or_default());
                if send_ready.send(batch).is_err() {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new().name("elbow-batches".into()).spawn(work)?;
        Ok(Self { ready: Some(ready), used, thread: Some(thread) })
    }

    /// `None` if the thread has ended.
    fn next(&self) -> Option<Batch> {
        self.ready.as_ref()?.recv().ok()
    }

    fn recycle(&self, batch: Batch) {
        // A full channel means memory enough: this batch's own is then freed.
        let _ = self.used.try_send(batch);
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        // With no receiver left, sending fails and the thread ends: at the latest after the batch it is at.
        self.ready = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Makes one batch after another.
#[derive(Clone)]
struct Preparer {
    dataset: Arc<Dataset>,
    shuffle: Stream,
    batch_size: usize,
    position: Position,
    /// The order of `position.epoch`; empty until it is needed.
    order: Vec<u32>,
}

impl Preparer {
    fn new(dataset: Arc<Dataset>, seed: u64, batch_size: usize, mut position: Position) -> Self {
        if position.offset >= dataset.len(Split::Train) {
            position = Position { epoch: position.epoch + 1, offset: 0, ..position };
        }
        Self { dataset, shuffle: Stream::new(seed, Purpose::Shuffle), batch_size, position, order: Vec::new() }
    }

    /// The next batch, in the memory of a used one.
    fn prepare(&mut self, mut batch: Batch) -> Batch {
        let count = self.dataset.len(Split::Train);
        let Position { epoch, offset, step } = self.position;
        if self.order.is_empty() {
            self.order = self.shuffle.permutation(epoch, count);
        }
        let end = count.min(offset.saturating_add(self.batch_size));
        batch.epoch = epoch;
        batch.start = offset;
        batch.step = step;
        batch.last_of_epoch = end == count;
        batch.indices.clear();
        batch.indices.extend_from_slice(&self.order[offset..end]);
        self.dataset.training_batch(&batch.indices, step, &mut batch.pixels);
        self.position = batch.end();
        if batch.last_of_epoch {
            self.order.clear();
        }
        batch
    }
}
