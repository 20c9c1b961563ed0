//! A lattice that is refined without moving a point, cut into cells.
//!
//! The points of level l are integer multiples of 2^−l. Between them lie three more lattices of the same spacing: the
//! centres of its squares, and the midpoints of their two kinds of sides. Adding the centres doubles the number of
//! points (the result is again a square lattice, rotated by 45°), adding the midpoints doubles it once more, and the
//! four lattices together are the points of level l + 1. In one dimension there are only the midpoints.

/// The unit of evaluation: a square with some points of one lattice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    pub level: i32,
    /// The lattice of the next level to which the cell belongs: 0 for the level itself, 1 for the centres, 2 and 3 for
    /// the midpoints.
    pub part: usize,
    /// The cell's position; in one dimension the second coordinate is 0.
    pub at: [i32; 2],
}

/// The lattice's geometry, shared by all images.
pub struct Lattice {
    dimensions: usize,
    first_level: i32,
    /// The cells of the first level: from and to (inclusive) along each axis.
    range: [[i32; 2]; 2],
    /// Pairs of neighbouring points in a cell, for a cell of the first level and of later ones, with 1, 2 and 4 parts.
    neighbours: [[Vec<(usize, usize)>; 3]; 2],
}

/// Least number of points of the first lattice along its longest axis, in one and in two dimensions.
const FIRST_POINTS: [f64; 2] = [128.0, 24.0];
/// Number of points along an axis of one part of a cell, at the first level and at later ones. Later cells are smaller,
/// since they follow the border of the known mass closely.
const SIDES: [[usize; 2]; 2] = [[32, 8], [4, 2]];
/// The positions of the parts, in half spacings.
const SHIFTS: [[i32; 2]; 4] = [[0, 0], [1, 1], [1, 0], [0, 1]];

impl Lattice {
    /// A lattice whose first level covers `box_`, `[from, to]` for each axis.
    pub fn covering(box_: &[[f64; 2]]) -> Self {
        let dimensions = box_.len();
        let longest = box_.iter().map(|[from, to]| to - from).fold(f64::MIN_POSITIVE, f64::max);
        let first_level = (FIRST_POINTS[dimensions - 1] / longest).log2().ceil() as i32;
        let mut lattice = Self { dimensions, first_level, range: [[0; 2]; 2], neighbours: Default::default() };
        for (axis, &[from, to]) in box_.iter().enumerate() {
            lattice.range[axis] = [from, to].map(|z| lattice.cell_index(z));
        }
        lattice.neighbours = [0, 1].map(|later| [1, 2, 4].map(|parts| lattice.pairs(first_level + later, parts)));
        lattice
    }

    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    pub fn first_level(&self) -> i32 {
        self.first_level
    }

    /// Number of parts that make the next level.
    pub fn parts(&self) -> usize {
        1 << self.dimensions
    }

    fn side(&self, level: i32) -> usize {
        SIDES[self.dimensions - 1][usize::from(level > self.first_level)]
    }

    /// Number of points in one part of a cell.
    pub fn points_per_cell(&self, level: i32) -> usize {
        self.side(level).pow(self.dimensions as u32)
    }

    fn spacing(level: i32) -> f64 {
        f64::from(-level).exp2()
    }

    /// The length, or area, that belongs to a point of cells with `parts` parts.
    pub fn volume(&self, level: i32, parts: usize) -> f64 {
        Self::spacing(level).powi(self.dimensions as i32) / parts as f64
    }

    fn cell_index(&self, z: f64) -> i32 {
        // A saturating conversion: what is far beyond everything stays there.
        (z / (Self::spacing(self.first_level) * self.side(self.first_level) as f64)).floor().clamp(-1e8, 1e8) as i32
    }

    /// The positions of the first level's cells, and of the cell that contains the point `also`.
    pub fn first_cells(&self, also: &[f64]) -> Vec<[i32; 2]> {
        let [[x0, x1], [y0, y1]] = self.range;
        let mut cells: Vec<[i32; 2]> = (x0..=x1).flat_map(|x| (y0..=y1).map(move |y| [x, y])).collect();
        let mut own = [0; 2];
        also.iter().zip(&mut own).for_each(|(&z, at)| *at = self.cell_index(z));
        if !cells.contains(&own) {
            cells.push(own);
        }
        cells
    }

    /// The indices of a point of a part, counted from the cell's corner.
    fn inner(&self, level: i32, point: usize) -> [usize; 2] {
        let (side, point) = (self.side(level), point % self.points_per_cell(level));
        if self.dimensions == 1 { [point, 0] } else { [point / side, point % side] }
    }

    /// The position of a point in half spacings; points are numbered part by part.
    fn index(&self, level: i32, at: [i32; 2], point: usize) -> [i64; 2] {
        let (inner, shift) = (self.inner(level, point), SHIFTS[point / self.points_per_cell(level)]);
        let index = |axis: usize| {
            let whole = i64::from(at[axis]) * self.side(level) as i64 + inner[axis] as i64;
            2 * whole + i64::from(shift[axis])
        };
        [index(0), if self.dimensions == 1 { 0 } else { index(1) }]
    }

    /// The coordinates of a point of a cell.
    pub fn coordinates(&self, level: i32, at: [i32; 2], point: usize) -> [f64; 2] {
        self.index(level, at, point).map(|index| index as f64 * 0.5 * Self::spacing(level))
    }

