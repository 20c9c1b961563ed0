//! Some images that stand for all.

use super::Dataset;
use crate::data::Split;

impl Dataset {
    /// Up to `count` images of a split that stand for all of it, ascending: spread evenly over its images ordered by
    /// how far they are from the training images' mean, as the model sees them. Hard and easy images are then there in
    /// their shares, which they are not among the first of a file. A function of the data set alone.
    pub fn representative(&self, split: Split, count: usize) -> Vec<usize> {
        let all = self.len(split);
        let count = count.min(all);
        if count == all {
            return (0..all).collect();
        }
        // All images of a split are read for it, so once.
        let order = self.orders[split as usize].get_or_init(|| {
            let distance = |index| (self.distance_from_mean(split, index), index as u32);
            let mut order: Vec<(f64, u32)> = (0..all).map(distance).collect();
            order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            order.into_iter().map(|(_, index)| index).collect()
        });
        let mut chosen: Vec<usize> = (0..count).map(|i| order[(2 * i + 1) * all / (2 * count)] as usize).collect();
        chosen.sort_unstable();
        chosen
    }

    /// The squared distance of an image from the training images' mean, over the values that are known.
    fn distance_from_mean(&self, split: Split, index: usize) -> f64 {
        let image = self.gather(split, &[index]).pixels;
        let known = image.iter().zip(&self.training_mean).filter(|(x, _)| !x.is_nan());
        known.map(|(x, mean)| f64::from(x - mean).powi(2)).sum()
    }
}
