//! The commands `elbow sample`, `elbow reconstruct` and `elbow traverse`: grids of images as PNG; and the three
//! pictures of a run folder.

use super::arguments::{RunArgs, SplitArg};
use super::headless::Headless;
use super::output;
use crate::data::Split;
use crate::explore::{Answer, Question, Sampler, Start};
use crate::export::{EXPERIMENT_KEY, ExportError, GridOptions, PROVENANCE_KEY, STEP_KEY, Sheet, save_sheet_with};
use crate::train::{RunFolder, short};
use crate::worker::Failure;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// The quantiles of the prior between which a traversal runs.
const QUANTILES: (f64, f64) = (0.02, 0.98);

/// The arguments that all grids share.
#[derive(Args)]
struct PictureArgs {
    #[command(flatten)]
    run: RunArgs,
    /// The PNG file to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Side of each image pixel in pixels of the picture.
    #[arg(long, value_name = "N", default_value_t = 2)]
    scale: usize,
    /// Space between images, in pixels of the picture.
    #[arg(long, value_name = "PIXELS", default_value_t = 4)]
    padding: usize,
    /// Leave out row and column labels.
    #[arg(long)]
    no_labels: bool,
}

#[derive(Args)]
pub struct SampleArgs {
    #[command(flatten)]
    picture: PictureArgs,
    /// Number of images, rows × columns.
    #[arg(long, value_name = "RxC", default_value = "8x8", value_parser = parse_grid)]
    grid: (usize, usize),
    /// The distribution of z: the model's prior, or one fitted to q(z), the codes of training images, after training.
    #[arg(long, value_enum, default_value_t)]
    from: FromArg,
    /// Show draws from p(x|z) instead of its means.
    #[arg(long)]
    draws: bool,
    /// Factor on the noise from which z is made; 1 samples the distribution itself.
    #[arg(long, default_value_t = 1.0, value_parser = parse_temperature)]
    temperature: f64,
    /// Seed of the noise.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

/// A [`Sampler`] as an argument.
#[derive(Clone, Copy, Default, ValueEnum)]
enum FromArg {
    /// The model's prior p(z)
    #[default]
    Prior,
    /// A Gaussian with the mean and covariance of q(z); not part of the model
    Gaussian,
    /// A mixture of Gaussians fitted to q(z); not part of the model
    Mixture,
}

impl FromArg {
    fn sampler(self) -> Sampler {
        match self {
            Self::Prior => Sampler::Prior,
            Self::Gaussian => Sampler::Gaussian,
            Self::Mixture => Sampler::Mixture,
        }
    }
}

#[derive(Args)]
pub struct ReconstructArgs {
    #[command(flatten)]
    picture: PictureArgs,
    /// Number of images, rows × columns; each row becomes three: x, the mean of p(x|z), a draw from it.
    #[arg(long, value_name = "RxC", default_value = "1x10", value_parser = parse_grid)]
    grid: (usize, usize),
    #[arg(long, value_enum, default_value = "test")]
    split: SplitArg,
    /// Seed for choosing the images; 0 takes the first ones.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

#[derive(Args)]
pub struct TraverseArgs {
    #[command(flatten)]
    picture: PictureArgs,
    /// Largest number of latent dimensions × number of values of z.
    #[arg(long, value_name = "RxC", default_value = "10x11", value_parser = parse_grid)]
    grid: (usize, usize),
    /// Start from the posterior mean of this test image instead of the prior's mean.
    #[arg(long, value_name = "INDEX", conflicts_with = "seed")]
    image: Option<usize>,
    /// Start from a draw from the prior with this seed.
    #[arg(long)]
    seed: Option<u64>,
}

fn parse_grid(text: &str) -> Result<(usize, usize), String> {
    let sides = text.split_once(['x', '×']);
    match sides.and_then(|(rows, columns)| Some((rows.parse().ok()?, columns.parse().ok()?))) {
        Some((rows @ 1..=100, columns @ 1..=100)) => Ok((rows, columns)),
        _ => Err("write it as ROWSxCOLUMNS, for example 8x8, at most 100x100".into()),
    }
}

fn parse_temperature(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(temperature) if (0.0..=100.0).contains(&temperature) => Ok(temperature),
        _ => Err("it must be a number from 0 to 100".into()),
    }
}

pub fn sample(args: SampleArgs) -> Result<(), Failure> {
    let (rows, columns) = args.grid;
    let SampleArgs { from, temperature, seed, .. } = args;
    let question = Question::PriorSamples { sampler: from.sampler(), count: rows * columns, temperature, seed };
    args.picture.draw(question, |answer| Sheet::samples(answer, args.draws, columns))
}

pub fn reconstruct(args: ReconstructArgs) -> Result<(), Failure> {
    let (rows, columns) = args.grid;
    let question = Question::Reconstructions { split: args.split.into(), count: rows * columns, choice: args.seed };
    args.picture.draw(question, |answer| Sheet::reconstructions(answer, columns))
}

pub fn traverse(args: TraverseArgs) -> Result<(), Failure> {
    let (rows, columns) = args.grid;
    let start = match (args.image, args.seed) {
        (Some(index), _) => Start::Image { split: Split::Test, index },
        (None, Some(seed)) => Start::Draw { seed },
        (None, None) => Start::PriorMean,
    };
    let question = Question::Traversals { rows, columns, from: QUANTILES.0, to: QUANTILES.1, start };
    args.picture.draw(question, Sheet::traversals)
}

impl PictureArgs {
    fn draw(&self, question: Question, sheet: impl FnOnce(&Answer) -> Option<Sheet>) -> Result<(), Failure> {
        if self.scale == 0 {
            return Err(Failure::Input("--scale must be 1 or more".into()));
        }
        self.check_out()?;
        let headless = Headless::open(&self.run)?;
        let images = headless.client.status().test_images;
        if let Question::Traversals { start: Start::Image { index, .. }, .. } = question
            && index >= images
        {
            return Err(Failure::Input(format!(
                "--image {index}: there are {images} test images, numbered from 0 to {}",
                images.saturating_sub(1)
            )));
        }
        let options =
            GridOptions { scale: self.scale, padding: self.padding, labels: !self.no_labels, ..GridOptions::default() };
        write(&headless, question, sheet, &options, &self.out)?;
        // A device or a pipe has the picture itself, and `/dev/stdout` must have nothing else.
        if std::fs::symlink_metadata(&self.out).is_ok_and(|metadata| metadata.is_file()) {
            output::line(&self.out.display().to_string())?;
        }
        Ok(())
    }

