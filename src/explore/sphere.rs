//! The unit sphere as it is looked at: in three dimensions whole; of more, the sphere that two axes and the rest of a
//! direction span. Densities on it are known on rings around a pole, close together near it.

use super::contour::Lattice;
use std::f64::consts::{PI, TAU};

/// Rings around the pole, and points on each.
const RINGS: usize = 64;
const SPOKES: usize = 64;

/// A sphere in latent space. Places on it are unit vectors in its own three directions.
#[derive(Clone, Debug, PartialEq)]
pub struct Sphere {
    /// The sphere's directions across, up and towards the viewer, orthonormal in latent space.
    pub directions: [Vec<f32>; 3],
    /// The centre of the rings.
    pole: [f64; 3],
}

impl Sphere {
    /// The sphere along two axes that holds a direction `towards`, which is its pole.
    pub(super) fn through(towards: &[f32], axes: [usize; 2]) -> Self {
        let latent = towards.len();
        let unit = |axis: usize| -> Vec<f32> { (0..latent).map(|i| f32::from(i == axis)).collect() };
        let mut rest = towards.to_vec();
        axes.iter().for_each(|&axis| rest[axis] = 0.0);
        let length = rest.iter().map(|v| v * v).sum::<f32>().sqrt();
        let free = (0..latent).find(|axis| !axes.contains(axis)).unwrap_or(0);
        // In three dimensions the third axis: which way it points does not change with q.
        let known = latent > 3 && length > 1e-6;
        let rest = if known { rest.iter().map(|v| v / length).collect() } else { unit(free) };
        let mut sphere = Self { directions: [unit(axes[0]), unit(axes[1]), rest], pole: [0.0, 0.0, 1.0] };
        sphere.pole = normalised(sphere.place(towards).map(f64::from));
        sphere
    }

    /// All of the sphere in three dimensions, its axes those of z, the rings around a direction.
    pub(super) fn whole(towards: &[f32]) -> Self {
        let directions = [0, 1, 2].map(|axis| (0..3).map(|i| f32::from(i == axis)).collect());
        let mut sphere = Self { directions, pole: [0.0, 0.0, 1.0] };
        sphere.pole = normalised(sphere.place(towards).map(f64::from));
        sphere
    }

    /// The place of z, in the sphere's directions.
    pub fn place(&self, z: &[f32]) -> [f32; 3] {
        [0, 1, 2].map(|i| self.directions[i].iter().zip(z).map(|(d, z)| d * z).sum())
    }

    /// z at a place.
    pub fn point(&self, place: [f64; 3]) -> Vec<f32> {
        let entry = |i: usize| (0..3).map(|d| place[d] * f64::from(self.directions[d][i])).sum::<f64>() as f32;
        (0..self.directions[0].len()).map(entry).collect()
    }

    /// Rings, and points on each, of the densities that are known on it, ring by ring.
    pub fn lattice(&self) -> [usize; 2] {
        [RINGS, SPOKES]
    }

    /// The angle of a ring from the pole; between rings, too.
    fn angle(ring: f64) -> f64 {
        PI * ((ring + 0.5) / RINGS as f64).clamp(0.0, 1.0).powi(2)
    }

    /// The place of a point of the lattice; between its points, too.
    pub fn at(&self, [spoke, ring]: [f64; 2]) -> [f64; 3] {
        let (angle, turn) = (Self::angle(ring), TAU * spoke / SPOKES as f64);
        let [a, b] = across(self.pole);
        let (sine, cosine) = angle.sin_cos();
        let around = |i: usize| a[i] * turn.cos() + b[i] * turn.sin();
        [0, 1, 2].map(|i| cosine * self.pole[i] + sine * around(i))
    }

    /// z at each point of the lattice, ring by ring.
    pub(super) fn points(&self) -> Vec<f32> {
        let places = (0..RINGS * SPOKES).map(|i| self.at([(i % SPOKES) as f64, (i / SPOKES) as f64]));
        places.flat_map(|place| self.point(place)).collect()
    }

