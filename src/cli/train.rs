//! The command `elbow train`.

use super::arguments::{DeviceArg, ScheduleArg, ShardsArg};
use super::headless::Headless;
use super::progress::Progress;
use super::summary::Summary;
use super::tensorboard::TensorBoard;
use super::{output, pictures, signals};
use crate::data::Split;
use crate::experiment::{Experiment, Problem, load_named_or_file};
use crate::files::Lock;
use crate::train::{At, Report, RunFolder, schedule};
use crate::worker::{Command, Event, Failure, Finished, ForkRequest, LoadOptions, RunState, Status, memory};
use clap::{Args, value_parser};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[derive(Args)]
pub struct TrainArgs {
    /// The name of a bundled experiment, or a .ron file. Leave it out with --resume and --fork.
    #[arg(required_unless_present_any = ["resume", "fork"], conflicts_with_all = ["resume", "fork"])]
    preset: Option<String>,
    /// Change a field, e.g. --set training.batch=64 --set objective.samples=5.
    #[arg(long = "set", value_name = "PATH=VALUE", conflicts_with = "resume")]
    set: Vec<String>,
    /// The run folder to write, with experiment, metrics, checkpoint and pictures.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write event files for TensorBoard into this folder while the run trains: scalars, pictures, histograms of the
    /// KL.
    #[arg(long, value_name = "DIR")]
    tensorboard: Option<PathBuf>,
    /// The device to train on; by default the one in the experiment.
    #[arg(long, value_enum)]
    device: Option<DeviceArg>,
    /// Divide batches into this many parts, computed side by side on the CPU; auto: as many as suit this machine. The
    /// number becomes part of the experiment.
    #[arg(long, value_name = "N|auto", value_parser = ShardsArg::parse, conflicts_with = "resume")]
    shards: Option<ShardsArg>,
    /// Train for at most this many steps in this call. The experiment's length and schedule do not change: --resume
    /// continues to the planned end.
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(1..))]
    steps: Option<u64>,
    /// Continue the run in --out.
    #[arg(long, requires = "out")]
    resume: bool,
    /// With --resume: change the run's length, counted from its beginning; written as in --set training.length=…, for
    /// example 30 (epochs) or Steps(9000).
    #[arg(long, value_name = "LENGTH", requires = "resume")]
    extend: Option<String>,
    /// With --extend: the effect on the schedule of the learning rate.
    #[arg(long, value_enum, default_value_t, requires = "extend")]
    schedule: ScheduleArg,
    /// Begin a new run at a state of this one, whose parameters it takes over; it knows its parent. Change it with
    /// --set.
    #[arg(long, value_name = "RUN_DIR", conflicts_with = "resume")]
    fork: Option<PathBuf>,
    /// With --fork: the state at which the new run begins: best, last, or a step whose state was kept, which `elbow
    /// history` lists.
    #[arg(long, value_name = "best|last|STEP", requires = "fork", default_value = "last")]
    at: At,
    /// With --fork: begin with an optimiser that has taken no step, even where its state was kept.
    #[arg(long, requires = "fork")]
    reset_optimiser: bool,
    /// With --resume and --fork: go on where the data are not those that the run was trained on.
    #[arg(long)]
    other_data: bool,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(args: TrainArgs) -> Result<(), Failure> {
    if args.other_data && !args.resume && args.fork.is_none() {
        return Err(Failure::Input("--other-data goes with --resume or --fork".into()));
    }
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
    let first = headless.client.status().step;
    let last = args.steps.map(|steps| first.saturating_add(steps));
    let mut board = args.tensorboard.as_deref().map(|folder| TensorBoard::begin(folder, &headless)).transpose()?;
    let ended = follow(&headless, last, &signals::interrupts(), board.as_mut());
    // Also a run that failed keeps its last good state.
    if let Some(out) = args.out.as_deref().filter(|_| headless.client.status().experiment.is_some()) {
        headless.save(out)?;
        match &ended {
            Ok(_) => pictures::write_all(&headless, &RunFolder::at(out))?,
            Err(_) => output::note(format_args!("the last good state is in {}", out.display())),
        }
    }
    match (board, &ended) {
        (Some(board), Ok(_)) => board.finish(&headless)?,
        (Some(board), Err(_)) => board.abandon(&headless),
        (None, _) => {}
    }
    Summary::new(&headless, ended?, args.out).print(args.json)
}

/// Begin the run of the arguments. The lock of its folder is returned with it.
fn start(out: Option<&Path>, args: &TrainArgs) -> Result<(Option<Lock>, Headless), Failure> {
    let name = match (&args.fork, &args.preset) {
        (Some(parent), _) => parent.display().to_string(),
        // The parser has seen to it that there is one.
        (None, preset) => preset.clone().unwrap_or_default(),
    };
    let experiment = experiment(&name, args)?;
    let lock = out.map(|out| RunFolder::at(out).claim_new()).transpose();
    let lock = lock.map_err(|error| Failure::Input(format!("--out {error}")))?;
    let headless = Headless::new(out.map(Path::to_path_buf));
    if let Some(run) = args.fork.clone() {
        let TrainArgs { at, reset_optimiser, other_data, .. } = *args;
        headless.fork(ForkRequest { run: Some(run), at, experiment, reset_optimiser, other_data })?;
        let status = headless.client.status();
        if let RunState::Finished(why) = status.state {
            return Err(Failure::Input(format!(
                "--fork {name}: at step {} the run is over ({why}); make the new one longer by --set training.length=…",
                status.step
            )));
        }
        go_on(&headless, args.steps);
        return Ok((lock, headless));
    }
    match args.steps {
        None => headless.client.send(Command::Start(Box::new(experiment))),
        Some(steps) => {
            headless.client.send(Command::Prepare(Box::new(experiment)));
            headless.client.send(Command::TrainFor(steps));
        }
    }
    Ok((lock, headless))
}

