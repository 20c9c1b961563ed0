//! A study on this machine.

use super::arguments::StudyArgs;
use super::bars::{Bars, Standing};
use super::status;
use crate::cli::{output, signals};
use crate::study::local::{Happened, Local, jobs};
use crate::study::{Planned, PointFolder, PointState, PointStatus, STOPPED, StudyFolder};
use crate::worker::Failure;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// How often children are looked at, and how often their progress is shown.
const POLL: Duration = Duration::from_millis(20);
const SHOW: Duration = Duration::from_millis(500);

/// Run the points that are not done; returns the exit status.
pub fn run(folder: &StudyFolder, planned: &Planned, args: &StudyArgs) -> Result<i32, Failure> {
    let interrupted = signals::interrupts();
    let Planned { study, records, .. } = planned;
    let program = std::env::current_exe().map_err(Failure::run)?;
    let jobs = args.jobs.map_or_else(|| jobs(planned), |jobs| jobs as usize);
    let statuses: Vec<PointStatus> = records
        .iter()
        .filter(|record| !record.withdrawn)
        .map(|record| PointStatus::read(&folder.point(record), study.evaluate.as_ref()))
        .collect();
    let mut local = Local::new(folder, study, records, program, jobs, args.retry);
    let old_failures = statuses.iter().filter(|status| matches!(status.state, PointState::Failed(_))).count();
    if old_failures > 0 && !args.retry {
        output::note(format_args!("{old_failures} points failed before and are left alone; --retry tries them again"));
    }
    let left = local.left();
    let mut standing = Standing {
        done: statuses.iter().filter(|status| status.state == PointState::Done).count(),
        failed: if args.retry { 0 } else { old_failures },
        worth: 0.0,
    };
    output::note(format_args!("{} of {} points to run, {jobs} at a time", left, statuses.len()));
    let mut bars = Bars::new(statuses.len(), standing.done as f64);
    let mut shown: Option<Instant> = None;
    let mut stopping = false;
    loop {
        for happened in local.turn().map_err(Failure::run)? {
            match happened {
                Happened::Done(_) => standing.done += 1,
                Happened::Failed(record, why) => {
                    standing.failed += 1;
                    bars.note(&format!("{} failed: {why}", record.name));
                }
                Happened::Again(record, what) => bars.note(&format!("{}: {what}; it is tried again", record.name)),
                Happened::Started(_) | Happened::Stopped(_) => {}
            }
        }
        if local.is_over() {
            break;
        }
        if interrupted.load(Ordering::Relaxed) && !stopping {
            stopping = true;
            bars.note("stopping: the points at work are saved");
            local.stop();
        }
        if shown.is_none_or(|shown| shown.elapsed() >= SHOW) {
            shown = Some(Instant::now());
            let share = |folder: &PointFolder| folder.sign().map_or(0.0, |sign| sign.share);
            standing.worth = standing.done as f64 + local.running().map(|(_, folder)| share(folder)).sum::<f64>();
            bars.show(&standing, local.running());
        }
        std::thread::sleep(POLL);
    }
    drop(bars);
    status::print(folder, args, true)?;
    if stopping && local.left() > 0 {
        output::note("stopped before the end; the same command goes on from here");
        return Ok(STOPPED);
    }
    match standing.failed {
        0 => Ok(0),
        failed => Err(Failure::Run(format!("{failed} points failed; --retry tries them again"))),
    }
}
