//! One image: which cells it needs, and what they add up to.

use super::integral::{Integral, Settings};
use super::lattice::{Cell, Lattice};
use std::collections::{BTreeMap, BTreeSet};

/// Share of the tolerance that may lie where no cell is left, each time that cells are left out; of the first lattices,
/// which may know log p(x) only roughly, less.
const LEFT_OUT: f64 = 2e-3;
const LEFT_OUT_FIRST: f64 = 1e-6;
/// Numbers so far below others add nothing to them; nats.
const NOTHING: f64 = 45.0;
/// What a picture of the density shows; nats below the peak.
const WINDOW_DROP: f64 = 12.0;
/// As many points must count along an axis, so that two lattices that miss a peak by the same distance are not taken for
/// two that agree.
const COUNTING_POINTS: f64 = 2.5;

/// log p(x, z) and log q(z|x) of one image at the points of a cell, part by part; NaN until they are known.
struct Values {
    log_joint: Vec<f64>,
    log_q: Vec<f64>,
}

impl Values {
    fn extend_to(&mut self, points: usize) {
        self.log_joint.resize(points, f64::NAN);
        self.log_q.resize(points, f64::NAN);
    }

    fn unknown(points: usize) -> Self {
        Self { log_joint: vec![f64::NAN; points], log_q: vec![f64::NAN; points] }
    }
}

/// The state of one image.
pub struct Refinement {
    level: i32,
    /// Parts that every cell has.
    parts: usize,
    cells: BTreeMap<[i32; 2], Values>,
    /// Asked for and not given yet.
    wanted: Vec<Cell>,
    /// What the last lattice gave whose cells held all the mass.
    coarser: Option<Integral>,
    done: Option<Integral>,
}

impl Refinement {
    /// The first cells cover the prior's mass and the mean of q.
    pub fn new(lattice: &Lattice, q_mean: &[f64]) -> Self {
        let mut new = Self {
            level: lattice.first_level(),
            parts: 1,
            cells: BTreeMap::new(),
            wanted: Vec::new(),
            coarser: None,
            done: None,
        };
        new.request(lattice, lattice.first_cells(q_mean));
        new
    }

    pub fn done(&self) -> Option<&Integral> {
        self.done.as_ref()
    }

    pub fn into_done(self) -> Option<Integral> {
        self.done
    }

    /// Doublings of the number of points since the first lattice.
    pub fn doublings(&self, lattice: &Lattice) -> usize {
        let levels = (self.level - lattice.first_level()) as usize;
        levels * lattice.dimensions() + self.parts.ilog2() as usize
    }

    /// Whether [`advance`](Self::advance) has something to do, once it has been given what was taken.
    pub fn is_ready(&self) -> bool {
        self.done.is_none() && self.wanted.is_empty()
    }

    /// The lattice that it waits for, if it does: a coarser one is less.
    pub fn waits_for(&self) -> Option<(i32, usize)> {
        (!self.wanted.is_empty()).then_some((self.level, self.parts))
    }

    /// The cells that it waits for, to be given it before [`advance`](Self::advance) is called.
    pub fn take_wanted(&mut self) -> Vec<Cell> {
        std::mem::take(&mut self.wanted)
    }

    /// What it asked for.
    pub fn add(&mut self, cell: Cell, log_joint: &[f64], log_q: &[f64]) {
        let own = cell.part * log_joint.len()..(cell.part + 1) * log_joint.len();
        if let Some(values) = self.cells.get_mut(&cell.at) {
            values.log_joint[own.clone()].copy_from_slice(log_joint);
            values.log_q[own].copy_from_slice(log_q);
        }
    }

    /// All parts of new cells.
    fn request(&mut self, lattice: &Lattice, places: impl IntoIterator<Item = [i32; 2]>) {
        for at in places {
            self.cells.insert(at, Values::unknown(self.parts * lattice.points_per_cell(self.level)));
            self.wanted.extend((0..self.parts).map(|part| Cell { level: self.level, part, at }));
        }
    }

