//! Reading, checking and splitting the images of an experiment.

use super::Dataset;
use crate::data::augment::Augmenter;
use crate::data::binarise::Binariser;
use crate::data::fingerprint::Fingerprint;
use crate::data::hidden::Hidden;
use crate::data::loaded::Loaded;
use crate::data::split::Splits;
use crate::data::stack::Stack;
use crate::data::{Cancelled, Columns, DataError, ImageShape, Split, scaling};
use crate::experiment::{Augmentation, Data, Scaling, Source};
use std::sync::Arc;

/// How the images are divided.
#[derive(Clone, Copy)]
enum Division {
    /// Into train, validation and test.
    Splits,
    /// Not at all: each split has all images.
    Whole,
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
        let Loaded { mut training, count, kept, mut test, mut validation, label_names, mut columns, .. } = loaded;
        let Loaded { toy, scaling, factors, unreadable, mut notes, mut warnings, .. } = loaded;
        let [own_test, own_validation] = [&test, &validation].map(|set| set.as_ref().map_or(0, Stack::count));
        if matches!(division, Division::Whole) && columns.is_some() && scaling != Scaling::None {
            return Err(DataError(
                "another table would be scaled by its own rows, not by those that the model was trained on; write its \
                 values in the run's scale (columns.csv in the run folder) and set `scaling: None`, or train with \
                 these rows as data.source.test"
                    .into(),
            ));
        }
        if columns.is_some() && (Augmentation { noise: 0.0, ..data.augmentation }).is_on() {
            let message = "rows of numbers are no pictures: only noise makes sense; leave flip, shift and crop out";
            return Err(DataError(format!("data.augmentation: {message}")));
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
        // The numbers of an array are on their columns' scale already.
        if let (Some(columns), true) = (&mut columns, scaling != Scaling::None) {
            for name in scaling::fit(columns, scaling, &training, splits.of(Split::Train)) {
                warnings.push(format!("column `{name}` has one value in all training rows"));
            }
            let all = [Some(&mut training), test.as_mut(), validation.as_mut()];
            all.into_iter().flatten().for_each(|it| scaling::apply(columns, it));
        }
        if training.stays_in_file() {
            notes.push("the images stay in their file, which must not change, and are read as they are needed".into());
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
            toy,
            known_factors: factors,
            augmenter: Augmenter::new(data.augmentation, seed, columns.is_none()),
            categories: columns.as_ref().map_or_else(Vec::new, Columns::categories),
            columns: columns.map(Arc::new),
            incomplete,
            hidden: Hidden::new(&data.missing),
            training_mean: Vec::new(),
            orders: Default::default(),
            fingerprint: Fingerprint::default(),
            name: name(&data.source),
            notes,
            warnings,
        };
        let constant = dataset.measure(progress, cancelled)?;
        dataset.notes.insert(0, dataset.count());
        dataset.warn(constant);
        Ok(dataset)
    }
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
