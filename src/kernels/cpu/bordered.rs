//! Maps with a border of zeros and their channels innermost, in which each line of a patch is contiguous.

use super::transpose::transpose;
use crate::kernels::geometry::Map;

/// Maps with a border of zeros and their channels innermost.
pub struct Bordered {
    map: Map,
    /// Width of the border above and to the left.
    pub before: usize,
    /// Numbers of a row, with its border, and of a map.
    row: usize,
    pub numbers: usize,
    pub values: Vec<f32>,
    /// One map without its border, as it comes and with its channels innermost.
    copy: Vec<f32>,
    plain: Vec<f32>,
}

impl Bordered {
    /// Room for `images` maps with borders of `before` and `after` positions.
    pub fn new(map: Map, before: usize, after: usize, images: usize) -> Self {
        let row = (map.width + before + after) * map.channels;
        let numbers = (map.height + before + after) * row;
        let one = || vec![0.0; map.numbers()];
        Self { map, before, row, numbers, values: vec![0.0; images * numbers], copy: one(), plain: one() }
    }

    /// The place of a position, which may be in the border.
    pub fn place(&self, y: usize, x: usize) -> usize {
        y * self.row + x * self.map.channels
    }

    /// Take in maps whose channels are outermost.
    pub fn fill(&mut self, images: &[f32]) {
        let Map { channels, width, .. } = self.map;
        for (index, image) in images.chunks_exact(self.map.numbers()).enumerate() {
            let first = index * self.numbers + self.place(self.before, self.before);
            let lines = if channels == 1 {
                image
            } else {
                // Read in the order of memory, which the processor foresees: a transpose reads 16 places at once.
                self.copy.copy_from_slice(image);
                transpose(&self.copy, &mut self.plain, channels);
                &self.plain
            };
            for (y, line) in lines.chunks_exact(width * channels).enumerate() {
                self.values[first + y * self.row..][..line.len()].copy_from_slice(line);
            }
        }
    }
}