    /// Once all that it wanted is there: more that it wants, or the result.
    pub fn advance(&mut self, lattice: &Lattice, settings: &Settings) {
        if self.done.is_some() || !self.wanted.is_empty() {
            return;
        }
        let (integral, counting) = self.integral(lattice);
        let known = integral.log_px_error < 1.0 && integral.kl_error < 1.0;
        let left_out = settings.tolerance * if known { LEFT_OUT } else { LEFT_OUT_FIRST };
        let mass = self.mass(lattice, integral.log_px, left_out);
        let held: BTreeSet<[i32; 2]> =
            mass.iter().flat_map(|&(at, point)| places(lattice, self.level, at, point)).collect();
        let reached: Vec<[i32; 2]> = held.iter().filter(|at| !self.cells.contains_key(*at)).copied().collect();
        let points = |cells: usize, parts: usize| cells * parts * lattice.points_per_cell(self.level);
        if !reached.is_empty() {
            if points(self.cells.len() + reached.len(), self.parts) <= settings.max_points {
                self.request(lattice, reached);
            } else {
                // Too many: what the last lattice gave stands, with its own error.
                let known = self.coarser.take();
                let unknown = Integral { log_px_error: f64::INFINITY, kl_error: f64::INFINITY, ..integral };
                self.end(lattice, known.unwrap_or(unknown));
            }
            return;
        }
        let fine = integral.log_px_error < settings.tolerance && integral.kl_error < settings.tolerance && counting;
        if fine || held.is_empty() || points(held.len(), 2 * self.parts) > settings.max_points {
            return self.end(lattice, integral);
        }
        self.coarser = Some(integral);
        if self.parts == lattice.parts() {
            self.next_level(lattice, &mass);
        } else {
            self.cells.retain(|at, _| held.contains(at));
        }
        self.double(lattice);
    }

    /// The result, with what a picture needs.
    fn end(&mut self, lattice: &Lattice, mut integral: Integral) {
        if integral.window.is_empty() {
            // It ends between the last point that belongs to it and the next.
            let own = self.window(lattice).into_iter();
            integral.window = own.map(|[from, to]| [from - integral.spacing, to + integral.spacing]).collect();
        }
        self.cells = BTreeMap::new();
        self.done = Some(integral);
    }

    /// Ask for as many points as there are, between them.
    fn double(&mut self, lattice: &Lattice) {
        let new = self.parts..2 * self.parts;
        self.parts *= 2;
        for (&at, values) in &mut self.cells {
            values.extend_to(self.parts * lattice.points_per_cell(self.level));
            self.wanted.extend(new.clone().map(|part| Cell { level: self.level, part, at }));
        }
    }

    /// The same points as cells of the next level, where there is mass.
    fn next_level(&mut self, lattice: &Lattice, mass: &[([i32; 2], usize)]) {
        let level = self.level + 1;
        let mut cells: BTreeMap<[i32; 2], Values> = BTreeMap::new();
        for &(at, point) in mass {
            let (at, point) = lattice.as_next_level(self.level, at, point);
            for at in places(lattice, level, at, point) {
                cells.entry(at).or_insert_with(|| Values::unknown(lattice.points_per_cell(level)));
            }
        }
        for (at, values) in std::mem::take(&mut self.cells) {
            for (point, (log_joint, log_q)) in values.log_joint.into_iter().zip(values.log_q).enumerate() {
                let (at, point) = lattice.as_next_level(self.level, at, point);
                if let Some(cell) = cells.get_mut(&at) {
                    (cell.log_joint[point], cell.log_q[point]) = (log_joint, log_q);
                }
            }
        }
        // What lies beyond the cells of this level is asked for when it proves to be needed.
        cells.retain(|_, values| !values.log_joint.iter().any(|v| v.is_nan()));
        (self.level, self.parts, self.cells) = (level, 1, cells);
    }

