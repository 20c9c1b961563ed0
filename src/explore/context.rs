//! The context in which questions are answered.

use crate::data::Images;
use crate::model::Model;
use crate::train::{TrainError, Trainer};
use burn::tensor::{Tensor, TensorData};

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
        let (model, pass) = (self.trainer.model(), self.trainer.pass());
        self.decode_by(z, |_, output| model.likelihood().mean(model.decode(&pass, output)))
    }

    /// Images for z `rows × latent`, computed some rows at a time; `each` gets the number of the first row and the
    /// decoder's output for the rows.
    pub fn decode_by(&self, z: &[f32], each: impl Fn(usize, Tensor<2>) -> Tensor<2>) -> Result<Images, TrainError> {
        let latent = self.latent();
        let mut pixels = Vec::with_capacity(z.len() / latent * self.trainer.model().image().pixels());
        for (chunk, rows) in z.chunks(ROWS * latent).enumerate() {
            let images = each(chunk * ROWS, self.tensor(rows.to_vec(), latent));
            pixels.extend(images.try_into_data()?.iter::<f32>());
        }
        Ok(self.stack(pixels))
    }
}
