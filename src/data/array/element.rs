//! The elements of arrays: numbers of any width and byte order, and texts.

use std::fmt;

/// The kind of value that an element's bytes stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Bool,
    Signed,
    Unsigned,
    Float,
    /// A text of bytes, filled up with zeros.
    Bytes,
    /// A text of 32-bit code points, filled up with zeros.
    Unicode,
}

/// The type of an array's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element {
    pub kind: Kind,
    /// Bytes of one element, at least 1.
    pub size: usize,
    pub big_endian: bool,
}

/// Longest text that a label may have, in bytes of the file.
const TEXT_MAX: usize = 4_096;

impl Element {
    /// An element of this kind and size, if there is one.
    pub fn new(kind: Kind, size: usize, big_endian: bool) -> Option<Self> {
        let possible = match kind {
            Kind::Bool => size == 1,
            Kind::Signed | Kind::Unsigned => [1, 2, 4, 8].contains(&size),
            Kind::Float => [2, 4, 8].contains(&size),
            Kind::Bytes => (1..=TEXT_MAX).contains(&size),
            Kind::Unicode => (1..=TEXT_MAX).contains(&size) && size.is_multiple_of(4),
        };
        possible.then_some(Self { kind, size, big_endian })
    }

    /// Whether the elements are numbers.
    pub fn is_number(self) -> bool {
        !matches!(self.kind, Kind::Bytes | Kind::Unicode)
    }

    /// Whether the elements are bytes from 0 to 255.
    pub fn is_byte(self) -> bool {
        self.kind == Kind::Unsigned && self.size == 1
    }

    /// The smallest and the largest number of an integer type; 0 and 1 of others.
    pub fn ends(self) -> (f64, f64) {
        let bits = 8 * self.size as i32;
        match self.kind {
            Kind::Unsigned => (0.0, 2.0_f64.powi(bits) - 1.0),
            Kind::Signed => (-2.0_f64.powi(bits - 1), 2.0_f64.powi(bits - 1) - 1.0),
            _ => (0.0, 1.0),
        }
    }

    /// One number of `size` bytes.
    pub fn number(self, bytes: &[u8]) -> f64 {
        let mut number = Vec::with_capacity(1);
        self.numbers(&bytes[..self.size], &mut number);
        number[0]
    }

    /// Put the numbers of elements that follow one another into `numbers`, in place of its own. The type is asked for
    /// once, not for each number, so that the loop over the numbers is as short as the type allows.
    pub fn numbers(self, bytes: &[u8], numbers: &mut Vec<f64>) {
        numbers.clear();
        /// Numbers of type `$number`, as `$value` makes them a number of 64 bits.
        macro_rules! read {
            ($number:ty, $value:expr) => {{
                let elements = bytes.as_chunks().0.iter().copied();
                match self.big_endian {
                    true => numbers.extend(elements.map(<$number>::from_be_bytes).map($value)),
                    false => numbers.extend(elements.map(<$number>::from_le_bytes).map($value)),
                }
            }};
        }
        match (self.kind, self.size) {
            (Kind::Bool, _) => read!(u8, |byte| f64::from(u8::from(byte != 0))),
            (Kind::Signed, 1) => read!(i8, f64::from),
            (Kind::Signed, 2) => read!(i16, f64::from),
            (Kind::Signed, 4) => read!(i32, f64::from),
            (Kind::Signed, _) => read!(i64, |number| number as f64),
            (Kind::Float, 2) => read!(u16, half),
            (Kind::Float, 4) => read!(f32, f64::from),
            (Kind::Float, _) => read!(f64, |number| number),
            (Kind::Unsigned, 1) => read!(u8, f64::from),
            (Kind::Unsigned, 2) => read!(u16, f64::from),
            (Kind::Unsigned, 4) => read!(u32, f64::from),
            (Kind::Unsigned, _) => read!(u64, |number| number as f64),
            (Kind::Bytes | Kind::Unicode, _) => unreachable!("texts are no numbers"),
        }
    }

