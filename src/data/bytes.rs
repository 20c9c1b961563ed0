//! Images as a source gives them: one byte a number.

use super::ImageShape;

/// The most bytes of pixels that are held of one source (4 GiB): what a header or a folder may ask for at most.
pub const MAX_BYTES: u64 = 4 << 30;

/// A stack of grey or RGB images, `channels × height × width` bytes each, with a label an image where there are labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ByteImages {
    pub shape: ImageShape,
    pub pixels: Vec<u8>,
    pub labels: Option<Vec<u8>>,
}

impl ByteImages {
    pub fn count(&self) -> usize {
        self.pixels.len() / self.shape.pixels()
    }
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
