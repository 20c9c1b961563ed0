//! The shapes of the maps in a convolution.

/// Two maps and the square kernel between them. A convolution reads the large map and writes the small one; a
/// transposed convolution with the same geometry reads the small map and writes the large one. Maps are `channels ×
/// height × width`, flattened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// The larger map, which a convolution reads and a transposed convolution writes.
    pub large: Map,
    /// The smaller map, which a convolution writes and a transposed convolution reads.
    pub small: Map,
    /// Side of the square kernel, in pixels.
    pub kernel: usize,
    /// Distance between neighbouring positions of the kernel on the larger map, in pixels.
    pub stride: usize,
    /// Width of the border of zeros around the larger map, in pixels.
    pub padding: usize,
}

/// The shape of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Map {
    /// Number of channels.
    pub channels: usize,
    /// Number of rows.
    pub height: usize,
    /// Number of columns.
    pub width: usize,
}

impl Map {
    /// Number of positions in a channel: height × width.
    pub fn area(self) -> usize {
        self.height * self.width
    }

    /// Number of values per image: channels × height × width.
    pub fn numbers(self) -> usize {
        self.channels * self.area()
    }
}

/// The direction between the two maps of a [`Geometry`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Convolution: from the large map to the small one.
    Down,
    /// Transposed convolution: from the small map to the large one.
    Up,
}

impl Direction {
    /// The opposite direction, in which the gradient with respect to the input is computed.
    pub fn reverse(self) -> Self {
        match self {
            Self::Down => Self::Up,
            Self::Up => Self::Down,
        }
    }
}

impl Geometry {
    /// The map that an operation in `direction` writes.
    pub fn output(self, direction: Direction) -> Map {
        match direction {
            Direction::Down => self.small,
            Direction::Up => self.large,
        }
    }

    /// Number of weights per channel of the small map: large channels · kernel².
    pub fn weights_per_channel(self) -> usize {
        self.large.channels * self.kernel * self.kernel
    }
}
