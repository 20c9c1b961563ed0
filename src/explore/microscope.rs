//! The posterior microscope: the true posterior p(z|x) of one image beside the encoder's q(z|x).
//!
//! With two latent dimensions the whole posterior is seen. With more, a plane through q's mean: p(z|x) with the other
//! dimensions held there, along two axes.

use super::answer::Asking;
use super::question::{Answer, Subject};
use crate::data::Images;
use crate::inference::identity::{Estimate, effective_sample_size, log_marginal, posterior_kl};
use crate::model::Pass;
use crate::model::posterior::Distribution;
use crate::random::{Purpose, Stream};
use crate::train::TrainError;
use burn::tensor::{Int, Tensor, TensorData, Transaction};

/// Importance samples from q: half for log p(x), half for KL[q ‖ p(z|x)].
const SAMPLES: usize = 2_000;
/// Rows decoded at once.
const ROWS: usize = 500;
/// Points along each side of the grids that look for the mass.
const SEARCH: usize = 24;
/// Nats below the peak that the search keeps, pass by pass: a coarse grid may miss a peak by many.
const KEPT: [f64; 3] = [80.0, 30.0, 10.0];
/// The search begins this far around the prior's mean, in two dimensions.
const PRIOR_REACH: f64 = 5.0;
/// Deviations of q around its mean that the picture holds.
const Q_REACH: f64 = 2.5;

/// What the microscope shows; nats.
#[derive(Clone, Debug, PartialEq)]
pub struct Microscope {
    /// The image, hidden pixels as they were given.
    pub input: Images,
    pub label: Option<u8>,
    /// E[x|z] at q's mean.
    pub reconstruction: Images,
    pub plane: Plane,
    /// log p(z|x) on the plane's grid up to a constant (0 at the peak), row by row from the top; `side × side`, or
    /// `side` along the line of a single dimension.
    pub log_density: Vec<f32>,
    pub q: Ellipsoid,
    /// Draws from p(z|x), `draws × latent`.
    pub draws: Vec<f32>,
    pub log_px: Estimate,
    pub elbo: Estimate,
    /// KL[q(z|x) ‖ p(z|x)], by itself.
    pub posterior_kl: Estimate,
    /// Of `samples` importance samples this many count.
    pub effective_samples: f64,
    pub samples: usize,
}

/// A plane of latent space: two axes, the others held at `origin`.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    /// Across and up; the same twice where there is only one.
    pub axes: [usize; 2],
    /// q's mean, all dimensions.
    pub origin: Vec<f32>,
    /// The middle of the picture, and how far it reaches on all sides.
    pub centre: [f64; 2],
    pub half: f64,
    /// Points along a side, in the middles of equal cells.
    pub side: usize,
}

impl Plane {
    /// The coordinate of the `i`-th of the cells along an axis (0 across, 1 up), ascending.
    pub fn coordinate(&self, axis: usize, i: usize) -> f64 {
        self.centre[axis] + self.half * ((2 * i + 1) as f64 / self.side as f64 - 1.0)
    }

    /// Whether it is the line of a single latent dimension.
    pub fn is_line(&self) -> bool {
        self.axes[0] == self.axes[1]
    }

    /// z at a point of the plane.
    pub fn point(&self, [across, up]: [f64; 2]) -> Vec<f32> {
        let mut z = self.origin.clone();
        z[self.axes[1]] = up as f32;
        z[self.axes[0]] = across as f32;
        z
    }
}

/// A Gaussian with independent dimensions.
#[derive(Clone, Debug, PartialEq)]
pub struct Ellipsoid {
    pub mean: Vec<f32>,
    pub deviation: Vec<f32>,
}

/// log p(x, z) of one image, hidden pixels left out.
struct Joint<'a> {
    ask: &'a Asking<'a>,
    pass: Pass<'a>,
    /// The pixels that are seen, `1 × seen`; `None` where none is.
    x: Option<Tensor<2>>,
    /// Their places, unless all are seen.
    seen: Option<Tensor<1, Int>>,
}

