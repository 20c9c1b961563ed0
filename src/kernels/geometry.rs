//! The shapes of a convolution.

/// Two maps and the square kernel between them. A convolution reads the large map and gives the small one; a
/// transposed convolution goes the other way with the same numbers. Maps are `channels × height × width`, flattened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// The larger map: what a convolution reads and a transposed one writes.
    pub large: Map,
    /// The smaller map: what a convolution writes and a transposed one reads.
    pub small: Map,
    /// Side of the square kernel, pixels.
    pub kernel: usize,
    /// Step of the kernel on the larger map, pixels.
    pub stride: usize,
    /// Zeros around the larger map, pixels.
    pub padding: usize,
}

/// A map's shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Map {
    /// Channels.
    pub channels: usize,
    /// Rows.
    pub height: usize,
    /// Pixels in a row.
    pub width: usize,
}

impl Map {
    /// Positions of a channel.
    pub fn area(self) -> usize {
        self.height * self.width
    }

    /// Numbers per image.
    pub fn numbers(self) -> usize {
        self.channels * self.area()
    }
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Convolution: large to small.
    Down,
    /// Transposed convolution: small to large.
    Up,
}

impl Direction {
    /// The other way, which the gradient by the input takes.
    pub fn reverse(self) -> Self {
        match self {
            Self::Down => Self::Up,
            Self::Up => Self::Down,
        }
    }
}

impl Geometry {
    /// The map that a direction gives.
    pub fn output(self, direction: Direction) -> Map {
        match direction {
            Direction::Down => self.small,
            Direction::Up => self.large,
        }
    }

    /// Weights per channel of the small map.
    pub fn weights_per_channel(self) -> usize {
        self.large.channels * self.kernel * self.kernel
    }
}
