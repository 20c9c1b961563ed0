//! Hamiltonian Monte Carlo (HMC) on z, for many images with several chains each (Neal 2011, "MCMC using Hamiltonian
//! dynamics").

use super::joint::{Joint, Outputs, read};
use super::threads::side_by_side;
use burn::tensor::{ExecutionError, Tensor, TensorData};

/// The density f₀ at the start of a path of distributions that ends at p(x, z).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// The prior p(z), so that nothing depends on q.
    #[default]
    Prior,
    /// The approximate posterior q(z|x), which is nearer to the end of the path.
    Approximation,
}

/// The two ends of a path. At inverse temperature β the target's log density is, up to a constant, (1 − β)·log f₀(z) +
/// β·log p(x, z).
#[derive(Clone, Copy)]
pub struct Target<'a> {
    pub joint: &'a dyn Joint,
    pub outputs: &'a Outputs,
    pub start: Start,
    pub threads: usize,
}

/// The parameters of a transition for the chains of one image.
#[derive(Clone, Debug, PartialEq)]
pub struct Motion {
    /// The inverse temperature β of the target that the transition leaves invariant.
    pub beta: f64,
    /// The step length of the leapfrog integrator, in units of `scale`.
    pub step: f64,
    /// The estimated width of the target along each dimension, which is the root of the inverse masses (Neal 2011,
    /// section 4.1).
    pub scale: Vec<f32>,
}

/// The chains of some images, equally many for each, ordered by image, then by chain.
#[derive(Clone, Debug, Default)]
pub struct Chains {
    /// The images' numbers.
    pub images: Vec<usize>,
    pub chains: usize,
    /// The chains' positions, `images·chains × latent`.
    pub z: Vec<f32>,
    /// The log densities of the path's two ends at `z`. They do not depend on β, so that the next temperature can use
    /// them too.
    pub at: Ends,
}

/// log p(x, z) and log f₀(z), with their gradients, for every chain.
#[derive(Clone, Debug, Default)]
pub struct Ends {
    pub log_joint: Vec<f64>,
    pub log_start: Vec<f64>,
    joint_gradient: Vec<f32>,
    start_gradient: Vec<f32>,
}

impl Ends {
    /// The target's log density at β for one chain.
    fn log_target(&self, row: usize, beta: f64) -> f64 {
        (1.0 - beta) * self.log_start[row] + beta * self.log_joint[row]
    }

    /// The derivative of the target's log density at β with respect to one entry of z.
    pub fn slope(&self, index: usize, beta: f64) -> f32 {
        (1.0 - beta) as f32 * self.start_gradient[index] + beta as f32 * self.joint_gradient[index]
    }

    fn extend(&mut self, other: Self) {
        self.log_joint.extend(other.log_joint);
        self.log_start.extend(other.log_start);
        self.joint_gradient.extend(other.joint_gradient);
        self.start_gradient.extend(other.start_gradient);
    }

    fn take_row(&mut self, other: &Self, row: usize, latent: usize) {
        self.log_joint[row] = other.log_joint[row];
        self.log_start[row] = other.log_start[row];
        let own = row * latent..(row + 1) * latent;
        self.joint_gradient[own.clone()].copy_from_slice(&other.joint_gradient[own.clone()]);
        self.start_gradient[own.clone()].copy_from_slice(&other.start_gradient[own]);
    }
}

/// The random numbers of a transition.
pub struct Chance {
    /// Standard normal momenta, one for each entry of z.
    pub momenta: Vec<f32>,
    /// One uniform per chain, which decides whether the transition is accepted.
    pub acceptance: Vec<f32>,
    /// One uniform per chain, which varies the step length.
    pub length: Vec<f32>,
}

/// Step lengths vary randomly by up to this share: with a constant length, a trajectory that returns to its start along
/// some dimension would do so every time (Neal 2011, section 3.2).
const JITTER: f64 = 0.25;

