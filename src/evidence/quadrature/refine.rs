//! The refinement of one image: the cells that it needs, and their sums.

use super::integral::{Integral, Open, Settings};
use super::lattice::{Cell, Lattice};
use super::target::{Lattices, Target};
use crate::evidence::resample;
use crate::random::{Purpose, Stream};
use std::collections::{BTreeMap, BTreeSet};
use std::f64::consts::SQRT_2;

/// The share of the tolerance that may be lost each time that cells are left out; for the first lattices, which may
/// know log p(x) only roughly, it is smaller.
const LEFT_OUT: f64 = 2e-3;
const LEFT_OUT_FIRST: f64 = 1e-6;
/// Terms this far below the others do not change a sum in double precision; nats.
const NOTHING: f64 = 45.0;
/// Relative error of log p(x, z) in single precision; no KL is known better than this share of it.
const RESOLUTION: f64 = 1e-6;
/// A picture of the density shows everything within this distance of the peak, in nats.
const WINDOW_DROP: f64 = 12.0;
/// At least this many points along an axis must contribute, so that two lattices that both miss a peak do not count as
/// agreeing.
const COUNTING_POINTS: f64 = 2.5;

/// log p(x, z) and log q(z|x) of one image at the points of a cell, part by part; NaN before they are known.
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

/// The state of one image's refinement.
pub struct Refinement {
    target: Target,
    /// Mean and standard deviation of q(z|x) for each dimension.
    q: Vec<[f64; 2]>,
    /// The result of the lattices for earlier targets.
    found: Option<Integral>,
    level: i32,
    /// Number of parts that every cell has.
    parts: usize,
    cells: BTreeMap<[i32; 2], Values>,
    /// Cells that were asked for and not yet given.
    wanted: Vec<Cell>,
    /// The result of the last coarser lattice whose cells held all the mass.
    coarser: Option<Integral>,
    done: Option<Integral>,
}

impl Refinement {
    /// Start with cells that cover the prior's mass and the mean of q(z|x); `q` has the mean and the standard deviation
    /// of q(z|x) along each axis.
    pub fn new(lattices: &Lattices, q: Vec<[f64; 2]>, settings: &Settings) -> Self {
        let mut new = Self {
            target: Target::first(lattices.of(Target::Both), &q, settings),
            q,
            found: None,
            level: 0,
            parts: 1,
            cells: BTreeMap::new(),
            wanted: Vec::new(),
            coarser: None,
            done: None,
        };
        new.start(lattices);
        new
    }

    /// Ask for the first cells of the target.
    fn start(&mut self, lattices: &Lattices) {
        let lattice = lattices.of(self.target);
        let mean: Vec<f64> = self.q.iter().map(|[mean, _]| if self.is_scaled() { 0.0 } else { *mean }).collect();
        (self.level, self.parts, self.coarser) = (lattice.first_level(), 1, None);
        self.request(lattice, lattice.first_cells(&mean));
    }

    /// Whether the lattice is scaled to q(z|x), with coordinates in standard deviations from its mean.
    pub fn is_scaled(&self) -> bool {
        self.target == Target::Approximation
    }

    /// The map from the lattice's coordinates to z: an offset and a factor for each axis.
    pub fn scale(&self) -> [[f64; 2]; 2] {
        let mut scale = [[0.0, 1.0]; 2];
        if self.is_scaled() {
            scale.iter_mut().zip(&self.q).for_each(|(scale, q)| *scale = *q);
        }
        scale
    }

    /// The length, or area, that belongs to a point.
    fn volume(&self, lattice: &Lattice) -> f64 {
        lattice.volume(self.level, self.parts) * self.scale().iter().map(|[_, factor]| factor).product::<f64>()
    }

    fn coordinates(&self, lattice: &Lattice, at: [i32; 2], point: usize) -> [f64; 2] {
        let (z, scale) = (lattice.coordinates(self.level, at, point), self.scale());
        [0, 1].map(|axis| scale[axis][0] + scale[axis][1] * z[axis])
    }

    pub fn done(&self) -> Option<&Integral> {
        self.done.as_ref()
    }

