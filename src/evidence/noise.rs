//! Random numbers for samples of z.

use super::joint::Joint;
use crate::random::Stream;
use burn::tensor::{Tensor, TensorData};

/// Standard normal noise ε for some images, `samples·images × latent`; row k·B + b belongs to image b. Each image has
/// its own, whatever the other images are; `counter` (below 2³²) distinguishes requests for the same image.
pub fn epsilon(joint: &dyn Joint, noise: Stream, counter: u64, images: &[usize], samples: usize) -> Tensor<2> {
    let latent = joint.latent();
    let mut epsilon = vec![0.0; samples * images.len() * latent];
    let mut own = vec![0.0; samples * latent];
    for (b, &image) in images.iter().enumerate() {
        noise.fill_normal((counter << 32) | image as u64, &mut own);
        for (k, values) in own.chunks_exact(latent).enumerate() {
            epsilon[(k * images.len() + b) * latent..][..latent].copy_from_slice(values);
        }
    }
    Tensor::from_data(TensorData::new(epsilon, [samples * images.len(), latent]), &joint.device())
}

/// One uniform for each row of [`epsilon`], independent of it, `K·B × 1`.
pub fn choices(joint: &dyn Joint, noise: Stream, counter: u64, images: &[usize], samples: usize) -> Tensor<2> {
    const APART: u64 = 1 << 63;
    let mut choices = vec![0.0; samples * images.len()];
    let mut own = vec![0.0; samples];
    for (b, &image) in images.iter().enumerate() {
        noise.fill_uniform(APART | (counter << 32) | image as u64, &mut own);
        own.iter().enumerate().for_each(|(k, value)| choices[k * images.len() + b] = *value);
    }
    Tensor::from_data(TensorData::new(choices, [samples * images.len(), 1]), &joint.device())
}
