//! Products in double precision on the host, where sums of large terms of both signs must be right to 10⁻⁶ nats.

use super::vector::{self, vectorised};
use gemm::Parallelism;

/// out[i·n + j] = Σ over columns of `a[i]`·`b[j]`, for the m rows of `a` and the n rows of `b`, on one thread.
///
/// # Panics
/// If the lengths are not multiples of `columns`.
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

/// out[i·n + j] = Σ over columns of `a[i]`·`b[j]`, for rows `a` of `columns` values and the n rows of `b`, on one
/// thread. A product of two single-precision numbers is exact in double precision, so that only the sums round, to
/// double precision.
///
/// # Panics
/// If the lengths do not fit.
pub fn exact_products(a: &[&[f32]], b: &[f32], columns: usize) -> Vec<f64> {
    assert!(b.len().is_multiple_of(columns) && a.iter().all(|row| row.len() == columns));
    let mut out = vec![0.0; a.len() * (b.len() / columns)];
    write_exact_products(&mut out, a, b, columns);
    out
}

vectorised! {
    fn write_exact_products(out: &mut [f64], a: &[&[f32]], b: &[f32], columns: usize) {
        const LANES: usize = 16;
        /// Rows of `b` that share what is read of a row of `a`.
        const ROWS: usize = 4;
        let n = b.len() / columns;
        for (first, rows) in b.chunks(ROWS * columns).enumerate() {
            for (i, a) in a.iter().enumerate() {
                let out = &mut out[i * n + first * ROWS..];
                if rows.len() == ROWS * columns {
                    let b: [&[f32]; ROWS] = std::array::from_fn(|j| &rows[j * columns..][..columns]);
                    let mut lanes = [[0.0_f64; LANES]; ROWS];
                    for c in 0..columns / LANES {
                        let at = c * LANES..(c + 1) * LANES;
                        let a: &[f32; LANES] = a[at.clone()].try_into().expect("as long as the lanes");
                        for (lanes, b) in lanes.iter_mut().zip(b) {
                            let b: &[f32; LANES] = b[at.clone()].try_into().expect("as long as the lanes");
                            for l in 0..LANES {
                                lanes[l] = f64::from(a[l]).mul_add(f64::from(b[l]), lanes[l]);
                            }
                        }
                    }
                    for ((out, lanes), b) in out.iter_mut().zip(lanes).zip(b) {
                        let rest = columns - columns % LANES;
                        let rest = a[rest..].iter().zip(&b[rest..]).map(|(a, b)| f64::from(*a) * f64::from(*b));
                        *out = lanes.iter().sum::<f64>() + rest.sum::<f64>();
                    }
                } else {
                    for (out, b) in out.iter_mut().zip(rows.chunks_exact(columns)) {
                        *out = a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
                    }
                }
            }
        }
    }
}

/// Σ log(1 + eˣ): each term in single precision, their sum in double.
pub fn sum_of_softplus(values: &[f32]) -> f64 {
    let mut sum = 0.0;
    add_softplus(&mut sum, values);
    sum
}

vectorised! {
    fn add_softplus(sum: &mut f64, values: &[f32]) {
        const LANES: usize = 16;
        let mut lanes = [0.0_f64; LANES];
        let mut chunks = values.chunks_exact(LANES);
        for chunk in chunks.by_ref() {
            for (lane, x) in lanes.iter_mut().zip(chunk) {
                *lane += f64::from(vector::softplus(*x));
            }
        }
        let rest: f64 = chunks.remainder().iter().map(|x| f64::from(vector::softplus(*x))).sum();
        *sum += lanes.iter().sum::<f64>() + rest;
    }
}

#[cfg(test)]
mod tests {
    use super::{exact_products, row_products, sum_of_softplus};

    #[test]
    fn softplus_sums_are_right_to_single_precision_of_each_term() {
        let x: Vec<f32> = (0..1_003).map(|i| i as f32 * 0.04 - 20.0).collect();
        let exact: f64 = x.iter().map(|&x| f64::from(x)).map(|x| x.max(0.0) + (-x.abs()).exp().ln_1p()).sum();
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

    #[test]
    fn products_of_single_precision_are_exact() {
        for (columns, n) in [(5, 3), (16, 4), (83, 9)] {
            let number = |i: usize| (i as f32 * 0.731).sin() * 1e4_f32.powi((i % 3) as i32 - 1);
            let a: Vec<f32> = (0..2 * columns).map(number).collect();
            let b: Vec<f32> = (0..n * columns).map(|i| number(i + 7)).collect();
            let rows: Vec<&[f32]> = a.chunks(columns).collect();
            let products = exact_products(&rows, &b, columns);
            let wide = |values: &[f32]| values.iter().map(|&v| f64::from(v)).collect::<Vec<f64>>();
            for (product, expected) in products.iter().zip(row_products(&wide(&a), &wide(&b), columns)) {
                assert!((product - expected).abs() < 1e-6, "{product} {expected}");
            }
        }
    }
}
