//! Values of any range on a scale from 0 to 1.

use super::file::Array;
use crate::data::DataError;
use crate::data::bytes::thousands;
use crate::experiment::Levels;

/// The range of an array's values, whether they are whole numbers, and how many are no finite numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    pub min: f64,
    pub max: f64,
    /// Whether all values are whole numbers.
    pub whole: bool,
    /// Number of values that are NaN, which are missing.
    pub missing: u64,
    /// Number of values that are infinite.
    pub infinite: u64,
}

impl Default for Found {
    fn default() -> Self {
        Self { min: f64::INFINITY, max: f64::NEG_INFINITY, whole: true, missing: 0, infinite: 0 }
    }
}

/// Whether a finite value is a whole number; `fract` would be a call.
fn is_whole(value: f64) -> bool {
    // From 2⁵² on there are only whole numbers.
    value.abs() >= 4_503_599_627_370_496.0 || value as i64 as f64 == value
}

impl Found {
    /// Note a value.
    pub fn add(&mut self, value: f64) {
        if !value.is_finite() {
            self.missing += u64::from(value.is_nan());
            self.infinite += u64::from(value.is_infinite());
            return;
        }
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        self.whole &= is_whole(value);
    }
}

/// The values that become 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    pub low: f64,
    pub high: f64,
}

impl Scale {
    /// The scale that `levels` asks for, of an array whose values have been looked at.
    pub fn of(array: &Array, levels: Levels, found: Found) -> Result<Self, DataError> {
        if found.infinite > 0 {
            let count = thousands(found.infinite);
            return Err(
                array.wrong(format!("{count} of its values are infinite; replace them, by NaN if they are missing"))
            );
        }
        if found.min > found.max {
            return Err(array.wrong("all of its values are missing; give another array, or another mask"));
        }
        let (low, high) = match levels {
            Levels::Auto => guess(array, found),
            Levels::Numbers => (0.0, 1.0),
            Levels::Range => (found.min, found.max),
            Levels::Type => {
                let (low, high) = array.element.ends();
                if found.min < low || found.max > high {
                    let Found { min, max, .. } = found;
                    return Err(array.wrong(format!(
                        "its {} go from {min} to {max}, beyond {low} to {high}; set data.source.levels to Range",
                        array.element
                    )));
                }
                (low, high)
            }
        };
        // A constant is black.
        Ok(Self { low, high: if high > low { high } else { low + 1.0 } })
    }

    /// A value on the scale, not rounded and not cut: the values that become 0 and 1 are 0 and 1.
    pub fn number(self, value: f64) -> f32 {
        ((value - self.low) / (self.high - self.low)) as f32
    }

    /// The level of a value: 0 to 255, rounded; values beyond the ends get the ends' levels.
    pub fn level(self, value: f64) -> u8 {
        let level = (value - self.low) / (self.high - self.low) * 255.0;
        // A conversion cuts the fraction off and stays between 0 and 255; `round` would be a call.
        let below = level as u8;
        below.saturating_add(u8::from(level - f64::from(below) >= 0.5))
    }

    /// Whether a value lies beyond the scale's ends, or is missing.
    pub fn cuts(self, value: f64) -> bool {
        !(self.low..=self.high).contains(&value)
    }

    /// The levels of the values 0 to 255, which the elements of an array of bytes are.
    pub fn levels_of_bytes(self) -> [u8; 256] {
        std::array::from_fn(|byte| self.level(byte as f64))
    }

    /// Whether a byte holds each value exactly: whole numbers with a level of their own, and none missing.
    pub fn fits_bytes(self, levels: Levels, found: Found) -> bool {
        levels != Levels::Numbers && found.missing == 0 && found.whole && self.high - self.low <= 255.0
    }
}

/// The ends that values like these usually have.
fn guess(array: &Array, found: Found) -> (f64, f64) {
    let Found { min, max, whole, .. } = found;
    let within = |low: f64, high: f64| min >= low && max <= high;
    match array.element.kind {
        _ if within(0.0, 1.0) => (0.0, 1.0),
        _ if whole && within(0.0, 255.0) => (0.0, 255.0),
        super::Kind::Float if within(-1.0, 1.0) => (-1.0, 1.0),
        super::Kind::Float if within(0.0, 255.0) && max > 128.0 => (0.0, 255.0),
        _ => (min, max),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_rounded_and_cut_to_the_ends() {
        for scale in [Scale { low: 0.0, high: 255.0 }, Scale { low: -1.0, high: 1.0 }, Scale { low: 3.0, high: 17.0 }] {
            for i in -2_000..4_000 {
                let value = scale.low + (scale.high - scale.low) * f64::from(i) / 2_040.0;
                let level = ((value - scale.low) / (scale.high - scale.low) * 255.0).clamp(0.0, 255.0).round();
                assert_eq!(f64::from(scale.level(value)), level, "{value} on {scale:?}");
                assert_eq!(scale.cuts(value), value < scale.low || value > scale.high, "{value} on {scale:?}");
            }
            let ends = [f64::NAN, f64::NEG_INFINITY, f64::INFINITY].map(|value| scale.level(value));
            assert_eq!(ends, [0, 0, 255]);
        }
    }

    #[test]
    fn whole_numbers_are_told_from_others() {
        let most = f64::MAX;
        for whole in [0.0, -0.0, 1.0, -255.0, 9.0e15, 4_503_599_627_370_497.0, 1.0e300, most, -most] {
            assert!(is_whole(whole), "{whole}");
        }
        for broken in [0.5, -0.5, 254.999, 1.0e-300, 4_503_599_627_370_495.5, -1_125_899_906_842_623.5] {
            assert!(!is_whole(broken), "{broken}");
        }
    }
}
