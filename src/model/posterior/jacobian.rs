//! For the tests: log |det ∂f| in double precision, by differences.

use proptest::prelude::*;

/// log |det ∂f/∂z| at z, by differences over `h` of fourth order.
pub fn log_determinant(f: impl Fn(&[f64]) -> Vec<f64>, z: &[f64], h: f64) -> f64 {
    let column = |axis: usize| -> Vec<f64> {
        let at = |steps: f64| {
            let mut z = z.to_vec();
            z[axis] += steps * h;
            f(&z)
        };
        let (a, b, c, d) = (at(-2.0), at(-1.0), at(1.0), at(2.0));
        (0..z.len()).map(|i| (8.0 * (c[i] - b[i]) - (d[i] - a[i])) / (12.0 * h)).collect()
    };
    let columns: Vec<Vec<f64>> = (0..z.len()).map(column).collect();
    let rows = (0..z.len()).map(|i| columns.iter().map(|column| column[i]).collect());
    eliminate(rows.collect())
}

/// log |det m| by elimination with row exchanges.
fn eliminate(mut m: Vec<Vec<f64>>) -> f64 {
    let n = m.len();
    let mut sum = 0.0;
    for i in 0..n {
        let pivot = (i..n).max_by(|&a, &b| m[a][i].abs().total_cmp(&m[b][i].abs())).expect("not empty");
        m.swap(i, pivot);
        sum += m[i][i].abs().ln();
        let (above, below) = m.split_at_mut(i + 1);
        for row in below {
            let factor = row[i] / above[i][i];
            row.iter_mut().zip(&above[i]).for_each(|(value, pivot)| *value -= factor * pivot);
        }
    }
    sum
}

/// Numbers that a tired encoder may give: ordinary ones, 0, numbers too small to be normal, and anything up to
/// 10^±`decades`.
pub fn number(decades: f32) -> impl Strategy<Value = f32> {
    prop_oneof![
        4 => -3.0_f32..3.0,
        1 => Just(0.0_f32),
        1 => prop_oneof![Just(1e-40_f32), Just(-1e-44_f32), Just(f32::MIN_POSITIVE)],
        3 => (-decades..decades, any::<bool>()).prop_map(|(d, up)| 10.0_f32.powf(d) * if up { 1.0 } else { -1.0 }),
    ]
}

/// A vector of such numbers; also all of one size, so that a vector as a whole is tiny or huge, and all zeros.
pub fn vector(latent: usize, decades: f32) -> impl Strategy<Value = Vec<f32>> {
    let whole = (-decades..decades, prop::collection::vec(-1.0_f32..1.0, latent))
        .prop_map(|(d, v)| v.iter().map(|v| v * 10.0_f32.powf(d)).collect());
    prop_oneof![
        2 => prop::collection::vec(number(decades), latent),
        2 => whole,
        1 => Just(vec![0.0; latent]),
    ]
}

/// One row of numbers on the CPU.
pub fn row(values: &[f32]) -> burn::tensor::Tensor<2> {
    burn::tensor::Tensor::<1>::from_floats(values, &burn::tensor::Device::flex()).unsqueeze()
}

/// A tensor's numbers in double precision.
pub fn doubles<const D: usize>(values: burn::tensor::Tensor<D>) -> Vec<f64> {
    values.into_data().iter::<f64>().collect()
}
