//! Convolutions on any processor: matrix products with the patches of a block of images, which have a row for each
//! weight of a channel and a column for each position. All maps keep their channels outermost.

use super::divided::{Divided, SLACK};
use super::product::{Matrix, multiply, multiply_add};
use crate::kernels::geometry::{Geometry, Map};
use crate::kernels::vector::vectorised;

/// Positions of small maps that are worked on together, at least, if there are as many.
const POSITIONS: usize = 64;

/// The number of images whose small maps have enough positions together.
fn images_together(area: usize, images: usize) -> usize {
    POSITIONS.div_ceil(area).clamp(1, images.max(1))
}

/// The patches of a block of images.
struct Patches {
    geometry: Geometry,
    /// `weights per channel × (images · small area)`; empty where the large maps are their own patches.
    values: Vec<f32>,
    large: Divided,
    places: Places,
}

impl Patches {
    fn new(geometry: Geometry, images: usize) -> Self {
        let Geometry { kernel, stride, padding, .. } = geometry;
        let is_plain = (kernel, stride, padding, images) == (1, 1, 0, 1);
        let numbers = geometry.weights_per_channel() * images * geometry.small.area();
        let values = if is_plain { Vec::new() } else { vec![0.0; numbers + SLACK] };
        let large = Divided::new(geometry, if is_plain { 0 } else { images });
        let places =
            Places { met: large.met(), small: geometry.small, row: stride * large.row(), image: large.image() };
        Self { geometry, values, large, places }
    }

    /// Rows and columns of the patches of some large maps.
    fn shape(&self, images: &[f32]) -> [usize; 2] {
        let Geometry { large, small, .. } = self.geometry;
        [self.geometry.weights_per_channel(), images.len() / large.numbers() * small.area()]
    }

    /// The patches of large maps.
    fn of<'a>(&'a mut self, images: &'a [f32]) -> Matrix<'a> {
        let [rows, columns] = self.shape(images);
        if self.values.is_empty() {
            return Matrix::new(images, rows, columns);
        }
        self.large.fill(images);
        gather(&self.places, columns, &self.large.values, &mut self.values);
        Matrix::new(&self.values[..rows * columns], rows, columns)
    }

    /// The large maps to which the patches a·b add up: the adjoint of [`Self::of`].
    fn add_product(&mut self, images: &mut [f32], a: Matrix, b: Matrix) {
        let [rows, columns] = self.shape(images);
        if self.values.is_empty() {
            return multiply(images, a, b);
        }
        multiply(&mut self.values[..rows * columns], a, b);
        self.large.values.fill(0.0);
        scatter(&self.places, columns, &self.values, &mut self.large.values);
        self.large.write(images);
    }
}

/// Small maps of a block of images with a row for each channel: `channels × (images · area)`.
struct Rows {
    map: Map,
    /// Empty for one image, whose rows are these already.
    values: Vec<f32>,
}

impl Rows {
    fn new(map: Map, images: usize) -> Self {
        Self { map, values: if images > 1 { vec![0.0; images * map.numbers()] } else { Vec::new() } }
    }

    /// The rows of some images.
    fn of<'a>(&'a mut self, images: &'a [f32]) -> Matrix<'a> {
        let (channels, area) = (self.map.channels, self.map.area());
        let columns = images.len() / channels;
        if self.values.is_empty() {
            return Matrix::new(images, channels, columns);
        }
        for (index, numbers) in images.chunks_exact(area).enumerate() {
            let place = index % channels * columns + index / channels * area;
            self.values[place..][..area].copy_from_slice(numbers);
        }
        Matrix::new(&self.values[..images.len()], channels, columns)
    }

    /// The images whose rows are a·b.
    fn write_product(&mut self, images: &mut [f32], a: Matrix, b: Matrix) {
        if self.values.is_empty() {
            return multiply(images, a, b);
        }
        multiply(&mut self.values[..images.len()], a, b);
        let (channels, area) = (self.map.channels, self.map.area());
        let columns = images.len() / channels;
        for (index, numbers) in images.chunks_exact_mut(area).enumerate() {
            let place = index % channels * columns + index / channels * area;
            numbers.copy_from_slice(&self.values[place..][..area]);
        }
    }
}

/// Where patches lie in divided maps.
struct Places {
    /// Where each weight meets its first position.
    met: Vec<usize>,
    small: Map,
    /// Numbers from one row of positions to the next, and from one image to the next.
    row: usize,
    image: usize,
}

