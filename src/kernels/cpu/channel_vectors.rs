//! Convolutions between many channels, which gather no patches: a vector of the processor is as many channels, and the
//! tiles of a product read the lines of each patch where they lie in a [bordered](super::bordered) map.

use super::bordered::{Bordered, Channels};
use super::lines::{Lines, Panels, multiply_lines};
use super::phases::{border, phases};
use super::transpose::append_transpose;
use super::vectors::Instructions;
use crate::kernels::geometry::Geometry;

/// Positions of maps that are worked on together, at least, if there are as many: the right factor is read once for
/// all of them.
const POSITIONS: usize = 192;

/// Whether they pay: there are channels to fill vectors with, and there are patches to gather otherwise.
pub fn pay(geometry: Geometry) -> bool {
    let Geometry { large, small, kernel, stride, padding } = geometry;
    let is_product = (kernel, stride, padding) == (1, 1, 0) && small.area() >= 64;
    large.channels.min(small.channels) >= 8 && !is_product
}

/// The number of images whose maps have enough positions together.
fn images_together(area: usize, images: usize) -> usize {
    POSITIONS.div_ceil(area.max(1)).clamp(1, images.max(1))
}

/// The large maps of a convolution and its patches.
struct Patches {
    large: Bordered,
    /// Where the patch of each position begins in its map, row by row.
    starts: Vec<usize>,
}

impl Patches {
    fn new(geometry: Geometry, images: usize) -> Self {
        let Geometry { large, small, stride, padding, .. } = geometry;
        let large = Bordered::new(large, padding, padding, images);
        let starts = (0..small.area())
            .map(|position| large.place(position / small.width * stride, position % small.width * stride))
            .collect();
        Self { large, starts }
    }
}

/// small = patches(large)·W. `finish` is called with each block of output images while they are in cache.
pub fn down(
    instructions: Instructions,
    large: &[f32],
    weight: &[f32],
    geometry: Geometry,
    finish: impl Fn(&mut [f32]),
) -> Vec<f32> {
    let (rows, small) = (large.len() / geometry.large.numbers(), geometry.small);
    let block = images_together(small.area(), rows);
    let weight = panels(instructions, &by_patch(weight, geometry), small.channels);
    let mut patches = Patches::new(geometry, block);
    let lines: Vec<usize> = (0..geometry.kernel).map(|ky| patches.large.place(ky, 0)).collect();
    let mut starts = Vec::with_capacity(block * small.area());
    for image in 0..block {
        starts.extend(patches.starts.iter().map(|start| image * patches.large.numbers + start));
    }
    let places: Vec<usize> = (0..starts.len()).map(|position| position * small.channels).collect();
    let mut maps = vec![0.0; block * small.numbers()];
    let mut out = Vec::with_capacity(rows * small.numbers());
    for images in large.chunks(block * geometry.large.numbers()) {
        patches.large.fill(images);
        let positions = images.len() / geometry.large.numbers() * small.area();
        let left = Lines {
            values: &patches.large.values,
            rows: &starts[..positions],
            lines: &lines,
            depth: geometry.kernel * geometry.large.channels,
            stride: 1,
        };
        multiply_lines(&mut maps, &places[..positions], false, left, &weight);
        let first = out.len();
        for map in maps[..positions * small.channels].chunks_exact(small.numbers()) {
            append_transpose(&mut out, map, small.area());
        }
        finish(&mut out[first..]);
    }
    out
}

/// A matrix of so many columns as panels.
fn panels(instructions: Instructions, matrix: &[f32], columns: usize) -> Panels {
    let mut panels = Panels::new(instructions, matrix.len() / columns, columns);
    for (row, numbers) in matrix.chunks_exact(columns).enumerate() {
        panels.set_row(row, numbers);
    }
    panels
}

