//! Convolutions on the CPU: the patches of a block of images are gathered as the rows of a matrix, for one matrix
//! product. During the computation the channels of a map are innermost and the map has a border of zeros, so that each
//! line of a patch is contiguous in memory. A block is small enough for its patches to stay in cache.

use super::product::{Matrix, multiply, multiply_add};
use super::transpose::transpose;
use crate::kernels::geometry::{Geometry, Map};
use crate::kernels::vector::vectorised;
use std::cell::Cell;

/// Number of values of a block's patches: half a megabyte.
const BLOCK: usize = 1 << 17;

thread_local! {
    /// Memory for the patches, reused from block to block.
    static PATCHES: Cell<Vec<f32>> = const { Cell::new(Vec::new()) };
}

/// The block of images being worked on.
struct Block {
    geometry: Geometry,
    images: usize,
    /// `images · small area` rows of (kernel row, kernel column, large channel).
    patches: Vec<f32>,
    /// `images · small area` rows of small channels.
    small: Vec<f32>,
    /// One large map: `height × width × channels`.
    large: Vec<f32>,
    /// The large map with its border of zeros.
    padded: Vec<f32>,
}

impl Block {
    fn new(geometry: Geometry, rows: usize) -> Self {
        let per_image = geometry.weights_per_channel() * geometry.small.area();
        let images = (BLOCK / per_image.max(1)).clamp(1, rows.max(1));
        let mut patches = PATCHES.take();
        patches.resize(images * per_image, 0.0);
        Self {
            geometry,
            images,
            patches,
            small: vec![0.0; images * geometry.small.numbers()],
            large: vec![0.0; geometry.large.numbers()],
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
            transpose(image, &mut self.large, large.channels);
            for (y, line) in self.large.chunks_exact(large.width * large.channels).enumerate() {
                let start = ((y + padding) * padded.width + padding) * large.channels;
                self.padded[start..start + line.len()].copy_from_slice(line);
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
            for (y, line) in self.large.chunks_exact_mut(large.width * large.channels).enumerate() {
                let start = ((y + padding) * padded.width + padding) * large.channels;
                line.copy_from_slice(&self.padded[start..start + line.len()]);
            }
            transpose(&self.large, image, large.area());
        }
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        PATCHES.set(std::mem::take(&mut self.patches));
    }
}

impl Geometry {
    /// The large map with its border.
    fn padded(self) -> Map {
        let Map { channels, height, width } = self.large;
        Map { channels, height: height + 2 * self.padding, width: width + 2 * self.padding }
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
    let channels = geometry.small.channels;
    let (mut lines, mut out) = (vec![0.0; weight.len()], vec![0.0; weight.len()]);
    transpose(weight, &mut lines, channels);
    for (index, line) in lines.chunks_exact(channels).enumerate() {
        out[geometry.place(index) * channels..][..channels].copy_from_slice(line);
    }
    out
}

/// The inverse of [`by_patch`].
fn by_channel(weight: &[f32], geometry: Geometry) -> Vec<f32> {
    let (inner, channels) = (geometry.weights_per_channel(), geometry.small.channels);
    let (mut lines, mut out) = (vec![0.0; weight.len()], vec![0.0; weight.len()]);
    for (index, line) in lines.chunks_exact_mut(channels).enumerate() {
        line.copy_from_slice(&weight[geometry.place(index) * channels..][..channels]);
    }
    transpose(&lines, &mut out, inner);
    out
}

impl Geometry {
    /// The place in a patch of weight `index` of a channel.
    fn place(self, index: usize) -> usize {
        let area = self.kernel * self.kernel;
        index % area * self.large.channels + index / area
    }
}

/// More numbers at the end, in cache as they are needed.
fn grow(numbers: &mut Vec<f32>, count: usize) -> &mut [f32] {
    let end = numbers.len();
    numbers.resize(end + count, 0.0);
    &mut numbers[end..]
}

/// small = patches(large)·W. `finish` is called with each block of output images while they are in cache.
pub fn down(large: &[f32], weight: &[f32], geometry: Geometry, finish: impl Fn(&mut [f32])) -> Vec<f32> {
    let rows = large.len() / geometry.large.numbers();
    let (channels, inner) = (geometry.small.channels, geometry.weights_per_channel());
    let weight = by_patch(weight, geometry);
    let mut out = Vec::with_capacity(rows * geometry.small.numbers());
    let mut block = Block::new(geometry, rows);
    for input in large.chunks(block.images * geometry.large.numbers()) {
        let output = grow(&mut out, input.len() / geometry.large.numbers() * geometry.small.numbers());
        block.patches_from(input);
        let positions = output.len() / channels;
        let (patches, small) = block.matrices(output.len() / geometry.small.numbers());
        multiply(small, Matrix::new(patches, positions, inner), Matrix::new(&weight, inner, channels));
        block.small_to(output);
        finish(output);
    }
    out
}

/// large = patchesᵀ(small·Wᵀ). `finish` is called with each block of output images while they are in cache.
pub fn up(small: &[f32], weight: &[f32], geometry: Geometry, finish: impl Fn(&mut [f32])) -> Vec<f32> {
    let rows = small.len() / geometry.small.numbers();
    let (channels, inner) = (geometry.small.channels, geometry.weights_per_channel());
    let weight = by_patch(weight, geometry);
    let mut out = Vec::with_capacity(rows * geometry.large.numbers());
    let mut block = Block::new(geometry, rows);
    for input in small.chunks(block.images * geometry.small.numbers()) {
        let output = grow(&mut out, input.len() / geometry.small.numbers() * geometry.large.numbers());
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

/// Σ over images and positions of patch·smallᵀ: the gradient with respect to the weight, `small channels × weights per
/// channel`.
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
