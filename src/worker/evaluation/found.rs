//! The findings of an evaluation so far.

use super::request::EvaluationRequest;
use super::result::{PerImage, Sandwich};
use crate::evidence::ais::Annealed;
use crate::evidence::disentanglement::Scores;
use crate::evidence::gap::{Best, Bounds};
use crate::evidence::marginal::{Adaptive, Importance};
use crate::evidence::quadrature::Integral;
use crate::evidence::{Findings, Measurement, Method, Outputs, aggregate};
use crate::sliced::Sliced;
use crate::train::Interval;
use std::collections::BTreeMap;

/// The findings, image by image.
#[derive(Default)]
pub struct Found {
    pub request: EvaluationRequest,
    pub images: usize,
    /// Dimension of z, all layers of latent variables together; `lower` is that of h₁, which equals it with one layer.
    pub latent: usize,
    pub lower: usize,
    pub terms: Interval,
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
}

impl Found {
    /// Take what a method has found, image by image.
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
