//! Division of a data set into train, validation and test.

use super::bytes::{counted, thousands};
use super::{DataError, Noun};
use crate::experiment::Data;
use crate::random::{Purpose, Stream};
use serde::{Deserialize, Serialize};

/// The counters of a source's own test images begin here: an image's random numbers are drawn under its counter. No
/// source has as many training images, so that counters never coincide.
pub(super) const FIRST_TEST: u64 = 1 << 32;

/// Where the counters of a source's own validation images begin.
pub(super) const FIRST_VALIDATION: u64 = 2 << 32;

/// One of the three parts of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Split {
    /// The images that the model is trained on.
    Train,
    /// The source's own validation images, or images held out of the training images by seed. The bound on them is
    /// reported during training.
    Validation,
    /// The source's own test images, or a tenth of its images, held out by seed.
    Test,
}

impl Split {
    /// The split's name in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

impl Split {
    /// The adjective of the split's images: `training images`.
    pub fn adjective(self) -> &'static str {
        match self {
            Self::Train => "training",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

/// The images of each split. An image's number counts the source's training images first, then its own test images,
/// then its own validation images; within a split the numbers ascend.
#[derive(Debug)]
pub(super) struct Splits {
    train: Vec<u32>,
    validation: Vec<u32>,
    test: Vec<u32>,
    /// Each split has all images.
    whole: bool,
    /// Says that fewer images are held out for validation than the experiment asks for.
    fewer: Option<String>,
}

impl Splits {
    /// Divide a source with `training` training images. `test` and `validation` are the numbers of the source's own
    /// test and validation images; where `test` is 0, a tenth of the training images is held out for the test, and
    /// where `validation` is 0, as many as [`Data::held_out`] says.
    ///
    /// The training images in one seeded order are cut into test | validation | train, so that neither the test nor the
    /// validation set depends on `data.limit`.
    pub fn draw(data: &Data, seed: u64, training: usize, test: usize, validation: usize) -> Result<Self, DataError> {
        let held_out = if test == 0 { (training / 10).max(1) } else { 0 };
        if training < held_out + 1 {
            let message = "at least two images are needed: one to train on and one held out for the test";
            let error = format!("the data has {}; {message}", counted(training, "image"));
            return Err(DataError(Noun::of_source(&data.source).say(&error).into_owned()));
        }
        let available = data.limit.map_or(training - held_out, |limit| limit.min(training - held_out));
        if available == 0 {
            let error = "data.limit is 0, which leaves no training images; leave it out or raise it";
            return Err(DataError(Noun::of_source(&data.source).say(error).into_owned()));
        }
        let hold_out = if validation == 0 { data.held_out(available) } else { 0 };
        let fewer = (validation == 0 && hold_out != data.validation).then(|| {
            let [asked, available, held] = [data.validation, available, hold_out].map(|n| thousands(n as u64));
            format!(
                "data.validation asks for {asked}, more than half of the {available} there are to train on; held out: \
                 {held}"
            )
        });
        let order = Stream::new(seed, Purpose::Split).permutation(0, training);
        let (held_out, rest) = order.split_at(held_out);
        let (held_out_too, train) = rest[..available].split_at(hold_out);
        let own = |from: usize, count: usize| (from as u32..(from + count) as u32).collect();
        Ok(Self {
            train: sorted(train),
            validation: match validation {
                0 => sorted(held_out_too),
                count => own(training + test, count),
            },
            test: if test == 0 { sorted(held_out) } else { own(training, test) },
            whole: false,
            fewer,
        })
    }

    /// These splits without the images of the given numbers, ascending, which cannot be read.
    pub fn without(mut self, unreadable: &[u32]) -> Result<Self, DataError> {
        for (split, numbers) in
            [("training", &mut self.train), ("validation", &mut self.validation), ("test", &mut self.test)]
        {
            let had = numbers.len();
            numbers.retain(|number| unreadable.binary_search(number).is_err());
            if numbers.is_empty() && had > 0 {
                return Err(DataError(format!("none of the {had} {split} images can be read; replace them")));
            }
        }
        Ok(self)
    }

    /// All of `count` images in each split.
    pub fn whole(count: usize) -> Self {
        let all: Vec<u32> = (0..count as u32).collect();
        Self { train: all.clone(), validation: Vec::new(), test: all, whole: true, fewer: None }
    }

    /// Says that fewer images are held out for validation than the experiment asks for; `None` where they are not.
    pub fn fewer(&self) -> Option<&str> {
        self.fewer.as_deref()
    }

    /// Whether each split has all images.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// The numbers, ascending, of those of the source's `training` images that any split uses.
    pub fn among(&self, training: usize) -> Vec<u32> {
        let mut all = sorted(&[self.train.as_slice(), &self.validation, &self.test].concat());
        all.retain(|&number| (number as usize) < training);
        all
    }

    /// Whether there is no validation set, so that validation reads the training images.
    pub fn validates_on_training(&self) -> bool {
        self.validation.is_empty()
    }

    /// The numbers of a split's images. Without a validation set, [`Split::Validation`] has the training images.
    pub fn of(&self, split: Split) -> &[u32] {
        match split {
            Split::Validation if !self.validation.is_empty() => &self.validation,
            Split::Train | Split::Validation => &self.train,
            Split::Test => &self.test,
        }
    }
}

fn sorted(numbers: &[u32]) -> Vec<u32> {
    let mut numbers = numbers.to_vec();
    numbers.sort_unstable();
    numbers
}
