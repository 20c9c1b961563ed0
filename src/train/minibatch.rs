//! The training images of one step, on the host and, a piece at a time, on the device.
//!
//! A GPU works through what it is sent in order: cubecl 0.11 first submits the kernels that wait, then copies the
//! numbers into a staging buffer of wgpu (`Queue::write_buffer`), whose transfer goes before the kernels of the next
//! submission. Nothing waits in that, so the numbers of the next step can be drawn and sent while the kernels of this
//! one run. There are never more than two on the device: those of the step that runs and those of the next.

use super::launches;
use crate::data::Batch;
use crate::random::{Purpose, Stream};
use burn::tensor::{Device, Tensor, TensorData};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// A batch of training images, and the random numbers of its step.
pub struct Minibatch {
    batch: Batch,
    seed: u64,
    samples: usize,
    /// What has been sent ahead of the step.
    sent: Mutex<Option<Piece>>,
}

/// Some of its images on the device, with the numbers that sample z.
pub struct Piece {
    /// Which of the minibatch's images.
    pub range: Range<usize>,
    /// `range.len() × pixels`.
    pub images: Tensor<2>,
    /// `K·range.len() × latent` standard normals, row k·range.len() + b for image b of the piece.
    pub epsilon: Tensor<2>,
}

impl Minibatch {
    /// Of a run with this seed and K samples an image.
    pub fn new(batch: Batch, seed: u64, samples: usize) -> Self {
        Self { batch, seed, samples, sent: Mutex::default() }
    }

    /// With K samples an image from now on.
    pub fn with_samples(self, samples: usize) -> Self {
        if samples == self.samples { self } else { Self::new(self.batch, self.seed, samples) }
    }

    /// How many images there are.
    pub fn images(&self) -> usize {
        self.batch.indices.len()
    }

    /// The images on the host, `images × pixels`.
    pub fn pixels(&self) -> &[f32] {
        &self.batch.pixels
    }

    /// The step that they are for, from 0.
    pub fn step(&self) -> u64 {
        self.batch.step
    }

    /// A stream of the run's random numbers.
    pub fn stream(&self, purpose: Purpose) -> Stream {
        Stream::new(self.seed, purpose)
    }

    /// The images as they came, whose memory may be used again.
    pub fn into_batch(self) -> Batch {
        self.batch
    }

    /// ε of some of the images, `samples × range.len() × latent` standard normals: they do not depend on how the
    /// minibatch is divided.
    pub fn epsilon(&self, latent: usize, range: Range<usize>) -> Vec<f32> {
        let (noise, row) = (self.stream(Purpose::Epsilon), range.len() * latent);
        let mut epsilon = vec![0.0; self.samples * row];
        if range.len() == self.images() {
            noise.fill_normal(self.step(), &mut epsilon);
            return epsilon;
        }
        for (sample, epsilon) in epsilon.chunks_exact_mut(row.max(1)).enumerate() {
            noise.fill_normal_from(self.step(), (sample * self.images() + range.start) * latent, epsilon);
        }
        epsilon
    }

    /// Send some of the images ahead of their step.
    pub fn send(&mut self, latent: usize, range: Range<usize>, device: &Device) {
        let piece = self.upload(latent, range, device);
        *self.sent.get_mut().unwrap_or_else(PoisonError::into_inner) = Some(piece);
    }

    /// Some of the images on the device: what was sent ahead, if it is these, else they are sent now.
    pub fn piece(&self, latent: usize, range: Range<usize>, device: &Device) -> Piece {
        let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner).take_if(|piece| piece.range == range);
        sent.unwrap_or_else(|| self.upload(latent, range, device))
    }

    fn upload(&self, latent: usize, range: Range<usize>, device: &Device) -> Piece {
        let (count, pixels) = (range.len(), self.pixels().len() / self.images());
        let images = self.pixels()[range.start * pixels..range.end * pixels].to_vec();
        let epsilon = self.epsilon(latent, range.clone());
        launches::uploads(self.step());
        Piece {
            range,
            images: Tensor::from_data(TensorData::new(images, [count, pixels]), device),
            epsilon: Tensor::from_data(TensorData::new(epsilon, [self.samples * count, latent]), device),
        }
    }
}
