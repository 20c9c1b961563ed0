//! The source of arrays: which array of a file is the images, and which are their labels and factors.

use super::element::Kind;
use super::file::{Array, ArrayFile};
use super::images::{Understood, understand};
use super::levels::{Found, Scale};
use super::{factors, labels, mask};
use crate::data::bytes::thousands;
use crate::data::factors::FactorTable;
use crate::data::stack::Stack;
use crate::data::{Cancelled, Columns, DataError, ImageShape};
use crate::experiment::{Axes, Levels, MaskOnes, Source};
use std::path::Path;

/// Names that images usually have, in lower case, the likeliest first.
const IMAGES: [&str; 10] =
    ["x_train", "train_images", "train_x", "imgs", "images", "image", "x", "data", "samples", "arr_0"];
const LABELS: [&str; 8] = ["y_train", "train_labels", "train_y", "labels", "label", "y", "targets", "target"];
const FACTORS: [&str; 6] = ["latents_classes", "latents_values", "factors", "latents", "factor_values", "labels"];
const TEST_IMAGES: [&str; 3] = ["x_test", "test_images", "test_x"];
const TEST_LABELS: [&str; 3] = ["y_test", "test_labels", "test_y"];
const TEST_FACTORS: [&str; 3] = ["test_factors", "factors_test", "test_latents"];

/// The arrays that a source asks for.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    pub file: &'a Path,
    pub images: &'a str,
    pub axes: Axes,
    pub levels: Levels,
    pub labels: Option<&'a Path>,
    pub factors: Option<&'a Path>,
    pub factor_names: &'a str,
    pub mask: Option<&'a Path>,
    pub mask_ones: MaskOnes,
    pub test_images: Option<&'a Path>,
    pub test_labels: Option<&'a Path>,
    pub test_factors: Option<&'a Path>,
    pub test_mask: Option<&'a Path>,
}

/// The arrays of a source, chosen and understood, before their elements are read.
pub struct Chosen {
    pub images: Array,
    pub test: Option<Array>,
    pub labels: Option<Array>,
    pub test_labels: Option<Array>,
    pub factors: Option<Array>,
    pub test_factors: Option<Array>,
    pub mask: Option<Array>,
    pub test_mask: Option<Array>,
    /// How the arrays were chosen where the source does not say, in sentences.
    pub notes: Vec<String>,
}

/// The arrays of a source, read: training and test images with their labels and factors.
pub struct Read {
    pub training: Stack,
    pub test: Option<Stack>,
    pub label_names: Vec<String>,
    /// The names and scales of the entries if the items are rows of numbers.
    pub columns: Option<Columns>,
    /// The factors of all training images, read or not, and of the test images where they are known.
    pub factors: Option<FactorTable>,
    pub notes: Vec<String>,
    pub warnings: Vec<String>,
}

/// The names that guessing goes by, of arrays of one kind.
struct Guess<'a> {
    names: &'a [&'a str],
    fits: &'a dyn Fn(&Array) -> bool,
}

impl<'a> Wanted<'a> {
    /// The arrays that `source` asks for; `None` for other sources.
    pub fn of(source: &'a Source) -> Option<Self> {
        let Source::Arrays { file, images, axes, levels, labels, factors, factor_names, mask, mask_ones, .. } = source
        else {
            return None;
        };
        let Source::Arrays { test_images, test_labels, test_factors, test_mask, .. } = source else { return None };
        Some(Self {
            file,
            images,
            axes: *axes,
            levels: *levels,
            labels: labels.as_deref(),
            factors: factors.as_deref(),
            factor_names,
            mask: mask.as_deref(),
            mask_ones: *mask_ones,
            test_images: test_images.as_deref(),
            test_labels: test_labels.as_deref(),
            test_factors: test_factors.as_deref(),
            test_mask: test_mask.as_deref(),
        })
    }

    /// The images' shape, by the header of their array.
    pub fn shape(&self) -> Result<ImageShape, DataError> {
        let file = ArrayFile::open(self.file)?;
        Ok(understand(self.images_in(&file)?, self.axes)?.layout.shape)
    }

