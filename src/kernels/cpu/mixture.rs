//! The log density of a mixture of M diagonal Gaussians, forwards and backwards. The M components are innermost, so
//! that no vector runs across the few dimensions of z. Squared distances are summed as they are, (z − μ)²/σ²:
//! multiplied out for a matrix product, narrow components would lose them to rounding.

use super::LANES;
use super::transpose::transpose;
use crate::kernels::vector::{self, vectorised};

/// Rows whose distances are computed before their densities, while they are in cache.
const ROWS: usize = 4;

/// The components with the dimensions of z outermost, each line padded to whole vectors.
struct Components {
    width: usize,
    /// μ and 1/σ², `latent × width`.
    mean: Vec<f32>,
    precision: Vec<f32>,
    /// log w − ½ Σ log 2πσ², `width`; so low in the padding that its densities vanish.
    constant: Vec<f32>,
}

impl Components {
    fn new(mean: &[f32], log_variance: &[f32], log_weights: &[f32]) -> Self {
        let count = log_weights.len();
        let latent = mean.len() / count;
        let width = count.next_multiple_of(LANES);
        let lines = |values: &[f32]| {
            let (mut lines, mut padded) = (vec![0.0; values.len()], vec![0.0; latent * width]);
            transpose(values, &mut lines, count);
            for (line, padded) in lines.chunks_exact(count).zip(padded.chunks_exact_mut(width)) {
                padded[..count].copy_from_slice(line);
            }
            padded
        };
        let mut precision = lines(log_variance);
        let mut constant = vec![f32::NEG_INFINITY; width];
        constants(&mut constant[..count], &mut precision, log_weights, width);
        Self { width, mean: lines(mean), precision, constant }
    }
}

vectorised! {
    /// constant ← log w − ½ Σ log 2πσ²; `precision` is given log σ².
    fn constants(constant: &mut [f32], precision: &mut [f32], log_weights: &[f32], width: usize) {
        let latent = precision.len() / width;
        let of_dimensions = 0.5 * latent as f32 * std::f32::consts::TAU.ln();
        for (constant, log_weight) in constant.iter_mut().zip(log_weights) {
            *constant = log_weight - of_dimensions;
        }
        for line in precision.chunks_exact_mut(width) {
            for (constant, log_variance) in constant.iter_mut().zip(line.iter()) {
                *constant -= 0.5 * log_variance;
            }
            for v in line {
                *v = vector::exp(if -*v > 88.0 { 88.0 } else { -*v });
            }
        }
    }
}

/// The log density of each row of z, and the share of each component in it, `rows × M`.
pub fn log_prob(z: &[f32], mean: &[f32], log_variance: &[f32], log_weights: &[f32]) -> (Vec<f32>, Vec<f32>) {
    let components = Components::new(mean, log_variance, log_weights);
    let count = log_weights.len();
    let latent = mean.len() / count;
    let rows = z.len() / latent;
    let (mut value, mut shares) = (vec![0.0; rows], Vec::with_capacity(rows * count));
    let mut block = vec![0.0; ROWS * components.width];
    for (z, value) in z.chunks(ROWS * latent).zip(value.chunks_mut(ROWS)) {
        distances(&mut block, z, &components);
        shares_of(value, &mut block, &components.constant);
        for shares_of_row in block.chunks_exact(components.width).take(value.len()) {
            shares.extend_from_slice(&shares_of_row[..count]);
        }
    }
    (value, shares)
}

vectorised! {
    /// Σ over dimensions of (z − μ)²/σ², `rows × width`, for a few rows z.
    fn distances(distance: &mut [f32], z: &[f32], components: &Components) {
        let Components { width, mean, precision, .. } = components;
        let latent = mean.len() / width;
        for tile in 0..width / LANES {
            for (z, line) in z.chunks_exact(latent).zip(distance.chunks_exact_mut(*width)) {
                let mut sums = [0.0_f32; LANES];
                let lines = mean.chunks_exact(*width).zip(precision.chunks_exact(*width));
                for (z, (mean, precision)) in z.iter().zip(lines) {
                    let (mean, precision) =
                        (&mean.as_chunks::<LANES>().0[tile], &precision.as_chunks::<LANES>().0[tile]);
                    for lane in 0..LANES {
                        let apart = z - mean[lane];
                        sums[lane] = (apart * precision[lane]).mul_add(apart, sums[lane]);
                    }
                }
                line.as_chunks_mut::<LANES>().0[tile] = sums;
            }
        }
    }
}

