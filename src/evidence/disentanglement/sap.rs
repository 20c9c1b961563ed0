//! Separated attribute predictability (SAP).

use super::codes::{CONSTANT, Codes, mean, mean_gap, variance};

/// Number of cells of (nearly) equal count into which a dimension is cut to fit thresholds.
const CELLS: usize = 100;

/// The mean over factors of the gap between the two single dimensions that predict the factor best (Kumar et al. 2018,
/// section 3). A prediction is rated by the R² of a line for ordered factors, and by the balanced accuracy of the best
/// thresholds for categorical ones. The library disentanglement_lib treats every factor as categorical and takes the
/// accuracy of a linear support vector machine on other images.
pub(super) fn score(codes: &Codes) -> f64 {
    let dimensions: Vec<Vec<f64>> = (0..codes.latent).map(|dimension| codes.dimension(dimension)).collect();
    mean_gap(codes.factors.iter().enumerate().map(|(k, factor)| {
        let levels = codes.factor(k);
        let of = |values: &Vec<f64>| match factor.categorical {
            true => balanced_accuracy(values, &levels, factor.levels),
            false => r_squared(values, &levels.iter().map(|&level| level as f64).collect::<Vec<_>>()),
        };
        dimensions.iter().map(of).collect()
    }))
}

/// The squared correlation of two columns.
fn r_squared(x: &[f64], y: &[f64]) -> f64 {
    let (mean_x, mean_y) = (mean(x), mean(y));
    let covariance = x.iter().zip(y).map(|(x, y)| (x - mean_x) * (y - mean_y)).sum::<f64>() / x.len() as f64;
    let variances = variance(x) * variance(y);
    if variance(x) < CONSTANT { 0.0 } else { covariance * covariance / variances.max(f64::MIN_POSITIVE) }
}

/// The balanced accuracy (mean over classes of the share classified correctly) of the best division of the line into as
/// many pieces as there are classes.
fn balanced_accuracy(values: &[f64], classes: &[usize], count: usize) -> f64 {
    if variance(values) < CONSTANT {
        return 1.0 / count as f64;
    }
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut sizes = vec![0.0_f64; count];
    classes.iter().for_each(|&class| sizes[class] += 1.0);
    // best[s][c]: the most told right so far with s + 1 pieces, the last of class c.
    let mut best = vec![vec![0.0_f64; count]; count];
    for cell in order.chunks(values.len().div_ceil(CELLS)) {
        let mut gain = vec![0.0; count];
        cell.iter().for_each(|&i| gain[classes[i]] += 1.0 / sizes[classes[i]] / count as f64);
        for pieces in (0..count).rev() {
            let before = pieces.checked_sub(1).map_or(0.0, |fewer| best[fewer].iter().copied().fold(0.0, f64::max));
            for class in 0..count {
                best[pieces][class] = best[pieces][class].max(before) + gain[class];
            }
        }
    }
    best.into_iter().flatten().fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_the_best_there_are() {
        // In order: 0 0 0 2 1 1 2 2. Three pieces tell all but one right: one of two 1s stays, or one of three 2s goes.
        let values = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];
        let found = balanced_accuracy(&values, &[0, 0, 0, 2, 1, 1, 2, 2], 3);
        assert!((found - (1.0 + 1.0 + 2.0 / 3.0) / 3.0).abs() < 1e-12, "{found}");
        assert_eq!(balanced_accuracy(&[1.0; 4], &[0, 1, 0, 1], 2), 0.5);
    }

    #[test]
    fn a_line_explains_its_share() {
        assert!((r_squared(&[0.0, 1.0, 2.0], &[5.0, 3.0, 1.0]) - 1.0).abs() < 1e-12);
        assert!(r_squared(&[0.0, 1.0, 0.0, 1.0], &[0.0, 0.0, 1.0, 1.0]).abs() < 1e-12);
    }
}
