//! `elbow train`.

use super::arguments::DeviceArg;
use super::headless::Headless;
use super::progress::Progress;
use super::summary::Summary;
use super::{output, pictures, signals};
use crate::experiment::{Experiment, Length, Problem, load_named_or_file};
use crate::files::Lock;
use crate::train::RunFolder;
use crate::worker::{Command, Event, Failure, Finished, RunState, Status, memory};
use clap::{Args, value_parser};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

#[derive(Args)]
pub struct TrainArgs {
    /// The name of a bundled experiment, or a .ron file. Left out with --resume.
    #[arg(required_unless_present = "resume", conflicts_with = "resume")]
    preset: Option<String>,
    /// Change a field, e.g. --set training.batch=64 --set objective.samples=5.
    #[arg(long = "set", value_name = "PATH=VALUE", conflicts_with = "resume")]
    set: Vec<String>,
    /// The run folder to write: experiment, metrics, checkpoint, pictures.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Where to train; by default where the experiment says.
    #[arg(long, value_enum)]
    device: Option<DeviceArg>,
    /// Train for this many steps, whatever the experiment's length; with --resume, for this many more.
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(1..))]
    steps: Option<u64>,
    /// Go on with the run in --out.
    #[arg(long, requires = "out")]
    resume: bool,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(args: TrainArgs) -> Result<(), Failure> {
    if let Some(out) = args.out.as_deref().filter(|out| args.json && out.to_str().is_none()) {
        let out = out.display();
        return Err(Failure::Input(format!(
            "--out {out}: this name is not UTF-8, and JSON cannot hold it; leave --json out"
        )));
    }
    let (_lock, headless) = match (&args.out, args.resume) {
        (Some(out), true) => resume(out, &args).map(|(lock, headless)| (Some(lock), headless))?,
        (out, _) => start(out.as_deref(), &args)?,
    };
    let ended = follow(&headless, &signals::interrupts());
    // Also a run that failed keeps its last good state.
    if let Some(out) = args.out.as_deref().filter(|_| headless.client.status().experiment.is_some()) {
        headless.save(out)?;
        match &ended {
            Ok(_) => pictures::write_all(&headless, &RunFolder::at(out))?,
            Err(_) => output::note(format_args!("the last good state is in {}", out.display())),
        }
    }
    Summary::new(&headless, ended?, args.out).print(args.json)
}

/// Begin the run of the arguments. The lock of its folder goes with it.
fn start(out: Option<&Path>, args: &TrainArgs) -> Result<(Option<Lock>, Headless), Failure> {
    let experiment = experiment(args)?;
    let lock = out.map(|out| RunFolder::at(out).claim_new()).transpose();
    let lock = lock.map_err(|error| Failure::Input(format!("--out {error}")))?;
    let headless = Headless::new(out.map(Path::to_path_buf));
    headless.client.send(Command::Start(Box::new(experiment)));
    Ok((lock, headless))
}

/// The experiment of the arguments, checked.
fn experiment(args: &TrainArgs) -> Result<Experiment, Failure> {
    // The parser has seen to it that there is one.
    let name = args.preset.as_deref().unwrap_or_default();
    let mut experiment = load_named_or_file(name).map_err(Failure::input)?;
    for assignment in &args.set {
        experiment.set(assignment).map_err(|error| Failure::Input(format!("--set {error}")))?;
    }
    if let Some(device) = args.device {
        experiment.device = device.into();
    }
    if let Some(steps) = args.steps {
        experiment.training.length = Length::Steps(steps);
    }
    let mut problems = experiment.problems(experiment.image_shape_hint());
    problems.extend(experiment.image_shape_hint().and_then(|image| memory::too_large(&experiment, image)));
    let (errors, warnings): (Vec<Problem>, Vec<Problem>) = problems.into_iter().partition(Problem::is_error);
    warnings.iter().for_each(|warning| output::note(format_args!("warning: {warning}")));
    if errors.is_empty() {
        return Ok(experiment);
    }
    let lines: Vec<String> = errors.iter().map(|problem| format!("{name}: {problem}")).collect();
    Err(Failure::Input(lines.join("\n")))
}

/// Go on with the run in a folder. Its lock goes with it.
fn resume(out: &Path, args: &TrainArgs) -> Result<(Lock, Headless), Failure> {
    let folder = RunFolder::at(out);
    // A folder that holds no run gets no lock either.
    folder.experiment()?;
    let lock = folder.lock()?;
    let headless = Headless::new(Some(out.to_path_buf()));
    headless.load(match args.device {
        None => Command::Load(out.to_path_buf()),
        Some(device) => Command::LoadOn(out.to_path_buf(), device.into()),
    })?;
    let status = headless.client.status();
    match (args.steps, status.state) {
        (Some(steps), _) => headless.client.send(Command::Extend(Length::Steps(status.step.saturating_add(steps)))),
        (None, RunState::Finished(why)) => {
            return Err(Failure::Input(format!("the run is over ({why}); train on with --steps N")));
        }
        (None, _) => {}
    }
    headless.client.send(Command::Resume);
    Ok((lock, headless))
}

/// Show progress until the run is over; how it ended.
fn follow(headless: &Headless, interrupted: &AtomicBool) -> Result<Finished, Failure> {
    let progress = Progress::new();
    let mut stopping = false;
    headless.wait(&progress, |status, event| {
        match &status.state {
            RunState::Preparing(what) => progress.prepare(what),
            RunState::Running => progress.show(status.step, status.total_steps, || line(headless, status)),
            _ => {}
        }
        if interrupted.load(Ordering::Relaxed) && status.experiment.is_none() {
            // Nothing to save yet; and what is being read may take its time to notice.
            progress.note("elbow: interrupted before there was a model to train");
            std::process::exit(130);
        }
        if interrupted.load(Ordering::Relaxed) && !stopping {
            stopping = true;
            headless.client.send(Command::Stop);
        }
        match event {
            Some(Event::Finished(finished)) => Some((**finished).clone()),
            _ => None,
        }
    })
}

fn line(headless: &Headless, status: &Status) -> String {
    let report = headless.client.with_history(|history| history.reports.last().cloned());
    let bound = report.map_or(String::new(), |report| format!("{} ELBO {:.2}  ", report.split.name(), report.elbo));
    format!("step {}  epoch {:.2}  {bound}{:.0} images/s", status.step, status.epoch, status.images_per_second)
}
