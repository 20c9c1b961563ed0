//! What a file says of an array before its elements.

use super::element::Element;

/// The header of an array of numbers or texts.
#[derive(Debug)]
pub struct Header {
    /// The lengths of the axes, as a user of the file's program sees them.
    pub shape: Vec<usize>,
    pub element: Element,
    /// Whether the first axis varies fastest in the stream of elements, not the last.
    pub fortran: bool,
}
