//! Normalisation with its scale, its shift and the activation behind them, forwards and backwards, in as few passes
//! over memory as its statistics allow. A map is a row of `channels × area`; scale and shift have one entry per
//! channel.

use super::LANES;
use super::function::{Function, with_function};
use super::sums::{dot, sum};
use crate::experiment::Activation;
use crate::kernels::grouping::{EPSILON, Grouping, Over};
use crate::kernels::vector::vectorised;

/// The scale γ and the shift β of each channel, and the area of a map.
#[derive(Clone, Copy)]
pub struct Channels<'a> {
    pub scale: &'a [f32],
    pub shift: &'a [f32],
    pub area: usize,
}

/// f(x̂·γ + β), with the means and variances that x was normalised by; x is overwritten by x̂.
pub fn normalise(
    x: &mut [f32],
    channels: Channels,
    grouping: Grouping,
    activation: Activation,
) -> (Vec<f32>, Vec<f32>, Vec<f32>) {
    let count = grouping.statistics(x.len());
    let (mut mean, mut variance) = (vec![0.0; count], vec![0.0; count]);
    let mut y = Vec::with_capacity(x.len());
    match grouping.over {
        Over::Groups(_) => {
            with_function!(activation, F => by_group::<F>(x, &mut y, &mut mean, &mut variance, channels));
        }
        Over::Rows => {
            channel_moments(x, &mut mean, &mut variance, channels.area);
            with_function!(activation, F => by_channel::<F>(x, &mut y, &mean, &variance, channels));
        }
    }
    (y, mean, variance)
}

/// The gradients with respect to γ and β, and with respect to x, which overwrites that with respect to the output.
pub fn gradient(
    gradient: &mut [f32],
    normal: &[f32],
    variance: &[f32],
    channels: Channels,
    over: Over,
    activation: Activation,
) -> (Vec<f32>, Vec<f32>) {
    let count = channels.scale.len();
    let (mut scale, mut shift) = (vec![0.0; count], vec![0.0; count]);
    match over {
        Over::Groups(_) => with_function!(activation, F => {
            group_gradient::<F>(gradient, normal, variance, channels, &mut scale, &mut shift);
        }),
        Over::Rows => {
            with_function!(activation, F => {
                before_scaling::<F>(gradient, normal, channels, &mut scale, &mut shift);
            });
            channel_gradient(gradient, normal, variance, channels, &scale, &shift);
        }
    }
    (scale, shift)
}

/// A sum over values, given as the function that adds the term of one value: in four vectors of running sums, so that
/// one addition need not wait for the one before, and in one vector at the end. A macro, since the compiler would not
/// make vector instructions of a function that is handed in.
macro_rules! sum_of {
    ($values:expr, |$sum:ident, $x:ident| $next:expr) => {{
        let (wide, rest) = $values.as_chunks::<{ 4 * LANES }>();
        let mut sums = [0.0_f32; 4 * LANES];
        for values in wide {
            for lane in 0..4 * LANES {
                let ($sum, $x) = (sums[lane], values[lane]);
                sums[lane] = $next;
            }
        }
        let (vectors, rest) = rest.as_chunks::<LANES>();
        let mut lanes = [0.0_f32; LANES];
        for sums in sums.as_chunks::<LANES>().0 {
            for lane in 0..LANES {
                lanes[lane] += sums[lane];
            }
        }
        for values in vectors {
            for lane in 0..LANES {
                let ($sum, $x) = (lanes[lane], values[lane]);
                lanes[lane] = $next;
            }
        }
        let mut total = 0.0_f32;
        for lane in lanes {
            total += lane;
        }
        for value in rest {
            let ($sum, $x) = (total, *value);
            total = $next;
        }
        total
    }};
}

/// The mean of x, and Σ (x − mean)². What rounding has left of Σ x corrects both: far from 0, a mean of many values
/// would lose digits that their differences have.
#[inline(always)]
fn moments(x: &[f32]) -> (f32, f32) {
    let count = x.len() as f32;
    let about = sum_of!(x, |sum, x| sum + x) / count;
    let first = sum_of!(x, |sum, x| sum + (x - about));
    let second = sum_of!(x, |sum, x| (x - about).mul_add(x - about, sum));
    let apart = first / count;
    (about + apart, second - first * apart)
}

