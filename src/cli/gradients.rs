//! The command `elbow gradients`.

use super::arguments::{RunArgs, SplitArg};
use super::headless::Headless;
use super::output;
use super::progress::Progress;
use crate::data::Noun;
use crate::estimate::Estimate;
use crate::experiment::Choice as _;
use crate::objective::snr::{Curve, GradientEstimator, Point, best, is_at_the_edge};
use crate::worker::{Command, Event, Failure, GradientFindings, GradientRequest};
use clap::Args;
use clap::builder::RangedU64ValueParser;
use serde::Serialize;
use std::fmt::Write as _;

#[derive(Args)]
pub struct GradientArgs {
    #[command(flatten)]
    run: RunArgs,
    /// Numbers of samples K to measure at.
    #[arg(long, value_name = "K,K,…", value_delimiter = ',', default_value = "1,2,4,8,16,32,64",
        value_parser = RangedU64ValueParser::<usize>::new().range(1..=100_000))]
    samples: Vec<usize>,
    /// Number of images in the batch, from the first; fewer are used if the largest K would need too much memory.
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    images: usize,
    /// Number of estimates of each gradient.
    #[arg(long, value_name = "N", default_value_t = 64,
        value_parser = RangedU64ValueParser::<usize>::new().range(2..=1_000_000))]
    repeats: usize,
    #[arg(long, value_enum, default_value = "train")]
    split: SplitArg,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(args: GradientArgs) -> Result<(), Failure> {
    /// Number of steps of the progress bar.
    const STEPS: f32 = 1_000.0;
    let headless = Headless::open(&args.run)?;
    headless.client.send(Command::begin(GradientRequest {
        split: args.split.into(),
        images: args.images,
        samples: args.samples,
        repeats: args.repeats,
    }));
    let progress = Progress::new();
    let found = headless.wait(&progress, |status, event| {
        if let Some(job) = status.job(GradientRequest::KIND) {
            let done = (job.share() * STEPS) as u64;
            progress.show(done, Some(STEPS as u64), || format!("{:.0} %: {}", 100.0 * job.share(), job.what));
        }
        match event {
            Some(Event::Gradients(found)) if found.complete => Some(found.clone()),
            _ => None,
        }
    })?;
    if args.json {
        output::json(&Report::of(&found))
    } else {
        output::print(&text(&found, headless.client.status().noun))
    }
}

/// The JSON object with the result.
#[derive(Serialize)]
struct Report<'a> {
    split: &'static str,
    images: usize,
    step: u64,
    repeats: usize,
    curves: Vec<OfGradient<'a>>,
    /// The estimator and K with the best signal-to-noise ratio after one second of averaging.
    best_for_encoder: Option<Best>,
    best_for_decoder: Option<Best>,
}

#[derive(Serialize)]
struct OfGradient<'a> {
    bound: &'static str,
    estimator: &'static str,
    encoder_slope: Option<Estimate>,
    decoder_slope: Option<Estimate>,
    variance_slope: Option<Estimate>,
    points: &'a [Point],
}

#[derive(Serialize)]
struct Best {
    bound: &'static str,
    estimator: &'static str,
    samples: usize,
}

impl<'a> Report<'a> {
    fn of(found: &'a GradientFindings) -> Self {
        let of_gradient = |curve: &'a Curve| OfGradient {
            bound: curve.gradient.bound.name(),
            estimator: curve.gradient.estimator.name(),
            encoder_slope: curve.encoder_slope(),
            decoder_slope: curve.decoder_slope(),
            variance_slope: curve.variance_slope(),
            points: &curve.points,
        };
        let best = |(gradient, samples): (GradientEstimator, usize)| Best {
            bound: gradient.bound.name(),
            estimator: gradient.estimator.name(),
            samples,
        };
        Self {
            split: found.split.name(),
            images: found.images,
            step: found.step,
            repeats: found.repeats,
            curves: found.curves.iter().map(of_gradient).collect(),
            best_for_encoder: self::best(&found.curves, Point::encoder_per_second).map(best),
            best_for_decoder: self::best(&found.curves, Point::decoder_per_second).map(best),
        }
    }
}

/// The result as text for a person.
fn text(found: &GradientFindings, noun: Noun) -> String {
    let mut text = format!(
        "{} {} of {}, step {}, {} estimates of each gradient\n",
        found.images,
        noun.of(found.images),
        found.split.name(),
        found.step,
        found.repeats
    );
    let mut add = |line: std::fmt::Arguments| text.write_fmt(line).expect("a string takes any text");
    let slope = |slope: Option<Estimate>| match slope {
        Some(s) if s.se.is_finite() => format!("{:.2} ± {:.2}", s.value, s.se),
        // Through two points.
        Some(s) => format!("{:.2}", s.value),
        None => "none".into(),
    };
    for curve in &found.curves {
        add(format_args!(
            "\n{}: slope of the encoder {}, decoder {}, variance {}\n",
            curve.gradient.name(),
            slope(curve.encoder_slope()),
            slope(curve.decoder_slope()),
            slope(curve.variance_slope())
        ));
        add(format_args!("     K  encoder SNR  decoder SNR  ms       bound      its variance\n"));
        for p in &curve.points {
            add(format_args!(
                "{:>6}  {:<11.4}  {:<11.4}  {:<7.2}  {:<9.3}  {:.3e}\n",
                p.samples,
                p.encoder,
                p.decoder,
                1e3 * p.seconds,
                p.bound.value,
                p.bound_variance
            ));
        }
    }
    let halves: [fn(&Point) -> f64; 2] = [Point::encoder_per_second, Point::decoder_per_second];
    add(format_args!("\n"));
    for (half, of) in ["encoder", "decoder"].into_iter().zip(halves) {
        match best(&found.curves, of) {
            Some((gradient, samples)) => {
                let edge = match is_at_the_edge(&found.curves, (gradient, samples)) {
                    true => ", the largest K tried: a larger one may be better still",
                    false => "",
                };
                add(format_args!("most signal a second, {half}: {} with K = {samples}{edge}\n", gradient.name()))
            }
            None => add(format_args!("{half}: no signal above the noise; take more {} or repeats\n", noun.many())),
        }
    }
    text
}
