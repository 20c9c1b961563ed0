//! The summary of a training run.

use super::headless::Headless;
use super::output;
use crate::data::{Noun, Split};
use crate::estimate::Estimate;
use crate::train::Report;
use crate::worker::{Failure, Finished, Status};
use serde::Serialize;
use std::path::PathBuf;

/// A bound with its terms, in nats per image, and the images that it was measured on.
#[derive(Default, Serialize)]
struct Bound {
    split: Option<Split>,
    /// Whether it was measured on the whole split.
    whole: Option<bool>,
    elbo: Option<f64>,
    elbo_se: Option<f64>,
    reconstruction: Option<f64>,
    kl: Option<f64>,
    /// The importance-weighted bound with K samples.
    iwae: Option<f64>,
    samples: Option<usize>,
    /// The step after which it was measured.
    measured_at_step: Option<u64>,
}

impl Bound {
    /// The summary of a report, under the split that its images are of in truth.
    fn of(report: &Report, status: &Status) -> Self {
        let split = if status.validates_on_training { Split::Train } else { report.split };
        Self {
            split: Some(split),
            whole: Some(report.whole),
            elbo: Some(report.elbo),
            elbo_se: Some(report.elbo_se).filter(|se| se.is_finite()),
            reconstruction: Some(report.reconstruction),
            kl: Some(report.kl),
            iwae: Some(report.iwae),
            samples: Some(report.samples),
            measured_at_step: Some(report.step),
        }
    }
}

/// The result of `elbow train --json`; information is in nats per image.
#[derive(Serialize)]
pub struct Summary {
    name: String,
    /// Why the run has ended.
    state: String,
    step: u64,
    epoch: f64,
    /// The step of the best state, where the run ended on that and not on its last.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_on_step: Option<u64>,
    seconds: f64,
    images_per_s: f64,
    #[serde(skip)]
    noun: Noun,
    device: String,
    /// The last bound; its fields are null if the run was stopped before the first report.
    #[serde(flatten)]
    bound: Bound,
    /// Why a value is null, if one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<&'static str>,
    out: Option<PathBuf>,
}

impl Summary {
    /// The summary of a run that has ended. A run that was stopped before its first step has no bound, which is no
    /// failure, since it was asked for.
    pub fn new(headless: &Headless, ended: Finished, out: Option<PathBuf>) -> Self {
        let Finished { why: state, status, .. } = ended;
        let report = headless.client.with_history(|history| last_bound(&history.reports, &status).cloned());
        let bound = report.as_ref().map_or_else(Bound::default, |report| Bound::of(report, &status));
        let unknown = match (bound.elbo, bound.elbo_se) {
            (None, _) => Some("the run was stopped before its first report"),
            (_, None) => Some("the bound of one image has no standard error"),
            _ => None,
        };
        Self {
            name: status.experiment.as_ref().map_or(String::new(), |experiment| experiment.name.clone()),
            state,
            step: status.last_step,
            epoch: status.last_epoch,
            ended_on_step: Some(status.step).filter(|step| *step != status.last_step),
            seconds: status.seconds,
            images_per_s: status.images_per_second,
            noun: status.noun,
            device: status.device,
            bound,
            unknown,
            out,
        }
    }

    pub fn print(&self, json: bool) -> Result<(), Failure> {
        if json {
            return output::json(self);
        }
        let Self { name, state, step, epoch, seconds, images_per_s, noun, device, .. } = self;
        let (nats, many) = (noun.nats(), noun.many());
        output::line(&format!(
            "{name}: over ({state}) after {step} steps, {epoch:.2} epochs, {seconds:.1} s; {images_per_s:.0} {many}/s \
             on {device}"
        ))?;
        if let Bound {
            split: Some(split),
            whole,
            elbo: Some(elbo),
            elbo_se,
            reconstruction,
            kl,
            measured_at_step,
            ..
        } = self.bound
        {
            let subset = match (whole, split) {
                (Some(true), _) => "",
                (_, Split::Train) => " (of the last batches)",
                _ => " (of a part of the split)",
            };
            // A run that is stopped between two reports leaves what it has seen since to the one that goes on.
            let earlier = measured_at_step.filter(|at| at != step);
            let earlier = earlier.map_or(String::new(), |at| format!(" after step {at}"));
            output::line(&format!(
                "{} ELBO{subset}{earlier} {} {nats} = reconstruction {:.3} − KL {:.3}",
                split.adjective(),
                Estimate { value: elbo, se: elbo_se.unwrap_or(f64::NAN) },
                reconstruction.unwrap_or(f64::NAN),
                kl.unwrap_or(f64::NAN)
            ))?;
        } else if let Some(unknown) = self.unknown {
            output::line(unknown)?;
        }
        match &self.out {
            Some(out) => output::line(&format!("written to {}", out.display())),
            None => Ok(()),
        }
    }
}

/// The last validation report, that of the whole split where there are two; else the last training report.
pub fn last_bound<'a>(reports: &'a [Report], status: &Status) -> Option<&'a Report> {
    let of = |split| move |report: &&Report| report.split == split;
    let validation = || reports.iter().rev().filter(of(Split::Validation));
    let whole = validation().find(|report| report.whole && report.step == status.step);
    whole.or_else(|| validation().next()).or_else(|| reports.iter().rev().find(of(Split::Train)))
}
