//! Matrix products in tiles, which stay in registers while each column of the left factor is multiplied by the matching
//! row of the right factor: 6 rows × 64 columns with AVX-512, 6 × 16 with AVX2. Nothing is packed: both factors of a
//! network's product fit the second-level cache, and with AVX-512 each load of four vectors serves 24 vector
//! multiplications. Only a right factor stored by columns is transposed first, a panel at a time.

use super::aligned::Aligned;
use super::product::Matrix;
use super::transpose::transpose_lines;
use super::vectors::{Instructions, NARROW_ROWS, ROWS, Vector, for_tiles};
use crate::kernels::part;

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
    /// Number of columns of the last vector that are there.
    last: usize,
    add: bool,
}

/// # Safety
/// The processor has the vector's instructions, and a tile of `R × N` vectors lies inside the matrices.
#[inline(always)]
unsafe fn make<V: Vector, const R: usize, const N: usize>(tile: &Tile) {
    let Tile { mut a, mut b, .. } = *tile;
    // SAFETY: as asked for; what a mask leaves is in the matrices.
    unsafe {
        let last = V::first(tile.last);
        let mut sums = [[V::zero(); N]; R];
        for _ in 0..tile.depth {
            let mut row = [V::zero(); N];
            for (n, vector) in row.iter_mut().enumerate() {
                let place = b.add(n * V::LANES);
                *vector = if n + 1 == N { V::load_some(last, place) } else { V::load(place) };
            }
            for (r, sums) in sums.iter_mut().enumerate() {
                let number = V::splat(*a.add(r * tile.a_row_stride));
                for (sum, vector) in sums.iter_mut().zip(row) {
                    *sum = number.times_plus(vector, *sum);
                }
            }
            (a, b) = (a.wrapping_add(tile.a_column_stride), b.wrapping_add(tile.b_row_stride));
        }
        for (r, sums) in sums.into_iter().enumerate() {
            for (n, sum) in sums.into_iter().enumerate() {
                let count = if n + 1 == N { tile.last } else { V::LANES };
                let place = tile.out.add(r * tile.out_row_stride + n * V::LANES);
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

/// out = a·b, or out + a·b if `add`; row by row.
///
/// # Safety
/// The processor has the instructions. `out` has room for the product, which nobody else uses; it is initialised if
/// `add`. The factors fit each other, and lie in memory by rows or by columns.
pub unsafe fn write_product(instructions: Instructions, out: *mut f32, add: bool, a: Matrix, b: Matrix) {
    let (rows, inner, columns) = (a.rows, a.columns, b.columns);
    let (lanes, most) = (instructions.lanes(), instructions.vectors());
    let vectors = columns.div_ceil(lanes);
    let (depths, panels) = (inner.div_ceil(instructions.depth()).max(1), vectors.div_ceil(most));
    let by_columns = b.column_stride != 1;
    let room = if by_columns { inner.div_ceil(depths) * columns.min(most * lanes) } else { 0 };
    let mut transposed = Aligned::zeros(room);
    // Panel by panel, so that what is written is in cache when more terms are added to it.
    for panel in 0..panels {
        let vectors = part(panel, panels, vectors);
        let (first, end) = (vectors.start * lanes, columns.min(vectors.end * lanes));
        let width = end - first;
        for depth in 0..depths {
            let terms = part(depth, depths, inner);
            let (b, b_row_stride) = if by_columns {
                let lines = &b.values[first * b.column_stride + terms.start..];
                transpose_lines(lines, b.column_stride, [width, terms.len()], &mut transposed);
                (transposed.as_ptr(), width)
            } else {
                (b.values.as_ptr().wrapping_add(terms.start * b.row_stride + first), b.row_stride)
            };
            let strips = rows.div_ceil(if vectors.len() == most { ROWS } else { NARROW_ROWS });
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
                    last: width - (vectors.len() - 1) * lanes,
                    add: add || depth > 0,
                };
                // SAFETY: the tile is inside of the matrices; the rest is as asked for.
                unsafe { maker(instructions, strip.len(), vectors.len())(&tile) };
            }
        }
    }
}
