//! The shapes of a convolution.

/// Two maps and the square kernel between them. A convolution reads the large map and gives the small one; a
/// transposed convolution goes the other way with the same numbers. Maps are `channels × height × width`, flattened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    pub large: Map,
    pub small: Map,
    pub kernel: usize,
    pub stride: usize,
    pub padding: usize,
}

/// A map's shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Map {
    pub channels: usize,
    pub height: usize,
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
