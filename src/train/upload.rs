//! What a step needs of its batch on the device, sent before the step begins.
//!
//! A GPU works through what it is sent in order: cubecl 0.11 first submits the kernels that wait, then copies the numbers into
//! a staging buffer of wgpu (`Queue::write_buffer`), whose transfer goes before the kernels of the next submission. Nothing
//! waits in that, so the numbers of the next step can be drawn and sent while the kernels of this one run. There are never
//! more than two on the device: those of the step that runs and those of the next.

use super::gradient::BatchInput;
use super::launches;
use burn::tensor::{Device, Tensor, TensorData};
use std::ops::Range;

/// The images and ε of one piece of a batch.
pub struct Upload {
    key: Key,
    /// `piece × pixels`.
    pub images: Tensor<2>,
    /// `K·piece × latent`.
    pub epsilon: Tensor<2>,
}

/// What the numbers are a function of, within a run whose sequence of batches stays.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    step: u64,
    /// Of the whole batch.
    images: usize,
    samples: usize,
    piece: Range<usize>,
}

impl Key {
    fn of(input: &BatchInput, piece: &Range<usize>) -> Self {
        Self { step: input.counter, images: input.images, samples: input.samples, piece: piece.clone() }
    }
}

impl Upload {
    /// Send a piece of a batch.
    pub fn new(input: &BatchInput, latent: usize, piece: Range<usize>, device: &Device) -> Self {
        let (count, pixels) = (piece.len(), input.pixels.len() / input.images);
        let images = input.pixels[piece.start * pixels..piece.end * pixels].to_vec();
        let epsilon = input.epsilon(latent, piece.clone());
        launches::uploads(input.counter);
        Self {
            key: Key::of(input, &piece),
            images: Tensor::from_data(TensorData::new(images, [count, pixels]), device),
            epsilon: Tensor::from_data(TensorData::new(epsilon, [input.samples * count, latent]), device),
        }
    }

    /// Whether it is this piece of this batch.
    pub fn is(&self, input: &BatchInput, piece: &Range<usize>) -> bool {
        self.key == Key::of(input, piece)
    }
}