impl Joint<'_> {
    /// log p(x|z), one entry a row of z.
    fn log_likelihood(&self, z: Tensor<2>) -> Tensor<1> {
        let model = self.ask.model();
        let Some(x) = &self.x else { return z.sum_dim(1).flatten(0, 1).zeros_like() };
        let output = model.decode(&self.pass, z);
        // The pixels are independent given z: those that are hidden drop out of the sum.
        let output = match &self.seen {
            Some(seen) => output.select(1, seen.clone()),
            None => output,
        };
        model.likelihood().log_prob(&self.pass, x.clone(), output)
    }

    /// log p(x|z) + log p(z) for `points × latent`.
    fn log_joint(&self, points: &[f32]) -> Result<Vec<f64>, TrainError> {
        let latent = self.ask.latent();
        let mut all = Vec::with_capacity(points.len() / latent);
        for rows in points.chunks(ROWS * latent) {
            let z = self.ask.tensor(rows.to_vec(), latent);
            let log_joint = self.log_likelihood(z.clone()) + self.ask.model().prior().log_prob(z);
            all.extend(log_joint.try_into_data()?.iter::<f32>().map(f64::from));
        }
        Ok(all)
    }
}

/// Samples of q with what is known of each.
struct Samples {
    /// `samples × latent`.
    z: Vec<f32>,
    log_likelihood: Vec<f64>,
    log_weights: Vec<f64>,
}

impl Samples {
    fn draw(joint: &Joint<'_>, q: &dyn Distribution) -> Result<Self, TrainError> {
        let (model, latent) = (joint.ask.model(), joint.ask.latent());
        let noise = Stream::new(0, Purpose::EpsilonMicroscope);
        let mut samples = Self { z: Vec::new(), log_likelihood: Vec::new(), log_weights: Vec::new() };
        for chunk in 0..SAMPLES.div_ceil(ROWS) {
            let mut epsilon = vec![0.0; ROWS.min(SAMPLES - chunk * ROWS) * latent];
            noise.fill_normal(chunk as u64, &mut epsilon);
            let z = q.sample(joint.ask.tensor(epsilon, latent));
            let log_likelihood = joint.log_likelihood(z.clone());
            let log_weights = log_likelihood.clone() + model.prior().log_prob(z.clone()) - q.log_prob(z.clone());
            let data = Transaction::default().register(z).register(log_likelihood).register(log_weights);
            let data = data.try_execute()?;
            samples.z.extend(data[0].iter::<f32>());
            samples.log_likelihood.extend(data[1].iter::<f32>().map(f64::from));
            samples.log_weights.extend(data[2].iter::<f32>().map(f64::from));
        }
        Ok(samples)
    }

    /// Relative weights, Σ = 1.
    fn weights(&self) -> Vec<f64> {
        let max = self.log_weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = self.log_weights.iter().map(|w| (w - max).exp()).collect();
        let sum: f64 = weights.iter().sum();
        weights.into_iter().map(|w| w / sum).collect()
    }

    /// The two dimensions in which the posterior, as the weighted samples show it, differs most from q: the KL of
    /// Gaussians of their means and variances. In ascending order.
    fn mismatched_axes(&self, q: &Ellipsoid) -> [usize; 2] {
        let (latent, weights) = (q.mean.len(), self.weights());
        let mut order: Vec<(f64, usize)> = (0..latent)
            .map(|d| {
                let values = || self.z.iter().skip(d).step_by(latent).map(|&z| f64::from(z)).zip(&weights);
                let mean: f64 = values().map(|(z, w)| w * z).sum();
                let variance: f64 = values().map(|(z, w)| w * (z - mean).powi(2)).sum();
                let (m, s) = (f64::from(q.mean[d]), f64::from(q.deviation[d]).max(1e-12));
                let (variance, shift) = (variance.max(1e-12) / (s * s), (mean - m) / s);
                (0.5 * (variance + shift * shift - 1.0 - variance.ln()), d)
            })
            .collect();
        order.sort_by(|a, b| b.0.total_cmp(&a.0));
        let [a, b] = [order[0].1, order[1.min(latent - 1)].1];
        [a.min(b), a.max(b)]
    }