    /// The points that have mass, or may have some between them and the next. All others together hold at most `left_out` of
    /// p(z|x) and of the KL. Half of the largest step to a neighbour is allowed for, so that a peak narrower than the
    /// spacing is not lost.
    fn mass(&self, lattice: &Lattice, log_px: f64, left_out: f64) -> Vec<([i32; 2], usize)> {
        let neighbours = lattice.neighbours(self.level, self.parts);
        let log_volume = lattice.volume(self.level, self.parts).ln();
        // What a point stands for: an upper bound of its share, as a logarithm.
        let mut shares = Vec::with_capacity(self.points(lattice));
        let count = self.parts * lattice.points_per_cell(self.level);
        let mut steps = vec![[0.0_f64; 2]; count];
        for values in self.cells.values() {
            steps.fill([0.0; 2]);
            for &(a, b) in neighbours {
                for (kind, of) in [&values.log_joint, &values.log_q].into_iter().enumerate() {
                    let step = (of[a] - of[b]).abs();
                    if step.is_finite() {
                        steps[a][kind] = steps[a][kind].max(step);
                        steps[b][kind] = steps[b][kind].max(step);
                    }
                }
            }
            for ((&log_joint, &log_q), step) in values.log_joint.iter().zip(&values.log_q).zip(&steps) {
                let log_p = log_joint - log_px;
                // Of the KL, q·|log (q/p)|, or q itself; where p is 0, what q has there is given much weight.
                let ratio = (log_q - log_p).abs().clamp(1.0, 1e6);
                let of_q = log_q + 0.5 * step[1] + if log_q > -NOTHING { ratio.ln() } else { 0.0 };
                shares.push((log_p + 0.5 * step[0]).max(of_q) + log_volume);
            }
        }
        let least = threshold(&shares, left_out);
        let of_cells = self.cells.keys().zip(shares.chunks_exact(count));
        let above = |(_, share): &(usize, &f64)| **share > least;
        of_cells
            .flat_map(|(&at, shares)| shares.iter().enumerate().filter(above).map(move |(point, _)| (at, point)))
            .collect()
    }

    fn points(&self, lattice: &Lattice) -> usize {
        self.cells.len() * self.parts * lattice.points_per_cell(self.level)
    }

    /// What the lattice gives, and whether enough points count. Its error is what halving the spacing changed: of all the
    /// lattices of twice the spacing that it consists of, the largest difference. (Where the decoder has kinks the
    /// differences have random parts, so that one alone would often be small by chance.)
    fn integral(&self, lattice: &Lattice) -> (Integral, bool) {
        let points = self.points(lattice);
        let of_all =
            |of: fn(&Values) -> &[f64]| self.cells.values().flat_map(of).copied().fold(f64::NEG_INFINITY, f64::max);
        let (peak, q_peak) = (of_all(|v| &v.log_joint), of_all(|v| &v.log_q));
        let mut cosets = vec![Sums::default(); lattice.parts()];
        let (mut mean, mut square) = ([0.0; 2], [0.0; 2]);
        for (&at, values) in &self.cells {
            for (point, (&log_joint, &log_q)) in values.log_joint.iter().zip(&values.log_q).enumerate() {
                // Not the other way round: NaN is not to be passed over.
                let none = |log: f64, peak: f64| log < peak - NOTHING;
                if none(log_joint, peak) && none(log_q, q_peak) {
                    continue;
                }
                let p = (log_joint - peak).exp();
                let coset = &mut cosets[lattice.coset(self.level, self.parts, point)];
                coset.add(p, log_q.exp(), log_q - log_joint);
                let z = lattice.coordinates(self.level, at, point);
                for axis in 0..2 {
                    mean[axis] += p * z[axis];
                    square[axis] += p * z[axis] * z[axis];
                }
            }
        }
        let all = cosets.iter().fold(Sums::default(), |sum, coset| sum.plus(*coset));
        let volume = lattice.volume(self.level, self.parts);
        let (log_px, kl, q_mass) = all.results(peak, volume);
        let larger = volume * cosets.len() as f64;
        let cosets: Vec<_> = cosets.iter().map(|sums| sums.results(peak, larger)).collect();
        let change = |of: fn(&(f64, f64, f64)) -> f64| {
            let changes = cosets.iter().map(|coset| (of(coset) - of(&(log_px, kl, q_mass))).abs());
            // NaN stays.
            changes.fold(0.0, |a, b| if b > a || b.is_nan() { b } else { a })
        };
        let mean: Vec<f64> = mean.iter().take(lattice.dimensions()).map(|m| m / all.p).collect();
        let deviation = mean.iter().zip(square).map(|(m, s)| (s / all.p - m * m).max(0.0).sqrt()).collect();
        let integral = Integral {
            log_px,
            log_px_error: change(|r| r.0),
            kl,
            kl_error: change(|r| r.1).max((q_mass - 1.0).abs()),
            q_mass,
            mean,
            deviation,
            window: Vec::new(),
            spacing: volume.powf(1.0 / lattice.dimensions() as f64),
            points,
        };
        let enough = COUNTING_POINTS.powi(lattice.dimensions() as i32);
        (integral, all.p * all.p >= enough * all.p_squares && all.q * all.q >= enough * all.q_squares)
    }

