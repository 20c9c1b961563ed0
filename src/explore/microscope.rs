//! The posterior microscope: the true posterior p(z|x) of one image beside the encoder's q(z|x).
//!
//! With one or two latent dimensions the whole posterior is seen, by quadrature. With more, a plane through q's mean:
//! p(z|x) with the other dimensions held there, along two axes. Where z is a direction, the sphere itself is seen, or
//! of more than three dimensions one that holds q's mean.

use super::context::AnswerContext;
use super::outline::{Outline, angle_of, around, log_q, reach};
use super::plane::{Plane, Surface};
use super::sphere::Sphere;
use super::visible::{PartlySeen, Visible};
use crate::data::Images;
use crate::estimate::Estimate;
use crate::evidence::gap::{self, search};
use crate::evidence::marginal::{LinearGaussian, LogWeights};
use crate::evidence::{
    Effort, Evidence, Identity, IdentityMeasurement, Joint, MeasuredIdentity, Method, Outputs, closed_form, resample,
};
use crate::experiment::method::PriorKind;
use crate::model::posterior::Distribution;
use crate::random::{Purpose, Stream};
use crate::sliced::Sliced;
use crate::train::TrainError;
use burn::tensor::{Tensor, TensorData, Transaction};

/// Importance samples: from q, to see how much of p(z|x) it covers, and of an adapted proposal for log p(x) where no
/// method without samples fits.
const SAMPLES: usize = 2_000;
/// Draws from p(z|x) that tell along which axes q differs from it, at least.
const DRAWS: usize = 200;
/// The counter of the random numbers of exact draws, beyond that of every chunk of samples.
const EXACT: u64 = 1 << 32;
/// Number of rows of z decoded at once.
const ROWS: usize = 500;
/// Number of points along each side of the grids that search for the mass of a slice.
const SEARCH: usize = 24;
/// Distance below the peak, in nats, of the points that each pass of the search keeps. A coarse grid may miss a peak by
/// many nats, so the first distances are large.
const KEPT: [f64; 3] = [80.0, 30.0, 10.0];
/// The search begins within this many standard deviations of q around its mean.
const SLICE_REACH: f64 = 12.0;
/// Number of standard deviations of p(z|x) around its mean that the picture contains.
const P_REACH: f64 = 4.0;
/// Nats below the peak that a picture of a circle holds.
const CIRCLE_KEPT: f64 = 10.0;

/// The microscope's picture of one image, with information in nats.
#[derive(Clone, Debug, PartialEq)]
pub struct Microscope {
    /// The image, with hidden pixels as they were given.
    pub input: Images,
    /// The image's label, if it has one.
    pub label: Option<u8>,
    /// The mean image E[x|z] at q's mean.
    pub reconstruction: Images,
    /// The plane of latent space that is shown.
    pub plane: Plane,
    /// log p(z|x) on the plane's grid up to a constant (0 at the peak), row by row from the top; `side × side`, or
    /// `side` along the line of a single dimension or the angle of a circle. On a sphere, ring by ring.
    pub log_density: Vec<f32>,
    /// The mean and the deviations of the encoder's q(z|x).
    pub q: Ellipsoid,
    /// The encoder's q(z|x) as it lies in the picture.
    pub outline: Outline,
    /// Draws from p(z|x), `draws × latent`, by the method that measured it: exact ones where it is known in closed
    /// form, points of quadrature's lattice, samples of the adapted proposal by their weights; of q only where nothing
    /// else applies. With more than two dimensions they are of the whole p(z|x), the picture of the plane alone.
    pub draws: Vec<f32>,
    /// The terms of the identity for this image.
    pub terms: Identity,
    /// Diagnostics of the method beside log p(x) and the KL: whether its samples can be trusted.
    pub evidence: Evidence,
    /// The effective number of the `samples` importance samples from q: few where q misses p(z|x).
    pub effective_samples: f64,
    /// Importance samples from q.
    pub samples: usize,
}

/// The best member q* of q's family for one image (Cremer et al. 2018), with information in nats.
#[derive(Clone, Debug, PartialEq)]
pub struct BestPosterior {
    /// q*, the best member of the family of q for this image: its mean and deviations.
    pub q: Ellipsoid,
    /// q* as it lies in the picture along these axes, the other dimensions at the mean of the encoder's q.
    pub outline: Outline,
    /// `L[q*]`.
    pub elbo: Estimate,
    /// The amortisation gap `L[q*]` − `L[q]`.
    pub amortisation_gap: Estimate,
    /// The terms of the identity with the parameters that q* was computed with. While the model trains, the picture may
    /// already have others.
    pub terms: Identity,
    /// [`Microscope::evidence`] for these parameters.
    pub evidence: Evidence,
}

