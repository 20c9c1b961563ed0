//! The command `elbow encode`: q(z|x) of images as a file of numbers.

use super::arguments::RunArgs;
use super::headless::Headless;
use super::output;
use super::progress::Progress;
use super::records::{ImagesArg, check_out, write};
use crate::explore::{Answer, Encode, Question};
use crate::export::{RecordFormat, codes_columns};
use crate::worker::{Failure, Status};
use clap::Args;
use clap::builder::RangedU64ValueParser;
use std::path::PathBuf;

/// Images in one question: their pixels and codes are in memory at once.
const AT_ONCE: usize = 4_096;
/// Numbers of draws in one question.
const NUMBERS_AT_ONCE: usize = 1 << 22;

#[derive(Args)]
pub struct EncodeArgs {
    #[command(flatten)]
    run: RunArgs,
    /// The file to write: .npz (NumPy), .csv, .parquet, or .tsv, in the form of the Embedding Projector with the
    /// metadata in a file beside it.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Which images; by default all, in the order of their source.
    #[arg(long, value_enum, default_value = "all")]
    split: ImagesArg,
    /// Largest number of images, from the first.
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    images: Option<usize>,
    /// Number of draws from q(z|x) of each image, beside its mean and deviation.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        value_parser = RangedU64ValueParser::<usize>::new().range(0..=10_000)
    )]
    draws: usize,
    /// Seed of the draws.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

pub fn run(args: EncodeArgs) -> Result<(), Failure> {
    let format = check_out(&args.out)?;
    if args.draws > 0 && format == RecordFormat::Tsv {
        return Err(Failure::Input(format!(
            "--draws {}: the Embedding Projector takes the means only; leave --draws out, or name a .npz, .csv or \
             .parquet file",
            args.draws
        )));
    }
    let headless = Headless::open(&args.run)?;
    let Status { label_names: names, noun, .. } = headless.client.status();
    let latent = headless.client.status().experiment.map_or(1, |experiment| experiment.latent.total());
    let at_once = (NUMBERS_AT_ONCE / (latent * args.draws).max(1)).clamp(1, AT_ONCE);
    let most = args.images.unwrap_or(usize::MAX);
    let progress = Progress::new();
    let mut done = 0;
    let mut all = most;
    let rows = write(&args.out, || {
        let count = at_once.min(all - done);
        if count == 0 {
            return Ok(None);
        }
        let encode = Encode { split: args.split.split(), from: done, count, draws: args.draws, seed: args.seed };
        let answered = headless.ask(Question::Codes(encode))?;
        let Answer::Codes(codes) = &answered.answer else {
            return Err(Failure::run("an internal error: the answer is not to the question"));
        };
        all = most.min(codes.all);
        done += codes.images.len();
        progress.show(done as u64, Some(all as u64), || format!("{done} of {all} {} encoded", noun.many()));
        Ok(Some(codes_columns(codes, &names)))
    })?;
    drop(progress);
    output::line(&format!("{}: the codes of {rows} {}", args.out.display(), noun.of(rows)))
}
