//! The bounds of the model in training on validation and test images.

use super::Trainer;
use crate::data::Split;
use crate::model::Pass;
use crate::objective::{self, Terms};
use crate::random::{Purpose, Stream};
use crate::train::{Interval, Report, TrainError};
use burn::tensor::{Tensor, TensorData, Transaction};

/// Largest number of rows of z in one evaluation pass.
const EVALUATION_ROWS: usize = 500;

impl Trainer {
    /// The β = 1 bounds of the current model on a split, or on its first `subset` images, with the experiment's K
    /// samples an image and always the same ε.
    ///
    /// # Errors
    /// A device that fails.
    pub fn measure(&self, split: Split, subset: Option<usize>) -> Result<Report, TrainError> {
        let count = self.dataset.len(split);
        let images = subset.unwrap_or(count).min(count);
        let samples = self.experiment.objective.samples;
        let at_once = (EVALUATION_ROWS / samples).max(1);
        let mut interval = Interval::default();
        let mut from = 0;
        while from < images {
            let indices: Vec<usize> = (from..images.min(from + at_once)).collect();
            let terms = self.estimate(&self.pass(), split, &indices, samples);
            let iwae = terms.iwae();
            let Terms { reconstruction, kl, .. } = terms;
            let data = Transaction::default().register(reconstruction).register(iwae).register(kl).try_execute()?;
            let [reconstruction, iwae, kl] = host(data);
            interval.add_images(&reconstruction, &kl, Some(&iwae));
            from += indices.len();
        }
        Ok(self.report(split, images == count, &interval))
    }

    /// E_q[log p(x|z)] of each image and the KL `images × latent` in nats, from one ε per image, the same in every
    /// call.
    ///
    /// # Errors
    /// The device fails.
    pub fn terms_of(&self, split: Split, indices: &[usize]) -> Result<(Vec<f32>, Vec<f32>), TrainError> {
        self.terms_with(&self.pass(), split, indices)
    }

    /// E_q[log p(x|z)] of each image and KL `images × latent` at other parameters of this model.
    ///
    /// # Errors
    /// A device that fails.
    pub fn terms_with(&self, pass: &Pass, split: Split, indices: &[usize]) -> Result<(Vec<f32>, Vec<f32>), TrainError> {
        let terms = self.estimate(pass, split, indices, 1);
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

    /// The terms of some images with K samples each, whose ε are a function of image, sample and dimension.
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