/// Mean and deviation of each dimension of a distribution.
#[derive(Clone, Debug, PartialEq)]
pub struct Ellipsoid {
    /// The mean of each dimension.
    pub mean: Vec<f32>,
    /// The standard deviation of each dimension.
    pub deviation: Vec<f32>,
}

impl Ellipsoid {
    fn of(q: &dyn Distribution) -> Result<Self, TrainError> {
        let data = Transaction::default().register(q.mean()).register(q.deviation()).try_execute()?;
        let [mean, deviation] = std::array::from_fn(|i| data[i].iter::<f32>().collect());
        Ok(Self { mean, deviation })
    }
}

/// Samples of q with their log densities.
struct Samples {
    /// The samples, `samples × latent`.
    z: Vec<f32>,
    log_likelihood: Vec<f64>,
    log_weights: Vec<f64>,
}

impl Samples {
    fn draw(joint: &Visible<'_>, q: &dyn Distribution) -> Result<Self, TrainError> {
        let latent = joint.latent();
        let noise = Stream::new(0, Purpose::EpsilonMicroscope);
        let mut samples = Self { z: Vec::new(), log_likelihood: Vec::new(), log_weights: Vec::new() };
        for chunk in 0..SAMPLES.div_ceil(ROWS) {
            let rows = ROWS.min(SAMPLES - chunk * ROWS);
            let mut epsilon = vec![0.0; rows * latent];
            noise.fill_normal(chunk as u64, &mut epsilon);
            let (z, log_q) =
                q.sample_with_log_prob(Tensor::from_data(TensorData::new(epsilon, [rows, latent]), &joint.device()));
            let log_likelihood = joint.log_likelihood(z.clone());
            let log_prior = joint.log_prior(z.clone());
            let log_weights = log_likelihood.clone() + log_prior - log_q;
            let data = Transaction::default().register(z).register(log_likelihood).register(log_weights);
            let data = data.try_execute()?;
            samples.z.extend(data[0].iter::<f32>());
            samples.log_likelihood.extend(data[1].iter::<f32>().map(f64::from));
            samples.log_weights.extend(data[2].iter::<f32>().map(f64::from));
        }
        Ok(samples)
    }

    /// Sampling-importance-resampling (Rubin 1988): draws from p(z|x), as far as q has seen it.
    fn resample(&self, count: usize, latent: usize) -> Vec<f32> {
        let drawn = resample(&self.log_weights, count).into_iter();
        drawn.flat_map(|index| &self.z[index * latent..][..latent]).copied().collect()
    }

    /// The ELBO E_q[log p(x|z)] − KL[q(z|x) ‖ p(z)].
    fn elbo(&self, joint: &Visible<'_>, q: &dyn Distribution) -> Result<Estimate, TrainError> {
        Ok(match joint.whole().model().prior(&joint.whole().pass()).kl(q) {
            Some(kl) => {
                let kl: f64 = kl.try_into_data()?.iter::<f32>().map(f64::from).sum();
                let Estimate { value, se } = Estimate::mean(&self.log_likelihood);
                Estimate { value: value - kl, se }
            }
            None => Estimate::mean(&self.log_weights),
        })
    }
}

/// The two dimensions in which p(z|x), as its draws show it, differs most from q: the KL of Gaussians of their means
/// and variances. In ascending order.
fn mismatched_axes(draws: &[f32], q: &Ellipsoid) -> [usize; 2] {
    let latent = q.mean.len();
    let count = (draws.len() / latent) as f64;
    let mut order: Vec<(f64, usize)> = (0..latent)
        .map(|d| {
            let values = || draws.iter().skip(d).step_by(latent).map(|&z| f64::from(z));
            let mean = values().sum::<f64>() / count;
            let variance = values().map(|z| (z - mean).powi(2)).sum::<f64>() / count;
            let (m, s) = (f64::from(q.mean[d]), f64::from(q.deviation[d]).max(1e-12));
            let (variance, shift) = (variance.max(1e-12) / (s * s), (mean - m) / s);
            (0.5 * (variance + shift * shift - 1.0 - variance.ln()), d)
        })
        .collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0));
    let [a, b] = [order[0].1, order[1.min(latent - 1)].1];
    [a.min(b), a.max(b)]
}

/// `count` of some draws, evenly spread.
fn thinned(draws: &[f32], latent: usize, count: usize) -> Vec<f32> {
    let all = draws.len() / latent;
    let index = |i: usize| (2 * i + 1) * all / (2 * count);
    (0..count.min(all)).flat_map(|i| &draws[index(i) * latent..][..latent]).copied().collect()
}

