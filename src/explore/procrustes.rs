//! Orthogonal Procrustes alignment: the rotation, perhaps with a reflection, that brings one cloud of codes nearest to
//! another. Under an isotropic prior two models of the same images may differ by such a turn of their codes, which
//! means nothing.

/// Sweeps of rotations after which the columns are orthogonal for certain.
const SWEEPS: usize = 60;

/// The orthogonal matrix R, `d × d` row by row, that minimises ‖A − B R‖ over the rows of A and B (`n × d` each, row by
/// row): R = U Vᵀ of the singular value decomposition BᵀA = U S Vᵀ (Schönemann 1966). Nothing is moved or stretched:
/// the origin, where a standard normal prior is centred, stays. Where several R are equally near, one of them.
pub fn procrustes(a: &[f32], b: &[f32], d: usize) -> Vec<f64> {
    let mut cross = vec![0.0; d * d];
    for (a, b) in a.chunks_exact(d).zip(b.chunks_exact(d)) {
        for (i, b) in b.iter().enumerate() {
            for (j, a) in a.iter().enumerate() {
                cross[i * d + j] += f64::from(*b) * f64::from(*a);
            }
        }
    }
    let (mut columns, turned) = orthogonalised(&cross, d);
    normalise(&mut columns);
    // R = U Vᵀ, of columns of U and of V.
    let mut rotation = vec![0.0; d * d];
    for (u, v) in columns.iter().zip(&turned) {
        for (i, u) in u.iter().enumerate() {
            for (j, v) in v.iter().enumerate() {
                rotation[i * d + j] += u * v;
            }
        }
    }
    rotation
}

/// A row vector times a `d × d` matrix.
pub fn turned(row: &[f32], matrix: &[f64]) -> Vec<f32> {
    let d = row.len();
    (0..d).map(|j| (0..d).map(|i| f64::from(row[i]) * matrix[i * d + j]).sum::<f64>() as f32).collect()
}

/// One-sided Jacobi rotations (Hestenes 1958): the columns of M V, which are orthogonal to each other, and those of the
/// orthogonal V.
fn orthogonalised(matrix: &[f64], d: usize) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
    let mut columns: Vec<Vec<f64>> = (0..d).map(|j| (0..d).map(|i| matrix[i * d + j]).collect()).collect();
    let unit = |j: usize| (0..d).map(|i| f64::from(u8::from(i == j))).collect();
    let mut turned: Vec<Vec<f64>> = (0..d).map(unit).collect();
    for _ in 0..SWEEPS {
        let mut moved = false;
        for (p, q) in (0..d).flat_map(|p| (p + 1..d).map(move |q| (p, q))) {
            let (alpha, beta) = (dot(&columns[p], &columns[p]), dot(&columns[q], &columns[q]));
            let gamma = dot(&columns[p], &columns[q]);
            if gamma.abs() <= 1e-15 * (alpha * beta).sqrt() {
                continue;
            }
            moved = true;
            let zeta = (beta - alpha) / (2.0 * gamma);
            let tangent = zeta.signum() / (zeta.abs() + zeta.hypot(1.0));
            let cosine = 1.0 / tangent.hypot(1.0);
            let sine = cosine * tangent;
            for of in [&mut columns, &mut turned] {
                let (left, right) = of.split_at_mut(q);
                for (p, q) in left[p].iter_mut().zip(&mut right[0]) {
                    (*p, *q) = (cosine * *p - sine * *q, sine * *p + cosine * *q);
                }
            }
        }
        if !moved {
            break;
        }
    }
    (columns, turned)
}

