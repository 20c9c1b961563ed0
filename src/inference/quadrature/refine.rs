//! One image: which cells it needs, and what they add up to.

use super::lattice::{Cell, Lattice};
use super::{Integral, Settings};
use crate::inference::logsum::LogSum;
use std::collections::{BTreeMap, BTreeSet};

/// What lies this far below the peak has no mass: a plateau at e⁻¹⁷ that is 10⁴ times as wide as the peak has 4·10⁻⁴ of
/// its mass. Nats.
const DROP: f64 = 17.0;
/// What a picture of the density shows; nats below the peak.
const WINDOW_DROP: f64 = 12.0;

/// log p(x, z) and log q(z|x) of one image at the points of a cell.
pub struct Values {
    pub log_joint: Vec<f64>,
    pub log_q: Vec<f64>,
}

/// What an image needs.
pub enum Next {
    Cells(Vec<Cell>),
    Done,
}

/// The state of one image.
pub struct Refinement {
    cells: BTreeMap<Cell, Values>,
    /// Asked for at the start, before anything is known.
    first: Vec<Cell>,
    /// By the last spacing whose cells held all the mass.
    coarser: Option<Integral>,
    done: Option<Integral>,
}

impl Refinement {
    /// The first cells cover the prior's mass and the mean of q.
    pub fn new(lattice: &Lattice, q_mean: &[f64]) -> Self {
        Self { cells: BTreeMap::new(), first: lattice.first_cells(q_mean), coarser: None, done: None }
    }

    pub fn done(&self) -> Option<&Integral> {
        self.done.as_ref()
    }

    pub fn into_done(self) -> Option<Integral> {
        self.done
    }

    pub fn add(&mut self, cell: Cell, values: Values) {
        self.cells.insert(cell, values);
    }

    /// What comes after all cells asked for are there.
    pub fn next(&mut self, lattice: &Lattice, settings: &Settings) -> Next {
        if self.done.is_some() {
            return Next::Done;
        }
        if !self.first.is_empty() {
            return Next::Cells(std::mem::take(&mut self.first));
        }
        let mass = self.mass(lattice);
        let reached: BTreeSet<Cell> = mass
            .iter()
            .flat_map(|&(cell, point)| lattice.beside(cell, point))
            .filter(|cell| !self.cells.contains_key(cell))
            .collect();
        let points = |cells: usize| cells * lattice.points_per_cell();
        if !reached.is_empty() {
            if points(self.cells.len() + reached.len()) <= settings.max_points {
                return Next::Cells(reached.into_iter().collect());
            }
            // Too many: what the last spacing gave stands, with its own error.
            let integral = self.coarser.take().unwrap_or_else(|| {
                let known = self.integral(lattice);
                Integral { log_px_error: f64::INFINITY, kl_error: f64::INFINITY, ..known }
            });
            return self.end(integral);
        }
        let integral = self.integral(lattice);
        let fine = integral.log_px_error < settings.tolerance && integral.kl_error < settings.tolerance;
        let children: BTreeSet<Cell> = mass.iter().map(|&(cell, point)| lattice.child(cell, point)).collect();
        if fine || points(children.len()) > settings.max_points {
            return self.end(integral);
        }
        self.cells.clear();
        self.coarser = Some(integral);
        Next::Cells(children.into_iter().collect())
    }

    fn end(&mut self, integral: Integral) -> Next {
        self.done = Some(integral);
        self.cells = BTreeMap::new();
        Next::Done
    }

