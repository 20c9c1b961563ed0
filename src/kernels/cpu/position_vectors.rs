//! Convolutions with AVX-512 between maps that keep their channels outermost, for few channels: a vector is 16
//! positions side by side in a row of the small map, and what each weight meets there is read where it lies in the
//! [divided](super::divided) large map. No patch is gathered and no map transposed.

use super::convolution::grow;
use super::divided::Divided;
use super::tiles::part;
use crate::kernels::geometry::Geometry;
use std::arch::x86_64::{
    __mmask16, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_mask_storeu_ps, _mm512_maskz_loadu_ps, _mm512_set1_ps,
    _mm512_setzero_ps, _mm512_storeu_ps,
};

/// Numbers in a vector.
const LANES: usize = 16;

/// Vectors and channels of the largest tile of a map.
const VECTORS: usize = 4;
const CHANNELS: usize = 6;

/// Channels and weights of the largest tile of a gradient.
const GRADIENT_CHANNELS: usize = 4;
const GRADIENT_WEIGHTS: usize = 6;

/// Vectors of a channel whose products with what the weights meet are summed before other channels' turn: few enough
/// to stay in the first-level cache meanwhile.
const STRETCHES_TOGETHER: usize = 32;

/// Up to 16 positions of a row of the small map.
#[derive(Clone, Copy)]
struct Stretch {
    /// Where they begin in a channel of the small map.
    place: usize,
    /// Where the first weight meets them in a divided large map.
    met: usize,
    /// The positions that are there.
    mask: __mmask16,
}

/// Whether they pay: the processor has them, there are too few channels to fill vectors with, and rows fill them.
pub fn pay(geometry: Geometry) -> bool {
    let Geometry { large, small, kernel, .. } = geometry;
    let channels = large.channels.min(small.channels);
    let filled = small.width * 5 >= small.width.next_multiple_of(LANES) * 4;
    std::arch::is_x86_feature_detected!("avx512f") && kernel > 1 && channels <= LANES && filled
}

fn stretches(geometry: Geometry, divided: &Divided) -> Vec<Stretch> {
    let width = geometry.small.width;
    let row = |y: usize| (0..width).step_by(LANES).map(move |x| (y, x));
    let stretch = |(y, x)| Stretch {
        place: y * width + x,
        met: y * geometry.stride * divided.row() + x,
        mask: !0 >> (LANES - LANES.min(width - x)),
    };
    (0..geometry.small.height).flat_map(row).map(stretch).collect()
}

