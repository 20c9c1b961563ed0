//! Convolutions on the CPU: patches of a block of images side by side, then one product. The block is small enough for
//! its patches to stay in cache.

use super::product::{Matrix, multiply, multiply_add};
use crate::kernels::convolution::Geometry;

/// Numbers of patches in a block: half a megabyte.
const BLOCK: usize = 1 << 17;

/// The block of images being worked on.
struct Block {
    geometry: Geometry,
    images: usize,
    /// `weights per channel × (images · small area)`.
    patches: Vec<f32>,
    /// `small channels × (images · small area)`.
    small: Vec<f32>,
}

impl Block {
    fn new(geometry: Geometry, rows: usize) -> Self {
        let per_image = geometry.weights_per_channel() * geometry.small.area();
        let images = (BLOCK / per_image.max(1)).clamp(1, rows.max(1));
        let patches = vec![0.0; images * per_image];
        Self { geometry, images, patches, small: vec![0.0; images * geometry.small.numbers()] }
    }

    /// Columns of both matrices for `count` images.
    fn columns(&self, count: usize) -> usize {
        count * self.geometry.small.area()
    }

    /// Copy between the small maps of images and the block's matrix.
    fn small_from(&mut self, images: &[f32]) {
        let (area, channels) = (self.geometry.small.area(), self.geometry.small.channels);
        let columns = images.len() / channels;
        for (index, map) in images.chunks_exact(channels * area).enumerate() {
            for (channel, values) in map.chunks_exact(area).enumerate() {
                self.small[channel * columns + index * area..][..area].copy_from_slice(values);
            }
        }
    }

    fn small_to(&self, images: &mut [f32]) {
        let (area, channels) = (self.geometry.small.area(), self.geometry.small.channels);
        let columns = images.len() / channels;
        for (index, map) in images.chunks_exact_mut(channels * area).enumerate() {
            for (channel, values) in map.chunks_exact_mut(area).enumerate() {
                values.copy_from_slice(&self.small[channel * columns + index * area..][..area]);
            }
        }
    }

    /// Gather the patches of large maps; outside of a map there are zeros.
    fn patches_from(&mut self, images: &[f32]) {
        let geometry = self.geometry;
        let columns = self.columns(images.len() / geometry.large.numbers());
        let patches = &mut self.patches[..geometry.weights_per_channel() * columns];
        for (row, column, source, run) in runs(geometry, images.len() / geometry.large.numbers()) {
            let target = &mut patches[row * columns + column..][..geometry.small.width];
            target.fill(0.0);
            let target = &mut target[run.clone()];
            if geometry.stride == 1 {
                target.copy_from_slice(&images[source..][..target.len()]);
            } else {
                for (target, value) in target.iter_mut().zip(images[source..].iter().step_by(geometry.stride)) {
                    *target = *value;
                }
            }
        }
        // Rows of patches that lie wholly outside are not among the runs.
        blank_rows(geometry, images.len() / geometry.large.numbers(), |row, column| {
            patches[row * columns + column..][..geometry.small.width].fill(0.0);
        });
    }

    /// Add the patches to large maps: the adjoint of gathering them.
    fn patches_to(&self, images: &mut [f32]) {
        let geometry = self.geometry;
        let count = images.len() / geometry.large.numbers();
        let columns = self.columns(count);
        for (row, column, target, run) in runs(geometry, count) {
            let source = &self.patches[row * columns + column..][..geometry.small.width][run];
            for (value, target) in source.iter().zip(images[target..].iter_mut().step_by(geometry.stride)) {
                *target += *value;
            }
        }
    }
}

/// For a line of output positions and a kernel offset: the offset in the large map where the line of the kernel's row
/// starts, or `None` where it lies above or below the map.
fn line(geometry: Geometry, y: usize, offset: usize) -> Option<usize> {
    (y * geometry.stride + offset).checked_sub(geometry.padding).filter(|&row| row < geometry.large.height)
}

