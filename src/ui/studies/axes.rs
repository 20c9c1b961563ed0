//! An axis in a few words, for the form.

use super::values::written_values;
use crate::experiment::study::Axis;
use crate::ui::format;

/// Most characters of a list that are shown.
const LONGEST: usize = 40;

/// The field of an axis that stands by itself; nothing for several that move together.
pub fn field_of(axis: &Axis) -> Option<&str> {
    match axis {
        Axis::Zip(_) => None,
        axis => axis.fields().first().copied(),
    }
}

/// The values of an axis: `0.25 … 8, 6 values at equal ratios`.
pub fn described(axis: &Axis) -> String {
    let range = |from: f64, to: f64, count: Option<usize>, how: &str| {
        let ends = format!("{} … {}", format::scientific(from), format::scientific(to));
        match count {
            Some(count) => format!("{ends}, {count} values {how}"),
            None => format!("{ends}, drawn at random"),
        }
    };
    match axis {
        Axis::List { values, .. } => shortened(&written_values(values)),
        Axis::Linear { from, to, count, .. } => range(*from, *to, *count, "at equal distances"),
        Axis::Log { from, to, count, .. } => range(*from, *to, *count, "at equal ratios"),
        Axis::Integers { from, to, step: 1, .. } => format!("{from} … {to}"),
        Axis::Integers { from, to, step, .. } => format!("{from} … {to} by {step}"),
        Axis::Seeds { from, count: 1 } => format!("seed {from}"),
        Axis::Seeds { from, count } => {
            format!("{count} seeds, {from} … {}", from.saturating_add(count.saturating_sub(1)))
        }
        Axis::Zip(axes) => shortened(&axes.iter().map(described).collect::<Vec<_>>().join("; ")),
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::study::FieldValue;

    #[test]
    fn axes_are_told_in_a_few_words() {
        let field = || "objective.beta".to_string();
        let list = |values: &[&str]| Axis::List {
            field: field(),
            values: values.iter().map(|value| FieldValue::new(value).unwrap()).collect(),
        };
        assert_eq!(described(&list(&["1", "Iwae"])), "1, Iwae");
        assert_eq!(described(&list(&["123456"; 20])).chars().count(), LONGEST);
        let log = Axis::Log { field: field(), from: 0.25, to: 8.0, count: Some(6) };
        assert_eq!(described(&log), "0.25 … 8, 6 values at equal ratios");
        assert_eq!(described(&Axis::Seeds { from: 0, count: 3 }), "3 seeds, 0 … 2");
        assert_eq!(described(&Axis::Integers { field: field(), from: 2, to: 8, step: 3 }), "2 … 8 by 3");
        assert_eq!((field_of(&log), field_of(&Axis::Zip(vec![log.clone()]))), (Some("objective.beta"), None));
    }
}
