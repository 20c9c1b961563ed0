//! The command `elbow film`: the kept states of a run as a moving picture.

use super::arguments::DeviceArg;
use super::headless::Headless;
use super::output;
use super::progress::Progress;
use crate::data::Split;
use crate::explore::{Answer, Question};
use crate::export::{
    EXPERIMENT_KEY, ExportError, FilmOf, FilmOptions, PROVENANCE_KEY, STEP_KEY, Shot, elbo_at, film, widest, write_film,
};
use crate::train::{At, short};
use crate::worker::{Failure, LoadOptions};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Args)]
pub struct FilmArgs {
    /// A folder that `elbow train … --out DIR` wrote.
    #[arg(value_name = "RUN_DIR")]
    run: PathBuf,
    /// The subject of the film.
    #[arg(long, value_enum)]
    of: OfArg,
    /// The file to write: GIF if its name ends so, else animated PNG, with the experiment inside.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Seconds that each kept state is shown; the last is shown three times as long.
    #[arg(long, value_name = "SECONDS", default_value_t = 0.5, value_parser = parse_seconds)]
    seconds: f64,
    /// Side of each image pixel in pixels of the picture.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=16))]
    scale: u8,
    /// In a film of samples, show draws from p(x|z) instead of its means.
    #[arg(long)]
    draws: bool,
    /// The device to compute on; by default the one in the experiment.
    #[arg(long, value_enum)]
    device: Option<DeviceArg>,
    /// Go on where the data are not those that the run was trained on.
    #[arg(long)]
    other_data: bool,
}

/// A [`FilmOf`] as an argument.
#[derive(Clone, Copy, ValueEnum)]
enum OfArg {
    /// Images that the model makes up, of the same noise throughout
    Samples,
    /// Test images with their reconstructions, of one choice of images throughout
    Reconstructions,
    /// Traversals: one latent dimension moves, the others stay
    Traversals,
    /// Posterior means of test images, on the two dimensions of the highest KL
    Latent,
    /// The decoder's means on a grid over the two latent dimensions of the highest KL
    Manifold,
}

impl From<OfArg> for FilmOf {
    fn from(of: OfArg) -> Self {
        match of {
            OfArg::Samples => Self::Samples,
            OfArg::Reconstructions => Self::Reconstructions,
            OfArg::Traversals => Self::Traversals,
            OfArg::Latent => Self::Latent,
            OfArg::Manifold => Self::Manifold,
        }
    }
}

fn parse_seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.01..=60.0).contains(&seconds) => Ok(seconds),
        _ => Err("it must be a number of seconds from 0.01 to 60".into()),
    }
}

pub fn run(args: FilmArgs) -> Result<(), Failure> {
    check_out(&args)?;
    let headless = Headless::new(None);
    let options = LoadOptions {
        device: args.device.map(Into::into),
        other_data: args.other_data,
        data: None,
        // A film ends where the run does, also of one that has converged.
        at: Some(At::Last),
    };
    headless.load(&args.run, options)?;
    let status = headless.client.status();
    let Some(experiment) = status.experiment.clone() else {
        return Err(Failure::run("an internal error: the run has no experiment"));
    };
    let of = FilmOf::from(args.of);
    let latent = experiment.latent.total();
    if !of.suits(latent) {
        let why = format!("--of {}: this run has {latent} latent dimension; samples or traversals show it", of.name());
        return Err(Failure::Input(why));
    }
    let axes = match of {
        FilmOf::Manifold => {
            let answered = headless.ask(Question::Scatter { split: Split::Test, count: 500 })?;
            match &answered.answer {
                Answer::Scatter { kl_per_dimension, .. } => widest(kl_per_dimension),
                _ => [0, 1],
            }
        }
        _ => [0, 1],
    };
    let question = of.question(axes);
    let steps: Vec<u64> = status.stops.iter().map(|stop| stop.step).filter(|step| *step < status.last_step).collect();
    let all: Vec<At> = steps.into_iter().map(At::Step).chain([At::Last]).collect();
    if all.len() < 2 {
        let why =
            format!("{}: the run keeps no states on its way: set training.history and train it", args.run.display());
        return Err(Failure::Input(why));
    }
    let reports = headless.client.with_history(|history| history.reports.clone());
    let progress = Progress::new();
    let mut shots = Vec::new();
    for (number, at) in all.iter().enumerate() {
        progress.show(number as u64, Some(all.len() as u64), || format!("state {} of {}", number + 1, all.len()));
        let answered = headless.ask_at(*at, question.clone())?;
        let elbo = elbo_at(&reports, answered.step);
        shots.push(Shot { step: answered.step, elbo, answer: answered.answer.clone() });
    }
    drop(progress);
    let options = FilmOptions { scale: usize::from(args.scale), draws: args.draws, seconds: args.seconds };
    let ron = experiment.to_ron().map_err(Failure::run)?;
    let deeds = headless.client.with_history(|history| short(&history.deeds));
    let step = status.last_step.to_string();
    let metadata = [(EXPERIMENT_KEY, ron.as_str()), (STEP_KEY, &step), (PROVENANCE_KEY, &deeds)];
    let written = film(&shots, &options).and_then(|frames| write_film(&args.out, &frames, &metadata));
    written.map_err(|error| match error {
        ExportError::TooLarge { .. } | ExportError::Encode { .. } => Failure::input(error),
        _ => Failure::run(error),
    })?;
    output::line(&args.out.display().to_string())
}

/// Check that the output is a file of one of the two formats, before the work rather than after it.
fn check_out(args: &FilmArgs) -> Result<(), Failure> {
    let refused = |why: &str| Err(Failure::Input(format!("--out {}: {why}", args.out.display())));
    if args.out.is_dir() {
        return refused("this is a folder; name a file in it, such as film.gif");
    }
    let known =
        |ending: &std::ffi::OsStr| ["png", "apng", "gif"].iter().any(|known| ending.eq_ignore_ascii_case(known));
    match args.out.extension() {
        Some(ending) if known(ending) => Ok(()),
        _ => refused("films are written as animated PNG or GIF; name the file .png or .gif"),
    }
}
