//! The fingerprint of a data set, which tells it from others.

use super::ImageShape;
use super::item::Item;
use serde::{Deserialize, Serialize};
use std::io::{BufWriter, Write};

/// Bytes that are hashed at once: BLAKE3 is at its fastest on long pieces, and an image is a short one.
const PIECE: usize = 1 << 17;

/// The fingerprint of a run's data: the shape of an image and, for each split, the number of images and a checksum of
/// their values in order, and of which of them are missing. Labels are no part of it: they are shown, and no number
/// depends on them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fingerprint {
    /// Channels, height and width of an image.
    pub(super) shape: [usize; 3],
    pub(super) train: Part,
    pub(super) validation: Part,
    pub(super) test: Part,
}

/// A split of a fingerprint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    images: usize,
    /// BLAKE3 of the bytes of all images in hexadecimal: grey levels, or numbers as little-endian `f32`, and behind
    /// each image its mask, if the source has one.
    content: String,
}

/// A split's images as they come.
pub(super) struct Hashing {
    images: usize,
    hasher: BufWriter<blake3::Hasher>,
}

impl Default for Hashing {
    fn default() -> Self {
        Self { images: 0, hasher: BufWriter::with_capacity(PIECE, blake3::Hasher::new()) }
    }
}

impl Hashing {
    /// The next image of the split, and its mask if the source has one.
    pub fn add(&mut self, image: Item<'_>, observed: Option<&[bool]>) {
        let mut hash = |bytes: &[u8]| self.hasher.write_all(bytes).expect("a hasher takes any bytes");
        match image {
            Item::Bytes(values) => hash(values),
            Item::Floats(values) => {
                let bytes: Vec<_> = values.iter().map(|value| value.to_le_bytes()).collect();
                hash(bytes.as_flattened());
            }
        }
        if let Some(observed) = observed {
            hash(&observed.iter().map(|&known| u8::from(known)).collect::<Vec<_>>());
        }
        self.images += 1;
    }

    pub fn finish(self) -> Part {
        let hasher = self.hasher.into_inner().unwrap_or_else(|_| unreachable!("a hasher takes any bytes"));
        Part { images: self.images, content: hasher.finalize().to_hex().to_string() }
    }
}

impl Fingerprint {
    /// The shape of an image.
    pub fn image_shape(&self) -> ImageShape {
        let [channels, height, width] = self.shape;
        ImageShape { channels, height, width }
    }

    /// Whether images of the two are of one shape, so that a model takes either.
    pub fn has_shape_of(&self, other: &Self) -> bool {
        self.shape == other.shape
    }

    /// How data that are there `now` differ from these, in words that go on a sentence; `None` where they do not.
    pub fn difference(&self, now: &Self) -> Option<String> {
        if !self.has_shape_of(now) {
            let [had, has] = [self, now].map(|it| it.shape.map(|side| side.to_string()).join(" × "));
            return Some(format!("its images are {has} (channels × height × width) where they were {had}"));
        }
        let parts = [
            ("training", &self.train, &now.train),
            ("validation", &self.validation, &now.validation),
            ("test", &self.test, &now.test),
        ];
        if let Some((name, had, has)) = parts.iter().find(|(_, had, has)| had.images != has.images) {
            return Some(format!("it has {} {name} images where it had {}", has.images, had.images));
        }
        let (name, ..) = parts.iter().find(|(_, had, has)| had.content != has.content)?;
        Some(format!("it has as many {name} images of the same shape as before, but other ones"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(images: &[&[u8]]) -> Part {
        let mut hashing = Hashing::default();
        images.iter().for_each(|image| hashing.add(Item::Bytes(image), None));
        hashing.finish()
    }

    fn fingerprint(shape: [usize; 3], images: &[&[u8]]) -> Fingerprint {
        let part = || bytes(images);
        Fingerprint { shape, train: part(), validation: part(), test: bytes(&[&[0; 4]]) }
    }

    #[test]
    fn item_05_shape_count_and_content_are_told_apart() {
        let had = fingerprint([1, 2, 2], &[&[1, 2, 3, 4], &[5, 6, 7, 8]]);
        assert_eq!(had.difference(&had.clone()), None);
        let difference = |shape, images: &[&[u8]]| had.difference(&fingerprint(shape, images)).unwrap();
        assert!(difference([1, 4, 1], &[&[1, 2, 3, 4], &[5, 6, 7, 8]]).contains("1 × 4 × 1"));
        assert!(difference([1, 2, 2], &[&[1, 2, 3, 4]]).contains("1 training images where it had 2"));
        for other in [[&[1, 2, 3, 4][..], &[5, 6, 7, 9]], [&[5, 6, 7, 8], &[1, 2, 3, 4]]] {
            assert!(difference([1, 2, 2], &other).contains("other ones"), "{other:?}");
        }
    }

    #[test]
    fn the_bytes_of_all_images_are_hashed_in_their_order() {
        let images: Vec<Vec<u8>> = (0..200).map(|i| vec![i as u8; 3_000]).collect();
        let part = bytes(&images.iter().map(Vec::as_slice).collect::<Vec<_>>());
        assert_eq!(part.content, blake3::hash(&images.concat()).to_hex().to_string());
        assert_eq!(part.images, 200);
    }

    #[test]
    fn numbers_and_what_is_missing_among_them_are_told_apart() {
        let of = |values: &[f32], mask: Option<&[bool]>| {
            let mut hashing = Hashing::default();
            hashing.add(Item::Floats(values), mask);
            hashing.finish().content
        };
        let whole = of(&[1.0, 2.0], None);
        assert_ne!(whole, of(&[1.0, 2.5], None));
        assert_ne!(whole, of(&[1.0, f32::NAN], None));
        assert_ne!(of(&[1.0, 2.0], Some(&[true, true])), of(&[1.0, 2.0], Some(&[true, false])));
    }
}
