//! Matrix products with AVX-512. The product is computed in tiles of 6 rows × 64 columns, which stay in registers while
//! each column of the left factor is multiplied by the matching row of the right factor. Nothing is packed: both
//! factors of a network's product fit the second-level cache, and each load of four vectors serves 24 vector
//! multiplications. Only a right factor stored by columns is transposed first, a panel of 64 columns at a time.

use super::product::Matrix;
use super::transpose::transpose_lines;
use std::arch::x86_64::{
    __mmask16, _mm512_add_ps, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_mask_storeu_ps, _mm512_maskz_loadu_ps,
    _mm512_set1_ps, _mm512_setzero_ps,
};
use std::ops::Range;

/// Numbers in a vector.
pub const LANES: usize = 16;

/// Vectors and rows of the largest tile: with a row of the right factor and a number of the left one, all of it fits
/// the 32 registers.
pub const VECTORS: usize = 4;
pub const ROWS: usize = 6;

/// Terms that are summed before the tile is written: a panel of the right factor with this many rows is 64 kB.
pub const DEPTH: usize = 256;

/// Whether this processor has the instructions.
pub fn are_available() -> bool {
    std::arch::is_x86_feature_detected!("avx512f")
}

/// One tile of out = a·b, or of out + a·b. The pointers are to its first row and column.
#[derive(Clone, Copy)]
struct Tile {
    depth: usize,
    a: *const f32,
    a_row_stride: usize,
    a_column_stride: usize,
    b: *const f32,
    b_row_stride: usize,
    out: *mut f32,
    out_row_stride: usize,
    /// The columns of the last vector that are there.
    last: __mmask16,
    add: bool,
}

/// # Safety
/// The processor has AVX-512, and a tile of `R × V` vectors lies inside the matrices.
#[target_feature(enable = "avx512f")]
unsafe fn make<const R: usize, const V: usize>(tile: Tile) {
    let Tile { mut a, mut b, last, .. } = tile;
    let mut sums = [[_mm512_setzero_ps(); V]; R];
    for _ in 0..tile.depth {
        let mut row = [_mm512_setzero_ps(); V];
        for (v, vector) in row.iter_mut().enumerate() {
            // SAFETY: what the mask leaves is in the row, as asked for.
            *vector = unsafe {
                let place = b.add(v * LANES);
                if v + 1 == V { _mm512_maskz_loadu_ps(last, place) } else { _mm512_loadu_ps(place) }
            };
        }
        for (r, sums) in sums.iter_mut().enumerate() {
            // SAFETY: as above.
            let number = _mm512_set1_ps(unsafe { *a.add(r * tile.a_row_stride) });
            for (sum, vector) in sums.iter_mut().zip(row) {
                *sum = _mm512_fmadd_ps(number, vector, *sum);
            }
        }
        (a, b) = (a.wrapping_add(tile.a_column_stride), b.wrapping_add(tile.b_row_stride));
    }
    for (r, sums) in sums.into_iter().enumerate() {
        for (v, sum) in sums.into_iter().enumerate() {
            let mask = if v + 1 == V { last } else { !0 };
            // SAFETY: as above.
            unsafe {
                let place = tile.out.add(r * tile.out_row_stride + v * LANES);
                let sum = if tile.add { _mm512_add_ps(_mm512_maskz_loadu_ps(mask, place), sum) } else { sum };
                _mm512_mask_storeu_ps(place, mask, sum);
            }
        }
    }
}

/// By rows and vectors, less one.
static MAKE: [[unsafe fn(Tile); VECTORS]; ROWS] = [
    [make::<1, 1>, make::<1, 2>, make::<1, 3>, make::<1, 4>],
    [make::<2, 1>, make::<2, 2>, make::<2, 3>, make::<2, 4>],
    [make::<3, 1>, make::<3, 2>, make::<3, 3>, make::<3, 4>],
    [make::<4, 1>, make::<4, 2>, make::<4, 3>, make::<4, 4>],
    [make::<5, 1>, make::<5, 2>, make::<5, 3>, make::<5, 4>],
    [make::<6, 1>, make::<6, 2>, make::<6, 3>, make::<6, 4>],
];

/// Part `index` of `0..whole` in `parts` nearly equal parts.
pub fn part(index: usize, parts: usize, whole: usize) -> Range<usize> {
    index * whole / parts..(index + 1) * whole / parts
}

/// out = a·b, or out + a·b if `add`; row by row.
///
/// # Safety
/// The processor has AVX-512. `out` has room for the product, which nobody else uses; it is initialised if `add`. The
/// factors fit each other, and lie in memory by rows or by columns.
pub unsafe fn write_product(out: *mut f32, add: bool, a: Matrix, b: Matrix) {
    let (rows, inner, columns) = (a.rows, a.columns, b.columns);
    let vectors = columns.div_ceil(LANES);
    let (depths, panels, strips) = (inner.div_ceil(DEPTH).max(1), vectors.div_ceil(VECTORS), rows.div_ceil(ROWS));
    let by_columns = b.column_stride != 1;
    let mut transposed =
        if by_columns { vec![0.0; inner.div_ceil(depths) * columns.min(VECTORS * LANES)] } else { Vec::new() };
    for depth in 0..depths {
        let terms = part(depth, depths, inner);
        for panel in 0..panels {
            let vectors = part(panel, panels, vectors);
            let (first, end) = (vectors.start * LANES, columns.min(vectors.end * LANES));
            let width = end - first;
            let (b, b_row_stride) = if by_columns {
                let lines = &b.values[first * b.column_stride + terms.start..];
                transpose_lines(lines, b.column_stride, [width, terms.len()], &mut transposed);
                (transposed.as_ptr(), width)
            } else {
                (b.values.as_ptr().wrapping_add(terms.start * b.row_stride + first), b.row_stride)
            };
            let last = !0 >> (vectors.len() * LANES - width);
            for strip in 0..strips {
                let strip = part(strip, strips, rows);
                let tile = Tile {
                    depth: terms.len(),
                    a: a.values.as_ptr().wrapping_add(strip.start * a.row_stride + terms.start * a.column_stride),
                    a_row_stride: a.row_stride,
                    a_column_stride: a.column_stride,
                    b,
                    b_row_stride,
                    out: out.wrapping_add(strip.start * columns + first),
                    out_row_stride: columns,
                    last,
                    add: add || depth > 0,
                };
                // SAFETY: the tile is inside of the matrices; the rest is as asked for.
                unsafe { MAKE[strip.len() - 1][vectors.len() - 1](tile) };
            }
        }
    }
}
