//! Products with a matrix that is mostly zeros, as images are: four in five pixels of a digit are 0, so that the first
//! layer and its gradient need only a fifth of the additions.

use super::LANES;
use crate::kernels::vector::vectorised;
use std::mem::MaybeUninit;

/// Number of columns of the dense matrix that are summed together: four vectors, which stay in registers.
const STRIP: usize = 4 * LANES;

/// A matrix counts as sparse if at most one in this many entries is not 0. In the time for one entry, the dense product
/// does about two.
const RARITY: usize = 4;

/// Numbers looked at before it is asked whether there are too many entries already.
const COUNTED_AT_ONCE: usize = 1 << 12;

/// The non-zero entries of a matrix, line by line.
pub struct Sparse {
    /// Where the entries of each line begin, followed by the end of the last.
    starts: Vec<u32>,
    /// The position in the line, and the value, of each entry.
    entries: Vec<(u32, f32)>,
}

impl Sparse {
    /// The rows of a matrix with `columns` columns. `None` unless few of its entries are non-zero and the other factor
    /// has enough columns (`outputs`) for a sparse product to be faster.
    pub fn rows(values: &[f32], columns: usize, outputs: usize) -> Option<Self> {
        if outputs < STRIP || values.is_empty() {
            return None;
        }
        let (mut count, most) = (0, values.len() / RARITY);
        for values in values.chunks(COUNTED_AT_ONCE) {
            count_entries(&mut count, values);
            if count as usize > most {
                return None;
            }
        }
        let mut starts = vec![0];
        // One to spare: an entry is written first and kept if it is not 0.
        let mut entries = vec![(0, 0.0); count as usize + 1];
        let mut kept = 0;
        for row in values.chunks_exact(columns) {
            for (column, &value) in (0..).zip(row) {
                entries[kept] = (column, value);
                kept += usize::from(value != 0.0);
            }
            starts.push(kept as u32);
        }
        entries.truncate(kept);
        Some(Self { starts, entries })
    }

    /// The transpose: the entries of this matrix by columns, of which there are `columns`.
    pub fn transposed(&self, columns: usize) -> Self {
        let mut starts = vec![0; columns + 1];
        for &(column, _) in &self.entries {
            starts[column as usize + 1] += 1;
        }
        for column in 0..columns {
            starts[column + 1] += starts[column];
        }
        let mut next = starts.clone();
        let mut entries = vec![(0, 0.0); self.entries.len()];
        for (row, bounds) in (0..).zip(self.starts.windows(2)) {
            for &(column, value) in &self.entries[bounds[0] as usize..bounds[1] as usize] {
                let place = &mut next[column as usize];
                entries[*place as usize] = (row, value);
                *place += 1;
            }
        }
        Self { starts, entries }
    }

    /// This matrix times a dense one with `columns` columns; the result is stored row by row.
    pub fn product(&self, dense: &[f32], columns: usize) -> Vec<f32> {
        let numbers = (self.starts.len() - 1) * columns;
        let mut out = Vec::with_capacity(numbers);
        let room = &mut out.spare_capacity_mut()[..numbers];
        let strips = columns / STRIP * STRIP;
        for from in (0..strips).step_by(STRIP) {
            strip(&mut room[from..], &self.starts, &self.entries, &dense[from..], columns);
        }
        if strips < columns {
            rest(room, &self.starts, &self.entries, dense, columns, strips);
        }
        // SAFETY: all columns of all lines have been written, those of the strips and the rest.
        unsafe { out.set_len(numbers) };
        out
    }
}

vectorised! {
    fn count_entries(count: &mut u32, values: &[f32]) {
        for value in values {
            *count += u32::from(*value != 0.0);
        }
    }
}

