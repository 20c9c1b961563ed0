//! The images or vectors of a run, with their splits.

mod load;
mod measure;
mod place;
mod representative;
mod values;
mod words;

use super::augment::Augmenter;
use super::binarise::Binariser;
use super::factors::{Factor, FactorTable};
use super::fingerprint::Fingerprint;
use super::hidden::Hidden;
use super::split::Splits;
use super::stack::Stack;
use super::toy::Toy;
use super::{Columns, ImageShape, Noun, Split};
use crate::experiment::Binarisation;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// All images of an experiment on the host, split into train, validation and test. "Images" stands for the items of any
/// source, vectors too.
///
/// Grey levels are held as one byte per value where the source has bytes; only the images that are asked for are
/// converted to `f32`.
pub struct Dataset {
    /// The source's training images (all of them, or only those in `kept`) and its test images. They are kept in two
    /// stacks, since joining them would hold all images twice for a moment.
    training: Stack,
    test: Option<Stack>,
    /// The source's own validation images.
    validation: Option<Stack>,
    /// The numbers, ascending, of the training images that were read; `None` if all were.
    kept: Option<Vec<u32>>,
    label_names: Arc<[String]>,
    /// How many training images the source has.
    from_training: usize,
    splits: Splits,
    binariser: Binariser,
    toy: Option<Toy>,
    known_factors: Option<FactorTable>,
    /// The names and scales of the entries if the items are vectors.
    columns: Option<Arc<Columns>>,
    /// The entries of each category, in order.
    categories: Vec<Range<usize>>,
    /// Whether any value is missing in the source.
    incomplete: bool,
    /// Values that the experiment hides.
    hidden: Option<Hidden>,
    /// Random changes to training images.
    augmenter: Option<Augmenter>,
    training_mean: Vec<f32>,
    /// The images of each split, ordered by their distance from that mean; empty until asked for.
    orders: [OnceLock<Vec<u32>>; 3],
    fingerprint: Fingerprint,
    name: String,
    notes: Vec<String>,
    warnings: Vec<String>,
}

impl Dataset {
    /// Sentences for the user on how the data were read and prepared; the first states the number of images.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The name of the images: MNIST, shapes, or their file or folder.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The fingerprint that tells these data from others.
    pub fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    /// Peculiarities of the images that the user should know of, in sentences.
    pub fn warnings(&self) -> Vec<String> {
        self.warnings.clone()
    }

    /// Channels, height and width of every image.
    pub fn shape(&self) -> ImageShape {
        self.training.shape
    }

    /// Number of images in a split, at least 1. Without a validation set, [`Split::Validation`] has the training
    /// images.
    pub fn len(&self, split: Split) -> usize {
        self.splits.of(split).len()
    }

    /// Whether [`Split::Validation`] is the training images, since none were held out.
    pub fn validates_on_training(&self) -> bool {
        self.splits.validates_on_training()
    }

    /// The split that a split's images are of in truth: the training images where none were held out to validate on.
    pub fn in_truth(&self, split: Split) -> Split {
        if split == Split::Validation && self.validates_on_training() { Split::Train } else { split }
    }

    /// Whether the images are undivided, each split having all of them: see [`Dataset::load_whole`].
    pub fn is_whole(&self) -> bool {
        self.splits.is_whole()
    }

    /// The label of an image, where the source has labels.
    pub fn label(&self, split: Split, index: usize) -> Option<u8> {
        let (images, place) = self.place(self.splits.of(split)[index]);
        images.labels.as_ref().map(|labels| labels[place])
    }

    /// The name of a label: a shape, a sub-folder's name, or else the number itself.
    pub fn label_name(&self, label: u8) -> String {
        self.label_names.get(usize::from(label)).map_or_else(|| label.to_string(), String::clone)
    }

    /// The names of the labels, from label 0 on; empty where labels are numbers.
    pub fn label_names(&self) -> Arc<[String]> {
        self.label_names.clone()
    }

    /// The law that the points were drawn from, with its density; `None` for other sources than toys.
    pub fn toy(&self) -> Option<Toy> {
        self.toy
    }

    /// The factors that are known of every training image; empty where none are.
    pub fn known_factors(&self) -> &[Factor] {
        self.known_factors.as_ref().map_or(&[], |table| &table.factors)
    }

    /// Whether images with known factors were drawn at random, so that the first of them stand for all.
    pub fn has_random_order(&self) -> bool {
        self.known_factors.as_ref().is_none_or(|table| table.random_order)
    }

    /// The level of each of the [`known_factors`](Self::known_factors) of an image; `None` where they are not known: of
    /// test images in an array of their own, unless their factors are given too.
    pub fn factor_levels(&self, split: Split, index: usize) -> Option<&[u8]> {
        self.known_factors.as_ref()?.of(self.splits.of(split)[index] as usize)
    }

    /// How grey pixels are binarised.
    pub fn binarisation(&self) -> Binarisation {
        self.binariser.mode
    }

    /// The names and scales of an item's entries if the items are vectors; `None` for images.
    pub fn columns(&self) -> Option<Arc<Columns>> {
        self.columns.clone()
    }

    /// The noun for one item of the data: image, row or point.
    pub fn noun(&self) -> Noun {
        match (&self.toy, &self.columns) {
            (Some(_), _) => Noun::Point,
            (None, Some(_)) => Noun::Row,
            (None, None) => Noun::Image,
        }
    }

    /// Whether values are missing or hidden: they are NaN in what the model gets.
    pub fn is_incomplete(&self) -> bool {
        self.incomplete || self.hidden.is_some()
    }

    /// Mean of the training images as the model sees them, `channels · height · width` values. Under dynamic
    /// binarisation it is the expectation over the draws, which is the grey mean.
    pub fn training_mean(&self) -> Vec<f32> {
        self.training_mean.clone()
    }
}

impl std::fmt::Debug for Dataset {
    /// Without the pixels.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sizes = [Split::Train, Split::Validation, Split::Test].map(|split| self.len(split));
        f.debug_struct("Dataset").field("shape", &self.shape()).field("sizes", &sizes).finish_non_exhaustive()
    }
}