    /// The box around what a picture should show.
    fn window(&self, lattice: &Lattice) -> Vec<[f64; 2]> {
        let peak = |of: fn(&Values) -> &[f64]| {
            self.cells.values().flat_map(of).copied().fold(f64::NEG_INFINITY, f64::max) - WINDOW_DROP
        };
        let (least, least_q) = (peak(|v| &v.log_joint), peak(|v| &v.log_q));
        let mut window = vec![[f64::INFINITY, f64::NEG_INFINITY]; lattice.dimensions()];
        for (&at, values) in &self.cells {
            for (point, (&log_joint, &log_q)) in values.log_joint.iter().zip(&values.log_q).enumerate() {
                if log_joint > least || log_q > least_q {
                    for (range, z) in window.iter_mut().zip(lattice.coordinates(self.level, at, point)) {
                        *range = [range[0].min(z), range[1].max(z)];
                    }
                }
            }
        }
        window
    }
}

/// Where a cell should be for the sake of a point: the point's own, and those it touches.
fn places(lattice: &Lattice, level: i32, at: [i32; 2], point: usize) -> impl Iterator<Item = [i32; 2]> {
    std::iter::once(at).chain(lattice.beside(level, at, point))
}

/// Sums over points.
#[derive(Clone, Copy, Default)]
struct Sums {
    /// Σ p, less its largest factor, and Σ p².
    p: f64,
    p_squares: f64,
    q: f64,
    q_squares: f64,
    /// Σ q·log (q/p(x, z)).
    q_log_ratio: f64,
}

impl Sums {
    fn add(&mut self, p: f64, q: f64, log_ratio: f64) {
        self.p += p;
        self.p_squares += p * p;
        // Where q has no mass at all the product is 0, whatever the ratio.
        if q > 0.0 {
            self.q += q;
            self.q_squares += q * q;
            self.q_log_ratio += q * log_ratio;
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            p: self.p + other.p,
            p_squares: self.p_squares + other.p_squares,
            q: self.q + other.q,
            q_squares: self.q_squares + other.q_squares,
            q_log_ratio: self.q_log_ratio + other.q_log_ratio,
        }
    }

    /// log p(x), the KL and ∫ q, by points of such a volume.
    fn results(self, peak: f64, volume: f64) -> (f64, f64, f64) {
        let log_px = peak + (self.p * volume).ln();
        (log_px, volume * (self.q_log_ratio + log_px * self.q), volume * self.q)
    }
}

/// The logarithm of a number so that all shares below it come to at most `left_out`; whole nats.
fn threshold(log_shares: &[f64], left_out: f64) -> f64 {
    let mut by_depth = [0.0; NOTHING as usize];
    for share in log_shares.iter().filter(|share| **share > -NOTHING) {
        by_depth[(-share.min(-0.0)) as usize] += share.exp();
    }
    let mut sum = 0.0;
    let deep = by_depth.iter().rev().take_while(|share| {
        sum += **share;
        sum <= left_out
    });
    deep.count() as f64 - NOTHING
}

#[cfg(test)]
mod tests {
    use super::threshold;

    #[test]
    fn what_lies_below_the_threshold_is_little() {
        let shares: Vec<f64> =
            (0..500).map(|i| 3.0 - 0.1 * f64::from(i)).chain([f64::NEG_INFINITY, f64::NAN]).collect();
        for left_out in [1e-2, 1e-5, 1e-12] {
            let least = threshold(&shares, left_out);
            let below = |least: f64| shares.iter().filter(|s| **s <= least).map(|s| s.exp()).sum::<f64>();
            assert!(below(least) <= left_out && below(least + 1.0) > left_out, "{left_out}: {least}");
        }
        assert!(threshold(&[0.5, -60.0], 1e-3) < 0.0, "a bound may be above 1");
    }
}