    /// Whether the images are rows of floats, by the header of their array.
    pub fn is_rows(&self) -> Result<bool, DataError> {
        let file = ArrayFile::open(self.file)?;
        let images = understand(self.images_in(&file)?, self.axes)?;
        Ok(images.layout.is_vectors() && images.array.element.kind == Kind::Float)
    }

    fn images_in<'f>(&self, file: &'f ArrayFile) -> Result<&'f Array, DataError> {
        match self.images {
            "" => guess_images(file),
            name => file.array(name),
        }
    }

    /// Choose the arrays: as they are named, or by the names that they usually have.
    pub fn choose(&self) -> Result<Chosen, DataError> {
        let file = ArrayFile::open(self.file)?;
        let images = self.images_in(&file)?.clone();
        let mut notes = Vec::new();
        if self.images.is_empty() && file.arrays().len() > 1 {
            notes.push(format!("the images are {}", images.describe()));
        }
        notes.extend(file.others().iter().map(|(name, reason)| format!("`{name}` is passed over: {reason}")));
        let count = understand(&images, self.axes)?.layout.count;
        let mut find = |named: Option<&Path>, guess: Guess<'_>, what: &str| -> Result<Option<Array>, DataError> {
            if let Some(path) = named {
                return named_array(&file, path).map(Some);
            }
            let found = guess.names.iter().find_map(|name| {
                file.arrays()
                    .iter()
                    .find(|it| it.name.eq_ignore_ascii_case(name) && it.name != images.name && (guess.fits)(it))
            });
            notes.extend(found.map(|array| format!("{what} {}", array.describe())));
            Ok(found.cloned())
        };
        let labelled = |array: &Array| labels::fits(array, count);
        let factored = |array: &Array| factors::fits(array, count);
        let labels = find(self.labels, Guess { names: &LABELS, fits: &labelled }, "the labels are")?;
        let factors = find(self.factors, Guess { names: &FACTORS, fits: &factored }, "the factors are")?;
        let like_training = |array: &Array| array.shape.len() == images.shape.len() && array.element.is_number();
        let test = find(self.test_images, Guess { names: &TEST_IMAGES, fits: &like_training }, "the test images are")?;
        let axes = understand(&images, self.axes)?.layout.axes;
        let test_count = test.as_ref().map(|test| understand(test, axes)).transpose()?.map(|it| it.layout.count);
        let test_labelled = |array: &Array| test_count.is_some_and(|count| labels::fits(array, count));
        let guess = Guess { names: &TEST_LABELS, fits: &test_labelled };
        let test_labels = find(self.test_labels, guess, "the test labels are")?;
        let width = |array: &Array| array.shape.get(1).copied();
        let test_factored = |array: &Array| {
            test_count.is_some_and(|count| factors::fits(array, count))
                && factors.as_ref().is_some_and(|factors| width(factors) == width(array))
        };
        let guess = Guess { names: &TEST_FACTORS, fits: &test_factored };
        let test_factors = find(self.test_factors, guess, "the test factors are")?;
        for (named, need) in [
            (self.test_labels, "test labels need"),
            (self.test_factors, "test factors need"),
            (self.test_mask, "a test mask needs"),
        ] {
            if let (None, Some(named)) = (&test, named) {
                let message = format!("{need} test images; name them in data.source.test_images");
                return Err(DataError::of_file(named, message));
            }
        }
        if let (None, Some(named)) = (&factors, self.test_factors) {
            let message = "test factors need the training images' factors; name them in data.source.factors";
            return Err(DataError::of_file(named, message));
        }
        let [mask, test_mask] = [self.mask, self.test_mask].map(|named| named.map(|path| named_array(&file, path)));
        let (mask, test_mask) = (mask.transpose()?, test_mask.transpose()?);
        if mask.is_none() {
            let images = understand(&images, self.axes)?;
            let like_mask = file.arrays().iter().find(|array| mask::might_be(array, &images));
            notes.extend(like_mask.map(|array| {
                let message = "is not used; if it says which values are known, name it in data.source.mask";
                format!("{} {message}", array.describe())
            }));
        }
        Ok(Chosen { images, test, labels, test_labels, factors, test_factors, mask, test_mask, notes })
    }
}

