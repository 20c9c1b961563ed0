//! log p(x) and KL[q(z|x) ‖ p(z|x)] by quadrature, for one or two latent dimensions.
//!
//! The rule is the trapezium rule on a square lattice, which for smooth functions that fade at both ends converges faster
//! than any power of the spacing (Trefethen & Weideman 2014). Every image gets the spacing and the region that its own
//! posterior asks for: starting from a lattice that covers the prior, cells in which neither p(x, z) nor q(z|x) has any
//! mass are left out, cells are added where mass reaches the border, and the spacing is halved until halving it changes
//! nothing. That change is the error which is reported. Images that look at the same cell share its decoding.

mod lattice;
mod refine;

use super::joint::{Block, Joint, Outputs, read, repeat_rows};
use super::threads::side_by_side;
use burn::tensor::ExecutionError;
use lattice::{Cell, Lattice};
use refine::{Next, Refinement, Values};
use std::collections::BTreeMap;

/// How hard to try.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// The spacing is halved until log p(x) and the KL change by less than this; nats.
    pub tolerance: f64,
    /// Most lattice points an image.
    pub max_points: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { tolerance: 5e-3, max_points: 1 << 16 }
    }
}

impl Settings {
    /// A fifth of the points, for numbers that are drawn beside others of larger error.
    pub fn quick() -> Self {
        Self { tolerance: 5e-2, ..Self::default() }
    }
}

/// What quadrature finds for one image; nats.
#[derive(Clone, Debug, PartialEq)]
pub struct Integral {
    /// log p(x) = log ∫ p(x, z) dz.
    pub log_px: f64,
    /// What the last halving of the spacing changed; infinite where the mass was not covered within the largest number
    /// of points.
    pub log_px_error: f64,
    /// KL[q(z|x) ‖ p(z|x)] = ∫ q log (q/p), on the same lattice; not a difference of bounds.
    pub kl: f64,
    /// As [`Self::log_px_error`].
    pub kl_error: f64,
    /// ∫ q over the lattice: 1 where it covers and resolves q.
    pub q_mass: f64,
    /// E[z|x], an entry a dimension.
    pub mean: Vec<f64>,
    /// √Var[z|x], an entry a dimension.
    pub deviation: Vec<f64>,
    /// A box an axis around all that is within 12 nats of the peak of p(z|x) or of q(z|x).
    pub window: Vec<[f64; 2]>,
    /// Distance of lattice points.
    pub spacing: f64,
    /// Lattice points of the last round.
    pub points: usize,
}

/// The latent dimensions that quadrature can do.
pub fn applies(latent: usize) -> bool {
    (1..=2).contains(&latent)
}

/// Quadrature of some images, in slices.
pub struct Quadrature {
    settings: Settings,
    outputs: Outputs,
    lattice: Lattice,
    images: Vec<Refinement>,
    /// Cells still to be looked at in this round, each with its images.
    queue: Vec<Task>,
}

struct Task {
    cell: Cell,
    images: Vec<usize>,
}

/// Rows that are decoded at once, by one thread.
const DECODED: usize = 1_024;
/// Pairs of image and point in a slice, by one thread.
const PAIRS: usize = 1 << 17;
/// Images that are refined together: what they need in memory is bounded, and their first lattice is decoded once.
const TOGETHER: usize = 128;

impl Quadrature {
    /// All images of `joint`, with q(z|x) from `outputs`.
    ///
    /// # Errors
    /// The device's.
    ///
    /// # Panics
    /// When the latent dimension is not 1 or 2; see [`applies`].
    pub fn new(joint: &dyn Joint, outputs: Outputs, settings: Settings) -> Result<Self, ExecutionError> {
        assert!(applies(joint.latent()), "quadrature is for one or two latent dimensions");
        let lattice = Lattice::covering(&joint.prior_range()?);
        let all: Vec<usize> = (0..joint.images()).collect();
        let mut images = Vec::with_capacity(all.len());
        for chunk in all.chunks(DECODED) {
            let q = joint.approximation(outputs.rows(chunk, &joint.device()));
            let means = read(q.mean().reshape([chunk.len() * joint.latent()]))?;
            images.extend(means.chunks_exact(joint.latent()).map(|mean| Refinement::new(&lattice, mean)));
        }
        Ok(Self { settings, outputs, lattice, images, queue: Vec::new() })
    }

