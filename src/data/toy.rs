//! Toy data: points with one or two coordinates whose density is known. Each set is a latent-variable model by itself:
//! a branch of a curve, a place on it, and Gaussian noise about the place.

use super::ImageShape;
use super::stack::Stack;
use crate::experiment::ToySet;
use crate::random::{Purpose, Stream};
use crate::tour::Shape;
use std::f64::consts::{PI, TAU};

/// Farthest place on a curve whose places are normal: beyond it lie two in a thousand million.
const FARTHEST: f64 = 6.0;
/// Nodes and weights of the Gauss–Legendre rule with four points, for half of [−1, 1].
const RULE: [(f64, f64); 2] =
    [(0.339_981_043_584_856_3, 0.652_145_154_862_546_1), (0.861_136_311_594_052_6, 0.347_854_845_137_453_9)];
/// Nats below the largest term at which a term of a sum is nothing.
const NOTHING: f64 = 40.0;

/// The law of a toy set: k uniform over the branches of a curve c, a place t on branch k, x ~ N(c_k(t), noise² I).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Toy {
    /// The form of the curve.
    pub set: ToySet,
    /// The standard deviation of the noise about the curve, along each coordinate.
    pub noise: f64,
}

/// How the places on a branch are distributed.
#[derive(Clone, Copy, PartialEq)]
enum Places {
    /// All points of the branch are one.
    Point,
    /// t is uniform on [0, 1].
    Uniform,
    /// t ~ N(0, 1).
    Normal,
}

impl Toy {
    /// The number of coordinates of a point: 1 or 2.
    pub fn dimension(self) -> usize {
        self.set.dimension()
    }

    /// Number of branches, each a label where there are several.
    fn branches(self) -> usize {
        match self.set {
            ToySet::Moons => 2,
            ToySet::Gaussians => 8,
            ToySet::Pinwheel => 5,
            ToySet::Ring | ToySet::Banana | ToySet::Curve => 1,
        }
    }

    fn places(self) -> Places {
        match self.set {
            ToySet::Gaussians => Places::Point,
            ToySet::Moons | ToySet::Ring | ToySet::Pinwheel => Places::Uniform,
            ToySet::Banana | ToySet::Curve => Places::Normal,
        }
    }

    /// c_k(t); of one coordinate, the second entry is 0.
    fn place(self, branch: usize, t: f64) -> [f64; 2] {
        let around = |radius: f64, angle: f64| [radius * angle.cos(), radius * angle.sin()];
        let share = branch as f64 / self.branches() as f64;
        match self.set {
            ToySet::Moons => {
                let [x, y] = around(1.0, PI * t);
                if branch == 0 { [x - 0.5, y - 0.25] } else { [0.5 - x, 0.25 - y] }
            }
            ToySet::Ring => around(1.5, TAU * t),
            ToySet::Gaussians => around(2.0, TAU * share),
            ToySet::Banana => [t, 0.5 * (t * t - 1.0)],
            ToySet::Pinwheel => {
                let radius = 0.4 + 1.8 * t;
                around(radius, TAU * share + 0.8 * radius)
            }
            ToySet::Curve => [Shape::Wave.curve().at(t), 0.0],
        }
    }

    /// Draw `count` points from point `first` on; point `counter` is a function of the seed, the law and `counter`.
    pub(super) fn points(self, seed: u64, first: u64, count: usize) -> Stack {
        let stream = Stream::new(seed, Purpose::Toy);
        let dimension = self.dimension();
        let (mut values, mut labels) = (Vec::with_capacity(count * dimension), Vec::with_capacity(count));
        // The first block of random words chooses the place, the second makes the noise.
        let (mut choice, mut normal) = ([0.0_f32; 4], [0.0_f32; 4]);
        for counter in first..first + count as u64 {
            stream.fill_uniform(counter, &mut choice);
            stream.fill_normal_from(counter, 4, &mut normal);
            let branch = ((f64::from(choice[0]) * self.branches() as f64) as usize).min(self.branches() - 1);
            let t = match self.places() {
                Places::Normal => f64::from(normal[2]),
                Places::Point | Places::Uniform => f64::from(choice[1]),
            };
            let place = self.place(branch, t);
            let noisy = place.iter().zip(&normal).map(|(x, e)| (x + self.noise * f64::from(*e)) as f32);
            values.extend(noisy.take(dimension));
            labels.push(branch as u8);
        }
        let shape = ImageShape { channels: 1, height: 1, width: dimension };
        Stack { labels: (self.branches() > 1).then_some(labels), ..Stack::of_numbers(shape, values) }
    }