#[inline(always)]
fn inverse_deviation(variance: f32) -> f32 {
    1.0 / (variance + EPSILON).sqrt()
}

/// x ← (x − mean)·inverse, y ← f(x·γ + β) for one channel's values.
#[inline(always)]
fn channel<F: Function>(x: &mut [f32], y: &mut [f32], [mean, inverse, scale, shift]: [f32; 4]) {
    for (x, y) in x.iter_mut().zip(y) {
        *x = (*x - mean) * inverse;
        *y = F::value(x.mul_add(scale, shift));
    }
}

vectorised! {
    /// The mean and variance of each group of channels of each row; x ← x̂, and y grows by f(x̂·γ + β).
    fn by_group<F: Function>(
        x: &mut [f32],
        y: &mut Vec<f32>,
        means: &mut [f32],
        variances: &mut [f32],
        channels: Channels,
    ) {
        let Channels { scale, shift, area } = channels;
        let size = x.len() / means.len();
        let members = size / area;
        for (index, (x, (mean, variance))) in
            x.chunks_exact_mut(size).zip(means.iter_mut().zip(variances)).enumerate()
        {
            let (middle, squares) = moments(x);
            (*mean, *variance) = (middle, squares / size as f32);
            let inverse = inverse_deviation(*variance);
            let first = index * members % scale.len();
            let (scale, shift) = (&scale[first..][..members], &shift[first..][..members]);
            let start = y.len();
            // In cache as it is needed.
            y.extend_from_slice(x);
            let y = &mut y[start..];
            if area == 1 {
                for (((x, y), scale), shift) in x.iter_mut().zip(y).zip(scale).zip(shift) {
                    *x = (*x - *mean) * inverse;
                    *y = F::value(x.mul_add(*scale, *shift));
                }
            } else {
                let maps = x.chunks_exact_mut(area).zip(y.chunks_exact_mut(area));
                for ((x, y), (scale, shift)) in maps.zip(scale.iter().zip(shift)) {
                    channel::<F>(x, y, [*mean, inverse, *scale, *shift]);
                }
            }
        }
    }
}

vectorised! {
    /// x ← x̂ by the given moments of each channel, and y grows by f(x̂·γ + β).
    fn by_channel<F: Function>(
        x: &mut [f32],
        y: &mut Vec<f32>,
        mean: &[f32],
        variance: &[f32],
        channels: Channels,
    ) {
        let Channels { scale, shift, area } = channels;
        let mut inverse = vec![0.0; mean.len()];
        for (inverse, variance) in inverse.iter_mut().zip(variance) {
            *inverse = inverse_deviation(*variance);
        }
        for x in x.chunks_exact_mut(mean.len() * area) {
            let start = y.len();
            y.extend_from_slice(x);
            let y = &mut y[start..];
            if area == 1 {
                let of_channels = mean.iter().zip(&inverse).zip(scale.iter().zip(shift));
                for ((x, y), ((mean, inverse), (scale, shift))) in x.iter_mut().zip(y).zip(of_channels) {
                    *x = (*x - mean) * inverse;
                    *y = F::value(x.mul_add(*scale, *shift));
                }
            } else {
                for (c, (x, y)) in x.chunks_exact_mut(area).zip(y.chunks_exact_mut(area)).enumerate() {
                    channel::<F>(x, y, [mean[c], inverse[c], scale[c], shift[c]]);
                }
            }
        }
    }
}

/// Number of values whose moments are taken together where a channel has one value a row: they stay in cache.
const BLOCK: usize = 1 << 15;

