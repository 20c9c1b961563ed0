//! Train a small VAE without a window, and print its bound on the validation images as it rises.
//!
//! `cargo run --release --example train_headless`

use elbow::data::{Dataset, Split};
use elbow::experiment::{DeviceChoice, Experiment, preset};
use elbow::train::{Report, Trainer, TrainingDevice};
use std::error::Error;
use std::sync::Arc;

/// A bundled experiment, made smaller. [`Experiment::set`] takes what `--set` takes on the command line; every field
/// can also be written directly.
fn experiment() -> Result<Experiment, Box<dyn Error>> {
    let mut experiment = preset("mnist-2d")?;
    for change in ["data.limit=5000", "data.validation=500", "training.length=3"] {
        experiment.set(change)?;
    }
    Ok(experiment)
}

/// Train to the experiment's end, calling `report` for every measurement of the whole validation split.
pub fn train(mut report: impl FnMut(&Report)) -> Result<Trainer, Box<dyn Error>> {
    let experiment = experiment()?;
    let dataset = Dataset::load(&experiment.data, experiment.seed, &mut |doing| eprintln!("{doing}"))?;
    let device = TrainingDevice::open(DeviceChoice::Cpu)?;
    let mut trainer = Trainer::new(experiment, Arc::new(dataset), device)?;
    loop {
        // One optimiser step on the next batch. Reports fall due now and then.
        let outcome = trainer.step()?;
        outcome.reports.iter().filter(|r| r.split == Split::Validation && r.whole).for_each(&mut report);
        if let Some(reason) = outcome.finished {
            eprintln!("over: {reason}");
            return Ok(trainer);
        }
    }
}

/// Prints a line for each epoch.
pub fn main() -> Result<(), Box<dyn Error>> {
    let trainer = train(|report| {
        let Report { epoch, elbo, elbo_se, reconstruction, kl, .. } = report;
        println!("epoch {epoch:.0}: ELBO {elbo:.1} ± {elbo_se:.1} = {reconstruction:.1} − {kl:.1} nats per image");
    })?;
    println!("{} parameters, {:.0} images/s", trainer.model().plan().parameters, trainer.images_per_second());
    Ok(())
}
