//! The command line. Progress goes to standard error, results to standard output; exit status 0 done, 1 the run
//! failed, 2 the input is wrong, with one message; of `elbow study` 3, stopped before its end.

mod arguments;
mod bench;
mod combinations;
mod data;
mod devices;
mod evaluate;
mod film;
mod gradients;
mod headless;
mod history;
mod output;
mod pictures;
mod presets;
mod progress;
mod runs;
mod signals;
mod study;
mod summary;
mod tour;
mod train;
mod window;

use crate::worker::Failure;
use clap::{Parser, Subcommand};
use std::path::PathBuf;

/// The ELBO workbench: describe a variational autoencoder, train it, and watch every term of the bound.
#[derive(Parser)]
#[command(name = "elbow", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// Open the window on an experiment (.ron), a picture exported by Elbow (.png) or a run folder.
    open: Option<PathBuf>,
    /// Draw the curves of these runs beside those of the window's own run.
    #[arg(long, value_name = "RUN_DIR")]
    compare: Vec<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Train a bundled experiment or an experiment file, without a window.
    Train(train::TrainArgs),
    /// Measure the bound and log p(x) of a trained run.
    Eval(evaluate::EvalArgs),
    /// Run a study, an experiment with axes: many runs, here or on a cluster, and a table of their results.
    Study(Box<study::StudyArgs>),
    /// Show what became of a run: the states that it keeps, the best, and everything that was done to it.
    History(history::HistoryArgs),
    /// Write the kept states of a run as a moving picture, APNG or GIF, with step and ELBO.
    Film(film::FilmArgs),
    /// List runs: those of the library, or below folders; filter them, sort them, print them as a table.
    Runs(runs::RunsArgs),
    /// Look at data before training on them: shape, values, labels, duplicates, and what each likelihood would say.
    Data(data::DataArgs),
    /// How much of each estimator's gradient is signal, against the number of samples K.
    Gradients(gradients::GradientArgs),
    /// Write images generated from the prior by a trained run, as PNG.
    Sample(pictures::SampleArgs),
    /// Write images with their reconstructions, as means and draws, as PNG.
    Reconstruct(pictures::ReconstructArgs),
    /// Write latent traversals, as PNG: one row per latent dimension, those with the highest KL first.
    Traverse(pictures::TraverseArgs),
    /// Measure the training throughput of the standard set-ups.
    Bench(bench::BenchArgs),
    /// Train every combination of likelihood, posterior and prior that Elbow offers, for a few steps each.
    Combinations(combinations::CombinationsArgs),
    /// List the bundled experiments, or print one as RON.
    Presets(presets::PresetsArgs),
    /// Variational inference from its beginning: open the window on the tour, or print a page of it.
    Tour(tour::TourArgs),
    /// List the devices that can train on this machine.
    Devices(devices::DevicesArgs),
}

/// Run the command line; returns the process's exit status.
pub fn main() -> i32 {
    let cli = Cli::parse();
    let outcome = match cli.command {
        None => window::run(cli.open, cli.compare),
        Some(Command::Train(args)) => train::run(args),
        Some(Command::Eval(args)) => evaluate::run(args),
        Some(Command::Study(args)) => match study::run(*args) {
            Ok(status) => return status,
            Err(failure) => Err(failure),
        },
        Some(Command::History(args)) => history::run(args),
        Some(Command::Film(args)) => film::run(args),
        Some(Command::Runs(args)) => runs::run(args),
        Some(Command::Data(args)) => data::run(args),
        Some(Command::Gradients(args)) => gradients::run(args),
        Some(Command::Sample(args)) => pictures::sample(args),
        Some(Command::Reconstruct(args)) => pictures::reconstruct(args),
        Some(Command::Traverse(args)) => pictures::traverse(args),
        Some(Command::Bench(args)) => bench::run(args),
        Some(Command::Combinations(args)) => combinations::run(args),
        Some(Command::Presets(args)) => presets::run(args),
        Some(Command::Tour(args)) => tour::run(args),
        Some(Command::Devices(args)) => devices::run(args),
    };
    let Err(failure) = outcome else { return 0 };
    output::note(format_args!("elbow: {}", failure.message()));
    match failure {
        Failure::Run(_) => 1,
        Failure::Input(_) => 2,
    }
}