impl Places {
    /// Where each row of a weight's positions lies among its patches, of `columns` positions in all, and in the divided
    /// maps.
    #[inline(always)]
    fn of(&self, weight: usize, columns: usize) -> impl Iterator<Item = (usize, usize)> {
        let Map { height, width, .. } = self.small;
        let (row, image, patches, divided) = (self.row, self.image, weight * columns, self.met[weight]);
        (0..columns / (height * width)).flat_map(move |index| {
            (0..height).map(move |y| (patches + (index * height + y) * width, divided + index * image + y * row))
        })
    }
}

vectorised! {
    fn gather(places: &Places, columns: usize, divided: &[f32], patches: &mut [f32]) {
        for weight in 0..places.met.len() {
            for (target, source) in places.of(weight, columns) {
                // What is moved too much is overwritten by what comes next.
                for x in (0..places.small.width).step_by(SLACK) {
                    let numbers: &[f32; SLACK] = divided[source + x..].first_chunk().expect("slack at the end");
                    *patches[target + x..].first_chunk_mut().expect("slack at the end") = *numbers;
                }
            }
        }
    }
}

vectorised! {
    /// The adjoint of [`gather`].
    fn scatter(places: &Places, columns: usize, patches: &[f32], divided: &mut [f32]) {
        let width = places.small.width;
        for weight in 0..places.met.len() {
            for (source, target) in places.of(weight, columns) {
                for x in (0..width).step_by(SLACK) {
                    let numbers: &[f32; SLACK] = patches[source + x..].first_chunk().expect("slack at the end");
                    let sums: &mut [f32; SLACK] = divided[target + x..].first_chunk_mut().expect("slack at the end");
                    for lane in 0..SLACK {
                        sums[lane] += if x + lane < width { numbers[lane] } else { 0.0 };
                    }
                }
            }
        }
    }
}

/// More numbers at the end, in cache as they are needed.
fn grow(numbers: &mut Vec<f32>, count: usize) -> &mut [f32] {
    let end = numbers.len();
    numbers.resize(end + count, 0.0);
    &mut numbers[end..]
}

/// small = W·patches(large). `finish` is called with each block of output images while they are in cache.
pub fn down(large: &[f32], weight: &[f32], geometry: Geometry, finish: impl Fn(&mut [f32])) -> Vec<f32> {
    let (count, small) = (large.len() / geometry.large.numbers(), geometry.small);
    let weight = Matrix::new(weight, small.channels, geometry.weights_per_channel());
    let block = images_together(small.area(), count);
    let (mut patches, mut rows) = (Patches::new(geometry, block), Rows::new(small, block));
    let mut out = Vec::with_capacity(count * small.numbers());
    for images in large.chunks(block * geometry.large.numbers()) {
        let output = grow(&mut out, images.len() / geometry.large.numbers() * small.numbers());
        rows.write_product(output, weight, patches.of(images));
        finish(output);
    }
    out
}

/// large = patchesᵀ(Wᵀ·small). `finish` is called with each block of output images while they are in cache.
pub fn up(small: &[f32], weight: &[f32], geometry: Geometry, finish: impl Fn(&mut [f32])) -> Vec<f32> {
    let (map, large) = (geometry.small, geometry.large);
    let count = small.len() / map.numbers();
    let weight = Matrix::new(weight, map.channels, geometry.weights_per_channel()).transposed();
    let block = images_together(map.area(), count);
    let (mut patches, mut rows) = (Patches::new(geometry, block), Rows::new(map, block));
    let mut out = Vec::with_capacity(count * large.numbers());
    for images in small.chunks(block * map.numbers()) {
        let output = grow(&mut out, images.len() / map.numbers() * large.numbers());
        patches.add_product(output, weight, rows.of(images));
        finish(output);
    }
    out
}

/// Σ over images of small·patchesᵀ: the gradient with respect to the weight, `small channels × weights per channel`.
pub fn weight_gradient(large: &[f32], small: &[f32], geometry: Geometry) -> Vec<f32> {
    let map = geometry.small;
    let block = images_together(map.area(), small.len() / map.numbers());
    let (mut patches, mut rows) = (Patches::new(geometry, block), Rows::new(map, block));
    let mut sum = vec![0.0; map.channels * geometry.weights_per_channel()];
    let larges = large.chunks(block * geometry.large.numbers());
    for (large, small) in larges.zip(small.chunks(block * map.numbers())) {
        multiply_add(&mut sum, rows.of(small), patches.of(large).transposed());
    }
    sum
}
