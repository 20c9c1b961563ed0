//! The steps of a planar flow, forwards and backwards in one pass. Neither keeps what lies between the steps: the way
//! of a row through them is short, and is gone again.

use super::sums::dot;
use crate::kernels::vector::{self, vectorised};

/// The steps of B images: û and w, `B × T × latent`, b and 1 + w·û, `B × T`.
pub struct Steps<'a> {
    pub u: &'a [f32],
    pub w: &'a [f32],
    pub b: &'a [f32],
    pub rise: &'a [f32],
    pub latent: usize,
    /// T.
    pub count: usize,
}

/// One step of one image.
struct Step<'a> {
    /// Its place among the steps of all images.
    place: usize,
    u: &'a [f32],
    w: &'a [f32],
    b: f32,
    rise: f32,
}

/// The bend of a step at a point: t = tanh(w·z + b), 1 − t², and the determinant t² + (1 + w·û)·(1 − t²).
struct Bend {
    tanh: f32,
    slope: f32,
    determinant: f32,
}

/// The smallest determinant that is told from 0; its logarithm is −85.
const SMALLEST: f32 = 1e-37;

impl Steps<'_> {
    #[inline(always)]
    fn of_row(&self, row: usize) -> impl DoubleEndedIterator<Item = Step<'_>> + ExactSizeIterator {
        let images = self.b.len() / self.count;
        let first = row % images * self.count;
        (first..first + self.count).map(|place| {
            let vector = place * self.latent..(place + 1) * self.latent;
            Step { place, u: &self.u[vector.clone()], w: &self.w[vector], b: self.b[place], rise: self.rise[place] }
        })
    }
}

impl Step<'_> {
    #[inline(always)]
    fn bend(&self, z: &[f32]) -> Bend {
        let height = dot(self.w, z) + self.b;
        let tanh = vector::tanh(height);
        // 1 − t², which cancels where t is near 1.
        let fade = vector::exp(-2.0 * height.abs());
        let slope = 4.0 * fade / ((1.0 + fade) * (1.0 + fade));
        Bend { tanh, slope, determinant: self.rise.mul_add(slope, tanh * tanh) }
    }
}

impl Bend {
    #[inline(always)]
    fn log_determinant(&self) -> f32 {
        // Of what is no number `ln` would give one.
        if self.determinant.is_nan() { f32::NAN } else { vector::ln(self.determinant.max(SMALLEST)) }
    }

    /// The derivatives of the log determinant with respect to w·z + b and to 1 + w·û.
    #[inline(always)]
    fn slopes(&self, rise: f32) -> [f32; 2] {
        let share = if self.determinant < SMALLEST { 0.0 } else { self.slope / self.determinant };
        [2.0 * self.tanh * share * (1.0 - rise), share]
    }
}

/// `x` += factor·`y`.
#[inline(always)]
fn add(x: &mut [f32], factor: f32, y: &[f32]) {
    x.iter_mut().zip(y).for_each(|(x, y)| *x = factor.mul_add(*y, *x));
}

vectorised! {
    /// Each row z after the steps, and beside it the sum of their log determinants, `rows × (latent + 1)`.
    pub fn flow(out: &mut [f32], z: &[f32], steps: &Steps<'_>) {
        let rows = out.chunks_exact_mut(steps.latent + 1).zip(z.chunks_exact(steps.latent));
        for (row, (out, z)) in rows.enumerate() {
            let (log_determinant, moved) = out.split_last_mut().expect("more than the latent dimensions");
            moved.copy_from_slice(z);
            *log_determinant = 0.0;
            for step in steps.of_row(row) {
                let bend = step.bend(moved);
                add(moved, bend.tanh, step.u);
                *log_determinant += bend.log_determinant();
            }
        }
    }
}

/// The gradients with respect to z, û, w, b and 1 + w·û, from that with respect to what [`flow`] gives.
pub fn gradient(by_out: &[f32], z: &[f32], steps: &Steps<'_>) -> [Vec<f32>; 5] {
    let mut found = [z.len(), steps.u.len(), steps.w.len(), steps.b.len(), steps.rise.len()].map(|n| vec![0.0; n]);
    gradients(&mut found, by_out, z, steps);
    found
}

vectorised! {
    fn gradients(found: &mut [Vec<f32>; 5], by_out: &[f32], z: &[f32], steps: &Steps<'_>) {
        let latent = steps.latent;
        let [by_z, by_u, by_w, by_b, by_rise] = found;
        // Where a row is before each step.
        let mut way = vec![0.0; steps.count * latent];
        let rows = by_z.chunks_exact_mut(latent).zip(by_out.chunks_exact(latent + 1)).zip(z.chunks_exact(latent));
        for (row, ((by_z, by_out), z)) in rows.enumerate() {
            way[..latent].copy_from_slice(z);
            for (number, step) in steps.of_row(row).enumerate().take(steps.count - 1) {
                let (before, after) = way[number * latent..(number + 2) * latent].split_at_mut(latent);
                after.copy_from_slice(before);
                add(after, step.bend(before).tanh, step.u);
            }
            let (by_log_determinant, by_moved) = by_out.split_last().expect("more than the latent dimensions");
            by_z.copy_from_slice(by_moved);
            for (step, before) in steps.of_row(row).rev().zip(way.chunks_exact(latent).rev()) {
                let bend = step.bend(before);
                let [by_height, of_rise] = bend.slopes(step.rise).map(|slope| slope * by_log_determinant);
                let by_height = bend.slope.mul_add(dot(by_z, step.u), by_height);
                let vector = step.place * latent..(step.place + 1) * latent;
                add(&mut by_u[vector.clone()], bend.tanh, by_z);
                add(&mut by_w[vector], by_height, before);
                by_b[step.place] += by_height;
                by_rise[step.place] += of_rise;
                add(by_z, by_height, step.w);
            }
        }
    }
}
