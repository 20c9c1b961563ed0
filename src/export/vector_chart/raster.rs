//! Charts drawn into a picture.

use super::{Canvas, Ink};
use crate::export::RgbImage;
use crate::export::font::{self, GLYPH_HEIGHT};

/// A picture as a canvas, on white or on another background.
pub struct Raster {
    /// The picture.
    pub picture: RgbImage,
    dark: bool,
}

impl Raster {
    /// An empty picture: white, or dark.
    pub fn new(width: usize, height: usize, dark: bool) -> Self {
        let background = if dark { [0x14, 0x17, 0x1b] } else { [255; 3] };
        Self { picture: RgbImage::filled(width, height, background), dark }
    }

    /// The colours of Okabe & Ito (2008), which survive colour blindness; a ramp from blue to orange.
    fn colour(&self, ink: Ink) -> ([u8; 3], f32) {
        let text = if self.dark { [0xcb, 0xd2, 0xda] } else { [40; 3] };
        match ink {
            Ink::Given => (if self.dark { [0x84, 0x8e, 0x9a] } else { [150, 158, 168] }, 1.0),
            Ink::Mean => ([0, 114, 178], 1.0),
            Ink::Draw => ([213, 94, 0], 0.8),
            Ink::Many => ([0, 114, 178], 0.35),
            Ink::Axis => (if self.dark { [0x3c, 0x44, 0x4f] } else { [205; 3] }, 1.0),
            Ink::Text => (text, 1.0),
            Ink::Ramp(at) => {
                let at = at.clamp(0.0, 1.0);
                let mix = |from: f32, to: f32| (from + at * (to - from)) as u8;
                ([mix(0.0, 230.0), mix(114.0, 120.0), mix(178.0, 0.0)], 0.9)
            }
        }
    }

    fn blend(&mut self, x: usize, y: usize, colour: [u8; 3], share: f32) {
        if x >= self.picture.width || y >= self.picture.height || share <= 0.0 {
            return;
        }
        let start = 3 * (y * self.picture.width + x);
        for (byte, ink) in self.picture.pixels[start..start + 3].iter_mut().zip(colour) {
            *byte = (f32::from(*byte) + share.min(1.0) * (f32::from(ink) - f32::from(*byte))).round() as u8;
        }
    }

    /// Blend every pixel of a box with a coverage given by its centre.
    fn cover(&mut self, from: [f32; 2], to: [f32; 2], ink: Ink, coverage: impl Fn(f32, f32) -> f32) {
        let (colour, alpha) = self.colour(ink);
        let side = |low: f32, high: f32, most: usize| {
            let clip = |value: f32| value.clamp(0.0, most as f32) as usize;
            clip(low.min(high).floor() - 1.0)..clip(low.max(high).ceil() + 1.0)
        };
        for y in side(from[1], to[1], self.picture.height) {
            for x in side(from[0], to[0], self.picture.width) {
                self.blend(x, y, colour, alpha * coverage(x as f32 + 0.5, y as f32 + 0.5).clamp(0.0, 1.0));
            }
        }
    }
}

impl Canvas for Raster {
    fn line(&mut self, from: [f32; 2], to: [f32; 2], ink: Ink, width: f32) {
        let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
        let square = (dx * dx + dy * dy).max(1e-12);
        let pad = 0.5 * width;
        let [low, high] = [
            [from[0].min(to[0]) - pad, from[1].min(to[1]) - pad],
            [from[0].max(to[0]) + pad, from[1].max(to[1]) + pad],
        ];
        self.cover(low, high, ink, |x, y| {
            let along = (((x - from[0]) * dx + (y - from[1]) * dy) / square).clamp(0.0, 1.0);
            let distance = (x - from[0] - along * dx).hypot(y - from[1] - along * dy);
            0.5 * width + 0.5 - distance
        });
    }

    fn dot(&mut self, centre: [f32; 2], radius: f32, ink: Ink) {
        let corner = |side: f32| [centre[0] + side * radius, centre[1] + side * radius];
        self.cover(corner(-1.0), corner(1.0), ink, |x, y| radius + 0.5 - (x - centre[0]).hypot(y - centre[1]));
    }

    fn bar(&mut self, from: [f32; 2], to: [f32; 2], ink: Ink) {
        let inside = |value: f32, low: f32, high: f32| (value - low + 0.5).min(high - value + 0.5).clamp(0.0, 1.0);
        self.cover(from, to, ink, |x, y| inside(x, from[0], to[0]) * inside(y, from[1], to[1]));
    }

    fn text(&mut self, at: [f32; 2], across: f32, down: f32, text: &str) {
        let [width, height] = self.text_size(text);
        let (left, top) = ((at[0] - across * width).round(), (at[1] - down * height).round());
        let (colour, _) = self.colour(Ink::Text);
        for (x, y) in font::ink(text) {
            let (x, y) = (left + x as f32, top + y as f32);
            if x >= 0.0 && y >= 0.0 {
                self.blend(x as usize, y as usize, colour, 1.0);
            }
        }
    }

    fn text_size(&self, text: &str) -> [f32; 2] {
        [font::width(text) as f32, GLYPH_HEIGHT as f32]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_where_they_were_drawn_and_nothing_is_drawn_outside() {
        let mut raster = Raster::new(20, 10, false);
        raster.line([2.0, 5.5], [18.0, 5.5], Ink::Mean, 1.0);
        let pixel = |raster: &Raster, x: usize, y: usize| {
            let start = 3 * (y * 20 + x);
            <[u8; 3]>::try_from(&raster.picture.pixels[start..start + 3]).expect("three bytes")
        };
        assert_eq!(pixel(&raster, 10, 5), [0, 114, 178]);
        assert_eq!(pixel(&raster, 10, 2), [255; 3]);
        raster.bar([4.0, -30.0], [8.0, 3.0], Ink::Given);
        assert_eq!(pixel(&raster, 6, 0), [150, 158, 168]);
        raster.dot([25.0, 40.0], 3.0, Ink::Draw);
        raster.text([18.0, 8.0], 0.0, 0.0, "long");
        raster.line([-1e9, 2.0], [1e9, 3.0], Ink::Axis, 1.0);
    }
}
