//! Maps with a border of zeros and their channels innermost, in which each line of a patch is contiguous.

use super::transpose::transpose_lines;
use crate::kernels::geometry::Map;
use std::ops::Range;

/// From this width on, a row of a map is transposed into its place; narrower ones would fill vectors badly.
const WIDE: usize = 16;

/// Maps with a border of zeros and their channels innermost.
pub struct Bordered {
    map: Map,
    /// Width of the border above and to the left.
    pub before: usize,
    /// Numbers of a row, with its border, and of a map.
    row: usize,
    pub numbers: usize,
    pub values: Vec<f32>,
    /// One map without its border.
    channels: Channels,
    /// One map without its border and with its channels innermost; empty where rows are [`WIDE`].
    plain: Vec<f32>,
}

impl Bordered {
    /// Room for `images` maps with borders of `before` and `after` positions.
    pub fn new(map: Map, before: usize, after: usize, images: usize) -> Self {
        let row = (map.width + before + after) * map.channels;
        let numbers = (map.height + before + after) * row;
        let plain = vec![0.0; if map.width < WIDE { map.numbers() } else { 0 }];
        Self { map, before, row, numbers, values: vec![0.0; images * numbers], channels: Channels::new(map), plain }
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
            self.channels.take(image);
            let places = (first..).step_by(self.row).zip(0..self.map.height);
            if width >= WIDE {
                for (place, y) in places {
                    let target = &mut self.values[place..][..width * channels];
                    self.channels.transpose(0..channels, y * width..(y + 1) * width, target);
                }
            } else {
                self.channels.transpose(0..channels, 0..self.map.area(), &mut self.plain);
                for (place, line) in places.map(|(place, _)| place).zip(self.plain.chunks_exact(width * channels)) {
                    self.values[place..][..line.len()].copy_from_slice(line);
                }
            }
        }
    }
}

/// One map, to be transposed. It is copied in the order of memory, which the processor foresees, whereas a transpose
/// reads 16 places at once; and the channels of the copy are a line of the cache further apart than those of the map,
/// since with powers of two all 16 places would compete for one set of the cache.
pub struct Channels {
    map: Map,
    stride: usize,
    values: Vec<f32>,
}

impl Channels {
    pub fn new(map: Map) -> Self {
        let stride = map.area() + 16;
        Self { map, stride, values: vec![0.0; map.channels * stride] }
    }

    /// Take in a map whose channels are outermost.
    pub fn take(&mut self, image: &[f32]) {
        for (line, channel) in self.values.chunks_exact_mut(self.stride).zip(image.chunks_exact(self.map.area())) {
            line[..channel.len()].copy_from_slice(channel);
        }
    }

    /// Write some positions of some channels, position by position.
    pub fn transpose(&self, channels: Range<usize>, positions: Range<usize>, target: &mut [f32]) {
        let lines = &self.values[channels.start * self.stride + positions.start..];
        transpose_lines(lines, self.stride, [channels.len(), positions.len()], target);
    }
}
