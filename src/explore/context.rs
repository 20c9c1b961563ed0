//! The context in which questions are answered.

use crate::data::Images;
use crate::model::{Model, Pass};
use crate::train::{TrainError, Trainer};
use burn::tensor::{Tensor, TensorData, Transaction};
use std::ops::Range;

/// Number of rows of z decoded at once, so that no question causes a long pause or a large tensor.
pub const ROWS: usize = 256;

/// The present model of a run, with its data and its device.
pub struct AnswerContext<'a> {
    /// The trainer of the run.
    pub trainer: &'a Trainer,
}

impl AnswerContext<'_> {
    /// The model.
    pub fn model(&self) -> &Model {
        self.trainer.model()
    }

    /// Dimension of z.
    pub fn latent(&self) -> usize {
        self.trainer.model().latent()
    }

    /// `values`, row by row, as a tensor on the run's device.
    pub fn tensor(&self, values: Vec<f32>, columns: usize) -> Tensor<2> {
        let rows = values.len() / columns;
        Tensor::from_data(TensorData::new(values, [rows, columns]), &self.trainer.device().tensors)
    }

    /// Pixels, image by image, as images of the model's shape.
    pub fn stack(&self, pixels: Vec<f32>) -> Images {
        let shape = self.trainer.model().image();
        let count = pixels.len() / shape.pixels();
        let columns = self.trainer.dataset().columns();
        Images { count, channels: shape.channels, height: shape.height, width: shape.width, pixels, columns }
    }

    /// The mean images E[x|z] for z `rows × latent`, not clipped.
    pub fn decode(&self, z: &[f32]) -> Result<Images, TrainError> {
        let model = self.model();
        let [means] = self.decode_by(z, |_, pass, z| [model.likelihood().mean(model.decode(pass, z))])?;
        Ok(means)
    }

    /// Several images for each row of z `rows × latent`, computed some rows at a time; `each` gets the number of the
    /// first row, a pass and the rows.
    pub fn decode_by<const N: usize>(
        &self,
        z: &[f32],
        each: impl Fn(usize, &Pass, Tensor<2>) -> [Tensor<2>; N] + Sync,
    ) -> Result<[Images; N], TrainError> {
        let latent = self.latent();
        let decoded = self.in_parts(z.len() / latent, |pass, rows| {
            let part = self.tensor(z[rows.start * latent..rows.end * latent].to_vec(), latent);
            let wanted = each(rows.start, pass, part).into_iter().fold(Transaction::default(), Transaction::register);
            Ok(wanted.try_execute()?)
        })?;
        let mut pixels = [(); N].map(|()| Vec::with_capacity(z.len() / latent * self.model().image().pixels()));
        for part in decoded {
            pixels.iter_mut().zip(part).for_each(|(pixels, images)| pixels.extend(images.iter::<f32>()));
        }
        Ok(pixels.map(|pixels| self.stack(pixels)))
    }

    /// Apply `work` to parts of `rows` rows, divided among the run's threads; the results are in the order of the
    /// parts. No part has more than [`ROWS`] rows, and the parts depend on the experiment alone, not on the machine.
    pub fn in_parts<R: Send>(
        &self,
        rows: usize,
        work: impl Fn(&Pass, Range<usize>) -> Result<R, TrainError> + Sync,
    ) -> Result<Vec<R>, TrainError> {
        let each = rows.div_ceil(self.trainer.shards().max(1)).clamp(1, ROWS);
        let parts = (0..rows).step_by(each).map(|first| first..rows.min(first + each)).collect();
        self.trainer.in_parts(parts, work).into_iter().collect()
    }
}
