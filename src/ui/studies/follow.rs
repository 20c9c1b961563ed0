//! Follows a study's folder on a thread, whoever runs it.

use crate::experiment::study::Study;
use crate::study::table::Table;
use crate::study::{Record, StudyFolder, Watch};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
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
}

impl Seen {
    fn of(watch: &Watch) -> Self {
        let records = watch.points().map(|(record, _)| record.clone()).collect();
        Self { study: watch.study().clone(), records, table: Table::new(watch), share: watch.share() }
    }

    /// How many points are in a state, by its name.
    pub fn count(&self, state: &str) -> usize {
        self.table.points.iter().filter(|point| point.state == state).count()
    }
}

/// The finding of a look at the folder, or what kept it from being read.
type Look = Result<Arc<Seen>, String>;

/// The thread that looks; it ends with this.
pub struct Follow {
    found: Receiver<Look>,
    /// Asks for a look at once; its end ends the thread.
    now: Sender<()>,
}

impl Follow {
    /// Follow a folder from now on; `None` where the system has no thread for it.
    pub fn start(ctx: &Context, folder: StudyFolder) -> Option<Self> {
        let (sender, found) = bounded(1);
        let (now, asked) = bounded(1);
        let ctx = ctx.clone();
        let work = move || follow(&ctx, &folder, &sender, &asked);
        std::thread::Builder::new().name("elbow-study-watch".into()).spawn(work).ok()?;
        Some(Self { found, now })
    }

    /// Look at once.
    pub fn look(&self) {
        // One that waits already will do.
        let _ = self.now.try_send(());
    }

    /// The newest look since the last call.
    pub fn poll(&self) -> Option<Look> {
        self.found.try_recv().ok()
    }
}

fn follow(ctx: &Context, folder: &StudyFolder, sender: &Sender<Look>, asked: &Receiver<()>) {
    let mut watch: Option<Watch> = None;
    let mut said: Option<String> = None;
    loop {
        let begun = Instant::now();
        let look = match &mut watch {
            Some(watch) => watch.refresh().map(|changed| changed.then(|| Seen::of(watch))),
            None => Watch::open(folder).map(|opened| Some(Seen::of(watch.insert(opened)))),
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
            Ok(()) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}
