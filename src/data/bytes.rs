//! Images as a source gives them: one byte per value.

use super::ImageShape;

/// Largest size of one source's pixels in bytes (4 GiB), whatever a header or a folder asks for.
pub(super) const MAX_BYTES: u64 = 4 << 30;

/// Largest number of images in one file, so that the images of two files can still be numbered by a `u32`.
pub(super) const MAX_COUNT: usize = 1 << 30;

/// A stack of grey or RGB images, `channels × height × width` bytes each, with one label per image if the source has
/// labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ByteImages {
    pub shape: ImageShape,
    pub pixels: Vec<u8>,
    pub labels: Option<Vec<u8>>,
}

/// A count with its word, whose plural ends in s: "1 file", "12 files".
pub(super) fn counted(n: usize, word: &str) -> String {
    format!("{} {word}{}", thousands(n as u64), if n == 1 { "" } else { "s" })
}

/// `12345` as `12,345`, as people read it in messages.
pub(super) fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Reorder each image from `H × W × C` to `C × H × W`.
pub(super) fn channels_first<T: Copy + Default>(pixels: &mut [T], shape: ImageShape) {
    if shape.channels == 1 {
        return;
    }
    let area = shape.height * shape.width;
    let mut interleaved = vec![T::default(); shape.pixels()];
    for image in pixels.chunks_exact_mut(shape.pixels()) {
        interleaved.copy_from_slice(image);
        for (channel, plane) in image.chunks_exact_mut(area).enumerate() {
            for (pixel, colours) in plane.iter_mut().zip(interleaved.chunks_exact(shape.channels)) {
                *pixel = colours[channel];
            }
        }
    }
}
