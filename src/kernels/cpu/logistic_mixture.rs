//! Grey levels under a mixture of discretised logistics, forwards and backwards in one pass: a vector of places goes
//! through all components while its numbers are in cache, and the gradient takes the place of the output.

use super::LANES;
use super::elementwise::logistic_at;
use crate::kernels::components::Components;
use crate::kernels::vector::{self, vectorised};

/// A number for each of some successive places.
type Lanes = [f32; LANES];

vectorised! {
    /// log p(x|z) of each row of the decoder's output, which is overwritten by its derivatives.
    pub fn log_prob_and_gradient(sums: &mut [f32], images: &[f32], output: &mut [f32], components: Components) {
        let outputs = output.len() / sums.len();
        let places = outputs / components.planes();
        let pixels = components.channels * places;
        let mut scratch = vec![Scratch::default(); components.count];
        for (row, (sum, output)) in sums.iter_mut().zip(output.chunks_exact_mut(outputs)).enumerate() {
            let first = row * pixels % images.len();
            let image = &images[first..first + pixels];
            let mut total = [0.0; LANES];
            for from in (0..places).step_by(LANES) {
                let value = at_places(image, output, &mut scratch, from..places, components);
                // Lanes behind the last place have no image.
                let inside = LANES.min(places - from);
                for lane in 0..LANES {
                    total[lane] += if lane < inside { value[lane] } else { 0.0 };
                }
            }
            *sum = total.iter().sum();
        }
    }
}

/// The numbers of a component that the second pass over the components needs of the first.
#[derive(Clone, Default)]
struct Scratch {
    /// log w + Σ over channels of log P, up to a constant; then the component's share.
    joint: Lanes,
    /// The logit; then the component's weight.
    logit: Lanes,
}

/// log p of the first places of `at`, at most [`LANES`], whose `output` becomes its derivatives.
#[inline(always)]
fn at_places(
    image: &[f32],
    output: &mut [f32],
    scratch: &mut [Scratch],
    at: std::ops::Range<usize>,
    components: Components,
) -> Lanes {
    let (places, channels) = (at.end, components.channels);
    let plane = |group: usize, component: usize| {
        let first = (group * components.count + component) * places;
        first + at.start..first + places
    };
    let mut x = [[0.0; LANES]; 3];
    for (channel, x) in x.iter_mut().enumerate().take(channels) {
        *x = load(&image[channel * places + at.start..(channel + 1) * places]);
    }
    for (component, Scratch { joint, logit }) in scratch.iter_mut().enumerate() {
        *logit = load(&output[plane(0, component)]);
        *joint = *logit;
        let mut coefficients = [[0.0; LANES]; 3];
        if channels == 3 {
            for (pair, coefficient) in coefficients.iter_mut().enumerate() {
                *coefficient = load(&output[plane(components.coefficients() + pair, component)]);
                for value in coefficient {
                    *value = vector::tanh(*value);
                }
            }
        }
        let mut by_mean = [[0.0; LANES]; 3];
        for channel in 0..channels {
            let mut mean = load(&output[plane(1 + channel, component)]);
            let mut log_scale = load(&output[plane(1 + channels + channel, component)]);
            for (coefficient, [seen, shifted]) in coefficients.iter().zip(Components::PAIRS) {
                if shifted == channel {
                    for lane in 0..LANES {
                        mean[lane] += coefficient[lane] * x[seen][lane];
                    }
                }
            }
            for lane in 0..LANES {
                let [value, by_mean, by_scale] = logistic_at(x[channel][lane], mean[lane], log_scale[lane]);
                joint[lane] += value;
                mean[lane] = by_mean;
                log_scale[lane] = by_scale;
            }
            store(&mean, &mut output[plane(1 + channel, component)]);
            store(&log_scale, &mut output[plane(1 + channels + channel, component)]);
            by_mean[channel] = mean;
        }
        if channels == 3 {
            for (pair, (coefficient, [seen, shifted])) in coefficients.iter_mut().zip(Components::PAIRS).enumerate() {
                for lane in 0..LANES {
                    let tanh = coefficient[lane];
                    coefficient[lane] = (1.0 - tanh * tanh) * x[seen][lane] * by_mean[shifted][lane];
                }
                store(coefficient, &mut output[plane(components.coefficients() + pair, component)]);
            }
        }
    }
    let of_all = log_sum_exp(scratch, |scratch| &mut scratch.joint);
    let of_weights = log_sum_exp(scratch, |scratch| &mut scratch.logit);
    for (component, Scratch { joint: share, logit: weight }) in scratch.iter().enumerate() {
        let mut by_logit = [0.0; LANES];
        for lane in 0..LANES {
            by_logit[lane] = share[lane] - weight[lane];
        }
        store(&by_logit, &mut output[plane(0, component)]);
        for group in 1..components.planes() / components.count {
            let values = &mut output[plane(group, component)];
            let mut lanes = load(values);
            for lane in 0..LANES {
                lanes[lane] *= share[lane];
            }
            store(&lanes, values);
        }
    }
    let mut value = [0.0; LANES];
    for lane in 0..LANES {
        value[lane] = of_all[lane] - of_weights[lane];
    }
    value
}

/// log Σ exp over the components, whose numbers become their shares in the sum.
#[inline(always)]
fn log_sum_exp(scratch: &mut [Scratch], of: impl Fn(&mut Scratch) -> &mut Lanes) -> Lanes {
    let mut largest = [f32::NEG_INFINITY; LANES];
    for values in scratch.iter_mut().map(&of) {
        for lane in 0..LANES {
            // NaN comes through the sum below.
            largest[lane] = if values[lane] > largest[lane] { values[lane] } else { largest[lane] };
        }
    }
    let mut sum = [0.0; LANES];
    for values in scratch.iter_mut().map(&of) {
        for lane in 0..LANES {
            values[lane] = vector::exp_of_term(values[lane] - largest[lane]);
            sum[lane] += values[lane];
        }
    }
    for values in scratch.iter_mut().map(&of) {
        for lane in 0..LANES {
            values[lane] /= sum[lane];
        }
    }
    for lane in 0..LANES {
        sum[lane] = if sum[lane].is_nan() { sum[lane] } else { largest[lane] + vector::ln(sum[lane]) };
    }
    sum
}

/// The first numbers of a plane; 0 behind its end.
#[inline(always)]
fn load(values: &[f32]) -> Lanes {
    if let Some(lanes) = values.first_chunk() {
        return *lanes;
    }
    let mut lanes = [0.0; LANES];
    lanes[..values.len()].copy_from_slice(values);
    lanes
}

#[inline(always)]
fn store(lanes: &Lanes, values: &mut [f32]) {
    match values.first_chunk_mut() {
        Some(values) => *values = *lanes,
        None => values.copy_from_slice(&lanes[..values.len()]),
    }
}
