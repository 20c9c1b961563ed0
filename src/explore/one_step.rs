//! One optimiser step, box by box: the images, their codes, the terms of the bound, the gradient, the parameters before
//! and after it.

use super::context::AnswerContext;
use crate::data::Images;
use crate::train::{StepTrace, TrainError};
use burn::tensor::{Tensor, Transaction};

/// Most entries of a tensor that are shown moving.
const ENTRIES: usize = 3;

/// The values of the newest optimiser step that was traced. The terms, the gradient and the parameters are the step's
/// own; codes and images are computed again from its parameters and its noise.
#[derive(Clone, Debug, PartialEq)]
pub struct OneStep {
    /// The number of the step, counted from 1.
    pub step: u64,
    /// Number of images in the minibatch.
    pub batch: usize,
    /// Number of samples K of z per image.
    pub samples: usize,
    /// The weight β of the KL term.
    pub beta: f64,
    /// The learning rate.
    pub rate: f64,
    /// The means over the minibatch of E_q[log p(x|z)] and of the KL, in nats per image.
    pub mean_terms: [f64; 2],
    /// The norm of the gradient, before clipping.
    pub gradient_norm: f64,
    /// Dimension of z.
    pub latent: usize,
    /// The first images of the minibatch, as the encoder saw them.
    pub inputs: Images,
    /// The means of p(x|z) at the first draw of z of each of these images.
    pub decoded: Images,
    /// Of the first images: E_q[log p(x|z)] and KL, in nats.
    pub terms: Vec<[f32; 2]>,
    /// Of the first images, `images × latent`: the mean of q(z|x).
    pub mean: Vec<f32>,
    /// The standard deviation of q(z|x).
    pub deviation: Vec<f32>,
    /// The noise ε of the first draw.
    pub epsilon: Vec<f32>,
    /// The first draw z.
    pub z: Vec<f32>,
    /// ∇_z log p(x|z) at the first draw, `images × latent`: the direction in which z explains x better.
    pub pull: Vec<f32>,
    /// ∇_z log p(z) at the first draw, `images × latent`: the direction in which the prior rises.
    pub hold: Vec<f32>,
    /// The trainable tensors: decoder and prior (θ), encoder (φ).
    pub moved: Vec<MovedTensor>,
}

/// A trainable tensor before and after a step.
#[derive(Clone, Debug, PartialEq)]
pub struct MovedTensor {
    /// The tensor's name, such as `encoder.0.weight`.
    pub name: String,
    /// Number of its entries.
    pub count: usize,
    /// Root mean squares of its entries before the step, of the gradient, and of the change.
    pub sizes: [f64; 3],
    /// The few entries with the largest gradients: the value before the step, the gradient of the loss, the value after
    /// the step.
    pub entries: Vec<[f32; 3]>,
}

impl MovedTensor {
    /// Whether the tensor belongs to q(z|x) (φ), not to the model (θ).
    pub fn is_of_the_encoder(&self) -> bool {
        ["encoder", "posterior"].iter().any(|of| self.name.starts_with(of))
    }
}

