//! How a quantity responds to a field: a curve for each setting of the other fields, means over what repeats it.

use super::levels::Levels;
use crate::estimate::Estimate;
use crate::study::table::{PointRow, Table};
use crate::study::term::Term;
use std::collections::BTreeMap;

/// The mean of a quantity at a value of a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mean {
    /// The place of the value among the field's.
    pub place: usize,
    /// Over the points that have it, with the error over them; not known of a single one.
    pub mean: Estimate,
    /// How many points.
    pub count: usize,
}

/// The response at one setting of the other fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// The other fields' values; nothing where there are none.
    pub name: String,
    /// In the order of the field's values.
    pub means: Vec<Mean>,
}

/// The curves of a quantity against the field at a place of the table. Seeds are averaged over.
pub fn curves(table: &Table, field: usize, levels: &Levels, term: &Term) -> Vec<Curve> {
    let others: Vec<usize> =
        (0..table.fields.len()).filter(|&other| other != field && table.fields[other] != "seed").collect();
    let name = |point: &PointRow| {
        let parts = others.iter().map(|&other| format!("{} = {}", table.fields[other], point.values[other]));
        parts.collect::<Vec<_>>().join(", ")
    };
    let mut order: Vec<String> = Vec::new();
    let mut found: BTreeMap<String, BTreeMap<usize, Vec<f64>>> = BTreeMap::new();
    for point in &table.points {
        let Some(place) = point.values.get(field).and_then(|value| levels.place(value)) else { continue };
        let Some(value) = term.of(point) else { continue };
        let name = name(point);
        if !found.contains_key(&name) {
            order.push(name.clone());
        }
        found.entry(name).or_default().entry(place).or_default().push(value.value);
    }
    let curve = |name: String| {
        let of_curve = found.remove(&name).unwrap_or_default();
        let mean =
            |(place, values): (usize, Vec<f64>)| Mean { place, mean: Estimate::mean(&values), count: values.len() };
        Curve { name, means: of_curve.into_iter().map(mean).collect() }
    };
    order.into_iter().map(curve).collect()
}

/// The means of a quantity over two fields, whatever the others are; rows are the values of the second.
pub fn cells(table: &Table, fields: [usize; 2], levels: [&Levels; 2], term: &Term) -> Vec<Vec<Option<Mean>>> {
    let [x, y] = levels.map(|levels| levels.values.len());
    let mut values = vec![vec![Vec::new(); x]; y];
    for point in &table.points {
        let place = |axis: usize| point.values.get(fields[axis]).and_then(|value| levels[axis].place(value));
        if let (Some(x), Some(y), Some(value)) = (place(0), place(1), term.of(point)) {
            values[y][x].push(value.value);
        }
    }
    let mean = |(place, values): (usize, Vec<f64>)| {
        (!values.is_empty()).then(|| Mean { place, mean: Estimate::mean(&values), count: values.len() })
    };
    values.into_iter().map(|row| row.into_iter().enumerate().map(mean).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::made::{seen, term};
    use super::*;

    #[test]
    fn a_curve_is_a_setting_and_seeds_are_averaged() {
        // β ∈ {1, 4}, two dimensions, seeds 0 and 1; the value is 10·dimension − β + seed.
        let seen = seen();
        let levels = Levels::of(&seen, 0);
        let curves = curves(&seen.table, 0, &levels, &term());
        let names: Vec<&str> = curves.iter().map(|curve| curve.name.as_str()).collect();
        assert_eq!(names, ["dimension = 2", "dimension = 5"]);
        let [first, second] = curves[1].means[..] else { panic!("two values of β") };
        assert_eq!((first.place, first.count, first.mean.value), (0, 2, 50.0 - 1.0 + 0.5));
        // Two values a distance of 1 apart: the error of their mean is 1/2.
        assert!((first.mean.se - 0.5).abs() < 1e-12 && second.mean.value == 50.0 - 4.0 + 0.5);
    }

    #[test]
    fn a_cell_is_a_mean_over_all_else() {
        let seen = seen();
        let levels = [Levels::of(&seen, 0), Levels::of(&seen, 1)];
        let cells = cells(&seen.table, [0, 1], [&levels[0], &levels[1]], &term());
        assert_eq!((cells.len(), cells[0].len()), (2, 2));
        assert_eq!(cells[1][0].map(|cell| (cell.count, cell.mean.value)), Some((2, 49.5)));
    }
}
