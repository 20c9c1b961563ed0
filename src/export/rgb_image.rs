//! A picture in memory.

use super::font;

/// A picture: `height × width × 3` bytes in sRGB, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RgbImage {
    /// Number of columns.
    pub width: usize,
    /// Number of rows.
    pub height: usize,
    /// The pixels, `height · width · 3` bytes.
    pub pixels: Vec<u8>,
}

impl RgbImage {
    /// A picture of one colour.
    pub(super) fn filled(width: usize, height: usize, colour: [u8; 3]) -> Self {
        Self { width, height, pixels: colour.repeat(width * height) }
    }

    /// Set a pixel, which must be in the picture.
    pub(super) fn set(&mut self, x: usize, y: usize, colour: [u8; 3]) {
        let start = 3 * (y * self.width + x);
        self.pixels[start..start + 3].copy_from_slice(&colour);
    }

    /// Put another picture into this one with its top left corner at (`left`, `top`), in pixels; it must fit.
    pub(super) fn put(&mut self, other: &Self, left: usize, top: usize) {
        for (y, row) in other.pixels.chunks_exact(3 * other.width.max(1)).enumerate() {
            let start = 3 * ((top + y) * self.width + left);
            self.pixels[start..start + row.len()].copy_from_slice(row);
        }
    }

    /// Write a line of text with its top left corner at (`left`, `top`), in pixels; a part beyond the edge is left out.
    pub(super) fn write(&mut self, text: &str, left: usize, top: usize, magnification: usize, ink: [u8; 3]) {
        let m = magnification;
        for (x, y) in font::ink(text) {
            for (dx, dy) in (0..m * m).map(|i| (left + x * m + i % m, top + y * m + i / m)) {
                if dx < self.width && dy < self.height {
                    self.set(dx, dy, ink);
                }
            }
        }
    }
}
