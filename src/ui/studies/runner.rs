//! Runs a study's points from the window, on a thread that starts and minds their processes.

use crate::experiment::study::Study;
use crate::study::local::{Happened, Local, jobs};
use crate::study::{Record, StudyFolder};
use crossbeam_channel::{Receiver, Sender, TryRecvError, unbounded};
use eframe::egui::Context;
use std::path::PathBuf;
use std::time::Duration;

/// How often the processes are looked at.
const POLL: Duration = Duration::from_millis(50);

/// The run of a study that is asked for.
pub struct Work {
    /// Where.
    pub folder: StudyFolder,
    /// The study; `None`: that of the folder.
    pub study: Option<Study>,
    /// The program whose processes the points are.
    pub program: PathBuf,
    /// Points at a time; `None`: as many as the machine allows.
    pub jobs: Option<usize>,
    /// Try points again that failed.
    pub retry: bool,
}

/// News of a study's run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// The points have numbers and the folder is a study: the number of points to run, and how many at a time.
    Begun(usize, usize),
    /// A point was started, or has ended.
    Changed,
    /// A point failed; its name, and why.
    Failed(String, String),
    /// The run is over: how many points are left, those that failed apart.
    Over {
        /// Points that are neither done nor given up.
        left: usize,
        /// Points that failed in this run.
        failed: usize,
    },
    /// The study could not be run, or not to its end; why.
    Broken(String),
}

enum Order {
    Stop,
    Again(Record),
}

/// The thread. Its end stops the points, which save.
pub struct Runner {
    orders: Sender<Order>,
    news: Receiver<News>,
    stopping: bool,
}

impl Runner {
    /// Run a study's points; `None` where the system has no thread for it.
    pub fn start(ctx: &Context, work: Work) -> Option<Self> {
        let (orders, ordered) = unbounded();
        let (sender, news) = unbounded();
        let ctx = ctx.clone();
        let run = move || {
            let tell = |news: News| {
                // A window that has closed meanwhile no longer cares.
                let _ = sender.send(news);
                ctx.request_repaint();
            };
            let over = run(&work, &ordered, &tell).unwrap_or_else(News::Broken);
            tell(over);
        };
        std::thread::Builder::new().name("elbow-study-runner".into()).spawn(run).ok()?;
        Some(Self { orders, news, stopping: false })
    }

    /// Stop all points; they save.
    pub fn stop(&mut self) {
        self.stopping = true;
        // A thread that has ended has nothing to stop.
        let _ = self.orders.send(Order::Stop);
    }

    /// Whether it was told to stop.
    pub fn is_stopping(&self) -> bool {
        self.stopping
    }

    /// Try a point again that failed.
    pub fn again(&self, record: &Record) {
        let _ = self.orders.send(Order::Again(record.clone()));
    }

    /// The news since the last call.
    pub fn poll(&self) -> Vec<News> {
        self.news.try_iter().collect()
    }
}

fn run(work: &Work, orders: &Receiver<Order>, tell: &dyn Fn(News)) -> Result<News, String> {
    let Work { folder, study, program, jobs: asked, retry } = work;
    let study = match study {
        Some(study) => study.clone(),
        None => folder.study().map_err(|error| error.to_string())?,
    };
    let points =
        study.points().map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
    // Held until the last process has ended.
    let (_lock, planned) = folder.begin(&study, &points.points).map_err(|error| error.to_string())?;
    let jobs = asked.unwrap_or_else(|| jobs(&planned));
    let mut local = Local::new(folder, &planned.study, &planned.records, program.clone(), jobs, *retry);
    tell(News::Begun(local.left(), jobs));
    let mut failed = 0;
    loop {
        for happened in local.turn().map_err(|error| error.to_string())? {
            match happened {
                Happened::Failed(record, why) => {
                    failed += 1;
                    tell(News::Failed(record.name, why));
                }
                Happened::Started(_) | Happened::Done(_) | Happened::Again(..) | Happened::Stopped(_) => {
                    tell(News::Changed);
                }
            }
        }
        if local.is_over() {
            return Ok(News::Over { left: local.left(), failed });
        }
        loop {
            match orders.try_recv() {
                Ok(Order::Again(record)) => local.again(folder, &record).map_err(|error| error.to_string())?,
                Ok(Order::Stop) | Err(TryRecvError::Disconnected) => {
                    local.stop();
                    break;
                }
                Err(TryRecvError::Empty) => break,
            }
        }
        std::thread::sleep(POLL);
    }
}
