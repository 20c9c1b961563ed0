//! Run folders made by hand, for tests.

use super::fields::Seen;
use super::metrics::Bound;
use super::state::RunState;
use super::summary::RunSummary;
use crate::data::Split;
use crate::experiment::Experiment;
use crate::train::{Progress, Report, RunFolder};
use std::path::Path;
use std::sync::Mutex;

/// A report on all validation images.
pub fn report(step: u64, elbo: f64) -> Report {
    Report {
        step,
        epoch: step as f64 / 10.0,
        images: 100 * step,
        seconds: step as f64 / 4.0,
        split: Split::Validation,
        whole: true,
        elbo,
        elbo_se: 0.25,
        reconstruction: elbo + 20.0,
        kl: 20.0,
        kl_per_dimension: vec![20.0],
        iwae: elbo,
        samples: 1,
        beta: 1.0,
        learning_rate: 1e-3,
        gradient_norm: f64::NAN,
        images_per_second: 31_000.0,
    }
}

/// A run that was saved at a step, with reports of these bounds at steps 1, 2, …
pub fn make(folder: &Path, experiment: &Experiment, step: u64, elbos: &[f64]) -> RunFolder {
    let run = RunFolder::at(folder);
    let reports: Vec<Report> = elbos.iter().enumerate().map(|(i, &elbo)| report(i as u64 + 1, elbo)).collect();
    run.save_curves(experiment, &reports, &[]).unwrap();
    let progress = Progress { step, epoch: step / 10, seconds: step as f64 / 4.0, ..Progress::default() };
    std::fs::create_dir_all(folder.join("checkpoint")).unwrap();
    let json = serde_json::json!({ "progress": progress, "optimiser_steps": step }).to_string();
    std::fs::write(folder.join("checkpoint/progress.json"), json).unwrap();
    run
}

/// A run whose last bound this is, as if it had been read.
pub fn summary(folder: &str, experiment: &Experiment, elbo: f64) -> RunSummary {
    static SEEN: Mutex<Option<Seen>> = Mutex::new(None);
    let mut seen = SEEN.lock().unwrap();
    let bound = Bound { step: 5_000, elbo, elbo_se: 0.25, reconstruction: elbo + 20.0, kl: 20.0 };
    RunSummary {
        fields: seen.get_or_insert_default().fields(experiment),
        step: Some(5_000),
        epoch: Some(20.0),
        seconds: Some(245.0),
        last: Some(bound),
        best: Some(bound),
        images_per_second: Some(31_234.0),
        bytes: Some(4_000_000),
        complete: true,
        ..RunSummary::blank(folder.into(), RunState::Finished, &experiment.name)
    }
}
