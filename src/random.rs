//! Random numbers as a function of (seed, purpose, counter, index): Philox4x32-10 (Salmon et al. 2011, "Parallel
//! random numbers: as easy as 1, 2, 3"). There is no state to save or to disturb: a picture drawn between two steps
//! cannot change a run, and a resumed run goes on with the same numbers.

mod normal;
mod philox;
mod vectorised;

/// The use of a random number. Streams of different purposes are independent. The numeric values take part in making a
/// run reproducible: append new purposes at the end and never renumber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Purpose {
    /// Initial weights; counter = index of the parameter tensor.
    Initialise = 0,
    /// The choice of the images that are held out for validation or test.
    Split = 1,
    /// Order of the training images; counter = epoch.
    Shuffle = 2,
    /// Fixed binarisation; counter = image.
    BinariseFixed = 3,
    /// Dynamic binarisation in training; counter = step.
    Binarise = 4,
    /// Dynamic binarisation outside training; counter = image.
    BinariseEvaluation = 5,
    /// ε of the reparameterised posterior sample in training; counter = step.
    Epsilon = 6,
    /// ε outside training; each caller defines its own counter.
    EpsilonEvaluation = 7,
    /// Dropout masks; counter = step.
    Dropout = 8,
    /// z ~ p(z) for pictures.
    Prior = 9,
    /// x ~ p(x|z) for pictures.
    Likelihood = 10,
    /// The choice of the images that a view (a question about the model) shows.
    Choice = 11,
    /// Procedural data; counter = image.
    Shapes = 12,
    /// ε of the importance samples of log p(x); counter = image and sample.
    EpsilonMarginal = 13,
    /// The order in which a discriminator sees each latent dimension; counter = step and dimension.
    Permute = 14,
    /// ε of the gradient steps that improve q(z|x) image by image; counter = step and image.
    EpsilonClimbing = 32,
    /// ε on which an improved q(z|x) is judged against the best one so far; counter = image.
    EpsilonJudging = 33,
    /// ε of the bound that is reported for the improved q(z|x); counter = image.
    EpsilonReporting = 34,
    /// Starting points of the chains of annealed importance sampling; counter = phase and image.
    AnnealingStart = 35,
    /// Momenta of the Hamiltonian transitions in annealed importance sampling; counter = transition, phase and image.
    AnnealingMomentum = 36,
    /// Whether a Hamiltonian transition in annealed importance sampling is accepted; counter = transition, phase and
    /// image.
    AnnealingAcceptance = 37,
    /// ε of draws from the aggregate posterior q(z); counter = image.
    EpsilonAggregate = 38,
    /// z ~ p(z) of data simulated from the model.
    SimulatedCode = 39,
    /// x ~ p(x|z) of data simulated from the model.
    SimulatedPixels = 40,
    /// ε of repeated estimates of a gradient; counter = number of samples and repeat.
    EpsilonGradient = 41,
    /// ε of the ledger's measurements; counter = step, images, set of samples.
    EpsilonLedger = 48,
    /// ε of the posterior microscope; counter = chunk of samples.
    EpsilonMicroscope = 49,
    /// Normal draws of adaptive importance sampling; counter = pass and image.
    AdaptiveNormal = 50,
    /// Uniform draws of adaptive importance sampling; counter = pass and image.
    AdaptiveUniform = 51,
    /// The places of draws from p(z|x) about the points of a lattice; counter = 0.
    LatticeDraws = 52,
    /// ε of an evaluation's bound; counter = pass, images.
    EpsilonBound = 53,
    /// The settings of a study that are drawn at random; counter = setting.
    Study = 54,
    /// Draws of the tour's own small model; counter = draw, or estimate.
    Tour = 56,
    /// ε of the draws from q(z|x) that are written to files; counter = the image's number in its source.
    EpsilonCodes = 60,
    /// Random changes to training images; counter = step.
    Augment = 61,
    /// Noise on training images; counter = step.
    AugmentNoise = 62,
    /// ε and choices of imputations; counter = image.
    Impute = 63,
    /// Which values are hidden from the model; counter = image.
    Missing = 64,
    /// Points of toy data; counter = point.
    Toy = 65,
}

/// The random numbers of one purpose under one seed.
#[derive(Clone, Copy, Debug)]
pub struct Stream {
    key: [u32; 2],
    purpose: u32,
}

impl Stream {
    /// The stream of random numbers of `purpose` under `seed`.
    pub fn new(seed: u64, purpose: Purpose) -> Self {
        Self { key: [seed as u32, (seed >> 32) as u32], purpose: purpose as u32 }
    }

    /// Fill `out` with uniform 32-bit words.
    pub fn fill_bits(&self, counter: u64, out: &mut [u32]) {
        self.fill_bits_from(counter, 0, out);
    }

    /// Fill `out` with the words that [`fill_bits`](Self::fill_bits) would put at index `4·first_block` and after it.
    pub fn fill_bits_from(&self, counter: u64, first_block: u32, out: &mut [u32]) {
        philox::fill([first_block, self.purpose, counter as u32, (counter >> 32) as u32], self.key, out);
    }

    /// Fill `out` with uniform draws from the open interval (0, 1).
    pub fn fill_uniform(&self, counter: u64, out: &mut [f32]) {
        self.fill_from_bits(counter, 0, out, |bits, out| {
            for (value, &bits) in out.iter_mut().zip(bits) {
                *value = unit(bits);
            }
        });
    }

    /// Fill `out` with draws from N(0, 1).
    pub fn fill_normal(&self, counter: u64, out: &mut [f32]) {
        self.fill_from_bits(counter, 0, out, normal::from_bits);
    }

