//! A study on this machine.

use super::arguments::StudyArgs;
use super::bars::{Bars, Standing};
use super::status;
use crate::cli::{output, signals};
use crate::study::left::seconds_left;
use crate::study::local::{Happened, Local, jobs};
use crate::study::{Planned, PointState, PointStatus, Record, STOPPED, StudyFolder, noun_of};
use crate::worker::Failure;
use std::collections::BTreeMap;
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
    let read = |record: &Record| PointStatus::read(&folder.point(record), study.evaluate.as_ref());
    let mut statuses: BTreeMap<usize, PointStatus> =
        records.iter().filter(|record| !record.withdrawn).map(|record| (record.number, read(record))).collect();
    let mut local = Local::new(folder, study, records, program, jobs, args.retry);
    let is_failed = |status: &&PointStatus| matches!(status.state, PointState::Failed(_));
    let old_failures = statuses.values().filter(is_failed).count();
    if old_failures > 0 && !args.retry {
        output::note(format_args!("{old_failures} points failed before and are left alone; --retry tries them again"));
    }
    let mut failed = if args.retry { 0 } else { old_failures };
    output::note(format_args!("{} of {} points to run, {jobs} at a time", local.left(), statuses.len()));
    let mut bars = Bars::new(statuses.len(), noun_of(study));
    let mut shown: Option<Instant> = None;
    let mut stopping = false;
    loop {
        for happened in local.turn().map_err(Failure::run)? {
            match happened {
                Happened::Done(record) => drop(statuses.insert(record.number, read(&record))),
                Happened::Failed(record, why) => {
                    failed += 1;
                    statuses.insert(record.number, read(&record));
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
            statuses.extend(local.running().map(|record| (record.number, read(record))));
            let standing = Standing {
                done: statuses.values().filter(|status| status.state == PointState::Done).count(),
                failed,
                worth: statuses.values().map(PointStatus::share).sum(),
                seconds_left: seconds_left(statuses.values()),
            };
            bars.show(&standing, local.running().map(|record| (record, &statuses[&record.number])));
        }
        std::thread::sleep(POLL);
    }
    drop(bars);
    status::print(folder, args, true)?;
    if stopping && local.left() > 0 {
        output::note("stopped before the end; the same command goes on from here");
        return Ok(STOPPED);
    }
    match failed {
        0 => Ok(0),
        failed => Err(Failure::Run(format!("{failed} points failed; --retry tries them again"))),
    }
}
