//! log p(x) and KL[q(z|x) ‖ p(z|x)] by quadrature, for one or two latent dimensions.
//!
//! The rule is the trapezium rule on a square lattice, which for smooth functions that decay at both ends converges
//! faster than any power of the spacing (Trefethen & Weideman 2014). Each image gets the spacing and the region that
//! its posterior needs: starting from a lattice that covers the prior, cells without mass of p(x, z) or q(z|x) are left
//! out, cells are added where mass reaches the border, and the number of points is doubled until halving the spacing no
//! longer changes the result. (In two dimensions the spacing is halved by every second doubling. No point is evaluated
//! twice.) The change at the last halving is the reported error. Where p(z|x) and q(z|x) are too different for one
//! lattice, each gets its own. Images that use the same cell share its decoding.

mod integral;
mod lattice;
mod refine;
mod target;

pub use integral::{Integral, Open, Settings};

use super::joint::{Block, Joint, Outputs, read};
use super::threads::side_by_side;
use crate::sliced::{Progress, Sliced};
use burn::tensor::{ExecutionError, Tensor, TensorData};
use lattice::Cell;
use refine::Refinement;
use std::collections::BTreeMap;
use std::ops::Range;
use target::{Lattices, Target};

/// Whether quadrature is possible with this latent dimension: 1 or 2.
pub fn applies(latent: usize) -> bool {
    (1..=2).contains(&latent)
}

/// Quadrature for some images, in slices.
pub struct Quadrature {
    settings: Settings,
    outputs: Outputs,
    lattices: Lattices,
    images: Vec<Refinement>,
    /// The cells yet to be evaluated in this round, each with the images that need it.
    queue: Vec<Task>,
}

struct Task {
    cell: Cell,
    /// If the lattice is scaled to q(z|x), it belongs to one image: an offset and a factor for each axis.
    scale: Option<[[f64; 2]; 2]>,
    images: Vec<usize>,
}

impl Task {
    /// The target that the lattice was made for.
    fn target(&self) -> Target {
        if self.scale.is_some() { Target::Approximation } else { Target::Both }
    }
}

/// Rows that one thread decodes at once.
const DECODED: usize = 512;
/// Pairs of image and point in a slice on one thread.
const PAIRS: usize = 1 << 17;
/// Number of images that are refined together, which bounds their memory and shares their decoding.
const TOGETHER: usize = 512;
/// Number of images whose refinement one thread advances in a slice.
const ADVANCED: usize = 16;
/// Typical number of doublings until an image is finished, for the progress bar.
const DOUBLINGS: usize = 6;

impl Quadrature {
    /// Quadrature for all images of `joint`, with q(z|x) from `outputs`.
    ///
    /// # Errors
    /// The device fails.
    ///
    /// # Panics
    /// If the latent dimension is not 1 or 2; see [`applies`].
    pub fn new(joint: &dyn Joint, outputs: Outputs, settings: Settings) -> Result<Self, ExecutionError> {
        assert!(applies(joint.latent()), "quadrature is for one or two latent dimensions");
        let lattices = Lattices::covering(&joint.prior_range()?);
        let all: Vec<usize> = (0..joint.images()).collect();
        let mut images = Vec::with_capacity(all.len());
        for chunk in all.chunks(DECODED) {
            let q = joint.approximation(outputs.rows(chunk, &joint.device()));
            let flat = |values: Tensor<2>| read(values.reshape([chunk.len() * joint.latent()]));
            let (means, deviations) = (flat(q.mean())?, flat(q.deviation())?);
            let axes: Vec<[f64; 2]> = means.into_iter().zip(deviations).map(|(m, s)| [m, s]).collect();
            let axes = axes.chunks_exact(joint.latent());
            images.extend(axes.map(|q| Refinement::new(&lattices, q.to_vec(), &settings)));
        }
        Ok(Self { settings, outputs, lattices, images, queue: Vec::new() })
    }

    /// The first group of images that is not finished.
    fn group(&self) -> Option<Range<usize>> {
        let first = self.images.iter().position(|image| image.done().is_none())? / TOGETHER * TOGETHER;
        Some(first..self.images.len().min(first + TOGETHER))
    }

    /// Advance the refinement of some images that have got all values they asked for; returns whether there were any.
    fn advance(&mut self, group: Range<usize>, threads: usize) -> bool {
        let ready = self.images[group].iter_mut().filter(|image| image.is_ready());
        let mut ready: Vec<&mut Refinement> = ready.take(ADVANCED * threads).collect();
        let size = ready.len().div_ceil(threads).max(1);
        let (lattices, settings) = (&self.lattices, &self.settings);
        side_by_side(ready.chunks_mut(size).collect(), |images: &mut [&mut Refinement]| {
            images.iter_mut().for_each(|image| image.advance(lattices, settings));
        });
        !ready.is_empty()
    }

    /// Collect the cells that images need from the coarsest lattice that any image is still working on. The images on
    /// finer lattices wait, so that all images that need a cell ask for it at the same time.
    fn gather(&mut self, group: Range<usize>) {
        let images = &mut self.images[group.clone()];
        let coarsest = images.iter().filter_map(Refinement::waits_for).min();
        let mut shared: BTreeMap<Cell, Vec<usize>> = BTreeMap::new();
        let mut scaled = Vec::new();
        for (index, image) in group.zip(images) {
            if image.waits_for() == coarsest {
                let scale = image.is_scaled().then(|| image.scale());
                for cell in image.take_wanted() {
                    match scale {
                        None => shared.entry(cell).or_default().push(index),
                        Some(_) => scaled.push(Task { cell, scale, images: vec![index] }),
                    }
                }
            }
        }
        self.queue =
            shared.into_iter().map(|(cell, images)| Task { cell, scale: None, images }).chain(scaled).collect();
    }

