//! The command `elbow decode`: images at given codes.

use super::arguments::RunArgs;
use super::arrays::{ImagesOut, Part};
use super::headless::Headless;
use super::output;
use crate::data::Images;
use crate::explore::{Answer, Question};
use crate::export::read_vectors;
use crate::worker::Failure;
use clap::Args;
use std::path::PathBuf;

/// Numbers of pixels in one answer.
const NUMBERS_AT_ONCE: usize = 1 << 22;

#[derive(Args)]
pub struct DecodeArgs {
    #[command(flatten)]
    run: RunArgs,
    /// The codes z, a row each: an array of .npy or .npz, columns of .csv, .tsv or .parquet, such as `elbow encode`
    /// writes.
    #[arg(long, value_name = "FILE")]
    codes: PathBuf,
    /// The name of the array, or the beginning of the columns' names (mean for mean_0, mean_1, …); by default the first
    /// of z, mean, codes and draws that is there.
    #[arg(long, value_name = "NAME")]
    column: Option<String>,
    /// Where the images go: an array `images` in a file .npz, or numbered PNG files in a folder.
    #[arg(long, value_name = "FILE.npz|FOLDER")]
    out: PathBuf,
    /// Draw images from p(x|z) instead of taking its means.
    #[arg(long)]
    draws: bool,
    /// Seed of the draws.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

pub fn run(args: DecodeArgs) -> Result<(), Failure> {
    let out = ImagesOut::of(&args.out)?;
    let headless = Headless::open(&args.run)?;
    let status = headless.client.status();
    let latent = status.experiment.map_or(1, |experiment| experiment.latent.total());
    let pixels = status.image_shape.map_or(1, |shape| shape.pixels());
    let z = read_vectors(&args.codes, args.column.as_deref(), latent);
    let z = z.map_err(|what| Failure::Input(format!("--codes {what}")))?;
    let at_once = (NUMBERS_AT_ONCE / pixels).max(1);
    let mut chunks = z.chunks(at_once * latent).enumerate();
    let seed = args.draws.then_some(args.seed);
    let count = out.write(|| {
        let Some((chunk, z)) = chunks.next() else { return Ok(None) };
        let images = decoded(&headless, z, seed, chunk * at_once)?;
        Ok(Some(vec![Part { name: "images", suffix: "", images }]))
    })?;
    output::line(&format!("{}: {count} {}", args.out.display(), status.noun.of(count)))
}

/// The images at codes z, `rows × latent`: means of p(x|z), or draws by the seed `draws`. `first` is the number of the
/// first code: the noise of a draw depends on the seed and on the number of its code.
pub fn decoded(headless: &Headless, z: &[f32], draws: Option<u64>, first: usize) -> Result<Images, Failure> {
    match &headless.ask(Question::Decoded { z: z.into(), draws, first })?.answer {
        Answer::Decoded(images) => Ok(images.clone()),
        _ => Err(Failure::run("an internal error: the answer is not to the question")),
    }
}
