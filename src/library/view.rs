//! The runs that a table shows, their order, and the fields in which they differ.

use super::column::{Column, Key};
use super::fields::differing;
use super::filter::Filter;
use super::summary::RunSummary;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::sync::Arc;

/// The order of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort {
    /// The runs that are compared.
    pub column: Column,
    /// The largest first.
    pub descending: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Self { column: Column::Date, descending: true }
    }
}

/// The rows of a table of runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct View {
    /// The runs that the filter lets through, in order, as indices of those that were given.
    pub rows: Vec<usize>,
    /// The paths of the experiments' fields in which these differ.
    pub differing: Vec<String>,
}

impl View {
    /// Filter and sort runs. Equal ones stand in the order of their folders, whichever way is sorted.
    pub fn of(runs: &[Arc<RunSummary>], filter: &Filter, sort: &Sort) -> Self {
        let shown = runs.iter().enumerate().filter(|(_, run)| filter.holds(run));
        let mut keyed: Vec<(Key, usize)> = shown.map(|(index, run)| (sort.column.value(run).key(), index)).collect();
        keyed.sort_unstable_by(|(a, i), (b, j)| match a.compare(b, sort.descending) {
            Ordering::Equal => runs[*i].folder.cmp(&runs[*j].folder),
            order => order,
        });
        let rows: Vec<usize> = keyed.into_iter().map(|(_, index)| index).collect();
        let differing = differing(rows.iter().map(|&index| &runs[index].fields));
        Self { rows, differing }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;
    use crate::library::fields::Seen;
    use crate::library::metrics::Bound;
    use crate::library::state::RunState;
    use std::collections::BTreeSet;

    fn run(name: &str, seed: u64, elbo: Option<f64>) -> Arc<RunSummary> {
        let experiment = Experiment { name: name.into(), seed, ..Experiment::default() };
        let last = elbo.map(|elbo| Bound { step: 1, elbo, elbo_se: 0.1, reconstruction: elbo + 20.0, kl: 20.0 });
        let fields = Seen::default().fields(&experiment);
        let blank = RunSummary::blank(format!("/runs/{name}").into(), RunState::Paused, name);
        Arc::new(RunSummary { fields, last, ..blank })
    }

    #[test]
    fn rows_are_sorted_either_way_with_the_unknown_last() {
        let runs =
            [run("b", 1, Some(-90.0)), run("c", 2, None), run("a", 1, Some(-100.0)), run("d", 3, Some(f64::NAN))];
        let names = |sort: Sort, filter: &Filter| {
            let view = View::of(&runs, filter, &sort);
            view.rows.iter().map(|&row| runs[row].name().to_owned()).collect::<Vec<_>>().concat()
        };
        let all = Filter::default();
        let by = |column: Column, descending: bool| Sort { column, descending };
        assert_eq!(names(by(Column::Elbo, true), &all), "badc");
        assert_eq!(names(by(Column::Elbo, false), &all), "abdc");
        assert_eq!(names(by(Column::Name, false), &all), "abcd");
        assert_eq!(names(by(Column::Field("seed".into()), true), &all), "dcab", "of equal ones by their folders");
        let filter = Filter::new("seed = 1", &BTreeSet::from(["seed".to_owned()])).unwrap();
        assert_eq!(names(by(Column::Name, true), &filter), "ba");
        assert_eq!(View::of(&runs, &filter, &Sort::default()).differing, [""; 0]);
        assert_eq!(View::of(&runs, &all, &Sort::default()).differing, ["seed"]);
    }
}