fn accumulated(logs: &[f64]) -> LogWeights {
    let mut weights = LogWeights::default();
    logs.iter().for_each(|&log| weights.push(log));
    weights
}

/// Look at one image. `axes` are those of the plane, where there are more than two latent dimensions; for `None` they
/// are those in which q and p(z|x) differ most.
pub(super) fn microscope(
    ask: &AnswerContext<'_>,
    subject: PartlySeen,
    axes: Option<[usize; 2]>,
    side: usize,
    draws: usize,
) -> Result<Microscope, TrainError> {
    let latent = ask.latent();
    let encoded = subject.filled(ask);
    let joint = Visible::new(ask, &encoded, &subject.seen);
    let outputs = joint.whole().outputs()?;
    let q = joint.approximation(outputs.rows(&[0], &joint.device()));
    let ellipsoid = Ellipsoid::of(q.as_ref())?;
    let samples = Samples::draw(&joint, q.as_ref())?;

    let wanted = draws.max(DRAWS);
    let mut measured = evidence(ask, &joint, &outputs, wanted)?;
    let whole = whole_posterior(ask, &joint, &measured)?;
    let drawn = match (&whole, measured.draws.pop()) {
        (Some(Whole { exact: Some(exact), .. }), _) => exact(wanted),
        (_, Some(drawn)) if !drawn.is_empty() => drawn,
        _ => samples.resample(wanted, latent),
    };
    let sphere = ask.trainer.experiment().latent.prior.kind() == PriorKind::Sphere;
    let axes = match (latent, axes) {
        (1, _) => [0, 0],
        (2, _) => [0, 1],
        // All of a sphere is seen.
        (3, _) if sphere => [0, 1],
        (_, Some(axes)) if axes[0] != axes[1] && axes.iter().all(|&a| a < latent) => axes,
        _ => mismatched_axes(&drawn, &ellipsoid),
    };
    let plane = match &whole {
        _ if sphere => round(&joint, q.as_ref(), &ellipsoid, axes, side)?,
        Some(whole) if latent <= 2 => frame(&samples.z, &ellipsoid, axes, axes.map(|axis| whole.reach[axis]), side),
        _ => frame(&samples.z, &ellipsoid, axes, slice(&joint, &ellipsoid, axes)?, side),
    };
    let log_density = log_density(&joint, &plane)?;

    Ok(Microscope {
        reconstruction: ask.decode(&ellipsoid.mean)?,
        label: subject.label,
        draws: thinned(&drawn, latent, draws),
        terms: Identity::over(measured.method, &measured.images, samples.elbo(&joint, q.as_ref())?),
        evidence: measured.images[0],
        input: subject.image,
        outline: Outline::in_picture(q.as_ref(), &plane, &joint.device())?,
        q: ellipsoid,
        plane,
        log_density,
        effective_samples: accumulated(&samples.log_weights).effective_sample_size(),
        samples: SAMPLES,
    })
}

/// q* of one image, started at the encoder's q.
pub(super) fn best_posterior(
    ask: &AnswerContext<'_>,
    subject: &PartlySeen,
    axes: [usize; 2],
) -> Result<BestPosterior, TrainError> {
    let encoded = subject.filled(ask);
    let joint = Visible::new(ask, &encoded, &subject.seen);
    // Coarser than an evaluation's, so that training waits for no more than some tenths of a second.
    let settings =
        gap::Settings { learning_rate: 0.05, decay: 0.05, tolerance: 0.01, max_steps: 300, ..gap::Settings::default() };
    let outputs = joint.whole().outputs()?;
    let measured = evidence(ask, &joint, &outputs, 0)?;
    let origin = Ellipsoid::of(joint.approximation(outputs.rows(&[0], &joint.device())).as_ref())?.mean;
    let best = search(&joint, outputs, settings, 1)?;
    let bounds = best.bounds[0];
    let q = joint.approximation(best.outputs.rows(&[0], &joint.device()));
    let last = ask.latent() - 1;
    let axes = axes.map(|axis| axis.min(last));
    let sphere = ask.trainer.experiment().latent.prior.kind() == PriorKind::Sphere;
    let surface = if sphere { surface(&origin, axes) } else { Surface::Flat };
    let plane = Plane { surface, axes, origin, centre: [0.0; 2], half: 1.0, side: 1 };
    Ok(BestPosterior {
        outline: Outline::in_picture(q.as_ref(), &plane, &joint.device())?,
        q: Ellipsoid::of(q.as_ref())?,
        elbo: bounds.best,
        amortisation_gap: bounds.amortisation_gap,
        // From the ε of q*, so that the steps add up.
        terms: Identity::over(measured.method, &measured.images, bounds.elbo),
        evidence: measured.images[0],
    })
}

