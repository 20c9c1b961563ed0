//! Matrix products on one thread.

use gemm::Parallelism;

/// A matrix in memory, by rows or (transposed) by columns.
#[derive(Clone, Copy)]
pub struct Matrix<'a> {
    values: &'a [f32],
    rows: usize,
    columns: usize,
    row_stride: isize,
    column_stride: isize,
}

impl<'a> Matrix<'a> {
    /// `rows × columns`, row by row.
    pub fn new(values: &'a [f32], rows: usize, columns: usize) -> Self {
        assert_eq!(values.len(), rows * columns);
        Self { values, rows, columns, row_stride: columns as isize, column_stride: 1 }
    }

    /// The same numbers seen as `columns × rows`.
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

/// out = a·b, row by row.
pub fn multiply(out: &mut [f32], a: Matrix, b: Matrix) {
    product(out, false, a, b);
}

/// out = out + a·b.
pub fn multiply_add(out: &mut [f32], a: Matrix, b: Matrix) {
    product(out, true, a, b);
}

fn product(out: &mut [f32], add: bool, a: Matrix, b: Matrix) {
    assert_eq!(a.columns, b.rows);
    assert_eq!(out.len(), a.rows * b.columns);
    // SAFETY: the sizes match the slices, as asserted here and on construction, and `out` is borrowed exclusively.
    unsafe {
        gemm::gemm(
            a.rows,
            b.columns,
            a.columns,
            out.as_mut_ptr(),
            1,
            b.columns as isize,
            add,
            a.values.as_ptr(),
            a.column_stride,
            a.row_stride,
            b.values.as_ptr(),
            b.column_stride,
            b.row_stride,
            1.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}
