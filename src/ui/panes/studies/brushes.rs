//! Parallel coordinates: a line a point over an axis a field or quantity, and the ranges of axes that lines must cross.

use super::levels::Levels;
use crate::study::term::Term;
use crate::ui::format;
use crate::ui::studies::Seen;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// The field or quantity, by the name that brushes know it by.
    pub name: String,
    pub title: String,
    /// Texts at shares of its height, from 0 at the bottom to 1 at the top.
    pub ticks: Vec<(f64, String)>,
}

/// A point: where its line crosses each axis, as a share of its height; `None` where its value is not known.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The point's place in the table.
    pub point: usize,
    pub at: Vec<Option<f64>>,
}

/// The ranges that are brushed, by the names of their axes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Brushes(BTreeMap<String, (f64, f64)>);

/// Most texts beside an axis.
const TICKS: usize = 8;

/// The axes and lines of a study's points that are done; `terms` follow its fields.
pub fn coordinates(seen: &Seen, terms: &[Term]) -> (Vec<Axis>, Vec<Line>) {
    let table = &seen.table;
    let levels: Vec<Levels> = (0..table.fields.len()).map(|field| Levels::of(seen, field)).collect();
    let ranges: Vec<(f64, f64)> = terms
        .iter()
        .map(|term| {
            let values = table.points.iter().filter_map(|point| Some(term.of(point)?.value));
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
        })
        .collect();
    let of_field = |(field, levels): (usize, &Levels)| {
        let step = levels.values.len().div_ceil(TICKS).max(1);
        let ticks = (0..levels.values.len()).step_by(step);
        let ticks = ticks.map(|place| (levels.share(place), levels.values[place].clone())).collect();
        let name = table.fields[field].clone();
        Axis { title: name.clone(), name, ticks }
    };
    let of_term = |(term, (low, high)): (&Term, &(f64, f64))| {
        let ticks = [(0.0, *low), (1.0, *high)];
        let ticks = ticks.map(|(share, value)| (share, format::fixed(value, term.decimals.min(2)))).into();
        Axis { name: term.name.clone(), title: term.short().to_owned(), ticks }
    };
    let axes = levels.iter().enumerate().map(of_field).chain(terms.iter().zip(&ranges).map(of_term)).collect();
    let line = |(place, point): (usize, &crate::study::table::PointRow)| {
        let fields = levels.iter().zip(&point.values).map(|(levels, value)| Some(levels.share(levels.place(value)?)));
        let numbers = terms.iter().zip(&ranges).map(|(term, (low, high))| {
            let value = term.of(point)?.value;
            Some(if high > low { (value - low) / (high - low) } else { 0.5 })
        });
        Line { point: place, at: fields.chain(numbers).collect() }
    };
    let done = table.points.iter().enumerate().filter(|(_, point)| point.state == "done");
    (axes, done.map(line).collect())
}

impl Brushes {
    /// Brush an axis between two shares of its height.
    pub fn set(&mut self, axis: &str, from: f64, to: f64) {
        self.0.insert(axis.to_owned(), (from.min(to).max(0.0), from.max(to).min(1.0)));
    }

    /// Let all lines cross an axis again.
    pub fn clear(&mut self, axis: &str) {
        self.0.remove(axis);
    }

    /// Let all lines cross all axes again.
    pub fn clear_all(&mut self) {
        self.0.clear();
    }

    /// Whether no axis is brushed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The range of an axis that is brushed.
    pub fn of(&self, axis: &str) -> Option<(f64, f64)> {
        self.0.get(axis).copied()
    }

    /// Whether a line crosses every brushed axis within its range. A value that is not known is within none; an axis
    /// that is not there any more asks for nothing.
    pub fn let_pass(&self, axes: &[Axis], line: &Line) -> bool {
        const ROUNDING: f64 = 1e-9;
        axes.iter().zip(&line.at).all(|(axis, at)| match self.of(&axis.name) {
            None => true,
            Some((low, high)) => at.is_some_and(|at| (low - ROUNDING..=high + ROUNDING).contains(&at)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::made::{seen, term};
    use super::*;

    #[test]
    fn lines_pass_where_all_brushed_axes_let_them() {
        let seen = seen();
        let (axes, lines) = coordinates(&seen, &[term()]);
        let names: Vec<&str> = axes.iter().map(|axis| axis.name.as_str()).collect();
        assert_eq!(names, ["beta", "dimension", "seed", "log_px"]);
        assert_eq!(lines.len(), 8);
        // Dimension 5, β = 1, seed 1 has the most: 50; dimension 2, β = 4, seed 0 the least: 16.
        assert_eq!(axes[3].ticks, [(0.0, "16.00".into()), (1.0, "50.00".into())]);
        let mut brushes = Brushes::default();
        let passing = |brushes: &Brushes| -> Vec<usize> {
            lines.iter().filter(|line| brushes.let_pass(&axes, line)).map(|line| line.point).collect()
        };
        assert_eq!(passing(&brushes).len(), 8);
        brushes.set("beta", 0.4, -1.0);
        assert_eq!(brushes.of("beta"), Some((0.0, 0.4)));
        assert_eq!(passing(&brushes), [0, 1, 2, 3], "β = 1");
        brushes.set("log_px", 0.9, 1.0);
        assert_eq!(passing(&brushes), [2, 3], "of these, dimension 5");
        brushes.set("an axis of another study", 0.0, 0.0);
        assert_eq!(passing(&brushes), [2, 3]);
        brushes.clear("beta");
        brushes.clear("log_px");
        assert_eq!(passing(&brushes).len(), 8);
    }

    #[test]
    fn what_is_not_known_is_within_no_range() {
        let axes = [Axis { name: "kl".into(), title: String::new(), ticks: Vec::new() }];
        let line = Line { point: 0, at: vec![None] };
        let mut brushes = Brushes::default();
        assert!(brushes.let_pass(&axes, &line));
        brushes.set("kl", 0.0, 1.0);
        assert!(!brushes.let_pass(&axes, &line));
    }
}
