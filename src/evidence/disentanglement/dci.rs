//! DCI: disentanglement, completeness and informativeness.

use super::codes::{Codes, Dice};
use super::forest::{Forest, Table};

/// The scores D, C and I of Eastwood & Williams 2018 (section 2). Their importances R_ij come from a random forest that
/// predicts each factor from the whole code (categorical factors as indicators). Informativeness is the mean R² on the
/// last fifth of the images, where the paper has prediction errors. The library disentanglement_lib uses
/// gradient-boosted classifiers and their accuracy.
pub(super) struct Dci {
    dice: Dice,
    /// The importances R, one row per factor.
    importances: Vec<Vec<f64>>,
    informativeness: f64,
}

impl Dci {
    pub fn new(seed: u64) -> Self {
        Self { dice: Dice::new(seed, 1), importances: Vec::new(), informativeness: 0.0 }
    }

    /// Predict the next factor. Returns D, C and I after the last factor.
    pub fn slice(&mut self, codes: &Codes) -> Option<[f64; 3]> {
        let (factor, factors) = (self.importances.len(), codes.factors.len());
        let training = codes.len() - codes.len() / 5;
        let features = Table { values: &codes.means[..training * codes.latent], columns: codes.latent };
        let (targets, columns) = targets(codes, factor);
        let table = Table { values: &targets, columns };
        let of_training = Table { values: &targets[..training * columns], columns };
        let forest = Forest::fit(features, of_training, &mut self.dice);
        self.informativeness += r_squared(codes, table, &forest, training) / factors as f64;
        let total: f64 = forest.importances.iter().sum();
        self.importances.push(forest.importances.iter().map(|i| i / total.max(f64::MIN_POSITIVE)).collect());
        (factor + 1 == factors).then(|| self.finish(codes.latent))
    }

    fn finish(&self, latent: usize) -> [f64; 3] {
        let importances = &self.importances;
        let by_dimension: Vec<Vec<f64>> =
            (0..latent).map(|dimension| importances.iter().map(|row| row[dimension]).collect()).collect();
        // A dimension counts by its share of all importance, each factor the same.
        [concentration(&by_dimension), concentration(importances), self.informativeness.max(0.0)]
    }
}

/// A factor as values to predict: its level, or an indicator for each class.
fn targets(codes: &Codes, factor: usize) -> (Vec<f64>, usize) {
    let (levels, what) = (codes.factor(factor), &codes.factors[factor]);
    if !what.categorical {
        return (levels.into_iter().map(|level| level as f64).collect(), 1);
    }
    let classes = what.levels;
    let indicators = |level: usize| (0..classes).map(move |class| f64::from(u8::from(class == level)));
    (levels.into_iter().flat_map(indicators).collect(), classes)
}

/// 1 − SSE/SST over the images from `from` on.
fn r_squared(codes: &Codes, targets: Table, forest: &Forest, from: usize) -> f64 {
    let rows = from..codes.len();
    let n = rows.len() as f64;
    let means: Vec<f64> =
        (0..targets.columns).map(|t| rows.clone().map(|row| targets.row(row)[t]).sum::<f64>() / n).collect();
    let square = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
    let errors: f64 = rows.clone().map(|row| square(targets.row(row), &forest.predict(codes.code(row)))).sum();
    let total: f64 = rows.map(|row| square(targets.row(row), &means)).sum();
    1.0 - errors / total.max(f64::MIN_POSITIVE)
}

/// The mean over rows of 1 − H(row)/log(columns), weighted by each row's share of the total.
fn concentration(rows: &[Vec<f64>]) -> f64 {
    let whole = rows.iter().flatten().sum::<f64>().max(f64::MIN_POSITIVE);
    let of = |row: &Vec<f64>| {
        let total: f64 = row.iter().sum();
        let entropy: f64 = row.iter().map(|v| v / total).filter(|p| *p > 0.0).map(|p| -p * p.ln()).sum();
        total / whole * (1.0 - entropy / (row.len() as f64).ln())
    };
    // One column is always concentrated.
    if rows.first().is_none_or(|row| row.len() == 1) {
        return 1.0;
    }
    rows.iter().filter(|row| row.iter().any(|&v| v > 0.0)).map(of).sum()
}

#[cfg(test)]
mod tests {
    use super::concentration;

    #[test]
    fn concentration_is_one_less_the_weighted_entropy() {
        assert!((concentration(&[vec![3.0, 0.0], vec![0.0, 1.0]]) - 1.0).abs() < 1e-12);
        assert!(concentration(&[vec![1.0, 1.0], vec![2.0, 2.0]]).abs() < 1e-12);
        assert!((concentration(&[vec![3.0, 0.0], vec![0.5, 0.5]]) - 0.75).abs() < 1e-12);
    }
}
