//! Images on the host.

/// A stack of images: `count × channels × height × width` pixels in [0, 1], in row-major order.
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
}

impl Images {
    /// Number of values in one image: channels × height × width.
    pub fn pixels_per_image(&self) -> usize {
        self.channels * self.height * self.width
    }

    /// The pixels of image `index`, `channels × height × width`.
    pub fn image(&self, index: usize) -> &[f32] {
        let n = self.pixels_per_image();
        &self.pixels[index * n..(index + 1) * n]
    }
}
