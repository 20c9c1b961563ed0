//! Sums within a cube (workgroup).

use super::{COLUMNS, UNITS};
use cubecl::prelude::*;

/// Σ over the threads of a cube of [`UNITS`], returned to every thread; a tree of fixed order. All threads must call
/// it.
#[cube]
pub fn over_cube(value: f32) -> f32 {
    let mut sums = Shared::<[f32]>::new_slice(comptime!(UNITS));
    sums[UNIT_POS as usize] = value;
    sync_cube();
    let mut active = CUBE_DIM / 2;
    while active > 0 {
        if UNIT_POS < active {
            let other = sums[(UNIT_POS + active) as usize];
            sums[UNIT_POS as usize] += other;
        }
        sync_cube();
        active /= 2;
    }
    let sum = sums[0];
    // The memory is used again only when all have read it.
    sync_cube();
    sum
}

/// Σ over the threads with the same column in a cube of [`COLUMNS`] × `UNITS / COLUMNS`, returned to the threads of the
/// first row. All threads must call it, once.
#[cube]
pub fn over_column(value: f32) -> f32 {
    let mut sums = Shared::<[f32]>::new_slice(comptime!(UNITS));
    sums[UNIT_POS as usize] = value;
    sync_cube();
    let mut total = 0.0f32;
    if UNIT_POS_Y == 0 {
        for lane in 0..comptime!(UNITS / COLUMNS) {
            total += sums[lane * comptime!(COLUMNS) + UNIT_POS_X as usize];
        }
    }
    total
}
