//! Options of the ledger.

/// What the ledger measures. Images are the first of the validation split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerOptions {
    /// Number of images; all of the split if it has fewer.
    pub images: usize,
    /// Number of importance samples per image, separately for log p(x) and for KL[q(z|x) ‖ p(z|x)].
    pub samples: usize,
}

impl Default for LedgerOptions {
    fn default() -> Self {
        Self { images: 64, samples: 500 }
    }
}