    /// The coordinates of a cell's points, `points × dimensions`.
    pub fn points(&self, cell: Cell) -> impl Iterator<Item = f32> {
        let count = self.points_per_cell(cell.level);
        (cell.part * count..(cell.part + 1) * count).flat_map(move |point| {
            let z = self.coordinates(cell.level, cell.at, point);
            z.into_iter().take(self.dimensions).map(|z| z as f32)
        })
    }

    /// The lattice is a union of [`parts`](Self::parts) lattices of twice the spacing; returns which of them the point
    /// lies in.
    pub fn coset(&self, level: i32, parts: usize, point: usize) -> usize {
        let ([x, y], part) = (self.inner(level, point), point / self.points_per_cell(level));
        match parts {
            1 if self.dimensions == 1 => x % 2,
            1 => 2 * (x % 2) + y % 2,
            2 if self.dimensions == 2 => 2 * part + (x + y) % 2,
            _ => part,
        }
    }

    /// A point of a cell with all its parts as a point of the next level: the position of its cell there, and its
    /// number in that cell.
    pub fn as_next_level(&self, level: i32, at: [i32; 2], point: usize) -> ([i32; 2], usize) {
        let (index, side) = (self.index(level, at, point), self.side(level + 1) as i64);
        let [x, y] = index.map(|i| i.rem_euclid(side) as usize);
        let own = if self.dimensions == 1 { x } else { x * side as usize + y };
        (index.map(|i| i.div_euclid(side) as i32), own)
    }

    /// The positions of the neighbouring cells that a point touches: none, one at a border, three at a corner.
    pub fn beside(&self, level: i32, at: [i32; 2], point: usize) -> impl Iterator<Item = [i32; 2]> {
        let (inner, last) = (self.inner(level, point), self.side(level) - 1);
        let step = |axis: usize| match inner[axis] {
            _ if axis >= self.dimensions => 0,
            0 => -1,
            i => i32::from(i == last),
        };
        let (x, y) = (step(0), step(1));
        let moves = [(x != 0).then_some([x, 0]), (y != 0).then_some([0, y]), (x != 0 && y != 0).then_some([x, y])];
        moves.into_iter().flatten().map(move |[x, y]| [at[0] + x, at[1] + y])
    }

    /// Pairs of neighbouring points in a cell.
    pub fn neighbours(&self, level: i32, parts: usize) -> &[(usize, usize)] {
        &self.neighbours[usize::from(level > self.first_level)][parts.ilog2() as usize]
    }

    /// Pairs of points whose distance is at most that of neighbours along an axis.
    fn pairs(&self, level: i32, parts: usize) -> Vec<(usize, usize)> {
        let parts = parts.min(self.parts());
        let reach = if parts == self.parts() { 1 } else { 4 };
        let place = |point| self.index(level, [0; 2], point);
        let pairs = (0..self.points_per_cell(level) * parts).flat_map(|a| (0..a).map(move |b| (b, a)));
        pairs
            .filter(|&(a, b)| {
                let (a, b) = (place(a), place(b));
                (a[0] - b[0]).pow(2) + (a[1] - b[1]).pow(2) <= reach
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    /// All parts of a cell are the points of the next level, each once, and they halve as they should.
    #[test]
    fn all_parts_are_the_next_level() {
        for box_ in [&[[-3.0, 5.0]][..], &[[-3.0, 5.0], [-1.0, 1.0]]] {
            let lattice = Lattice::covering(box_);
            let (parts, at) = (lattice.parts(), [-3, if box_.len() == 1 { 0 } else { 2 }]);
            for level in [lattice.first_level(), lattice.first_level() + 1] {
                let count = parts * lattice.points_per_cell(level);
                let (mut seen, mut cosets) = (BTreeSet::new(), BTreeMap::new());
                for point in 0..count {
                    let (child, own) = lattice.as_next_level(level, at, point);
                    assert_eq!(lattice.coordinates(level, at, point), lattice.coordinates(level + 1, child, own));
                    assert!(own < lattice.points_per_cell(level + 1) && seen.insert((child, own)), "{child:?} {own}");
                    let coset = lattice.coset(level + 1, 1, own);
                    let same = cosets.entry(lattice.coset(level, parts, point)).or_insert(coset);
                    assert_eq!(*same, coset);
                }
                assert_eq!((seen.len(), cosets.len()), (count, parts));
                assert_eq!(lattice.volume(level, parts), lattice.volume(level + 1, 1));
            }
        }
    }

    #[test]
    fn a_corner_touches_three_cells_and_the_inside_none() {
        let lattice = Lattice::covering(&[[0.0, 1.0], [0.0, 1.0]]);
        let level = lattice.first_level();
        let beside = |lattice: &Lattice, level, point| lattice.beside(level, [4, 7], point).collect::<Vec<_>>();
        assert_eq!(beside(&lattice, level, 0), [[3, 7], [4, 6], [3, 6]]);
        assert_eq!(beside(&lattice, level, 16 + 7), [[4, 8]]);
        assert_eq!(beside(&lattice, level, 5), [[0; 2]; 0]);
        assert_eq!(beside(&lattice, level + 1, 3), [[5, 7], [4, 8], [5, 8]]);
        assert_eq!(beside(&Lattice::covering(&[[0.0, 1.0]]), 100, 7), [[5, 7]]);
    }
}
