//! The operators by which conditions of studies and filters of runs compare a field with a value.

use std::cmp::Ordering;

/// An operator that compares a field's value with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// Equal: numbers are compared as numbers, other values as texts.
    Equal,
    /// Not equal.
    Unequal,
    /// Smaller; for values that have an order.
    Less,
    /// Smaller or equal.
    AtMost,
    /// Larger.
    Greater,
    /// Larger or equal.
    AtLeast,
    /// The text has the value in it.
    Contains,
    /// The text has the value nowhere in it.
    Lacks,
}

impl Operator {
    /// Every operator with its signs. Signs of two characters come first: some begin with a sign of one character.
    pub const SIGNS: [(&'static str, Self); 9] = [
        ("==", Self::Equal),
        ("!=", Self::Unequal),
        ("<=", Self::AtMost),
        (">=", Self::AtLeast),
        ("!~", Self::Lacks),
        ("=", Self::Equal),
        ("<", Self::Less),
        (">", Self::Greater),
        ("~", Self::Contains),
    ];

    /// The operator whose sign a text begins with, and the sign.
    pub fn at_start_of(text: &str) -> Option<(&'static str, Self)> {
        Self::SIGNS.into_iter().find(|(sign, _)| text.starts_with(sign))
    }

    /// The sign that the operator is printed by.
    pub fn sign(self) -> &'static str {
        let found = Self::SIGNS.iter().rev().find(|(_, operator)| *operator == self);
        found.map_or("=", |(sign, _)| sign)
    }

    /// Whether the operator asks which of two values is larger.
    pub fn is_order(self) -> bool {
        matches!(self, Self::Less | Self::AtMost | Self::Greater | Self::AtLeast)
    }

    /// Whether a value that stands in this order to another one passes an operator that [asks for an
    /// order](Self::is_order); any other operator is passed by none.
    pub fn is_passed_by(self, order: Ordering) -> bool {
        match self {
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::AtLeast => order.is_ge(),
            Self::Equal | Self::Unequal | Self::Contains | Self::Lacks => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_is_read_whole_and_printed_as_it_is_read() {
        for (sign, operator) in Operator::SIGNS {
            assert_eq!(Operator::at_start_of(&format!("{sign} 5")), Some((sign, operator)));
            assert_eq!(Operator::at_start_of(operator.sign()).map(|(_, read)| read), Some(operator));
        }
        assert_eq!(Operator::at_start_of("! 5"), None);
    }

    #[test]
    fn an_order_passes_what_asks_for_it() {
        let passed = |operator: Operator| {
            [Ordering::Less, Ordering::Equal, Ordering::Greater].map(|order| operator.is_passed_by(order))
        };
        assert_eq!(passed(Operator::Less), [true, false, false]);
        assert_eq!(passed(Operator::AtMost), [true, true, false]);
        assert_eq!(passed(Operator::AtLeast), [false, true, true]);
        assert!(Operator::SIGNS.iter().all(|(_, it)| it.is_order() == passed(*it).contains(&true)));
    }
}
