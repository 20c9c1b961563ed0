//! Matrix products with AVX-512 as in [`tiles`](super::tiles), but of a left factor that is read where it lies: the
//! numbers of its rows are lines of an array, wherever they begin.

use super::tiles::{DEPTH, LANES, ROWS, VECTORS, are_available, part};
use std::arch::x86_64::{
    __mmask16, _mm512_add_ps, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_mask_storeu_ps, _mm512_maskz_loadu_ps,
    _mm512_set1_ps, _mm512_setzero_ps,
};
use std::ops::Range;

/// Rows of a tile that is narrower than the largest.
const NARROW_ROWS: usize = 8;

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
    /// The columns of the last vector that are there.
    last: __mmask16,
    add: bool,
}

/// # Safety
/// The processor has AVX-512, and a tile of `R × V` vectors lies inside the matrices.
#[target_feature(enable = "avx512f")]
unsafe fn make<const R: usize, const V: usize>(tile: &Tile) {
    let Tile { mut b, last, .. } = *tile;
    let mut sums = [[_mm512_setzero_ps(); V]; R];
    for &line in tile.lines {
        let rows: [*const f32; R] = std::array::from_fn(|r| tile.a.wrapping_add(tile.rows[r] + line));
        let mut place = 0;
        for _ in 0..tile.depth {
            let mut vectors = [_mm512_setzero_ps(); V];
            for (v, vector) in vectors.iter_mut().enumerate() {
                // SAFETY: what the mask leaves is in the row, as asked for.
                *vector = unsafe {
                    let place = b.add(v * LANES);
                    if v + 1 == V { _mm512_maskz_loadu_ps(last, place) } else { _mm512_loadu_ps(place) }
                };
            }
            for (sums, row) in sums.iter_mut().zip(rows) {
                // SAFETY: as above.
                let number = _mm512_set1_ps(unsafe { *row.add(place) });
                for (sum, vector) in sums.iter_mut().zip(vectors) {
                    *sum = _mm512_fmadd_ps(number, vector, *sum);
                }
            }
            place += tile.a_stride;
            b = b.wrapping_add(tile.b_row_stride);
        }
    }
    for (sums, start) in sums.into_iter().zip(tile.out_rows) {
        for (v, sum) in sums.into_iter().enumerate() {
            let mask = if v + 1 == V { last } else { !0 };
            // SAFETY: as above.
            unsafe {
                let place = tile.out.add(start + v * LANES);
                let sum = if tile.add { _mm512_add_ps(_mm512_maskz_loadu_ps(mask, place), sum) } else { sum };
                _mm512_mask_storeu_ps(place, mask, sum);
            }
        }
    }
}

macro_rules! by_vectors {
    ($($rows:literal)*) => {
        [$([make::<$rows, 1>, make::<$rows, 2>, make::<$rows, 3>, make::<$rows, 4>]),*]
    };
}

/// By rows and vectors, less one.
static MAKE: [[unsafe fn(&Tile); VECTORS]; NARROW_ROWS] = by_vectors!(1 2 3 4 5 6 7 8);

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

/// A right factor, stored in panels of up to 64 columns, one after the other; each is stored row by row.
pub struct Panels {
    pub values: Vec<f32>,
    pub rows: usize,
    pub columns: usize,
}

impl Panels {
    pub fn new(rows: usize, columns: usize) -> Self {
        Self { values: vec![0.0; rows * columns], rows, columns }
    }

    pub fn set_row(&mut self, row: usize, numbers: &[f32]) {
        for columns in Self::widths(self.columns) {
            let first = columns.start * self.rows + row * columns.len();
            self.values[first..][..columns.len()].copy_from_slice(&numbers[columns]);
        }
    }

    /// The columns of each panel.
    pub fn widths(columns: usize) -> impl Iterator<Item = Range<usize>> {
        let vectors = columns.div_ceil(LANES);
        let panels = vectors.div_ceil(VECTORS);
        (0..panels).map(move |panel| {
            let vectors = part(panel, panels, vectors);
            vectors.start * LANES..columns.min(vectors.end * LANES)
        })
    }
}

/// out = a·b, or out + a·b if `add`, with the first `rows` rows of `b`. Row r of the product begins at
/// `out[out_rows[r]]`.
///
/// # Panics
/// If a factor or the product does not fit its slice, or the processor has no AVX-512.
pub fn multiply_lines(out: &mut [f32], out_rows: &[usize], add: bool, a: Lines, b: &Panels) {
    let largest = |numbers: &[usize]| numbers.iter().copied().max().unwrap_or(0);
    let rows = a.lines.len() * a.depth;
    assert!(are_available() && a.rows.len() == out_rows.len() && rows <= b.rows);
    if out_rows.is_empty() || rows == 0 {
        return;
    }
    assert!(largest(a.rows) + largest(a.lines) + (a.depth - 1) * a.stride < a.values.len());
    assert!(largest(out_rows) + b.columns <= out.len() && b.rows * b.columns <= b.values.len());
    // Terms that are summed before a tile is written: some lines, or part of one.
    let lines_together = (DEPTH / a.depth).max(1);
    let parts = a.depth.div_ceil(DEPTH);
    for (group, lines) in a.lines.chunks(lines_together).enumerate() {
        for index in 0..parts {
            let terms = part(index, parts, a.depth);
            let first_row = group * lines_together * a.depth + terms.start;
            for columns in Panels::widths(b.columns) {
                let width = columns.len();
                let vectors = width.div_ceil(LANES);
                let last = !0 >> (vectors * LANES - width);
                let most = if vectors == VECTORS { ROWS } else { NARROW_ROWS };
                let strips = out_rows.len().div_ceil(most);
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
                    // SAFETY: the tile is inside of the matrices, as asserted, and the processor has AVX-512.
                    unsafe { MAKE[strip.len() - 1][vectors - 1](&tile) };
                }
            }
        }
    }
}
