//! Convolutions on the CPU: patches of a block of images as the rows of a matrix, then one product. While at work the
//! maps have their channels innermost and a border of zeros, so that each line of a patch is one stretch of memory. A
//! block is small enough for its patches to stay in cache.

use super::product::{Matrix, multiply, multiply_add};
use crate::kernels::convolution::{Geometry, Map};
use crate::kernels::vector::vectorised;

/// Numbers of patches in a block: half a megabyte.
const BLOCK: usize = 1 << 17;

/// The block of images being worked on.
struct Block {
    geometry: Geometry,
    images: usize,
    /// `images · small area` rows of (kernel row, kernel column, large channel).
    patches: Vec<f32>,
    /// `images · small area` rows of small channels.
    small: Vec<f32>,
    /// One large map: `height × width × channels` with its border.
    padded: Vec<f32>,
}

impl Block {
    fn new(geometry: Geometry, rows: usize) -> Self {
        let per_image = geometry.weights_per_channel() * geometry.small.area();
        let images = (BLOCK / per_image.max(1)).clamp(1, rows.max(1));
        Self {
            geometry,
            images,
            patches: vec![0.0; images * per_image],
            small: vec![0.0; images * geometry.small.numbers()],
            padded: vec![0.0; geometry.padded().numbers()],
        }
    }

    /// The matrices of `count` images: patches and small maps.
    fn matrices(&mut self, count: usize) -> (&mut [f32], &mut [f32]) {
        let Geometry { small, .. } = self.geometry;
        let inner = self.geometry.weights_per_channel();
        (&mut self.patches[..count * small.area() * inner], &mut self.small[..count * small.numbers()])
    }

    fn small_from(&mut self, images: &[f32]) {
        let map = self.geometry.small;
        for (image, rows) in images.chunks_exact(map.numbers()).zip(self.small.chunks_exact_mut(map.numbers())) {
            transpose(image, rows, map.channels);
        }
    }

    fn small_to(&self, images: &mut [f32]) {
        let map = self.geometry.small;
        for (image, rows) in images.chunks_exact_mut(map.numbers()).zip(self.small.chunks_exact(map.numbers())) {
            transpose(rows, image, map.area());
        }
    }

    /// Gather the patches of large maps.
    fn patches_from(&mut self, images: &[f32]) {
        let Geometry { large, small, padding, .. } = self.geometry;
        let per_image = small.area() * self.geometry.weights_per_channel();
        let padded = self.geometry.padded();
        for (image, patches) in images.chunks_exact(large.numbers()).zip(self.patches.chunks_exact_mut(per_image)) {
            for y in 0..large.height {
                let line = &mut self.padded[((y + padding) * padded.width + padding) * large.channels..];
                interleave(&image[y * large.width..], &mut line[..large.width * large.channels], large);
            }
            gather(self.geometry, &self.padded, patches);
        }
    }

    /// Add the patches up to large maps: the adjoint of gathering them.
    fn patches_to(&mut self, images: &mut [f32]) {
        let Geometry { large, small, padding, .. } = self.geometry;
        let per_image = small.area() * self.geometry.weights_per_channel();
        let padded = self.geometry.padded();
        for (image, patches) in images.chunks_exact_mut(large.numbers()).zip(self.patches.chunks_exact(per_image)) {
            self.padded.fill(0.0);
            scatter(self.geometry, &mut self.padded, patches);
            for y in 0..large.height {
                let line = &self.padded[((y + padding) * padded.width + padding) * large.channels..];
                separate(&line[..large.width * large.channels], &mut image[y * large.width..], large);
            }
        }
    }
}

impl Geometry {
    /// The large map with its border.
    fn padded(self) -> Map {
        let Map { channels, height, width } = self.large;
        Map { channels, height: height + 2 * self.padding, width: width + 2 * self.padding }
    }
}

/// `rows × columns` to `columns × rows`.
fn transpose(source: &[f32], target: &mut [f32], rows: usize) {
    let columns = source.len() / rows;
    for (column, target) in target.chunks_exact_mut(rows).enumerate() {
        for (row, target) in target.iter_mut().enumerate() {
            *target = source[row * columns + column];
        }
    }
}

/// A line of every channel of a map, to `width × channels`; `planes` begins at the line of the first channel.
fn interleave(planes: &[f32], line: &mut [f32], map: Map) {
    if map.channels == 1 {
        return line.copy_from_slice(&planes[..map.width]);
    }
    for (x, pixel) in line.chunks_exact_mut(map.channels).enumerate() {
        for (channel, value) in pixel.iter_mut().enumerate() {
            *value = planes[channel * map.area() + x];
        }
    }
}

/// The way back.
fn separate(line: &[f32], planes: &mut [f32], map: Map) {
    if map.channels == 1 {
        return planes[..map.width].copy_from_slice(line);
    }
    for (channel, plane) in planes.chunks_mut(map.area()).enumerate() {
        for (value, pixel) in plane[..map.width].iter_mut().zip(line.chunks_exact(map.channels)) {
            *value = pixel[channel];
        }
    }
}

/// Where line `ky` of the patch at a position begins in the padded map, and its length.
#[inline(always)]
fn line(geometry: Geometry, position: usize, ky: usize) -> std::ops::Range<usize> {
    let Geometry { large, small, kernel, stride, padding } = geometry;
    let (y, x) = (position / small.width, position % small.width);
    let start = ((y * stride + ky) * (large.width + 2 * padding) + x * stride) * large.channels;
    start..start + kernel * large.channels
}