/// log p(x) and KL[q ‖ p(z|x)] by the best method that the model and the visible pixels allow, with draws from
/// p(z|x) if the method makes some.
fn evidence(
    ask: &AnswerContext<'_>,
    joint: &Visible<'_>,
    outputs: &Outputs,
    draws: usize,
) -> Result<MeasuredIdentity, TrainError> {
    let (experiment, plan) = (ask.trainer.experiment(), joint.whole().model().plan());
    let known = if joint.is_whole() { closed_form(experiment, joint.whole(), outputs)? } else { None };
    let methods = Method::in_turn(experiment, plan, SAMPLES);
    let effort = Effort { samples: SAMPLES, draws, ..Effort::default() };
    Ok(IdentityMeasurement::new(joint, outputs.clone(), known, methods, effort)?.run(joint, ask.trainer.shards())?)
}

/// The extent of p(z|x) as a whole.
struct Whole {
    /// The interval `[from, to]` on each axis that holds its mass.
    reach: Vec<[f64; 2]>,
    /// A function that makes a number of exact draws, `draws × latent`.
    exact: Option<Box<dyn Fn(usize) -> Vec<f32>>>,
}

/// The whole posterior, where the method that measured it knows it.
fn whole_posterior(
    ask: &AnswerContext<'_>,
    joint: &Visible<'_>,
    measured: &MeasuredIdentity,
) -> Result<Option<Whole>, TrainError> {
    if let Some(found) = measured.integrals.first() {
        let axes = found.mean.iter().zip(&found.deviation).zip(&found.window);
        // The window also holds all of q, which may be far wider.
        let reach = |((mean, deviation), [from, to]): ((&f64, &f64), &[f64; 2])| {
            [from.max(mean - P_REACH * deviation), to.min(mean + P_REACH * deviation)]
        };
        return Ok(Some(Whole { reach: axes.map(reach).collect(), exact: None }));
    }
    if measured.method != Method::ClosedForm {
        return Ok(None);
    }
    let Some(linear) = LinearGaussian::of(ask.trainer.experiment(), joint.whole())? else { return Ok(None) };
    let (latent, posterior) = (joint.latent(), linear.posterior(joint.whole().image(0)));
    let covariance = linear.covariance();
    let reach = |(d, mean): (usize, &f64)| {
        let deviation = covariance[d * latent + d].sqrt();
        [mean - P_REACH * deviation, mean + P_REACH * deviation]
    };
    let reach = posterior.mean.iter().enumerate().map(reach).collect();
    let exact = move |count: usize| {
        let mut normals = vec![0.0; count * latent];
        Stream::new(0, Purpose::EpsilonMicroscope).fill_normal(EXACT, &mut normals);
        linear.draw(&posterior, &normals)
    };
    Ok(Some(Whole { reach, exact: Some(Box::new(exact)) }))
}

/// The area that holds the mass of p(z|x) on a plane through q's mean, `[from, to]` for each axis, searched on finer
/// and finer grids.
fn slice(joint: &Visible<'_>, q: &Ellipsoid, axes: [usize; 2]) -> Result<[[f64; 2]; 2], TrainError> {
    let mut area = around_q(q, axes, SLICE_REACH);
    let mut seen: Vec<([f64; 2], f64)> = Vec::new();
    for kept in KEPT {
        let step = area.map(|[from, to]| (to - from) / (SEARCH - 1) as f64);
        let points: Vec<[f64; 2]> = (0..SEARCH * SEARCH)
            .map(|i| [area[0][0] + step[0] * (i % SEARCH) as f64, area[1][0] + step[1] * (i / SEARCH) as f64])
            .collect();
        let mut z = Vec::with_capacity(points.len() * q.mean.len());
        for point in &points {
            let row = z.len();
            z.extend_from_slice(&q.mean);
            z[row + axes[1]] = point[1] as f32;
            z[row + axes[0]] = point[0] as f32;
        }
        seen.extend(points.into_iter().zip(log_joint(joint, &z)?));
        let peak = seen.iter().map(|(_, log)| *log).fold(f64::NEG_INFINITY, f64::max);
        let near = seen.iter().filter(|(_, log)| *log > peak - kept);
        let found = near.fold([[f64::INFINITY, f64::NEG_INFINITY]; 2], |found, (point, _)| {
            [0, 1].map(|i| join(found[i], [point[i]; 2]))
        });
        if found.iter().flatten().all(|v| v.is_finite()) {
            area = [0, 1].map(|i| [found[i][0] - 0.5 * step[i], found[i][1] + 0.5 * step[i]]);
        }
    }
    Ok(area)
}

