//! Ways through latent space: between the codes of images, and round a plane of it.

use super::context::AnswerContext;
use crate::data::{Images, Split};
use crate::random::{Purpose, Stream};
use crate::train::TrainError;
use std::f64::consts::TAU;

/// Images on straight lines of latent space, each between the posterior means of two images.
#[derive(Clone, Debug, PartialEq)]
pub struct Interpolations {
    /// The numbers of each pair's images in their split.
    pub ends: Vec<[usize; 2]>,
    /// The shares of the way, from 0 (the first image of a pair) to 1.
    pub shares: Vec<f32>,
    /// The images between which the ways lead, two a pair.
    pub inputs: Images,
    /// Means of p(x|z), for each pair one a share.
    pub means: Images,
}

/// A closed way round a plane of latent space.
#[derive(Clone, Debug, PartialEq)]
pub struct Walk {
    /// The two latent dimensions of the plane; the others are 0.
    pub axes: [usize; 2],
    /// The values of z along either axis on the grid, ascending.
    pub values: Vec<f32>,
    /// Means of p(x|z) on the grid, the first axis from left to right, the second from bottom to top.
    pub grid: Images,
    /// The way's places on the grid, in cells from the left and from the bottom.
    pub places: Vec<[f32; 2]>,
    /// The two coordinates of z at each place.
    pub z: Vec<[f32; 2]>,
    /// Means of p(x|z) at each place.
    pub means: Images,
}

impl AnswerContext<'_> {
    /// The numbers of images of a split: the first for the choice 0, else drawn by the seed `choice`.
    pub(super) fn chosen(&self, split: Split, count: usize, choice: u64) -> Vec<usize> {
        let available = self.trainer.dataset().len(split);
        match choice {
            0 => (0..available.min(count)).collect(),
            seed => {
                let order = Stream::new(seed, Purpose::Choice).permutation(0, available);
                order.into_iter().take(count).map(|i| i as usize).collect()
            }
        }
    }

    /// Ways of `columns` images each between pairs of images.
    pub(super) fn interpolations(
        &self,
        split: Split,
        pairs: usize,
        columns: usize,
        choice: u64,
    ) -> Result<Interpolations, TrainError> {
        let latent = self.latent();
        let mut indices = self.chosen(split, 2 * pairs, choice);
        indices.truncate(indices.len() / 2 * 2);
        let shares: Vec<f32> = (0..columns).map(|i| i as f32 / columns.saturating_sub(1).max(1) as f32).collect();
        let [means, _, _] = self.posteriors(split, &indices)?;
        let mut z = Vec::with_capacity(means.len() / 2 * columns);
        for pair in means.chunks(2 * latent) {
            let (from, to) = pair.split_at(latent);
            for share in &shares {
                z.extend(from.iter().zip(to).map(|(from, to)| (1.0 - share) * from + share * to));
            }
        }
        Ok(Interpolations {
            ends: indices.chunks(2).map(|pair| [pair[0], pair[1]]).collect(),
            inputs: self.trainer.dataset().gather(split, &indices),
            means: self.decode(&self.on_support(z)?)?,
            shares,
        })
    }

    /// The plane over two axes as a grid at these values, and `steps` places of a closed way round it.
    pub(super) fn walk(&self, values: Vec<f32>, axes: [usize; 2], steps: usize) -> Result<Walk, TrainError> {
        let (axes, grid) = self.plane(&values, axes)?;
        let places: Vec<[f32; 2]> = (0..steps).map(|step| place(step, steps, values.len())).collect();
        let z: Vec<[f32; 2]> = places.iter().map(|place| place.map(|at| between(&values, at))).collect();
        let mut full = vec![0.0; steps * self.latent()];
        for (row, at) in full.chunks_mut(self.latent()).zip(&z) {
            row[axes[0]] = at[0];
            row[axes[1]] = at[1];
        }
        let means = self.decode(&self.on_support(self.follow(full, &axes)?)?)?;
        Ok(Walk { axes, values, grid, places, z, means })
    }
}

/// A place of Lissajous' closed curve 3 : 2, which begins in the middle and comes by all parts of a square with `side`
/// cells along its edge.
fn place(step: usize, steps: usize, side: usize) -> [f32; 2] {
    let turn = TAU * step as f64 / steps.max(1) as f64;
    [3.0, 2.0].map(|times: f64| ((0.5 + 0.5 * (times * turn).sin()) * side.saturating_sub(1) as f64) as f32)
}

/// The value at a place between those of a grid.
fn between(values: &[f32], at: f32) -> f32 {
    let below = (at.floor() as usize).min(values.len() - 1);
    let above = (below + 1).min(values.len() - 1);
    values[below] + (at - below as f32) * (values[above] - values[below])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_round_a_plane_begins_in_its_middle_is_closed_and_comes_near_every_cell() {
        let (steps, side) = (120, 16);
        let way: Vec<[f32; 2]> = (0..steps).map(|step| place(step, steps, side)).collect();
        assert_eq!(way[0], [7.5, 7.5]);
        let far = |a: [f32; 2], b: [f32; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
        assert!((0..steps).all(|i| far(way[i], way[(i + 1) % steps]) < 2.0), "no jump, also from the end to the start");
        let cells = (0..side * side).map(|cell| [(cell % side) as f32, (cell / side) as f32]);
        assert!(cells.map(|cell| way.iter().map(|&at| far(at, cell)).fold(f32::MAX, f32::min)).all(|near| near < 5.0));
    }

    #[test]
    fn values_between_those_of_the_grid_lie_on_straight_lines() {
        let values = [-2.0, 0.0, 1.0];
        assert_eq!([0.0, 0.5, 1.25, 2.0].map(|at| between(&values, at)), [-2.0, -1.0, 0.25, 1.0]);
    }
}
