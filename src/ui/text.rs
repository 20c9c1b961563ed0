//! Amounts in words, in addition to [`format`](super::format).

use super::format;

/// A count: exact if it is short, else scaled: `9 999`, `314 k`.
pub fn amount(n: usize) -> String {
    if n < 10_000 { format::count(n as u64) } else { format::scaled(n as f64) }
}

/// A duration without false precision: `8 s`, `4 min`, `2.1 h`, `3 days`.
pub fn rough_duration(seconds: f64) -> String {
    match seconds {
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 90.0 * 60.0 => format!("{:.0} min", s / 60.0),
        s if s < 48.0 * 3600.0 => format!("{:.1} h", s / 3600.0),
        s => format!("{:.0} days", s / 86_400.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_change_their_unit_before_they_get_long() {
        assert_eq!([89.0, 100.0, 7_600.0, 9e5].map(rough_duration), ["89 s", "2 min", "2.1 h", "10 days"]);
    }

    #[test]
    fn small_amounts_are_exact() {
        assert_eq!(amount(0), "0");
        assert_eq!(amount(314_000), "314\u{202f}k");
    }
}
