//! The cost of a grid in more than one dimension.

/// Seconds since the Big Bang: 13.8 thousand million years (Planck Collaboration 2020).
pub const AGE_OF_THE_UNIVERSE: f64 = 13.8e9 * YEAR;
/// The speed that the tour reckons with: a thousand million evaluations of p(x, z) a second, far more than a network
/// can do.
pub const EVALUATIONS_PER_SECOND: f64 = 1e9;

const YEAR: f64 = 3.156e7;

/// Number of evaluations of p(x, z) on a grid of `points` along each of `dimensions` axes.
pub fn evaluations(points: usize, dimensions: usize) -> f64 {
    (points as f64).powi(dimensions as i32)
}

/// A time in words: "3 seconds", "40 years", "6 times the age of the universe".
pub fn told_duration(seconds: f64) -> String {
    let told = |value: f64, unit: &str| {
        let number = if value < 9.95 { format!("{value:.1}") } else { grouped(value) };
        format!("{number} {unit}")
    };
    match seconds {
        ..1e-3 => "less than a thousandth of a second".into(),
        ..1.0 => told(1e3 * seconds, "thousandths of a second"),
        ..60.0 => told(seconds, "seconds"),
        ..3_600.0 => told(seconds / 60.0, "minutes"),
        ..86_400.0 => told(seconds / 3_600.0, "hours"),
        ..YEAR => told(seconds / 86_400.0, "days"),
        ..AGE_OF_THE_UNIVERSE => told(seconds / YEAR, "years"),
        _ => told(seconds / AGE_OF_THE_UNIVERSE, "times the age of the universe"),
    }
}

/// A number in groups of three digits, or as a power of ten from a million million on.
fn grouped(value: f64) -> String {
    if value >= 1e12 {
        let power = value.log10().floor();
        return format!("{:.1}·10^{power}", value / 10_f64.powf(power));
    }
    let digits = format!("{value:.0}");
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap_or_default()).collect();
    groups.join("\u{202f}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_takes_longer_than_the_universe_is_old_in_some_dimension() {
        let seconds = |dimensions| evaluations(100, dimensions) / EVALUATIONS_PER_SECOND;
        assert!(seconds(1) < 1e-3 && seconds(13) < AGE_OF_THE_UNIVERSE && seconds(14) > AGE_OF_THE_UNIVERSE);
        assert_eq!(told_duration(seconds(1)), "less than a thousandth of a second");
        assert_eq!(told_duration(seconds(5)), "10 seconds");
        assert_eq!(told_duration(2.0 * AGE_OF_THE_UNIVERSE), "2.0 times the age of the universe");
        assert_eq!(told_duration(1_234_567.0 * YEAR), "1\u{202f}234\u{202f}567 years");
        assert!(told_duration(seconds(20)).contains("10^"));
    }
}
