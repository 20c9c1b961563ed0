//! Amounts in words, beyond what [`format`](super::format) does.

use super::format;

/// A count: exact while it is short, then scaled: `9 999`, `314 k`.
pub fn amount(n: usize) -> String {
    if n < 10_000 { format::count(n as u64) } else { format::scaled(n as f64) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_amounts_are_exact() {
        assert_eq!(amount(0), "0");
        assert_eq!(amount(314_000), "314\u{202f}k");
    }
}