vectorised! {
    /// Patches of a padded map.
    fn gather(geometry: Geometry, padded: &[f32], patches: &mut [f32]) {
        for (position, patch) in patches.chunks_exact_mut(geometry.weights_per_channel()).enumerate() {
            for (ky, target) in patch.chunks_exact_mut(geometry.kernel * geometry.large.channels).enumerate() {
                target.copy_from_slice(&padded[line(geometry, position, ky)]);
            }
        }
    }
}

vectorised! {
    /// Add patches to a padded map.
    fn scatter(geometry: Geometry, padded: &mut [f32], patches: &[f32]) {
        for (position, patch) in patches.chunks_exact(geometry.weights_per_channel()).enumerate() {
            for (ky, source) in patch.chunks_exact(geometry.kernel * geometry.large.channels).enumerate() {
                for (target, value) in padded[line(geometry, position, ky)].iter_mut().zip(source) {
                    *target += value;
                }
            }
        }
    }
}

/// The weights as they meet the patches: from `small channels × (large channel, kernel row, kernel column)` to
/// `(kernel row, kernel column, large channel) × small channels`.
fn by_patch(weight: &[f32], geometry: Geometry) -> Vec<f32> {
    let (inner, channels) = (geometry.weights_per_channel(), geometry.small.channels);
    let mut out = vec![0.0; weight.len()];
    for (channel, weights) in weight.chunks_exact(inner).enumerate() {
        for (index, value) in weights.iter().enumerate() {
            out[geometry.place(index) * channels + channel] = *value;
        }
    }
    out
}

/// The way back.
fn by_channel(weight: &[f32], geometry: Geometry) -> Vec<f32> {
    let (inner, channels) = (geometry.weights_per_channel(), geometry.small.channels);
    let mut out = vec![0.0; weight.len()];
    for (channel, weights) in out.chunks_exact_mut(inner).enumerate() {
        for (index, value) in weights.iter_mut().enumerate() {
            *value = weight[geometry.place(index) * channels + channel];
        }
    }
    out
}

impl Geometry {
    /// The place in a patch of weight `index` of a channel.
    fn place(self, index: usize) -> usize {
        let area = self.kernel * self.kernel;
        index % area * self.large.channels + index / area
    }
}

/// small = patches(large)·W. `finish` gets some images while they are in cache.
pub fn down(large: &[f32], weight: &[f32], geometry: Geometry, finish: impl Fn(&mut [f32])) -> Vec<f32> {
    let rows = large.len() / geometry.large.numbers();
    let (channels, inner) = (geometry.small.channels, geometry.weights_per_channel());
    let weight = by_patch(weight, geometry);
    let mut out = vec![0.0; rows * geometry.small.numbers()];
    let mut block = Block::new(geometry, rows);
    let inputs = large.chunks(block.images * geometry.large.numbers());
    for (input, output) in inputs.zip(out.chunks_mut(block.images * geometry.small.numbers())) {
        block.patches_from(input);
        let positions = output.len() / channels;
        let (patches, small) = block.matrices(output.len() / geometry.small.numbers());
        multiply(small, Matrix::new(patches, positions, inner), Matrix::new(&weight, inner, channels));
        block.small_to(output);
        finish(output);
    }
    out
}

/// large = patchesᵀ(small·Wᵀ). `finish` gets some images while they are in cache.
pub fn up(small: &[f32], weight: &[f32], geometry: Geometry, finish: impl Fn(&mut [f32])) -> Vec<f32> {
    let rows = small.len() / geometry.small.numbers();
    let (channels, inner) = (geometry.small.channels, geometry.weights_per_channel());
    let weight = by_patch(weight, geometry);
    let mut out = vec![0.0; rows * geometry.large.numbers()];
    let mut block = Block::new(geometry, rows);
    let inputs = small.chunks(block.images * geometry.small.numbers());
    for (input, output) in inputs.zip(out.chunks_mut(block.images * geometry.large.numbers())) {
        block.small_from(input);
        let positions = input.len() / channels;
        let (patches, small) = block.matrices(input.len() / geometry.small.numbers());
        let weight = Matrix::new(&weight, inner, channels).transposed();
        multiply(patches, Matrix::new(small, positions, channels), weight);
        block.patches_to(output);
        finish(output);
    }
    out
}

/// Σ over images and positions of patch·smallᵀ: the gradient by the weight, `small channels × weights per channel`.
pub fn weight_gradient(large: &[f32], small: &[f32], geometry: Geometry) -> Vec<f32> {
    let rows = large.len() / geometry.large.numbers();
    let (channels, inner) = (geometry.small.channels, geometry.weights_per_channel());
    let mut sum = vec![0.0; channels * inner];
    let mut block = Block::new(geometry, rows);
    let larges = large.chunks(block.images * geometry.large.numbers());
    for (large, small) in larges.zip(small.chunks(block.images * geometry.small.numbers())) {
        block.patches_from(large);
        block.small_from(small);
        let positions = small.len() / channels;
        let (patches, small) = block.matrices(small.len() / geometry.small.numbers());
        let patches = Matrix::new(patches, positions, inner).transposed();
        multiply_add(&mut sum, patches, Matrix::new(small, positions, channels));
    }
    by_channel(&sum, geometry)
}
