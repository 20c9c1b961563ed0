//! The images of a run, in bytes, with their splits.

use super::{DataError, ImageShape, Images, Split};
use crate::experiment::{Binarisation, Data};

/// All images of an experiment, as bytes on the host, split into train, validation and test.
pub struct Dataset {
    // STUB: the data room fills this in.
    shape: ImageShape,
}

impl Dataset {
    /// Read, check, split. `progress` hears what is being done, in words.
    pub fn load(_data: &Data, _seed: u64, _progress: &mut dyn FnMut(&str)) -> Result<Self, DataError> {
        todo!()
    }

    pub fn shape(&self) -> ImageShape {
        self.shape
    }

    /// Things worth a warning: Bernoulli-relevant grey pixels are left to the caller; e.g. "no labels".
    pub fn len(&self, _split: Split) -> usize {
        todo!()
    }

    pub fn label(&self, _split: Split, _index: usize) -> Option<u8> {
        todo!()
    }

    /// Mean of the (binarised or grey) training images, `pixels` long: the expectation over the binarisation.
    pub fn training_mean(&self) -> Vec<f32> {
        todo!()
    }

    /// The images as the model sees them in training: dynamic binarisation drawn under `counter` (the step).
    pub fn training_batch(&self, _indices: &[u32], _counter: u64, _out: &mut Vec<f32>) {
        todo!()
    }

    /// Images of a split as the model sees them outside training: dynamic binarisation drawn by image, always the
    /// same for the same image.
    pub fn gather(&self, _split: Split, _indices: &[usize]) -> Images {
        todo!()
    }

    /// The images before binarisation.
    pub fn gather_grey(&self, _split: Split, _indices: &[usize]) -> Images {
        todo!()
    }

    pub fn binarisation(&self) -> Binarisation {
        todo!()
    }
}
