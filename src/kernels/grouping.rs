//! The values that a normalisation takes together.

/// ε, added to variances under a square root (PyTorch's default).
pub const EPSILON: f32 = 1e-5;

/// The values that are normalised together, by their own mean and variance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grouping {
    /// Number of channels of a map, or of features of a vector.
    pub channels: usize,
    /// Number of values per channel: height·width, or 1 for a vector.
    pub area: usize,
    /// How far a group reaches.
    pub over: Over,
}

/// How far the values reach that are normalised together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// Over one row's positions and some of its channels, which form so many groups.
    Groups(usize),
    /// Over all rows and the positions of one channel.
    Rows,
}

impl Grouping {
    /// Number of means (and of variances) of `numbers` values, rows × channels × area.
    pub fn statistics(self, numbers: usize) -> usize {
        match self.over {
            Over::Groups(groups) => numbers / (self.channels * self.area) * groups,
            Over::Rows => self.channels,
        }
    }
}