    /// Images done and in all.
    pub fn progress(&self) -> (usize, usize) {
        (self.images.iter().filter(|image| image.done().is_some()).count(), self.images.len())
    }

    /// A part of the work, on so many threads (one, except on the CPU); `true` once all is done.
    ///
    /// # Errors
    /// The device's.
    pub fn slice(&mut self, joint: &dyn Joint, threads: usize) -> Result<bool, ExecutionError> {
        if self.queue.is_empty() {
            self.next_round();
        }
        let parts: Vec<Vec<Task>> = (0..threads.max(1)).map(|_| self.take()).filter(|part| !part.is_empty()).collect();
        if parts.is_empty() {
            return Ok(true);
        }
        let (lattice, outputs) = (&self.lattice, &self.outputs);
        let found = side_by_side(parts, |tasks| evaluate(joint, outputs, lattice, tasks));
        for values in found {
            for (cell, image, values) in values? {
                self.images[image].add(cell, values);
            }
        }
        Ok(false)
    }

    /// The results, image by image.
    ///
    /// # Panics
    /// Before [`slice`](Self::slice) has said that all is done.
    pub fn finish(self) -> Vec<Integral> {
        self.images.into_iter().map(|image| image.into_done().expect("all slices are done")).collect()
    }

    /// Let each image of the first group that is not done say which cells it needs now, and gather them by cell.
    fn next_round(&mut self) {
        let mut wanted: BTreeMap<Cell, Vec<usize>> = BTreeMap::new();
        for (index, image) in self.images.iter_mut().enumerate() {
            if index % TOGETHER == 0 && !wanted.is_empty() {
                break;
            }
            if let Next::Cells(cells) = image.next(&self.lattice, &self.settings) {
                cells.into_iter().for_each(|cell| wanted.entry(cell).or_default().push(index));
            }
        }
        self.queue = wanted.into_iter().map(|(cell, images)| Task { cell, images }).collect();
    }

    /// Cells for one thread.
    fn take(&mut self) -> Vec<Task> {
        let points = self.lattice.points_per_cell();
        let mut tasks = Vec::new();
        let mut pairs = 0;
        while pairs < PAIRS
            && tasks.len() * points < DECODED
            && let Some(task) = self.queue.pop()
        {
            pairs += task.images.len() * points;
            tasks.push(task);
        }
        tasks
    }
}

/// All images at once, on so many threads.
///
/// # Errors
/// The device's.
pub fn integrate(
    joint: &dyn Joint,
    outputs: Outputs,
    settings: Settings,
    threads: usize,
) -> Result<Vec<Integral>, ExecutionError> {
    let mut quadrature = Quadrature::new(joint, outputs, settings)?;
    while !quadrature.slice(joint, threads)? {}
    Ok(quadrature.finish())
}

/// log p(x, z) and log q(z|x) at the points of cells, for the images of each.
fn evaluate(
    joint: &dyn Joint,
    outputs: &Outputs,
    lattice: &Lattice,
    tasks: Vec<Task>,
) -> Result<Vec<(Cell, usize, Values)>, ExecutionError> {
    let size = lattice.points_per_cell();
    let z: Vec<f32> = tasks.iter().flat_map(|task| lattice.points(task.cell)).collect();
    let blocks: Vec<Block> = tasks
        .iter()
        .enumerate()
        .map(|(i, task)| Block { points: i * size..(i + 1) * size, images: task.images.clone() })
        .collect();
    let joints = joint.log_joint_of_blocks(&z, &blocks)?;
    let mut found = Vec::new();
    for ((task, log_joint), z) in tasks.iter().zip(joints).zip(z.chunks_exact(size * joint.latent())) {
        let images = &task.images;
        let q = joint.approximation(outputs.rows(images, &joint.device()));
        let log_q = read(q.log_prob(repeat_rows(z, joint.latent(), images.len(), &joint.device())))?;
        for (b, (&image, log_joint)) in images.iter().zip(log_joint.chunks_exact(size)).enumerate() {
            let log_q = log_q.iter().skip(b).step_by(images.len()).copied().collect();
            found.push((task.cell, image, Values { log_joint: log_joint.to_vec(), log_q }));
        }
    }
    Ok(found)
}
