//! `elbow train`.

use super::progress::Progress;
use super::run::Headless;
use super::{DeviceArg, Failure, to_json};
use crate::data::Split;
use crate::experiment::{Experiment, Length, Problem, Severity, load_named_or_file};
use crate::explore::{Answer, Question, Start};
use crate::export::{GridOptions, Sheet, save_sheet};
use crate::train::{Report, checkpoint};
use crate::worker::{Command, RunState, Status};
use clap::Args;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[derive(Args)]
pub struct TrainArgs {
    /// The name of a bundled experiment, or a .ron file. May be left out with --resume.
    #[arg(required_unless_present = "resume")]
    preset: Option<String>,
    /// Change a field, e.g. --set training.batch=64 --set objective.samples=5.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// The run folder to write.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[arg(long)]
    device: Option<DeviceArg>,
    /// Train for this many steps, whatever the experiment's length.
    #[arg(long, value_name = "N")]
    steps: Option<u64>,
    /// Go on with the run in --out.
    #[arg(long, requires = "out")]
    resume: bool,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

/// What a training run came to.
#[derive(Serialize)]
struct Summary {
    name: String,
    state: String,
    step: u64,
    epoch: f64,
    seconds: f64,
    images_per_s: f64,
    device: String,
    split: &'static str,
    images_measured: &'static str,
    elbo: f64,
    elbo_se: f64,
    reconstruction: f64,
    kl: f64,
    out: Option<PathBuf>,
}

pub fn run(args: TrainArgs) -> Result<(), Failure> {
    let headless = match (&args.out, args.resume) {
        (Some(out), true) => resume(out, &args)?,
        (out, _) => start(out.as_deref(), &args)?,
    };
    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = interrupted.clone();
    if let Err(error) = ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed)) {
        eprintln!("warning: Ctrl-C will not save the run: {error}");
    }
    let outcome = follow(&headless, &interrupted);
    // Also a run that failed keeps its last good state.
    let status = headless.client.status();
    if let (Some(out), true) = (&args.out, status.experiment.is_some()) {
        headless.save(out)?;
        if outcome.is_ok() {
            pictures(&headless, out)?;
        }
    }
    let state = outcome?;
    let summary = summary(&headless, &status, state, args.out)?;
    if args.json {
        println!("{}", to_json(&summary));
    } else {
        println!(
            "{}: over ({}) after {} steps ({:.2} epochs, {:.1} s, {:.0} images/s) on {}",
            summary.name,
            summary.state,
            summary.step,
            summary.epoch,
            summary.seconds,
            summary.images_per_s,
            summary.device
        );
        println!(
            "{} ELBO {:.3} ± {:.3} nats per image = reconstruction {:.3} − KL {:.3}",
            summary.split, summary.elbo, summary.elbo_se, summary.reconstruction, summary.kl
        );
        if let Some(out) = &summary.out {
            println!("written to {}", out.display());
        }
    }
    Ok(())
}

/// The experiment of the arguments, checked.
fn experiment(args: &TrainArgs, base: Experiment) -> Result<Experiment, Failure> {
    let mut experiment = base;
    for assignment in &args.set {
        experiment.set(assignment).map_err(|error| Failure::Input(format!("--set {error}")))?;
    }
    if let Some(device) = args.device {
        experiment.device = device.into();
    }
    if let Some(steps) = args.steps {
        experiment.training.length = Length::Steps(steps);
    }
    let problems = experiment.problems(experiment.image_shape_hint());
    let (errors, warnings): (Vec<Problem>, Vec<Problem>) =
        problems.into_iter().partition(|problem| problem.severity == Severity::Error);
    warnings.iter().for_each(|warning| eprintln!("warning: {warning}"));
    if errors.is_empty() {
        return Ok(experiment);
    }
    let name = args.preset.as_deref().unwrap_or("experiment");
    let lines: Vec<String> = errors.iter().map(|problem| format!("{name}: {problem}")).collect();
    Err(Failure::Input(lines.join("\n")))
}

fn start(out: Option<&Path>, args: &TrainArgs) -> Result<Headless, Failure> {
    let preset = args.preset.as_deref().unwrap_or_default();
    let base = load_named_or_file(preset).map_err(|error| Failure::Input(error.to_string()))?;
    let experiment = experiment(args, base)?;
    if let Some(out) = out {
        if out.join("experiment.ron").exists() {
            return Err(Failure::Input(format!(
                "--out {}: there is a run already; go on with it by --resume, or name another folder",
                out.display()
            )));
        }
        std::fs::create_dir_all(out)
            .map_err(|error| Failure::Input(format!("--out {}: cannot make the folder: {error}", out.display())))?;
    }
    let headless = Headless::new();
    headless.client.send(Command::Start(Box::new(experiment)));
    Ok(headless)
}

