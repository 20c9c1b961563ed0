//! The axes of a study: the fields in which its points differ.

use super::value::FieldValue;
use serde::{Deserialize, Serialize};

/// One field of the experiment, or several that move together, and the values that it takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Axis {
    /// The listed values.
    List {
        /// The field's path, as in `--set`.
        field: String,
        /// The values, as an experiment's file writes them.
        values: Vec<FieldValue>,
    },
    /// Numbers at equal distances, ends included. Without a `count`, which only random points allow, any number between
    /// the ends.
    Linear {
        /// The field's path, as in `--set`.
        field: String,
        /// The first number.
        from: f64,
        /// The last number.
        to: f64,
        /// How many numbers.
        #[serde(default)]
        count: Option<usize>,
    },
    /// Numbers above 0 at equal ratios, ends included. Without a `count`, any number between the ends, its logarithm
    /// drawn uniformly.
    Log {
        /// The field's path, as in `--set`.
        field: String,
        /// The first number.
        from: f64,
        /// The last number.
        to: f64,
        /// How many numbers.
        #[serde(default)]
        count: Option<usize>,
    },
    /// Whole numbers.
    Integers {
        /// The field's path, as in `--set`.
        field: String,
        /// The first number.
        from: i64,
        /// The last number; left out if the steps pass it by.
        to: i64,
        /// The distance from one number to the next.
        #[serde(default = "one")]
        step: i64,
    },
    /// Seeds `from`, `from + 1`, …: repeats of a setting, from which its results get a standard error.
    Seeds {
        /// The first seed.
        #[serde(default)]
        from: u64,
        /// How many seeds.
        count: u64,
    },
    /// Axes of the same length that move together: the first values of all, then the second ones, and so on.
    Zip(Vec<Self>),
}

fn one() -> i64 {
    1
}

/// The field that an axis of seeds sets.
pub const SEED: &str = "seed";

/// A field and its value at one point.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Assignment {
    /// The field's path.
    pub field: String,
    /// The field's value.
    pub value: FieldValue,
}

impl Axis {
    /// The fields that the axis changes.
    pub fn fields(&self) -> Vec<&str> {
        match self {
            Self::List { field, .. }
            | Self::Linear { field, .. }
            | Self::Log { field, .. }
            | Self::Integers { field, .. } => vec![field],
            Self::Seeds { .. } => vec![SEED],
            Self::Zip(axes) => axes.iter().flat_map(Self::fields).collect(),
        }
    }

    /// Whether the axis repeats a setting rather than changing it.
    pub fn is_seeds(&self) -> bool {
        matches!(self, Self::Seeds { .. })
    }

    /// The number of values; `None` for a range without a count.
    pub fn len(&self) -> Option<usize> {
        match self {
            Self::List { values, .. } => Some(values.len()),
            Self::Linear { count, .. } | Self::Log { count, .. } => *count,
            Self::Integers { from, to, step, .. } => {
                let steps = (i128::from(*to) - i128::from(*from)).checked_div(i128::from(*step)).unwrap_or(-1);
                Some(usize::try_from(steps + 1).unwrap_or(0))
            }
            Self::Seeds { count, .. } => usize::try_from(*count).ok(),
            Self::Zip(axes) => axes.first().and_then(Self::len),
        }
    }

