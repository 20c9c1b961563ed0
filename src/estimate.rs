//! A number with its standard error.

use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// An estimated quantity with its standard error, both in nats unless the field that holds it says otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The estimated value.
    #[serde(deserialize_with = "number_or_null")]
    pub value: f64,
    /// Standard error of `value`: 0 where `value` is exact, NaN where the error is not known.
    #[serde(deserialize_with = "number_or_null")]
    pub se: f64,
}

/// Read a number that may not be known: JSON writes NaN as null.
///
/// # Errors
/// There is something else than a number or null.
pub fn number_or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or(f64::NAN))
}

/// Prints `-3.142 ± 0.010`, with the number of decimals that the format string asks for (three if it asks for none). An
/// unknown standard error is printed as unknown, never as 0.
impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let decimals = f.precision().unwrap_or(3);
        let text = match self.se.is_finite() {
            true => format!("{:.decimals$} ± {:.decimals$}", self.value, self.se),
            false => format!("{:.decimals$} (standard error not known)", self.value),
        };
        // Widths are of the whole, not of its parts.
        match f.width() {
            Some(width) => write!(f, "{text:<width$}"),
            None => f.write_str(&text),
        }
    }
}

impl Estimate {
    /// An exactly known value: its standard error is 0.
    pub fn exact(value: f64) -> Self {
        Self { value, se: 0.0 }
    }

    /// Whether the estimate lies below 0 by more than three of its standard errors and `rounding`. A quantity that
    /// cannot be negative, such as a KL divergence, is then not known, and neither are the numbers that it was computed
    /// from.
    pub fn is_below_zero(&self, rounding: f64) -> bool {
        self.value < -(3.0 * self.se + rounding)
    }

    /// The mean of `values` with its standard error, which is NaN (not known) if there is only one value.
    pub fn mean(values: &[f64]) -> Self {
        let n = values.len() as f64;
        let value = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|v| (v - value).powi(2)).sum();
        Self { value, se: (squares / (n - 1.0) / n).sqrt() }
    }

    /// The average of estimates with independent errors.
    pub fn average(of: impl Iterator<Item = Self>) -> Self {
        let (mut n, mut sum, mut variance) = (0.0, 0.0, 0.0);
        for Self { value, se } in of {
            (n, sum, variance) = (n + 1.0, sum + value, variance + se * se);
        }
        Self { value: sum / n, se: f64::sqrt(variance) / n }
    }
}

#[cfg(test)]
mod tests {
    use super::Estimate;

    #[test]
    fn what_is_negative_beyond_its_error_is_told() {
        let estimate = |value, se| Estimate { value, se };
        assert!(estimate(-8.15, 0.96).is_below_zero(0.0) && estimate(-0.1, 0.0).is_below_zero(0.01));
        assert!(!estimate(-0.02, 0.01).is_below_zero(0.0) && !estimate(0.5, 0.0).is_below_zero(0.0));
        // An error that is not known excuses everything.
        assert!(!estimate(-3.0, f64::NAN).is_below_zero(0.0));
    }

    #[test]
    fn errors_fall_with_the_root_of_the_number() {
        let mean = Estimate::mean(&[1.0, 2.0, 3.0, 6.0]);
        assert_eq!(mean.value, 3.0);
        // The sample variance is 14/3.
        assert!((mean.se - (14.0_f64 / 3.0 / 4.0).sqrt()).abs() < 1e-12);
        let single = Estimate::mean(&[5.0]);
        assert!(single.value == 5.0 && single.se.is_nan(), "one number has no standard error: {single}");
        assert_eq!(single.to_string(), "5.000 (standard error not known)");
        assert_eq!(format!("{mean:.1}"), "3.0 ± 1.1");
        let average = Estimate::average([(1.0, 0.3), (3.0, 0.4)].into_iter().map(|(value, se)| Estimate { value, se }));
        assert!((average.value - 2.0).abs() < 1e-12 && (average.se - 0.25).abs() < 1e-12);
    }
}
