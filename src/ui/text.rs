//! Numbers in words, short enough for a status bar.

/// A count with separators, or in thousands and millions: `950`, `12.4 k`, `1.35 M`.
pub fn count(n: usize) -> String {
    let n = n as f64;
    match n {
        n if n < 1e4 => format!("{n:.0}"),
        n if n < 1e6 => format!("{:.1} k", n / 1e3),
        n if n < 1e9 => format!("{:.2} M", n / 1e6),
        n => format!("{:.2} G", n / 1e9),
    }
}

/// A duration to the nearest useful unit: `8 s`, `4 min`, `2 h 05 min`.
pub fn duration(seconds: f64) -> String {
    let s = seconds.max(0.0).round();
    match s {
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 90.0 * 60.0 => format!("{:.0} min", s / 60.0),
        s => {
            let minutes = (s / 60.0).round();
            format!("{:.0} h {:02.0} min", (minutes / 60.0).floor(), minutes % 60.0)
        }
    }
}

/// Images per second: `31 k img/s`.
pub fn rate(images_per_second: f64) -> String {
    match images_per_second {
        r if r >= 1e4 => format!("{:.0} k img/s", r / 1e3),
        r if r >= 1e3 => format!("{:.1} k img/s", r / 1e3),
        r => format!("{r:.0} img/s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_change_where_numbers_get_long() {
        assert_eq!([count(0), count(9_999), count(12_400), count(1_346_000)].join(" | "), "0 | 9999 | 12.4 k | 1.35 M");
        assert_eq!([duration(7.6), duration(250.0), duration(7_500.0)].join(" | "), "8 s | 4 min | 2 h 05 min");
        assert_eq!([rate(12.0), rate(1_234.0), rate(31_000.0)].join(" | "), "12 img/s | 1.2 k img/s | 31 k img/s");
    }
}
