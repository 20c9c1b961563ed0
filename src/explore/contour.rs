//! Contours of a density that is known on a lattice: the lines around its densest parts.

/// Shares of the mass that the contours hold, 1 − e^(−½) and 1 − e^(−2): of a Gaussian on a plane these lines are one
/// and two standard deviations from the mean.
pub const SHARES: [f64; 2] = [0.393_469_340_287_366_6, 0.864_664_716_763_387_3];

/// Nats under the peak that are told apart.
const DEPTH: f64 = 60.0;
/// Nats that the level lies under the densities it is found among, so that a plateau lies above it.
const BELOW: f64 = 1e-3;

/// Nats within which densities count as the same.
const TOGETHER: f64 = 0.05;

/// A line by its points, in lattice coordinates: columns and rows.
pub type Line = Vec<[f64; 2]>;

/// Log densities at the points of a lattice, row by row.
pub struct Lattice {
    /// Points of a row.
    pub columns: usize,
    /// 0 at the peak, nats.
    log_density: Vec<f64>,
    /// Whether the last column lies beside the first.
    wraps: bool,
}

impl Lattice {
    /// A lattice of log densities in nats, up to a constant.
    pub fn new(columns: usize, log_density: Vec<f64>, wraps: bool) -> Self {
        let peak = log_density.iter().copied().filter(|log| log.is_finite()).fold(f64::NEG_INFINITY, f64::max);
        // NaN, too, is as good as nothing.
        let relative = |log: f64| if (log - peak).is_nan() { -DEPTH } else { (log - peak).clamp(-DEPTH, 0.0) };
        Self { columns, log_density: log_density.into_iter().map(relative).collect(), wraps }
    }

    /// Log densities, 0 at the peak and [`DEPTH`] under it at least.
    pub fn log_density(&self) -> &[f64] {
        &self.log_density
    }

    /// The log density above which `share` of the mass lies; `area` is that of a point's cell, given its row.
    pub fn level(&self, share: f64, area: impl Fn(usize) -> f64) -> f64 {
        let mass = |i: usize| self.log_density[i].exp() * area(i / self.columns);
        let mut order: Vec<usize> = (0..self.log_density.len()).collect();
        order.sort_unstable_by(|&a, &b| self.log_density[b].total_cmp(&self.log_density[a]));
        let total: f64 = order.iter().map(|&i| mass(i)).sum();
        // Points of about the same density count as one, at whose density half of their mass is above: a ring around a
        // pole holds many that are equal.
        let (mut above, mut known) = (0.0, [0.0, 0.0]);
        let mut rest = &order[..];
        while let Some(&first) = rest.first() {
            let least = self.log_density[first] - TOGETHER;
            let (group, others) = rest.split_at(rest.partition_point(|&i| self.log_density[i] >= least));
            rest = others;
            let all: f64 = group.iter().map(|&i| mass(i)).sum();
            let log = group.iter().map(|&i| self.log_density[i]).sum::<f64>() / group.len() as f64;
            let next = [above + 0.5 * all, log];
            if next[0] >= share * total {
                let part = (share * total - known[0]) / (next[0] - known[0]).max(f64::MIN_POSITIVE);
                return known[1] + part * (next[1] - known[1]) - BELOW;
            }
            (above, known) = (above + all, next);
        }
        -DEPTH
    }

    /// The lines along which the log density is `level` (by marching squares: Lorensen & Cline 1987): closed ones end
    /// where they begin.
    pub fn lines(&self, level: f64) -> Vec<Line> {
        let mut ways = Ways::new(2 * self.log_density.len());
        let rows = self.log_density.len() / self.columns;
        let right = if self.wraps { self.columns } else { self.columns - 1 };
        for row in 0..rows.saturating_sub(1) {
            for column in 0..right {
                self.cell(row, column, level, &mut ways);
            }
        }
        ways.lines().into_iter().map(|line| line.into_iter().map(|edge| self.crossing(edge, level)).collect()).collect()
    }

    fn next(&self, column: usize) -> usize {
        (column + 1) % self.columns
    }

    /// The edge from a point to the right, or, `down`, to the next row.
    fn edge(&self, row: usize, column: usize, down: bool) -> usize {
        2 * (row * self.columns + column) + usize::from(down)
    }

