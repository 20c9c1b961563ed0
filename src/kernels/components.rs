//! The components of a mixture of discretised logistics.

/// The components of a mixture, and what the decoder's output has for each place (a pixel with its channels): planes of
/// a number per place, `count` of each kind, first the logits of the components, then a mean per channel, a log scale
/// per channel, and for colour three coefficients, whose tanh is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Components {
    /// Number of components, M.
    pub count: usize,
    /// Number of channels: 1, or 3 for colour.
    pub channels: usize,
}

impl Components {
    /// The channels that the coefficients are of, in order: the channel seen, and the later channel whose mean it
    /// shifts.
    pub const PAIRS: [[usize; 2]; 3] = [[0, 1], [0, 2], [1, 2]];

    /// Number of kinds of planes before the coefficients.
    pub fn coefficients(self) -> usize {
        1 + 2 * self.channels
    }

    /// Number of planes: of numbers per place.
    pub fn planes(self) -> usize {
        let coefficients = if self.channels == 3 { Self::PAIRS.len() } else { 0 };
        self.count * (self.coefficients() + coefficients)
    }
}
