//! One pass over memory for everything between two products.

use crate::kernels::fused::Fused;
use crate::kernels::vector::{self, vectorised};

/// Running sums in a loop, so that a sum over a row becomes vector additions of a fixed order.
const LANES: usize = 16;

/// y ← f(y + b), b one number a column.
pub fn bias_and_activation(y: &mut [f32], bias: &[f32], activation: Fused) {
    match activation {
        Fused::Linear => add_bias(y, bias),
        Fused::Tanh => bias_tanh(y, bias),
        Fused::Relu => bias_relu(y, bias),
    }
}

vectorised! {
    fn add_bias(y: &mut [f32], bias: &[f32]) {
        for row in y.chunks_exact_mut(bias.len()) {
            for (y, b) in row.iter_mut().zip(bias) {
                *y += b;
            }
        }
    }
}

vectorised! {
    fn bias_tanh(y: &mut [f32], bias: &[f32]) {
        for row in y.chunks_exact_mut(bias.len()) {
            for (y, b) in row.iter_mut().zip(bias) {
                *y = vector::tanh(*y + b);
            }
        }
    }
}

vectorised! {
    fn bias_relu(y: &mut [f32], bias: &[f32]) {
        for row in y.chunks_exact_mut(bias.len()) {
            for (y, b) in row.iter_mut().zip(bias) {
                let v = *y + b;
                // Not `max`, which would turn NaN into 0.
                *y = if v < 0.0 { 0.0 } else { v };
            }
        }
    }
}

vectorised! {
    /// y ← f(y + b), b one number a channel of `area` positions.
    pub fn channel_bias_and_activation(y: &mut [f32], bias: &[f32], area: usize, activation: Fused) {
        for map in y.chunks_exact_mut(bias.len() * area) {
            for (channel, b) in map.chunks_exact_mut(area).zip(bias) {
                match activation {
                    Fused::Linear => channel.iter_mut().for_each(|y| *y += b),
                    Fused::Tanh => channel.iter_mut().for_each(|y| *y = vector::tanh(*y + b)),
                    Fused::Relu => channel.iter_mut().for_each(|y| {
                        let v = *y + b;
                        *y = if v < 0.0 { 0.0 } else { v };
                    }),
                }
            }
        }
    }
}

vectorised! {
    /// sums ← sums + Σ over rows and positions of each channel.
    pub fn add_channels(sums: &mut [f32], rows: &[f32], area: usize) {
        for map in rows.chunks_exact(sums.len() * area) {
            for (channel, sum) in map.chunks_exact(area).zip(sums.iter_mut()) {
                let mut lanes = [0.0_f32; LANES];
                let mut chunks = channel.chunks_exact(LANES);
                for chunk in chunks.by_ref() {
                    for (lane, v) in lanes.iter_mut().zip(chunk) {
                        *lane += v;
                    }
                }
                *sum += lanes.iter().sum::<f32>() + chunks.remainder().iter().sum::<f32>();
            }
        }
    }
}

/// g ← g·f′, from the output y.
pub fn activation_gradient(gradient: &mut [f32], y: &[f32], activation: Fused) {
    match activation {
        Fused::Linear => {}
        Fused::Tanh => tanh_gradient(gradient, y),
        Fused::Relu => relu_gradient(gradient, y),
    }
}

vectorised! {
    fn tanh_gradient(gradient: &mut [f32], y: &[f32]) {
        for (g, y) in gradient.iter_mut().zip(y) {
            *g -= *g * (y * y);
        }
    }
}

vectorised! {
    fn relu_gradient(gradient: &mut [f32], y: &[f32]) {
        for (g, y) in gradient.iter_mut().zip(y) {
            *g = if *y > 0.0 { *g } else { 0.0 };
        }
    }
}

vectorised! {
    /// sums ← sums + Σ over rows.
    pub fn add_rows(sums: &mut [f32], rows: &[f32]) {
        for row in rows.chunks_exact(sums.len()) {
            for (sum, v) in sums.iter_mut().zip(row) {
                *sum += v;
            }
        }
    }
}

vectorised! {
    /// One log-likelihood a row of logits.
    pub fn bernoulli(sums: &mut [f32], images: &[f32], logits: &[f32], pixels: usize) {
        let rows = images.len() / pixels;
        for (index, (sum, logits)) in sums.iter_mut().zip(logits.chunks_exact(pixels)).enumerate() {
            let image = &images[(index % rows) * pixels..][..pixels];
            let mut lanes = [0.0_f32; LANES];
            let mut x = image.chunks_exact(LANES);
            let mut l = logits.chunks_exact(LANES);
            for (x, l) in x.by_ref().zip(l.by_ref()) {
                for lane in 0..LANES {
                    lanes[lane] += x[lane] * l[lane] - vector::softplus(l[lane]);
                }
            }
            let rest = x.remainder().iter().zip(l.remainder());
            let rest: f32 = rest.map(|(x, l)| x * l - vector::softplus(*l)).sum();
            *sum = lanes.iter().sum::<f32>() + rest;
        }
    }
}

vectorised! {
    /// out = g·(x − sigmoid(ℓ)), g one number a row.
    pub fn bernoulli_gradient(out: &mut [f32], images: &[f32], logits: &[f32], gradient: &[f32], pixels: usize) {
        let rows = images.len() / pixels;
        let all = out.chunks_exact_mut(pixels).zip(logits.chunks_exact(pixels)).zip(gradient).enumerate();
        for (index, ((out, logits), g)) in all {
            let image = &images[(index % rows) * pixels..][..pixels];
            for ((out, l), x) in out.iter_mut().zip(logits).zip(image) {
                *out = g * (x - vector::sigmoid(*l));
            }
        }
    }
}
