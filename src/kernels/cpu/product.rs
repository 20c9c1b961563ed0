//! Matrix products on one thread: in [`tiles`](super::tiles) with AVX-512, and of few rows with AVX2 too; by
//! [`dots`](super::dots) where that is faster; else by the `gemm` crate.

#[cfg(target_arch = "x86_64")]
use super::vectors::Instructions;
#[cfg(target_arch = "x86_64")]
use super::{dots, tiles};
use crate::kernels::thread_pool::ThreadPool;
use gemm::Parallelism;
use std::ops::Range;
use std::time::{Duration, Instant};

/// Number of output values that are finished together: half a megabyte, to stay in the second-level cache.
const BLOCK: usize = 1 << 17;

/// Least number of rows that are finished together.
const ROWS_AT_LEAST: usize = 96;

/// Number of rows up to which tiles are the faster way with AVX2.
#[cfg(target_arch = "x86_64")]
const FEW_ROWS: usize = 16;

/// A matrix in memory, stored by rows or (transposed) by columns.
#[derive(Clone, Copy)]
pub struct Matrix<'a> {
    pub values: &'a [f32],
    pub rows: usize,
    pub columns: usize,
    pub row_stride: usize,
    pub column_stride: usize,
}

impl<'a> Matrix<'a> {
    /// `rows × columns`, row by row.
    pub fn new(values: &'a [f32], rows: usize, columns: usize) -> Self {
        assert_eq!(values.len(), rows * columns);
        Self { values, rows, columns, row_stride: columns, column_stride: 1 }
    }

    /// The transpose, as a view: no value is moved.
    pub fn transposed(self) -> Self {
        Self {
            values: self.values,
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
        }
    }
}

impl<'a> Matrix<'a> {
    /// Some of its rows.
    fn rows(self, range: Range<usize>) -> Self {
        let first = range.start * self.row_stride;
        Self { values: self.values.get(first..).unwrap_or_default(), rows: range.len(), ..self }
    }
}

/// a·b, row by row.
pub fn product(a: Matrix, b: Matrix) -> Vec<f32> {
    in_blocks(a, b, a.rows.max(1), |_| {})
}

/// a·b, row by row. `finish` is called with some rows at a time, while they are in cache.
pub fn product_then(a: Matrix, b: Matrix, finish: impl Fn(&mut [f32])) -> Vec<f32> {
    in_blocks(a, b, (BLOCK / b.columns.max(1)).max(ROWS_AT_LEAST), finish)
}

fn in_blocks(a: Matrix, b: Matrix, block: usize, finish: impl Fn(&mut [f32])) -> Vec<f32> {
    let (rows, columns) = (a.rows, b.columns);
    let mut out: Vec<f32> = Vec::with_capacity(rows * columns);
    let mut first = 0;
    while first < rows {
        // Not a short last block: few rows make an inefficient product.
        let end = if rows - first < 2 * block { rows } else { first + block };
        // SAFETY: there is room, and the product writes every entry of its rows without reading it.
        unsafe {
            write_product(out.as_mut_ptr().add(first * columns), false, a.rows(first..end), b);
            out.set_len(end * columns);
        }
        finish(&mut out[first * columns..]);
        first = end;
    }
    out
}

/// out = a·b.
pub fn multiply(out: &mut [f32], a: Matrix, b: Matrix) {
    assert_eq!(out.len(), a.rows * b.columns);
    // SAFETY: `out` has the size of the product.
    unsafe { write_product(out.as_mut_ptr(), false, a, b) };
}

/// out = out + a·b.
pub fn multiply_add(out: &mut [f32], a: Matrix, b: Matrix) {
    assert_eq!(out.len(), a.rows * b.columns);
    // SAFETY: `out` has the size of the product, and its entries are initialised.
    unsafe { write_product(out.as_mut_ptr(), true, a, b) };
}

/// # Safety
/// `out` has room for `a.rows × b.columns` values, which nobody else uses; they are initialised if `add` is set.
unsafe fn write_product(out: *mut f32, add: bool, a: Matrix, b: Matrix) {
    assert_eq!(a.columns, b.rows);
    #[cfg(target_arch = "x86_64")]
    if let Some(instructions) = Instructions::best() {
        if a.rows <= dots::ROWS_AT_MOST && a.column_stride == 1 && b.row_stride == 1 && b.column_stride != 1 {
            // SAFETY: as below.
            return unsafe { dots::write_product(instructions, out, add, a, b) };
        }
        // Of more rows the `gemm` crate makes as good a use of AVX2.
        if instructions == Instructions::Avx512 || a.rows <= FEW_ROWS {
            // SAFETY: as below.
            return unsafe { tiles::write_product(instructions, out, add, a, b) };
        }
    }
    // SAFETY: the sizes match the slices, as asserted here and on construction; `out` is as asked for above.
    unsafe { write_by_gemm(out, add, a, b) };
}

