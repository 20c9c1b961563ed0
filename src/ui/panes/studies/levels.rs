//! The values of a field over a study, in their order, with their places on an axis.

use crate::experiment::study::Axis;
use crate::ui::studies::Seen;

/// How the values lie on an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Side by side: they are no numbers.
    Names,
    Linear,
    Log,
}

/// Ratio of the largest to the smallest of positive numbers from which on they are shown by their logarithms.
const WIDE: f64 = 8.0;

/// The values of a field.
#[derive(Clone, Debug, PartialEq)]
pub struct Levels {
    /// As the points have them, each once.
    pub values: Vec<String>,
    pub scale: Scale,
}

impl Levels {
    /// Of the field at a place of the table.
    pub fn of(seen: &Seen, field: usize) -> Self {
        let values = seen.table.points.iter().filter_map(|point| point.values.get(field));
        let path = seen.table.paths.get(field).map_or("", String::as_str);
        Self::new(values.map(String::as_str), axis(&seen.study.axes, path))
    }

    fn new<'a>(values: impl Iterator<Item = &'a str>, axis: Option<&Axis>) -> Self {
        let mut found: Vec<String> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for value in values.filter(|value| seen.insert(*value)) {
            found.push(value.to_owned());
        }
        let numbers: Option<Vec<f64>> = found.iter().map(|value| number(value)).collect();
        let Some(numbers) = numbers else { return Self { values: found, scale: Scale::Names } };
        found.sort_by(|a, b| number(a).unwrap_or(0.0).total_cmp(&number(b).unwrap_or(0.0)));
        let (low, high) = numbers.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), n| (a.min(*n), b.max(*n)));
        let is_log = match axis {
            Some(Axis::Log { .. }) => true,
            Some(Axis::Linear { .. } | Axis::Integers { .. } | Axis::Seeds { .. }) => false,
            _ => low > 0.0 && high >= WIDE * low,
        };
        Self { values: found, scale: if is_log && low > 0.0 { Scale::Log } else { Scale::Linear } }
    }

    /// The place of a value.
    pub fn place(&self, value: &str) -> Option<usize> {
        self.values.iter().position(|known| known == value)
    }

    /// Where the value at a place lies on an axis: its number, the decimal logarithm of it, or the place.
    pub fn position(&self, place: usize) -> f64 {
        let number = self.values.get(place).and_then(|value| number(value)).unwrap_or(f64::NAN);
        match self.scale {
            Scale::Names => place as f64,
            Scale::Linear => number,
            Scale::Log => number.log10(),
        }
    }

    /// Where it lies between the ends, from 0 to 1; a single one in the middle.
    pub fn share(&self, place: usize) -> f64 {
        let (low, high) = (self.position(0), self.position(self.values.len().saturating_sub(1)));
        if high > low { (self.position(place) - low) / (high - low) } else { 0.5 }
    }
}

fn number(value: &str) -> Option<f64> {
    value.parse().ok().filter(|number: &f64| number.is_finite())
}

/// The axis of a field, also where it moves together with others.
fn axis<'a>(axes: &'a [Axis], field: &str) -> Option<&'a Axis> {
    axes.iter().find_map(|it| match it {
        Axis::Zip(axes) => axis(axes, field),
        it => it.fields().contains(&field).then_some(it),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_in_order_and_wide_ranges_by_their_logarithms() {
        let levels = Levels::new(["50", "1", "5", "1"].into_iter(), None);
        assert_eq!(
            (levels.values.as_slice(), levels.scale),
            (["1", "5", "50"].map(String::from).as_slice(), Scale::Log)
        );
        assert_eq!(levels.share(0), 0.0);
        assert!((levels.share(1) - 0.411_4).abs() < 1e-3 && levels.share(2) == 1.0);
        let linear = Axis::Linear { field: "x".into(), from: 1.0, to: 50.0, count: Some(3) };
        assert_eq!(Levels::new(["1", "50"].into_iter(), Some(&linear)).scale, Scale::Linear);
        assert_eq!(Levels::new(["0", "50"].into_iter(), None).scale, Scale::Linear);
        let names = Levels::new(["Iwae", "Elbo"].into_iter(), None);
        assert_eq!((names.scale, names.position(1), names.share(1)), (Scale::Names, 1.0, 1.0));
        assert_eq!(names.place("Elbo"), Some(1));
        let zip = [Axis::Zip(vec![Axis::Log { field: "y".into(), from: 1.0, to: 2.0, count: Some(2) }])];
        assert!(matches!(axis(&zip, "y"), Some(Axis::Log { .. })));
    }
}