    /// Fill `out` with the numbers that [`fill_normal`](Self::fill_normal) would put at index `first` and after it.
    pub fn fill_normal_from(&self, counter: u64, first: usize, out: &mut [f32]) {
        let before = first % 4;
        let head = out.len().min((4 - before) % 4);
        if head > 0 {
            let mut block = [0.0; 4];
            self.fill_from_bits(counter, (first / 4) as u32, &mut block, normal::from_bits);
            out[..head].copy_from_slice(&block[before..before + head]);
        }
        self.fill_from_bits(counter, first.div_ceil(4) as u32, &mut out[head..], normal::from_bits);
    }

    /// Turn random words into numbers, up to 64 blocks of four words at a time; `convert` always gets whole blocks.
    fn fill_from_bits(&self, counter: u64, first_block: u32, out: &mut [f32], convert: impl Fn(&[u32], &mut [f32])) {
        const BLOCKS: usize = 64;
        let mut bits = [0; 4 * BLOCKS];
        for (index, out) in out.chunks_mut(4 * BLOCKS).enumerate() {
            let bits = &mut bits[..out.len().next_multiple_of(4)];
            self.fill_bits_from(counter, first_block.wrapping_add((index * BLOCKS) as u32), bits);
            let whole = out.len() / 4 * 4;
            let (out, rest) = out.split_at_mut(whole);
            convert(&bits[..whole], out);
            if !rest.is_empty() {
                let mut last = [0.0; 4];
                convert(&bits[whole..], &mut last);
                rest.copy_from_slice(&last[..rest.len()]);
            }
        }
    }

    /// A uniformly random order of `0..n` (Fisher & Yates).
    pub fn permutation(&self, counter: u64, n: usize) -> Vec<u32> {
        let mut order: Vec<u32> = (0..n as u32).collect();
        let mut bits = vec![0; n];
        self.fill_bits(counter, &mut bits);
        for i in (1..n).rev() {
            // Multiply-shift: bias below n/2³².
            let j = (u64::from(bits[i]) * (i as u64 + 1)) >> 32;
            order.swap(i, j as usize);
        }
        order
    }
}

/// The midpoint of one of 2²³ equal cells of (0, 1).
fn unit(bits: u32) -> f32 {
    ((bits >> 9) as f32 + 0.5) * (1.0 / (1u32 << 23) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normals_have_the_moments_of_a_standard_normal() {
        let mut x = vec![0.0; 200_000];
        Stream::new(7, Purpose::Epsilon).fill_normal(3, &mut x);
        let n = x.len() as f64;
        let moment = |p: i32| x.iter().map(|&v| f64::from(v).powi(p)).sum::<f64>() / n;
        // Standard errors: 1/√n, √2/√n, √15/√n, √96/√n.
        assert!(moment(1).abs() < 5.0 / n.sqrt());
        assert!((moment(2) - 1.0).abs() < 5.0 * (2.0 / n).sqrt());
        assert!(moment(3).abs() < 5.0 * (15.0 / n).sqrt());
        assert!((moment(4) - 3.0).abs() < 5.0 * (96.0 / n).sqrt());
    }

    #[test]
    fn a_prefix_does_not_depend_on_the_length_asked_for() {
        let stream = Stream::new(1, Purpose::Prior);
        let mut long = [0.0; 600];
        stream.fill_normal(9, &mut long);
        for length in 0..long.len() {
            let mut short = vec![0.0; length];
            stream.fill_normal(9, &mut short);
            assert_eq!(short, long[..length]);
        }
    }

    #[test]
    fn a_stretch_is_part_of_the_whole() {
        let stream = Stream::new(1, Purpose::Epsilon);
        let mut whole = [0.0; 700];
        stream.fill_normal(9, &mut whole);
        for (first, length) in (0..9).flat_map(|first| (0..12).map(move |length| (first, length))).chain([(261, 400)]) {
            let mut stretch = vec![0.0; length];
            stream.fill_normal_from(9, first, &mut stretch);
            assert_eq!(stretch, whole[first..first + length], "{length} from {first}");
        }
    }

    #[test]
    fn normals_fill_the_bins_of_a_standard_normal() {
        let mut x = vec![0.0; 1_000_000];
        Stream::new(8, Purpose::Epsilon).fill_normal(0, &mut x);
        // Φ at −3, −2.5, … 3, from tables.
        let cumulative: [f64; 13] = [
            0.001_349_898,
            0.006_209_665,
            0.022_750_132,
            0.066_807_201,
            0.158_655_254,
            0.308_537_539,
            0.5,
            0.691_462_461,
            0.841_344_746,
            0.933_192_799,
            0.977_249_868,
            0.993_790_335,
            0.998_650_102,
        ];
        let n = x.len() as f64;
        for (i, p) in cumulative.into_iter().enumerate() {
            let edge = -3.0 + 0.5 * i as f32;
            let below = x.iter().filter(|&&v| v < edge).count() as f64;
            assert!((below / n - p).abs() < 5.0 * (p * (1.0 - p) / n).sqrt(), "{below} below {edge}");
        }
    }

    #[test]
    fn a_permutation_holds_each_index_once() {
        let mut order = Stream::new(5, Purpose::Shuffle).permutation(2, 1000);
        assert_ne!(order[..8], [0, 1, 2, 3, 4, 5, 6, 7]);
        order.sort_unstable();
        assert!(order.iter().enumerate().all(|(i, &o)| i == o as usize));
    }
}
