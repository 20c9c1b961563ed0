//! Studies on other engines: Slurm, and others that run arrays.

use super::arguments::{Manifest, StudyArgs, failure};
use crate::cli::output;
use crate::study::slurm::{self, Jobs, Slurm};
use crate::study::{Planned, PointState, PointStatus, Record, StudyFolder, manifest};
use crate::worker::Failure;
use std::path::PathBuf;

/// Submit the points that are neither done, nor at work, nor in the queue.
pub fn submit(folder: &StudyFolder, planned: &Planned, args: &StudyArgs) -> Result<(), Failure> {
    let queue = Jobs::read(folder).queue(&Slurm::default()).map_err(failure)?;
    let waits = |record: &Record| queue.get(&record.number).is_some_and(|state| slurm::is_in_queue(state));
    let points: Vec<Record> = left(folder, planned, args.retry).into_iter().filter(|record| !waits(record)).collect();
    if points.is_empty() {
        return output::line("there is no point to submit: all are done, at work, in the queue, or failed (--retry)");
    }
    if args.retry {
        for record in &points {
            folder.point(record).forget_failure().map_err(Failure::run)?;
        }
    }
    let name = name(planned);
    let options = options(planned, args);
    let submitted = slurm::submit(&Slurm::default(), folder, &name, &points, &program()?, &options).map_err(failure)?;
    for job in submitted {
        output::line(&format!("submitted as job {} by {}", job.job, job.script.display()))?;
    }
    output::line(&format!(
        "{} points; `elbow study {} --status` shows how they stand",
        points.len(),
        manifest::quoted(&folder.path().display().to_string())
    ))
}

/// Cancel the study's jobs.
pub fn cancel(folder: &StudyFolder) -> Result<(), Failure> {
    let jobs = slurm::cancel(&Slurm::default(), folder).map_err(failure)?;
    output::line(&format!(
        "cancelled {}; what had begun is saved and goes on when it is submitted again",
        jobs.join(", ")
    ))
}

/// Print a manifest for the points that are not done.
pub fn print(folder: &StudyFolder, planned: &Planned, engine: Manifest, args: &StudyArgs) -> Result<(), Failure> {
    let points = left(folder, planned, true);
    let (program, name) = (program()?, name(planned));
    let threads = planned.threads;
    let jobs = args.jobs.map_or_else(
        || std::thread::available_parallelism().map_or(1, |n| (n.get() / threads).max(1)),
        |jobs| jobs as usize,
    );
    let manifest =
        manifest::Manifest { name: &name, folder: folder.path(), program: &program, points: &points, threads, jobs };
    output::print(&match engine {
        Manifest::Parallel => manifest.parallel(),
        Manifest::Kubernetes => manifest.kubernetes(),
        Manifest::Slurm => {
            let numbers = points.iter().map(|record| record.number);
            slurm::script(&name, folder.path(), &program, 0, numbers, &options(planned, args))
        }
    })
}

/// The points that are neither done nor at work; failed ones only if `retry` is set.
fn left(folder: &StudyFolder, planned: &Planned, retry: bool) -> Vec<Record> {
    let evaluate = planned.study.evaluate.as_ref();
    let is_left = |record: &&Record| match PointStatus::read(&folder.point(record), evaluate).state {
        PointState::Waiting | PointState::Begun => true,
        PointState::Failed(_) => retry,
        PointState::Running | PointState::Done => false,
    };
    planned.records.iter().filter(|record| !record.withdrawn).filter(is_left).cloned().collect()
}

fn name(planned: &Planned) -> String {
    if planned.study.name.is_empty() { "study".into() } else { planned.study.name.clone() }
}

fn program() -> Result<PathBuf, Failure> {
    std::env::current_exe().map_err(Failure::run)
}

fn options(planned: &Planned, args: &StudyArgs) -> slurm::Options {
    let slurm = &args.slurm;
    slurm::Options {
        partition: slurm.partition.clone(),
        account: slurm.account.clone(),
        time: slurm.time.clone(),
        gpus: slurm.gpus.clone(),
        memory: slurm.memory.clone(),
        more: slurm.sbatch.clone(),
        jobs: args.jobs.map(|jobs| jobs as usize),
        threads: planned.threads,
    }
}