    /// Sampling-importance-resampling (Rubin 1988): draws from p(z|x), by systematic resampling of the weights.
    fn resample(&self, count: usize, latent: usize) -> Vec<f32> {
        let weights = self.weights();
        let (mut drawn, mut sum) = (Vec::with_capacity(count * latent), 0.0);
        for (weight, z) in weights.iter().zip(self.z.chunks(latent)) {
            sum += weight;
            while drawn.len() < count * latent && (drawn.len() / latent) as f64 + 0.5 < sum * count as f64 {
                drawn.extend_from_slice(z);
            }
        }
        drawn
    }
}

/// Look at one image. `axes` are those of the plane where there are more than two; `None`: where q and p(z|x) differ
/// most.
pub(super) fn microscope(
    ask: &Asking<'_>,
    subject: &Subject,
    axes: Option<[usize; 2]>,
    side: usize,
    draws: usize,
) -> Result<Answer, TrainError> {
    let (model, latent) = (ask.model(), ask.latent());
    let (input, seen, label) = ask.subject(subject);
    let pixels = input.pixels_per_image();
    let places: Vec<i32> = (0..pixels as i32).filter(|&i| seen[i as usize]).collect();
    let visible: Vec<f32> = places.iter().map(|&i| input.pixels[i as usize]).collect();
    // The encoder takes whole images: for a hidden pixel it is given the training images' mean.
    let mut encoded = input.pixels.clone();
    if places.len() < pixels {
        let mean = ask.trainer.dataset().training_mean();
        (0..pixels).filter(|&i| !seen[i]).for_each(|i| encoded[i] = mean[i]);
    }
    let device = &ask.trainer.device().tensors;
    let joint = Joint {
        ask,
        pass: ask.trainer.pass(),
        x: (!places.is_empty()).then(|| ask.tensor(visible, places.len())),
        seen: (places.len() < pixels && !places.is_empty())
            .then(|| Tensor::from_data(TensorData::new(places.clone(), [places.len()]), device)),
    };
    let q = model.encode(&joint.pass, ask.tensor(encoded, pixels));
    let data = Transaction::default().register(q.mean()).register(q.deviation()).try_execute()?;
    let [mean, deviation]: [Vec<f32>; 2] = std::array::from_fn(|i| data[i].iter::<f32>().collect());
    let ellipsoid = Ellipsoid { mean, deviation };
    let samples = Samples::draw(&joint, q.as_ref())?;

    let axes = match (latent, axes) {
        (1, _) => [0, 0],
        (2, _) => [0, 1],
        (_, Some(axes)) if axes[0] != axes[1] && axes.iter().all(|&a| a < latent) => axes,
        _ => samples.mismatched_axes(&ellipsoid),
    };
    let plane = find(&joint, &ellipsoid, axes, side)?;
    let log_density = log_density(&joint, &plane)?;

    let (for_marginal, for_kl) = samples.log_weights.split_at(SAMPLES / 2);
    let elbo = match model.prior().kl(q.as_ref()) {
        Some(kl) => {
            let kl: f64 = kl.try_into_data()?.iter::<f32>().map(f64::from).sum();
            let Estimate { value, se } = Estimate::mean(&samples.log_likelihood);
            Estimate { value: value - kl, se }
        }
        None => Estimate::mean(&samples.log_weights),
    };
    Ok(Answer::Microscope(Box::new(Microscope {
        reconstruction: ask.decode(&ellipsoid.mean)?,
        input,
        label,
        draws: samples.resample(draws, latent),
        q: ellipsoid,
        plane,
        log_density,
        log_px: log_marginal(for_marginal),
        elbo,
        posterior_kl: posterior_kl(for_kl),
        effective_samples: effective_sample_size(&samples.log_weights),
        samples: SAMPLES,
    })))
}

