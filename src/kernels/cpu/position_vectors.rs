//! Convolutions between maps that keep their channels outermost, for few channels: a vector of the processor is as many
//! positions side by side in a row of the small map, and what each weight meets there is read where it lies in the
//! [divided](super::divided) large map. No patch is gathered and no map transposed.

use super::divided::Divided;
use super::vectors::{Instructions, ROWS, Vector, for_tiles};
use crate::kernels::geometry::Geometry;
use crate::kernels::part;

/// Weights of the largest tile of a gradient.
const GRADIENT_WEIGHTS: usize = 6;

impl Instructions {
    /// Channels of the largest tile of a gradient.
    const fn gradient_channels(self) -> usize {
        match self {
            Self::Avx512 => 4,
            Self::Avx2 => 2,
        }
    }
}

/// Vectors of a channel whose products with what the weights meet are summed before other channels' turn: few enough
/// to stay in the first-level cache meanwhile.
const STRETCHES_TOGETHER: usize = 32;

/// The positions of a vector, or as many as are left, of a row of the small map.
#[derive(Clone, Copy)]
struct Stretch {
    /// Where they begin in a channel of the small map.
    place: usize,
    /// Where the first weight meets them in a divided large map.
    met: usize,
    /// Number of positions that are there.
    count: usize,
}

/// Whether they pay: there are too few channels to fill vectors with, and rows fill them.
pub fn pay(instructions: Instructions, geometry: Geometry) -> bool {
    let Geometry { large, small, kernel, .. } = geometry;
    let channels = large.channels.min(small.channels);
    let filled = small.width * 5 >= small.width.next_multiple_of(instructions.lanes()) * 4;
    kernel > 1 && channels <= instructions.lanes() && filled
}

fn stretches(lanes: usize, geometry: Geometry, divided: &Divided) -> Vec<Stretch> {
    let width = geometry.small.width;
    let row = |y: usize| (0..width).step_by(lanes).map(move |x| (y, x));
    let stretch = |(y, x)| Stretch {
        place: y * width + x,
        met: y * geometry.stride * divided.row() + x,
        count: lanes.min(width - x),
    };
    (0..geometry.small.height).flat_map(row).map(stretch).collect()
}

/// Whether all that weights meet lies inside the divided maps.
fn are_inside(lanes: usize, met: &[usize], stretches: &[Stretch], divided: &Divided) -> bool {
    let last = met.iter().max().zip(stretches.iter().map(|stretch| stretch.met).max());
    last.is_none_or(|(weight, stretch)| weight + stretch + lanes <= divided.values.len())
}

/// One tile of the small map.
#[derive(Clone, Copy)]
struct Tile<'a> {
    weight: *const f32,
    /// Where each weight of a channel meets the first position.
    met: &'a [usize],
    large: *const f32,
    stretches: &'a [Stretch],
    out: *mut f32,
    area: usize,
}

/// # Safety
/// The processor has the vector's instructions, and a tile of `C` channels × `N` stretches lies inside the maps.
#[inline(always)]
unsafe fn make<V: Vector, const C: usize, const N: usize>(tile: &Tile) {
    // SAFETY: as asked for. What the weights meet is inside the maps, which have a vector more at their end.
    unsafe {
        let inner = tile.met.len();
        let mut sums = [[V::zero(); N]; C];
        let large: [*const f32; N] = std::array::from_fn(|n| tile.large.wrapping_add(tile.stretches[n].met));
        for (index, &met) in tile.met.iter().enumerate() {
            let mut vectors = [V::zero(); N];
            for (vector, large) in vectors.iter_mut().zip(large) {
                *vector = V::load(large.add(met));
            }
            for (channel, sums) in sums.iter_mut().enumerate() {
                let weight = V::splat(*tile.weight.add(channel * inner + index));
                for (sum, vector) in sums.iter_mut().zip(vectors) {
                    *sum = weight.times_plus(vector, *sum);
                }
            }
        }
        for (channel, sums) in sums.into_iter().enumerate() {
            for (sum, stretch) in sums.into_iter().zip(tile.stretches) {
                sum.store_first(stretch.count, tile.out.add(channel * tile.area + stretch.place));
            }
        }
    }
}

for_tiles! {
    /// The function for a tile of `a` channels × `b` stretches.
    fn maker(Tile) = make, avx512: [1 2 3 4 5 6] [1 2 3 4], avx2: [1 2 3 4 5 6] [1 2]
}

/// small = W·patches(large). `finish` is called with each output image while it is in cache.
///
/// # Panics
/// If the processor has not the instructions.
pub fn down(
    instructions: Instructions,
    large: &[f32],
    weight: &[f32],
    geometry: Geometry,
    finish: impl Fn(&mut [f32]),
) -> Vec<f32> {
    assert!(instructions.are_available());
    let lanes = instructions.lanes();
    let (count, small, inner) =
        (large.len() / geometry.large.numbers(), geometry.small, geometry.weights_per_channel());
    assert_eq!(weight.len(), small.channels * inner);
    let mut divided = Divided::new(geometry, 1);
    let (met, stretches) = (divided.met(), stretches(lanes, geometry, &divided));
    assert!(are_inside(lanes, &met, &stretches, &divided));
    let strips = small.channels.div_ceil(ROWS);
    let mut out: Vec<f32> = Vec::with_capacity(count * small.numbers());
    for image in large.chunks_exact(geometry.large.numbers()) {
        divided.fill(image);
        let first = out.len();
        let output = out.spare_capacity_mut()[..small.numbers()].as_mut_ptr().cast::<f32>();
        for stretches in stretches.chunks(instructions.vectors()) {
            for strip in 0..strips {
                let strip = part(strip, strips, small.channels);
                let tile = Tile {
                    weight: weight.as_ptr().wrapping_add(strip.start * inner),
                    met: &met,
                    large: divided.values.as_ptr(),
                    stretches,
                    out: output.wrapping_add(strip.start * small.area()),
                    area: small.area(),
                };
                // SAFETY: the tile lies inside the maps, and the processor has the instructions, as asserted.
                unsafe { maker(instructions, strip.len(), stretches.len())(&tile) };
            }
        }
        // SAFETY: the tiles have written every channel of every position.
        unsafe { out.set_len(first + small.numbers()) };
        finish(&mut out[first..]);
    }
    out
}

