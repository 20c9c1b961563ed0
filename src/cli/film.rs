//! The command `elbow film`: the kept states of a run as a moving picture, or a way through its latent space.

use super::arguments::RunArgs;
use super::headless::Headless;
use super::output;
use super::progress::Progress;
use crate::data::Split;
use crate::explore::{Answer, Question};
use crate::export::{
    EXPERIMENT_KEY, ExportError, FilmOf, FilmOptions, FilmOver, PROVENANCE_KEY, STEP_KEY, Shot, elbo_at, film,
    on_the_way, widest, write_film,
};
use crate::train::{At, short};
use crate::worker::{Answered, Failure, LoadOptions};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Args)]
pub struct FilmArgs {
    #[command(flatten)]
    run: RunArgs,
    /// The subject of the film.
    #[arg(long, value_enum)]
    of: OfArg,
    /// Whether training or a way through latent space passes with the time of the film.
    #[arg(long, value_enum, default_value = "training")]
    over: OverArg,
    /// The file to write: GIF if its name ends so, else animated PNG, with the experiment inside.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Seconds that each kept state is shown, by default 0.5; the last is shown three times as long. Over latent space,
    /// seconds of each place, by default 0.08.
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    seconds: Option<f64>,
    /// Side of each image pixel in pixels of the picture.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=16))]
    scale: u8,
    /// In a film of samples, show draws from p(x|z) instead of its means.
    #[arg(long)]
    draws: bool,
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
    /// Pairs of test images, and the images on the straight way between their posterior means
    Interpolations,
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
            OfArg::Interpolations => Self::Interpolations,
            OfArg::Latent => Self::Latent,
            OfArg::Manifold => Self::Manifold,
        }
    }
}

/// A [`FilmOver`] as an argument.
#[derive(Clone, Copy, ValueEnum)]
enum OverArg {
    /// A picture for each state that the run has kept on its way
    Training,
    /// A way through the latent space of one state, there and back: traversals, interpolations, the manifold
    Latent,
}

impl From<OverArg> for FilmOver {
    fn from(over: OverArg) -> Self {
        match over {
            OverArg::Training => Self::Training,
            OverArg::Latent => Self::Latent,
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
    let (of, over) = (FilmOf::from(args.of), FilmOver::from(args.over));
    if !of.has(over) {
        return Err(Failure::Input(format!(
            "--of {} --over {}: films over latent space are of traversals, interpolations or manifold",
            of.name(),
            over.name()
        )));
    }
    if let (FilmOver::Training, Some(at)) = (over, args.run.at) {
        return Err(Failure::Input(format!(
            "--at {at}: a film over training shows every state; leave --at out, or make it --over latent"
        )));
    }
    let headless = Headless::new(None);
    // A film over training ends where the run does, also of one that has converged.
    let at = args.run.at.or((over == FilmOver::Training).then_some(At::Last));
    headless.load(&args.run.run, LoadOptions { at, ..args.run.options() })?;
    let status = headless.client.status();
    let Some(experiment) = status.experiment.clone() else {
        return Err(Failure::run("an internal error: the run has no experiment"));
    };
    let latent = experiment.latent.total();
    if !of.suits(latent) {
        let why = format!("--of {}: this run has {latent} latent dimension; samples or traversals show it", of.name());
        return Err(Failure::Input(why));
    }
    let question = of.question(axes(&headless, of)?);
    let reports = headless.client.with_history(|history| history.reports.clone());
    let shot = |answered: &Answered| Shot {
        step: answered.step,
        elbo: elbo_at(&reports, answered.step),
        answer: answered.answer.clone(),
    };
    let (shots, step) = match over {
        FilmOver::Latent => (vec![shot(&*headless.ask(on_the_way(question))?)], status.step),
        FilmOver::Training => {
            (states(&headless, &args, &question)?.iter().map(|it| shot(it)).collect(), status.last_step)
        }
    };
    let seconds = args.seconds.unwrap_or(over.seconds());
    let options = FilmOptions { over, scale: usize::from(args.scale), draws: args.draws, seconds };
    let ron = experiment.to_ron().map_err(Failure::run)?;
    let deeds = headless.client.with_history(|history| short(&history.deeds));
    let step = step.to_string();
    let metadata = [(EXPERIMENT_KEY, ron.as_str()), (STEP_KEY, &step), (PROVENANCE_KEY, &deeds)];
    let written = film(&shots, &options).and_then(|frames| write_film(&args.out, &frames, &metadata));
    written.map_err(|error| match error {
        ExportError::TooLarge { .. } | ExportError::Encode { .. } => Failure::input(error),
        _ => Failure::run(error),
    })?;
    output::line(&args.out.display().to_string())
}

/// The latent dimensions of a manifold: the two of the highest KL.
fn axes(headless: &Headless, of: FilmOf) -> Result<[usize; 2], Failure> {
    if of != FilmOf::Manifold {
        return Ok([0, 1]);
    }
    match &headless.ask(Question::Scatter { split: Split::Test, count: 500 })?.answer {
        Answer::Scatter { kl_per_dimension, .. } => Ok(widest(kl_per_dimension)),
        _ => Ok([0, 1]),
    }
}

/// The answers of all kept states to a question, the last state's behind them.
fn states(headless: &Headless, args: &FilmArgs, question: &Question) -> Result<Vec<Arc<Answered>>, Failure> {
    let all = headless.client.status().states();
    if all.len() < 2 {
        let has_ways = FilmOf::from(args.of).has(FilmOver::Latent);
        let other = if has_ways { "; or make a film of its last state, with --over latent" } else { "" };
        let run = args.run.run.display();
        let why = format!("{run}: the run keeps no states on its way: set training.history and train it{other}");
        return Err(Failure::Input(why));
    }
    let progress = Progress::new();
    let ask = |(number, at): (usize, &At)| {
        progress.show(number as u64, Some(all.len() as u64), || format!("state {} of {}", number + 1, all.len()));
        headless.ask_at(*at, question.clone())
    };
    all.iter().enumerate().map(ask).collect()
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
