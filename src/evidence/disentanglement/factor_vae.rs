//! The FactorVAE score.

use super::codes::{Codes, Dice, variance};

/// Number of votes to train the classifier on; it is tested on as many.
const VOTES: usize = 800;
/// Number of images with the same level of a factor, for one vote.
const IMAGES: usize = 64;
/// Dimensions with a smaller variance have collapsed and do not vote.
const COLLAPSED: f64 = 0.05;

/// The accuracy of a majority vote that predicts which factor was held fixed from the dimension whose variance is
/// smallest relative to its variance over all images (Kim & Mnih 2018, section 4: 800 votes of 200 images each). The
/// library disentanglement_lib trains on 10,000 votes, tests on 5,000, and leaves out dimensions by their standard
/// deviation.
pub(super) fn score(codes: &Codes, seed: u64) -> f64 {
    let variances = codes.variances();
    let live: Vec<usize> = (0..codes.latent).filter(|&dimension| variances[dimension] > COLLAPSED).collect();
    if live.is_empty() {
        return 0.0;
    }
    let mut dice = Dice::new(seed, 2);
    let by_level: Vec<Vec<Vec<usize>>> = (0..codes.factors.len()).map(|k| codes.images_by_level(k)).collect();
    let mut vote = || {
        let factor = dice.below(codes.factors.len());
        let first = dice.below(codes.len());
        let level = usize::from(codes.levels[first * codes.factors.len() + factor]);
        let images: Vec<usize> = (0..IMAGES).map(|_| *dice.one_of(&by_level[factor][level])).collect();
        let spread = |dimension: usize| {
            let values: Vec<f64> = images.iter().map(|&image| codes.code(image)[dimension]).collect();
            variance(&values) / variances[dimension]
        };
        let least = live.iter().copied().min_by(|&a, &b| spread(a).total_cmp(&spread(b))).unwrap_or_default();
        (least, factor)
    };
    let mut votes = vec![vec![0_u32; codes.factors.len()]; codes.latent];
    for _ in 0..VOTES {
        let (dimension, factor) = vote();
        votes[dimension][factor] += 1;
    }
    let elected = |dimension: usize| (0..codes.factors.len()).rev().max_by_key(|&factor| votes[dimension][factor]);
    let right = (0..VOTES).filter(|_| {
        let (dimension, factor) = vote();
        elected(dimension) == Some(factor)
    });
    right.count() as f64 / VOTES as f64
}
