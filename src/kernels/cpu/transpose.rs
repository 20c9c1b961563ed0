//! The transpose of a small matrix, in squares of 16 × 16 where the processor has vectors of 16 numbers.

/// Transpose a matrix of `rows` rows, stored row by row.
///
/// # Panics
/// If the lengths differ or are not a multiple of `rows`.
pub fn transpose(source: &[f32], target: &mut [f32], rows: usize) {
    assert!(source.len() == target.len() && source.len().is_multiple_of(rows));
    let columns = source.len() / rows;
    if rows == 1 || columns == 1 {
        return target.copy_from_slice(source);
    }
    transpose_lines(source, columns, [rows, columns], target);
}

/// Transpose a matrix whose rows begin `stride` values apart.
///
/// # Panics
/// If the matrix does not fit the slices.
pub fn transpose_lines(source: &[f32], stride: usize, shape: [usize; 2], target: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx512f") {
        // SAFETY: the processor has AVX-512.
        return unsafe { avx512::transpose_lines(source, stride, shape, target) };
    }
    plain(source, stride, shape, target);
}

fn plain(source: &[f32], stride: usize, [rows, columns]: [usize; 2], target: &mut [f32]) {
    for (column, target) in target.chunks_exact_mut(rows).enumerate().take(columns) {
        for (row, target) in target.iter_mut().enumerate() {
            *target = source[row * stride + column];
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod avx512 {
    use std::arch::x86_64::{
        __m512, __mmask16, _mm512_mask_storeu_ps, _mm512_maskz_loadu_ps, _mm512_permutex2var_ps, _mm512_setr_epi32,
        _mm512_setzero_ps,
    };

    const SIDE: usize = 16;

    /// The first `count` lanes of 16.
    fn first(count: usize) -> __mmask16 {
        !0 >> (SIDE - count)
    }

    #[target_feature(enable = "avx512f")]
    pub fn transpose_lines(source: &[f32], stride: usize, [rows, columns]: [usize; 2], target: &mut [f32]) {
        for row in (0..rows).step_by(SIDE) {
            for column in (0..columns).step_by(SIDE) {
                let (height, width) = (SIDE.min(rows - row), SIDE.min(columns - column));
                let mut square = [_mm512_setzero_ps(); SIDE];
                for (line, numbers) in square.iter_mut().enumerate().take(height) {
                    let from = &source[(row + line) * stride + column..][..width];
                    // SAFETY: the mask leaves as many lanes as there are numbers.
                    *numbers = unsafe { _mm512_maskz_loadu_ps(first(width), from.as_ptr()) };
                }
                let square = transposed(square);
                for (line, numbers) in square.into_iter().enumerate().take(width) {
                    let to = &mut target[(column + line) * rows + row..][..height];
                    // SAFETY: as above.
                    unsafe { _mm512_mask_storeu_ps(to.as_mut_ptr(), first(height), numbers) };
                }
            }
        }
    }

    /// Four times over, the lines of the upper and the lower half are interleaved: each moves one bit of the place from
    /// the row to the column.
    #[target_feature(enable = "avx512f")]
    #[inline]
    fn transposed(mut square: [__m512; SIDE]) -> [__m512; SIDE] {
        let low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        let high = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        for _ in 0..SIDE.ilog2() {
            let halves = square;
            for line in 0..SIDE / 2 {
                let (a, b) = (halves[line], halves[line + SIDE / 2]);
                square[2 * line] = _mm512_permutex2var_ps(a, low, b);
                square[2 * line + 1] = _mm512_permutex2var_ps(a, high, b);
            }
        }
        square
    }
}

#[cfg(test)]
mod tests {
    use super::{plain, transpose, transpose_lines};

    #[test]
    fn every_number_finds_its_place_at_every_shape() {
        for [rows, columns] in (1..40).flat_map(|rows| (1..40).map(move |columns| [rows, columns])) {
            let stride = columns + 3;
            let lines: Vec<f32> = (0..rows * stride).map(|n| n as f32).collect();
            let right = |target: &[f32], stride: usize| {
                target.iter().enumerate().all(|(n, &v)| v == (n % rows * stride + n / rows) as f32)
            };
            for way in [transpose_lines, plain] {
                let mut target = vec![f32::NAN; rows * columns];
                way(&lines, stride, [rows, columns], &mut target);
                assert!(right(&target, stride), "{rows} × {columns}");
            }
            let mut target = vec![f32::NAN; rows * columns];
            transpose(&lines[..rows * columns], &mut target, rows);
            assert!(right(&target, columns), "{rows} × {columns}");
        }
    }
}
