//! The values of images as the model gets them.

use super::Dataset;
use crate::data::augment::Augmenter;
use crate::data::item::Item;
use crate::data::{ImageShape, Images, Split, binarise};

impl Dataset {
    /// Training images as the model sees them in training, `indices.len() × pixels` values in `out`, which is cleared
    /// first. `indices` count within [`Split::Train`]. Dynamic binarisation is drawn under `counter`, the optimiser
    /// step.
    pub fn training_batch(&self, indices: &[u32], counter: u64, out: &mut Vec<f32>) {
        let train = self.splits.of(Split::Train);
        // Every number is written below, so what `out` still holds need not be cleared.
        out.resize(indices.len() * self.shape().pixels(), 0.0);
        for &index in indices {
            let (images, place) = self.place(train[index as usize]);
            images.expect(place);
        }
        for (position, (&index, out)) in indices.iter().zip(out.chunks_exact_mut(self.shape().pixels())).enumerate() {
            let number = train[index as usize];
            match &self.augmenter {
                None => {
                    self.binariser.train(self.grey(number).item(), self.counter(number), counter, position, out);
                    self.hide(number, out);
                }
                Some(augmenter) => self.augmented(augmenter, number, counter, position, out),
            }
        }
    }

    /// A training image with its random changes. Missing and hidden values move with the image: otherwise the model
    /// would see a hidden pixel once the image has moved.
    fn augmented(&self, augmenter: &Augmenter, number: u32, step: u64, position: usize, out: &mut [f32]) {
        let mut grey = vec![0.0; out.len()];
        binarise::to_unit(self.grey(number).item(), &mut grey);
        self.hide(number, &mut grey);
        augmenter.change(self.shape(), step, position, &mut grey);
        self.binariser.train(Item::Floats(&grey), self.counter(number), step, position, out);
        out.iter_mut().zip(&grey).filter(|(_, grey)| grey.is_nan()).for_each(|(out, _)| *out = f32::NAN);
    }

    /// Images of a split as the model sees them outside training. Dynamic binarisation is drawn once per image: the
    /// same image always gives the same pixels.
    pub fn gather(&self, split: Split, indices: &[usize]) -> Images {
        self.collect(split, indices, |number, out| {
            self.binariser.evaluate(self.grey(number).item(), self.counter(number), out);
            self.hide(number, out);
        })
    }

    /// [`gather`](Self::gather) with the values that the experiment hides: the truth that imputations are compared
    /// with. A value that is missing in the source itself is NaN.
    pub fn gather_whole(&self, split: Split, indices: &[usize]) -> Images {
        self.collect(split, indices, |number, out| {
            self.binariser.evaluate(self.grey(number).item(), self.counter(number), out);
            self.hide_missing(number, out);
        })
    }

    /// Images of a split before binarisation: grey levels in [0, 1], or the source's numbers, scaled; NaN where a value
    /// is missing or hidden.
    pub fn gather_grey(&self, split: Split, indices: &[usize]) -> Images {
        self.collect(split, indices, |number, out| {
            binarise::to_unit(self.grey(number).item(), out);
            self.hide(number, out);
        })
    }

    fn collect(&self, split: Split, indices: &[usize], write: impl Fn(u32, &mut [f32])) -> Images {
        let ImageShape { channels, height, width } = self.shape();
        let mut pixels = vec![0.0; indices.len() * self.shape().pixels()];
        for (&index, out) in indices.iter().zip(pixels.chunks_exact_mut(self.shape().pixels())) {
            write(self.splits.of(split)[index], out);
        }
        Images { count: indices.len(), channels, height, width, pixels, columns: self.columns.clone() }
    }

    /// Write NaN into an image as the model gets it where values are missing or hidden.
    pub(super) fn hide(&self, number: u32, out: &mut [f32]) {
        self.hide_missing(number, out);
        if let Some(hidden) = &self.hidden {
            hidden.hide(self.counter(number), self.shape().channels, &self.categories, out);
        }
    }

    /// Write NaN into an image as the model gets it where values are missing in the source.
    fn hide_missing(&self, number: u32, out: &mut [f32]) {
        if self.incomplete {
            let (images, place) = self.place(number);
            images.hide_missing(place, out);
        }
    }

    /// A value that is no count: no whole number from 0 on, with its column. `None` for grey levels, and where all are
    /// counts.
    pub fn no_count(&self) -> Option<(String, f32)> {
        let stacks = [Some(&self.training), self.test.as_ref(), self.validation.as_ref()];
        let items = stacks
            .into_iter()
            .flatten()
            .flat_map(|stack| (0..stack.count()).map(|i| (stack.content(i), stack.observed(i))));
        let no_count = |value: f32| !value.is_nan() && (value < 0.0 || value.fract() != 0.0);
        let (entry, value) = items.into_iter().find_map(|(content, observed)| match content.item() {
            Item::Bytes(_) => None,
            Item::Floats(values) => {
                let known = |entry: usize| observed.is_none_or(|observed| observed[entry]);
                let entry = (0..values.len()).find(|&entry| known(entry) && no_count(values[entry]))?;
                Some((entry, values[entry]))
            }
        })?;
        let name = self.columns.as_ref().map_or_else(|| entry.to_string(), |columns| columns.list[entry].name.clone());
        Some((name, value))
    }
}