vectorised! {
    /// The mean and variance of each channel over rows and positions. Blocks of values that stay in cache give means
    /// and sums of squares about them, which are merged (Chan, Golub & LeVeque 1983): one pass over memory.
    fn channel_moments(x: &[f32], mean: &mut [f32], variance: &mut [f32], area: usize) {
        let channels = mean.len();
        if area > 1 {
            for (row, x) in x.chunks_exact(channels * area).enumerate() {
                // Of what there is after this row, the part that is in it.
                let share = 1.0 / (row + 1) as f32;
                for ((x, mean), total) in x.chunks_exact(area).zip(mean.iter_mut()).zip(variance.iter_mut()) {
                    let (own, squares) = moments(x);
                    let apart = own - *mean;
                    *total += apart.mul_add(apart * (row * area) as f32 * share, squares);
                    *mean += apart * share;
                }
            }
        } else {
            // As in `moments`, for all channels side by side.
            let [mut own, mut firsts, mut seconds] = [(); 3].map(|()| vec![0.0_f32; channels]);
            let mut before = 0;
            for block in x.chunks((BLOCK / channels).max(1) * channels) {
                let rows = block.len() / channels;
                for sums in [&mut own, &mut firsts, &mut seconds] {
                    sums.fill(0.0);
                }
                for x in block.chunks_exact(channels) {
                    for (sum, x) in own.iter_mut().zip(x) {
                        *sum += x;
                    }
                }
                for own in &mut own {
                    *own /= rows as f32;
                }
                for x in block.chunks_exact(channels) {
                    for (((first, second), own), x) in firsts.iter_mut().zip(&mut seconds).zip(&own).zip(x) {
                        let v = x - own;
                        *first += v;
                        *second = v.mul_add(v, *second);
                    }
                }
                let share = rows as f32 / (before + rows) as f32;
                let sums = own.iter().zip(firsts.iter().zip(&seconds));
                for ((own, (first, second)), (mean, squares)) in sums.zip(mean.iter_mut().zip(variance.iter_mut())) {
                    let rest = first / rows as f32;
                    let apart = own + rest - *mean;
                    *squares += apart.mul_add(apart * before as f32 * share, second - first * rest);
                    *mean += apart * share;
                }
                before += rows;
            }
        }
        let count = (x.len() / channels) as f32;
        for variance in variance {
            *variance /= count;
        }
    }
}

/// g ← d = g·f′(x̂·γ + β) for one channel's values; Σ d and Σ d·x̂.
#[inline(always)]
fn channel_back<F: Function>(gradient: &mut [f32], normal: &[f32], scale: f32, shift: f32) -> (f32, f32) {
    for (g, x) in gradient.iter_mut().zip(normal) {
        *g *= F::slope(x.mul_add(scale, shift));
    }
    (sum(gradient), dot(gradient, normal))
}

/// The gradient with respect to x for channels of one value each; the sums are added to those of γ and β.
#[inline(always)]
fn features_back<F: Function>(
    gradient: &mut [f32],
    normal: &[f32],
    (scale, shift): (&[f32], &[f32]),
    (by_scale, by_shift): (&mut [f32], &mut [f32]),
) {
    let of_channels = scale.iter().zip(shift).zip(by_scale.iter_mut().zip(by_shift));
    for ((g, x), ((scale, shift), (by_scale, by_shift))) in gradient.iter_mut().zip(normal).zip(of_channels) {
        *g *= F::slope(x.mul_add(*scale, *shift));
        *by_shift += *g;
        *by_scale += *g * x;
    }
}

