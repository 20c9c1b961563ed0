//! How a distribution over z looks in a view of latent space: contours of its density where that is known there, else
//! draws from it.

use super::contour::{Lattice, SHARES};
use super::plane::{Plane, Surface};
use super::sphere::Sphere;
use crate::model::posterior::Distribution;
use crate::random::{Purpose, Stream};
use crate::train::TrainError;
use burn::tensor::{Device, Tensor, TensorData};
use std::f64::consts::{PI, TAU};

/// Rows of z looked at at once.
const ROWS: usize = 4_096;
/// Points along each side of the lattice that looks for the mass, and of the one on which contours are drawn.
const SEARCH: usize = 40;
const SIDE: usize = 72;
/// Nats below the peak that are drawn.
const KEPT: f64 = 10.0;
/// Points along a line, and around a circle.
const LINE: usize = 240;
const CIRCLE: usize = 1_440;
/// Draws that stand for a distribution whose density is not known in a view, and those that say how far one reaches.
const DRAWS: usize = 300;
const REACHING: usize = 500;

/// A distribution as it is drawn. Places are coordinates across, up and (on a sphere) towards the viewer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outline {
    /// The distribution's mean; on a sphere the mean's direction.
    pub centre: [f32; 3],
    /// The lines around its densest 39 % and 86 %: of a Gaussian, one and two standard deviations.
    pub contours: [Vec<Vec<[f32; 3]>>; 2],
    /// In one dimension, in place of contours: the coordinate, and the density there, 1 at the peak. On a circle the
    /// coordinate is the angle.
    pub profile: Vec<[f32; 2]>,
    /// Draws from the distribution, where its density is not known in this view.
    pub draws: Vec<[f32; 3]>,
}

/// log densities of rows of z; nats.
pub(super) type LogDensity<'a> = dyn Fn(&[f32]) -> Result<Vec<f64>, TrainError> + 'a;

/// log q(z|x) of one image at rows of z `rows × latent`.
pub(super) fn log_q<'a>(
    q: &'a dyn Distribution,
    latent: usize,
    device: &'a Device,
) -> impl Fn(&[f32]) -> Result<Vec<f64>, TrainError> + 'a {
    move |z| by_rows(z, latent, device, |z| q.log_prob(z))
}

/// A function of rows of z, some rows at a time.
pub(super) fn by_rows(
    z: &[f32],
    latent: usize,
    device: &Device,
    of: impl Fn(Tensor<2>) -> Tensor<1>,
) -> Result<Vec<f64>, TrainError> {
    let mut all = Vec::with_capacity(z.len() / latent);
    for rows in z.chunks(ROWS * latent) {
        let z = Tensor::from_data(TensorData::new(rows.to_vec(), [rows.len() / latent, latent]), device);
        all.extend(of(z).try_into_data()?.iter::<f32>().map(f64::from));
    }
    Ok(all)
}

/// Draws from q(z|x) of one image, `count × latent`.
pub(super) fn draws(
    q: &dyn Distribution,
    count: usize,
    latent: usize,
    device: &Device,
) -> Result<Vec<f32>, TrainError> {
    let mut epsilon = vec![0.0; count * latent];
    Stream::new(1, Purpose::EpsilonMicroscope).fill_normal(0, &mut epsilon);
    let epsilon = Tensor::from_data(TensorData::new(epsilon, [count, latent]), device);
    Ok(q.sample(epsilon).try_into_data()?.iter::<f32>().collect())
}

/// The interval `[from, to]` that holds nearly all draws along an axis: for a Gaussian about 2.5 deviations on both
/// sides.
pub(super) fn reach(draws: &[f32], latent: usize, axis: usize) -> [f64; 2] {
    let mut values: Vec<f32> = draws.iter().skip(axis).step_by(latent).copied().filter(|v| v.is_finite()).collect();
    values.sort_unstable_by(f32::total_cmp);
    let rank = |share: f64| values.get((share * values.len() as f64) as usize).map_or(0.0, |&v| f64::from(v));
    [rank(0.006), rank(0.994)]
}

