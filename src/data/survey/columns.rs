//! The columns of vectors, each by itself and in its own scale.

use super::values::Spread;
use crate::data::Columns;
use serde::Serialize;

/// Number of bars of a column's histogram.
pub const BARS: usize = 16;

/// One column of vectors, over all rows in which it is known.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ColumnFound {
    /// The column's name; of a level of a category the category's and its own.
    pub name: String,
    /// Whether the column is one level of a category: 1 in rows that have the level, 0 in others.
    pub level: bool,
    /// Number of rows in which the value is missing.
    pub missing: u64,
    /// The spread of the known values, in the column's own scale; `None` where all are missing.
    pub known: Option<Known>,
    /// Number of values in each of 16 equal parts of the column's range.
    pub histogram: Vec<u64>,
}

/// The known values of a column, in its own scale.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Known {
    /// The smallest value.
    pub min: f64,
    /// The largest value.
    pub max: f64,
    /// The mean.
    pub mean: f64,
    /// The standard deviation (1/N).
    pub deviation: f64,
}

impl ColumnFound {
    /// Whether the column has one value in all rows in which it is known.
    pub fn is_constant(&self) -> bool {
        self.known.is_some_and(|known| known.min == known.max)
    }
}

/// The columns with what was found in each of `rows` rows, and their histograms.
pub fn describe(columns: &Columns, rows: u64, spreads: &[Spread], histograms: Vec<Vec<u64>>) -> Vec<ColumnFound> {
    let all = columns.list.iter().zip(spreads).zip(histograms);
    let found = all.map(|((column, spread), histogram)| {
        let own = |value: f64| column.offset + column.scale * value;
        let known = (spread.count > 0).then(|| Known {
            min: neat(column.own(spread.min), column.scale * spread.deviation),
            max: neat(column.own(spread.max), column.scale * spread.deviation),
            mean: own(spread.mean),
            deviation: column.scale * spread.deviation,
        });
        let missing = rows - spread.count;
        ColumnFound { name: column.name.clone(), level: column.category.is_some(), missing, known, histogram }
    });
    found.collect()
}

/// A value that was scaled and back, without the digits that single precision does not have: rounded to a decimal place
/// of about a millionth of its column's deviation.
fn neat(value: f64, deviation: f64) -> f64 {
    let step = 10_f64.powf((deviation * 1e-6).log10().floor());
    let rounded = (value / step).round() * step;
    if rounded.is_finite() { rounded } else { value }
}

/// Sentences on the columns that say nothing: those without any value, and those with one value throughout, unless
/// something is `said` of them already.
pub fn doubts(columns: &[ColumnFound], said: &[String]) -> Vec<String> {
    const NAMED: usize = 8;
    let is_new = |name: &String| !said.iter().any(|sentence| sentence.contains(name));
    let sentence = |which: &dyn Fn(&&ColumnFound) -> bool, what: &str| {
        let names = columns.iter().filter(which).map(|column| format!("`{}`", column.name));
        let names: Vec<String> = names.filter(is_new).collect();
        let more = names.len().saturating_sub(NAMED);
        let list = names[..names.len().min(NAMED)].join(", ");
        let list = if more > 0 { format!("{list} and {more} more") } else { list };
        (!names.is_empty()).then(|| format!("{what}: {list}"))
    };
    let empty = sentence(&|column| column.known.is_none(), "columns without a value");
    let constant = sentence(&|column| column.is_constant(), "columns with one value in all rows");
    [empty, constant].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Column;

    #[test]
    fn what_scaling_leaves_of_zero_is_zero() {
        assert_eq!(neat(1.8e-10, 0.43), 0.0);
        assert!((neat(1_900.000_02, 577.0) - 1_900.0).abs() < 1e-3 && (neat(0.25, 5.77) - 0.25).abs() < 1e-9);
        assert_eq!([neat(3.0, 0.0), neat(f64::INFINITY, 1.0)], [3.0, f64::INFINITY]);
    }

    #[test]
    fn columns_are_told_in_their_own_scales_and_empty_and_constant_ones_are_named() {
        let length = Column { offset: 5.0, scale: 2.0, ..Column::number("length") };
        let level = Column { category: Some(0), ..Column::number("kind: x") };
        let columns = Columns { list: vec![length, level, Column::number("void")], sequence: false };
        let spread = |count, min, max, mean, deviation| Spread { count, min, max, mean, deviation };
        let none = spread(0, f32::INFINITY, f32::NEG_INFINITY, 0.0, 0.0);
        let spreads = [spread(3, -1.0, 2.0, 0.5, 1.5), spread(4, 1.0, 1.0, 1.0, 0.0), none];
        let found = describe(&columns, 4, &spreads, vec![vec![0; BARS]; 3]);
        let Some(Known { min, max, mean, deviation }) = found[0].known else { panic!("numbers") };
        assert!((min - 3.0).abs() < 1e-9 && (max - 9.0).abs() < 1e-9 && (mean, deviation) == (6.0, 3.0));
        assert_eq!(
            found.iter().map(|it| (it.missing, it.level)).collect::<Vec<_>>(),
            [(1, false), (0, true), (4, false)]
        );
        assert_eq!(
            doubts(&found, &[]),
            ["columns without a value: `void`", "columns with one value in all rows: `kind: x`"]
        );
        assert_eq!(doubts(&found, &["column `void` has no value and is left out".into()]).len(), 1);
        let many: Vec<ColumnFound> = (0..11).map(|_| found[2].clone()).collect();
        assert!(doubts(&many, &[])[0].ends_with("and 3 more"));
    }
}