vectorised! {
    /// g becomes the gradient with respect to x where each group of a row was normalised by itself: with d = g·f′ and
    /// means over the group, (γ·d − mean(γ·d) − x̂·mean(γ·d·x̂))/σ.
    fn group_gradient<F: Function>(
        gradient: &mut [f32],
        normal: &[f32],
        variances: &[f32],
        channels: Channels,
        by_scale: &mut [f32],
        by_shift: &mut [f32],
    ) {
        let Channels { scale, shift, area } = channels;
        let size = gradient.len() / variances.len();
        let members = size / area;
        let groups = gradient.chunks_exact_mut(size).zip(normal.chunks_exact(size));
        for (index, ((gradient, normal), variance)) in groups.zip(variances).enumerate() {
            let first = index * members % scale.len();
            let (scale, shift) = (&scale[first..][..members], &shift[first..][..members]);
            let (by_scale, by_shift) = (&mut by_scale[first..][..members], &mut by_shift[first..][..members]);
            let (mut total, mut product) = (0.0, 0.0);
            if area == 1 {
                features_back::<F>(gradient, normal, (scale, shift), (by_scale, by_shift));
                for (g, scale) in gradient.iter_mut().zip(scale) {
                    *g *= scale;
                }
                (total, product) = (sum(gradient), dot(gradient, normal));
            } else {
                for (c, (g, x)) in gradient.chunks_exact_mut(area).zip(normal.chunks_exact(area)).enumerate() {
                    let (sum, of_products) = channel_back::<F>(g, x, scale[c], shift[c]);
                    by_shift[c] += sum;
                    by_scale[c] += of_products;
                    total += scale[c] * sum;
                    product += scale[c] * of_products;
                    for g in g {
                        *g *= scale[c];
                    }
                }
            }
            let inverse = inverse_deviation(*variance);
            let (total, product) = (total / size as f32, product / size as f32);
            for (g, x) in gradient.iter_mut().zip(normal) {
                *g = x.mul_add(-product, *g - total) * inverse;
            }
        }
    }
}

vectorised! {
    /// g ← g·f′(x̂·γ + β), the gradient with respect to γ·x̂ + β, and from it those with respect to γ and β.
    fn before_scaling<F: Function>(
        gradient: &mut [f32],
        normal: &[f32],
        channels: Channels,
        by_scale: &mut [f32],
        by_shift: &mut [f32],
    ) {
        let Channels { scale, shift, area } = channels;
        let row = scale.len() * area;
        for (gradient, normal) in gradient.chunks_exact_mut(row).zip(normal.chunks_exact(row)) {
            if area == 1 {
                features_back::<F>(gradient, normal, (scale, shift), (by_scale, by_shift));
            } else {
                for (c, (g, x)) in gradient.chunks_exact_mut(area).zip(normal.chunks_exact(area)).enumerate() {
                    let (sum, of_products) = channel_back::<F>(g, x, scale[c], shift[c]);
                    by_shift[c] += sum;
                    by_scale[c] += of_products;
                }
            }
        }
    }
}

vectorised! {
    /// g becomes the gradient with respect to x where each channel was normalised over all rows: with means over rows
    /// and positions, (g − mean(g) − x̂·mean(g·x̂))·γ/σ. The gradients of γ and β are the sums of g·x̂ and of g.
    fn channel_gradient(
        gradient: &mut [f32],
        normal: &[f32],
        variance: &[f32],
        channels: Channels,
        by_scale: &[f32],
        by_shift: &[f32],
    ) {
        let Channels { scale, area, .. } = channels;
        let share = scale.len() as f32 / gradient.len() as f32;
        let (mut factor, mut product, mut total) =
            (vec![0.0; scale.len()], vec![0.0; scale.len()], vec![0.0; scale.len()]);
        for c in 0..scale.len() {
            factor[c] = scale[c] * inverse_deviation(variance[c]);
            product[c] = by_scale[c] * share;
            total[c] = by_shift[c] * share;
        }
        let row = scale.len() * area;
        for (gradient, normal) in gradient.chunks_exact_mut(row).zip(normal.chunks_exact(row)) {
            if area == 1 {
                let of_channels = factor.iter().zip(&product).zip(&total);
                for ((g, x), ((factor, product), total)) in gradient.iter_mut().zip(normal).zip(of_channels) {
                    *g = x.mul_add(-product, *g - total) * factor;
                }
            } else {
                for (c, (g, x)) in gradient.chunks_exact_mut(area).zip(normal.chunks_exact(area)).enumerate() {
                    for (g, x) in g.iter_mut().zip(x) {
                        *g = x.mul_add(-product[c], *g - total[c]) * factor[c];
                    }
                }
            }
        }
    }
}
