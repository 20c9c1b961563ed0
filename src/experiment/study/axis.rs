//! What differs from point to point.

use super::value::FieldValue;
use serde::{Deserialize, Serialize};

/// One field of the experiment, or several that move together, and the values that it takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Axis {
    /// These values.
    List {
        /// The field's path, as in `--set`.
        field: String,
        /// As the experiment's file writes them.
        values: Vec<FieldValue>,
    },
    /// Numbers at equal distances, ends included. Drawn at random without a `count`: any number between the ends.
    Linear {
        /// The field's path, as in `--set`.
        field: String,
        /// The first.
        from: f64,
        /// The last.
        to: f64,
        /// How many.
        #[serde(default)]
        count: Option<usize>,
    },
    /// Numbers at equal ratios, ends included, all of them above 0. Drawn at random as those of `Linear`.
    Log {
        /// The field's path, as in `--set`.
        field: String,
        /// The first.
        from: f64,
        /// The last.
        to: f64,
        /// How many.
        #[serde(default)]
        count: Option<usize>,
    },
    /// Whole numbers.
    Integers {
        /// The field's path, as in `--set`.
        field: String,
        /// The first.
        from: i64,
        /// The last; it is left out where the steps pass it by.
        to: i64,
        /// From one to the next.
        #[serde(default = "one")]
        step: i64,
    },
    /// Seeds `from`, `from + 1`, …: the same setting again and again, so that its results have an error.
    Seeds {
        /// The first.
        #[serde(default)]
        from: u64,
        /// How many.
        count: u64,
    },
    /// Axes of one length that move together: first values with first ones, and so on.
    Zip(Vec<Self>),
}

fn one() -> i64 {
    1
}

/// The field that seeds are put into.
pub const SEED: &str = "seed";

/// A field and its value at one point.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Assignment {
    /// The field's path.
    pub field: String,
    /// What it is set to.
    pub value: FieldValue,
}

impl Axis {
    /// The fields that it changes.
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

    /// Whether it repeats a setting rather than changing it.
    pub fn is_seeds(&self) -> bool {
        matches!(self, Self::Seeds { .. })
    }

    /// How many places it has; `None` for a range without a count.
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

    /// Whether it has no place at all.
    pub fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }

    /// What is set at a place below [`len`](Self::len).
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

    /// What is set at a place drawn by a uniform number on (0, 1).
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

    /// The number of a range at a share of its way; its ends are exact.
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
