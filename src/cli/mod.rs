//! The command line. Progress goes to standard error, results to standard output; exit status 0 done, 1 the run
//! failed, 2 the input is wrong, with one message; of `elbow study` 3, stopped before its end.

mod arguments;
mod arrays;
mod bench;
mod combinations;
mod data;
mod decode;
mod devices;
mod encode;
mod evaluate;
mod export;
mod film;
mod gradients;
mod headless;
mod history;
mod impute;
mod manual;
mod output;
mod pictures;
mod presets;
mod progress;
mod records;
mod report;
mod runs;
mod score;
mod signals;
mod study;
mod summary;
mod tensorboard;
mod tour;
mod train;
mod version;
mod window;

use crate::worker::Failure;
use clap::{CommandFactory, Parser, Subcommand};
use std::path::PathBuf;

/// The ELBO workbench: describe a variational autoencoder, train it, and watch every term of the bound.
#[derive(Parser)]
#[command(name = "elbow", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// Open the window on an experiment (a bundled one's name, or .ron), a picture exported by Elbow (.png) or a run
    /// folder.
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
    /// Look at data before training on them: shape, values, labels, duplicates, and which likelihoods suit them.
    Data(data::DataArgs),
    /// How much of each estimator's gradient is signal, against the number of samples K.
    Gradients(gradients::GradientArgs),
    /// Impute missing values by a trained run: their means and draws given what is known, and the error where the truth
    /// is known.
    Impute(impute::ImputeArgs),
    /// Write images generated from the prior by a trained run, as PNG; rows of a table also as CSV.
    Sample(pictures::SampleArgs),
    /// Write images with their reconstructions, as means and draws, as PNG; rows of a table also as CSV.
    Reconstruct(pictures::ReconstructArgs),
    /// Write latent traversals, as PNG: one row per latent dimension, those with the highest KL first.
    Traverse(pictures::TraverseArgs),
    /// Write the codes of images, q(z|x) of each, as numbers for other programs.
    Encode(encode::EncodeArgs),
    /// Write a table with a row an image: its bound, log p(x), gap, likelihood regret and squared error.
    Score(score::ScoreArgs),
    /// Decode codes, from `elbow encode` or another program, to images.
    Decode(decode::DecodeArgs),
    /// Write the model itself for other programs: PyTorch, ONNX.
    Export(export::ExportArgs),
    /// Write a run or a study as one page of HTML: the experiment, its results, and how to repeat them.
    Report(report::ReportArgs),
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
    /// Print the completions of a shell: `elbow completions bash > /etc/bash_completion.d/elbow`.
    Completions(manual::CompletionsArgs),
    /// Write the manual, a page for each command, into a folder.
    Man(manual::ManArgs),
}

/// Run the command line; returns the process's exit status.
pub fn main() -> i32 {
    // Devices are looked for here alone: the parser would look for them at every start.
    if std::env::args_os().skip(1).eq(["--version"]) {
        return output::line(&version::text()).map_or(1, |()| 0);
    }
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
        Some(Command::Impute(args)) => impute::run(args),
        Some(Command::Sample(args)) => pictures::sample(args),
        Some(Command::Reconstruct(args)) => pictures::reconstruct(args),
        Some(Command::Traverse(args)) => pictures::traverse(args),
        Some(Command::Encode(args)) => encode::run(args),
        Some(Command::Score(args)) => score::run(args),
        Some(Command::Decode(args)) => decode::run(args),
        Some(Command::Export(args)) => export::run(args),
        Some(Command::Bench(args)) => bench::run(args),
        Some(Command::Combinations(args)) => combinations::run(args),
        Some(Command::Presets(args)) => presets::run(args),
        Some(Command::Tour(args)) => tour::run(args),
        Some(Command::Devices(args)) => devices::run(args),
        Some(Command::Report(args)) => report::run(args),
        Some(Command::Completions(args)) => manual::completions(args, Cli::command()),
        Some(Command::Man(args)) => manual::man(args, Cli::command()),
    };
    let Err(failure) = outcome else { return 0 };
    output::note(format_args!("elbow: {}", failure.message()));
    match failure {
        Failure::Run(_) => 1,
        Failure::Input(_) => 2,
    }
}