impl Target<'_> {
    /// Chains at the positions `z`.
    ///
    /// # Errors
    /// The device fails.
    pub fn chains(&self, images: Vec<usize>, chains: usize, z: Vec<f32>) -> Result<Chains, ExecutionError> {
        let at = self.evaluate(&images, &z)?;
        Ok(Chains { images, chains, z, at })
    }

    /// One transition of every chain, with `leapfrog` steps, accepted or rejected, which leaves each image's target
    /// invariant. Returns the mean acceptance probability of each image.
    ///
    /// # Errors
    /// The device fails.
    pub fn transition(
        &self,
        chains: &mut Chains,
        motions: &[Motion],
        leapfrog: usize,
        chance: Chance,
    ) -> Result<Vec<f64>, ExecutionError> {
        let latent = self.joint.latent();
        let motion = |row: usize| &motions[row / chains.chains];
        let Chance { momenta: mut p, acceptance: uniform, length } = chance;
        // The length of a step along every number of z.
        let steps: Vec<f32> = (0..chains.z.len())
            .map(|i| {
                let (row, motion) = (i / latent, motion(i / latent));
                let length = motion.step * (1.0 + JITTER * (2.0 * f64::from(length[row]) - 1.0));
                length as f32 * motion.scale[i % latent]
            })
            .collect();
        let energy = |at: &Ends, p: &[f32], row: usize| {
            let kinetic: f64 = p[row * latent..][..latent].iter().map(|p| 0.5 * f64::from(*p).powi(2)).sum();
            at.log_target(row, motion(row).beta) - kinetic
        };
        let push = |p: &mut [f32], at: &Ends, share: f32| {
            for (i, (p, step)) in p.iter_mut().zip(&steps).enumerate() {
                *p += share * step * at.slope(i, motion(i / latent).beta);
            }
        };
        let old: Vec<f64> = (0..uniform.len()).map(|row| energy(&chains.at, &p, row)).collect();
        let mut z = chains.z.clone();
        push(&mut p, &chains.at, 0.5);
        let mut at = Ends::default();
        for step in 1..=leapfrog.max(1) {
            z.iter_mut().zip(p.iter().zip(&steps)).for_each(|(z, (p, step))| *z += step * p);
            at = self.evaluate(&chains.images, &z)?;
            push(&mut p, &at, if step < leapfrog { 1.0 } else { 0.5 });
        }
        let mut acceptance = vec![0.0; chains.images.len()];
        for (row, old) in old.into_iter().enumerate() {
            // NaN, from a step into nowhere, is no acceptance.
            let probability =
                Some((energy(&at, &p, row) - old).exp().min(1.0)).filter(|a| a.is_finite()).unwrap_or(0.0);
            acceptance[row / chains.chains] += probability / chains.chains as f64;
            if f64::from(uniform[row]) < probability {
                chains.z[row * latent..][..latent].copy_from_slice(&z[row * latent..][..latent]);
                chains.at.take_row(&at, row, latent);
            }
        }
        Ok(acceptance)
    }

    fn evaluate(&self, images: &[usize], z: &[f32]) -> Result<Ends, ExecutionError> {
        let share = images.len().div_ceil(self.threads.max(1)).max(1);
        let per_image = z.len() / images.len();
        let parts: Vec<(&[usize], &[f32])> = images.chunks(share).zip(z.chunks(share * per_image)).collect();
        let mut all = Ends::default();
        for part in side_by_side(parts, |(images, z)| self.evaluate_part(images, z)) {
            all.extend(part?);
        }
        Ok(all)
    }

    fn evaluate_part(&self, images: &[usize], z: &[f32]) -> Result<Ends, ExecutionError> {
        let (joint, latent) = (self.joint, self.joint.latent());
        let chains = z.len() / latent / images.len();
        // Tensors go chain by chain, then image by image.
        let rows = images.len() * chains;
        let order: Vec<usize> = (0..chains).flat_map(|c| (0..images.len()).map(move |b| b * chains + c)).collect();
        let values: Vec<f32> = order.iter().flat_map(|&row| &z[row * latent..][..latent]).copied().collect();
        // A leaf each, so that one pass backwards gives both gradients apart.
        let leaf = || {
            let data = TensorData::new(values.clone(), [rows, latent]);
            Tensor::<2>::from_data(data, &joint.device()).autodiff().require_grad()
        };
        let (of_joint, of_start) = (leaf(), leaf());
        let log_joint = joint.log_joint(images, of_joint.clone());
        let log_start = match self.start {
            Start::Prior => joint.log_prior(of_start.clone()),
            Start::Approximation => {
                joint.approximation(self.outputs.rows(images, &joint.device())).log_prob(of_start.clone())
            }
        };
        let mut gradients = (log_start.clone() + log_joint.clone()).sum().backward();
        let mut gradient = |leaf: Tensor<2>| -> Result<Vec<f32>, ExecutionError> {
            let gradient = leaf.grad_remove(&mut gradients).unwrap_or_else(|| leaf.without_autodiff().zeros_like());
            Ok(gradient.try_into_data()?.iter::<f32>().collect())
        };
        let (joint_gradient, start_gradient) = (gradient(of_joint)?, gradient(of_start)?);
        let (log_joint, log_start) = (read(log_joint.without_autodiff())?, read(log_start.without_autodiff())?);
        let mut back = Ends {
            log_joint: vec![0.0; rows],
            log_start: vec![0.0; rows],
            joint_gradient: vec![0.0; rows * latent],
            start_gradient: vec![0.0; rows * latent],
        };
        for (from, &to) in order.iter().enumerate() {
            let (from_row, to_row) = (from * latent..(from + 1) * latent, to * latent..(to + 1) * latent);
            (back.log_joint[to], back.log_start[to]) = (log_joint[from], log_start[from]);
            back.joint_gradient[to_row.clone()].copy_from_slice(&joint_gradient[from_row.clone()]);
            back.start_gradient[to_row].copy_from_slice(&start_gradient[from_row]);
        }
        Ok(back)
    }
}
