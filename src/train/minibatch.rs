//! The training images of one step, on the host and, piece by piece, on the device.
//!
//! A GPU processes what it is sent in order. cubecl 0.11 first submits the kernels that are waiting, then copies the
//! numbers into a staging buffer of wgpu (`Queue::write_buffer`), which is transferred before the kernels of the next
//! submission. None of this waits, so that the next step's images and noise can be drawn and sent while the kernels of
//! this step run. Never more than two minibatches are on the device: that of the running step and that of the next.

use super::launches;
use crate::data::Batch;
use crate::random::{Purpose, Stream};
use burn::tensor::{Device, Tensor, TensorData};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// A batch of training images, with the random numbers of its step.
pub struct Minibatch {
    batch: Batch,
    seed: u64,
    samples: usize,
    /// The piece that was sent ahead of the step, if any.
    sent: Mutex<Option<Piece>>,
}

/// Some of a minibatch's images on the device, with the noise from which z is sampled.
pub struct Piece {
    /// The images' indices within the minibatch.
    pub range: Range<usize>,
    /// The images, `range.len() × pixels`.
    pub images: Tensor<2>,
    /// Standard normal noise ε, `K·range.len() × latent`; row k·range.len() + b belongs to image b of the piece.
    pub epsilon: Tensor<2>,
}

impl Minibatch {
    /// A minibatch of a run with this seed and `samples` samples K per image.
    pub fn new(batch: Batch, seed: u64, samples: usize) -> Self {
        Self { batch, seed, samples, sent: Mutex::default() }
    }

    /// The minibatch with another number of samples K per image.
    pub fn with_samples(self, samples: usize) -> Self {
        if samples == self.samples { self } else { Self::new(self.batch, self.seed, samples) }
    }

    /// A copy on the host, without what was sent ahead.
    pub fn copied(&self) -> Self {
        Self::new(self.batch.clone(), self.seed, self.samples)
    }

    /// The images' indices within the training split.
    pub fn indices(&self) -> &[u32] {
        &self.batch.indices
    }

    /// Number of images.
    pub fn images(&self) -> usize {
        self.batch.indices.len()
    }

    /// The images on the host, `images × pixels`.
    pub fn pixels(&self) -> &[f32] {
        &self.batch.pixels
    }

    /// The step that the minibatch is for, counted from 0.
    pub fn step(&self) -> u64 {
        self.batch.step
    }

    /// A stream of the run's random numbers.
    pub fn stream(&self, purpose: Purpose) -> Stream {
        Stream::new(self.seed, purpose)
    }

    /// The batch of images, whose memory may be reused.
    pub fn into_batch(self) -> Batch {
        self.batch
    }

    /// The noise ε of some of the images, `samples × range.len() × latent` standard normals. It does not depend on how
    /// the minibatch is divided.
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

    /// Send some of the images to the device ahead of their step.
    pub fn send(&mut self, latent: usize, range: Range<usize>, device: &Device) {
        let piece = self.upload(latent, range, device);
        *self.sent.get_mut().unwrap_or_else(PoisonError::into_inner) = Some(piece);
    }

    /// Some of the images on the device: the piece that was sent ahead if it has these images, else they are sent now.
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
