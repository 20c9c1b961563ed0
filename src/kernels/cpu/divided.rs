//! Large maps of a convolution with their border of zeros, each row divided by the phases of the stride, so that the
//! numbers that one weight meets along a row of the small map lie side by side.

use crate::kernels::geometry::Geometry;
use crate::kernels::vector::vectorised;

/// Numbers at the end of the maps beyond those that are there, so that a vector may begin at each number.
pub const SLACK: usize = 16;

/// Divided maps: `images × channels × rows × phases × columns`.
pub struct Divided {
    geometry: Geometry,
    /// Numbers of a phase of a row.
    columns: usize,
    pub values: Vec<f32>,
}

impl Divided {
    /// Room for `images` maps, all zeros.
    pub fn new(geometry: Geometry, images: usize) -> Self {
        let columns = (geometry.large.width + 2 * geometry.padding).div_ceil(geometry.stride);
        let mut divided = Self { geometry, columns, values: Vec::new() };
        divided.values = vec![0.0; images * divided.image() + SLACK];
        divided
    }

    /// Numbers of a row.
    pub fn row(&self) -> usize {
        self.geometry.stride * self.columns
    }

    /// Numbers of a channel.
    fn channel(&self) -> usize {
        self.row() * (self.geometry.large.height + 2 * self.geometry.padding)
    }

    /// Numbers of an image.
    pub fn image(&self) -> usize {
        self.channel() * self.geometry.large.channels
    }

    /// Where each weight of a channel of the small map meets its first position. The position to the right is the next
    /// number; the position below is as many rows away as the stride.
    pub fn met(&self) -> Vec<usize> {
        let Geometry { kernel, stride, .. } = self.geometry;
        let place = |index: usize| {
            let (channel, ky, kx) = (index / (kernel * kernel), index / kernel % kernel, index % kernel);
            channel * self.channel() + ky * self.row() + kx % stride * self.columns + kx / stride
        };
        (0..self.geometry.weights_per_channel()).map(place).collect()
    }

    /// Take in large maps.
    pub fn fill(&mut self, images: &[f32]) {
        divide(self.geometry, self.columns, images, &mut self.values);
    }

    /// Give out large maps: the inverse of [`Self::fill`].
    pub fn write(&self, images: &mut [f32]) {
        unite(self.geometry, self.columns, &self.values, images);
    }
}

/// The place of a phase of the first row in the divided maps.
fn first_place(geometry: Geometry, columns: usize, phase: usize) -> usize {
    let Geometry { stride, padding, .. } = geometry;
    let column = phase + padding;
    (padding * stride + column % stride) * columns + column / stride
}

vectorised! {
    fn divide(geometry: Geometry, columns: usize, images: &[f32], divided: &mut [f32]) {
        let Geometry { large, stride, padding, .. } = geometry;
        for phase in 0..stride.min(large.width) {
            let mut place = first_place(geometry, columns, phase);
            for channel in images.chunks_exact(large.area()) {
                for row in channel.chunks_exact(large.width) {
                    let (row, target) = (&row[phase..], &mut divided[place..]);
                    // Constants make vector instructions of the usual cases.
                    match stride {
                        1 => target[..row.len()].copy_from_slice(row),
                        2 => every_other(row, target),
                        _ => {
                            for (target, number) in target.iter_mut().zip(row.iter().step_by(stride)) {
                                *target = *number;
                            }
                        }
                    }
                    place += stride * columns;
                }
                place += 2 * padding * stride * columns;
            }
        }
    }
}

/// Every other number, from the first.
#[inline(always)]
fn every_other(numbers: &[f32], target: &mut [f32]) {
    const STEP: usize = 8;
    let (pairs, rest) = numbers.as_chunks::<{ 2 * STEP }>();
    let (whole, target_rest) = target.split_at_mut(pairs.len() * STEP);
    for (pairs, target) in pairs.iter().zip(whole.as_chunks_mut::<STEP>().0) {
        *target = [pairs[0], pairs[2], pairs[4], pairs[6], pairs[8], pairs[10], pairs[12], pairs[14]];
    }
    for (target, pair) in target_rest.iter_mut().zip(rest.chunks(2)) {
        *target = pair[0];
    }
}

vectorised! {
    fn unite(geometry: Geometry, columns: usize, divided: &[f32], images: &mut [f32]) {
        let Geometry { large, stride, padding, .. } = geometry;
        for phase in 0..stride.min(large.width) {
            let mut place = first_place(geometry, columns, phase);
            for channel in images.chunks_exact_mut(large.area()) {
                for row in channel.chunks_exact_mut(large.width) {
                    let (row, source) = (&mut row[phase..], &divided[place..]);
                    match stride {
                        1 => row.copy_from_slice(&source[..row.len()]),
                        2 => to_every_other(source, row),
                        _ => {
                            for (number, source) in row.iter_mut().step_by(stride).zip(source) {
                                *number = *source;
                            }
                        }
                    }
                    place += stride * columns;
                }
                place += 2 * padding * stride * columns;
            }
        }
    }
}

/// The inverse of [`every_other`].
#[inline(always)]
fn to_every_other(source: &[f32], numbers: &mut [f32]) {
    for (pair, number) in numbers.chunks_mut(2).zip(source) {
        pair[0] = *number;
    }
}