    /// The points that have mass, or may have some between them and the next: half of the largest step to a neighbour is
    /// allowed for, so that a peak narrower than the spacing is not lost.
    fn mass(&self, lattice: &Lattice) -> Vec<(Cell, usize)> {
        let kinds: [fn(&Values) -> &[f64]; 2] = [|v| &v.log_joint, |v| &v.log_q];
        let peaks = kinds.map(|of| self.cells.values().flat_map(of).copied().fold(f64::NEG_INFINITY, f64::max));
        let neighbours: Vec<(usize, usize)> = lattice.neighbours().collect();
        let mut found = Vec::new();
        let mut has_mass = vec![false; lattice.points_per_cell()];
        let mut steps = vec![0.0_f64; lattice.points_per_cell()];
        for (&cell, values) in &self.cells {
            has_mass.fill(false);
            for (of, peak) in kinds.iter().zip(peaks) {
                let values = of(values);
                steps.fill(0.0);
                for &(a, b) in &neighbours {
                    let step = (values[a] - values[b]).abs();
                    if step.is_finite() {
                        (steps[a], steps[b]) = (steps[a].max(step), steps[b].max(step));
                    }
                }
                for ((has, value), step) in has_mass.iter_mut().zip(values).zip(&steps) {
                    *has |= value + 0.5 * step > peak - DROP;
                }
            }
            found.extend((0..has_mass.len()).filter(|&point| has_mass[point]).map(|point| (cell, point)));
        }
        found
    }

    fn integral(&self, lattice: &Lattice) -> Integral {
        let level = self.cells.keys().next().map_or(0, |cell| cell.level);
        let volume = |level: i32| Lattice::spacing(level).powi(lattice.dimensions() as i32);
        // The lattice, and the one of twice its spacing, which is a part of it.
        let [fine, coarse] = [false, true].map(|coarse| {
            let (mut sum, mut points) = (LogSum::default(), 0);
            self.visit(lattice, coarse, |log_joint, _, _| {
                sum.push(log_joint);
                points += 1;
            });
            let volume = volume(level - i32::from(coarse));
            let log_px = sum.value() + volume.ln();
            let (mut kl, mut q_mass) = (0.0, 0.0);
            self.visit(lattice, coarse, |log_joint, log_q, _| {
                let q = log_q.exp() * volume;
                // Where q has no mass at all the product is 0, whatever the ratio.
                if q > 0.0 {
                    kl += q * (log_q - log_joint + log_px);
                }
                q_mass += q;
            });
            (log_px, kl, q_mass, points)
        });
        let (mut mean, mut square) = (vec![0.0; lattice.dimensions()], vec![0.0; lattice.dimensions()]);
        self.visit(lattice, false, |log_joint, _, z| {
            let p = (log_joint - fine.0).exp() * volume(level);
            for (axis, z) in z.iter().enumerate().take(mean.len()) {
                mean[axis] += p * z;
                square[axis] += p * z * z;
            }
        });
        let deviation = mean.iter().zip(&square).map(|(m, s)| (s - m * m).max(0.0).sqrt()).collect();
        Integral {
            log_px: fine.0,
            log_px_error: (fine.0 - coarse.0).abs(),
            kl: fine.1,
            kl_error: (fine.1 - coarse.1).abs().max((fine.2 - 1.0).abs()),
            q_mass: fine.2,
            mean,
            deviation,
            window: self.window(lattice),
            spacing: Lattice::spacing(level),
            points: fine.3,
        }
    }

    /// log p(x, z), log q(z|x) and z at every point.
    fn visit(&self, lattice: &Lattice, only_coarse: bool, mut see: impl FnMut(f64, f64, [f64; 2])) {
        for (&cell, values) in &self.cells {
            for (point, (&log_joint, &log_q)) in values.log_joint.iter().zip(&values.log_q).enumerate() {
                if !only_coarse || lattice.is_coarse(cell, point) {
                    see(log_joint, log_q, [0, 1].map(|axis| lattice.coordinate(cell, point, axis)));
                }
            }
        }
    }

    /// The box around what a picture should show.
    fn window(&self, lattice: &Lattice) -> Vec<[f64; 2]> {
        let (mut joint_peak, mut q_peak) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        self.visit(lattice, false, |log_joint, log_q, _| {
            joint_peak = joint_peak.max(log_joint);
            q_peak = q_peak.max(log_q);
        });
        let mut window = vec![[f64::INFINITY, f64::NEG_INFINITY]; lattice.dimensions()];
        self.visit(lattice, false, |log_joint, log_q, z| {
            if log_joint > joint_peak - WINDOW_DROP || log_q > q_peak - WINDOW_DROP {
                for (range, z) in window.iter_mut().zip(z) {
                    *range = [range[0].min(z), range[1].max(z)];
                }
            }
        });
        window
    }
}
