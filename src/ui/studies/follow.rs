//! Follows a study's folder on a thread, whoever runs it.

use super::queue::{AskedQueue, InSlurm};
use crate::experiment::study::Study;
use crate::study::slurm::Slurm;
use crate::study::table::Table;
use crate::study::{Record, StudyFolder, Watch};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};
use eframe::egui::Context;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Between two looks while points are at work, and while none is.
const BUSY: Duration = Duration::from_secs(1);
const IDLE: Duration = Duration::from_secs(3);
/// Looking takes at most this share of a core.
const SHARE: u32 = 30;

/// A study's folder as it was last looked at.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The study, with its experiment inside.
    pub study: Study,
    /// The points that have a number, in the order of the table's rows.
    pub records: Vec<Record>,
    /// The table of what is known of the points.
    pub table: Table,
    /// How much of the study is done, from 0 to 1.
    pub share: f64,
    /// The states of the points in Slurm, which the table has beside each point too.
    pub slurm: InSlurm,
}

impl Seen {
    fn of(watch: &Watch, slurm: &InSlurm) -> Self {
        let records = watch.points().map(|(record, _)| record.clone()).collect();
        let mut table = Table::new(watch);
        table.set_queue(&slurm.queue);
        Self { study: watch.study().clone(), records, table, share: watch.share(), slurm: slurm.clone() }
    }

    /// How many points are in a state, by its name.
    pub fn count(&self, state: &str) -> usize {
        self.table.points.iter().filter(|point| point.state == state).count()
    }
}

/// The finding of a look at the folder, or what kept it from being read.
type Look = Result<Arc<Seen>, String>;

/// A request to look without waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Now {
    /// Look at the files.
    Files,
    /// Look at the files, and at Slurm's queue too.
    Queue,
}

/// The thread that looks; it ends with this.
pub struct Follow {
    found: Receiver<Look>,
    /// Asks for a look at once; its end ends the thread.
    now: Sender<Now>,
}

impl Follow {
    /// Follow a folder from now on; `None` where the system has no thread for it.
    pub fn start(ctx: &Context, folder: StudyFolder, slurm: Slurm) -> Option<Self> {
        let (sender, found) = bounded(1);
        let (now, asked) = unbounded();
        let ctx = ctx.clone();
        let work = move || follow(&ctx, &folder, slurm, &sender, &asked);
        std::thread::Builder::new().name("elbow-study-watch".into()).spawn(work).ok()?;
        Some(Self { found, now })
    }

    /// Look at once.
    pub fn look(&self) {
        // A thread that has ended looks no more.
        let _ = self.now.send(Now::Files);
    }

    /// Look at once, at Slurm's queue too.
    pub fn look_at_queue(&self) {
        let _ = self.now.send(Now::Queue);
    }

    /// The newest look since the last call.
    pub fn poll(&self) -> Option<Look> {
        self.found.try_recv().ok()
    }
}

fn follow(ctx: &Context, folder: &StudyFolder, slurm: Slurm, sender: &Sender<Look>, asked: &Receiver<Now>) {
    let mut queue = AskedQueue::new(slurm, folder.clone());
    let mut watch: Option<Watch> = None;
    let mut said: Option<String> = None;
    loop {
        let begun = Instant::now();
        let look = match &mut watch {
            Some(watch) => {
                let is_open = watch.count("done") < watch.points().len();
                let requeued = is_open && queue.renew();
                watch.refresh().map(|changed| (changed || requeued).then(|| Seen::of(watch, queue.known())))
            }
            None => Watch::open(folder).map(|opened| {
                queue.renew();
                Some(Seen::of(watch.insert(opened), queue.known()))
            }),
        };
        let news = match look {
            Ok(seen) => {
                said = None;
                seen.map(|seen| Ok(Arc::new(seen)))
            }
            // A folder that is written just now, or a share that is away for a moment: said once, and looked at again.
            Err(error) => {
                let text = error.to_string();
                (said.replace(text.clone()).as_ref() != Some(&text)).then_some(Err(text))
            }
        };
        if let Some(news) = news {
            // Waits while the window has not read the last: a hidden one needs no newer.
            if sender.send(news).is_err() {
                return;
            }
            ctx.request_repaint();
        }
        let busy = watch.as_ref().is_some_and(|watch| watch.count("running") > 0);
        let rest = (begun.elapsed() * SHARE).max(if busy { BUSY } else { IDLE });
        match asked.recv_timeout(rest) {
            Ok(now) => {
                // Several are answered by one look.
                if asked.try_iter().chain([now]).any(|now| now == Now::Queue) {
                    queue.hurry();
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}