    /// Take cells for one thread.
    fn take(&mut self) -> Vec<Task> {
        let mut tasks = Vec::new();
        let (mut points, mut pairs) = (0, 0);
        while pairs < PAIRS
            && points < DECODED
            && let Some(task) = self.queue.pop()
        {
            let size = self.lattices.of(task.target()).points_per_cell(task.cell.level);
            (points, pairs) = (points + size, pairs + task.images.len() * size);
            tasks.push(task);
        }
        tasks
    }
}

impl Sliced<dyn Joint + '_> for Quadrature {
    /// The results, in the order of the images.
    type Found = Vec<Integral>;
    type Error = ExecutionError;

    fn slice(&mut self, joint: &(dyn Joint + '_), threads: usize) -> Result<bool, ExecutionError> {
        let threads = threads.max(1);
        if self.queue.is_empty() {
            let Some(group) = self.group() else { return Ok(true) };
            if self.advance(group.clone(), threads) {
                return Ok(false);
            }
            self.gather(group);
        }
        let parts: Vec<Vec<Task>> = (0..threads).map(|_| self.take()).filter(|part| !part.is_empty()).collect();
        let (lattices, outputs) = (&self.lattices, &self.outputs);
        for found in side_by_side(parts, |tasks| evaluate(joint, outputs, lattices, tasks)) {
            for Values { cell, image, log_joint, log_q } in found? {
                self.images[image].add(cell, &log_joint, &log_q);
            }
        }
        Ok(false)
    }

    /// Progress, estimated from the number of doublings.
    fn progress(&self) -> Progress {
        let steps = |image: &Refinement| match image.done() {
            Some(_) => DOUBLINGS,
            None => image.doublings(&self.lattices).min(DOUBLINGS - 1),
        };
        let done = self.images.iter().map(steps).sum();
        Progress { done, all: self.images.len() * DOUBLINGS, what: "quadrature" }
    }

    fn finish(self: Box<Self>) -> Vec<Integral> {
        self.images.into_iter().map(|image| image.into_done().expect("all slices are done")).collect()
    }
}

/// Integrate all images in one call, on at most `threads` threads.
///
/// # Errors
/// The device fails.
pub fn integrate(
    joint: &dyn Joint,
    outputs: Outputs,
    settings: Settings,
    threads: usize,
) -> Result<Vec<Integral>, ExecutionError> {
    Quadrature::new(joint, outputs, settings)?.run(joint, threads)
}

/// log p(x, z) and log q(z|x) of one image at the points of a cell.
struct Values {
    cell: Cell,
    image: usize,
    log_joint: Vec<f64>,
    log_q: Vec<f64>,
}

/// Evaluate the densities of all images that need the cells of `tasks`.
fn evaluate(
    joint: &dyn Joint,
    outputs: &Outputs,
    lattices: &Lattices,
    tasks: Vec<Task>,
) -> Result<Vec<Values>, ExecutionError> {
    // All are of one level of one lattice.
    let lattice = lattices.of(tasks[0].target());
    let (size, latent) = (lattice.points_per_cell(tasks[0].cell.level), joint.latent());
    let mut z = Vec::with_capacity(tasks.len() * size * latent);
    for task in &tasks {
        let points = lattice.points(task.cell);
        match task.scale {
            None => z.extend(points),
            Some(scale) => {
                z.extend(points.zip(scale[..latent].iter().cycle()).map(|(u, [m, s])| (m + s * f64::from(u)) as f32))
            }
        }
    }
    let cells: Vec<Cell> = tasks.iter().map(|task| task.cell).collect();
    let blocks: Vec<Block> = tasks
        .into_iter()
        .enumerate()
        .map(|(i, task)| Block { points: i * size..(i + 1) * size, images: task.images })
        .collect();
    let joints = joint.log_joint_of_blocks(&z, &blocks)?;
    // q of all pairs of cell and image in one go: row k·pairs + b is point k of pair b.
    let pairs: Vec<(usize, usize)> = blocks
        .iter()
        .enumerate()
        .flat_map(|(cell, block)| block.images.iter().map(move |&image| (cell, image)))
        .collect();
    let images: Vec<usize> = pairs.iter().map(|&(_, image)| image).collect();
    let mut rows = Vec::with_capacity(size * pairs.len() * latent);
    for point in 0..size {
        for (cell, _) in &pairs {
            rows.extend_from_slice(&z[(cell * size + point) * latent..][..latent]);
        }
    }
    let rows = Tensor::from_data(TensorData::new(rows, [size * pairs.len(), latent]), &joint.device());
    let log_q = read(joint.approximation(outputs.rows(&images, &joint.device())).log_prob(rows))?;
    let joints = joints.iter().flat_map(|of_cell| of_cell.chunks_exact(size));
    let values = pairs.iter().zip(joints).enumerate().map(|(b, (&(cell, image), log_joint))| Values {
        cell: cells[cell],
        image,
        log_joint: log_joint.to_vec(),
        log_q: log_q.iter().skip(b).step_by(pairs.len()).copied().collect(),
    });
    Ok(values.collect())
}
