//! Random changes to training images, so that the model sees new ones of the same kind.

use super::ImageShape;
use crate::experiment::Augmentation;
use crate::random::{Purpose, Stream};

/// Words of random bits that one image takes, in blocks of four.
const WORDS: usize = 8;

/// Changes images as an experiment asks.
#[derive(Debug)]
pub(super) struct Augmenter {
    how: Augmentation,
    moves: Stream,
    noise: Stream,
    /// Whether values are grey levels, which noise leaves within 0 to 1.
    grey: bool,
}

/// The movement of one image.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Move {
    flip: bool,
    /// Pixels to the right and down.
    shift: [isize; 2],
    /// Side of the part that is cut out, as a share of the whole, and where in the rest it begins, from 0 to 1.
    side: f32,
    at: [f32; 2],
}

impl Augmenter {
    /// The changes that an experiment asks for; `None` if it asks for none.
    pub fn new(how: Augmentation, seed: u64, grey: bool) -> Option<Self> {
        let stream = |purpose| Stream::new(seed, purpose);
        let (moves, noise) = (stream(Purpose::Augment), stream(Purpose::AugmentNoise));
        how.is_on().then_some(Self { how, moves, noise, grey })
    }

    /// Change an image in place, the `position`-th of step `step`; a missing value (NaN) moves with the image.
    pub fn change(&self, shape: ImageShape, step: u64, position: usize, image: &mut [f32]) {
        let movement = self.draw(step, position);
        if movement.moves() {
            let area = shape.height * shape.width;
            for plane in image.chunks_exact_mut(area) {
                let before = plane.to_vec();
                movement.of_plane(&before, shape.height, shape.width, plane);
            }
        }
        if self.how.noise > 0.0 {
            let mut noise = vec![0.0; image.len()];
            self.noise.fill_normal_from(step, position * image.len(), &mut noise);
            for (value, noise) in image.iter_mut().zip(noise) {
                *value += self.how.noise as f32 * noise;
                // A comparison with NaN is false: a missing value stays missing.
                if self.grey && !(0.0..=1.0).contains(value) && !value.is_nan() {
                    *value = value.clamp(0.0, 1.0);
                }
            }
        }
    }

    fn draw(&self, step: u64, position: usize) -> Move {
        let mut bits = [0_u32; WORDS];
        self.moves.fill_bits_from(step, (position * WORDS / 4) as u32, &mut bits);
        let unit = |i: usize| bits[i] as f32 / 4_294_967_296.0;
        let shift = |i: usize| {
            let places = 2 * self.how.shift as u64 + 1;
            ((u64::from(bits[i]) * places) >> 32) as isize - self.how.shift as isize
        };
        Move {
            flip: self.how.flip && bits[0] & 1 == 1,
            shift: [shift(1), shift(2)],
            side: 1.0 - self.how.crop as f32 * unit(3),
            at: [unit(4), unit(5)],
        }
    }
}

impl Move {
    fn moves(&self) -> bool {
        self.flip || self.shift != [0, 0] || self.side < 1.0
    }

    /// Each pixel of `out` from the place of `before` that it comes from, between pixels by bilinear interpolation;
    /// beyond the edge, the edge.
    fn of_plane(&self, before: &[f32], height: usize, width: usize, out: &mut [f32]) {
        let from = |index: usize, length: usize, axis: usize| {
            let moved = index as f32 - self.shift[axis] as f32;
            let rest = (1.0 - self.side) * length as f32;
            let place = (moved + 0.5) * self.side + rest * self.at[axis] - 0.5;
            place.clamp(0.0, (length - 1) as f32)
        };
        for (row, line) in out.chunks_exact_mut(width).enumerate() {
            let y = from(row, height, 1);
            for (column, value) in line.iter_mut().enumerate() {
                let x = from(column, width, 0);
                let x = if self.flip { (width - 1) as f32 - x } else { x };
                *value = between(before, height, width, y, x);
            }
        }
    }
}

/// The value of a plane at a place within it.
fn between(plane: &[f32], height: usize, width: usize, y: f32, x: f32) -> f32 {
    let (top, left) = (y as usize, x as usize);
    let (down, right) = (y - top as f32, x - left as f32);
    let at = |row: usize, column: usize| plane[row.min(height - 1) * width + column.min(width - 1)];
    let across = |row| match right {
        0.0 => at(row, left),
        _ => at(row, left) * (1.0 - right) + at(row, left + 1) * right,
    };
    if down == 0.0 { across(top) } else { across(top) * (1.0 - down) + across(top + 1) * down }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: ImageShape = ImageShape { channels: 1, height: 3, width: 4 };

    fn image() -> Vec<f32> {
        (0..12).map(|i| i as f32 / 12.0).collect()
    }

    fn moved(movement: Move) -> Vec<f32> {
        let mut out = vec![0.0; 12];
        movement.of_plane(&image(), 3, 4, &mut out);
        out
    }

    const STILL: Move = Move { flip: false, shift: [0, 0], side: 1.0, at: [0.0, 0.0] };

    #[test]
    fn flips_and_shifts_move_whole_pixels_and_repeat_the_edge() {
        assert_eq!(moved(STILL), image());
        let rows = |out: Vec<f32>| -> Vec<Vec<i32>> {
            out.chunks(4).map(|row| row.iter().map(|v| (v * 12.0).round() as i32).collect()).collect()
        };
        assert_eq!(rows(moved(Move { flip: true, ..STILL }))[0], [3, 2, 1, 0]);
        let shifted = rows(moved(Move { shift: [1, -1], ..STILL }));
        assert_eq!(shifted, [[4, 4, 5, 6], [8, 8, 9, 10], [8, 8, 9, 10]]);
    }

    #[test]
    fn a_crop_enlarges_the_part_that_is_left() {
        // The left half along x: of four pixels the first two.
        let halved = moved(Move { side: 0.5, at: [0.0, 0.0], ..STILL });
        let right = moved(Move { side: 0.5, at: [1.0, 1.0], ..STILL });
        assert!(halved.iter().all(|&v| v <= image()[6]) && right.iter().all(|&v| v >= image()[5]));
        assert!(halved.windows(2).take(3).all(|pair| pair[1] >= pair[0]));
    }

    #[test]
    fn changes_are_drawn_by_step_and_position_and_missing_values_stay_missing() {
        let how = Augmentation { flip: true, shift: 1, crop: 0.2, noise: 0.1 };
        let changed = |step, position| {
            let augmenter = Augmenter::new(how, 3, true).expect("changes");
            let mut image = image();
            image[5] = f32::NAN;
            augmenter.change(SHAPE, step, position, &mut image);
            image
        };
        let same = |a: Vec<f32>, b: Vec<f32>| a.iter().zip(&b).all(|(a, b)| a.to_bits() == b.to_bits());
        assert!(same(changed(4, 2), changed(4, 2)));
        assert!(!same(changed(4, 2), changed(4, 3)) && !same(changed(4, 2), changed(5, 2)));
        let all: Vec<f32> = (0..20).flat_map(|step| changed(step, 0)).collect();
        assert!(all.iter().any(|value| value.is_nan()));
        assert!(all.iter().filter(|value| !value.is_nan()).all(|value| (0.0..=1.0).contains(value)));
        assert!(Augmenter::new(Augmentation::default(), 3, true).is_none());
    }
}
