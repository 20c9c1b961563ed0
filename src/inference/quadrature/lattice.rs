//! Square lattices of spacing 2^−level around the origin, cut into cells. Each lattice holds the next coarser one.

/// A cell: its points have the indices `side·at + 0 … side − 1` along each axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// The spacing is 2^−level.
    pub level: i32,
    /// In one dimension the second is 0.
    pub at: [i32; 2],
}

/// What all images share.
pub struct Lattice {
    dimensions: usize,
    first_level: i32,
    /// Cells of the first level, from and to (inclusive) along each axis.
    range: [[i32; 2]; 2],
}

/// Points along the longest axis of the first lattice, at least.
const FIRST_POINTS: [f64; 2] = [128.0, 48.0];

impl Lattice {
    /// The first lattice covers `box_`, `[from, to]` an axis.
    pub fn covering(box_: &[[f64; 2]]) -> Self {
        let dimensions = box_.len();
        let longest = box_.iter().map(|[from, to]| to - from).fold(f64::MIN_POSITIVE, f64::max);
        let first_level = (FIRST_POINTS[dimensions - 1] / longest).log2().ceil() as i32;
        let mut lattice = Self { dimensions, first_level, range: [[0; 2]; 2] };
        for (axis, &[from, to]) in box_.iter().enumerate() {
            lattice.range[axis] = [from, to].map(|z| lattice.cell_index(first_level, z));
        }
        lattice
    }

    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// Points of a cell along an axis.
    pub fn side(&self) -> usize {
        if self.dimensions == 1 { 32 } else { 4 }
    }

    pub fn points_per_cell(&self) -> usize {
        self.side().pow(self.dimensions as u32)
    }

    /// Distance of points.
    pub fn spacing(level: i32) -> f64 {
        f64::from(-level).exp2()
    }

    fn cell_index(&self, level: i32, z: f64) -> i32 {
        // A saturating conversion: what is far beyond everything stays there.
        (z / (Self::spacing(level) * self.side() as f64)).floor().clamp(-1e8, 1e8) as i32
    }

    /// The cells of the first lattice, and the cell that holds `also`.
    pub fn first_cells(&self, also: &[f64]) -> Vec<Cell> {
        let level = self.first_level;
        let [[x0, x1], [y0, y1]] = self.range;
        let mut cells: Vec<Cell> = (x0..=x1).flat_map(|x| (y0..=y1).map(move |y| Cell { level, at: [x, y] })).collect();
        let mut at = [0; 2];
        also.iter().zip(&mut at).for_each(|(&z, at)| *at = self.cell_index(level, z));
        let own = Cell { level, at };
        if !cells.contains(&own) {
            cells.push(own);
        }
        cells
    }

    /// Indices along both axes of point `point` of a cell.
    pub fn index(&self, cell: Cell, point: usize) -> [i64; 2] {
        let side = self.side();
        let inner = if self.dimensions == 1 { [point, 0] } else { [point / side, point % side] };
        [0, 1].map(|axis| i64::from(cell.at[axis]) * side as i64 + inner[axis] as i64)
    }

    /// Coordinate along `axis` of point `point` of a cell.
    pub fn coordinate(&self, cell: Cell, point: usize, axis: usize) -> f64 {
        self.index(cell, point)[axis] as f64 * Self::spacing(cell.level)
    }

    /// The coordinates of a cell's points, `points × dimensions`.
    pub fn points(&self, cell: Cell) -> impl Iterator<Item = f32> {
        let axes = self.dimensions;
        (0..self.points_per_cell())
            .flat_map(move |point| (0..axes).map(move |axis| self.coordinate(cell, point, axis) as f32))
    }

    /// Whether a point belongs to the lattice of twice the spacing too.
    pub fn is_coarse(&self, cell: Cell, point: usize) -> bool {
        self.index(cell, point).iter().all(|i| i % 2 == 0)
    }

    /// The cell of half the spacing that covers the same place as a point.
    pub fn child(&self, cell: Cell, point: usize) -> Cell {
        let side = self.side() as i64;
        let at = self.index(cell, point).map(|i| (2 * i).div_euclid(side) as i32);
        Cell { level: cell.level + 1, at: if self.dimensions == 1 { [at[0], 0] } else { at } }
    }

    /// The cells beside a point that lies at its cell's border: none, one, or three at a corner.
    pub fn beside(&self, cell: Cell, point: usize) -> Vec<Cell> {
        let side = self.side();
        let inner = if self.dimensions == 1 { [point, 1] } else { [point / side, point % side] };
        let steps = inner.map(|i| if i == 0 { -1 } else { i32::from(i == side - 1) });
        let [x, y] = steps;
        let moves: &[[i32; 2]] = match (x, y) {
            (0, 0) => &[],
            (_, 0) => &[[x, 0]],
            (0, _) => &[[0, y]],
            _ => &[[x, 0], [0, y], [x, y]],
        };
        moves.iter().map(|m| Cell { level: cell.level, at: [cell.at[0] + m[0], cell.at[1] + m[1]] }).collect()
    }

    /// Pairs of points of a cell that are neighbours along an axis.
    pub fn neighbours(&self) -> impl Iterator<Item = (usize, usize)> {
        let (side, dimensions) = (self.side(), self.dimensions);
        (0..self.points_per_cell()).flat_map(move |p| {
            let last = p % side < side - 1;
            let below = dimensions == 2 && p / side < side - 1;
            [last.then_some((p, p + 1)), below.then_some((p, p + side))].into_iter().flatten()
        })
    }
}
