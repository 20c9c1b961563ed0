//! Where an image is held, and the number and counter that it has.

use super::Dataset;
use crate::data::Split;
use crate::data::item::Content;
use crate::data::split::{FIRST_TEST, FIRST_VALIDATION};
use crate::data::stack::Stack;

impl Dataset {
    /// The number of an image in the source, from 0: training images are counted first, then the source's own test
    /// images, then its own validation images.
    pub fn number(&self, split: Split, index: usize) -> u32 {
        self.splits.of(split)[index]
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

    /// An image's values before binarisation.
    pub(super) fn grey(&self, number: u32) -> Content<'_> {
        let (images, place) = self.place(number);
        images.content(place)
    }

    /// The stack that holds an image, and the image's place in it.
    pub(super) fn place(&self, number: u32) -> (&Stack, usize) {
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
    pub(super) fn counter(&self, number: u32) -> u64 {
        match (number as usize).checked_sub(self.from_training) {
            None => u64::from(number),
            Some(own) => match own.checked_sub(self.test.as_ref().map_or(0, Stack::count)) {
                None => FIRST_TEST + own as u64,
                Some(place) => FIRST_VALIDATION + place as u64,
            },
        }
    }
}
