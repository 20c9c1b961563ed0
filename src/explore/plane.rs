//! The part of latent space that a picture shows: a plane, a circle, or a sphere.

use super::sphere::Sphere;

/// The surface to which z is confined.
#[derive(Clone, Debug, PartialEq)]
pub enum Surface {
    /// None: all of a plane is seen.
    Flat,
    /// The unit circle, by its angle: one coordinate.
    Circle,
    /// A unit sphere.
    Sphere(Sphere),
}

/// A plane of latent space: two axes, the others held at `origin`.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    /// The part of the plane to which z is confined.
    pub surface: Surface,
    /// Across and up; the same twice where there is only one.
    pub axes: [usize; 2],
    /// q's mean in all dimensions.
    pub origin: Vec<f32>,
    /// The centre of the picture, across and up.
    pub centre: [f64; 2],
    /// Half the side of the square that is shown.
    pub half: f64,
    /// Number of points along a side; they are the middles of equal cells.
    pub side: usize,
}

impl Plane {
    /// The coordinate of cell `i` along an axis (0 across, 1 up), in ascending order.
    pub fn coordinate(&self, axis: usize, i: usize) -> f64 {
        self.centre[axis] + self.half * ((2 * i + 1) as f64 / self.side as f64 - 1.0)
    }

    /// Whether it is the line of a single latent dimension, or of an angle.
    pub fn is_line(&self) -> bool {
        self.axes[0] == self.axes[1] || self.surface == Surface::Circle
    }

    /// z at a point of the plane; on a sphere, of the half in front.
    pub fn point(&self, [across, up]: [f64; 2]) -> Vec<f32> {
        match &self.surface {
            Surface::Flat => {}
            Surface::Circle => return vec![across.cos() as f32, across.sin() as f32],
            Surface::Sphere(sphere) => {
                return sphere.point([across, up, (1.0 - across * across - up * up).max(0.0).sqrt()]);
            }
        }
        let mut z = self.origin.clone();
        z[self.axes[1]] = up as f32;
        z[self.axes[0]] = across as f32;
        z
    }
}
