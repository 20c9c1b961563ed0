//! A given number of steps that training was told to take.

/// A number of steps, of which some are left.
#[derive(Clone, Copy)]
pub struct Counted {
    pub steps: u64,
    pub left: u64,
    /// Whether training ends after these steps, rather than pausing.
    pub ends: bool,
}
