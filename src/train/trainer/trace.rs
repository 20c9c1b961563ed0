//! The trace of one optimiser step: its minibatch, terms, gradient and parameters, kept while somebody looks.

use super::Trainer;
use crate::kernels::norm_of;
use crate::model::{Pass, TrainingPass};
use crate::objective::Setting;
use crate::random::Purpose;
use crate::train::TrainError;
use crate::train::gradient::Gradients;
use crate::train::minibatch::Minibatch;
use burn::tensor::Tensor;
use std::cell::RefCell;
use std::ops::Range;

/// The tensors of one optimiser step, from the minibatch to the parameters after it. They are the step's own, not
/// computed again.
pub struct StepTrace {
    /// The minibatch, with the random numbers of its step.
    minibatch: Minibatch,
    /// The images of the minibatch that were computed together first: `0..n`.
    first: Range<usize>,
    /// Number of images B.
    pub images: usize,
    /// Number of samples K of z per image.
    pub samples: usize,
    /// The objective at the step.
    pub setting: Setting,
    /// The learning rate of the step.
    pub rate: f64,
    /// The trainable tensors before the step.
    pub before: Vec<Tensor<1>>,
    /// The running averages before the step.
    pub state: Vec<Tensor<1>>,
    /// The trainable tensors after the step.
    pub after: Vec<Tensor<1>>,
    /// The gradient of the loss, up to `scale`.
    gradients: Vec<Tensor<1>>,
    scale: f64,
    norms: Tensor<1>,
    /// E_q[log p(x|z)] of each image in nats, in pieces.
    reconstruction: Vec<Tensor<1>>,
    /// KL[q(z|x) ‖ p(z)] of each image and dimension in nats, in pieces.
    kl: Vec<Tensor<2>>,
}

/// The part of a trace that comes with the gradient.
struct Found {
    gradients: Vec<Tensor<1>>,
    scale: f64,
    norms: Tensor<1>,
    reconstruction: Vec<Tensor<1>>,
    kl: Vec<Tensor<2>>,
}

/// The part of a trace that is known before the gradient is.
pub(super) struct Begun {
    before: Vec<Tensor<1>>,
    state: Vec<Tensor<1>>,
    found: Option<Found>,
    setting: Setting,
    samples: usize,
    first: Range<usize>,
}

impl Begun {
    /// Note the gradient and the terms, which the optimiser is about to use up.
    pub(super) fn note(&mut self, found: &Gradients) {
        let Gradients { parameters, scale, norms, reconstruction, kl, .. } = found;
        self.found = Some(Found {
            gradients: parameters.clone(),
            scale: *scale,
            norms: norms.clone(),
            reconstruction: reconstruction.clone(),
            kl: kl.clone(),
        });
    }
}

impl Trainer {
    /// Keep a trace of the next step. A step with a trace is the same step; it costs a copy of its minibatch and of the
    /// tensors that it moves.
    pub fn trace_next(&mut self) {
        self.traces_next = true;
    }

    /// The newest trace, if a step of this run has been traced.
    pub fn traced(&self) -> Option<&StepTrace> {
        self.traced.as_deref()
    }

    /// Begin a trace, if one was asked for.
    pub(super) fn begin_trace(&mut self, minibatch: &Minibatch) -> Option<Begun> {
        std::mem::take(&mut self.traces_next).then(|| Begun {
            before: self.current.parameters.clone(),
            state: self.current.state.clone(),
            found: None,
            setting: self.setting(),
            samples: self.experiment.objective.samples,
            first: self.division().first(minibatch.images()),
        })
    }

    /// Complete a trace once the parameters have moved.
    pub(super) fn end_trace(&mut self, begun: Option<Begun>, minibatch: &Minibatch, rate: f64) {
        let Some(Begun { before, state, found, setting, samples, first }) = begun else { return };
        let Some(Found { gradients, scale, norms, reconstruction, kl }) = found else { return };
        self.traced = Some(Box::new(StepTrace {
            minibatch: minibatch.copied(),
            first,
            images: minibatch.images(),
            samples,
            setting,
            rate,
            before,
            state,
            after: self.current.parameters.clone(),
            gradients,
            scale,
            norms,
            reconstruction,
            kl,
        }));
    }
}

/// The terms of a step's bound, read from the device.
#[derive(Clone, Debug, PartialEq)]
pub struct StepTerms {
    /// E_q[log p(x|z)] of each image in nats.
    pub reconstruction: Vec<f32>,
    /// KL[q(z|x) ‖ p(z)] of each image in nats.
    pub kl: Vec<f32>,
    /// The norm √Σ g² of the gradient, before clipping.
    pub gradient_norm: f64,
}

impl StepTrace {
    /// The number of the step, counted from 1.
    pub fn step(&self) -> u64 {
        self.minibatch.step() + 1
    }

    /// The images that were computed together first, by their numbers in the minibatch.
    pub fn first(&self) -> Range<usize> {
        self.first.clone()
    }

    /// The indices of the minibatch's images within the training split.
    pub fn indices(&self) -> &[u32] {
        self.minibatch.indices()
    }

    /// The pixels of the first images, `first × pixels`, as the encoder saw them.
    pub fn pixels(&self) -> &[f32] {
        let pixels = self.minibatch.pixels();
        &pixels[..pixels.len() / self.images.max(1) * self.first.len()]
    }

    /// The noise ε of the first images, `K·first × latent`.
    pub fn epsilon(&self, latent: usize) -> Vec<f32> {
        self.minibatch.epsilon(latent, self.first())
    }

    /// The pass with which the first images were computed: the parameters before the step, and its dropout.
    pub fn pass(&self) -> Pass<'_> {
        let training = TrainingPass {
            dropout: self.minibatch.stream(Purpose::Dropout),
            counter: (self.minibatch.step() << 20) + self.first.start as u64,
            statistics: RefCell::default(),
            prior_output: None,
        };
        Pass { parameters: &self.before, state: &self.state, training: Some(training) }
    }

    /// The gradient of the loss by a trainable tensor, as the optimiser got it before clipping.
    pub fn gradient(&self, index: usize) -> Tensor<1> {
        self.gradients[index].clone() * self.scale
    }

    /// The terms of the bound, as the step computed them.
    ///
    /// # Errors
    /// The device fails.
    pub fn terms(&self) -> Result<StepTerms, TrainError> {
        let (mut reconstruction, mut kl) = (Vec::new(), Vec::new());
        for (own, per_dimension) in self.reconstruction.iter().zip(&self.kl) {
            reconstruction.extend(own.clone().try_into_data()?.iter::<f32>());
            let columns = per_dimension.dims()[1].max(1);
            let values: Vec<f32> = per_dimension.clone().try_into_data()?.iter::<f32>().collect();
            kl.extend(values.chunks(columns).map(|row| row.iter().sum::<f32>()));
        }
        let norms = self.norms.clone().try_into_data()?;
        Ok(StepTerms { reconstruction, kl, gradient_norm: self.scale.abs() * norm_of(norms.iter::<f64>()) })
    }
}
