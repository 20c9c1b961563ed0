//! log Σ exp over groups of numbers, and the shares of the numbers in the sums.

use crate::kernels::vector::{self, vectorised};

vectorised! {
    /// For each group of `count` successive rows as wide as `logs` are of it, log Σ exp over its rows; the numbers are
    /// overwritten by their shares in the sums.
    pub fn log_sum_exp_and_shares(logs: &mut [f32], x: &mut [f32], count: usize, width: usize) {
        let mut sums = vec![0.0; width];
        for (x, logs) in x.chunks_exact_mut(count * width).zip(logs.chunks_exact_mut(width)) {
            // Comparisons, not `max`: a NaN is no largest number, and makes its sum NaN.
            logs.copy_from_slice(&x[..width]);
            for row in x.chunks_exact(width) {
                for (largest, x) in logs.iter_mut().zip(row) {
                    *largest = if *x > *largest { *x } else { *largest };
                }
            }
            for row in x.chunks_exact_mut(width) {
                for (x, largest) in row.iter_mut().zip(&*logs) {
                    *x -= largest;
                }
            }
            // All in one loop, however narrow the rows are.
            for x in &mut *x {
                *x = vector::exp_of_term(*x);
            }
            sums.fill(0.0);
            for row in x.chunks_exact(width) {
                for (sum, x) in sums.iter_mut().zip(row) {
                    *sum += x;
                }
            }
            for (log, sum) in logs.iter_mut().zip(&mut sums) {
                // The largest term alone is 1. Of what is no number `ln` would give one.
                *log += if *sum >= 1.0 { vector::ln(*sum) } else { *sum };
                *sum = 1.0 / *sum;
            }
            for row in x.chunks_exact_mut(width) {
                for (x, factor) in row.iter_mut().zip(&sums) {
                    *x *= factor;
                }
            }
        }
    }
}

vectorised! {
    /// Multiply each of the `count` rows of a group by the row of factors of the group.
    pub fn scale_groups(x: &mut [f32], factors: &[f32], count: usize, width: usize) {
        for (x, factors) in x.chunks_exact_mut(count * width).zip(factors.chunks_exact(width)) {
            for row in x.chunks_exact_mut(width) {
                for (x, factor) in row.iter_mut().zip(factors) {
                    *x *= factor;
                }
            }
        }
    }
}