    pub fn into_done(self) -> Option<Integral> {
        self.done
    }

    /// Number of doublings since the first lattice; later targets count as more than any earlier one.
    pub fn doublings(&self, lattices: &Lattices) -> usize {
        if self.target != Target::Both {
            return usize::MAX;
        }
        let lattice = lattices.of(self.target);
        let levels = (self.level - lattice.first_level()) as usize;
        levels * lattice.dimensions() + self.parts.ilog2() as usize
    }

    /// Whether [`advance`](Self::advance) has work to do, once the cells that were taken have been given.
    pub fn is_ready(&self) -> bool {
        self.done.is_none() && self.wanted.is_empty()
    }

    /// The lattice that the refinement waits for, if it does. In the order, coarser ones are smaller, and those scaled
    /// to one image come last.
    pub fn waits_for(&self) -> Option<(bool, i32, usize)> {
        (!self.wanted.is_empty()).then_some((self.is_scaled(), self.level, self.parts))
    }

    /// Take the cells that must be given by [`add`](Self::add) before [`advance`](Self::advance) is called.
    pub fn take_wanted(&mut self) -> Vec<Cell> {
        std::mem::take(&mut self.wanted)
    }

    /// Give the values of a cell that was asked for.
    pub fn add(&mut self, cell: Cell, log_joint: &[f64], log_q: &[f64]) {
        let own = cell.part * log_joint.len()..(cell.part + 1) * log_joint.len();
        if let Some(values) = self.cells.get_mut(&cell.at) {
            values.log_joint[own.clone()].copy_from_slice(log_joint);
            values.log_q[own].copy_from_slice(log_q);
        }
    }

    /// Ask for all parts of new cells.
    fn request(&mut self, lattice: &Lattice, places: impl IntoIterator<Item = [i32; 2]>) {
        for at in places {
            self.cells.insert(at, Values::unknown(self.parts * lattice.points_per_cell(self.level)));
            self.wanted.extend((0..self.parts).map(|part| Cell { level: self.level, part, at }));
        }
    }

