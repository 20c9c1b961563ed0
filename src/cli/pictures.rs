//! The commands `elbow sample`, `elbow reconstruct` and `elbow traverse`: grids of images as PNG, vectors as charts or
//! as CSV; and the three pictures of a run folder.

use super::arguments::{RunArgs, SplitArg};
use super::arrays::{ImagesOut, Part};
use super::headless::Headless;
use super::output;
use crate::data::{Images, Split};
use crate::explore::{Answer, Question, Sampler, Start};
use crate::export::{
    EXPERIMENT_KEY, ExportError, GridOptions, PROVENANCE_KEY, STEP_KEY, Sheet, grid, png_bytes, save_sheet_with,
    vector_table, write_table,
};
use crate::train::{RunFolder, short};
use crate::worker::{Answered, Failure, Status};
use clap::{Args, ValueEnum, value_parser};
use std::path::{Path, PathBuf};

/// Samples in one question, where they are written each by itself.
const SAMPLES_AT_ONCE: usize = 2_500;
/// The quantiles of the prior between which a traversal runs.
const QUANTILES: (f64, f64) = (0.02, 0.98);

/// The arguments that all grids share.
#[derive(Args)]
struct PictureArgs {
    #[command(flatten)]
    run: RunArgs,
    /// A grid as a PNG file, or each image by itself: as arrays in a file .npz, or numbered PNG files in a folder (that
    /// is there, or whose name ends with /). Rows of a table also as a CSV file, in the columns' own scales.
    #[arg(long, value_name = "FILE.png|FILE.npz|FILE.csv|FOLDER")]
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
    /// Number of images, where they are written each by itself; by default as many as the grid has.
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(1..=1_000_000), conflicts_with = "grid")]
    count: Option<u64>,
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
    if let Some(out) = args.picture.one_by_one(args.count.is_some())? {
        let all = args.count.map_or(rows * columns, |count| count as usize);
        let headless = Headless::open(&args.picture.run)?;
        let mut done = 0;
        let count = out.write(|| {
            let count = SAMPLES_AT_ONCE.min(all - done);
            // Each question has noise of its own; the first has that of the picture.
            let seed = seed.wrapping_add((done as u64) << 32);
            let question = Question::PriorSamples { sampler: from.sampler(), count, temperature, seed };
            done += count;
            Ok((count > 0).then(|| headless.ask(question)).transpose()?.map(|a| parts(&a.answer, &out, args.draws)))
        })?;
        return output::line(&format!("{}: {count} samples", args.picture.out.display()));
    }
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
    /// The place for images that are written one by one; `None` where `--out` is one picture of all. `counted` says
    /// whether a number of images is given, which only images one by one can have.
    fn one_by_one(&self, counted: bool) -> Result<Option<ImagesOut>, Failure> {
        let extension = self.out.extension().map(|extension| extension.to_string_lossy().to_lowercase());
        // A name without an ending that is not there yet has always been a picture's.
        let said = counted || self.out.as_os_str().as_encoded_bytes().ends_with(b"/");
        let is_folder = self.out.is_dir() || (said && extension.is_none() && !self.out.exists());
        match extension.as_deref() {
            Some("npz") => {}
            _ if is_folder => {}
            _ if counted => {
                let out = self.out.display();
                return Err(Failure::Input(format!(
                    "--out {out}: --count goes with a file .npz or a folder; the images of a picture are --grid RxC"
                )));
            }
            _ => return Ok(None),
        }
        ImagesOut::of(&self.out).map(Some)
    }

    fn draw(&self, question: Question, sheet: impl FnOnce(&Answer) -> Option<Sheet>) -> Result<(), Failure> {
        if self.scale == 0 {
            return Err(Failure::Input("--scale must be 1 or more".into()));
        }
        let one_by_one = self.one_by_one(false)?;
        if one_by_one.is_none() {
            check_out(&self.out)?;
        }
        let headless = Headless::open(&self.run)?;
        let Status { test_images: images, noun, .. } = headless.client.status();
        if let Question::Traversals { start: Start::Image { index, .. }, .. } = question
            && index >= images
        {
            return Err(Failure::Input(format!(
                "--image {index}: the test has {images} {}, numbered from 0 to {}",
                noun.of(images),
                images.saturating_sub(1)
            )));
        }
        if let Some(out) = one_by_one {
            let mut answered = Some(headless.ask(question)?);
            let count = out.write(|| Ok(answered.take().map(|a| parts(&a.answer, &out, false))))?;
            return output::line(&format!("{}: {count} {}", self.out.display(), noun.of(count)));
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
}

/// Check that the output is a PNG or a CSV file, before the work rather than after it.
pub fn check_out(out: &Path) -> Result<(), Failure> {
    let refused = |why: &str| Err(Failure::Input(format!("--out {}: {why}", out.display())));
    if out.is_dir() {
        return refused("this is a folder; name a file in it, such as picture.png");
    }
    match out.extension().filter(|_| !out.exists() || out.is_file()) {
        Some(other) if !other.eq_ignore_ascii_case("png") && !is_csv(out) => {
            refused("pictures are written as PNG, rows of a table also as CSV; name the file .png or .csv")
        }
        _ => Ok(()),
    }
}

/// Whether a file is called a table.
pub fn is_csv(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"))
}

/// Write an answer about rows of a table as CSV.
pub fn write_csv(path: &Path, text: Option<String>) -> Result<(), Failure> {
    let Some(text) = text else {
        let message = "these data are images, not rows of a table; name the file .png";
        return Err(Failure::Input(format!("--out {}: {message}", path.display())));
    };
    write_table(path, &text).map_err(Failure::run)
}

/// The images of an answer, one by one: all stacks as arrays; as files, of samples the means or `draws`.
fn parts(answer: &Answer, out: &ImagesOut, draws: bool) -> Vec<Part> {
    let part = |name, suffix, images: &Images| Part { name, suffix, images: images.clone() };
    match (answer, out) {
        (Answer::PriorSamples { means, draws, .. }, ImagesOut::Array(_)) => {
            vec![part("means", "", means), part("draws", "", draws)]
        }
        (Answer::PriorSamples { draws: drawn, .. }, _) if draws => vec![part("draws", "", drawn)],
        (Answer::Reconstructions { inputs, means, draws, .. }, _) => {
            vec![part("inputs", "-x", inputs), part("means", "-mean", means), part("draws", "-draw", draws)]
        }
        (Answer::PriorSamples { means, .. } | Answer::Traversals { means, .. }, _) => vec![part("means", "", means)],
        _ => Vec::new(),
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
    if is_csv(path) {
        return write_csv(path, vector_table(&answered.answer));
    }
    write_sheet(headless, &answered, sheet, options, path)
}

/// Lay out an answer, and write it.
pub fn write_sheet(
    headless: &Headless,
    answered: &Answered,
    sheet: impl FnOnce(&Answer) -> Option<Sheet>,
    options: &GridOptions,
    path: &Path,
) -> Result<(), Failure> {
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

/// A question, and how its answer is laid out.
type Drawn = (Question, fn(&Answer) -> Option<Sheet>);

/// The three pictures of a run: reconstructions, traversals, samples.
fn all() -> [Drawn; 3] {
    let (from, to) = QUANTILES;
    [
        (Question::Reconstructions { split: Split::Test, count: 10, choice: 0 }, |answer| {
            Sheet::reconstructions(answer, 10)
        }),
        (Question::Traversals { rows: 10, columns: 11, from, to, start: Start::PriorMean }, Sheet::traversals),
        (Question::PriorSamples { sampler: Sampler::Prior, count: 64, temperature: 1.0, seed: 0 }, |answer| {
            Sheet::samples(answer, false, 8)
        }),
    ]
}

/// Write the three pictures of a run folder.
pub fn write_all(headless: &Headless, folder: &RunFolder) -> Result<(), Failure> {
    let files = [folder.reconstructions_file(), folder.traversals_file(), folder.samples_file()];
    for (path, (question, sheet)) in files.iter().zip(all()) {
        write(headless, question, sheet, &GridOptions::default(), path)?;
    }
    Ok(())
}

/// The three pictures as PNG files in memory, each with a caption.
pub fn for_report(headless: &Headless) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let captions = [
        "Test images x, means of their reconstructions, and draws.",
        "Traversals of the latent dimensions with the highest KL, from the 2nd to the 98th percentile of the prior.",
        "Samples from the prior, as means of p(x|z).",
    ];
    let mut pictures = Vec::new();
    for (caption, (question, sheet)) in captions.into_iter().zip(all()) {
        let Some(sheet) = sheet(&headless.ask(question)?.answer) else { continue };
        let options = GridOptions { columns: sheet.columns, ..GridOptions::default() };
        let picture = grid(&sheet.images, &options, &sheet.labels).map_err(Failure::run)?;
        pictures.push((caption.to_owned(), png_bytes(Path::new(caption), &picture, &[]).map_err(Failure::run)?));
    }
    Ok(pictures)
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