fn named_array(file: &ArrayFile, path: &Path) -> Result<Array, DataError> {
    if !Source::is_array_file(path) {
        return file.array(&path.to_string_lossy()).cloned();
    }
    let other = ArrayFile::open(path)?;
    match other.arrays() {
        [only] => Ok(only.clone()),
        _ => Err(DataError::of_file(path, format!("has {}; give an NPY file with one array", other.list()))),
    }
}

/// The array that is most likely the images.
fn guess_images(file: &ArrayFile) -> Result<&Array, DataError> {
    let arrays = || file.arrays().iter().filter(|array| array.element.is_number());
    let named = |name: &&str| arrays().find(|array| array.name.eq_ignore_ascii_case(name));
    if let Some(array) = IMAGES.iter().find_map(named) {
        return Ok(array);
    }
    let several = |array: &&Array| array.shape.len() >= 2;
    let mut candidates: Vec<&Array> = arrays().filter(several).collect();
    if candidates.is_empty() {
        candidates = arrays().collect();
    }
    match candidates[..] {
        [only] => Ok(only),
        _ => {
            let path = file.path();
            let message = format!("it is not clear which array is the images: it has {}", file.list());
            Err(DataError::of_file(path, format!("{message}; name one in data.source.images")))
        }
    }
}

/// Read the arrays that a source asks for. `keep` gives the numbers of the training images to read, once their count
/// and that of the test images are known; `None` for all.
pub fn read(
    wanted: &Wanted<'_>,
    keep: &mut dyn FnMut(usize, usize) -> Result<Option<Vec<u32>>, DataError>,
    progress: &mut dyn FnMut(&str),
    cancelled: Cancelled<'_>,
) -> Result<(Read, usize, Option<Vec<u32>>), DataError> {
    progress(&format!("looking at {}", wanted.file.display()));
    let Chosen { images, test, labels, test_labels, factors, test_factors, mask, test_mask, mut notes } =
        wanted.choose()?;
    let images = understand(&images, wanted.axes)?;
    // Test images are of the training images' kind.
    let test = test.as_ref().map(|test| understand(test, images.layout.axes)).transpose()?;
    let count = images.layout.count;
    let mut kept = keep(count, test.as_ref().map_or(0, |test| test.layout.count))?;
    if images.stays(kept.as_deref(), 1)?.is_none() {
        images.check_size(kept.as_deref(), 1)?;
    }
    notes.push(images.layout.describe());

    let known = mask.map(|array| mask::read(&array, &images, wanted.mask_ones, cancelled)).transpose()?;
    progress("finding the range of the values");
    let (scale, found) = images.scale(wanted.levels, known.as_deref(), cancelled)?;
    let as_bytes = scale.fits_bytes(wanted.levels, found);
    notes.extend(describe_scale(&images, wanted.levels, scale, found));
    notes.extend(known.as_deref().map(|known| describe_mask("", known)));
    let known = known.map(|known| mask::of_kept(known, kept.as_deref(), images.layout.shape.pixels()));
    progress(&format!("reading {} images", thousands(kept.as_ref().map_or(count, Vec::len) as u64)));
    let bytes_each = if as_bytes { 1 } else { 4 };
    let mut training = match images.stays(kept.as_deref(), bytes_each)? {
        Some(start) => {
            kept = None;
            images.mapped(start, scale, as_bytes, found.missing > 0)?
        }
        None if as_bytes => images.read_bytes(scale, kept.as_deref(), known.as_deref(), cancelled)?.0,
        None => images.read_numbers(scale, kept.as_deref(), known.as_deref(), cancelled)?,
    };
    training.observed = known;
    let mut warnings = Vec::new();
    let mut test = match test {
        None => None,
        Some(test) => {
            progress("reading the test images");
            let known = test_mask.map(|array| mask::read(&array, &test, wanted.mask_ones, cancelled)).transpose()?;
            notes.extend(known.as_deref().map(|known| describe_mask("test ", known)));
            let (mut stack, beyond) = match test.stays(None, bytes_each)? {
                Some(start) => {
                    let [missing, beyond] = test.doubtful(scale, known.as_deref(), cancelled)?;
                    let stack = test.mapped(start, scale, as_bytes, !as_bytes && missing > 0)?;
                    (stack, if as_bytes { beyond } else { 0 })
                }
                None if as_bytes => test.read_bytes(scale, None, known.as_deref(), cancelled)?,
                None => (test.read_numbers(scale, None, known.as_deref(), cancelled)?, 0),
            };
            stack.observed = known;
            if beyond > 0 {
                let (beyond, Scale { low, high }) = (thousands(beyond), scale);
                warnings.push(format!(
                    "{beyond} values of the test images lie beyond {low} to {high}, the training images' values, and \
                     were cut to them"
                ));
            }
            Some(stack)
        }
    };
    let mut label_names = Vec::new();
    if let Some(array) = labels {
        let found = labels::read(&array, count, cancelled)?;
        label_names = found.names;
        training.labels = Some(match &kept {
            None => found.labels,
            Some(kept) => kept.iter().map(|&number| found.labels[number as usize]).collect(),
        });
    }
    if let (Some(array), Some(test)) = (test_labels, &mut test) {
        let found = labels::read(&array, test.count(), cancelled)?;
        test.labels = Some(same_names(&array, found, &label_names)?);
    }
    let factors = match factors {
        None => None,
        Some(array) => {
            let of_test = test_factors.as_ref().zip(test.as_ref().map(Stack::count));
            let table = factors::read(&array, count, of_test, wanted.factor_names, cancelled)?;
            notes.push(format!("factors and their levels: {}", table.describe()));
            Some(table).filter(|table| !table.factors.is_empty())
        }
    };
    let named = |text: String| format!("{}: {text}", wanted.file.display());
    let notes = notes.into_iter().map(named).collect();
    let warnings = warnings.into_iter().map(named).collect();
    let columns = images.layout.columns(scale.low, scale.high);
    Ok((Read { training, test, label_names, columns, factors, notes, warnings }, count, kept))
}