/// large = patchesᵀ(small·Wᵀ). `finish` is called with each block of output images while they are in cache.
pub fn up(
    instructions: Instructions,
    small: &[f32],
    weight: &[f32],
    geometry: Geometry,
    finish: impl Fn(&mut [f32]),
) -> Vec<f32> {
    let (rows, large) = (small.len() / geometry.small.numbers(), geometry.large);
    let block = images_together(large.area() / geometry.stride.pow(2), rows);
    let [before, after] = border(geometry);
    let mut bordered = Bordered::new(geometry.small, before, after, block);
    let phases = phases(instructions, weight, geometry, &bordered, block);
    // What no weight meets stays zero.
    let mut maps = vec![0.0; block * large.numbers()];
    let mut out = Vec::with_capacity(rows * large.numbers());
    for images in small.chunks(block * geometry.small.numbers()) {
        let count = images.len() / geometry.small.numbers();
        bordered.fill(images);
        for phase in &phases {
            let positions = phase.starts.len() / block * count;
            let left = Lines {
                values: &bordered.values,
                rows: &phase.starts[..positions],
                lines: &phase.lines,
                depth: phase.depth,
                stride: 1,
            };
            multiply_lines(&mut maps, &phase.places[..positions], false, left, &phase.weight);
        }
        let first = out.len();
        for map in maps[..count * large.numbers()].chunks_exact(large.numbers()) {
            append_transpose(&mut out, map, large.area());
        }
        finish(&mut out[first..]);
    }
    out
}

/// Σ over images and positions of patch·smallᵀ: the gradient with respect to the weight, `small channels × weights per
/// channel`.
pub fn weight_gradient(instructions: Instructions, large: &[f32], small: &[f32], geometry: Geometry) -> Vec<f32> {
    let (rows, map) = (large.len() / geometry.large.numbers(), geometry.small);
    let (channels, area) = (map.channels, map.area());
    let block = images_together(area, rows);
    let mut patches = Patches::new(geometry, block);
    let columns = geometry.kernel * geometry.large.channels;
    let starts: Vec<usize> = (0..geometry.kernel)
        .flat_map(|ky| (0..columns).map(move |column| (ky, column)))
        .map(|(ky, column)| patches.large.place(ky, 0) + column)
        .collect();
    let places: Vec<usize> = (0..starts.len()).map(|row| row * channels).collect();
    let mut lines = Vec::with_capacity(block * map.height);
    for image in 0..block {
        let first = patches.starts.iter().step_by(map.width);
        lines.extend(first.map(|start| image * patches.large.numbers + start));
    }
    let mut right = Panels::new(instructions, block * area, channels);
    let mut copy = Channels::new(map);
    let mut sum = vec![0.0; channels * starts.len()];
    let larges = large.chunks(block * geometry.large.numbers());
    for (large, small) in larges.zip(small.chunks(block * map.numbers())) {
        patches.large.fill(large);
        for (index, image) in small.chunks_exact(map.numbers()).enumerate() {
            copy.take(image);
            for columns in right.widths() {
                let first = columns.start * right.rows + index * area * columns.len();
                let target = &mut right.values[first..][..area * columns.len()];
                copy.transpose(columns, 0..area, target);
            }
        }
        let left = Lines {
            values: &patches.large.values,
            rows: &starts,
            lines: &lines[..small.len() / map.numbers() * map.height],
            depth: map.width,
            stride: geometry.stride * geometry.large.channels,
        };
        multiply_lines(&mut sum, &places, true, left, &right);
    }
    by_channel(&sum, geometry)
}

/// The weights as they meet the patches: from `small channels × (large channel, kernel row, kernel column)` to
/// `(kernel row, kernel column, large channel) × small channels`.
fn by_patch(weight: &[f32], geometry: Geometry) -> Vec<f32> {
    let (channels, large, area) = (geometry.small.channels, geometry.large.channels, geometry.kernel.pow(2));
    let (mut lines, mut out) = (Vec::with_capacity(weight.len()), Vec::with_capacity(weight.len()));
    append_transpose(&mut lines, weight, channels);
    for place in 0..geometry.weights_per_channel() {
        let index = place % large * area + place / large;
        out.extend_from_slice(&lines[index * channels..][..channels]);
    }
    out
}

/// The inverse of [`by_patch`].
fn by_channel(weight: &[f32], geometry: Geometry) -> Vec<f32> {
    let (channels, large, area) = (geometry.small.channels, geometry.large.channels, geometry.kernel.pow(2));
    let (mut lines, mut out) = (Vec::with_capacity(weight.len()), Vec::with_capacity(weight.len()));
    for index in 0..geometry.weights_per_channel() {
        let place = index % area * large + index / area;
        lines.extend_from_slice(&weight[place * channels..][..channels]);
    }
    append_transpose(&mut out, &lines, geometry.weights_per_channel());
    out
}
