//! The command `elbow score`: the bound, log p(x) and the errors of each image, as a table.

use super::arguments::{RunArgs, SplitArg};
use super::evaluate::{MethodArg, at_least, evaluate};
use super::headless::Headless;
use super::output;
use super::records::{check_out, write};
use crate::data::Split;
use crate::estimate::Estimate;
use crate::explore::{Answer, Encode, Encoded, Question};
use crate::export::{Column, Values, image_columns};
use crate::worker::{EvaluationRequest, Failure, ImageScore, Status};
use clap::Args;
use std::path::PathBuf;

/// Images in one question about labels, and in one part of a file.
const AT_ONCE: usize = 4_096;

#[derive(Args)]
pub struct ScoreArgs {
    #[command(flatten)]
    run: RunArgs,
    /// The file to write, a row an image: .csv, .tsv, .parquet or .npz.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[arg(long, value_enum, default_value = "test")]
    split: SplitArg,
    /// Largest number of images, from the first; by default all of the split.
    #[arg(long, value_name = "N", value_parser = at_least(1, u64::MAX))]
    images: Option<usize>,
    /// Number of importance samples per image.
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = at_least(1, 100_000))]
    samples: usize,
    /// How log p(x) is measured.
    #[arg(long, value_enum, default_value = "auto")]
    method: MethodArg,
    /// Search the best q(z|x) of the family for each image, and tell by how much its bound is higher: the likelihood
    /// regret. It takes longer than all else.
    #[arg(long)]
    regret: bool,
}

pub fn run(args: ScoreArgs) -> Result<(), Failure> {
    check_out(&args.out)?;
    let headless = Headless::open(&args.run)?;
    let images = args.images.unwrap_or(usize::MAX);
    let request = EvaluationRequest {
        split: args.split.into(),
        images,
        samples: args.samples,
        methods: args.method.into(),
        annealed_images: images,
        gap_images: if args.regret { images } else { 0 },
        aggregate_draws: 0,
        ..EvaluationRequest::new()
    };
    let evaluation = evaluate(&headless, request)?;
    evaluation.warnings.iter().for_each(|warning| output::note(format_args!("warning: {warning}")));
    let Status { label_names: names, noun, .. } = headless.client.status();
    let mut scores = evaluation.per_image.chunks(AT_ONCE);
    let mut from = 0;
    let rows = write(&args.out, || {
        let Some(scores) = scores.next() else { return Ok(None) };
        let images = identities(&headless, evaluation.split, from, scores.len())?;
        from += scores.len();
        Ok(Some(columns(&images, scores, &names)))
    })?;
    let mean = Estimate { value: evaluation.elbo, se: evaluation.elbo_se };
    let (out, noun) = (args.out.display(), noun.of(rows));
    output::line(&format!("{out}: the scores of {rows} {noun}, mean ELBO {mean} nats"))
}

/// Numbers, splits and labels of images.
fn identities(headless: &Headless, split: Split, from: usize, count: usize) -> Result<Vec<Encoded>, Failure> {
    let encode = Encode { split: Some(split), from, count, draws: 0, seed: 0 };
    match &headless.ask(Question::Codes(encode))?.answer {
        Answer::Codes(codes) if codes.images.len() == count => Ok(codes.images.clone()),
        _ => Err(Failure::run("an internal error: the answer is not to the question")),
    }
}

/// A row an image: its number, split and label; then, in nats, the bound with its terms and the errors of their
/// samples, log p(x), the gap and how far they can be trusted, the regret; and the squared error of a pixel.
fn columns(images: &[Encoded], scores: &[ImageScore], names: &[String]) -> Vec<Column> {
    let real = |name: &str, of: &dyn Fn(&ImageScore) -> f64| {
        Column::new(name, Values::Double(scores.iter().map(of).collect()))
    };
    let mut columns = image_columns(images, names);
    columns.extend([
        real("elbo", &|s| s.elbo.value),
        real("elbo_se", &|s| s.elbo.se),
        real("reconstruction", &|s| s.reconstruction.value),
        real("reconstruction_se", &|s| s.reconstruction.se),
        real("kl", &|s| s.kl.value),
        real("kl_se", &|s| s.kl.se),
        real("squared_error", &|s| s.squared_error),
    ]);
    if scores.iter().all(|score| score.evidence.is_some()) {
        let evidence = |s: &ImageScore| s.evidence.map(|(_, evidence)| evidence);
        let method = |s: &ImageScore| s.evidence.map_or("", |(method, _)| method.name()).to_owned();
        let gap = |s: &ImageScore| evidence(s).and_then(|e| e.posterior_kl);
        columns.extend([
            real("log_px", &|s| evidence(s).map_or(f64::NAN, |e| e.log_px.value)),
            real("log_px_se", &|s| evidence(s).map_or(f64::NAN, |e| e.log_px.se)),
            Column::new("method", Values::Text(scores.iter().map(method).collect())),
            real("gap", &|s| gap(s).map_or(f64::NAN, |gap| gap.value)),
            real("gap_se", &|s| gap(s).map_or(f64::NAN, |gap| gap.se)),
            real("pareto_k", &|s| evidence(s).and_then(|e| e.pareto_k).unwrap_or(f64::NAN)),
            real("effective_samples", &|s| evidence(s).map_or(f64::NAN, |e| e.effective_samples)),
        ]);
    }
    if scores.iter().all(|score| score.regret.is_some()) {
        columns.extend([
            real("best_elbo", &|s| s.best_elbo.map_or(f64::NAN, |best| best.value)),
            real("regret", &|s| s.regret.map_or(f64::NAN, |regret| regret.value)),
            real("regret_se", &|s| s.regret.map_or(f64::NAN, |regret| regret.se)),
        ]);
    }
    columns
}
