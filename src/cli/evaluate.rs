//! `elbow eval`.

use super::headless::Headless;
use super::progress::Progress;
use super::{Failure, RunArgs, SplitArg, output};
use crate::worker::{Command, Evaluation, EvaluationRequest, Event};
use clap::Args;
use clap::value_parser;

#[derive(Args)]
pub struct EvalArgs {
    #[command(flatten)]
    run: RunArgs,
    /// Importance samples an image.
    #[arg(long, value_name = "N", default_value_t = 5_000, value_parser = value_parser!(u32).range(1..=100_000))]
    samples: u32,
    /// Images, from the first.
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = value_parser!(u32).range(1..))]
    images: u32,
    #[arg(long, value_enum, default_value = "test")]
    split: SplitArg,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(args: EvalArgs) -> Result<(), Failure> {
    let headless = Headless::open(&args.run)?;
    let request =
        EvaluationRequest { split: args.split.into(), images: args.images as usize, samples: args.samples as usize };
    let evaluation = evaluate(&headless, request)?;
    if args.json {
        return output::json(&evaluation);
    }
    let e = evaluation;
    output::print(&format!(
        "{} images of {}, nats per image\n\
         ELBO            {:.3} ± {:.3}\n\
         reconstruction  {:.3}\n\
         KL              {:.3}\n\
         log p(x)        {:.3} ± {:.3}  ({}, {} samples)\n\
         active units    {}\n",
        e.images,
        e.split.name(),
        e.elbo,
        e.elbo_se,
        e.reconstruction,
        e.kl,
        e.log_px,
        e.log_px_se,
        e.method,
        e.samples,
        e.active_units
    ))
}

fn evaluate(headless: &Headless, request: EvaluationRequest) -> Result<Evaluation, Failure> {
    headless.client.send(Command::Evaluate(request));
    let progress = Progress::new();
    headless.wait(&progress, |status, event| {
        if let Some((done, all)) = status.evaluation {
            progress.show(done as u64, Some(all as u64), || format!("{done} of {all} images"));
        }
        match event {
            Some(Event::Evaluated(evaluation)) => Some((**evaluation).clone()),
            _ => None,
        }
    })
}