/// Test labels under the training labels' names.
fn same_names(array: &Array, found: labels::Labels, names: &[String]) -> Result<Vec<u8>, DataError> {
    if found.names.is_empty() == names.is_empty() && found.names.is_empty() {
        return Ok(found.labels);
    }
    let place = |name: &String| {
        names.iter().position(|known| known == name).map(|place| place as u8).ok_or_else(|| {
            array.wrong(format!("has the label `{name}`, which no training image has; give labels of one kind"))
        })
    };
    let meaning = found.names.iter().map(place).collect::<Result<Vec<_>, _>>()?;
    let number = |label: u8| match meaning.get(usize::from(label)) {
        Some(&place) => Ok(place),
        None => place(&label.to_string()),
    };
    found.labels.into_iter().map(number).collect()
}

/// How the array's values were turned into the model's, and how many are missing, in sentences.
fn describe_scale(images: &Understood<'_>, levels: Levels, scale: Scale, found: Found) -> Vec<String> {
    let (element, Scale { low, high }, Found { min, max, .. }) = (images.array.element, scale, found);
    let mut notes = vec![match levels {
        Levels::Numbers => format!("{element} from {min} to {max}, as they are"),
        _ => format!("{element}: {low} becomes 0 (black), {high} becomes 1 (white)"),
    }];
    if found.missing > 0 {
        notes.push(format!("{} values are missing (NaN)", thousands(found.missing)));
    }
    notes
}

/// How many values a mask hides, in a sentence; `of` stands before the word values.
fn describe_mask(of: &str, known: &[bool]) -> String {
    let missing = known.iter().filter(|known| !**known).count();
    let share = 100.0 * missing as f64 / known.len().max(1) as f64;
    format!("{} {of}values ({share:.1} %) are missing by the mask", thousands(missing as u64))
}
