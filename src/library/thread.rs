//! The thread that reads runs: the first rows at once, all others in portions, and from then on what changes.

use super::fields::Seen;
use super::places::{Place, find};
use super::reader::Reader;
use super::summary::RunSummary;
use super::trash;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Least time between two portions of rows.
const PORTION: Duration = Duration::from_millis(50);
/// Time between two looks at the folders; longer where looking takes more than a twentieth of it.
const PERIOD: Duration = Duration::from_secs(2);
const SHARE: u32 = 20;

/// A request to the thread.
pub enum Ask {
    /// Read the runs below these folders, and no others; what was deleted is in the second ones.
    Roots(Vec<PathBuf>, Vec<PathBuf>),
    /// These were moved away: they are new, should they come back.
    Forget(Vec<PathBuf>),
    /// Look again now.
    Look,
    /// Whether to look again by itself from time to time.
    Follow(bool),
}

/// A message of the thread.
pub enum Told {
    /// Runs that are new or have changed.
    Rows(Vec<Arc<RunSummary>>),
    /// Runs that are no longer there.
    Gone(Vec<PathBuf>),
    /// Every folder has been looked at.
    Scanned(Scan),
}

/// The result of a look at all folders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// Bytes of all runs.
    pub bytes: u64,
    /// Bytes of the runs in the trash.
    pub trash: u64,
    /// How many runs are in the trash.
    pub trashed: usize,
}

/// A function that is called when there is something new; it must return at once.
pub type Notify = Arc<dyn Fn() + Send + Sync>;

/// Start the thread. It ends when the sender is dropped.
pub fn start(asks: Receiver<Ask>, told: Sender<Told>, notify: Notify) -> std::io::Result<()> {
    let (roots, trash) = Default::default();
    let scanner = Scanner { asks, told, notify, roots, trash, follow: false, readers: HashMap::new() };
    let thread = std::thread::Builder::new().name("elbow-library".into());
    let work = move || {
        scanner.run();
    };
    thread.spawn(work).map(drop)
}

struct Scanner {
    asks: Receiver<Ask>,
    told: Sender<Told>,
    notify: Notify,
    roots: Vec<PathBuf>,
    trash: Vec<PathBuf>,
    follow: bool,
    readers: HashMap<PathBuf, Reader>,
}

/// The other end is gone, or wants something else first.
enum Stop {
    Ended,
    Interrupted,
}

impl Scanner {
    /// Look whenever it is asked for or time for it; `None` once nobody listens.
    fn run(mut self) -> Option<()> {
        let mut seen = Seen::default();
        let mut took = Duration::ZERO;
        loop {
            let ask = match self.follow {
                true => self.asks.recv_timeout(PERIOD.max(took * SHARE)),
                false => self.asks.recv().map_err(RecvTimeoutError::from),
            };
            match ask {
                Ok(ask) => self.take(ask),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
            loop {
                let start = Instant::now();
                match self.look(&mut seen) {
                    Ok(()) => {
                        took = start.elapsed();
                        break;
                    }
                    Err(Stop::Interrupted) => {}
                    Err(Stop::Ended) => return None,
                }
            }
        }
    }

    fn take(&mut self, ask: Ask) {
        match ask {
            Ask::Roots(roots, trash) => (self.roots, self.trash) = (roots, trash),
            Ask::Forget(folders) => {
                folders.iter().for_each(|folder| drop(self.readers.remove(folder)));
                // A row may have been on its way. Where nobody listens, the next look ends the thread.
                let _ = self.tell(Told::Gone(folders));
            }
            Ask::Look => {}
            Ask::Follow(follow) => self.follow = follow,
        }
    }

    fn tell(&self, told: Told) -> Result<(), Stop> {
        self.told.send(told).map_err(|_| Stop::Ended)?;
        (self.notify)();
        Ok(())
    }

    /// Look at every folder.
    fn look(&mut self, seen: &mut Seen) -> Result<(), Stop> {
        let mut places: Vec<Place> = Vec::new();
        for root in &self.roots {
            find(root, &mut |place| places.push(place));
        }
        let mut portion = Portion::default();
        let mut known = std::mem::take(&mut self.readers);
        for place in places {
            // Folders may be added that lie in another.
            if self.readers.contains_key(&place.folder) {
                continue;
            }
            let (reader, changed) = match known.remove(&place.folder).filter(|it| it.summary().study == place.study) {
                Some(mut reader) => {
                    let changed = reader.refresh(seen);
                    (reader, changed)
                }
                None => (Reader::glance(&place, seen), true),
            };
            if changed {
                portion.rows.push(Arc::new(reader.summary().clone()));
            }
            self.readers.insert(place.folder, reader);
            self.flush(&mut portion, false)?;
        }
        self.flush(&mut portion, true)?;
        if !known.is_empty() {
            self.tell(Told::Gone(known.into_keys().collect()))?;
        }
        self.complete(&mut portion)?;
        let trashed: Vec<(trash::Trashed, u64)> = self.trash.iter().flat_map(|folder| trash::list(folder)).collect();
        self.tell(Told::Scanned(Scan {
            bytes: self.readers.values().filter_map(|reader| reader.summary().bytes).sum(),
            trash: trashed.iter().map(|(_, bytes)| bytes).sum(),
            trashed: trashed.len(),
        }))
    }

    /// Read the reports of runs that were only glanced at.
    fn complete(&mut self, portion: &mut Portion) -> Result<(), Stop> {
        let mut left: Vec<PathBuf> = Vec::new();
        left.extend(self.readers.iter().filter(|(_, it)| it.summary().bytes.is_none()).map(|(path, _)| path.clone()));
        // The newest first, as they were found.
        left.sort_unstable_by(|a, b| b.cmp(a));
        for path in left {
            // Who adds a folder is not to wait for all reports.
            if let Ok(ask) = self.asks.try_recv() {
                self.take(ask);
                self.flush(portion, true)?;
                return Err(Stop::Interrupted);
            }
            if let Some(reader) = self.readers.get_mut(&path) {
                reader.complete();
                portion.rows.push(Arc::new(reader.summary().clone()));
            }
            self.flush(portion, false)?;
        }
        self.flush(portion, true)
    }

    /// Send a portion if it is due: the first row at once.
    fn flush(&self, portion: &mut Portion, at_once: bool) -> Result<(), Stop> {
        let is_due = at_once || portion.sent.is_none_or(|sent| sent.elapsed() >= PORTION);
        if portion.rows.is_empty() || !is_due {
            return Ok(());
        }
        portion.sent = Some(Instant::now());
        self.tell(Told::Rows(std::mem::take(&mut portion.rows)))
    }
}

#[derive(Default)]
struct Portion {
    rows: Vec<Arc<RunSummary>>,
    sent: Option<Instant>,
}
