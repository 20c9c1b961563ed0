//! The images of a run, in bytes, with their splits.

use super::binarise::{self, Binariser};
use super::bytes::ByteImages;
use super::split::Splits;
use super::{DataError, ImageShape, Images, Split, idx, mnist};
use crate::experiment::{Binarisation, Data, Source};

/// All images of an experiment, as bytes on the host, split into train, validation and test.
///
/// One byte a number; they become `f32` only image by image, as they are asked for.
#[derive(Debug)]
pub struct Dataset {
    shape: ImageShape,
    /// The source's training images, then its test images; `channels × height × width` bytes each.
    pixels: Vec<u8>,
    labels: Option<Vec<u8>>,
    /// How many of them the source gave as training images.
    from_training: usize,
    splits: Splits,
    binariser: Binariser,
}

impl Dataset {
    /// Read, check, split. `progress` hears what is being done, in words.
    ///
    /// A data set is a function of `data` and `seed`: which images are held out, fixed and evaluation binarisation, and
    /// procedural images follow the seed.
    pub fn load(data: &Data, seed: u64, progress: &mut dyn FnMut(&str)) -> Result<Self, DataError> {
        let (training, test) = match &data.source {
            Source::Mnist => {
                progress("unpacking MNIST");
                let (training, test) = mnist::read()?;
                (training, Some(test))
            }
            Source::Idx { images, labels, test_images, test_labels } => {
                progress(&format!("reading {}", images.display()));
                let training = idx::read_images(images, labels.as_deref())?;
                let test = match test_images {
                    Some(images) => {
                        progress(&format!("reading {}", images.display()));
                        Some(idx::read_images(images, test_labels.as_deref())?)
                    }
                    None => None,
                };
                (training, test)
            }
            Source::Shapes { .. } | Source::Folder { .. } => {
                return Err(DataError("this source cannot be read yet".into()));
            }
        };
        Self::assemble(data, seed, training, test)
    }

    fn assemble(data: &Data, seed: u64, training: ByteImages, test: Option<ByteImages>) -> Result<Self, DataError> {
        let from_training = training.count();
        let splits = Splits::draw(data, seed, from_training, test.as_ref().map_or(0, ByteImages::count))?;
        let ByteImages { shape, mut pixels, mut labels } = training;
        if let Some(test) = test {
            if test.shape != shape {
                let describe = |s: ImageShape| format!("{} × {} × {}", s.channels, s.height, s.width);
                return Err(DataError(format!(
                    "the training images are {} (channels × height × width), the test images {}; they must agree",
                    describe(shape),
                    describe(test.shape)
                )));
            }
            pixels.reserve_exact(test.pixels.len());
            pixels.extend_from_slice(&test.pixels);
            labels = labels.zip(test.labels).map(|(mut labels, test)| {
                labels.extend_from_slice(&test);
                labels
            });
        }
        Ok(Self { shape, pixels, labels, from_training, splits, binariser: Binariser::new(data.binarisation, seed) })
    }

    /// Channels, height and width of every image.
    pub fn shape(&self) -> ImageShape {
        self.shape
    }

    /// Images in a split, at least 1. Without a validation set, [`Split::Validation`] is the training images.
    pub fn len(&self, split: Split) -> usize {
        self.splits.of(split).len()
    }

    /// The label of an image, where the source has labels.
    pub fn label(&self, split: Split, index: usize) -> Option<u8> {
        self.labels.as_ref().map(|labels| labels[self.splits.of(split)[index] as usize])
    }

    /// How grey pixels become what the likelihood sees.
    pub fn binarisation(&self) -> Binarisation {
        self.binariser.mode
    }

    /// Mean of the training images as the model sees them, `pixels` long: with dynamic binarisation its expectation,
    /// which is the grey mean.
    pub fn training_mean(&self) -> Vec<f32> {
        let mut sum = vec![0.0f64; self.shape.pixels()];
        let mut image = vec![0.0; self.shape.pixels()];
        let train = self.splits.of(Split::Train);
        for &number in train {
            self.binariser.expect(self.grey(number), self.counter(number), &mut image);
            for (sum, &value) in sum.iter_mut().zip(&image) {
                *sum += f64::from(value);
            }
        }
        sum.iter().map(|sum| (sum / train.len() as f64) as f32).collect()
    }

    /// Training images as the model sees them in training, `indices.len() × pixels`: dynamic binarisation drawn
    /// afresh under `counter` (the step). `indices` count within [`Split::Train`]; `out` is cleared and reused.
    pub fn training_batch(&self, indices: &[u32], counter: u64, out: &mut Vec<f32>) {
        let train = self.splits.of(Split::Train);
        // Every number is written below, so what `out` still holds need not be cleared.
        out.resize(indices.len() * self.shape.pixels(), 0.0);
        for (position, (&index, out)) in indices.iter().zip(out.chunks_exact_mut(self.shape.pixels())).enumerate() {
            let number = train[index as usize];
            self.binariser.train(self.grey(number), self.counter(number), counter, position, out);
        }
    }

    /// Images of a split as the model sees them outside training: dynamic binarisation drawn by image, always the
    /// same for the same image.
    pub fn gather(&self, split: Split, indices: &[usize]) -> Images {
        self.collect(split, indices, |number, out| {
            self.binariser.evaluate(self.grey(number), self.counter(number), out);
        })
    }

    /// Images of a split before binarisation.
    pub fn gather_grey(&self, split: Split, indices: &[usize]) -> Images {
        self.collect(split, indices, |number, out| {
            binarise::to_unit(self.grey(number), out);
        })
    }

    fn collect(&self, split: Split, indices: &[usize], write: impl Fn(u32, &mut [f32])) -> Images {
        let ImageShape { channels, height, width } = self.shape;
        let mut pixels = vec![0.0; indices.len() * self.shape.pixels()];
        for (&index, out) in indices.iter().zip(pixels.chunks_exact_mut(self.shape.pixels())) {
            write(self.splits.of(split)[index], out);
        }
        Images { count: indices.len(), channels, height, width, pixels }
    }

    fn grey(&self, number: u32) -> &[u8] {
        let n = self.shape.pixels();
        &self.pixels[number as usize * n..][..n]
    }

    /// What an image's own random numbers are drawn under: its place in its file, test images apart from training
    /// images, so that it does not depend on how many others there are.
    fn counter(&self, number: u32) -> u64 {
        match (number as usize).checked_sub(self.from_training) {
            None => u64::from(number),
            Some(test) => (1 << 32) | test as u64,
        }
    }
}
