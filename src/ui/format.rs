//! Numbers as text: a real minus sign, a fixed number of decimals, thousands set apart, so that columns line up.
//! Numbers as large as those of a diverged run have an exponent: nobody reads thirty digits, and no place is made for
//! them.

use crate::estimate::Estimate;

/// The minus sign (U+2212), which is as wide as a digit.
const MINUS: &str = "\u{2212}";
/// The space between groups of three digits.
const THIN_SPACE: char = '\u{2009}';

/// Numbers from this size on are written with an exponent.
const LARGE: f64 = 1e6;

/// `value` with `decimals` places, with an exponent from a million on; "–" where there is none.
pub fn fixed(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return "–".into();
    }
    if value.abs() >= LARGE {
        return with_exponent(value, 1);
    }
    let text = format!("{:.decimals$}", value.abs());
    // −0.00 is 0.00.
    let negative = value < 0.0 && text.contains(|c: char| c.is_ascii_digit() && c != '0');
    if negative { format!("{MINUS}{text}") } else { text }
}

/// A value with its standard error: "−104.2 ± 0.3"; without a finite error, the value alone.
pub fn with_error(value: f64, error: f64, decimals: usize) -> String {
    if error.is_finite() && value.is_finite() {
        format!("{} ± {}", fixed(value, decimals), fixed(error, decimals))
    } else {
        fixed(value, decimals)
    }
}

/// The text for a value that could not be measured.
pub const UNKNOWN: &str = "unknown";

/// An estimate of a quantity that cannot be negative; [`UNKNOWN`] where it is negative beyond its error and the
/// decimals shown.
pub fn gap(estimate: Estimate, decimals: usize) -> String {
    if estimate.is_below_zero(0.5 * 0.1f64.powi(decimals as i32)) {
        return UNKNOWN.into();
    }
    with_error(estimate.value, estimate.se, decimals)
}

/// A count with its word, whose plural ends in s: "1 run", "12 runs".
pub fn counted(value: usize, word: &str) -> String {
    format!("{} {word}{}", count(value as u64), if value == 1 { "" } else { "s" })
}

/// A count with its thousands set apart: "12 345 678".
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(THIN_SPACE);
        }
        text.push(digit);
    }
    text
}

/// A number with three significant digits and a scale: "950", "31.2 k", "4.10 M".
pub fn scaled(value: f64) -> String {
    if !value.is_finite() {
        return "–".into();
    }
    let magnitude = value.abs();
    let (divisor, unit) =
        [(1e9, "G"), (1e6, "M"), (1e3, "k")].into_iter().find(|(d, _)| magnitude >= 0.9995 * d).unwrap_or((1.0, ""));
    let scaled = value / divisor;
    let decimals = match scaled.abs() {
        s if s >= 99.95 => 0,
        s if s >= 9.995 => 1,
        _ if unit.is_empty() => 1,
        _ => 2,
    };
    let number = fixed(scaled, decimals);
    if unit.is_empty() { number } else { format!("{number}\u{202f}{unit}") }
}

/// A number that may span decades: "0.001", "3.2 × 10⁻⁷".
pub fn scientific(value: f64) -> String {
    if !value.is_finite() {
        return "–".into();
    }
    let magnitude = value.abs();
    if value == 0.0 || (1e-4..1e5).contains(&magnitude) {
        let decimals = if value == 0.0 { 0 } else { (2 - magnitude.log10().floor() as i32).clamp(0, 6) as usize };
        let text = fixed(value, decimals);
        return if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text };
    }
    with_exponent(value, 1)
}

/// The label of a tick on an axis whose ticks are `step` apart: with as many decimals as tell it from the next.
pub fn tick(value: f64, step: f64) -> String {
    if value.abs().max(step) < LARGE {
        return fixed(value, (-step.log10().floor()).clamp(0.0, 9.0) as usize);
    }
    // Between two ticks a sum of steps is only nearly zero.
    if value.abs() < 1e-6 * step {
        return "0".into();
    }
    let decimals = (value.abs().log10().floor() - step.log10().floor()).clamp(0.0, 3.0);
    with_exponent(value, decimals as usize)
}