vectorised! {
    /// The log density of each row from its distances, which are overwritten by the shares of the components.
    fn shares_of(value: &mut [f32], distances: &mut [f32], constant: &[f32]) {
        for (value, row) in value.iter_mut().zip(distances.chunks_exact_mut(constant.len())) {
            let mut largest = [f32::NEG_INFINITY; LANES];
            let tiles = row.as_chunks_mut::<LANES>().0.iter_mut().zip(constant.as_chunks::<LANES>().0);
            for (row, constant) in tiles {
                for lane in 0..LANES {
                    row[lane] = (-0.5_f32).mul_add(row[lane], constant[lane]);
                    // NaN comes through the sum below.
                    largest[lane] = if row[lane] > largest[lane] { row[lane] } else { largest[lane] };
                }
            }
            let mut max = f32::NEG_INFINITY;
            for lane in largest {
                max = if lane > max { lane } else { max };
            }
            // A density of 0 everywhere: no shares, and the log −∞ or no number, as it is.
            let mut sums = [0.0_f32; LANES];
            for row in row.as_chunks_mut::<LANES>().0 {
                for lane in 0..LANES {
                    row[lane] = vector::exp_of_term(row[lane] - max);
                    sums[lane] += row[lane];
                }
            }
            let mut sum = 0.0;
            for lane in sums {
                sum += lane;
            }
            *value = if sum.is_nan() { sum } else { max + vector::ln(sum) };
            let inverse = 1.0 / sum;
            for v in row {
                *v *= inverse;
            }
        }
    }
}

/// The gradients of Σ factor·log density with respect to z, μ, log σ² and log w, from the components' shares.
pub fn gradient(factors: &[f32], shares: &[f32], z: &[f32], mean: &[f32], log_variance: &[f32]) -> [Vec<f32>; 4] {
    let rows = factors.len();
    let (count, latent) = (shares.len() / rows, z.len() / rows);
    let log_weights = vec![0.0; count];
    let components = Components::new(mean, log_variance, &log_weights);
    let width = components.width;
    let (mut weighted, mut by_weight) = (vec![0.0; rows * width], vec![0.0; width]);
    for ((weighted, shares), factor) in weighted.chunks_exact_mut(width).zip(shares.chunks_exact(count)).zip(factors) {
        for ((weighted, share), sum) in weighted.iter_mut().zip(shares).zip(&mut by_weight) {
            *weighted = share * factor;
            *sum += *weighted;
        }
    }
    let mut by_z = vec![0.0; z.len()];
    let (mut by_mean, mut by_variance) = (vec![0.0; latent * width], vec![0.0; latent * width]);
    let mut column = vec![0.0; rows];
    for j in 0..latent {
        for (column, z) in column.iter_mut().zip(z[j..].iter().step_by(latent)) {
            *column = *z;
        }
        let line = j * width..(j + 1) * width;
        let of_dimension = (&components.mean[line.clone()], &components.precision[line.clone()]);
        dimension_back(
            &mut column,
            &weighted,
            of_dimension,
            &mut by_mean[line.clone()],
            &mut by_variance[line.clone()],
        );
        for (by_z, column) in by_z[j..].iter_mut().step_by(latent).zip(&column) {
            *by_z = *column;
        }
        for (by_variance, by_weight) in by_variance[line].iter_mut().zip(&by_weight) {
            *by_variance = 0.5 * (*by_variance - by_weight);
        }
    }
    let back = |lines: Vec<f32>| {
        let (mut whole, mut values) = (vec![0.0; lines.len()], Vec::with_capacity(count * latent));
        transpose(&lines, &mut whole, latent);
        values.extend_from_slice(&whole[..count * latent]);
        values
    };
    by_weight.truncate(count);
    [by_z, back(by_mean), back(by_variance), by_weight]
}

vectorised! {
    /// For one dimension of z: its gradient in every row, which overwrites z, and over the rows the sums of
    /// g·(z − μ)/σ² and of g·(z − μ)²/σ² of every component, with the weighted shares g, `rows × width`.
    fn dimension_back(
        z: &mut [f32],
        weighted: &[f32],
        components: (&[f32], &[f32]),
        by_mean: &mut [f32],
        squares: &mut [f32],
    ) {
        let (mean, precision) = components;
        let (of_components, _) = mean.as_chunks::<LANES>();
        let (precision, _) = precision.as_chunks::<LANES>();
        let ((by_mean, _), (squares, _)) = (by_mean.as_chunks_mut::<LANES>(), squares.as_chunks_mut::<LANES>());
        for (z, weighted) in z.iter_mut().zip(weighted.chunks_exact(mean.len())) {
            let mut by_z = [0.0_f32; LANES];
            let sums = by_mean.iter_mut().zip(squares.iter_mut());
            let parts = of_components.iter().zip(precision).zip(weighted.as_chunks::<LANES>().0);
            for ((first, second), ((mean, precision), weighted)) in sums.zip(parts) {
                for lane in 0..LANES {
                    let apart = *z - mean[lane];
                    let pull = weighted[lane] * (apart * precision[lane]);
                    first[lane] += pull;
                    second[lane] = pull.mul_add(apart, second[lane]);
                    by_z[lane] -= pull;
                }
            }
            let mut sum = 0.0;
            for lane in by_z {
                sum += lane;
            }
            *z = sum;
        }
    }
}
