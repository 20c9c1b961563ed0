//! `elbow eval`.

use super::progress::Progress;
use super::run::Headless;
use super::{Failure, RunArgs, SplitArg, to_json};
use crate::worker::{Command, EvaluationRequest, Event};
use clap::Args;

#[derive(Args)]
pub struct EvalArgs {
    #[command(flatten)]
    run: RunArgs,
    /// Importance samples an image.
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    samples: u32,
    /// Images, from the first.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..))]
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
    headless.client.send(Command::Evaluate(request));
    let mut progress = None;
    let evaluation = headless.wait(|status, event| {
        if let Some((done, all)) = status.evaluation {
            let progress = progress.get_or_insert_with(|| Progress::new(Some(all as u64)));
            progress.show(done as u64, || format!("image {done} of {all}"));
        }
        match event {
            Some(Event::Evaluated(evaluation)) => Some((**evaluation).clone()),
            _ => None,
        }
    })?;
    if let Some(progress) = progress {
        progress.finish();
    }
    if args.json {
        println!("{}", to_json(&evaluation));
    } else {
        let e = evaluation;
        println!("{} images of {}, nats per image", e.images, e.split.name());
        println!("ELBO            {:.3} ± {:.3}", e.elbo, e.elbo_se);
        println!("reconstruction  {:.3}", e.reconstruction);
        println!("KL              {:.3}", e.kl);
        println!("log p(x)        {:.3} ± {:.3}  ({}, {} samples)", e.log_px, e.log_px_se, e.method, e.samples);
        println!("active units    {}", e.active_units);
    }
    Ok(())
}
