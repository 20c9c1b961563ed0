//! The items of a source: bytes or numbers, held or in their file, with a note of what is missing.

use super::ImageShape;
use super::bytes::ByteImages;
use super::item::{Content, Item};
use super::mapped::Mapped;
use std::borrow::Cow;

/// A stack of items, `channels × height × width` values each, with one label per item if the source has labels. A
/// vector of D columns is an item of 1 × 1 × D values.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stack {
    pub shape: ImageShape,
    pub values: Values,
    /// For each value, whether it is known; `None` if all are. A NaN among floats is missing whatever this says.
    pub observed: Option<Vec<bool>>,
    pub labels: Option<Vec<u8>>,
}

/// The values of a stack, item by item.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Values {
    /// Grey levels: byte b is b/255.
    Bytes(Vec<u8>),
    /// Numbers as the model gets them; NaN where a value is missing.
    Floats(Vec<f32>),
    /// Bytes or numbers that stay in their file.
    Mapped(Mapped),
}

impl From<ByteImages> for Stack {
    fn from(images: ByteImages) -> Self {
        let ByteImages { shape, pixels, labels } = images;
        Self { shape, values: Values::Bytes(pixels), observed: None, labels }
    }
}

impl Stack {
    /// A stack of numbers, in which NaN is a missing value.
    pub fn of_numbers(shape: ImageShape, values: Vec<f32>) -> Self {
        Self { shape, values: Values::Floats(values), observed: None, labels: None }
    }

    /// The numbers that are held, item by item; `None` for bytes, and for items that stay in their file.
    #[cfg(test)]
    pub fn numbers(&self) -> Option<&[f32]> {
        match &self.values {
            Values::Floats(values) => Some(values),
            Values::Bytes(_) | Values::Mapped(_) => None,
        }
    }

    pub fn count(&self) -> usize {
        match &self.values {
            Values::Bytes(values) => values.len() / self.shape.pixels(),
            Values::Floats(values) => values.len() / self.shape.pixels(),
            Values::Mapped(mapped) => mapped.count(),
        }
    }

    /// The values of item `index`.
    pub fn content(&self, index: usize) -> Content<'_> {
        let n = self.shape.pixels();
        let range = index * n..(index + 1) * n;
        match &self.values {
            Values::Bytes(values) => Content::Bytes(Cow::Borrowed(&values[range])),
            Values::Floats(values) => Content::Floats(Cow::Borrowed(&values[range])),
            Values::Mapped(mapped) => mapped.content(index),
        }
    }

    /// Whether the items stay in their file.
    pub fn stays_in_file(&self) -> bool {
        matches!(self.values, Values::Mapped(_))
    }

    /// Say that item `index` is needed soon, so that it can be on its way from the disk.
    pub fn expect(&self, index: usize) {
        if let Values::Mapped(mapped) = &self.values {
            mapped.expect(index);
        }
    }

    /// For each value of item `index` whether it is known; `None` if the source has no mask.
    pub fn observed(&self, index: usize) -> Option<&[bool]> {
        let n = self.shape.pixels();
        self.observed.as_ref().map(|observed| &observed[index * n..][..n])
    }

    /// Whether any value is missing.
    pub fn is_incomplete(&self) -> bool {
        self.observed.as_ref().is_some_and(|observed| observed.contains(&false))
            || match &self.values {
                Values::Bytes(_) => false,
                Values::Floats(values) => values.iter().any(|value| value.is_nan()),
                Values::Mapped(mapped) => mapped.incomplete,
            }
    }

    /// Write NaN into `out`, the values of item `index` as the model gets them, where they are missing.
    pub fn hide_missing(&self, index: usize, out: &mut [f32]) {
        if let Item::Floats(values) = self.content(index).item() {
            out.iter_mut().zip(values).filter(|(_, value)| value.is_nan()).for_each(|(out, _)| *out = f32::NAN);
        }
        let known = self.observed(index).into_iter().flatten();
        out.iter_mut().zip(known).filter(|(_, known)| !**known).for_each(|(out, _)| *out = f32::NAN);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: ImageShape = ImageShape { channels: 1, height: 1, width: 3 };

    #[test]
    fn missing_values_are_those_of_the_mask_and_those_that_are_no_number() {
        let numbers = Stack::of_numbers(SHAPE, vec![1.0, f32::NAN, 3.0, 4.0, 5.0, 6.0]);
        let bytes = ByteImages { shape: SHAPE, pixels: vec![0; 6], labels: None };
        let whole = Stack::from(bytes);
        let masked = Stack { observed: Some(vec![true, true, true, false, true, true]), ..whole.clone() };
        assert!(numbers.is_incomplete() && masked.is_incomplete() && !whole.is_incomplete());
        let seen = |stack: &Stack, index| {
            let mut out = [7.0; 3];
            stack.hide_missing(index, &mut out);
            out.map(|value| value == 7.0)
        };
        assert_eq!([seen(&numbers, 0), seen(&numbers, 1)], [[true, false, true], [true; 3]]);
        assert_eq!([seen(&masked, 0), seen(&masked, 1)], [[true; 3], [false, true, true]]);
        assert_eq!([numbers.count(), masked.count()], [2, 2]);
    }
}