/// The square of the plane that holds the mass of p(z|x) on it and of q: searched from afar, closer and closer.
fn find(joint: &Joint<'_>, q: &Ellipsoid, axes: [usize; 2], side: usize) -> Result<Plane, TrainError> {
    let [mean, deviation] = [&q.mean, &q.deviation].map(|of| axes.map(|a| f64::from(of[a])));
    let reach = |times: f64| [0, 1].map(|i| [mean[i] - times * deviation[i], mean[i] + times * deviation[i]]);
    let join = |a: [f64; 2], b: [f64; 2]| [a[0].min(b[0]), a[1].max(b[1])];
    let whole = q.mean.len() <= 2;
    // The whole posterior may be anywhere that the prior is; a slice through q's mean is looked at around it.
    let mut area = if whole { reach(6.0).map(|range| join(range, [-PRIOR_REACH, PRIOR_REACH])) } else { reach(12.0) };
    let mut seen: Vec<([f64; 2], f64)> = Vec::new();
    for kept in KEPT {
        let step = area.map(|[from, to]| (to - from) / (SEARCH - 1) as f64);
        let rows = if axes[0] == axes[1] { 1 } else { SEARCH };
        let points: Vec<[f64; 2]> = (0..rows * SEARCH)
            .map(|i| [area[0][0] + step[0] * (i % SEARCH) as f64, area[1][0] + step[1] * (i / SEARCH) as f64])
            .collect();
        let mut z = Vec::with_capacity(points.len() * q.mean.len());
        for point in &points {
            let row = z.len();
            z.extend_from_slice(&q.mean);
            z[row + axes[1]] = point[1] as f32;
            z[row + axes[0]] = point[0] as f32;
        }
        seen.extend(points.into_iter().zip(joint.log_joint(&z)?));
        let peak = seen.iter().map(|(_, log)| *log).fold(f64::NEG_INFINITY, f64::max);
        let near = seen.iter().filter(|(_, log)| *log > peak - kept);
        let found = near.fold([[f64::INFINITY, f64::NEG_INFINITY]; 2], |found, (point, _)| {
            [0, 1].map(|i| join(found[i], [point[i]; 2]))
        });
        if found.iter().flatten().all(|v| v.is_finite()) {
            area = [0, 1].map(|i| [found[i][0] - 0.5 * step[i], found[i][1] + 0.5 * step[i]]);
        }
    }
    let near_q = reach(Q_REACH);
    let shown = [0, 1].map(|i| join(area[i], near_q[i]));
    let half = shown.iter().map(|[from, to]| 0.5 * (to - from)).fold(1e-6, f64::max);
    // In coarse steps, so that the picture does not creep while the model trains.
    let half = (half.log2() * 2.0).ceil().mul_add(0.5, 0.1).exp2();
    let centre = shown.map(|[from, to]| (0.5 * (from + to) / (0.25 * half)).round() * 0.25 * half);
    let half = 1.125 * half;
    Ok(Plane { axes, origin: q.mean.clone(), centre, half, side })
}

/// log p(z|x) on the plane's grid, 0 at its peak.
fn log_density(joint: &Joint<'_>, plane: &Plane) -> Result<Vec<f32>, TrainError> {
    let side = plane.side;
    let rows = if plane.is_line() { 1 } else { side };
    let mut z = Vec::with_capacity(rows * side * plane.origin.len());
    for row in 0..rows {
        for column in 0..side {
            z.extend(plane.point([plane.coordinate(0, column), plane.coordinate(1, side - 1 - row)]));
        }
    }
    let logs = joint.log_joint(&z)?;
    let peak = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Ok(logs.into_iter().map(|log| (log - peak) as f32).collect())
}
