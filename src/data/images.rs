//! Images on the host.

/// A stack of images: `count × channels × height × width` pixels in [0, 1], row by row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Images {
    /// How many images.
    pub count: usize,
    /// 1 (grey) or 3 (RGB).
    pub channels: usize,
    /// Rows of an image.
    pub height: usize,
    /// Pixels in a row.
    pub width: usize,
    /// Length `count · channels · height · width`.
    pub pixels: Vec<f32>,
}

impl Images {
    /// Numbers in one image.
    pub fn pixels_per_image(&self) -> usize {
        self.channels * self.height * self.width
    }

    /// The pixels of image `index`, `channels × height × width`.
    pub fn image(&self, index: usize) -> &[f32] {
        let n = self.pixels_per_image();
        &self.pixels[index * n..(index + 1) * n]
    }
}