/// Every stretch of a line that lies inside the large maps: row and first column in the matrix of patches, first index
/// in the images, and the part of the line.
fn runs(geometry: Geometry, images: usize) -> impl Iterator<Item = (usize, usize, usize, std::ops::Range<usize>)> {
    let Geometry { large, small, kernel, stride, padding } = geometry;
    (0..geometry.weights_per_channel()).flat_map(move |row| {
        let (channel, ky, kx) = (row / (kernel * kernel), row / kernel % kernel, row % kernel);
        // Positions x with 0 ≤ x·stride + kx − padding < width.
        let first = padding.saturating_sub(kx).div_ceil(stride).min(small.width);
        let end = (large.width + padding).saturating_sub(kx).div_ceil(stride).clamp(first, small.width);
        (0..images).flat_map(move |image| {
            (0..small.height).filter_map(move |y| {
                let line = line(geometry, y, ky)?;
                (first < end).then(|| {
                    let start = first * stride + kx - padding;
                    let source = image * large.numbers() + channel * large.area() + line * large.width + start;
                    (row, image * small.area() + y * small.width, source, first..end)
                })
            })
        })
    })
}

/// Every line of patches that touches no pixel.
fn blank_rows(geometry: Geometry, images: usize, mut blank: impl FnMut(usize, usize)) {
    let Geometry { large, small, kernel, stride, padding } = geometry;
    for row in 0..geometry.weights_per_channel() {
        let (ky, kx) = (row / kernel % kernel, row % kernel);
        let first = padding.saturating_sub(kx).div_ceil(stride).min(small.width);
        let end = (large.width + padding).saturating_sub(kx).div_ceil(stride).clamp(first, small.width);
        for y in 0..small.height {
            if first == end || line(geometry, y, ky).is_none() {
                (0..images).for_each(|image| blank(row, image * small.area() + y * small.width));
            }
        }
    }
}

/// small = W·patches(large).
pub fn down(large: &[f32], weight: &[f32], geometry: Geometry) -> Vec<f32> {
    let rows = large.len() / geometry.large.numbers();
    let (channels, inner) = (geometry.small.channels, geometry.weights_per_channel());
    let mut out = vec![0.0; rows * geometry.small.numbers()];
    let mut block = Block::new(geometry, rows);
    let inputs = large.chunks(block.images * geometry.large.numbers());
    for (input, output) in inputs.zip(out.chunks_mut(block.images * geometry.small.numbers())) {
        block.patches_from(input);
        let columns = output.len() / channels;
        let patches = Matrix::new(&block.patches[..inner * columns], inner, columns);
        multiply(&mut block.small[..channels * columns], Matrix::new(weight, channels, inner), patches);
        block.small_to(output);
    }
    out
}

/// large = patchesᵀ(Wᵀ·small).
pub fn up(small: &[f32], weight: &[f32], geometry: Geometry) -> Vec<f32> {
    let rows = small.len() / geometry.small.numbers();
    let (channels, inner) = (geometry.small.channels, geometry.weights_per_channel());
    let mut out = vec![0.0; rows * geometry.large.numbers()];
    let mut block = Block::new(geometry, rows);
    let inputs = small.chunks(block.images * geometry.small.numbers());
    for (input, output) in inputs.zip(out.chunks_mut(block.images * geometry.large.numbers())) {
        block.small_from(input);
        let columns = input.len() / channels;
        let small = Matrix::new(&block.small[..channels * columns], channels, columns);
        multiply(&mut block.patches[..inner * columns], Matrix::new(weight, channels, inner).transposed(), small);
        block.patches_to(output);
    }
    out
}

/// Σ over images of small·patches(large)ᵀ: the gradient by the weight, `small channels × weights per channel`.
pub fn weight_gradient(large: &[f32], small: &[f32], geometry: Geometry) -> Vec<f32> {
    let rows = large.len() / geometry.large.numbers();
    let (channels, inner) = (geometry.small.channels, geometry.weights_per_channel());
    let mut out = vec![0.0; channels * inner];
    let mut block = Block::new(geometry, rows);
    let larges = large.chunks(block.images * geometry.large.numbers());
    for (large, small) in larges.zip(small.chunks(block.images * geometry.small.numbers())) {
        block.patches_from(large);
        block.small_from(small);
        let columns = small.len() / channels;
        let small = Matrix::new(&block.small[..channels * columns], channels, columns);
        let patches = Matrix::new(&block.patches[..inner * columns], inner, columns);
        multiply_add(&mut out, small, patches.transposed());
    }
    out
}