/// The experiment of the arguments, validated: that of a name, or that of a run to fork.
fn experiment(name: &str, args: &TrainArgs) -> Result<Experiment, Failure> {
    let mut experiment = match &args.fork {
        None => load_named_or_file(name).map_err(Failure::input)?,
        Some(parent) => {
            let parent = RunFolder::at(parent);
            let experiment = parent.experiment()?;
            let at = |failure| Failure::Input(format!("--fork {name} --at {}: {failure}", args.at));
            parent.checkpoint()?.experiment_at(args.at, &experiment).map_err(at)?
        }
    };
    for assignment in &args.set {
        experiment.set(assignment).map_err(|error| Failure::Input(format!("--set {error}")))?;
    }
    if let Some(device) = args.device {
        experiment.device = device.into();
    }
    if let Some(shards) = args.shards {
        experiment.training.shards = shards.of(&experiment);
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

/// Continue the run in a folder. The folder's lock is returned with it.
fn resume(out: &Path, args: &TrainArgs) -> Result<(Lock, Headless), Failure> {
    let folder = RunFolder::at(out);
    // A folder that holds no run gets no lock either.
    folder.experiment()?;
    let lock = folder.lock()?;
    let headless = Headless::new(Some(out.to_path_buf()));
    // What the run goes on from is its last state.
    let at = Some(At::Last);
    headless
        .load(out, LoadOptions { device: args.device.map(Into::into), other_data: args.other_data, at, data: None })?;
    if let Some(length) = &args.extend {
        extend(&headless, length, args.schedule)?;
    }
    if let RunState::Finished(why) = headless.client.status().state {
        return Err(over(&why));
    }
    go_on(&headless, args.steps);
    Ok((lock, headless))
}

/// Let a run train that is there, perhaps for a number of steps.
fn go_on(headless: &Headless, steps: Option<u64>) {
    headless.client.send(match steps {
        None => Command::Resume,
        Some(steps) => Command::TrainFor(steps),
    });
}

fn over(why: &str) -> Failure {
    Failure::Input(format!("the run is over ({why}); let it go on by a longer --extend LENGTH"))
}

/// Change the length of the run that was loaded. A length with which nothing would be trained is refused, and nothing
/// changes.
fn extend(headless: &Headless, length: &str, schedule: ScheduleArg) -> Result<(), Failure> {
    let status = headless.client.status();
    let mut experiment = status.experiment.map(Arc::unwrap_or_clone).unwrap_or_default();
    let mut extended = experiment.training.clone();
    let wrong = |error: String| Failure::Input(format!("--extend {length}: {error}"));
    experiment.set(&format!("training.length={length}")).map_err(|error| wrong(error.to_string()))?;
    if let Some(problem) = experiment.problems(experiment.image_shape_hint()).iter().find(|it| it.is_error()) {
        return Err(wrong(problem.to_string()));
    }
    let (to, extension) = (experiment.training.length, schedule.at(status.epoch));
    if let Some(why) = to.reached(status.step, status.epoch) {
        return Err(over(&why));
    }
    let steps_per_epoch = status.steps_per_epoch as f64;
    extended.extend(to, extension, steps_per_epoch);
    if schedule::learning_rate(&extended, status.epoch, steps_per_epoch) == 0.0 {
        return Err(wrong(
            "the schedule has come to its end, where the learning rate is 0: nothing would be learned; spread it over \
             the new length by --schedule stretch, or let it begin anew by --schedule restart"
                .into(),
        ));
    }
    headless.client.send(Command::Extend(to, extension));
    headless.wait(&Progress::new(), |status, _| {
        status.experiment.as_ref().is_some_and(|experiment| experiment.training == extended).then_some(())
    })
}

/// Show progress until the run has ended or has reached the step `last`; returns how it ended.
fn follow(
    headless: &Headless,
    last: Option<u64>,
    interrupted: &AtomicBool,
    mut board: Option<&mut TensorBoard>,
) -> Result<Finished, Failure> {
    let progress = Progress::new();
    let mut stopping = false;
    headless.wait(&progress, |status, event| {
        match &status.state {
            RunState::Preparing(what) => progress.prepare(what),
            RunState::Running => {
                let end = status.total_steps.into_iter().chain(last).min();
                progress.show(status.step, end, || line(headless, status));
                if let Some(board) = &mut board {
                    board.turn(headless, status);
                }
            }
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
    // Training batches, and the whole validation split: the part that is measured between epochs is another set.
    let last = |split: Split| {
        let of = move |report: &&Report| report.split == split && (report.whole || split == Split::Train);
        headless.client.with_history(|history| history.reports.iter().rev().find(of).map(|report| report.elbo))
    };
    let training = last(Split::Train).map_or(String::new(), |elbo| format!("training ELBO {elbo:.2}  "));
    let held_out = last(Split::Validation).filter(|_| !status.validates_on_training);
    let bound = training + &held_out.map_or(String::new(), |elbo| format!("validation ELBO {elbo:.2}  "));
    format!(
        "step {}  epoch {:.2}  {bound}{:.0} {}/s",
        status.step,
        status.epoch,
        status.images_per_second,
        status.noun.many()
    )
}
