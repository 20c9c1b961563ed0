//! A transposed convolution of stride s as s² products, each with the weights that meet one phase of the large map.

use super::bordered::Bordered;
use super::lines::Panels;
use super::transpose::append_transpose;
use super::vectors::Instructions;
use crate::kernels::geometry::Geometry;
use std::ops::Range;

/// The positions of a large map that lie alike on the grid of strides, along both axes, and the weights they meet.
pub struct Phase {
    pub weight: Panels,
    /// Where the small map's numbers for each position begin, and the position's own numbers in the large map.
    pub starts: Vec<usize>,
    pub places: Vec<usize>,
    /// Where each line of the small map's numbers begins after the first.
    pub lines: Vec<usize>,
    /// Numbers of a line.
    pub depth: usize,
}

/// One axis of a phase: of position s·q + r in the large map with its border, weights r, r + s, … meet positions q, q
/// − 1, … of the small map.
struct Axis {
    r: usize,
    weights: usize,
    q: Range<usize>,
}

impl Axis {
    fn all(geometry: Geometry, length: usize) -> impl Iterator<Item = Self> {
        let Geometry { kernel, stride, padding, .. } = geometry;
        (0..stride.min(kernel)).map(move |r| Self {
            r,
            weights: (kernel - r).div_ceil(stride),
            q: padding.saturating_sub(r).div_ceil(stride)..(padding + length).saturating_sub(r).div_ceil(stride),
        })
    }
}

/// The borders of the small map, before and after, that a transposed convolution reads.
pub fn border(geometry: Geometry) -> [usize; 2] {
    let Geometry { large, small, kernel, stride, padding } = geometry;
    let after = |large: usize, small: usize| (padding + large).div_ceil(stride).saturating_sub(small);
    [kernel.div_ceil(stride) - 1, after(large.height, small.height).max(after(large.width, small.width))]
}

/// The phases of a large map that have weights, for so many images at a time, to be multiplied with some instructions.
pub fn phases(
    instructions: Instructions,
    weight: &[f32],
    geometry: Geometry,
    small: &Bordered,
    images: usize,
) -> Vec<Phase> {
    let Geometry { large, kernel, stride, padding, .. } = geometry;
    let (area, inner, channels) = (kernel * kernel, geometry.weights_per_channel(), geometry.small.channels);
    // small channels × (kernel row, kernel column) × large channels
    let mut by_place = Vec::with_capacity(weight.len());
    for channel in weight.chunks_exact(inner) {
        append_transpose(&mut by_place, channel, large.channels);
    }
    let mut phases = Vec::new();
    for y in Axis::all(geometry, large.height) {
        for x in Axis::all(geometry, large.width) {
            let mut weight = Panels::new(instructions, y.weights * x.weights * channels, large.channels);
            let turned = (0..y.weights).rev().flat_map(|j| (0..x.weights).rev().map(move |i| (j, i)));
            for (index, (j, i)) in turned.enumerate() {
                let place = (y.r + stride * j) * kernel + x.r + stride * i;
                for channel in 0..channels {
                    let line = &by_place[(channel * area + place) * large.channels..][..large.channels];
                    weight.set_row(index * channels + channel, line);
                }
            }
            let (mut starts, mut places) = (Vec::new(), Vec::new());
            for image in 0..images {
                for qy in y.q.clone() {
                    for qx in x.q.clone() {
                        let start = small.place(qy + small.before + 1 - y.weights, qx + small.before + 1 - x.weights);
                        starts.push(image * small.numbers + start);
                        let place = (stride * qy + y.r - padding) * large.width + stride * qx + x.r - padding;
                        places.push((image * large.area() + place) * large.channels);
                    }
                }
            }
            let lines = (0..y.weights).map(|line| small.place(line, 0)).collect();
            phases.push(Phase { weight, starts, places, lines, depth: x.weights * channels });
        }
    }
    phases
}