    /// Join the edges that a line at `level` crosses in the cell whose first corner is (`row`, `column`).
    fn cell(&self, row: usize, column: usize, level: f64, ways: &mut Ways) {
        let next = self.next(column);
        let at = |row: usize, column: usize| self.log_density[row * self.columns + column];
        let corners = [at(row, column), at(row, next), at(row + 1, next), at(row + 1, column)];
        let edges = [
            self.edge(row, column, false),
            self.edge(row, next, true),
            self.edge(row + 1, column, false),
            self.edge(row, column, true),
        ];
        let above = corners.map(|value| value > level);
        // An edge is crossed where its ends lie on two sides.
        let crossed: Vec<usize> = (0..4).filter(|&i| above[i] != above[(i + 1) % 4]).collect();
        match crossed[..] {
            [a, b] => ways.join(edges[a], edges[b]),
            // A saddle: what lies in the middle decides which corners belong together.
            [_, _, _, _] => {
                let middle = corners.iter().sum::<f64>() / 4.0 > level;
                let [first, second] = if middle == above[0] { [[0, 1], [2, 3]] } else { [[3, 0], [1, 2]] };
                ways.join(edges[first[0]], edges[first[1]]);
                ways.join(edges[second[0]], edges[second[1]]);
            }
            _ => {}
        }
    }

    /// The place on an edge where the log density is `level`.
    fn crossing(&self, edge: usize, level: f64) -> [f64; 2] {
        let (point, down) = (edge / 2, edge % 2 == 1);
        let (row, column) = (point / self.columns, point % self.columns);
        let end = if down { point + self.columns } else { row * self.columns + self.next(column) };
        let (from, to) = (self.log_density[point], self.log_density[end]);
        let part = ((level - from) / (to - from)).clamp(0.0, 1.0);
        let (row, column) = (row as f64, column as f64);
        if down { [column, row + part] } else { [column + part, row] }
    }
}

/// The edges that lines join, each with two others at most.
struct Ways(Vec<[usize; 2]>);

impl Ways {
    const NONE: usize = usize::MAX;

    fn new(edges: usize) -> Self {
        Self(vec![[Self::NONE; 2]; edges])
    }

    fn join(&mut self, a: usize, b: usize) {
        for (from, to) in [(a, b), (b, a)] {
            let free = usize::from(self.0[from][0] != Self::NONE);
            self.0[from][free] = to;
        }
    }

    /// Lines from end to end, then closed ones.
    fn lines(mut self) -> Vec<Vec<usize>> {
        let count = self.0.len();
        let ends: Vec<usize> = (0..count).filter(|&edge| self.0[edge][0] != Self::NONE).collect();
        let open = |ways: &Self, edge: usize| ways.0[edge][0] != Self::NONE && ways.0[edge][1] == Self::NONE;
        let mut lines = Vec::new();
        for closed in [false, true] {
            for &start in &ends {
                if closed && self.0[start] != [Self::NONE; 2] || !closed && open(&self, start) {
                    lines.push(self.follow(start));
                }
            }
        }
        lines
    }

    /// The line that begins at an edge, taken out.
    fn follow(&mut self, start: usize) -> Vec<usize> {
        let mut line = vec![start];
        let mut here = start;
        loop {
            let next = self.0[here][0];
            if next == Self::NONE {
                return line;
            }
            self.cut(here, next);
            self.cut(next, here);
            line.push(next);
            here = next;
        }
    }

