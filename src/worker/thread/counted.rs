//! Steps that training was told to take.

/// So many steps, of which some are left.
#[derive(Clone, Copy)]
pub struct Counted {
    pub steps: u64,
    pub left: u64,
    /// The training is over after them, not only paused.
    pub ends: bool,
}
