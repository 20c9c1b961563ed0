//! For tests: log |det ∂f/∂z| of a map in double precision, by differences. The integration tests of methods read this
//! file too, so it must not name anything of the crate.

/// log |det ∂f/∂z| of the map f at z, by differences of fourth order with step `h`.
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

/// log |det m| of a square matrix, row by row, by elimination with row exchanges.
pub fn eliminate(mut m: Vec<Vec<f64>>) -> f64 {
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