    fn cut(&mut self, from: usize, to: usize) {
        let [first, second] = self.0[from];
        self.0[from] = if first == to { [second, Self::NONE] } else { [first, Self::NONE] };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A density on a square of ±`half`, `side` points a side.
    fn lattice(side: usize, half: f64, log_density: impl Fn(f64, f64) -> f64) -> Lattice {
        let at = |i: usize| half * (2.0 * i as f64 / (side - 1) as f64 - 1.0);
        Lattice::new(side, (0..side * side).map(|i| log_density(at(i % side), at(i / side))).collect(), false)
    }

    fn place(side: usize, half: f64, [column, row]: [f64; 2]) -> [f64; 2] {
        [column, row].map(|v| half * (2.0 * v / (side - 1) as f64 - 1.0))
    }

    #[test]
    fn item_11_contours_of_a_gaussian_are_its_standard_deviations() {
        let (side, half, a, b, r): (usize, f64, f64, f64, f64) = (72, 4.0, 1.2, 0.7, 0.6);
        let distance = |x: f64, y: f64| {
            let (x, y) = (x / a, y / b);
            (x * x - 2.0 * r * x * y + y * y) / (1.0 - r * r)
        };
        let lattice = lattice(side, half, |x, y| -0.5 * distance(x, y));
        for (share, deviations) in SHARES.into_iter().zip([1.0, 2.0]) {
            let lines = lattice.lines(lattice.level(share, |_| 1.0));
            assert_eq!(lines.len(), 1);
            assert_eq!(lines[0].first(), lines[0].last(), "it is closed");
            for &point in &lines[0] {
                let [x, y] = place(side, half, point);
                let found = distance(x, y).sqrt();
                assert!((found - deviations).abs() < 0.02, "{found} instead of {deviations} deviations");
            }
        }
    }

    #[test]
    fn item_11_two_modes_have_a_line_each_and_a_ring_has_two() {
        let mode = |x: f64, y: f64, at: f64| -0.5 * ((x - at).powi(2) + y * y) / 0.09;
        let lattice_of_two = lattice(80, 3.0, |x, y| mode(x, y, 1.5).max(mode(x, y, -1.5)));
        assert_eq!(lattice_of_two.lines(lattice_of_two.level(SHARES[1], |_| 1.0)).len(), 2);
        let (radius, width) = (2.0, 0.2);
        let ring = lattice(120, 3.0, |x, y| -0.5 * ((x.hypot(y) - radius) / width).powi(2));
        let mut radii: Vec<f64> = ring
            .lines(ring.level(SHARES[0], |_| 1.0))
            .iter()
            .map(|line| {
                let radii = line.iter().map(|&p| place(120, 3.0, p)).map(|[x, y]| x.hypot(y));
                radii.sum::<f64>() / line.len() as f64
            })
            .collect();
        radii.sort_by(f64::total_cmp);
        // The densest 39 % of a normal lie within ±0.515 deviations; the ring is thin.
        let [inner, outer] = radii[..] else { panic!("{radii:?}") };
        assert!((inner - (radius - 0.515 * width)).abs() < 0.01, "{inner}");
        assert!((outer - (radius + 0.515 * width)).abs() < 0.01, "{outer}");
    }

    #[test]
    fn item_11_a_plateau_has_its_edge_and_what_leaves_the_lattice_stays_open() {
        let ball = lattice(90, 3.0, |x, y| -0.5 * ((x.hypot(y) - 2.0).max(0.0) / 0.05).powi(2));
        let lines = ball.lines(ball.level(SHARES[0], |_| 1.0));
        assert_eq!(lines.len(), 1);
        for &point in &lines[0] {
            let [x, y] = place(90, 3.0, point);
            assert!((x.hypot(y) - 2.0).abs() < 0.07, "{x}, {y}");
        }
        let ridge = lattice(40, 3.0, |_, y| -0.5 * y * y);
        let lines = ridge.lines(ridge.level(SHARES[0], |_| 1.0));
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| line.first() != line.last() && line.len() >= 40));
        // Nothing is known at some points.
        let broken = Lattice::new(4, [f64::NAN, 0.0, f64::NEG_INFINITY, -1.0].repeat(4), false);
        let lines = broken.lines(broken.level(SHARES[0], |_| 1.0));
        assert!(lines.iter().flatten().flatten().all(|v| v.is_finite()));
    }

    #[test]
    fn item_11_a_line_around_the_pole_closes_where_the_lattice_wraps() {
        let rows = 20;
        let cap = Lattice::new(12, (0..rows * 12).map(|i| -((i / 12) as f64)).collect(), true);
        let lines = cap.lines(-4.5);
        assert_eq!(lines.len(), 1);
        assert_eq!((lines[0].len(), lines[0].first() == lines[0].last()), (13, true));
        assert!(lines[0].iter().all(|[_, row]| (row - 4.5).abs() < 1e-9));
    }
}