/// [`reach`] and half as much again on both sides.
pub(super) fn window(draws: &[f32], latent: usize, axes: [usize; 2]) -> [[f64; 2]; 2] {
    axes.map(|axis| {
        let [from, to] = reach(draws, latent, axis);
        let margin = 0.5 * (to - from).max(1e-4);
        [from - margin, to + margin]
    })
}

impl Outline {
    /// q(z|x) of one image on the plane, line, circle or sphere of a picture: as p(z|x) is there, the other dimensions
    /// held where the picture holds them.
    pub(super) fn in_picture(q: &dyn Distribution, plane: &Plane, device: &Device) -> Result<Self, TrainError> {
        let latent = plane.origin.len();
        let mean: Vec<f32> = q.mean().try_into_data()?.iter::<f32>().collect();
        let log_q = log_q(q, latent, device);
        Ok(match &plane.surface {
            Surface::Flat => {
                let window = window(&draws(q, REACHING, latent, device)?, latent, plane.axes);
                let centre = [mean[plane.axes[0]], mean[plane.axes[1]], 0.0];
                if plane.is_line() {
                    Self {
                        centre,
                        profile: on_line(&log_q, &plane.origin, plane.axes[0], window[0])?,
                        ..Self::default()
                    }
                } else {
                    let contours = on_plane(&log_q, &plane.origin, plane.axes, window)?;
                    Self { centre, contours, ..Self::default() }
                }
            }
            Surface::Circle => on_circle(&log_q, &mean)?,
            Surface::Sphere(sphere) => on_sphere(&log_q, sphere, &mean)?,
        })
    }

    /// q(z|x) of one image seen along two axes, whatever the other dimensions are; on a sphere in three dimensions all
    /// of it.
    pub(super) fn marginal(
        q: &dyn Distribution,
        latent: usize,
        axes: [usize; 2],
        sphere: bool,
        device: &Device,
    ) -> Result<Self, TrainError> {
        let mean: Vec<f32> = q.mean().try_into_data()?.iter::<f32>().collect();
        let log_q = log_q(q, latent, device);
        let centre = [mean[axes[0]], mean[axes[1]], 0.0];
        match (sphere, latent) {
            (true, 2) => return on_circle(&log_q, &mean),
            (true, 3) => return on_sphere(&log_q, &Sphere::whole(&mean), &mean),
            // Of independent dimensions the others may be held anywhere.
            (false, _) if latent <= 2 || q.gaussian().is_some() => {
                let window = window(&draws(q, REACHING, latent, device)?, latent, axes);
                return Ok(Self { centre, contours: on_plane(&log_q, &mean, axes, window)?, ..Self::default() });
            }
            _ => {}
        }
        let drawn = draws(q, DRAWS, latent, device)?;
        let draws = drawn.chunks(latent).map(|z| [z[axes[0]], z[axes[1]], 0.0]).collect();
        Ok(Self { centre, draws, ..Self::default() })
    }
}

/// Contours on a plane through `origin`, searched for in a window.
pub(super) fn on_plane(
    log_density: &LogDensity<'_>,
    origin: &[f32],
    axes: [usize; 2],
    window: [[f64; 2]; 2],
) -> Result<[Vec<Vec<[f32; 3]>>; 2], TrainError> {
    let mut area = window;
    for side in [SEARCH, SIDE] {
        let place = |[column, row]: [f64; 2]| {
            let at = |[from, to]: [f64; 2], i: f64| from + (to - from) * i / (side - 1) as f64;
            [at(area[0], column), at(area[1], row)]
        };
        let mut z = Vec::with_capacity(side * side * origin.len());
        for i in 0..side * side {
            let [across, up] = place([(i % side) as f64, (i / side) as f64]);
            let row = z.len();
            z.extend_from_slice(origin);
            z[row + axes[1]] = up as f32;
            z[row + axes[0]] = across as f32;
        }
        let lattice = Lattice::new(side, log_density(&z)?, false);
        if side == SIDE {
            let line = |line: Vec<[f64; 2]>| -> Vec<[f32; 3]> {
                line.into_iter().map(|p| place(p).map(|v| v as f32)).map(|[across, up]| [across, up, 0.0]).collect()
            };
            let lines = |share| lattice.lines(lattice.level(share, |_| 1.0)).into_iter().map(line).collect();
            return Ok(SHARES.map(lines));
        }
        area = near(&lattice, area);
    }
    unreachable!("the second lattice is drawn")
}

