//! The mutual information gap (MIG).

use super::codes::{CONSTANT, Codes, mean_gap, variance};

/// Number of bins of equal width into which a dimension is cut.
const BINS: usize = 20;

/// The mean over factors v of (I(z_j; v) − I(z_j'; v)) / H(v) for the two dimensions j and j' with the highest mutual
/// information with v (Chen et al. 2018, eq. 6). The mutual information is that of a histogram with 20 bins. A factor
/// with more than 20 levels therefore cannot reach 1: 32 evenly filled levels reach 0.86.
pub(super) fn score(codes: &Codes) -> f64 {
    let binned: Vec<Vec<usize>> = (0..codes.latent).map(|dimension| bins(&codes.dimension(dimension))).collect();
    mean_gap((0..codes.factors.len()).map(|factor| {
        let levels = codes.factor(factor);
        let entropy = information(&levels, &levels).max(f64::MIN_POSITIVE);
        binned.iter().map(|bins| information(bins, &levels) / entropy).collect()
    }))
}

/// The bin of each value.
fn bins(values: &[f64]) -> Vec<usize> {
    let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
    if variance(values) < CONSTANT {
        return vec![0; values.len()];
    }
    values.iter().map(|v| (((v - low) / (high - low) * BINS as f64) as usize).min(BINS - 1)).collect()
}

/// The mutual information of two columns of small whole numbers, in nats.
fn information(a: &[usize], b: &[usize]) -> f64 {
    let size = |column: &[usize]| column.iter().max().map_or(0, |max| max + 1);
    let (rows, columns) = (size(a), size(b));
    let mut joint = vec![0.0; rows * columns];
    a.iter().zip(b).for_each(|(&a, &b)| joint[a * columns + b] += 1.0);
    let n = a.len() as f64;
    let of_row = |row: usize| joint[row * columns..][..columns].iter().sum::<f64>();
    let of_column = |column: usize| (0..rows).map(|row| joint[row * columns + column]).sum::<f64>();
    let (of_rows, of_columns): (Vec<f64>, Vec<f64>) =
        ((0..rows).map(of_row).collect(), (0..columns).map(of_column).collect());
    let cells = (0..rows * columns).filter(|&cell| joint[cell] > 0.0);
    cells
        .map(|cell| joint[cell] / n * (joint[cell] * n / (of_rows[cell / columns] * of_columns[cell % columns])).ln())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn information_is_that_of_the_table() {
        // Independent, equal, and a table by hand: p = [[1/2, 1/4], [0, 1/4]].
        assert!(information(&[0, 0, 1, 1], &[0, 1, 0, 1]).abs() < 1e-12);
        assert!((information(&[0, 1, 2, 2], &[0, 1, 2, 2]) - 1.5 * 2.0_f64.ln()).abs() < 1e-12);
        let expected = 0.5 * (4.0_f64 / 3.0).ln() + 0.25 * (2.0_f64 / 3.0).ln() + 0.25 * 2.0_f64.ln();
        assert!((information(&[0, 0, 0, 1], &[0, 0, 1, 1]) - expected).abs() < 1e-12);
    }
}
