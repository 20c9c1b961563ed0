//! Diagnosis of a value that is not finite: where it first appears.

use super::minibatch::Minibatch;
use crate::model::{Model, Pass};
use burn::tensor::{Device, Tensor, TensorData};

/// The end of every message about numbers that are not finite: the state that the run has now, and remedies.
pub(super) fn help(state: &str) -> String {
    format!(
        " {state} It usually helps to lower the learning rate, to clip the gradient (training.clip: 10), or to warm β \
         up."
    )
}

/// The term of the layer that failed first, found by computing the batch again.
pub(super) fn explain(
    (model, pass): (&Model, &Pass),
    device: &Device,
    gradients: &[Tensor<1>],
    minibatch: &Minibatch,
) -> String {
    let step = minibatch.step() + 1;
    let layer = forward((model, pass), device, minibatch);
    let gradient = model
        .parameters()
        .iter()
        .zip(gradients)
        .find(|(_, gradient)| !all_finite((*gradient).clone()))
        .map(|(spec, _)| format!("the gradient of {}", spec.name));
    let what = layer.or(gradient).unwrap_or_else(|| "the gradient's norm".into());
    format!("Training paused at step {step}: {what} is not a finite number.")
}

/// The message if values are read back only now and then, so that the step of the failure is not known.
pub(super) fn explain_late(step: u64, steps: u64) -> String {
    format!(
        "Training paused: the bound or a gradient was not a finite number in one of the {steps} steps up to step \
         {step}."
    )
}

/// The message about parameters from the last step of a run.
pub(super) fn at_the_end(step: u64, images: &str, state: &str) -> String {
    format!("The bound on {images} images was not a finite number after the last step, {step}.") + &help(state)
}

/// The first layer or term of the forward pass that is not finite, if there is one.
fn forward((model, pass): (&Model, &Pass), device: &Device, minibatch: &Minibatch) -> Option<String> {
    let (images, latent) = (minibatch.images(), model.latent());
    let pixels = minibatch.pixels().len() / images;
    let x = Tensor::<2>::from_data(TensorData::new(minibatch.pixels().to_vec(), [images, pixels]), device);
    if let Some(name) = model.first_encoder_layer(pass, x.clone(), all_finite) {
        return Some(format!("the output of {name} in q(z|x)"));
    }
    // Of each image's first sample.
    let mut epsilon = minibatch.epsilon(latent, 0..images);
    epsilon.truncate(images * latent);
    let epsilon = Tensor::<2>::from_data(TensorData::new(epsilon, [images, latent]), device);
    let q = model.encode(pass, x.clone());
    let (z, log_q) = q.sample_with_log_prob(epsilon);
    if !all_finite(z.clone()) {
        return Some("the sample z (its variance overflowed)".into());
    }
    let prior = model.prior(pass);
    match prior.kl(q.as_ref()) {
        Some(kl) if !all_finite(kl.clone()) => return Some("KL[q(z|x) ‖ p(z)]".into()),
        None if !all_finite(log_q) => return Some("log q(z|x)".into()),
        None if !all_finite(prior.log_prob(z.clone())) => return Some("log p(z)".into()),
        _ => {}
    }
    if let Some(name) = model.first_decoder_layer(pass, z.clone(), all_finite) {
        return Some(format!("the output of {name} in p(x|z)"));
    }
    (!all_finite(model.log_likelihood(pass, x, z))).then(|| "the reconstruction term log p(x|z)".into())
}

fn all_finite<const D: usize>(tensor: Tensor<D>) -> bool {
    tensor.try_into_data().is_ok_and(|data| data.iter::<f32>().all(f32::is_finite))
}
