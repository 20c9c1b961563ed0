//! The scales of a table's columns, found on the training rows.

use super::stack::{Stack, Values};
use super::{Column, Columns};
use crate::experiment::Scaling;

/// Find the offset and the scale of every column of numbers on some of a stack's rows; missing values are left out.
/// Categories stay as they are. The result names the columns that do not vary.
pub(super) fn fit(columns: &mut Columns, scaling: Scaling, stack: &Stack, rows: &[u32]) -> Vec<String> {
    let (Values::Floats(values), width) = (&stack.values, columns.len()) else { return Vec::new() };
    if scaling == Scaling::None {
        return Vec::new();
    }
    let of_rows = |entries: std::ops::Range<usize>| {
        rows.iter().flat_map(move |&row| &values[row as usize * width..][entries.clone()]).map(|v| f64::from(*v))
    };
    let numbers: Vec<usize> = (0..width).filter(|&i| columns.list[i].category.is_none()).collect();
    let mut constant = Vec::new();
    let scale = |entries: std::ops::Range<usize>| match scaling {
        Scaling::MinMax => extent(of_rows(entries)),
        _ => moments(of_rows(entries)),
    };
    let mut set = |column: &mut Column, (offset, scale): (f64, f64)| {
        column.offset = offset;
        if scale > 0.0 {
            column.scale = scale;
        } else {
            constant.push(column.name.clone());
        }
    };
    if columns.sequence && numbers.len() == width {
        let common = scale(0..width);
        columns.list.iter_mut().for_each(|column| set(column, common));
    } else {
        numbers.into_iter().for_each(|i| set(&mut columns.list[i], scale(i..i + 1)));
    }
    constant
}

/// Turn a stack's numbers into the model's.
pub(super) fn apply(columns: &Columns, stack: &mut Stack) {
    let Values::Floats(values) = &mut stack.values else { return };
    for row in values.chunks_exact_mut(columns.len()) {
        for (value, column) in row.iter_mut().zip(&columns.list).filter(|(_, column)| column.category.is_none()) {
            *value = column.scaled(f64::from(*value));
        }
    }
}

/// Mean and standard deviation (1/N) of the numbers among some values; (0, 0) of none.
fn moments(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let known = values.filter(|value| !value.is_nan());
    let count = known.clone().count().max(1) as f64;
    let mean = known.clone().sum::<f64>() / count;
    (mean, (known.map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt())
}

/// The smallest number among some values and the width of their range; (0, 0) of none.
fn extent(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let range = values.filter(|value| !value.is_nan()).fold(None, |range: Option<(f64, f64)>, value| {
        let (low, high) = range.unwrap_or((value, value));
        Some((low.min(value), high.max(value)))
    });
    range.map_or((0.0, 0.0), |(low, high)| (low, high - low))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::ImageShape;

    fn table(sequence: bool) -> (Columns, Stack) {
        let mut list: Vec<Column> = ["a", "b", "c"].map(Column::number).to_vec();
        if !sequence {
            list.push(Column { category: Some(0), ..Column::number("d: x") });
        }
        let width = list.len();
        let rows = [[1.0, 10.0, 5.0, 1.0], [3.0, f32::NAN, 5.0, 0.0], [100.0, 20.0, 5.0, 1.0]];
        let values = rows.iter().flat_map(|row| row[..width].to_vec()).collect();
        let stack = Stack::of_numbers(ImageShape { channels: 1, height: 1, width }, values);
        (Columns { list, sequence }, stack)
    }

    fn values(stack: &Stack) -> &[f32] {
        let Values::Floats(values) = &stack.values else { panic!("bytes") };
        values
    }

    #[test]
    fn scales_are_those_of_the_training_rows_and_are_undone() {
        let (mut columns, mut stack) = table(false);
        let before = values(&stack).to_vec();
        assert_eq!(fit(&mut columns, Scaling::Standardise, &stack, &[0, 1]), ["b", "c"]);
        apply(&columns, &mut stack);
        assert_eq!(values(&stack)[..2], [-1.0, 0.0]);
        assert_eq!(values(&stack)[8], 98.0);
        for (row, was) in values(&stack).chunks(4).zip(before.chunks(4)) {
            let own = columns.own(row);
            assert!(own.iter().zip(was).all(|(a, b)| b.is_nan() && a.is_nan() || (a - f64::from(*b)).abs() < 1e-5));
        }
    }

    #[test]
    fn the_range_becomes_zero_to_one_and_a_sequence_is_scaled_as_a_whole() {
        let (mut columns, mut stack) = table(false);
        fit(&mut columns, Scaling::MinMax, &stack, &[0, 1, 2]);
        apply(&columns, &mut stack);
        assert_eq!([values(&stack)[0], values(&stack)[8], values(&stack)[1], values(&stack)[9]], [0.0, 1.0, 0.0, 1.0]);
        let (mut columns, stack) = table(true);
        assert!(fit(&mut columns, Scaling::MinMax, &stack, &[0, 2]).is_empty());
        assert!(columns.list.iter().all(|column| (column.offset, column.scale) == (1.0, 99.0)));
        let (mut columns, stack) = table(true);
        assert!(fit(&mut columns, Scaling::None, &stack, &[0]).is_empty());
        assert_eq!(columns.list[0].scale, 1.0);
    }
}
