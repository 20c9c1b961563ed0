//! The images or vectors of a run, with their splits.

use super::augment::Augmenter;
use super::binarise::{self, Binariser};
use super::bytes::thousands;
use super::factors::{Factor, FactorTable};
use super::fingerprint::{Fingerprint, Part};
use super::hidden::Hidden;
use super::loaded::Loaded;
use super::shapes::{Factors, Shapes};
use super::split::{FIRST_TEST, FIRST_VALIDATION, Splits};
use super::stack::{Item, Stack};
use super::toy::Toy;
use super::{Cancelled, Columns, DataError, ImageShape, Images, Split, scaling};
use crate::experiment::{Binarisation, Data, Scaling, Source};
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
    shapes: Option<Shapes>,
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
    /// Read, check and split the images. `progress` is called with the current activity in words. This may take seconds
    /// and must not run on the window's thread.
    ///
    /// A data set is a function of `data` and `seed`: the seed decides which images are held out, fixed binarisation,
    /// the binarisation used in evaluation, and procedural images.
    ///
    /// # Errors
    /// Files that are missing, unreadable or malformed, and splits that leave no images. The message names the file or
    /// the field, and a mend.
    pub fn load(data: &Data, seed: u64, progress: &mut dyn FnMut(&str)) -> Result<Self, DataError> {
        Self::load_unless(data, seed, progress, &|| false)
    }

    /// [`Dataset::load`], abandoned soon after `cancelled` returns true.
    ///
    /// # Errors
    /// The errors of [`Dataset::load`], and that the reading was cancelled.
    pub fn load_unless(
        data: &Data,
        seed: u64,
        progress: &mut dyn FnMut(&str),
        cancelled: Cancelled<'_>,
    ) -> Result<Self, DataError> {
        Self::load_as(data, seed, Division::Splits, progress, cancelled)
    }

    /// The images of `data` undivided, for a trained model to look at: each split has all of them, in the order of the
    /// source, whatever `data` says about a limit and validation. Abandoned soon after `cancelled` returns true.
    ///
    /// # Errors
    /// The errors of [`Dataset::load_unless`].
    pub fn load_whole(
        data: &Data,
        seed: u64,
        progress: &mut dyn FnMut(&str),
        cancelled: Cancelled<'_>,
    ) -> Result<Self, DataError> {
        let data = Data { limit: None, validation: 0, ..data.clone() };
        Self::load_as(&data, seed, Division::Whole, progress, cancelled)
    }

    fn load_as(
        data: &Data,
        seed: u64,
        division: Division,
        progress: &mut dyn FnMut(&str),
        cancelled: Cancelled<'_>,
    ) -> Result<Self, DataError> {
        let loaded = Loaded::read(data, seed, progress, cancelled)?;
        let Loaded { mut training, count, kept, mut test, validation, label_names, mut columns, .. } = loaded;
        let Loaded { shapes, toy, scaling, factors, unreadable, mut notes, mut warnings, .. } = loaded;
        let [own_test, own_validation] = [&test, &validation].map(|set| set.as_ref().map_or(0, Stack::count));
        if matches!(division, Division::Whole) && columns.is_some() && scaling != Scaling::None {
            return Err(DataError(
                "another table would be scaled by its own rows, not by those that the model was trained on; write its \
                 values in the run's scale (columns.csv in the run folder) and set `scaling: None`, or train with \
                 these rows as data.source.test"
                    .into(),
            ));
        }
        let splits = match division {
            Division::Splits => Splits::draw(data, seed, count, own_test, own_validation)?,
            Division::Whole => Splits::whole(count + own_test + own_validation),
        };
        let splits = splits.without(&unreadable)?;
        if let Some(test) = &mut test {
            check_shapes(training.shape, test.shape)?;
            // Labels count where all images have them.
            if training.labels.is_none() || test.labels.is_none() {
                (training.labels, test.labels) = (None, None);
            }
        }
        if let Some(columns) = &mut columns {
            for name in scaling::fit(columns, scaling, &training, splits.of(Split::Train)) {
                warnings.push(format!("column `{name}` has one value in all training rows"));
            }
            [Some(&mut training), test.as_mut()].into_iter().flatten().for_each(|it| scaling::apply(columns, it));
        }
        notes.extend(splits.fewer().map(String::from));
        notes.extend(data.missing.words());
        let incomplete = [Some(&training), test.as_ref(), validation.as_ref()];
        let incomplete = incomplete.into_iter().flatten().any(Stack::is_incomplete);
        let mut dataset = Self {
            training,
            test,
            validation,
            kept,
            label_names: label_names.into(),
            from_training: count,
            splits,
            binariser: Binariser::new(data.binarisation(), seed),
            shapes,
            toy,
            known_factors: factors,
            categories: columns.as_ref().map_or_else(Vec::new, Columns::categories),
            columns: columns.map(Arc::new),
            incomplete,
            hidden: Hidden::new(&data.missing),
            augmenter: Augmenter::new(data.augmentation, seed, !data.source.is_table()),
            training_mean: Vec::new(),
            orders: Default::default(),
            fingerprint: Fingerprint::default(),
            name: name(&data.source),
            notes,
            warnings,
        };
        dataset.training_mean = dataset.compute_training_mean();
        dataset.fingerprint = dataset.compute_fingerprint();
        dataset.notes.insert(0, dataset.count());
        dataset.warn();
        Ok(dataset)
    }

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

    fn compute_fingerprint(&self) -> Fingerprint {
        let ImageShape { channels, height, width } = self.shape();
        let part = |split| Part::of(self.splits.of(split).iter().map(|&number| self.content(number)));
        let train = part(Split::Train);
        let validation = if self.validates_on_training() { train.clone() } else { part(Split::Validation) };
        Fingerprint { shape: [channels, height, width], train, validation, test: part(Split::Test) }
    }

    /// A sentence on the number of images of each split.
    fn count(&self) -> String {
        let name = &self.name;
        if self.is_whole() {
            return format!("{name}: {} images", thousands(self.len(Split::Train) as u64));
        }
        let [train, validation, test] =
            [Split::Train, Split::Validation, Split::Test].map(|split| thousands(self.len(split) as u64));
        let own = [&self.test, &self.validation].into_iter().flatten().map(Stack::count).sum::<usize>();
        let all = thousands((self.from_training + own) as u64);
        let validation = match self.validates_on_training() {
            true => "the validation on the same".to_string(),
            false => format!("{validation} for validation"),
        };
        let items = if self.columns.is_some() { "rows" } else { "images" };
        format!("{name}: {all} {items}: {train} for training, {validation}, {test} for the test")
    }

    /// Peculiarities of the images that the user should know of, in sentences.
    pub fn warnings(&self) -> Vec<String> {
        self.warnings.clone()
    }

    fn warn(&mut self) {
        let train = self.splits.of(Split::Train);
        if self.columns.is_some() {
            return;
        }
        let constant = train.iter().filter(|&&number| self.grey(number).is_constant()).count();
        if constant > 0 {
            let (constant, all) = (thousands(constant as u64), thousands(train.len() as u64));
            self.warnings.push(format!("{constant} of the {all} training images have one grey level throughout"));
        } else if self.training_mean.iter().all(|&mean| mean == 0.0 || mean == 1.0) {
            let (how, mend) = match self.binariser.mode {
                Binarisation::Threshold(_) => ("binarised, ", "change the threshold in data.binarisation"),
                _ => ("", "give other images"),
            };
            self.warnings.push(format!("{how}all training images are the same, so there is nothing to learn; {mend}"));
        }
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

    /// Up to `count` images of a split that stand for all of it, ascending: spread evenly over its images ordered by
    /// how far they are from the training images' mean, as the model sees them. Hard and easy images are then there in
    /// their shares, which they are not among the first of a file. A function of the data set alone.
    pub fn representative(&self, split: Split, count: usize) -> Vec<usize> {
        let all = self.len(split);
        let count = count.min(all);
        if count == all {
            return (0..all).collect();
        }
        // All images of a split are read for it, so once.
        let order = self.orders[split as usize].get_or_init(|| {
            let distance = |index| (self.distance_from_mean(split, index), index as u32);
            let mut order: Vec<(f64, u32)> = (0..all).map(distance).collect();
            order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            order.into_iter().map(|(_, index)| index).collect()
        });
        let mut chosen: Vec<usize> = (0..count).map(|i| order[(2 * i + 1) * all / (2 * count)] as usize).collect();
        chosen.sort_unstable();
        chosen
    }

    /// The squared distance of an image from the training images' mean, over the values that are known.
    fn distance_from_mean(&self, split: Split, index: usize) -> f64 {
        let image = self.gather(split, &[index]).pixels;
        let known = image.iter().zip(&self.training_mean).filter(|(x, _)| !x.is_nan());
        known.map(|(x, mean)| f64::from(x - mean).powi(2)).sum()
    }

    /// Whether the images are undivided, each split having all of them: see [`Dataset::load_whole`].
    pub fn is_whole(&self) -> bool {
        self.splits.is_whole()
    }

    /// The images of one split, or of all, each as its split and its index in it, in the order of the source: training
    /// images first, then the source's own test images, then its own validation images.
    pub fn in_order(&self, split: Option<Split>) -> Vec<(Split, usize)> {
        let splits = match split {
            Some(split) => vec![split],
            None if self.is_whole() => vec![Split::Train],
            None if self.validates_on_training() => vec![Split::Train, Split::Test],
            None => vec![Split::Train, Split::Validation, Split::Test],
        };
        let images = splits.into_iter().flat_map(|split| (0..self.len(split)).map(move |index| (split, index)));
        let mut images: Vec<_> = images.collect();
        images.sort_by_key(|&(split, index)| self.number(split, index));
        images
    }

    /// The number of an image in the source, from 0: training images are counted first, then the source's own test
    /// images, then its own validation images.
    pub fn number(&self, split: Split, index: usize) -> u32 {
        self.splits.of(split)[index]
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

    /// The factors that a procedural image was drawn from; `None` for images of other sources.
    pub fn factors(&self, split: Split, index: usize) -> Option<Factors> {
        self.shapes.map(|shapes| shapes.factors(self.counter(self.splits.of(split)[index])))
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

    /// The level of each of the [`known_factors`](Self::known_factors) of an image; `None` where they are not known:
    /// they are of the source's training images alone.
    pub fn factor_levels(&self, split: Split, index: usize) -> Option<&[u8]> {
        let number = self.splits.of(split)[index] as usize;
        let table = self.known_factors.as_ref()?;
        (number < self.from_training).then(|| table.of(number))
    }

    /// How grey pixels are binarised.
    pub fn binarisation(&self) -> Binarisation {
        self.binariser.mode
    }

    /// The names and scales of an item's entries if the items are vectors; `None` for images.
    pub fn columns(&self) -> Option<Arc<Columns>> {
        self.columns.clone()
    }

    /// Whether values are missing or hidden: they are NaN in what the model gets.
    pub fn is_incomplete(&self) -> bool {
        self.incomplete || self.hidden.is_some()
    }

    /// A value that is no count: no whole number from 0 on, with its column. `None` for grey levels, and where all are
    /// counts.
    pub fn no_count(&self) -> Option<(String, f32)> {
        let stacks = [Some(&self.training), self.test.as_ref(), self.validation.as_ref()];
        let values = stacks.into_iter().flatten().filter_map(Stack::numbers).flatten();
        let (index, value) = values.enumerate().find(|(_, value)| **value < 0.0 || value.fract() != 0.0)?;
        let entry = index % self.shape().pixels();
        let name = self.columns.as_ref().map_or_else(|| entry.to_string(), |columns| columns.list[entry].name.clone());
        Some((name, *value))
    }

    /// Mean of the training images as the model sees them, `channels · height · width` values. Under dynamic
    /// binarisation it is the expectation over the draws, which is the grey mean.
    pub fn training_mean(&self) -> Vec<f32> {
        self.training_mean.clone()
    }

    /// The mean of the values that are known; 0 for a value that no training image has.
    fn compute_training_mean(&self) -> Vec<f32> {
        let mut sum = vec![0.0f64; self.shape().pixels()];
        let mut missing = vec![0_usize; self.shape().pixels()];
        let mut image = vec![0.0; self.shape().pixels()];
        let train = self.splits.of(Split::Train);
        for &number in train {
            self.binariser.expect(self.grey(number), self.counter(number), &mut image);
            self.hide(number, &mut image);
            for ((sum, missing), &value) in sum.iter_mut().zip(&mut missing).zip(&image) {
                if value.is_nan() {
                    *missing += 1;
                } else {
                    *sum += f64::from(value);
                }
            }
        }
        let known = missing.iter().map(|missing| (train.len() - missing).max(1));
        sum.iter().zip(known).map(|(sum, known)| (sum / known as f64) as f32).collect()
    }

    /// Training images as the model sees them in training, `indices.len() × pixels` values in `out`, which is cleared
    /// first. `indices` count within [`Split::Train`]. Dynamic binarisation is drawn under `counter`, the optimiser
    /// step.
    pub fn training_batch(&self, indices: &[u32], counter: u64, out: &mut Vec<f32>) {
        let train = self.splits.of(Split::Train);
        // Every number is written below, so what `out` still holds need not be cleared.
        out.resize(indices.len() * self.shape().pixels(), 0.0);
        for (position, (&index, out)) in indices.iter().zip(out.chunks_exact_mut(self.shape().pixels())).enumerate() {
            let number = train[index as usize];
            match &self.augmenter {
                None => {
                    self.binariser.train(self.grey(number), self.counter(number), counter, position, out);
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
        binarise::to_unit(self.grey(number), &mut grey);
        self.hide(number, &mut grey);
        augmenter.change(self.shape(), step, position, &mut grey);
        self.binariser.train(Item::Floats(&grey), self.counter(number), step, position, out);
        out.iter_mut().zip(&grey).filter(|(_, grey)| grey.is_nan()).for_each(|(out, _)| *out = f32::NAN);
    }

    /// Images of a split as the model sees them outside training. Dynamic binarisation is drawn once per image: the
    /// same image always gives the same pixels.
    pub fn gather(&self, split: Split, indices: &[usize]) -> Images {
        self.collect(split, indices, |number, out| {
            self.binariser.evaluate(self.grey(number), self.counter(number), out);
            self.hide(number, out);
        })
    }

    /// [`gather`](Self::gather) with the values that the experiment hides: the truth that imputations are compared
    /// with. A value that is missing in the source itself is NaN.
    pub fn gather_whole(&self, split: Split, indices: &[usize]) -> Images {
        self.collect(split, indices, |number, out| {
            self.binariser.evaluate(self.grey(number), self.counter(number), out);
            self.hide_missing(number, out);
        })
    }

    /// Images of a split before binarisation: grey levels in [0, 1], or the source's numbers, scaled; NaN where a value
    /// is missing or hidden.
    pub fn gather_grey(&self, split: Split, indices: &[usize]) -> Images {
        self.collect(split, indices, |number, out| {
            binarise::to_unit(self.grey(number), out);
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

    fn grey(&self, number: u32) -> Item<'_> {
        let (images, place) = self.place(number);
        images.item(place)
    }

    /// An image's values and its mask.
    fn content(&self, number: u32) -> (Item<'_>, Option<&[bool]>) {
        let (images, place) = self.place(number);
        (images.item(place), images.observed(place))
    }

    /// Write NaN into an image as the model gets it where values are missing or hidden.
    fn hide(&self, number: u32, out: &mut [f32]) {
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

    /// The stack that holds an image, and the image's place in it.
    fn place(&self, number: u32) -> (&Stack, usize) {
        let held = [&self.test, &self.validation];
        let Some(mut place) = (number as usize).checked_sub(self.from_training) else {
            let place = match &self.kept {
                Some(kept) => kept.binary_search(&number).expect("every image of the splits has been read"),
                None => number as usize,
            };
            return (&self.training, place);
        };
        for images in held.into_iter().flatten() {
            match place.checked_sub(images.count()) {
                Some(beyond) => place = beyond,
                None => return (images, place),
            }
        }
        unreachable!("the splits number the images that there are")
    }

    /// The counter under which an image's own random numbers are drawn: its position in its file, with test and
    /// validation files of the source counted separately, so that it does not depend on how many other images there
    /// are.
    fn counter(&self, number: u32) -> u64 {
        match (number as usize).checked_sub(self.from_training) {
            None => u64::from(number),
            Some(own) => match own.checked_sub(self.test.as_ref().map_or(0, Stack::count)) {
                None => FIRST_TEST + own as u64,
                Some(place) => FIRST_VALIDATION + place as u64,
            },
        }
    }
}

/// How the images are divided.
#[derive(Clone, Copy)]
enum Division {
    /// Into train, validation and test.
    Splits,
    /// Not at all: each split has all images.
    Whole,
}

/// The name of a source.
fn name(source: &Source) -> String {
    match source {
        Source::Mnist => "MNIST".into(),
        Source::Wine => "wine".into(),
        Source::Shapes { .. } => "shapes".into(),
        Source::Toy { set, .. } => set.name().into(),
        Source::Idx { images, .. } => images.display().to_string(),
        Source::Arrays { file: path, .. }
        | Source::Cifar { path, .. }
        | Source::Parquet { path, .. }
        | Source::Folder { path, .. }
        | Source::Table { path, .. } => path.display().to_string(),
    }
}

/// Training and test images must be of one size.
fn check_shapes(training: ImageShape, test: ImageShape) -> Result<(), DataError> {
    if training == test {
        return Ok(());
    }
    let describe = |shape: ImageShape| format!("{} × {} × {}", shape.channels, shape.height, shape.width);
    Err(DataError(format!(
        "the training images are {} (channels × height × width), the test images {}; they must be of one size",
        describe(training),
        describe(test)
    )))
}

impl std::fmt::Debug for Dataset {
    /// Without the pixels.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sizes = [Split::Train, Split::Validation, Split::Test].map(|split| self.len(split));
        f.debug_struct("Dataset").field("shape", &self.shape()).field("sizes", &sizes).finish_non_exhaustive()
    }
}