    /// Check that the output is a PNG file, before the work rather than after it.
    fn check_out(&self) -> Result<(), Failure> {
        let refused = |why: &str| Err(Failure::Input(format!("--out {}: {why}", self.out.display())));
        if self.out.is_dir() {
            return refused("this is a folder; name a file in it, such as picture.png");
        }
        match self.out.extension().filter(|_| !self.out.exists() || self.out.is_file()) {
            Some(other) if !other.eq_ignore_ascii_case("png") => {
                refused("pictures are written as PNG; name the file .png")
            }
            _ => Ok(()),
        }
    }
}

/// Ask a question, lay out the answer, and write it.
fn write(
    headless: &Headless,
    question: Question,
    sheet: impl FnOnce(&Answer) -> Option<Sheet>,
    options: &GridOptions,
    path: &Path,
) -> Result<(), Failure> {
    let answered = headless.ask(question)?;
    let (Some(sheet), Some(experiment)) = (sheet(&answered.answer), headless.client.status().experiment) else {
        return Err(Failure::run("an internal error: the answer is not to the question"));
    };
    let ron = experiment.to_ron().map_err(Failure::run)?;
    let deeds = headless.client.with_history(|history| short(&history.deeds));
    let metadata = [(EXPERIMENT_KEY, ron.as_str()), (STEP_KEY, &answered.step.to_string()), (PROVENANCE_KEY, &deeds)];
    save_sheet_with(path, &sheet, options, &metadata).map_err(|error| match error {
        ExportError::TooLarge { .. } => Failure::input(error),
        _ => Failure::run(error),
    })
}

/// Write the three pictures of a run folder.
pub fn write_all(headless: &Headless, folder: &RunFolder) -> Result<(), Failure> {
    let options = GridOptions::default();
    let picture = |path: PathBuf, question, sheet: fn(&Answer) -> Option<Sheet>| {
        write(headless, question, sheet, &options, &path)
    };
    let (from, to) = QUANTILES;
    let traversals = Question::Traversals { rows: 10, columns: 11, from, to, start: Start::PriorMean };
    let reconstructions = Question::Reconstructions { split: Split::Test, count: 10, choice: 0 };
    let samples = Question::PriorSamples { sampler: Sampler::Prior, count: 64, temperature: 1.0, seed: 0 };
    picture(folder.reconstructions_file(), reconstructions, |answer| Sheet::reconstructions(answer, 10))?;
    picture(folder.traversals_file(), traversals, Sheet::traversals)?;
    picture(folder.samples_file(), samples, |answer| Sheet::samples(answer, false, 8))
}

#[cfg(test)]
mod tests {
    use super::parse_grid;

    #[test]
    fn grids_are_rows_by_columns() {
        assert_eq!(parse_grid("3x8"), Ok((3, 8)));
        assert_eq!(parse_grid("1×100"), Ok((1, 100)));
        for wrong in ["", "8", "0x8", "8x0", "8x101", "-1x2", "axb", "1x2x3"] {
            assert!(parse_grid(wrong).unwrap_err().contains("ROWSxCOLUMNS"), "{wrong}");
        }
    }
}
