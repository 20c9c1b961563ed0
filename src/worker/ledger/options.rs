//! Options of the ledger.

/// The settings of the ledger. Its images are of the validation split, chosen to stand for it
/// ([`Dataset::representative`](crate::data::Dataset::representative)).
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
