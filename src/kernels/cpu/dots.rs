//! Products of a few rows with a right factor that is stored by columns: each number of the product is the dot product
//! of two lines of memory. The gradient of a layer's input is one, and with few images it would take longer to
//! transpose the layer's weights than to multiply by them.

use super::product::Matrix;
use super::vectors::{Instructions, Vector};
use std::arch::x86_64::{__m256, __m512};

/// Rows of the left factor up to which this is the fastest way.
pub const ROWS_AT_MOST: usize = 32;

/// Columns of a tile. It has so many rows that a vector holds its sums.
const COLUMNS: usize = 4;

/// out = a·b, or out + a·b if `add`; row by row.
///
/// # Safety
/// The processor has the instructions. `out` has room for the product, which nobody else uses; it is initialised if
/// `add`. The factors fit each other; `a` is stored by rows and `b` by columns.
pub unsafe fn write_product(instructions: Instructions, out: *mut f32, add: bool, a: Matrix, b: Matrix) {
    /// # Safety
    /// As the function around it.
    #[target_feature(enable = "avx512f")]
    unsafe fn avx512(out: *mut f32, add: bool, a: Matrix, b: Matrix) {
        // SAFETY: as asked for.
        unsafe { by_tiles::<__m512, 4, 16>(out, add, a, b) }
    }

    /// # Safety
    /// As the function around it.
    #[target_feature(enable = "avx2,fma")]
    unsafe fn avx2(out: *mut f32, add: bool, a: Matrix, b: Matrix) {
        // SAFETY: as asked for.
        unsafe { by_tiles::<__m256, 2, 8>(out, add, a, b) }
    }

    // SAFETY: as asked for.
    unsafe {
        match instructions {
            Instructions::Avx512 => avx512(out, add, a, b),
            Instructions::Avx2 => avx2(out, add, a, b),
        }
    }
}

/// The product by tiles of `R` rows and [`COLUMNS`] columns, `SUMS` numbers, as many as a vector has lanes. A tile at
/// the end of the rows or columns repeats the last one, and writes only the numbers that are there.
///
/// # Safety
/// As [`write_product`]; the processor has the vector's instructions.
#[inline(always)]
unsafe fn by_tiles<V: Vector, const R: usize, const SUMS: usize>(out: *mut f32, add: bool, a: Matrix, b: Matrix) {
    let (rows, columns) = (a.rows, b.columns);
    for column in (0..columns).step_by(COLUMNS) {
        let b_lines: [*const f32; COLUMNS] =
            std::array::from_fn(|c| b.values.as_ptr().wrapping_add((column + c).min(columns - 1) * b.column_stride));
        for row in (0..rows).step_by(R) {
            let a_lines: [*const f32; R] =
                std::array::from_fn(|r| a.values.as_ptr().wrapping_add((row + r).min(rows - 1) * a.row_stride));
            let mut numbers = [0.0_f32; SUMS];
            // SAFETY: the lines are in the factors, and the numbers written in the product.
            unsafe {
                sums(dots::<V, R, SUMS>(a_lines, b_lines, a.columns)).store(numbers.as_mut_ptr());
                for (r, numbers) in numbers.chunks_exact(COLUMNS).enumerate().take(rows - row) {
                    for (c, &number) in numbers.iter().enumerate().take(columns - column) {
                        let place = out.add((row + r) * columns + column + c);
                        *place = if add { *place + number } else { number };
                    }
                }
            }
        }
    }
}

/// For each pair of a left and a right line of `depth` numbers, the products of their numbers, summed in each lane.
///
/// # Safety
/// The processor has the vector's instructions, and the lines have as many numbers.
#[inline(always)]
unsafe fn dots<V: Vector, const R: usize, const SUMS: usize>(
    a: [*const f32; R],
    b: [*const f32; COLUMNS],
    depth: usize,
) -> [V; SUMS] {
    // SAFETY: as asked for.
    unsafe {
        let mut sums = [V::zero(); SUMS];
        let whole = depth - depth % V::LANES;
        for place in (0..whole).step_by(V::LANES) {
            add_products(&mut sums, a, b, place, V::LANES);
        }
        if whole < depth {
            add_products(&mut sums, a, b, whole, depth - whole);
        }
        sums
    }
}

/// Add the products of `count` numbers from `place` on, at most as many as a vector has lanes.
///
/// # Safety
/// As [`dots`].
#[inline(always)]
unsafe fn add_products<V: Vector, const R: usize, const SUMS: usize>(
    sums: &mut [V; SUMS],
    a: [*const f32; R],
    b: [*const f32; COLUMNS],
    place: usize,
    count: usize,
) {
    // SAFETY: as asked for.
    unsafe {
        let mut right = [V::zero(); COLUMNS];
        for (vector, line) in right.iter_mut().zip(b) {
            *vector = V::load_first(count, line.add(place));
        }
        for (sums, line) in sums.chunks_exact_mut(COLUMNS).zip(a) {
            let left = V::load_first(count, line.add(place));
            for (sum, right) in sums.iter_mut().zip(right) {
                *sum = left.times_plus(right, *sum);
            }
        }
    }
}

/// The sum of each vector, in the order of the vectors. Again and again, the lanes of two halves of the vectors are
/// interleaved and added.
///
/// # Safety
/// The processor has the vector's instructions; there are as many vectors as lanes.
#[inline(always)]
unsafe fn sums<V: Vector, const SUMS: usize>(mut vectors: [V; SUMS]) -> V {
    let mut half = SUMS / 2;
    while half > 0 {
        for i in 0..half {
            // SAFETY: as asked for.
            vectors[i] = unsafe {
                let [low, high] = vectors[i].interleave(vectors[i + half]);
                low.plus(high)
            };
        }
        half /= 2;
    }
    vectors[0]
}
