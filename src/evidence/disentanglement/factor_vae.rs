//! FactorVAE's score.

use super::codes::{Codes, Dice, variance};

/// Votes that the classifier is made of, and as many that it is tried on.
const VOTES: usize = 800;
/// Images that share a factor's level, for one vote.
const IMAGES: usize = 64;
/// Dimensions whose variance is below this have collapsed and do not vote.
const COLLAPSED: f64 = 0.05;

/// The accuracy of the majority vote that tells which factor was fixed from which dimension varies least, its variance
/// in units of that over all images (Kim & Mnih 2018, section 4: 800 votes, of 200 images each).
/// disentanglement_lib draws 10,000 votes to learn from and 5,000 to try, and leaves out dimensions by their deviation.
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