vectorised! {
    /// The first `STRIP` columns of the product; lines of `dense` and `out` are `columns` apart.
    fn strip(
        out: &mut [MaybeUninit<f32>],
        starts: &[u32],
        entries: &[(u32, f32)],
        dense: &[f32],
        columns: usize,
    ) {
        for line in 0..starts.len() - 1 {
            let (mut a, mut b, mut c, mut d) = ([0.0_f32; LANES], [0.0_f32; LANES], [0.0_f32; LANES], [0.0_f32; LANES]);
            for &(place, value) in &entries[starts[line] as usize..starts[line + 1] as usize] {
                let row = &dense[place as usize * columns..][..STRIP];
                for lane in 0..LANES {
                    a[lane] += value * row[lane];
                }
                for lane in 0..LANES {
                    b[lane] += value * row[LANES + lane];
                }
                for lane in 0..LANES {
                    c[lane] += value * row[2 * LANES + lane];
                }
                for lane in 0..LANES {
                    d[lane] += value * row[3 * LANES + lane];
                }
            }
            let row = &mut out[line * columns..][..STRIP];
            for (lanes, sums) in row.chunks_exact_mut(LANES).zip([a, b, c, d]) {
                lanes.write_copy_of_slice(&sums);
            }
        }
    }
}

vectorised! {
    /// The columns from `from` on, fewer than `STRIP`.
    fn rest(
        out: &mut [MaybeUninit<f32>],
        starts: &[u32],
        entries: &[(u32, f32)],
        dense: &[f32],
        columns: usize,
        from: usize,
    ) {
        let mut sums = [0.0_f32; STRIP];
        let sums = &mut sums[..columns - from];
        for (line, out) in out.chunks_exact_mut(columns).enumerate() {
            sums.fill(0.0);
            for &(place, value) in &entries[starts[line] as usize..starts[line + 1] as usize] {
                let row = &dense[place as usize * columns..][from..columns];
                for (sum, v) in sums.iter_mut().zip(row) {
                    *sum += value * v;
                }
            }
            out[from..].write_copy_of_slice(sums);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream};

    #[test]
    fn products_are_those_of_the_dense_matrix() {
        for (rows, inner, columns) in [(1, 8, 64), (7, 50, 70), (20, 784, 200), (64, 30, 400)] {
            let mut numbers = vec![0.0; rows * inner + inner * columns + rows * columns];
            Stream::new(5, Purpose::Choice).fill_uniform(0, &mut numbers);
            let (x, others) = numbers.split_at_mut(rows * inner);
            let (weight, gradient) = others.split_at(inner * columns);
            // Grey values, a fifth of them not 0, and a row and a column of zeros.
            let kept = |n: usize, x: f32| n / inner != 2 && n % inner != 3 && x > 0.8;
            x.iter_mut().enumerate().for_each(|(n, x)| *x = if kept(n, *x) { *x } else { 0.0 });
            let sparse = Sparse::rows(x, inner, columns).expect("few entries");
            let near = |found: &[f32], exact: &dyn Fn(usize, usize) -> f64| {
                found.iter().enumerate().for_each(|(n, &v)| {
                    assert!((f64::from(v) - exact(n / columns, n % columns)).abs() < 1e-4, "{rows}×{inner}×{columns}");
                });
            };
            let entry = |row: usize, place: usize| f64::from(x[row * inner + place]);
            let forward = sparse.product(weight, columns);
            assert_eq!(forward.len(), rows * columns);
            near(&forward, &|r, c| (0..inner).map(|i| entry(r, i) * f64::from(weight[i * columns + c])).sum());
            let backward = sparse.transposed(inner).product(gradient, columns);
            assert_eq!(backward.len(), inner * columns);
            near(&backward, &|i, c| (0..rows).map(|r| entry(r, i) * f64::from(gradient[r * columns + c])).sum());
        }
    }

    #[test]
    fn dense_matrices_and_narrow_products_are_left_alone() {
        assert!(Sparse::rows(&[1.0; 64], 8, 128).is_none());
        assert!(Sparse::rows(&[0.0; 64], 8, 3).is_none());
        assert!(Sparse::rows(&[], 8, 128).is_none());
        assert!(Sparse::rows(&[0.0; 64], 8, 128).is_some());
        // NaN is an entry, not a zero.
        let mut x = [0.0; 64];
        x[9] = f32::NAN;
        let y = Sparse::rows(&x, 8, 64).expect("one entry").product(&[1.0; 8 * 64], 64);
        assert!(y[64..128].iter().all(|v| v.is_nan()) && y[..64].iter().all(|v| *v == 0.0));
    }
}