/// Whether all that weights meet lies inside the divided maps.
fn are_inside(met: &[usize], stretches: &[Stretch], divided: &Divided) -> bool {
    let last = met.iter().max().zip(stretches.iter().map(|stretch| stretch.met).max());
    last.is_none_or(|(weight, stretch)| weight + stretch + LANES <= divided.values.len())
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
/// The processor has AVX-512, and a tile of `C` channels × `V` stretches lies inside the maps.
#[target_feature(enable = "avx512f")]
unsafe fn make<const C: usize, const V: usize>(tile: &Tile) {
    let inner = tile.met.len();
    let mut sums = [[_mm512_setzero_ps(); V]; C];
    let large: [*const f32; V] = std::array::from_fn(|v| tile.large.wrapping_add(tile.stretches[v].met));
    for (index, &met) in tile.met.iter().enumerate() {
        let mut vectors = [_mm512_setzero_ps(); V];
        for (vector, large) in vectors.iter_mut().zip(large) {
            // SAFETY: what the weights meet is inside the maps, which have a vector more at their end.
            *vector = unsafe { _mm512_loadu_ps(large.add(met)) };
        }
        for (channel, sums) in sums.iter_mut().enumerate() {
            // SAFETY: inside the weights.
            let weight = _mm512_set1_ps(unsafe { *tile.weight.add(channel * inner + index) });
            for (sum, vector) in sums.iter_mut().zip(vectors) {
                *sum = _mm512_fmadd_ps(weight, vector, *sum);
            }
        }
    }
    for (channel, sums) in sums.into_iter().enumerate() {
        for (sum, stretch) in sums.into_iter().zip(tile.stretches) {
            // SAFETY: the mask leaves what is there.
            unsafe { _mm512_mask_storeu_ps(tile.out.add(channel * tile.area + stretch.place), stretch.mask, sum) };
        }
    }
}

/// By channels and vectors, less one.
static MAKE: [[unsafe fn(&Tile); VECTORS]; CHANNELS] = [
    [make::<1, 1>, make::<1, 2>, make::<1, 3>, make::<1, 4>],
    [make::<2, 1>, make::<2, 2>, make::<2, 3>, make::<2, 4>],
    [make::<3, 1>, make::<3, 2>, make::<3, 3>, make::<3, 4>],
    [make::<4, 1>, make::<4, 2>, make::<4, 3>, make::<4, 4>],
    [make::<5, 1>, make::<5, 2>, make::<5, 3>, make::<5, 4>],
    [make::<6, 1>, make::<6, 2>, make::<6, 3>, make::<6, 4>],
];

/// small = W·patches(large). `finish` is called with each output image while it is in cache.
///
/// # Panics
/// If the processor has no AVX-512.
pub fn down(large: &[f32], weight: &[f32], geometry: Geometry, finish: impl Fn(&mut [f32])) -> Vec<f32> {
    assert!(std::arch::is_x86_feature_detected!("avx512f"));
    let (count, small, inner) =
        (large.len() / geometry.large.numbers(), geometry.small, geometry.weights_per_channel());
    assert_eq!(weight.len(), small.channels * inner);
    let mut divided = Divided::new(geometry, 1);
    let (met, stretches) = (divided.met(), stretches(geometry, &divided));
    assert!(are_inside(&met, &stretches, &divided));
    let strips = small.channels.div_ceil(CHANNELS);
    let mut out = Vec::with_capacity(count * small.numbers());
    for image in large.chunks_exact(geometry.large.numbers()) {
        divided.fill(image);
        let output = grow(&mut out, small.numbers());
        for stretches in stretches.chunks(VECTORS) {
            for strip in 0..strips {
                let strip = part(strip, strips, small.channels);
                let tile = Tile {
                    weight: weight.as_ptr().wrapping_add(strip.start * inner),
                    met: &met,
                    large: divided.values.as_ptr(),
                    stretches,
                    out: output.as_mut_ptr().wrapping_add(strip.start * small.area()),
                    area: small.area(),
                };
                // SAFETY: the tile lies inside the maps, as asserted, and the processor has AVX-512.
                unsafe { MAKE[strip.len() - 1][stretches.len() - 1](&tile) };
            }
        }
        finish(output);
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
/// The processor has AVX-512, and a tile of `C` channels × `W` weights lies inside the maps and the sums.
#[target_feature(enable = "avx512f")]
unsafe fn add_gradient<const C: usize, const W: usize>(tile: &GradientTile) {
    let small: [*const f32; C] = std::array::from_fn(|c| tile.small.wrapping_add(c * tile.area));
    let large: [*const f32; W] = std::array::from_fn(|w| tile.large.wrapping_add(tile.met[w]));
    let place = |channel: usize, weight: usize| tile.sums.wrapping_add((channel * tile.inner + weight) * LANES);
    let mut sums = [[_mm512_setzero_ps(); C]; W];
    for (weight, sums) in sums.iter_mut().enumerate() {
        for (channel, sum) in sums.iter_mut().enumerate() {
            // SAFETY: inside the sums, as asked for.
            *sum = unsafe { _mm512_loadu_ps(place(channel, weight)) };
        }
    }
    for stretch in tile.stretches {
        let mut numbers = [_mm512_setzero_ps(); C];
        for (numbers, small) in numbers.iter_mut().zip(small) {
            // SAFETY: what the mask leaves is inside the maps.
            *numbers = unsafe { _mm512_maskz_loadu_ps(stretch.mask, small.add(stretch.place)) };
        }
        for (sums, large) in sums.iter_mut().zip(large) {
            // SAFETY: as above.
            let met = unsafe { _mm512_maskz_loadu_ps(stretch.mask, large.add(stretch.met)) };
            for (sum, numbers) in sums.iter_mut().zip(numbers) {
                *sum = _mm512_fmadd_ps(numbers, met, *sum);
            }
        }
    }
    for (weight, sums) in sums.into_iter().enumerate() {
        for (channel, sum) in sums.into_iter().enumerate() {
            // SAFETY: as above.
            unsafe { _mm512_storeu_ps(place(channel, weight), sum) };
        }
    }
}

/// By channels and weights, less one.
static ADD_GRADIENT: [[unsafe fn(&GradientTile); GRADIENT_WEIGHTS]; GRADIENT_CHANNELS] = [
    [
        add_gradient::<1, 1>,
        add_gradient::<1, 2>,
        add_gradient::<1, 3>,
        add_gradient::<1, 4>,
        add_gradient::<1, 5>,
        add_gradient::<1, 6>,
    ],
    [
        add_gradient::<2, 1>,
        add_gradient::<2, 2>,
        add_gradient::<2, 3>,
        add_gradient::<2, 4>,
        add_gradient::<2, 5>,
        add_gradient::<2, 6>,
    ],
    [
        add_gradient::<3, 1>,
        add_gradient::<3, 2>,
        add_gradient::<3, 3>,
        add_gradient::<3, 4>,
        add_gradient::<3, 5>,
        add_gradient::<3, 6>,
    ],
    [
        add_gradient::<4, 1>,
        add_gradient::<4, 2>,
        add_gradient::<4, 3>,
        add_gradient::<4, 4>,
        add_gradient::<4, 5>,
        add_gradient::<4, 6>,
    ],
];

/// Σ over images of small·patchesᵀ: the gradient with respect to the weight, `small channels × weights per channel`.
///
/// # Panics
/// If the processor has no AVX-512.
pub fn weight_gradient(large: &[f32], small: &[f32], geometry: Geometry) -> Vec<f32> {
    assert!(std::arch::is_x86_feature_detected!("avx512f"));
    let (map, inner) = (geometry.small, geometry.weights_per_channel());
    let count = small.len() / map.numbers();
    assert!(small.len() == count * map.numbers() && large.len() == count * geometry.large.numbers());
    let mut divided = Divided::new(geometry, 1);
    let (met, stretches) = (divided.met(), stretches(geometry, &divided));
    assert!(are_inside(&met, &stretches, &divided));
    let (channel_strips, weight_strips) = (map.channels.div_ceil(GRADIENT_CHANNELS), inner.div_ceil(GRADIENT_WEIGHTS));
    let mut sums = vec![0.0; map.channels * inner * LANES];
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
                        sums: sums.as_mut_ptr().wrapping_add((channels.start * inner + weights.start) * LANES),
                        inner,
                    };
                    // SAFETY: the tile lies inside the maps and sums, as asserted, and the processor has AVX-512.
                    unsafe { ADD_GRADIENT[channels.len() - 1][weights.len() - 1](&tile) };
                }
            }
        }
    }
    sums.chunks_exact(LANES).map(|lanes| lanes.iter().sum()).collect()
}