fn resume(out: &Path, args: &TrainArgs) -> Result<Headless, Failure> {
    if !args.set.is_empty() || args.device.is_some() {
        return Err(Failure::Input(
            "--resume goes on with the experiment as it is; --set and --device need a new run".into(),
        ));
    }
    checkpoint::read_experiment(out).map_err(|error| Failure::Input(error.to_string()))?;
    let headless = Headless::load(out)?;
    let loaded = headless.client.status();
    if let Some(steps) = args.steps {
        headless.client.send(Command::Extend(Length::Steps(loaded.step + steps)));
    } else if let Some(why) = Headless::ended(&loaded) {
        return Err(Failure::Input(format!("--resume: the run is over ({why}); train it longer with --steps N")));
    }
    headless.client.send(Command::Resume);
    // Until the worker has heard, it still shows the end of the last run.
    headless.wait(|status, _| (status.state == RunState::Running || status.step > loaded.step).then_some(()))?;
    Ok(headless)
}

/// Show progress until the run is over; how it ended.
fn follow(headless: &Headless, interrupted: &AtomicBool) -> Result<String, Failure> {
    let mut progress = None;
    let mut stopping = false;
    let ended = headless.wait(|status, _| {
        let progress = progress.get_or_insert_with(|| Progress::new(status.total_steps));
        match &status.state {
            RunState::Preparing(what) => progress.show(0, || what.clone()),
            RunState::Running => progress.show(status.step, || line(headless, status)),
            _ => {}
        }
        if interrupted.load(Ordering::Relaxed) && !stopping {
            stopping = true;
            headless.client.send(Command::Stop);
        }
        Headless::ended(status)
    });
    if let Some(progress) = progress {
        progress.finish();
    }
    ended
}

fn line(headless: &Headless, status: &Status) -> String {
    let report = headless.client.with_history(|history| history.reports.last().cloned());
    let bound = report.map_or(String::new(), |r| format!("{} ELBO {:.2} ", r.split.name(), r.elbo));
    format!("step {} epoch {:.2} {bound}{:.0} images/s", status.step, status.epoch, status.images_per_second)
}

fn summary(headless: &Headless, status: &Status, state: String, out: Option<PathBuf>) -> Result<Summary, Failure> {
    let best = |split: Split| {
        headless.client.with_history(|history| {
            let of_split = || history.reports.iter().rev().filter(|r| r.split == split);
            of_split().find(|r| r.whole && r.step == status.step).or_else(|| of_split().next()).cloned()
        })
    };
    let report: Report = best(Split::Validation)
        .or_else(|| best(Split::Train))
        .ok_or_else(|| Failure::Run("the run ended before its first report".into()))?;
    Ok(Summary {
        name: status.experiment.as_ref().map_or(String::new(), |e| e.name.clone()),
        state,
        step: status.step,
        epoch: status.epoch,
        seconds: status.seconds,
        images_per_s: status.images_per_second,
        device: status.device.clone(),
        split: report.split.name(),
        images_measured: if report.whole { "whole split" } else { "fixed subset" },
        elbo: report.elbo,
        elbo_se: report.elbo_se,
        reconstruction: report.reconstruction,
        kl: report.kl,
        out,
    })
}

/// The run folder's three pictures.
fn pictures(headless: &Headless, out: &Path) -> Result<(), Failure> {
    let questions = [
        ("reconstructions.png", Question::Reconstructions { split: Split::Test, count: 10, choice: 0 }),
        (
            "traversals.png",
            Question::Traversals { rows: 10, columns: 11, from: 0.02, to: 0.98, start: Start::PriorMean },
        ),
        ("samples.png", Question::PriorSamples { count: 64, temperature: 1.0, seed: 0 }),
    ];
    for (name, question) in questions {
        let answered = headless.ask(question)?;
        let sheet = match &answered.answer {
            answer @ Answer::Reconstructions { .. } => Sheet::reconstructions(answer),
            answer @ Answer::Traversals { .. } => Sheet::traversals(answer),
            answer => Sheet::samples(answer, false, 8),
        };
        if let (Some(sheet), Some(experiment)) = (sheet, headless.client.status().experiment) {
            let ron = experiment.to_ron().map_err(|error| Failure::Run(error.to_string()))?;
            save_sheet(&out.join(name), &sheet, &GridOptions::default(), &ron, answered.step)
                .map_err(|error| Failure::Run(error.to_string()))?;
        }
    }
    Ok(())
}