/// A number as a factor and a power of ten, set closely: "−3.2 × 10⁻⁷".
fn with_exponent(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$e}", value.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let sign = if value < 0.0 { MINUS } else { "" };
    let exponent = superscript(exponent.parse().unwrap_or_default());
    format!("{sign}{mantissa}{THIN_SPACE}×{THIN_SPACE}10{exponent}")
}

/// A duration in seconds as "12.3 s", "4 min 05 s", "2 h 07 min".
pub fn duration(seconds: f64) -> String {
    if !seconds.is_finite() {
        return "–".into();
    }
    let whole = seconds.round().max(0.0) as u64;
    match whole {
        0..60 => format!("{} s", fixed(seconds, 1)),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole / 60 % 60),
    }
}

fn superscript(number: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let digits = number.to_string();
    digits.bytes().map(|b| if b == b'-' { '⁻' } else { DIGITS[usize::from(b - b'0')] }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_in_print() {
        assert_eq!(fixed(-104.23, 1), "−104.2");
        assert_eq!(fixed(-0.004, 2), "0.00");
        assert_eq!(fixed(f64::NAN, 1), "–");
        assert_eq!(with_error(-104.23, 0.31, 1), "−104.2 ± 0.3");
        assert_eq!(with_error(-104.23, f64::NAN, 1), "−104.2");
        let gap = |value, se| gap(Estimate { value, se }, 2);
        assert_eq!(gap(-8.15, 0.96), UNKNOWN);
        assert_eq!([gap(-0.02, 0.01), gap(0.3, 0.1), gap(-0.004, 0.0)], ["−0.02 ± 0.01", "0.30 ± 0.10", "0.00 ± 0.00"]);
        assert_eq!(count(1_234_567), "1\u{2009}234\u{2009}567");
        assert_eq!(count(999), "999");
        assert_eq!(scaled(31_234.0), "31.2\u{202f}k");
        assert_eq!(scaled(999.97), "1.00\u{202f}k");
        assert_eq!(scaled(12.34), "12.3");
        assert_eq!(scientific(0.001), "0.001");
        assert_eq!(scientific(3.21e-7), "3.2\u{2009}×\u{2009}10⁻⁷");
        assert_eq!(scientific(123_456.0), "1.2\u{2009}×\u{2009}10⁵");
        assert_eq!(scientific(0.0), "0");
        assert_eq!(scientific(20.0), "20");
        assert_eq!(duration(2.54), "2.5 s");
        assert_eq!(duration(245.0), "4 min 05 s");
        assert_eq!(duration(7_620.0), "2 h 07 min");
    }

    #[test]
    fn item_09_numbers_of_thirty_digits_have_an_exponent() {
        let plain = |text: String| text.replace(THIN_SPACE, "");
        assert_eq!(plain(fixed(-9.7095e29, 1)), "−9.7×10²⁹");
        assert_eq!(plain(fixed(9.99e9, 3)), "1.0×10¹⁰");
        assert_eq!(fixed(999_999.0, 1), "999999.0");
        assert_eq!(plain(with_error(-2e7, 3e6, 1)), "−2.0×10⁷ ± 3.0×10⁶");
        let ticks = [-2e29, -1e29, 1e12, 0.0].map(|value| plain(tick(value, 1e29)));
        assert_eq!(ticks, ["−2×10²⁹", "−1×10²⁹", "0", "0"]);
        assert_eq!([1e6, 1.5e6, 2e6].map(|value| plain(tick(value, 5e5))), ["1.0×10⁶", "1.5×10⁶", "2.0×10⁶"]);
        assert_eq!(tick(-0.25, 0.05), "−0.25");
        for value in [-f64::MAX, f64::MAX, 1e300, -1e6] {
            assert!(fixed(value, 6).chars().count() < 14 && tick(value, 1.0).chars().count() < 16, "{value}");
        }
    }
}