    /// Continue once all values have been given: ask for more cells, or finish with the result.
    pub fn advance(&mut self, lattices: &Lattices, settings: &Settings) {
        if self.done.is_some() || !self.wanted.is_empty() {
            return;
        }
        let lattice = lattices.of(self.target);
        let integral = self.integral(lattice, settings);
        let (of_p, of_q) = (self.target.is_posterior(), self.target.is_approximation());
        let known = (!of_p || integral.log_px_error < 1.0) && (!of_q || integral.kl_error < 1.0);
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
                let wide = |open: Option<Open>| open.map(|_| Open::Wide);
                let unknown = Integral {
                    log_px_error: f64::INFINITY,
                    kl_error: f64::INFINITY,
                    log_px_open: Some(Open::Wide),
                    kl_open: Some(Open::Wide),
                    ..integral
                };
                let known = self.coarser.take().map(|known| Integral {
                    log_px_open: wide(known.log_px_open),
                    kl_open: wide(known.kl_open),
                    ..known
                });
                self.end(lattices, known.unwrap_or(unknown), settings);
            }
            return;
        }
        let open = of_p && integral.log_px_open.is_some() || of_q && integral.kl_open.is_some();
        if !open || held.is_empty() || points(held.len(), 2 * self.parts) > settings.max_points {
            return self.end(lattices, integral, settings);
        }
        self.coarser = Some(integral);
        if self.parts == lattice.parts() {
            self.next_level(lattice, &mass);
        } else {
            self.cells.retain(|at, _| held.contains(at));
        }
        self.double(lattice);
    }

    /// Take this lattice's result, and decide on the next step.
    fn end(&mut self, lattices: &Lattices, mut integral: Integral, settings: &Settings) {
        if integral.window.is_empty() {
            // It ends between the last point that belongs to it and the next.
            let own = self.window(lattices.of(self.target)).into_iter().zip(self.scale());
            let wider = |([from, to], [_, factor]): ([f64; 2], [f64; 2])| {
                [from - factor * integral.spacing, to + factor * integral.spacing]
            };
            integral.window = own.map(wider).collect();
        }
        if self.target.is_posterior() {
            integral.draws = self.draws(lattices.of(self.target), settings.draws);
        }
        self.cells = BTreeMap::new();
        let found = match self.found.take() {
            Some(found) => found.with(self.target, integral),
            None => integral,
        };
        let next = self.target.next(&found).filter(|_| self.q.iter().flatten().all(|v| v.is_finite()));
        let Some(next) = next else {
            self.done = Some(found);
            return;
        };
        (self.target, self.found) = (next, Some(found));
        self.start(lattices);
    }

    /// Ask for the points that double the lattice.
    fn double(&mut self, lattice: &Lattice) {
        let new = self.parts..2 * self.parts;
        self.parts *= 2;
        for (&at, values) in &mut self.cells {
            values.extend_to(self.parts * lattice.points_per_cell(self.level));
            self.wanted.extend(new.clone().map(|part| Cell { level: self.level, part, at }));
        }
    }

    /// Turn the points of this level into cells of the next, where there is mass.
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
        // Points beyond the cells of this level are computed when they prove to be needed.
        cells.retain(|_, values| !values.log_joint.iter().any(|v| v.is_nan()));
        (self.level, self.parts, self.cells) = (level, 1, cells);
    }

    /// The points that have mass, or may have some between them and their neighbours. All other points together hold at
    /// most the share `left_out` of p(z|x) and of the KL. Half of the largest step to a neighbour is allowed for, so
    /// that a peak narrower than the spacing is not lost.
    fn mass(&self, lattice: &Lattice, log_px: f64, left_out: f64) -> Vec<([i32; 2], usize)> {
        let neighbours = lattice.neighbours(self.level, self.parts);
        let log_volume = self.volume(lattice).ln();
        // The share of the integral that a point stands for: an upper bound, as a logarithm.
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
                let of_p = log_p + 0.5 * step[0];
                let share = match self.target {
                    Target::Both => of_p.max(of_q),
                    Target::Posterior => of_p,
                    Target::Approximation => of_q,
                };
                shares.push(share + log_volume);
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

    /// The lattice's result. Its error is the change by halving the spacing: the largest difference from any of the
    /// lattices of twice the spacing of which it consists. (Where the decoder has kinks the differences are partly
    /// random, and a single one would often be small by chance.)
    fn integral(&self, lattice: &Lattice, settings: &Settings) -> Integral {
        // log p(x), where it is known from elsewhere.
        let known = self.found.as_ref().filter(|_| self.target == Target::Approximation);
        let log_px = known.map(|known| known.log_px);
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
                let z = self.coordinates(lattice, at, point);
                for axis in 0..2 {
                    mean[axis] += p * z[axis];
                    square[axis] += p * z[axis] * z[axis];
                }
            }
        }
        let all = cosets.iter().fold(Sums::default(), |sum, coset| sum.plus(*coset));
        let volume = self.volume(lattice);
        let (log_px, kl, q_mass) = all.results(peak, volume, log_px);
        let larger = volume * cosets.len() as f64;
        let cosets: Vec<_> = cosets.iter().map(|sums| sums.results(peak, larger, known.map(|k| k.log_px))).collect();
        let change = |of: fn(&(f64, f64, f64)) -> f64| {
            let changes = cosets.iter().map(|coset| (of(coset) - of(&(log_px, kl, q_mass))).abs());
            // NaN stays.
            changes.fold(0.0, |a, b| if b > a || b.is_nan() { b } else { a })
        };
        let mean: Vec<f64> = mean.iter().take(lattice.dimensions()).map(|m| m / all.p).collect();
        let deviation = mean.iter().zip(square).map(|(m, s)| (s / all.p - m * m).max(0.0).sqrt()).collect();
        let enough = COUNTING_POINTS.powi(lattice.dimensions() as i32);
        let log_px_error = change(|r| r.0);
        let kl_error = match self.target {
            // Its lattice has no eye for q(z|x).
            Target::Posterior => f64::INFINITY,
            _ => change(|r| r.1).max((q_mass - 1.0).abs()) + known.map_or(0.0, |known| known.log_px_error),
        };
        let log_px_settled = log_px_error < settings.tolerance && all.p * all.p >= enough * all.p_squares;
        let kl_tolerance = settings.tolerance.max(RESOLUTION * kl.abs());
        let kl_settled = kl_error < kl_tolerance && all.q * all.q >= enough * all.q_squares;
        let why = |value: f64| if value.is_finite() { Open::Fine } else { Open::NotFinite };
        Integral {
            log_px,
            log_px_error,
            log_px_open: (!log_px_settled).then(|| why(log_px)),
            kl,
            kl_error,
            kl_open: (!kl_settled).then(|| why(kl)),
            q_mass,
            mean,
            deviation,
            window: Vec::new(),
            draws: Vec::new(),
            spacing: lattice.volume(self.level, self.parts).powf(1.0 / lattice.dimensions() as f64),
            points,
        }
    }

    /// Draws from p(z|x): points of the lattice by their density, each moved to anywhere in the square that it stands
    /// for, which lies askew where the lattice is turned by 45°.
    fn draws(&self, lattice: &Lattice, count: usize) -> Vec<f32> {
        if count == 0 {
            return Vec::new();
        }
        let dimensions = lattice.dimensions();
        let density: Vec<f64> = self.cells.values().flat_map(|values| values.log_joint.iter().copied()).collect();
        let each = self.parts * lattice.points_per_cell(self.level);
        let places: Vec<[i32; 2]> = self.cells.keys().copied().collect();
        let side = self.volume(lattice).powf(1.0 / dimensions as f64);
        let is_turned = dimensions == 2 && self.parts == 2;
        let mut uniform = vec![0.0; 2 * count];
        Stream::new(0, Purpose::LatticeDraws).fill_uniform(0, &mut uniform);
        let draws = resample(&density, count).into_iter().zip(uniform.chunks_exact(2));
        draws
            .flat_map(|(index, uniform)| {
                let z = self.coordinates(lattice, places[index / each], index % each);
                let [a, b] = [uniform[0], uniform[1]].map(|u| side * (f64::from(u) - 0.5));
                let moved = if is_turned { [(a + b) / SQRT_2, (a - b) / SQRT_2] } else { [a, b] };
                [z[0] + moved[0], z[1] + moved[1]].into_iter().take(dimensions).map(|z| z as f32)
            })
            .collect()
    }

    /// A box around everything that a picture should show.
    fn window(&self, lattice: &Lattice) -> Vec<[f64; 2]> {
        let peak = |of: fn(&Values) -> &[f64]| {
            self.cells.values().flat_map(of).copied().fold(f64::NEG_INFINITY, f64::max) - WINDOW_DROP
        };
        let (least, least_q) = (peak(|v| &v.log_joint), peak(|v| &v.log_q));
        let mut window = vec![[f64::INFINITY, f64::NEG_INFINITY]; lattice.dimensions()];
        for (&at, values) in &self.cells {
            for (point, (&log_joint, &log_q)) in values.log_joint.iter().zip(&values.log_q).enumerate() {
                let of_p = self.target.is_posterior() && log_joint > least;
                if of_p || self.target.is_approximation() && log_q > least_q {
                    for (range, z) in window.iter_mut().zip(self.coordinates(lattice, at, point)) {
                        *range = [range[0].min(z), range[1].max(z)];
                    }
                }
            }
        }
        window
    }
}

/// The positions of the cells that a point needs: its own, and those that it touches.
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

    /// log p(x) (unless it is given), the KL and ∫ q, for points of the given volume.
    fn results(self, peak: f64, volume: f64, log_px: Option<f64>) -> (f64, f64, f64) {
        // Where q's mass is all that is looked at it is 1 but for rounding.
        if let Some(log_px) = log_px {
            return (log_px, self.q_log_ratio / self.q + log_px, volume * self.q);
        }
        let log_px = peak + (self.p * volume).ln();
        (log_px, volume * (self.q_log_ratio + log_px * self.q), volume * self.q)
    }
}

/// A threshold in whole nats such that all shares below it add up to at most `left_out`.
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
