//! The header of an array in a file: shape, element type and order of the elements that follow it.

use super::element::Element;

/// Why an entry of a file is not read as an array.
#[derive(Clone, Debug)]
pub struct NoArray {
    pub reason: String,
    /// Whether the entry is damaged, rather than of a kind that is not read: what it was is not known then.
    pub damaged: bool,
}

impl From<String> for NoArray {
    /// An entry of a kind that is not read.
    fn from(reason: String) -> Self {
        Self { reason, damaged: false }
    }
}

/// The header of an array of numbers or texts.
#[derive(Debug)]
pub struct Header {
    /// The lengths of the axes, as a user of the file's program sees them.
    pub shape: Vec<usize>,
    pub element: Element,
    /// Whether the first axis varies fastest in the stream of elements, not the last.
    pub fortran: bool,
}
