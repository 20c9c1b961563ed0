//! The line of text over a picture, and pictures of one size.

use super::shot::Frame;
use crate::export::RgbImage;
use crate::export::font::{self, GLYPH_HEIGHT};

/// Side of a font's pixel in pixels of the picture.
const MAGNIFICATION: usize = 2;
/// Space around the text.
const MARGIN: usize = 6;
const WHITE: [u8; 3] = [255; 3];
const INK: [u8; 3] = [0; 3];

/// The picture under a line of text.
pub fn captioned(picture: &RgbImage, text: &str) -> RgbImage {
    let head = GLYPH_HEIGHT * MAGNIFICATION + 2 * MARGIN;
    let width = picture.width.max(font::width(text) * MAGNIFICATION + 2 * MARGIN);
    let mut whole = RgbImage::filled(width, picture.height + head, WHITE);
    whole.put(picture, 0, head);
    whole.write(text, MARGIN, MARGIN, MAGNIFICATION, INK);
    whole
}

/// All pictures as wide and as high as the largest, with white added to the right and below.
pub fn padded(frames: Vec<Frame>) -> Vec<Frame> {
    let width = frames.iter().map(|frame| frame.picture.width).max().unwrap_or(0);
    let height = frames.iter().map(|frame| frame.picture.height).max().unwrap_or(0);
    let pad = |frame: Frame| {
        if (frame.picture.width, frame.picture.height) == (width, height) {
            return frame;
        }
        let mut picture = RgbImage::filled(width, height, WHITE);
        picture.put(&frame.picture, 0, 0);
        Frame { picture, ..frame }
    };
    frames.into_iter().map(pad).collect()
}