/// The square around an area and q, of which there are draws.
fn frame(draws: &[f32], q: &Ellipsoid, axes: [usize; 2], area: [[f64; 2]; 2], side: usize) -> Plane {
    let shown = [0, 1].map(|i| join(area[i], reach(draws, q.mean.len(), axes[i])));
    let half = shown.iter().map(|[from, to]| 0.5 * (to - from)).fold(1e-6, f64::max);
    // In coarse steps, so that the picture does not creep while the model trains.
    let half = (half.log2() * 2.0).ceil().mul_add(0.5, 0.05).exp2();
    let centre = shown.map(|[from, to]| (0.5 * (from + to) / (0.25 * half)).round() * 0.25 * half);
    Plane { surface: Surface::Flat, axes, origin: q.mean.clone(), centre, half: 1.125 * half, side }
}

/// The circle or sphere of a direction of z.
fn surface(origin: &[f32], axes: [usize; 2]) -> Surface {
    match origin.len() {
        2 => Surface::Circle,
        _ => Surface::Sphere(Sphere::through(origin, axes)),
    }
}

/// Where z is a direction: the circle as far as q and p(z|x) reach, or a sphere.
fn round(
    joint: &Visible<'_>,
    q: &dyn Distribution,
    mean: &Ellipsoid,
    axes: [usize; 2],
    side: usize,
) -> Result<Plane, TrainError> {
    let surface = surface(&mean.mean, axes);
    let mut plane = Plane { surface, axes, origin: mean.mean.clone(), centre: [0.0; 2], half: 1.0, side };
    if plane.surface == Surface::Circle {
        let middle = angle_of(&mean.mean);
        let (angles, points) = around(middle);
        let mut half: f64 = 0.0;
        for logs in [log_joint(joint, &points)?, log_q(q, 2, &joint.device())(&points)?] {
            let peak = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let near = angles.iter().zip(logs).filter(|(_, log)| *log > peak - CIRCLE_KEPT);
            half = near.map(|(&angle, _)| (f64::from(angle) - middle).abs()).fold(half, f64::max);
        }
        // In coarse steps here, too.
        let half = (half.max(1e-3).log2() * 2.0).ceil().mul_add(0.5, 0.05).exp2();
        (plane.centre, plane.half) = ([middle; 2], half.min(std::f64::consts::PI));
    }
    Ok(plane)
}

/// The intervals of `times` deviations of q around its mean, on each axis.
fn around_q(q: &Ellipsoid, axes: [usize; 2], times: f64) -> [[f64; 2]; 2] {
    axes.map(|a| {
        let (mean, deviation) = (f64::from(q.mean[a]), f64::from(q.deviation[a]));
        [mean - times * deviation, mean + times * deviation]
    })
}

fn join(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
    [a[0].min(b[0]), a[1].max(b[1])]
}

/// log p(x, z) in nats for z `points × latent`.
fn log_joint(joint: &Visible<'_>, points: &[f32]) -> Result<Vec<f64>, TrainError> {
    let latent = joint.latent();
    let mut all = Vec::with_capacity(points.len() / latent);
    for rows in points.chunks(ROWS * latent) {
        let z = TensorData::new(rows.to_vec(), [rows.len() / latent, latent]);
        let logs = joint.log_joint(&[0], Tensor::from_data(z, &joint.device()));
        all.extend(logs.try_into_data()?.iter::<f32>().map(f64::from));
    }
    Ok(all)
}

/// log p(z|x) on the plane's grid, relative to its peak.
fn log_density(joint: &Visible<'_>, plane: &Plane) -> Result<Vec<f32>, TrainError> {
    let logs = match &plane.surface {
        Surface::Sphere(sphere) => log_joint(joint, &sphere.points())?,
        Surface::Flat | Surface::Circle => {
            let side = plane.side;
            let rows = if plane.is_line() { 1 } else { side };
            let mut z = Vec::with_capacity(rows * side * plane.origin.len());
            for row in 0..rows {
                for column in 0..side {
                    z.extend(plane.point([plane.coordinate(0, column), plane.coordinate(1, side - 1 - row)]));
                }
            }
            log_joint(joint, &z)?
        }
    };
    let peak = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Ok(logs.into_iter().map(|log| (log - peak) as f32).collect())
}