    /// Whether the axis has no values.
    pub fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }

    /// The assignments of value number `place`, below [`len`](Self::len).
    pub fn at(&self, place: usize) -> Vec<Assignment> {
        let one = |field: &str, value: FieldValue| vec![Assignment { field: field.to_string(), value }];
        match self {
            Self::List { field, values } => values.get(place).map_or(Vec::new(), |value| one(field, value.clone())),
            Self::Linear { field, count, .. } | Self::Log { field, count, .. } => {
                let last = count.unwrap_or(1).saturating_sub(1).max(1);
                one(field, self.between(place as f64 / last as f64))
            }
            Self::Integers { field, from, step, .. } => {
                one(field, FieldValue::whole(i128::from(*from) + i128::from(*step) * place as i128))
            }
            Self::Seeds { from, .. } => one(SEED, FieldValue::whole(from.saturating_add(place as u64))),
            Self::Zip(axes) => axes.iter().flat_map(|axis| axis.at(place)).collect(),
        }
    }

    /// The assignments of a random value, given a uniform number on (0, 1).
    pub fn draw(&self, uniform: f64) -> Vec<Assignment> {
        match (self, self.len()) {
            (Self::Linear { field, count: None, .. } | Self::Log { field, count: None, .. }, _) => {
                vec![Assignment { field: field.clone(), value: self.between(uniform) }]
            }
            (_, length) => {
                let length = length.unwrap_or(0);
                self.at(((uniform * length as f64) as usize).min(length.saturating_sub(1)))
            }
        }
    }

    /// The number of a range at a share, from 0 to 1, of the way; its ends are exact.
    fn between(&self, share: f64) -> FieldValue {
        let number = match *self {
            Self::Linear { from, .. } | Self::Log { from, .. } if share <= 0.0 => from,
            Self::Linear { to, .. } | Self::Log { to, .. } if share >= 1.0 => to,
            Self::Linear { from, to, .. } => from + (to - from) * share,
            Self::Log { from, to, .. } => from * (to / from).powf(share),
            _ => f64::NAN,
        };
        FieldValue::rounded(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(axis: &Axis) -> Vec<String> {
        let places = 0..axis.len().unwrap();
        places.map(|place| axis.at(place).iter().map(|a| a.value.to_string()).collect::<Vec<_>>().join("+")).collect()
    }

    #[test]
    fn ranges_have_their_ends() {
        let field = || "objective.beta".to_string();
        let linear = Axis::Linear { field: field(), from: 0.0, to: 1.0, count: Some(5) };
        assert_eq!(values(&linear), ["0", "0.25", "0.5", "0.75", "1"]);
        let log = Axis::Log { field: field(), from: 2.0, to: 16.0, count: Some(4) };
        assert_eq!(values(&log), ["2", "4", "8", "16"]);
        let log = Axis::Log { field: field(), from: 0.1, to: 10.0, count: Some(5) };
        assert_eq!(values(&log), ["0.1", "0.316228", "1", "3.16228", "10"]);
        let integers = |from, to, step| values(&Axis::Integers { field: field(), from, to, step });
        assert_eq!(integers(2, 9, 3), ["2", "5", "8"]);
        assert_eq!(integers(3, 1, -1), ["3", "2", "1"]);
        assert_eq!(integers(3, 1, 1), [""; 0]);
        assert_eq!(values(&Axis::Seeds { from: 7, count: 2 }), ["7", "8"]);
        let single = Axis::Linear { field: field(), from: 3.0, to: 9.0, count: Some(1) };
        assert_eq!(values(&single), ["3"]);
    }

    #[test]
    fn zipped_axes_move_together() {
        let list = |field: &str, texts: [&str; 2]| Axis::List {
            field: field.into(),
            values: texts.map(|text| FieldValue::new(text).unwrap()).into(),
        };
        let zip = Axis::Zip(vec![list("objective.bound", ["Elbo", "Iwae"]), list("objective.samples", ["1", "5"])]);
        assert_eq!(values(&zip), ["Elbo+1", "Iwae+5"]);
        assert_eq!(zip.fields(), ["objective.bound", "objective.samples"]);
    }

    #[test]
    fn draws_stay_within() {
        let log = Axis::Log { field: "x".into(), from: 1e-4, to: 1e-2, count: None };
        for uniform in [1e-9, 0.3, 0.999_999] {
            let value: f64 = log.draw(uniform)[0].value.as_str().parse().unwrap();
            assert!((1e-4..=1e-2).contains(&value), "{value}");
        }
        let seeds = Axis::Seeds { from: 0, count: 3 };
        assert_eq!(seeds.draw(0.999_999_999)[0].value.as_str(), "2");
    }
}
