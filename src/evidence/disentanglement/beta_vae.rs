//! The β-VAE score.

use super::codes::{CONSTANT, Codes, Dice, mean, variance};

/// Number of points to train the classifier on, and to test it on.
const POINTS: [usize; 2] = [2_000, 1_000];
/// Pairs of images for each point.
const PAIRS: usize = 64;
/// Number of steps of gradient descent, and their length.
const STEPS: usize = 300;
const RATE: f64 = 1.0;

/// The accuracy of a linear classifier that predicts, from the mean difference |z − z'| of the codes of image pairs,
/// which factor the two images of each pair have in common (Higgins et al. 2017, section 3). The library
/// disentanglement_lib trains on 10,000 points, tests on 5,000, and does not standardise them.
pub(super) fn score(codes: &Codes, seed: u64) -> f64 {
    let mut dice = Dice::new(seed, 3);
    let by_level: Vec<Vec<Vec<usize>>> = (0..codes.factors.len()).map(|k| codes.images_by_level(k)).collect();
    let mut point = || {
        let factor = dice.below(codes.factors.len());
        let mut mean = vec![0.0; codes.latent];
        for _ in 0..PAIRS {
            let a = dice.below(codes.len());
            let level = usize::from(codes.levels[a * codes.factors.len() + factor]);
            let b = *dice.one_of(&by_level[factor][level]);
            let differences = codes.code(a).iter().zip(codes.code(b)).map(|(a, b)| (a - b).abs());
            mean.iter_mut().zip(differences).for_each(|(mean, difference)| *mean += difference / PAIRS as f64);
        }
        (mean, factor)
    };
    let [mut learn, mut trial] = POINTS.map(|points| (0..points).map(|_| point()).collect::<Vec<_>>());
    standardise(&mut learn, &mut trial);
    let classifier = Softmax::fit(&learn, codes.factors.len());
    trial.iter().filter(|(x, factor)| classifier.most_likely(x) == *factor).count() as f64 / trial.len() as f64
}

type Point = (Vec<f64>, usize);

/// Standardise every feature to mean 0 and variance 1 over `learn`; constant features become 0.
fn standardise(learn: &mut [Point], trial: &mut [Point]) {
    for feature in 0..learn[0].0.len() {
        let values: Vec<f64> = learn.iter().map(|(x, _)| x[feature]).collect();
        let (mean, variance) = (mean(&values), variance(&values));
        let scale = if variance < CONSTANT * CONSTANT { 0.0 } else { variance.sqrt().recip() };
        learn.iter_mut().chain(&mut *trial).for_each(|(x, _)| x[feature] = (x[feature] - mean) * scale);
    }
}

/// Multinomial logistic regression.
struct Softmax {
    /// A row a class: the weights, then the bias.
    weights: Vec<Vec<f64>>,
}

impl Softmax {
    /// By gradient descent on the mean cross-entropy.
    fn fit(points: &[Point], classes: usize) -> Self {
        let features = points[0].0.len();
        let mut fitted = Self { weights: vec![vec![0.0; features + 1]; classes] };
        for _ in 0..STEPS {
            let mut gradient = vec![vec![0.0; features + 1]; classes];
            for (x, class) in points {
                let logits = fitted.logits(x);
                let max = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let total: f64 = logits.iter().map(|l| (l - max).exp()).sum();
                for (c, row) in gradient.iter_mut().enumerate() {
                    let error = (logits[c] - max).exp() / total - f64::from(u8::from(c == *class));
                    row.iter_mut().zip(x).for_each(|(g, x)| *g += error * x / points.len() as f64);
                    row[features] += error / points.len() as f64;
                }
            }
            let pairs = fitted.weights.iter_mut().flatten().zip(gradient.iter().flatten());
            pairs.for_each(|(weight, gradient)| *weight -= RATE * gradient);
        }
        fitted
    }

    fn logits(&self, x: &[f64]) -> Vec<f64> {
        let of = |row: &Vec<f64>| row.iter().zip(x.iter().chain(&[1.0])).map(|(w, x)| w * x).sum();
        self.weights.iter().map(of).collect()
    }

    fn most_likely(&self, x: &[f64]) -> usize {
        let logits = self.logits(x);
        (0..logits.len()).max_by(|&a, &b| logits[a].total_cmp(&logits[b])).unwrap_or_default()
    }
}