/// [`write_product`] for any processor.
///
/// # Safety
/// `out` has room for `a.rows × b.columns` values, which nobody else uses; they are initialised if `add` is set.
unsafe fn write_by_gemm(out: *mut f32, add: bool, a: Matrix, b: Matrix) {
    // SAFETY: as asked for.
    unsafe {
        gemm::gemm(
            a.rows,
            b.columns,
            a.columns,
            out,
            1,
            b.columns as isize,
            add,
            a.values.as_ptr(),
            a.column_stride as isize,
            a.row_stride as isize,
            b.values.as_ptr(),
            b.column_stride as isize,
            b.row_stride as isize,
            1.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

/// The speed of products of square matrices that fit the second-level cache, in floating-point operations per second on
/// up to `threads` threads together, measured over about `duration`.
pub fn product_speed(threads: usize, duration: Duration) -> f64 {
    let pool = ThreadPool::new(threads);
    // Once for the clock and the caches.
    products_a_second(&pool, duration / 10);
    products_a_second(&pool, duration)
}

fn products_a_second(pool: &ThreadPool, duration: Duration) -> f64 {
    const SIZE: usize = 256;
    let start = Instant::now();
    let counts = pool.map(vec![(); pool.threads()], |()| {
        let (a, b) = (vec![0.5; SIZE * SIZE], vec![0.25; SIZE * SIZE]);
        let mut out = vec![0.0; SIZE * SIZE];
        let mut count = 0_u64;
        while start.elapsed() < duration {
            multiply(&mut out, Matrix::new(&a, SIZE, SIZE), Matrix::new(&b, SIZE, SIZE));
            std::hint::black_box(&mut out);
            count += 1;
        }
        count
    });
    counts.iter().sum::<u64>() as f64 * 2.0 * (SIZE as f64).powi(3) / start.elapsed().as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_right_at_every_shape_and_read_nothing_they_have_not_written() {
        let entry = |i: usize, j: usize| ((i * 7 + j * 3) % 11) as f32 - 5.0;
        const SIZES: [usize; 7] = [1, 2, 3, 10, 17, 64, 130];
        let small = SIZES.iter().flat_map(|&r| SIZES.iter().flat_map(move |&i| SIZES.map(|c| [r, i, c])));
        for [rows, inner, columns] in small.chain([[5, 600, 70], [13, 257, 200]]) {
            let a: Vec<f32> = (0..rows * inner).map(|n| entry(n / inner, n % inner)).collect();
            let b: Vec<f32> = (0..inner * columns).map(|n| entry(n / columns, n % columns)).collect();
            let exact = |i: usize, j: usize| (0..inner).map(|k| a[i * inner + k] * b[k * columns + j]).sum::<f32>();
            let expected: Vec<f32> = (0..rows * columns).map(|n| exact(n / columns, n % columns)).collect();
            let (a_t, b_t): (Vec<f32>, Vec<f32>) = (
                (0..rows * inner).map(|n| a[n % rows * inner + n / rows]).collect(),
                (0..inner * columns).map(|n| b[n % inner * columns + n / inner]).collect(),
            );
            let left = [Matrix::new(&a, rows, inner), Matrix::new(&a_t, inner, rows).transposed()];
            let right = [Matrix::new(&b, inner, columns), Matrix::new(&b_t, columns, inner).transposed()];
            for (a, b) in left.iter().flat_map(|&a| right.iter().map(move |&b| (a, b))) {
                // Whole numbers, so that sums are exact in any order.
                let mut out = vec![f32::NAN; rows * columns];
                multiply(&mut out, a, b);
                assert_eq!(out, expected, "{rows} × {inner} × {columns}");
                multiply_add(&mut out, a, b);
                assert!(out.iter().zip(&expected).all(|(o, e)| *o == 2.0 * e));
                // SAFETY: `out` has the size of the product, and its entries are initialised.
                unsafe { write_by_gemm(out.as_mut_ptr(), false, a, b) };
                assert_eq!(out, expected, "{rows} × {inner} × {columns} on any processor");
                #[cfg(target_arch = "x86_64")]
                for instructions in Instructions::available() {
                    // SAFETY: as above, and the processor has the instructions.
                    unsafe { tiles::write_product(instructions, out.as_mut_ptr(), false, a, b) };
                    assert_eq!(out, expected, "{rows} × {inner} × {columns} with {instructions:?}");
                    if a.column_stride == 1 && b.row_stride == 1 {
                        // SAFETY: as above.
                        unsafe { dots::write_product(instructions, out.as_mut_ptr(), true, a, b) };
                        assert!(out.iter().zip(&expected).all(|(o, e)| *o == 2.0 * e), "{instructions:?}, by dots");
                    }
                }
                assert_eq!(product(a, b), expected);
            }
        }
        // Several blocks of rows.
        let (rows, columns) = (2 * BLOCK / 512 + 3, 512);
        let (a, b) = (vec![1.0; rows * 2], vec![0.5; 2 * columns]);
        let out = product_then(Matrix::new(&a, rows, 2), Matrix::new(&b, 2, columns), |rows| {
            rows.iter_mut().for_each(|v| *v += 1.0);
        });
        assert_eq!((out.len(), out.iter().all(|&v| v == 2.0)), (rows * columns, true));
    }
}
