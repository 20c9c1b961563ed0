//! The number of shards that suits a machine.

use super::{Experiment, Likelihood, limits};
use std::sync::OnceLock;

/// Rows of the decoder (images times K) that a shard has at least. The gradients of all shards are added up: with fewer
/// rows a further shard costs as much as it takes over.
const ROWS: usize = 10;

/// Images that a shard has at least where it compares them, as batch normalisation does: moments of fewer are noise.
const COMPARED: usize = 32;

/// Number of cores that this process may use; asked of the system once.
pub fn cores() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    *CORES.get_or_init(|| std::thread::available_parallelism().map_or(1, usize::from))
}

impl Experiment {
    /// The number of shards with which a step is fast on a machine with so many cores: one a core, but none so small
    /// that adding up its gradient outweighs its work, and none with too few images for the moments that it takes of
    /// them.
    ///
    /// It is only a proposal. The number of shards belongs to the experiment
    /// ([`Training::shards`](super::Training::shards)), so that a run which was begun with it repeats bit for bit
    /// wherever it goes on.
    pub fn suited_shards(&self, cores: usize) -> usize {
        let batch = self.training.batch;
        let enough = match self.decoder.likelihood == Likelihood::GaussianOptimal || self.has_batch_norm() {
            true => batch / COMPARED,
            false => batch.saturating_mul(self.objective.samples) / ROWS,
        };
        let limits = limits::SHARDS.hull();
        cores.min(batch).min(enough).clamp(*limits.start(), *limits.end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{Activation, Layer, Norm};

    #[test]
    fn shards_suit_the_machine_and_the_batch() {
        let shards = |batch, samples, cores| {
            let mut experiment = Experiment::default();
            (experiment.training.batch, experiment.objective.samples) = (batch, samples);
            experiment.suited_shards(cores)
        };
        assert_eq!([1, 2, 8, 16].map(|cores| shards(128, 1, cores)), [1, 2, 8, 12]);
        assert_eq!([1, 20, 100].map(|batch| shards(batch, 1, 16)), [1, 2, 10]);
        assert_eq!(shards(20, 50, 16), 16, "each image has 50 rows");
        assert_eq!(shards(4, 50, 16), 4, "no shard without an image");
        assert_eq!(shards(60_000, 1, 1_000), 64, "no more than are permitted");
    }

    #[test]
    fn shards_that_compare_images_have_enough_of_them() {
        let mut sigma = Experiment::default();
        sigma.decoder.likelihood = Likelihood::GaussianOptimal;
        let mut norm = Experiment::default();
        let layer = Layer::Dense { units: 8, activation: Activation::Relu, norm: Norm::Batch, dropout: 0.0 };
        norm.encoder = vec![Layer::Residual { layers: vec![layer] }];
        for mut experiment in [sigma, norm] {
            assert_eq!(experiment.suited_shards(16), 4, "batches of 128");
            experiment.training.batch = 20;
            assert_eq!(experiment.suited_shards(16), 1);
        }
    }
}
