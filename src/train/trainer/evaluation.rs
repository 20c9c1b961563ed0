//! The bounds of the model in training on validation and test images.

use super::Trainer;
use crate::data::Split;
use crate::model::Pass;
use crate::objective::{self, Terms};
use crate::random::{Purpose, Stream};
use crate::train::measuring::Measuring;
use crate::train::{Report, TrainError};
use burn::tensor::{Tensor, TensorData, Transaction};

/// Largest number of rows of z that are evaluated at a time, by all threads together.
const EVALUATION_ROWS: usize = 500;

impl Trainer {
    /// The β = 1 bounds of the current model on a split, in nats per image, or on `images` of its images that stand for
    /// it ([`Dataset::representative`](crate::data::Dataset::representative)), with the experiment's K samples per
    /// image and always the same ε.
    ///
    /// # Errors
    /// The device fails.
    pub fn measure(&self, split: Split, images: Option<usize>) -> Result<Report, TrainError> {
        let indices = self.dataset.representative(split, images.unwrap_or(usize::MAX));
        self.measure_images(split, indices)
    }

    /// The bounds on these images of a split.
    pub(super) fn measure_images(&self, split: Split, indices: Vec<usize>) -> Result<Report, TrainError> {
        let mut measuring = Measuring::new(split, indices, Vec::new());
        while !self.measure_some(&mut measuring)? {}
        let [all, _] = self.measured(&measuring);
        Ok(all)
    }

    /// The reports of a measurement that is complete: on all of its images, and on its part.
    pub(super) fn measured(&self, measuring: &Measuring) -> [Report; 2] {
        let count = self.dataset.len(measuring.split);
        [&measuring.all, &measuring.of_part]
            .map(|interval| self.report(measuring.split, interval.images as usize == count, interval))
    }

    /// Measure the next images, as many as all threads take at once. Returns whether none is left.
    ///
    /// # Errors
    /// The device fails.
    pub(super) fn measure_some(&self, measuring: &mut Measuring) -> Result<bool, TrainError> {
        let (split, samples) = (measuring.split, self.experiment.objective.samples);
        let shards = self.shards().max(1);
        let at_once = (EVALUATION_ROWS / samples / shards).max(1);
        // Every thread has a part; their terms are added in the order of the images.
        let left = &measuring.indices[measuring.done..];
        let parts: Vec<&[usize]> = left.chunks(at_once).take(shards).collect();
        let terms = self.in_parts(parts.clone(), |pass, indices| -> Result<_, TrainError> {
            let terms = self.estimate(pass, split, indices, samples);
            let iwae = terms.iwae();
            let Terms { reconstruction, kl, .. } = terms;
            Ok(host(Transaction::default().register(reconstruction).register(iwae).register(kl).try_execute()?))
        });
        for (indices, terms) in parts.into_iter().zip(terms) {
            let [reconstruction, iwae, kl] = terms?;
            measuring.all.add_images(&reconstruction, &kl, Some(&iwae));
            measuring.done += indices.len();
            let latent = kl.len() / indices.len();
            for (row, index) in indices.iter().enumerate() {
                if measuring.part.binary_search(index).is_ok() {
                    let kl = &kl[row * latent..(row + 1) * latent];
                    measuring.of_part.add_images(&reconstruction[row..=row], kl, Some(&iwae[row..=row]));
                }
            }
        }
        Ok(measuring.done == measuring.indices.len())
    }

    /// E_q[log p(x|z)] of each image and the KL `images × latent` in nats, from one ε per image, the same in every
    /// call.
    ///
    /// # Errors
    /// The device fails.
    pub fn terms_of(&self, split: Split, indices: &[usize]) -> Result<(Vec<f32>, Vec<f32>), TrainError> {
        let terms = self.estimate(&self.pass(), split, indices, 1);
        let data = Transaction::default().register(terms.reconstruction).register(terms.kl).try_execute()?;
        let [reconstruction, kl] = host(data);
        Ok((reconstruction, kl))
    }

    /// The bound with β = 1 of each of some images in nats, from `samples` ε per image, the same in every call.
    ///
    /// # Errors
    /// The device fails.
    pub fn bounds_of(&self, split: Split, indices: &[usize], samples: usize) -> Result<Vec<f64>, TrainError> {
        let terms = self.estimate(&self.pass(), split, indices, samples);
        let data = Transaction::default().register(terms.reconstruction).register(terms.kl).try_execute()?;
        let [reconstruction, kl] = host(data);
        let kl = kl.chunks((kl.len() / indices.len()).max(1)).map(|kl| kl.iter().copied().map(f64::from).sum::<f64>());
        Ok(reconstruction.into_iter().zip(kl).map(|(reconstruction, kl)| f64::from(reconstruction) - kl).collect())
    }

    /// The terms of some images with K samples each, with ε as a function of image, sample and dimension.
    fn estimate(&self, pass: &Pass, split: Split, indices: &[usize], samples: usize) -> Terms {
        let images = self.dataset.gather(split, indices);
        let (rows, pixels, latent) = (indices.len(), images.pixels_per_image(), self.model.latent());
        let stream = Stream::new(self.experiment.seed, Purpose::EpsilonEvaluation);
        let mut epsilon = vec![0.0; samples * rows * latent];
        let mut of_image = vec![0.0; samples * latent];
        for (row, &index) in indices.iter().enumerate() {
            stream.fill_normal(index as u64, &mut of_image);
            for (k, of_sample) in of_image.chunks(latent).enumerate() {
                epsilon[(k * rows + row) * latent..][..latent].copy_from_slice(of_sample);
            }
        }
        let x = Tensor::<2>::from_data(TensorData::new(images.pixels, [rows, pixels]), &self.device.tensors);
        let epsilon = TensorData::new(epsilon, [samples * rows, latent]);
        objective::terms(&self.model, pass, x, Tensor::from_data(epsilon, &self.device.tensors))
    }
}

/// The values of a transaction's tensors, in order.
fn host<const N: usize>(data: Vec<TensorData>) -> [Vec<f32>; N] {
    let mut data = data.into_iter().map(|data| data.iter::<f32>().collect());
    std::array::from_fn(|_| data.next().unwrap_or_default())
}
