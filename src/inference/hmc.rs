//! Hamiltonian Monte Carlo on z for many images with several chains each (Neal 2011, "MCMC using Hamiltonian
//! dynamics").

use super::joint::{Joint, Outputs, read};
use super::threads::side_by_side;
use burn::tensor::{ExecutionError, Tensor, TensorData};

/// The density f₀ at which a path of distributions starts; it ends at p(x, z).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// p(z): nothing depends on q.
    #[default]
    Prior,
    /// q(z|x), nearer to the end.
    Approximation,
}

/// The target at inverse temperature β, up to a constant: (1 − β)·log f₀(z) + β·log p(x, z).
#[derive(Clone, Copy)]
pub struct Target<'a> {
    pub joint: &'a dyn Joint,
    pub outputs: &'a Outputs,
    pub start: Start,
    pub threads: usize,
}

/// The chains of some images, as many for each: image by image, then chain by chain.
#[derive(Clone, Debug, Default)]
pub struct Chains {
    /// Images, by number.
    pub images: Vec<usize>,
    pub chains: usize,
    /// `images·chains × latent`.
    pub z: Vec<f32>,
    /// log p(x, z) and log f₀(z) there.
    pub log_joint: Vec<f64>,
    pub log_start: Vec<f64>,
}

/// Values and the gradient at some z.
struct Evaluated {
    log_joint: Vec<f64>,
    log_start: Vec<f64>,
    gradient: Vec<f32>,
}

impl Target<'_> {
    /// Chains that stand at z.
    ///
    /// # Errors
    /// The device's.
    pub fn chains(&self, images: Vec<usize>, chains: usize, z: Vec<f32>) -> Result<Chains, ExecutionError> {
        let Evaluated { log_joint, log_start, .. } = self.evaluate(&images, &z, 0.0)?;
        Ok(Chains { images, chains, z, log_joint, log_start })
    }

    /// One transition that leaves the target at β as it is: `leapfrog` steps of each image's own length, from momenta
    /// `normal` (as long as z), accepted where `uniform` (one a chain) says so. Gives each image's mean acceptance
    /// probability.
    ///
    /// # Errors
    /// The device's.
    pub fn transition(
        &self,
        chains: &mut Chains,
        beta: f64,
        (leapfrog, steps): (usize, &[f64]),
        normal: Vec<f32>,
        uniform: &[f32],
    ) -> Result<Vec<f64>, ExecutionError> {
        let latent = self.joint.latent();
        let row_step = |row: usize| steps[row / chains.chains] as f32;
        let before = self.evaluate(&chains.images, &chains.z, beta)?;
        let energy = |at: &Evaluated, p: &[f32], row: usize| {
            let kinetic: f64 = p[row * latent..][..latent].iter().map(|p| 0.5 * f64::from(*p).powi(2)).sum();
            (1.0 - beta) * at.log_start[row] + beta * at.log_joint[row] - kinetic
        };
        let mut p = normal;
        let old: Vec<f64> = (0..uniform.len()).map(|row| energy(&before, &p, row)).collect();
        let mut z = chains.z.clone();
        let push = |p: &mut [f32], gradient: &[f32], share: f32| {
            for (i, (p, g)) in p.iter_mut().zip(gradient).enumerate() {
                *p += share * row_step(i / latent) * g;
            }
        };
        push(&mut p, &before.gradient, 0.5);
        let mut at = before;
        for step in 1..=leapfrog {
            for (i, (z, p)) in z.iter_mut().zip(&p).enumerate() {
                *z += row_step(i / latent) * p;
            }
            at = self.evaluate(&chains.images, &z, beta)?;
            push(&mut p, &at.gradient, if step < leapfrog { 1.0 } else { 0.5 });
        }
        let mut acceptance = vec![0.0; chains.images.len()];
        for (row, old) in old.into_iter().enumerate() {
            // NaN, from a step into nowhere, is no acceptance.
            let probability =
                Some((energy(&at, &p, row) - old).exp().min(1.0)).filter(|a| a.is_finite()).unwrap_or(0.0);
            acceptance[row / chains.chains] += probability / chains.chains as f64;
            if f64::from(uniform[row]) < probability {
                chains.z[row * latent..][..latent].copy_from_slice(&z[row * latent..][..latent]);
                chains.log_joint[row] = at.log_joint[row];
                chains.log_start[row] = at.log_start[row];
            }
        }
        Ok(acceptance)
    }

    fn evaluate(&self, images: &[usize], z: &[f32], beta: f64) -> Result<Evaluated, ExecutionError> {
        let share = images.len().div_ceil(self.threads.max(1)).max(1);
        let per_image = z.len() / images.len();
        let parts: Vec<(&[usize], &[f32])> = images.chunks(share).zip(z.chunks(share * per_image)).collect();
        let found = side_by_side(parts, |(images, z)| self.evaluate_part(images, z, beta));
        let mut all = Evaluated { log_joint: Vec::new(), log_start: Vec::new(), gradient: Vec::new() };
        for part in found {
            let part = part?;
            all.log_joint.extend(part.log_joint);
            all.log_start.extend(part.log_start);
            all.gradient.extend(part.gradient);
        }
        Ok(all)
    }

    fn evaluate_part(&self, images: &[usize], z: &[f32], beta: f64) -> Result<Evaluated, ExecutionError> {
        let (joint, latent) = (self.joint, self.joint.latent());
        let chains = z.len() / latent / images.len();
        // Tensors go chain by chain, then image by image.
        let rows = images.len() * chains;
        let order: Vec<usize> = (0..chains).flat_map(|c| (0..images.len()).map(move |b| b * chains + c)).collect();
        let values: Vec<f32> = order.iter().flat_map(|&row| &z[row * latent..][..latent]).copied().collect();
        let leaf =
            Tensor::<2>::from_data(TensorData::new(values, [rows, latent]), &joint.device()).autodiff().require_grad();
        let log_joint = joint.log_joint(images, leaf.clone());
        let log_start = match self.start {
            Start::Prior => joint.log_prior(leaf.clone()),
            Start::Approximation => {
                joint.approximation(self.outputs.rows(images, &joint.device())).log_prob(leaf.clone())
            }
        };
        let mut gradients = (log_start.clone() * (1.0 - beta) + log_joint.clone() * beta).sum().backward();
        let gradient = leaf.grad_remove(&mut gradients).unwrap_or_else(|| leaf.without_autodiff().zeros_like());
        let gradient: Vec<f32> = gradient.try_into_data()?.iter::<f32>().collect();
        let (log_joint, log_start) = (read(log_joint.without_autodiff())?, read(log_start.without_autodiff())?);
        let mut back =
            Evaluated { log_joint: vec![0.0; rows], log_start: vec![0.0; rows], gradient: vec![0.0; rows * latent] };
        for (from, &to) in order.iter().enumerate() {
            (back.log_joint[to], back.log_start[to]) = (log_joint[from], log_start[from]);
            back.gradient[to * latent..][..latent].copy_from_slice(&gradient[from * latent..][..latent]);
        }
        Ok(back)
    }
}
