//! Matrix products in registers as in [`tiles`](super::tiles), but of a left factor that is read where it lies: the
//! numbers of its rows are lines of an array, wherever they begin.

use super::aligned::Aligned;
use super::vectors::{Instructions, NARROW_ROWS, ROWS, Vector, for_tiles};
use crate::kernels::part;
use std::ops::Range;

/// One tile of out = a·b, or of out + a·b. Row r of the left factor is `lines.len()` lines of `depth` numbers each:
/// number k of line l lies at `a + rows[r] + lines[l] + k·a_stride`.
#[derive(Clone, Copy)]
struct Tile<'a> {
    a: *const f32,
    rows: &'a [usize],
    lines: &'a [usize],
    depth: usize,
    a_stride: usize,
    b: *const f32,
    b_row_stride: usize,
    out: *mut f32,
    out_rows: &'a [usize],
    /// Number of columns of the last vector that are there.
    last: usize,
    add: bool,
}

/// # Safety
/// The processor has the vector's instructions, and a tile of `R × N` vectors lies inside the matrices.
#[inline(always)]
unsafe fn make<V: Vector, const R: usize, const N: usize>(tile: &Tile) {
    // SAFETY: as asked for; what a mask leaves is in the matrices.
    unsafe {
        let (mut b, last) = (tile.b, V::first(tile.last));
        let mut sums = [[V::zero(); N]; R];
        for &line in tile.lines {
            let rows: [*const f32; R] = std::array::from_fn(|r| tile.a.wrapping_add(tile.rows[r] + line));
            let mut place = 0;
            for _ in 0..tile.depth {
                let mut vectors = [V::zero(); N];
                for (n, vector) in vectors.iter_mut().enumerate() {
                    let place = b.add(n * V::LANES);
                    *vector = if n + 1 == N { V::load_some(last, place) } else { V::load(place) };
                }
                for (sums, row) in sums.iter_mut().zip(rows) {
                    let number = V::splat(*row.add(place));
                    for (sum, vector) in sums.iter_mut().zip(vectors) {
                        *sum = number.times_plus(vector, *sum);
                    }
                }
                place += tile.a_stride;
                b = b.wrapping_add(tile.b_row_stride);
            }
        }
        for (sums, start) in sums.into_iter().zip(tile.out_rows) {
            for (n, sum) in sums.into_iter().enumerate() {
                let count = if n + 1 == N { tile.last } else { V::LANES };
                let place = tile.out.add(start + n * V::LANES);
                let sum = if tile.add { V::load_first(count, place).plus(sum) } else { sum };
                sum.store_first(count, place);
            }
        }
    }
}

for_tiles! {
    /// The function for a tile of `a` rows × `b` vectors.
    fn maker(Tile) = make, avx512: [1 2 3 4 5 6 7 8] [1 2 3 4], avx2: [1 2 3 4 5 6 7 8] [1 2]
}

/// A left factor that is read where it lies: row r is `lines.len()` lines of `depth` numbers each, and number k of line
/// l is `values[rows[r] + lines[l] + k·stride]`.
#[derive(Clone, Copy)]
pub struct Lines<'a> {
    pub values: &'a [f32],
    pub rows: &'a [usize],
    pub lines: &'a [usize],
    pub depth: usize,
    pub stride: usize,
}

/// A right factor, stored in panels as wide as the largest tile, one after the other; each is stored row by row.
pub struct Panels {
    /// The instructions that it is multiplied with.
    instructions: Instructions,
    pub values: Aligned,
    pub rows: usize,
    pub columns: usize,
}

impl Panels {
    pub fn new(instructions: Instructions, rows: usize, columns: usize) -> Self {
        Self { instructions, values: Aligned::zeros(rows * columns), rows, columns }
    }

    pub fn set_row(&mut self, row: usize, numbers: &[f32]) {
        for columns in self.widths() {
            let first = columns.start * self.rows + row * columns.len();
            self.values[first..][..columns.len()].copy_from_slice(&numbers[columns]);
        }
    }

    /// The columns of each panel.
    pub fn widths(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let (columns, lanes) = (self.columns, self.instructions.lanes());
        let vectors = columns.div_ceil(lanes);
        let panels = vectors.div_ceil(self.instructions.vectors());
        (0..panels).map(move |panel| {
            let vectors = part(panel, panels, vectors);
            vectors.start * lanes..columns.min(vectors.end * lanes)
        })
    }
}

/// out = a·b, or out + a·b if `add`, with the first `rows` rows of `b`. Row r of the product begins at
/// `out[out_rows[r]]`.
///
/// # Panics
/// If a factor or the product does not fit its slice, or the processor has not the instructions of `b`.
pub fn multiply_lines(out: &mut [f32], out_rows: &[usize], add: bool, a: Lines, b: &Panels) {
    let largest = |numbers: &[usize]| numbers.iter().copied().max().unwrap_or(0);
    let rows = a.lines.len() * a.depth;
    let instructions = b.instructions;
    assert!(instructions.are_available() && a.rows.len() == out_rows.len() && rows <= b.rows);
    if out_rows.is_empty() || rows == 0 {
        return;
    }
    assert!(largest(a.rows) + largest(a.lines) + (a.depth - 1) * a.stride < a.values.len());
    assert!(largest(out_rows) + b.columns <= out.len() && b.rows * b.columns <= b.values.len());
    // Terms that are summed before a tile is written: some lines, or part of one.
    let depth = instructions.depth();
    let (lines_together, parts) = ((depth / a.depth).max(1), a.depth.div_ceil(depth));
    // Panel by panel, so that what is written is in cache when more terms are added to it.
    for columns in b.widths() {
        let width = columns.len();
        let vectors = width.div_ceil(instructions.lanes());
        let last = width - (vectors - 1) * instructions.lanes();
        let most = if vectors == instructions.vectors() { ROWS } else { NARROW_ROWS };
        let strips = out_rows.len().div_ceil(most);
        for (group, lines) in a.lines.chunks(lines_together).enumerate() {
            for index in 0..parts {
                let terms = part(index, parts, a.depth);
                let first_row = group * lines_together * a.depth + terms.start;
                for strip in 0..strips {
                    let strip = part(strip, strips, out_rows.len());
                    let tile = Tile {
                        a: a.values.as_ptr().wrapping_add(terms.start * a.stride),
                        rows: &a.rows[strip.clone()],
                        lines,
                        depth: terms.len(),
                        a_stride: a.stride,
                        b: b.values.as_ptr().wrapping_add(columns.start * b.rows + first_row * width),
                        b_row_stride: width,
                        out: out.as_mut_ptr().wrapping_add(columns.start),
                        out_rows: &out_rows[strip.clone()],
                        last,
                        add: add || first_row > 0,
                    };
                    // SAFETY: the tile is inside of the matrices and the processor has the instructions, as asserted.
                    unsafe { maker(instructions, strip.len(), vectors)(&tile) };
                }
            }
        }
    }
}