    /// The lines that hold these shares of the mass of a density on the lattice.
    pub(super) fn contours(&self, log_density: Vec<f64>, shares: [f64; 2]) -> [Vec<Vec<[f32; 3]>>; 2] {
        let lattice = Lattice::new(SPOKES, log_density, true);
        // Of the zone between two rings: the difference of their cosines.
        let area = |ring: usize| {
            let [from, to] = [ring as f64 - 0.5, ring as f64 + 0.5].map(Self::angle);
            (0.5 * (from + to)).sin() * (0.5 * (to - from)).sin()
        };
        shares.map(|share| {
            let lines = lattice.lines(lattice.level(share, area));
            lines.into_iter().map(|line| line.into_iter().map(|p| self.at(p).map(|v| v as f32)).collect()).collect()
        })
    }
}

fn normalised(v: [f64; 3]) -> [f64; 3] {
    let length = v.iter().map(|v| v * v).sum::<f64>().sqrt();
    if length > 1e-12 { v.map(|v| v / length) } else { [0.0, 0.0, 1.0] }
}

/// Two directions across a unit vector and each other.
fn across(pole: [f64; 3]) -> [[f64; 3]; 2] {
    let least = (0..3).min_by(|&a, &b| pole[a].abs().total_cmp(&pole[b].abs())).unwrap_or(0);
    let along = pole[least];
    let first = normalised([0, 1, 2].map(|i| f64::from(u8::from(i == least)) - along * pole[i]));
    let second = [0, 1, 2].map(|i| {
        let (j, k) = ((i + 1) % 3, (i + 2) % 3);
        pole[j] * first[k] - pole[k] * first[j]
    });
    [first, second]
}

#[cfg(test)]
mod tests {
    use super::super::contour::SHARES;
    use super::*;

    #[test]
    fn item_11_contours_of_von_mises_fisher_are_caps_of_their_mass() {
        let direction = [0.48_f32, -0.6, 0.64];
        let sphere = Sphere::whole(&direction);
        // The last is as sharp as a few rings.
        for (kappa, within) in [(2.0_f64, 0.02), (40.0, 0.02), (500.0, 0.02), (5_000.0, 0.05)] {
            let cosine = |z: &[f32]| z.iter().zip(direction).map(|(z, d)| f64::from(z * d)).sum::<f64>();
            let points = sphere.points();
            let log_density = points.chunks(3).map(|z| kappa * (cosine(z) - 1.0)).collect();
            for (share, lines) in SHARES.into_iter().zip(sphere.contours(log_density, SHARES)) {
                // The mass where 1 − w < t is (1 − e^−κt)/(1 − e^−2κ).
                let drop = -(share * (1.0 - (-2.0 * kappa).exp())).mul_add(-1.0, 1.0).ln() / kappa;
                let exact = (1.0 - drop).acos();
                assert_eq!(lines.len(), 1, "κ = {kappa}");
                for place in &lines[0] {
                    let found = cosine(&sphere.point(place.map(f64::from))).min(1.0).acos();
                    assert!((found - exact).abs() < within * exact, "κ = {kappa}: {found} instead of {exact}");
                }
            }
        }
    }

    #[test]
    fn item_11_a_great_sphere_holds_the_direction_and_its_axes_are_those_chosen() {
        let towards = [0.1_f32, 0.7, -0.5, 0.5];
        let sphere = Sphere::through(&towards, [1, 3]);
        let length = towards.iter().map(|v| v * v).sum::<f32>().sqrt();
        let place = sphere.place(&towards.map(|v| v / length));
        assert!((place.iter().map(|v| v * v).sum::<f32>() - 1.0).abs() < 1e-6, "{place:?}");
        assert!(place[2] > 0.0, "it lies in front");
        let back = sphere.point(place.map(f64::from));
        assert!(back.iter().zip(towards).all(|(a, b)| (a - b / length).abs() < 1e-6), "{back:?}");
        assert_eq!(sphere.point([1.0, 0.0, 0.0]), [0.0, 1.0, 0.0, 0.0]);
        // Of a direction along its axes any other will do.
        assert_eq!(Sphere::through(&[0.0, 1.0, 0.0, 0.0], [0, 1]).directions[2], [0.0, 0.0, 1.0, 0.0]);
    }
}
