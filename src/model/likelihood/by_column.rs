//! Vectors of numbers and categories: Gaussian columns and categorical ones.

use super::gaussian::{LOG_SIGMA_MIN, log_prob_per_pixel};
use super::{Likelihood, PixelNoise};
use crate::kernels::log_sum_exp;
use crate::model::math::soft_floor;
use crate::model::{Initial, Layout, Pass};
use burn::tensor::{Tensor, activation::softmax};
use std::ops::Range;

/// The likelihood of a table's rows: each column of numbers is Gaussian with a σ of its own, learned and equal for all
/// rows; each category, which is 1 at its level among neighbouring entries and 0 at the others, has a probability for
/// each level (Nazábal et al. 2020, section 2.2). The decoder gives means and logits. log p(x|z) = Σ over numbers
/// log N(xᵢ; mᵢ, σᵢ²) + Σ over categories (ℓ at the level − log Σ eˡ over its levels), in nats.
pub struct ByColumn {
    /// Index of the parameter log σ, one for each entry of a vector, before the soft lower limit is applied. Entries of
    /// categories have no use for theirs.
    log_sigma: usize,
    /// The entries, cut into stretches of numbers and categories.
    stretches: Vec<Stretch>,
}

/// Neighbouring entries of one kind.
#[derive(Clone, Debug, PartialEq)]
enum Stretch {
    Numbers(Range<usize>),
    Category(Range<usize>),
}

impl ByColumn {
    pub fn new(layout: &mut Layout) -> Self {
        let count = layout.plan.image.pixels();
        let log_sigma = layout.specs.parameter("likelihood.log_sigma".into(), vec![count], Initial::Constant(-1.0));
        Self { log_sigma, stretches: stretches(count, layout.categories) }
    }

    /// log σ after the soft lower limit, `1 × columns`.
    fn log_sigma(&self, pass: &Pass) -> Tensor<2> {
        soft_floor(pass.parameter(self.log_sigma), LOG_SIGMA_MIN).unsqueeze()
    }

    /// The stretches' results side by side, each computed from the stretch's own entries.
    fn each(
        &self,
        numbers: impl Fn(&Range<usize>) -> Tensor<2>,
        category: impl Fn(&Range<usize>) -> Tensor<2>,
    ) -> Tensor<2> {
        let parts = self.stretches.iter().map(|stretch| match stretch {
            Stretch::Numbers(range) => numbers(range),
            Stretch::Category(range) => category(range),
        });
        Tensor::cat(parts.collect(), 1)
    }
}

/// The entries `0..count` in stretches; the entries of no category are numbers.
fn stretches(count: usize, categories: &[Range<usize>]) -> Vec<Stretch> {
    let mut found = Vec::new();
    let mut from = 0;
    for category in categories {
        if category.start > from {
            found.push(Stretch::Numbers(from..category.start));
        }
        found.push(Stretch::Category(category.clone()));
        from = category.end;
    }
    if from < count {
        found.push(Stretch::Numbers(from..count));
    }
    found
}

fn columns(of: &Tensor<2>, range: &Range<usize>) -> Tensor<2> {
    of.clone().narrow(1, range.start, range.len())
}

impl Likelihood for ByColumn {
    /// Of a category, the log-probability stands at the entry of the row's level, and 0 at the other levels.
    fn log_prob_per_pixel(&self, pass: &Pass, images: Tensor<2>, output: Tensor<2>) -> Tensor<2> {
        let samples = output.dims()[0] / images.dims()[0];
        let log_sigma = self.log_sigma(pass);
        self.each(
            |range| log_prob_per_pixel(columns(&images, range), columns(&output, range), columns(&log_sigma, range)),
            |range| {
                let logits = columns(&output, range);
                let log_probabilities = logits.clone() - log_sum_exp(logits, 1);
                columns(&images, range).repeat_dim(0, samples) * log_probabilities
            },
        )
    }

    fn mean(&self, output: Tensor<2>) -> Tensor<2> {
        self.each(|range| columns(&output, range), |range| softmax(columns(&output, range), 1))
    }

    /// The level drawn of a category is the first at which the distribution function passes the uniform draw of the
    /// category's first entry.
    fn draw(&self, pass: &Pass, output: Tensor<2>, noise: PixelNoise) -> Tensor<2> {
        let sigma = self.log_sigma(pass).exp();
        self.each(
            |range| columns(&output, range) + columns(&noise.normal, range) * columns(&sigma, range),
            |range| {
                let uniform = columns(&noise.uniform, &(range.start..range.start + 1));
                let weights = softmax(columns(&output, range), 1);
                let chosen: Tensor<3> = crate::model::math::choose(weights.unsqueeze_dim(2), uniform.unsqueeze_dim(2));
                chosen.squeeze_dim(2)
            },
        )
    }

    fn output_bias(&self, training_mean: &[f32]) -> Vec<f32> {
        let mut bias = training_mean.to_vec();
        for stretch in &self.stretches {
            if let Stretch::Category(range) = stretch {
                // The logits of the training rows' shares, kept above 1/1000 for levels of test rows alone.
                bias[range.clone()].iter_mut().for_each(|share| *share = share.max(1e-3).ln());
            }
        }
        bias
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_no_category_are_numbers() {
        use Stretch::{Category, Numbers};
        assert_eq!(stretches(3, &[]), [Numbers(0..3)]);
        assert_eq!(stretches(5, &[1..3, 3..5]), [Numbers(0..1), Category(1..3), Category(3..5)]);
        assert_eq!(stretches(4, std::slice::from_ref(&(0..2))), [Category(0..2), Numbers(2..4)]);
    }
}
