//! `elbow sample`, `elbow reconstruct`, `elbow traverse`: grids of images as PNG.

use super::run::Headless;
use super::{Failure, RunArgs, SplitArg};
use crate::explore::{Question, Start};
use crate::export::{GridOptions, Sheet, save_sheet};
use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub struct GridArgs {
    #[command(flatten)]
    run: RunArgs,
    /// Rows × columns.
    #[arg(long, default_value = "8x8", value_parser = parse_grid)]
    grid: (usize, usize),
    /// The PNG file to write.
    #[arg(long)]
    out: PathBuf,
    /// Images of which split (reconstructions).
    #[arg(long, value_enum, default_value = "test")]
    split: SplitArg,
    /// Draws from p(x|z) instead of its means (samples).
    #[arg(long)]
    draws: bool,
    /// Seed of the noise, or of the choice of images.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Standard deviation of z (samples).
    #[arg(long, default_value_t = 1.0)]
    temperature: f64,
    /// Pixels a pixel.
    #[arg(long, default_value_t = 2)]
    scale: usize,
}

/// Which grid.
#[derive(Clone, Copy)]
pub enum Kind {
    Samples,
    Reconstructions,
    Traversals,
}

fn parse_grid(text: &str) -> Result<(usize, usize), String> {
    let parsed =
        text.split_once(['x', '×']).and_then(|(rows, columns)| Some((rows.parse().ok()?, columns.parse().ok()?)));
    match parsed {
        Some((rows @ 1..=100, columns @ 1..=100)) => Ok((rows, columns)),
        _ => Err("write it as ROWSxCOLUMNS, e.g. 8x8, at most 100x100".into()),
    }
}

pub fn run(args: GridArgs, kind: Kind) -> Result<(), Failure> {
    let headless = Headless::open(&args.run)?;
    let (rows, columns) = args.grid;
    let question = match kind {
        Kind::Samples => {
            Question::PriorSamples { count: rows * columns, temperature: args.temperature, seed: args.seed }
        }
        Kind::Reconstructions => {
            Question::Reconstructions { split: args.split.into(), count: columns, choice: args.seed }
        }
        Kind::Traversals => {
            let start = if args.seed == 0 { Start::PriorMean } else { Start::Draw { seed: args.seed } };
            Question::Traversals { rows, columns, from: 0.02, to: 0.98, start }
        }
    };
    let answered = headless.ask(question)?;
    let sheet = match kind {
        Kind::Samples => Sheet::samples(&answered.answer, args.draws, columns),
        Kind::Reconstructions => Sheet::reconstructions(&answered.answer),
        Kind::Traversals => Sheet::traversals(&answered.answer),
    };
    let experiment = headless.client.status().experiment;
    let (Some(sheet), Some(experiment)) = (sheet, experiment) else {
        return Err(Failure::Run("the model gave another answer than asked for".into()));
    };
    let options = GridOptions { scale: args.scale, ..GridOptions::default() };
    let ron = experiment.to_ron().map_err(|error| Failure::Run(error.to_string()))?;
    save_sheet(&args.out, &sheet, &options, &ron, answered.step).map_err(|error| Failure::Run(error.to_string()))?;
    println!("{}", args.out.display());
    Ok(())
}