    /// The name of each branch; empty for a single one.
    pub(super) fn label_names(self) -> Vec<String> {
        let named = |what: &str| (1..=self.branches()).map(|k| format!("{what} {k}")).collect();
        match self.set {
            ToySet::Moons => ["upper moon", "lower moon"].map(String::from).to_vec(),
            ToySet::Gaussians => named("Gaussian"),
            ToySet::Pinwheel => named("arm"),
            ToySet::Ring | ToySet::Banana | ToySet::Curve => Vec::new(),
        }
    }

    /// The density of the points, prepared for many of them.
    pub fn density(self) -> ToyDensity {
        let mut nodes = Vec::new();
        for branch in 0..self.branches() {
            let share = 1.0 / self.branches() as f64;
            match self.places() {
                Places::Point => nodes.push((self.place(branch, 0.0), share)),
                Places::Uniform => self.panel(branch, [0.0, 1.0], &|_| share, &mut nodes),
                Places::Normal => {
                    let weight = |t: f64| share * (-0.5 * t * t).exp() / TAU.sqrt();
                    // The third derivative of the tour's curve jumps at whole numbers.
                    let last = FARTHEST as i32;
                    for unit in -last..last {
                        let quarters = (0..4).map(|i| f64::from(unit) + 0.25 * f64::from(i));
                        quarters.for_each(|t| self.panel(branch, [t, t + 0.25], &weight, &mut nodes));
                    }
                }
            }
        }
        let nodes = nodes.into_iter().map(|(at, weight)| (at, weight.ln())).collect();
        ToyDensity { nodes, noise: self.noise, dimension: self.dimension() }
    }

    /// Nodes on a part of a branch so close that the noise spans two or more panels of the rule.
    fn panel(self, branch: usize, [from, to]: [f64; 2], weight: &dyn Fn(f64) -> f64, nodes: &mut Vec<([f64; 2], f64)>) {
        const PARTS: usize = 32;
        let at = |i: usize, of: usize| from + (to - from) * i as f64 / of as f64;
        let step = |i: usize| {
            let ([a, b], [c, d]) = (self.place(branch, at(i, PARTS)), self.place(branch, at(i + 1, PARTS)));
            f64::hypot(c - a, d - b)
        };
        let longest = (0..PARTS).map(step).fold(0.0, f64::max) * PARTS as f64;
        let panels = ((longest / self.noise).ceil() as usize).max(1);
        let half = 0.5 * (to - from) / panels as f64;
        for panel in 0..panels {
            let middle = at(panel, panels) + half;
            for (offset, share) in RULE {
                for t in [middle - half * offset, middle + half * offset] {
                    nodes.push((self.place(branch, t), half * share * weight(t)));
                }
            }
        }
    }
}

/// The density of a toy set, by quadrature over the places on its curve: right to five digits or more.
#[derive(Clone, Debug)]
pub struct ToyDensity {
    /// Places on the curve, with the logarithms of their weights.
    nodes: Vec<([f64; 2], f64)>,
    noise: f64,
    dimension: usize,
}

