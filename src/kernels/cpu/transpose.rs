//! The transpose of a small matrix, in squares as wide as the processor's vectors.

#[cfg(target_arch = "x86_64")]
use super::vectors::Instructions;
use std::mem::MaybeUninit;

/// Transpose a matrix of `rows` rows, stored row by row.
///
/// # Panics
/// If the lengths differ or are not a multiple of `rows`.
pub fn transpose(source: &[f32], target: &mut [f32], rows: usize) {
    write_transpose(source, room(target), rows);
}

/// Append the transpose of a matrix of `rows` rows, stored row by row.
///
/// # Panics
/// If the length is not a multiple of `rows`.
pub fn append_transpose(out: &mut Vec<f32>, source: &[f32], rows: usize) {
    out.reserve(source.len());
    write_transpose(source, &mut out.spare_capacity_mut()[..source.len()], rows);
    // SAFETY: as many numbers have been written.
    unsafe { out.set_len(out.len() + source.len()) };
}

fn write_transpose(source: &[f32], target: &mut [MaybeUninit<f32>], rows: usize) {
    assert!(source.len() == target.len() && source.len().is_multiple_of(rows));
    let columns = source.len() / rows;
    if rows == 1 || columns == 1 {
        target.write_copy_of_slice(source);
    } else {
        write_lines(source, columns, [rows, columns], target);
    }
}

/// Transpose a matrix whose rows begin `stride` values apart.
///
/// # Panics
/// If the matrix does not fit the slices.
pub fn transpose_lines(source: &[f32], stride: usize, shape: [usize; 2], target: &mut [f32]) {
    write_lines(source, stride, shape, room(target));
}

/// Numbers that are there as room for others. Only numbers may be written.
fn room(numbers: &mut [f32]) -> &mut [MaybeUninit<f32>] {
    // SAFETY: both lie alike in memory, and the transposes of this file write nothing but numbers.
    unsafe { &mut *(std::ptr::from_mut(numbers) as *mut [MaybeUninit<f32>]) }
}

/// Every number of the matrix is written.
fn write_lines(source: &[f32], stride: usize, shape: [usize; 2], target: &mut [MaybeUninit<f32>]) {
    #[cfg(target_arch = "x86_64")]
    match Instructions::best() {
        // SAFETY: the processor has the instructions.
        Some(Instructions::Avx512) => return unsafe { squares::avx512(source, stride, shape, target) },
        // SAFETY: as above.
        Some(Instructions::Avx2) => return unsafe { squares::avx2(source, stride, shape, target) },
        None => {}
    }
    plain(source, stride, shape, target);
}

fn plain(source: &[f32], stride: usize, [rows, columns]: [usize; 2], target: &mut [MaybeUninit<f32>]) {
    for (column, target) in target.chunks_exact_mut(rows).enumerate().take(columns) {
        for (row, target) in target.iter_mut().enumerate() {
            target.write(source[row * stride + column]);
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod squares {
    use crate::kernels::cpu::vectors::Vector;
    use std::arch::x86_64::{__m256, __m512};
    use std::mem::MaybeUninit;

    #[target_feature(enable = "avx512f")]
    pub fn avx512(source: &[f32], stride: usize, shape: [usize; 2], target: &mut [MaybeUninit<f32>]) {
        // SAFETY: compiled for the instructions.
        unsafe { by_squares::<__m512, 16>(source, stride, shape, target) };
    }

    #[target_feature(enable = "avx2,fma")]
    pub fn avx2(source: &[f32], stride: usize, shape: [usize; 2], target: &mut [MaybeUninit<f32>]) {
        // SAFETY: as above.
        unsafe { by_squares::<__m256, 8>(source, stride, shape, target) };
    }

    /// # Safety
    /// The processor has the vector's instructions.
    #[inline(always)]
    unsafe fn by_squares<V: Vector, const SIDE: usize>(
        source: &[f32],
        stride: usize,
        [rows, columns]: [usize; 2],
        target: &mut [MaybeUninit<f32>],
    ) {
        for row in (0..rows).step_by(SIDE) {
            for column in (0..columns).step_by(SIDE) {
                let (height, width) = (SIDE.min(rows - row), SIDE.min(columns - column));
                // SAFETY: the processor has the instructions, and as many lanes are read and written as there are
                // numbers.
                unsafe {
                    let mut square = [V::zero(); SIDE];
                    for (line, numbers) in square.iter_mut().enumerate().take(height) {
                        let from = &source[(row + line) * stride + column..][..width];
                        *numbers = V::load_first(width, from.as_ptr());
                    }
                    let square = transposed(square);
                    for (line, numbers) in square.into_iter().enumerate().take(width) {
                        let to = &mut target[(column + line) * rows + row..][..height];
                        numbers.store_first(height, to.as_mut_ptr().cast());
                    }
                }
            }
        }
    }

    /// Again and again, the lines of the upper and the lower half are interleaved: each time moves one bit of the place
    /// from the row to the column.
    ///
    /// # Safety
    /// As [`by_squares`].
    #[inline(always)]
    unsafe fn transposed<V: Vector, const SIDE: usize>(mut square: [V; SIDE]) -> [V; SIDE] {
        for _ in 0..SIDE.ilog2() {
            let halves = square;
            for line in 0..SIDE / 2 {
                // SAFETY: as asked for.
                let [low, high] = unsafe { halves[line].interleave(halves[line + SIDE / 2]) };
                (square[2 * line], square[2 * line + 1]) = (low, high);
            }
        }
        square
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Way = fn(&[f32], usize, [usize; 2], &mut [f32]);

    /// The ways that this processor has.
    fn ways() -> Vec<Way> {
        let mut ways: Vec<Way> =
            vec![transpose_lines, |source, stride, shape, target| plain(source, stride, shape, room(target))];
        #[cfg(target_arch = "x86_64")]
        if Instructions::Avx2.are_available() {
            // SAFETY: the processor has the instructions.
            ways.push(|source, stride, shape, target| unsafe { squares::avx2(source, stride, shape, room(target)) });
        }
        ways
    }

    #[test]
    fn every_number_finds_its_place_at_every_shape() {
        for [rows, columns] in (1..40).flat_map(|rows| (1..40).map(move |columns| [rows, columns])) {
            let stride = columns + 3;
            let lines: Vec<f32> = (0..rows * stride).map(|n| n as f32).collect();
            let right = |target: &[f32], stride: usize| {
                target.iter().enumerate().all(|(n, &v)| v == (n % rows * stride + n / rows) as f32)
            };
            for way in ways() {
                let mut target = vec![f32::NAN; rows * columns];
                way(&lines, stride, [rows, columns], &mut target);
                assert!(right(&target, stride), "{rows} × {columns}");
            }
            let mut target = vec![f32::NAN; rows * columns];
            transpose(&lines[..rows * columns], &mut target, rows);
            assert!(right(&target, columns), "{rows} × {columns}");
            append_transpose(&mut target, &lines[..rows * columns], rows);
            assert!(target.len() == 2 * rows * columns && right(&target[rows * columns..], columns));
        }
    }
}