/// The newest traced step with its first `count` images; `None` before one was traced.
pub(super) fn one_step(ask: &AnswerContext<'_>, count: usize) -> Result<Option<OneStep>, TrainError> {
    let Some(trace) = ask.trainer.traced() else { return Ok(None) };
    let (model, latent) = (ask.model(), ask.latent());
    let pass = trace.pass();
    let pixels = model.image().pixels();
    let (piece, shown) = (trace.first().len(), count.min(trace.first().len()));
    let images = ask.tensor(trace.pixels().to_vec(), pixels);
    let epsilon = trace.epsilon(latent);
    let q = model.encode(&pass, images.clone());
    let z = q.sample(ask.tensor(epsilon.clone(), latent)).slice([0..piece, 0..latent]);
    let [pull, hold] = gradients(ask, trace, &images, &z)?;
    let decoded = model.likelihood().mean(model.decode(&pass, z.clone()));
    let wanted = Transaction::default().register(q.mean()).register(q.deviation()).register(z).register(decoded);
    let mut data = wanted.try_execute()?.into_iter().map(|data| data.iter::<f32>().collect::<Vec<f32>>());
    let mut next = |columns: usize| {
        let mut values = data.next().unwrap_or_default();
        values.truncate(shown * columns);
        values
    };
    let (mean, deviation, z, decoded) = (next(latent), next(latent), next(latent), next(pixels));
    let first = |mut values: Vec<f32>| {
        values.truncate(shown * latent);
        values
    };
    let terms = trace.terms()?;
    let average = |values: &[f32]| values.iter().map(|v| f64::from(*v)).sum::<f64>() / values.len().max(1) as f64;
    Ok(Some(OneStep {
        step: trace.step(),
        batch: trace.images,
        samples: trace.samples,
        beta: trace.setting.beta,
        rate: trace.rate,
        mean_terms: [average(&terms.reconstruction), average(&terms.kl)],
        gradient_norm: terms.gradient_norm,
        latent,
        inputs: ask.stack(trace.pixels()[..shown * pixels].to_vec()),
        decoded: ask.stack(decoded),
        terms: terms.reconstruction.iter().zip(&terms.kl).take(shown).map(|(&own, &kl)| [own, kl]).collect(),
        mean,
        deviation,
        epsilon: first(epsilon),
        z,
        pull: first(pull),
        hold: first(hold),
        moved: moved(ask, trace)?,
    }))
}

/// ∇_z log p(x|z) and ∇_z log p(z), each `images × latent`.
fn gradients(
    ask: &AnswerContext<'_>,
    trace: &StepTrace,
    images: &Tensor<2>,
    z: &Tensor<2>,
) -> Result<[Vec<f32>; 2], TrainError> {
    let pass = trace.pass();
    let by = |of: &dyn Fn(Tensor<2>) -> Tensor<1>| -> Result<Vec<f32>, TrainError> {
        let leaf = z.clone().without_autodiff().autodiff().require_grad();
        let mut found = of(leaf.clone()).sum().backward();
        let gradient = leaf.grad_remove(&mut found).unwrap_or_else(|| leaf.without_autodiff().zeros_like());
        Ok(gradient.try_into_data()?.iter::<f32>().collect())
    };
    let pull = by(&|z| ask.model().log_likelihood(&pass, images.clone(), z))?;
    let prior = ask.model().prior(&pass);
    Ok([pull, by(&|z| prior.log_prob(z))?])
}

/// Every trainable tensor before and after the step, with its gradient.
fn moved(ask: &AnswerContext<'_>, trace: &StepTrace) -> Result<Vec<MovedTensor>, TrainError> {
    let read =
        |tensor: Tensor<1>| -> Result<Vec<f32>, TrainError> { Ok(tensor.try_into_data()?.iter::<f32>().collect()) };
    let specs = ask.model().parameters().iter().enumerate();
    let tensors = specs.map(|(index, spec)| {
        let (before, after) = (read(trace.before[index].clone())?, read(trace.after[index].clone())?);
        let gradient = read(trace.gradient(index))?;
        let size = |values: &mut dyn Iterator<Item = f32>| {
            let squares: f64 = values.map(|v| f64::from(v).powi(2)).sum();
            (squares / before.len().max(1) as f64).sqrt()
        };
        let change = &mut before.iter().zip(&after).map(|(a, b)| b - a);
        let sizes = [size(&mut before.iter().copied()), size(&mut gradient.iter().copied()), size(change)];
        let mut largest: Vec<usize> = (0..gradient.len()).collect();
        let shown = ENTRIES.min(largest.len());
        if shown < largest.len() {
            largest.select_nth_unstable_by(shown, |&a, &b| gradient[b].abs().total_cmp(&gradient[a].abs()));
        }
        largest.truncate(shown);
        largest.sort_unstable();
        let entries = largest.into_iter().map(|i| [before[i], gradient[i], after[i]]).collect();
        Ok(MovedTensor { name: spec.name.clone(), count: before.len(), sizes, entries })
    });
    tensors.collect()
}
