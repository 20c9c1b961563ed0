//! Products in double precision on the host, where sums of large terms of both signs must be right to 10⁻⁶ nats.

use super::vector::{self, vectorised};
use gemm::Parallelism;

/// out[i·n + j] = Σ over columns of a[i]·b[j], for the m rows of `a` and the n rows of `b`; one thread.
///
/// # Panics
/// When the lengths are no multiples of `columns`.
pub fn row_products(a: &[f64], b: &[f64], columns: usize) -> Vec<f64> {
    assert!(a.len().is_multiple_of(columns) && b.len().is_multiple_of(columns));
    let (m, n) = (a.len() / columns, b.len() / columns);
    let mut out = vec![0.0; m * n];
    // SAFETY: strides and sizes describe exactly the three slices, and `out` is borrowed exclusively.
    unsafe {
        gemm::gemm(
            m,
            n,
            columns,
            out.as_mut_ptr(),
            1,
            n as isize,
            false,
            a.as_ptr(),
            1,
            columns as isize,
            b.as_ptr(),
            columns as isize,
            1,
            0.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
    out
}

/// Σ log(1 + eˣ) of numbers that are single precision at heart: each term is right to that, the sum in double.
pub fn sum_of_softplus(values: &[f64]) -> f64 {
    let mut sum = 0.0;
    add_softplus(&mut sum, values);
    sum
}

vectorised! {
    fn add_softplus(sum: &mut f64, values: &[f64]) {
        const LANES: usize = 16;
        let mut lanes = [0.0_f64; LANES];
        let mut chunks = values.chunks_exact(LANES);
        for chunk in chunks.by_ref() {
            for (lane, x) in lanes.iter_mut().zip(chunk) {
                *lane += f64::from(vector::softplus(*x as f32));
            }
        }
        let rest: f64 = chunks.remainder().iter().map(|x| f64::from(vector::softplus(*x as f32))).sum();
        *sum += lanes.iter().sum::<f64>() + rest;
    }
}

#[cfg(test)]
mod tests {
    use super::{row_products, sum_of_softplus};

    #[test]
    fn softplus_sums_are_right_to_single_precision_of_each_term() {
        let x: Vec<f64> = (0..1_003).map(|i| f64::from(i) * 0.04 - 20.0).collect();
        let exact: f64 = x.iter().map(|x| x.max(0.0) + (-x.abs()).exp().ln_1p()).sum();
        assert!((sum_of_softplus(&x) - exact).abs() < 1e-6 * exact);
    }

    #[test]
    fn products_of_rows_are_their_sums() {
        let a: Vec<f64> = (0..15).map(|i| f64::from(i) * 0.5 - 3.0).collect();
        let b: Vec<f64> = (0..35).map(|i| f64::from(i * i % 11) - 4.0).collect();
        let products = row_products(&a, &b, 5);
        for (i, row) in a.chunks(5).enumerate() {
            for (j, other) in b.chunks(5).enumerate() {
                let sum: f64 = row.iter().zip(other).map(|(x, y)| x * y).sum();
                assert!((products[i * 7 + j] - sum).abs() < 1e-12);
            }
        }
    }
}