/// The part of an area that lies within [`KEPT`] nats of the peak, with a cell around it.
fn near(lattice: &Lattice, area: [[f64; 2]; 2]) -> [[f64; 2]; 2] {
    let mut found = [[f64::INFINITY, f64::NEG_INFINITY]; 2];
    for (i, _) in lattice.log_density().iter().enumerate().filter(|(_, log)| **log > -KEPT) {
        for (axis, at) in [i % lattice.columns, i / lattice.columns].into_iter().enumerate() {
            found[axis] = [found[axis][0].min(at as f64), found[axis][1].max(at as f64)];
        }
    }
    let last = (lattice.columns - 1) as f64;
    [0, 1].map(|axis| {
        let [from, to] = area[axis];
        [found[axis][0] - 1.0, found[axis][1] + 1.0].map(|at| from + (to - from) * at / last)
    })
}

/// The coordinate along the line of one dimension, and the density there, 1 at its peak.
fn on_line(
    log_density: &LogDensity<'_>,
    origin: &[f32],
    axis: usize,
    [from, to]: [f64; 2],
) -> Result<Vec<[f32; 2]>, TrainError> {
    let places: Vec<f32> = (0..LINE).map(|i| (from + (to - from) * i as f64 / (LINE - 1) as f64) as f32).collect();
    let mut z = Vec::with_capacity(LINE * origin.len());
    for &place in &places {
        let row = z.len();
        z.extend_from_slice(origin);
        z[row + axis] = place;
    }
    Ok(profile(&places, log_density(&z)?))
}

fn profile(places: &[f32], log_density: Vec<f64>) -> Vec<[f32; 2]> {
    let lattice = Lattice::new(places.len(), log_density, false);
    places.iter().zip(lattice.log_density()).map(|(&place, log)| [place, log.exp() as f32]).collect()
}

/// The angle of a point of the plane.
pub(super) fn angle_of(z: &[f32]) -> f64 {
    f64::from(z[1]).atan2(f64::from(z[0]))
}

/// Angles all around a circle, and the points there.
pub(super) fn around(middle: f64) -> (Vec<f32>, Vec<f32>) {
    let angles: Vec<f64> = (0..=CIRCLE).map(|i| middle - PI + TAU * i as f64 / CIRCLE as f64).collect();
    let points = angles.iter().flat_map(|angle| [angle.cos() as f32, angle.sin() as f32]).collect();
    (angles.into_iter().map(|angle| angle as f32).collect(), points)
}

/// The unit circle: the density by the angle around the mean, and the arcs of its densest parts.
fn on_circle(log_density: &LogDensity<'_>, mean: &[f32]) -> Result<Outline, TrainError> {
    let middle = angle_of(mean);
    let (angles, points) = around(middle);
    let lattice = Lattice::new(angles.len(), log_density(&points)?, false);
    let contours = SHARES.map(|share| {
        let level = lattice.level(share, |_| 1.0);
        let mut arcs: Vec<Vec<[f32; 3]>> = vec![Vec::new()];
        for (point, &log) in points.chunks(2).zip(lattice.log_density()) {
            match (log > level, arcs.last_mut()) {
                (true, Some(arc)) => arc.push([point[0], point[1], 0.0]),
                (false, Some(arc)) if !arc.is_empty() => arcs.push(Vec::new()),
                _ => {}
            }
        }
        arcs.retain(|arc| arc.len() > 1);
        arcs
    });
    let profile = angles.iter().zip(lattice.log_density()).map(|(&angle, log)| [angle, log.exp() as f32]).collect();
    Ok(Outline { centre: [middle.cos() as f32, middle.sin() as f32, 0.0], contours, profile, draws: Vec::new() })
}

fn on_sphere(log_density: &LogDensity<'_>, sphere: &Sphere, mean: &[f32]) -> Result<Outline, TrainError> {
    let contours = sphere.contours(log_density(&sphere.points())?, SHARES);
    let centre = sphere.place(mean);
    let length = centre.iter().map(|v| v * v).sum::<f32>().sqrt().max(1e-6);
    Ok(Outline { centre: centre.map(|v| v / length), contours, ..Outline::default() })
}
