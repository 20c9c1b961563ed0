//! The command line. Progress goes to standard error, results to standard output; exit status 0 done, 1 the run
//! failed, 2 the input is wrong.

mod bench;
mod evaluate;
mod grids;
mod progress;
mod run;
mod train;

use crate::data::Split;
use crate::experiment::{self, DeviceChoice};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// The ELBO workbench: describe a variational autoencoder, train it, and watch every term of the bound.
#[derive(Parser)]
#[command(name = "elbow", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// Open the window on an experiment (.ron), a picture exported by Elbow (.png) or a run folder.
    open: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Train a preset or an experiment file, without a window.
    Train(train::TrainArgs),
    /// Measure the bound and log p(x) of a trained run.
    Eval(evaluate::EvalArgs),
    /// Prior samples of a trained run, as PNG.
    Sample(grids::GridArgs),
    /// Inputs, their reconstructions and draws, as PNG.
    Reconstruct(grids::GridArgs),
    /// Latent traversals, as PNG.
    Traverse(grids::GridArgs),
    /// Training throughput of the standard set-ups.
    Bench(bench::BenchArgs),
    /// List the bundled experiments, or print one as RON.
    Presets { name: Option<String> },
    /// What can train here.
    Devices {
        #[arg(long)]
        json: bool,
    },
}

/// Where to train.
#[derive(Clone, Copy, ValueEnum)]
enum DeviceArg {
    Auto,
    Cpu,
    Wgpu,
}

impl From<DeviceArg> for DeviceChoice {
    fn from(device: DeviceArg) -> Self {
        match device {
            DeviceArg::Auto => Self::Auto,
            DeviceArg::Cpu => Self::Cpu,
            DeviceArg::Wgpu => Self::Wgpu,
        }
    }
}

/// Which images.
#[derive(Clone, Copy, ValueEnum)]
enum SplitArg {
    Train,
    Validation,
    Test,
}

impl From<SplitArg> for Split {
    fn from(split: SplitArg) -> Self {
        match split {
            SplitArg::Train => Self::Train,
            SplitArg::Validation => Self::Validation,
            SplitArg::Test => Self::Test,
        }
    }
}

/// A trained run and where to look at it.
#[derive(Args)]
struct RunArgs {
    /// A folder that `elbow train … --out` wrote.
    run: PathBuf,
    /// Where to compute; by default where the experiment says.
    #[arg(long)]
    device: Option<DeviceArg>,
}

/// Why a command did not do its work.
enum Failure {
    /// The run failed: exit 1.
    Run(String),
    /// The input is wrong: exit 2.
    Input(String),
}

/// Run the command line; the process's exit status.
pub fn main() -> i32 {
    let cli = Cli::parse();
    let outcome = match cli.command {
        None => window(cli.open),
        Some(Command::Train(args)) => train::run(args),
        Some(Command::Eval(args)) => evaluate::run(args),
        Some(Command::Sample(args)) => grids::run(args, grids::Kind::Samples),
        Some(Command::Reconstruct(args)) => grids::run(args, grids::Kind::Reconstructions),
        Some(Command::Traverse(args)) => grids::run(args, grids::Kind::Traversals),
        Some(Command::Bench(args)) => bench::run(args),
        Some(Command::Presets { name }) => presets(name),
        Some(Command::Devices { json }) => devices(json),
    };
    match outcome {
        Ok(()) => 0,
        Err(Failure::Run(message)) => {
            eprintln!("elbow: {message}");
            1
        }
        Err(Failure::Input(message)) => {
            eprintln!("elbow: {message}");
            2
        }
    }
}

#[cfg(feature = "gui")]
fn window(open: Option<PathBuf>) -> Result<(), Failure> {
    crate::ui::run(crate::ui::UiOptions { open }).map_err(Failure::Run)
}

#[cfg(not(feature = "gui"))]
fn window(_open: Option<PathBuf>) -> Result<(), Failure> {
    Err(Failure::Input(
        "this build has no window. Train without one: `elbow train mnist-2d --out run`; `elbow --help` lists the rest."
            .into(),
    ))
}

fn presets(name: Option<String>) -> Result<(), Failure> {
    match name {
        Some(name) => {
            let known = experiment::presets().iter().find(|preset| preset.name == name);
            match (known, experiment::preset(&name)) {
                (Some(preset), _) => print!("{}", preset.text),
                (None, Err(error)) => return Err(Failure::Input(error.to_string())),
                (None, Ok(_)) => unreachable!("a preset that is not listed"),
            }
        }
        None => {
            for preset in experiment::presets() {
                let notes = experiment::preset(preset.name).map(|e| e.notes).unwrap_or_default();
                let first = notes.split_inclusive(['.', '\n']).next().unwrap_or_default().trim();
                println!("{:<16} {first}", preset.name);
            }
        }
    }
    Ok(())
}

fn devices(json: bool) -> Result<(), Failure> {
    for device in crate::train::device::list() {
        if json {
            println!("{}", to_json(&device));
        } else {
            let automatic = if device.automatic { "  (auto)" } else { "" };
            let software = if device.software { "  software adapter: never chosen by itself" } else { "" };
            println!("--device {:<5} {}{automatic}{software}", device.device, device.name);
        }
    }
    Ok(())
}

fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("plain data serialises")
}
