//! Images on the host.

use super::Columns;
use std::sync::Arc;

/// A stack of images, `count × channels × height × width` pixels in [0, 1], in row-major order; or of vectors of D
/// values of any size, `count × 1 × 1 × D`. A missing value is NaN.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Images {
    /// Number of images.
    pub count: usize,
    /// 1 (grey) or 3 (RGB).
    pub channels: usize,
    /// Number of rows of an image.
    pub height: usize,
    /// Number of columns of an image.
    pub width: usize,
    /// The pixels, `count · channels · height · width` values.
    pub pixels: Vec<f32>,
    /// The names and scales of the entries if these are vectors; `None` for images.
    pub columns: Option<Arc<Columns>>,
}

impl Images {
    /// Number of values in one image: channels × height × width.
    pub fn pixels_per_image(&self) -> usize {
        self.channels * self.height * self.width
    }

    /// A stack of `count` other images of this shape, or vectors of these columns, with the given pixels.
    pub fn alike(&self, count: usize, pixels: Vec<f32>) -> Self {
        let Self { channels, height, width, .. } = *self;
        Self { count, channels, height, width, pixels, columns: self.columns.clone() }
    }

    /// Whether any value is missing.
    pub fn is_incomplete(&self) -> bool {
        self.pixels.iter().any(|value| value.is_nan())
    }

    /// The images in colour, with slate blue (which no grey pixel is) where a pixel is missing. Vectors stay as they
    /// are.
    pub fn marked(&self) -> Self {
        const MISSING: [f32; 3] = [0.27, 0.36, 0.52];
        if self.columns.is_some() {
            return self.clone();
        }
        let plane = self.height * self.width;
        let mut pixels = Vec::with_capacity(3 * plane * self.count);
        for image in (0..self.count).map(|index| self.image(index)) {
            for (channel, missing) in MISSING.into_iter().enumerate() {
                let from = &image[plane * (channel % self.channels)..][..plane];
                pixels.extend(from.iter().map(|&value| if value.is_nan() { missing } else { value }));
            }
        }
        Self { count: self.count, channels: 3, height: self.height, width: self.width, pixels, columns: None }
    }

    /// The pixels of image `index`, `channels × height × width`.
    pub fn image(&self, index: usize) -> &[f32] {
        let n = self.pixels_per_image();
        &self.pixels[index * n..(index + 1) * n]
    }
}
