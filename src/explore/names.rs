//! The names of latent dimensions.

/// The name of a latent dimension, which is counted from 0 here and from 1 in print: "z₃" for 2.
pub fn z_name(dimension: usize) -> String {
    format!("z{}", subscript(dimension + 1))
}

/// A number in subscript digits.
fn subscript(number: usize) -> String {
    const DIGITS: [char; 10] = ['₀', '₁', '₂', '₃', '₄', '₅', '₆', '₇', '₈', '₉'];
    number.to_string().bytes().map(|b| DIGITS[usize::from(b - b'0')]).collect()
}

#[cfg(test)]
mod tests {
    use super::z_name;

    #[test]
    fn dimensions_are_counted_from_one() {
        assert_eq!([0, 2, 119].map(z_name), ["z₁", "z₃", "z₁₂₀"]);
    }
}
