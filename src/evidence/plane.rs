//! p(z|x) and q(z|x) of one image on a line or a plane through latent space, for pictures.

use super::joint::{Block, Joint, Outputs, read, repeat_rows};
use burn::tensor::ExecutionError;

/// z = origin + Σ uᵢ·axisᵢ: one or two axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    pub origin: Vec<f64>,
    pub axes: Vec<Vec<f64>>,
}

impl Plane {
    /// Through `origin` along latent dimensions, so that u is z less the origin's entry; at most two.
    pub fn of_dimensions(origin: Vec<f64>, dimensions: &[usize]) -> Self {
        let unit = |d: usize| (0..origin.len()).map(|i| f64::from(u8::from(i == d))).collect();
        Self { axes: dimensions.iter().map(|&d| unit(d)).collect(), origin }
    }

    /// The point with these coordinates.
    pub fn point(&self, u: &[f64]) -> Vec<f64> {
        let mut z = self.origin.clone();
        for (u, axis) in u.iter().zip(&self.axes) {
            z.iter_mut().zip(axis).for_each(|(z, a)| *z += u * a);
        }
        z
    }
}

/// A raster of log densities, nats: `side[0]` points along the first axis (which runs fastest), `side[1]` along the
/// second, ends included.
#[derive(Clone, Debug, PartialEq)]
pub struct Density {
    /// `[from, to]` of u along each axis.
    pub ranges: [[f64; 2]; 2],
    pub side: [usize; 2],
    /// log p(x, z); less log p(x) it is log p(z|x), normalised where the plane is the whole of latent space.
    pub log_joint: Vec<f64>,
    /// log q(z|x).
    pub log_q: Vec<f64>,
}

/// The densities of image number `image` over `ranges` of a plane. With one axis, give it `side[1]` = 1.
///
/// # Errors
/// The device's.
pub fn density(
    joint: &dyn Joint,
    outputs: &Outputs,
    image: usize,
    plane: &Plane,
    ranges: [[f64; 2]; 2],
    side: [usize; 2],
) -> Result<Density, ExecutionError> {
    let at = |axis: usize, i: usize| {
        let [from, to] = ranges[axis];
        from + (to - from) * i as f64 / (side[axis] - 1).max(1) as f64
    };
    let points = (0..side[1]).flat_map(|j| (0..side[0]).map(move |i| [at(0, i), at(1, j)]));
    let z: Vec<f32> = points.flat_map(|u| plane.point(&u)).map(|z| z as f32).collect();
    let mut density = Density { ranges, side, log_joint: Vec::new(), log_q: Vec::new() };
    let q = joint.approximation(outputs.rows(&[image], &joint.device()));
    for z in z.chunks(joint.latent() * 1_024) {
        let block = Block { points: 0..z.len() / joint.latent(), images: vec![image] };
        density.log_joint.extend(joint.log_joint_of_blocks(z, &[block])?.into_iter().flatten());
        density.log_q.extend(read(q.log_prob(repeat_rows(z, joint.latent(), 1, &joint.device())))?);
    }
    Ok(density)
}