/// Scale columns to length 1; a column of length 0 becomes a vector that is orthogonal to all others.
fn normalise(columns: &mut [Vec<f64>]) {
    let lengths: Vec<f64> = columns.iter().map(|column| dot(column, column).sqrt()).collect();
    let longest = lengths.iter().copied().fold(0.0, f64::max);
    let is_null = |length: f64| length <= 1e-12 * longest || length == 0.0;
    for (column, length) in columns.iter_mut().zip(&lengths).filter(|(_, length)| !is_null(**length)) {
        column.iter_mut().for_each(|entry| *entry /= length);
    }
    let mut done: Vec<usize> = (0..columns.len()).filter(|&j| !is_null(lengths[j])).collect();
    for j in (0..columns.len()).filter(|&j| is_null(lengths[j])) {
        let d = columns.len();
        let candidates = (0..d).map(|axis| {
            let mut unit: Vec<f64> = (0..d).map(|i| f64::from(u8::from(i == axis))).collect();
            // Twice, against rounding.
            for &other in done.iter().chain(&done) {
                let along = dot(&unit, &columns[other]);
                unit.iter_mut().zip(&columns[other]).for_each(|(entry, other)| *entry -= along * other);
            }
            unit
        });
        let best = candidates.max_by(|a, b| dot(a, a).total_cmp(&dot(b, b))).unwrap_or_default();
        let length = dot(&best, &best).sqrt();
        columns[j] = best.into_iter().map(|entry| entry / length).collect();
        done.push(j);
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream};

    fn cloud(count: usize, d: usize, seed: u64) -> Vec<f32> {
        let mut cloud = vec![0.0; count * d];
        Stream::new(seed, Purpose::Epsilon).fill_normal(0, &mut cloud);
        // Dimensions that carry different amounts.
        cloud.iter_mut().enumerate().for_each(|(i, entry)| *entry *= 1.0 + (i % d) as f32);
        cloud
    }

    /// Rotations in planes, and a reflection.
    fn turn(d: usize, reflects: bool) -> Vec<f64> {
        let mut matrix: Vec<f64> = (0..d * d).map(|i| f64::from(u8::from(i / d == i % d))).collect();
        for (p, q) in (0..d).flat_map(|p| (p + 1..d).map(move |q| (p, q))) {
            let (sine, cosine) = (0.3 + p as f64 + 0.7 * q as f64).sin_cos();
            for i in 0..d {
                let (x, y) = (matrix[i * d + p], matrix[i * d + q]);
                (matrix[i * d + p], matrix[i * d + q]) = (cosine * x - sine * y, sine * x + cosine * y);
            }
        }
        if reflects {
            matrix.iter_mut().step_by(d).for_each(|entry| *entry = -*entry);
        }
        matrix
    }

    fn apart(a: &[f64], b: &[f64]) -> f64 {
        a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    }

    #[test]
    fn a_known_rotation_or_reflection_is_found() {
        for (d, reflects) in [(2, false), (2, true), (5, false), (20, true)] {
            let (b, rotation) = (cloud(300, d, 1), turn(d, reflects));
            let a: Vec<f32> = b.chunks_exact(d).flat_map(|row| turned(row, &rotation)).collect();
            let found = procrustes(&a, &b, d);
            assert!(apart(&found, &rotation) < 1e-5, "{d}, {reflects}: {}", apart(&found, &rotation));
        }
    }

    #[test]
    fn what_is_found_is_orthogonal_also_where_dimensions_have_collapsed() {
        let d = 6;
        let mut b = cloud(100, d, 2);
        b.chunks_exact_mut(d).for_each(|row| row[2..5].fill(0.0));
        for a in [cloud(100, d, 3), b.clone(), vec![0.0; 100 * d]] {
            let found = procrustes(&a, &b, d);
            let product: Vec<f64> =
                (0..d * d).map(|i| (0..d).map(|k| found[k * d + i / d] * found[k * d + i % d]).sum()).collect();
            let unit: Vec<f64> = (0..d * d).map(|i| f64::from(u8::from(i / d == i % d))).collect();
            assert!(apart(&product, &unit) < 1e-9, "{product:?}");
        }
    }

    #[test]
    fn no_other_turn_of_the_plane_is_nearer() {
        let (a, b) = (cloud(50, 2, 4), cloud(50, 2, 5));
        let distance = |matrix: &[f64]| {
            let rows = a.chunks_exact(2).zip(b.chunks_exact(2));
            rows.map(|(a, b)| {
                let b = turned(b, matrix);
                f64::from((a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2))
            })
            .sum::<f64>()
        };
        let best = distance(&procrustes(&a, &b, 2));
        for i in 0..720 {
            let (sine, cosine) = (std::f64::consts::TAU * f64::from(i) / 720.0).sin_cos();
            for sign in [1.0, -1.0] {
                let other = distance(&[cosine, -sine * sign, sine, cosine * sign]);
                assert!(best <= other + 1e-6 * other, "{i}: {best} {other}");
            }
        }
    }
}