    /// One element as text: a text as it is, a number as it is written.
    pub fn text(self, bytes: &[u8]) -> String {
        match self.kind {
            Kind::Bytes => String::from_utf8_lossy(trimmed(bytes)).into_owned(),
            Kind::Unicode => {
                let point = |bytes: &[u8; 4]| match self.big_endian {
                    true => u32::from_be_bytes(*bytes),
                    false => u32::from_le_bytes(*bytes),
                };
                let (points, _) = bytes.as_chunks::<4>();
                let text = points.iter().map(|bytes| char::from_u32(point(bytes)).unwrap_or('\u{fffd}'));
                text.collect::<String>().trim_end_matches('\0').to_owned()
            }
            _ => self.number(bytes).to_string(),
        }
    }
}

fn trimmed(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    &bytes[..end]
}

/// A number of IEEE 754's binary16: a sign, five bits of exponent, ten of fraction.
fn half(bits: u16) -> f64 {
    let fraction = f64::from(bits & 0x3ff);
    let size = match (bits >> 10) & 0x1f {
        0 => fraction * 2.0_f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        exponent => (1.0 + fraction / 1024.0) * 2.0_f64.powi(i32::from(exponent) - 15),
    };
    if bits >> 15 == 1 { -size } else { size }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = 8 * self.size;
        match self.kind {
            Kind::Bool => f.write_str("booleans"),
            Kind::Signed => write!(f, "{bits}-bit integers"),
            Kind::Unsigned if self.size == 1 => f.write_str("bytes (0 to 255)"),
            Kind::Unsigned => write!(f, "{bits}-bit unsigned integers"),
            Kind::Float => write!(f, "{bits}-bit floats"),
            Kind::Bytes | Kind::Unicode => f.write_str("texts"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: Kind, big_endian: bool, bytes: &[u8]) -> f64 {
        Element::new(kind, bytes.len(), big_endian).expect("a type").number(bytes)
    }

    #[test]
    fn numbers_of_every_width_and_order_are_read() {
        assert_eq!(read(Kind::Signed, false, &(-5_i16).to_le_bytes()), -5.0);
        assert_eq!(read(Kind::Signed, true, &(-5_i32).to_be_bytes()), -5.0);
        assert_eq!(read(Kind::Signed, true, &i64::MIN.to_be_bytes()), i64::MIN as f64);
        assert_eq!(read(Kind::Unsigned, true, &[1, 0]), 256.0);
        assert_eq!(read(Kind::Unsigned, false, &u64::MAX.to_le_bytes()), u64::MAX as f64);
        assert_eq!(read(Kind::Float, true, &1.5_f32.to_be_bytes()), 1.5);
        assert_eq!(read(Kind::Float, false, &(-0.1_f64).to_le_bytes()), -0.1);
        assert_eq!(read(Kind::Bool, false, &[7]), 1.0);
        for (bits, value) in [(0x3c00_u16, 1.0), (0xc000, -2.0), (0x0001, 2.0_f64.powi(-24)), (0x7bff, 65_504.0)] {
            assert_eq!(read(Kind::Float, false, &bits.to_le_bytes()), value);
        }
        assert!(read(Kind::Float, false, &0x7e00_u16.to_le_bytes()).is_nan());
        assert_eq!(Element::new(Kind::Float, 16, false), None);
    }

    #[test]
    fn texts_end_before_the_zeros_that_fill_them_up() {
        let bytes = Element::new(Kind::Bytes, 5, false).expect("a type");
        assert_eq!(bytes.text(b"cat\0\0"), "cat");
        let unicode = Element::new(Kind::Unicode, 8, true).expect("a type");
        assert_eq!(unicode.text(&[0, 0, 0x26, 0x65, 0, 0, 0, 0]), "♥");
    }
}
