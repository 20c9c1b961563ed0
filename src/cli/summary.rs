//! What a training run came to.

use super::headless::Headless;
use super::output;
use crate::data::Split;
use crate::train::Report;
use crate::worker::{Failure, Finished, Status};
use serde::Serialize;
use std::path::PathBuf;

/// The result of `elbow train --json`; nats per image.
#[derive(Serialize)]
pub struct Summary {
    name: String,
    /// Why the run is over.
    state: String,
    step: u64,
    epoch: f64,
    seconds: f64,
    images_per_s: f64,
    device: String,
    /// What the bound was measured on, and whether on all of it.
    split: Split,
    whole: bool,
    elbo: f64,
    elbo_se: f64,
    reconstruction: f64,
    kl: f64,
    /// The importance-weighted bound of K samples.
    iwae: f64,
    samples: usize,
    out: Option<PathBuf>,
}

impl Summary {
    /// Of a run that is over.
    ///
    /// # Errors
    /// A run that ended before it reported anything.
    pub fn new(headless: &Headless, ended: Finished, out: Option<PathBuf>) -> Result<Self, Failure> {
        let Finished { why: state, status, .. } = ended;
        let report = headless
            .client
            .with_history(|history| last_bound(&history.reports, &status).cloned())
            .ok_or_else(|| Failure::run("the run ended before its first report; train for more steps"))?;
        Ok(Self {
            name: status.experiment.as_ref().map_or(String::new(), |experiment| experiment.name.clone()),
            state,
            step: status.step,
            epoch: status.epoch,
            seconds: status.seconds,
            images_per_s: status.images_per_second,
            device: status.device,
            split: report.split,
            whole: report.whole,
            elbo: report.elbo,
            elbo_se: report.elbo_se,
            reconstruction: report.reconstruction,
            kl: report.kl,
            iwae: report.iwae,
            samples: report.samples,
            out,
        })
    }

    pub fn print(&self, json: bool) -> Result<(), Failure> {
        if json {
            return output::json(self);
        }
        let Self { name, state, step, epoch, seconds, images_per_s, device, .. } = self;
        output::line(&format!(
            "{name}: over ({state}) after {step} steps, {epoch:.2} epochs, {seconds:.1} s; {images_per_s:.0} images/s on {device}"
        ))?;
        let subset = if self.whole { "" } else { " (part of the split)" };
        output::line(&format!(
            "{} ELBO{subset} {:.3} ± {:.3} nats per image = reconstruction {:.3} − KL {:.3}",
            self.split.name(),
            self.elbo,
            self.elbo_se,
            self.reconstruction,
            self.kl
        ))?;
        match &self.out {
            Some(out) => output::line(&format!("written to {}", out.display())),
            None => Ok(()),
        }
    }
}

/// The last validation report, that of the whole split where there are two; else the last training report.
fn last_bound<'a>(reports: &'a [Report], status: &Status) -> Option<&'a Report> {
    let of = |split| move |report: &&Report| report.split == split;
    let validation = || reports.iter().rev().filter(of(Split::Validation));
    let whole = validation().find(|report| report.whole && report.step == status.step);
    whole.or_else(|| validation().next()).or_else(|| reports.iter().rev().find(of(Split::Train)))
}
