//! The findings of an evaluation so far.

use super::request::EvaluationRequest;
use super::result::{EvaluatedState, PerImage, Sandwich};
use crate::data::Split;
use crate::evidence::ais::Annealed;
use crate::evidence::disentanglement::Scores;
use crate::evidence::gap::{Best, Bounds};
use crate::evidence::marginal::{Adaptive, Importance};
use crate::evidence::quadrature::Integral;
use crate::evidence::{Bound, Findings, Measurement, Method, Outputs, aggregate};
use crate::sliced::Sliced;
use crate::train::Trainer;
use std::collections::BTreeMap;

/// The findings of an evaluation so far, in the order of the images.
pub struct Found {
    pub request: EvaluationRequest,
    /// Steps of the model that is evaluated, and which state of its run it is.
    pub step: u64,
    pub state: EvaluatedState,
    /// The split that the images are from in truth: the training split, if validation was asked for and no images are
    /// held out.
    pub split: Split,
    pub images: usize,
    /// Dimension of z, all layers of latent variables together; `lower` is that of h₁, which equals it with one layer.
    pub latent: usize,
    pub lower: usize,
    pub bounds: Vec<Bound>,
    pub log_px: BTreeMap<Method, PerImage>,
    pub integrals: Vec<Integral>,
    pub importance: Vec<Importance>,
    pub adaptive: Vec<Adaptive>,
    pub annealed: Vec<Annealed>,
    pub gap: Vec<Bounds>,
    pub gap_steps: usize,
    pub gap_open: bool,
    pub outputs: Option<Outputs>,
    pub sandwich: Option<Sandwich>,
    pub aggregate: Option<aggregate::Aggregate>,
    pub scores: Option<Scores>,
    /// The posterior means, `images × latent`.
    pub means: Vec<f32>,
    /// For each image, the mean squared difference of its pixels from E[x|z] at its posterior mean.
    pub squared_errors: Vec<f64>,
}

impl Found {
    /// Empty findings, for `images` images of the split that `request` names.
    pub fn new(request: EvaluationRequest, trainer: &Trainer, images: usize) -> Self {
        Self {
            request,
            step: trainer.progress().step,
            state: if trainer.looks_back() { EvaluatedState::Kept } else { EvaluatedState::Last },
            split: trainer.dataset().in_truth(request.split),
            images,
            latent: trainer.model().latent(),
            lower: trainer.model().plan().lower(),
            bounds: Vec::new(),
            log_px: BTreeMap::new(),
            integrals: Vec::new(),
            importance: Vec::new(),
            adaptive: Vec::new(),
            annealed: Vec::new(),
            gap: Vec::new(),
            gap_steps: 0,
            gap_open: false,
            outputs: None,
            sandwich: None,
            aggregate: None,
            scores: None,
            means: Vec::new(),
            squared_errors: Vec::new(),
        }
    }

    /// Add the results of a method, in the order of the images.
    pub fn take_measured(&mut self, measurement: Box<Measurement>) {
        let method = measurement.method();
        let findings = measurement.finish();
        self.log_px.entry(method).or_default().images.extend(findings.evidence());
        match findings {
            Findings::Quadrature(all) => self.integrals.extend(all),
            Findings::Annealing(all) => self.annealed.extend(all),
            Findings::Adaptive(all) => self.adaptive.extend(all),
            Findings::Importance(all) => self.importance.extend(all),
        }
    }

    /// Add the best posteriors q* of some images.
    pub fn take_best(&mut self, best: Best) {
        self.gap.extend(best.bounds);
        self.gap_steps = self.gap_steps.max(best.steps);
        self.gap_open |= !best.converged;
    }
}