/// One tile of a gradient: some channels' numbers, times what some weights meet.
#[derive(Clone, Copy)]
struct GradientTile<'a> {
    small: *const f32,
    area: usize,
    large: *const f32,
    met: &'a [usize],
    stretches: &'a [Stretch],
    /// A vector of sums for each channel and weight.
    sums: *mut f32,
    inner: usize,
}

/// # Safety
/// The processor has the vector's instructions, and a tile of `C` channels × `W` weights lies inside the maps and the
/// sums.
#[inline(always)]
unsafe fn add_gradient<V: Vector, const C: usize, const W: usize>(tile: &GradientTile) {
    // SAFETY: as asked for; what a mask leaves is inside the maps.
    unsafe {
        let small: [*const f32; C] = std::array::from_fn(|c| tile.small.wrapping_add(c * tile.area));
        let large: [*const f32; W] = std::array::from_fn(|w| tile.large.wrapping_add(tile.met[w]));
        let place = |channel: usize, weight: usize| tile.sums.wrapping_add((channel * tile.inner + weight) * V::LANES);
        let mut sums = [[V::zero(); C]; W];
        for (weight, sums) in sums.iter_mut().enumerate() {
            for (channel, sum) in sums.iter_mut().enumerate() {
                *sum = V::load(place(channel, weight));
            }
        }
        for stretch in tile.stretches {
            let (small, large) =
                (small.map(|small| small.add(stretch.place)), large.map(|large| large.add(stretch.met)));
            if stretch.count == V::LANES {
                add_products(&mut sums, small, large, |place| V::load(place));
            } else {
                let mask = V::first(stretch.count);
                add_products(&mut sums, small, large, |place| V::load_some(mask, place));
            }
        }
        for (weight, sums) in sums.into_iter().enumerate() {
            for (channel, sum) in sums.into_iter().enumerate() {
                sum.store(place(channel, weight));
            }
        }
    }
}

/// Add the products of each channel's vector with what each weight meets.
///
/// # Safety
/// The processor has the vector's instructions.
#[inline(always)]
unsafe fn add_products<V: Vector, const C: usize, const W: usize>(
    sums: &mut [[V; C]; W],
    small: [*const f32; C],
    large: [*const f32; W],
    load: impl Fn(*const f32) -> V,
) {
    let numbers = small.map(&load);
    for (sums, large) in sums.iter_mut().zip(large) {
        let met = load(large);
        for (sum, numbers) in sums.iter_mut().zip(numbers) {
            // SAFETY: as asked for.
            *sum = unsafe { numbers.times_plus(met, *sum) };
        }
    }
}

for_tiles! {
    /// The function for a tile of `a` channels × `b` weights.
    fn gradient_adder(GradientTile) = add_gradient, avx512: [1 2 3 4] [1 2 3 4 5 6], avx2: [1 2] [1 2 3 4 5 6]
}

/// Σ over images of small·patchesᵀ: the gradient with respect to the weight, `small channels × weights per channel`.
///
/// # Panics
/// If the processor has not the instructions.
pub fn weight_gradient(instructions: Instructions, large: &[f32], small: &[f32], geometry: Geometry) -> Vec<f32> {
    assert!(instructions.are_available());
    let lanes = instructions.lanes();
    let (map, inner) = (geometry.small, geometry.weights_per_channel());
    let count = small.len() / map.numbers();
    assert!(small.len() == count * map.numbers() && large.len() == count * geometry.large.numbers());
    let mut divided = Divided::new(geometry, 1);
    let (met, stretches) = (divided.met(), stretches(lanes, geometry, &divided));
    assert!(are_inside(lanes, &met, &stretches, &divided));
    let (channel_strips, weight_strips) =
        (map.channels.div_ceil(instructions.gradient_channels()), inner.div_ceil(GRADIENT_WEIGHTS));
    let mut sums = vec![0.0; map.channels * inner * lanes];
    for (large, small) in large.chunks_exact(geometry.large.numbers()).zip(small.chunks_exact(map.numbers())) {
        divided.fill(large);
        for stretches in stretches.chunks(STRETCHES_TOGETHER) {
            for channels in 0..channel_strips {
                let channels = part(channels, channel_strips, map.channels);
                for weights in 0..weight_strips {
                    let weights = part(weights, weight_strips, inner);
                    let tile = GradientTile {
                        small: small.as_ptr().wrapping_add(channels.start * map.area()),
                        area: map.area(),
                        large: divided.values.as_ptr(),
                        met: &met[weights.clone()],
                        stretches,
                        sums: sums.as_mut_ptr().wrapping_add((channels.start * inner + weights.start) * lanes),
                        inner,
                    };
                    // SAFETY: the tile lies inside the maps and sums, and the processor has the instructions, as
                    // asserted.
                    unsafe { gradient_adder(instructions, channels.len(), weights.len())(&tile) };
                }
            }
        }
    }
    sums.chunks_exact(lanes).map(|lanes| lanes.iter().sum()).collect()
}
