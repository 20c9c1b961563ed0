//! Options of the ledger.

/// What the ledger measures. Images are the first of the validation split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerOptions {
    /// Images, as many as there are.
    pub images: usize,
    /// Importance samples an image, for log p(x) and for KL[q ‖ p(z|x)] each.
    pub samples: usize,
}

impl Default for LedgerOptions {
    fn default() -> Self {
        Self { images: 64, samples: 500 }
    }
}
