//! The terms of the ELBO image by image, each with the error of its own samples, in slices.

use super::joint::{Joint, ModelJoint};
use super::threads::side_by_side;
use crate::estimate::Estimate;
use crate::objective;
use crate::random::Stream;
use crate::sliced::{Progress, Sliced};
use burn::tensor::{ExecutionError, Tensor, TensorData, Transaction};

/// Images in one pass.
const IMAGES: usize = 16;

/// The bound of one image with its terms in nats, all from the same samples. Errors are those of the samples, and not
/// known (NaN) from a single pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    /// E_q[log p(x|z)].
    pub reconstruction: Estimate,
    /// KL[q(z|x) ‖ p(z)]; without error where it has a closed form.
    pub kl: Estimate,
    /// The ELBO, `reconstruction − kl`.
    pub elbo: Estimate,
}

/// The terms of one pass, an entry an image.
struct Pass {
    reconstruction: Vec<f64>,
    kl: Vec<f64>,
}

/// The bound of some images, from several passes whose spread tells the error.
pub struct BoundMeasurement {
    samples: usize,
    passes: usize,
    noise: Stream,
    /// Passes of all measurements before this one.
    counter: u64,
    images: usize,
    /// The passes over the images from `bounds.len()` on.
    current: Vec<Pass>,
    bounds: Vec<Bound>,
}

impl BoundMeasurement {
    /// A measurement for all images of `joint` in `passes` passes, each of `samples` samples per image, with ε of
    /// `noise` from `counter` on.
    pub fn new(joint: &ModelJoint, passes: usize, samples: usize, noise: Stream, counter: u64) -> Self {
        let images = joint.images();
        Self { samples, passes, noise, counter, images, current: Vec::new(), bounds: Vec::new() }
    }

    fn pass(&self, joint: &ModelJoint, pass: usize) -> Result<Pass, ExecutionError> {
        let from = self.bounds.len();
        let group: Vec<usize> = (from..self.images.min(from + IMAGES)).collect();
        let (latent, rows) = (joint.latent(), self.samples * group.len());
        let mut epsilon = vec![0.0; rows * latent];
        self.noise.fill_normal(self.counter + (from / IMAGES * self.passes + pass) as u64, &mut epsilon);
        let epsilon = Tensor::<2>::from_data(TensorData::new(epsilon, [rows, latent]), &joint.device());
        let terms = objective::terms(joint.model(), &joint.pass(), joint.pixels(&group), epsilon);
        let kl = terms.total_kl();
        let data = Transaction::default().register(terms.reconstruction).register(kl).try_execute()?;
        let [reconstruction, kl] = std::array::from_fn(|i| data[i].iter::<f32>().map(f64::from).collect());
        Ok(Pass { reconstruction, kl })
    }
}

impl Sliced<ModelJoint<'_>> for BoundMeasurement {
    /// Image by image.
    type Found = Vec<Bound>;
    type Error = ExecutionError;

    fn slice(&mut self, joint: &ModelJoint<'_>, threads: usize) -> Result<bool, ExecutionError> {
        let first = self.current.len();
        let passes: Vec<usize> = (first..self.passes.min(first + threads.max(1))).collect();
        for pass in side_by_side(passes, |pass| self.pass(joint, pass)) {
            self.current.push(pass?);
        }
        if self.current.len() == self.passes {
            let passes = std::mem::take(&mut self.current);
            let images = passes[0].kl.len();
            self.bounds.extend((0..images).map(|image| {
                let mean = |of: &dyn Fn(&Pass) -> f64| Estimate::mean(&passes.iter().map(of).collect::<Vec<_>>());
                Bound {
                    reconstruction: mean(&|pass| pass.reconstruction[image]),
                    kl: mean(&|pass| pass.kl[image]),
                    elbo: mean(&|pass| pass.reconstruction[image] - pass.kl[image]),
                }
            }));
        }
        Ok(self.bounds.len() == self.images)
    }

    /// Progress counted in images.
    fn progress(&self) -> Progress {
        Progress { done: self.bounds.len(), all: self.images, what: "the bound" }
    }

    fn finish(self: Box<Self>) -> Vec<Bound> {
        self.bounds
    }
}