impl ToyDensity {
    /// log p(x) of a point in nats; of one coordinate, the second entry is not read.
    pub fn log_at(&self, [x, y]: [f64; 2]) -> f64 {
        let precision = 0.5 / (self.noise * self.noise);
        let y = if self.dimension == 1 { 0.0 } else { y };
        let term = |([a, b], weight): &([f64; 2], f64)| weight - precision * ((x - a).powi(2) + (y - b).powi(2));
        let largest = self.nodes.iter().map(term).fold(f64::NEG_INFINITY, f64::max);
        let near = self.nodes.iter().map(term).filter(|term| *term > largest - NOTHING);
        let sum: f64 = near.map(|term| (term - largest).exp()).sum();
        largest + sum.ln() - self.dimension as f64 * (TAU.sqrt() * self.noise).ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tour::LatentCurve;
    use std::collections::HashMap;

    /// Every set, with little noise and with much.
    fn all() -> impl Iterator<Item = Toy> {
        ToySet::ALL.iter().flat_map(|&set| [0.05, 0.2, 0.4].map(|noise| Toy { set, noise }))
    }

    #[test]
    fn every_density_integrates_to_one_and_is_the_law_of_the_points() {
        const COUNT: usize = 20_000;
        for toy in all().filter(|toy| toy.noise >= 0.2) {
            let density = toy.density();
            let points = toy.points(5, 0, COUNT);
            // Cells in which the density hardly bends: their centres stand for them.
            let side = 0.5 * toy.noise;
            let mut hits = HashMap::<[i64; 2], f64>::new();
            for point in points.numbers().expect("numbers").chunks(toy.dimension()) {
                let cell = |axis: usize| point.get(axis).map_or(0, |x| (f64::from(*x) / side).floor() as i64);
                *hits.entry([cell(0), cell(1)]).or_default() += 1.0;
            }
            let cells = |from: f64, to: f64| (from / side) as i64..(to / side) as i64;
            let (columns, rows) =
                if toy.dimension() == 1 { (cells(-7.0, 7.0), 0..1) } else { (cells(-6.0, 6.0), cells(-4.0, 9.0)) };
            // Expected and found points in blocks of 4 × 4 cells.
            let mut blocks = HashMap::<[i64; 2], [f64; 2]>::new();
            let mut total = 0.0;
            for (row, column) in rows.flat_map(|row| columns.clone().map(move |column| (row, column))) {
                let centre = [(column as f64 + 0.5) * side, (row as f64 + 0.5) * side];
                let mass = density.log_at(centre).exp() * side.powi(toy.dimension() as i32);
                total += mass;
                let block = blocks.entry([column.div_euclid(4), row.div_euclid(4)]).or_default();
                block[0] += mass * COUNT as f64;
                block[1] += hits.get(&[column, row]).copied().unwrap_or(0.0);
            }
            assert!((total - 1.0).abs() < 1e-4, "{toy:?}: {total}");
            let compared: Vec<_> = blocks.values().filter(|[expected, _]| *expected > 5.0).collect();
            let chi_squared: f64 = compared.iter().map(|[expected, found]| (found - expected).powi(2) / expected).sum();
            let freedom = compared.len() as f64;
            assert!(chi_squared < freedom + 5.0 * (2.0 * freedom).sqrt(), "{toy:?}: {chi_squared} of {freedom}");
        }
    }

    #[test]
    fn closed_forms_are_met() {
        let normal = |x: f64, s: f64| -0.5 * (x / s).powi(2) - (TAU.sqrt() * s).ln();
        // A mixture of eight.
        let toy = Toy { set: ToySet::Gaussians, noise: 0.3 };
        let exact: f64 = (0..8)
            .map(|k| {
                let angle = TAU * f64::from(k) / 8.0;
                (normal(0.9 - 2.0 * angle.cos(), 0.3) + normal(1.1 - 2.0 * angle.sin(), 0.3)).exp() / 8.0
            })
            .sum();
        assert!((toy.density().log_at([0.9, 1.1]) - exact.ln()).abs() < 1e-12);
        // A ring about the origin: its density there is that of the noise at the radius.
        let toy = Toy { set: ToySet::Ring, noise: 0.5 };
        let exact = normal(1.5, 0.5) + normal(0.0, 0.5);
        assert!((toy.density().log_at([0.0, 0.0]) - exact).abs() < 1e-9);
        // The curve of the tour: its own quadrature.
        let toy = Toy { set: ToySet::Curve, noise: 0.2 };
        let model = LatentCurve { curve: Shape::Wave.curve(), noise: 0.2 };
        for x in [-3.0, -0.6, 0.1, 1.4, 2.9] {
            let (found, exact) = (toy.density().log_at([x, 0.0]), model.log_evidence(x));
            assert!((found - exact).abs() < 1e-5, "{x}: {found}, {exact}");
        }
    }

    #[test]
    fn finer_nodes_change_no_density() {
        for toy in all() {
            let density = toy.density();
            // The same law on the nodes of half the noise, which lie twice as close.
            let finer = Toy { noise: 0.5 * toy.noise, ..toy }.density();
            let finer = ToyDensity { noise: toy.noise, ..finer };
            let points = toy.points(1, 0, 50);
            for point in points.numbers().expect("numbers").chunks(toy.dimension()) {
                let at = [f64::from(point[0]), point.get(1).map_or(0.0, |y| f64::from(*y))];
                let (one, other) = (density.log_at(at), finer.log_at(at));
                assert!((one - other).abs() < 1e-5, "{toy:?} at {at:?}: {one}, {other}");
            }
        }
    }

    #[test]
    fn points_do_not_depend_on_how_many_there_are_and_do_on_the_seed() {
        for toy in all() {
            let (few, many) = (toy.points(3, 0, 5), toy.points(3, 0, 50));
            let of = |stack: &Stack| stack.numbers().expect("numbers").to_vec();
            assert_eq!(of(&few), of(&many)[..5 * toy.dimension()]);
            assert_ne!(of(&few), of(&toy.points(4, 0, 5)));
            assert_eq!(many.labels.is_some(), toy.branches() > 1);
            assert_eq!(toy.label_names().len(), if toy.branches() > 1 { toy.branches() } else { 0 });
        }
    }
}
