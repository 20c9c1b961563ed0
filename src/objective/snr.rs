//! The signal-to-noise ratio of gradient estimates (Rainforth et al. 2018, "Tighter variational bounds are not
//! necessarily better", eq. 5). The gradient of one batch is estimated again and again with fresh ε, for each number of
//! samples K and each estimator. For the importance-weighted bound, Rainforth et al. find that the encoder's ratio
//! falls as 1/√K while the decoder's grows as √K.

use super::{Batch, Setting, surrogate};
use crate::data::Images;
use crate::estimate::Estimate;
use crate::experiment::method::{BoundKind, Choice};
use crate::experiment::{Bound, Estimator, Experiment};
use crate::model::{Model, Pass};
use crate::random::{Purpose, Stream};
use crate::sliced::{Progress, Sliced};
use burn::tensor::{ExecutionError, Tensor, TensorData};
use std::time::Instant;

/// Running moments of repeated estimates of a gradient, parameter by parameter, in f64.
#[derive(Clone, Debug, Default)]
pub struct Moments {
    count: f64,
    mean: Vec<f64>,
    /// Σ (g − mean)².
    squares: Vec<f64>,
}

impl Moments {
    /// Add one estimate (Welford 1962).
    pub fn push(&mut self, gradient: impl IntoIterator<Item = f64>) {
        self.count += 1.0;
        for (i, g) in gradient.into_iter().enumerate() {
            if i == self.mean.len() {
                self.mean.push(0.0);
                self.squares.push(0.0);
            }
            let step = g - self.mean[i];
            self.mean[i] += step / self.count;
            self.squares[i] += step * (g - self.mean[i]);
        }
    }

    /// √(Σ (E g)² / Σ Var g) with both sums over the parameters, so that parameters without a gradient do not count.
    /// The noise left in the mean of R estimates is subtracted from its square; the ratio is 0 if nothing remains.
    pub fn signal_to_noise(&self) -> f64 {
        let variance: f64 = self.squares.iter().sum::<f64>() / (self.count - 1.0);
        let signal: f64 = self.mean.iter().map(|m| m * m).sum::<f64>() - variance / self.count;
        (signal.max(0.0) / variance).sqrt()
    }
}

/// The exponent p of y ∝ xᵖ by least squares on the logarithms, with its standard error (infinite for two points);
/// `None` with fewer than two points where y > 0.
pub fn log_log_slope(points: &[(f64, f64)]) -> Option<Estimate> {
    let logs: Vec<(f64, f64)> =
        points.iter().filter(|(x, y)| *x > 0.0 && *y > 0.0).map(|(x, y)| (x.ln(), y.ln())).collect();
    let n = logs.len() as f64;
    let (mean_x, mean_y) = (logs.iter().map(|p| p.0).sum::<f64>() / n, logs.iter().map(|p| p.1).sum::<f64>() / n);
    let spread: f64 = logs.iter().map(|p| (p.0 - mean_x).powi(2)).sum();
    if logs.len() < 2 || spread == 0.0 {
        return None;
    }
    let value = logs.iter().map(|p| (p.0 - mean_x) * (p.1 - mean_y)).sum::<f64>() / spread;
    let residual: f64 = logs.iter().map(|p| (p.1 - mean_y - value * (p.0 - mean_x)).powi(2)).sum();
    // Two points say nothing of their error.
    let se = if logs.len() > 2 { (residual / (n - 2.0) / spread).sqrt() } else { f64::INFINITY };
    Some(Estimate { value, se })
}

/// A bound and the estimator of its gradient.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct GradientEstimator {
    /// The bound whose gradient is estimated.
    pub bound: Bound,
    /// The estimator of the gradient.
    pub estimator: Estimator,
}

impl GradientEstimator {
    /// All combinations of a bound (ELBO or IWAE) with an estimator that the experiment's model allows.
    pub fn all(experiment: &Experiment) -> Vec<Self> {
        let bounds = Bound::ALL.iter().filter(|bound| matches!(bound.kind(), BoundKind::Elbo | BoundKind::Iwae));
        let gradients =
            bounds.flat_map(|&bound| Estimator::ALL.iter().map(move |&estimator| Self { bound, estimator }));
        gradients
            .filter(|gradient| {
                let mut asked = experiment.clone();
                asked.objective.bound = gradient.bound;
                gradient.estimator.why_not(&asked, None).is_none()
            })
            .collect()
    }

    /// The smallest number of samples K that the estimator works with.
    pub fn fewest_samples(&self) -> usize {
        if self.estimator.kind().others { 2 } else { 1 }
    }

    /// The combination's name, for example "IWAE, reparameterised".
    pub fn name(&self) -> String {
        format!("{}, {}", self.bound.name(), self.estimator.name())
    }
}

/// The settings of a measurement.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The estimators to measure.
    pub gradients: Vec<GradientEstimator>,
    /// The numbers of samples K to measure at.
    pub samples: Vec<usize>,
    /// Number of estimates of each gradient.
    pub repeats: usize,
    /// Seed of the noise.
    pub seed: u64,
}

/// The measurement of one gradient estimator at one number of samples.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Point {
    /// Number of samples K per image.
    pub samples: usize,
    /// Signal-to-noise ratio of the batch's gradient with respect to the encoder's parameters, those of q(z|x).
    pub encoder: f64,
    /// Signal-to-noise ratio of the batch's gradient with respect to all other parameters, those of decoder and prior.
    pub decoder: f64,
    /// Seconds for one estimate: the median, which other programs on the machine affect least.
    pub seconds: f64,
    /// The bound of the batch in nats per image, with the standard error of its mean over the estimates.
    pub bound: Estimate,
    /// The variance of a single estimate of the bound, in nats² per image².
    pub bound_variance: f64,
}

impl Point {
    /// The encoder's signal-to-noise ratio after one second of averaging: averaging n estimates raises it by √n.
    pub fn encoder_per_second(&self) -> f64 {
        self.encoder / self.seconds.sqrt()
    }

    /// The decoder's signal-to-noise ratio after one second of averaging.
    pub fn decoder_per_second(&self) -> f64 {
        self.decoder / self.seconds.sqrt()
    }
}

/// The measurements of one gradient estimator over K.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// The estimator.
    pub gradient: GradientEstimator,
    /// The measurements, ascending in K.
    pub points: Vec<Point>,
}

impl Curve {
    fn slope(&self, of: fn(&Point) -> f64) -> Option<Estimate> {
        log_log_slope(&self.points.iter().map(|p| (p.samples as f64, of(p))).collect::<Vec<_>>())
    }

    /// The exponent p of SNR ∝ Kᵖ for the encoder. In theory it tends to −½ for the reparameterised gradient of the
    /// importance-weighted bound (Rainforth et al. 2018, theorem 1) and to ½ for its doubly reparameterised gradient.
    pub fn encoder_slope(&self) -> Option<Estimate> {
        self.slope(|p| p.encoder)
    }

    /// The exponent p of SNR ∝ Kᵖ for the decoder; ½ in theory.
    pub fn decoder_slope(&self) -> Option<Estimate> {
        self.slope(|p| p.decoder)
    }

    /// The exponent p of the bound's variance ∝ Kᵖ; −1 in theory.
    pub fn variance_slope(&self) -> Option<Estimate> {
        self.slope(|p| p.bound_variance)
    }
}

/// The gradient estimator and K with the largest positive value of `of`; `None` if no value is positive.
pub fn best(curves: &[Curve], of: fn(&Point) -> f64) -> Option<(GradientEstimator, usize)> {
    let all = curves.iter().flat_map(|curve| curve.points.iter().map(|point| (curve.gradient, point)));
    let top = all.filter(|(_, point)| of(point) > 0.0).max_by(|a, b| of(a.1).total_cmp(&of(b.1)));
    top.map(|(gradient, point)| (gradient, point.samples))
}

/// Whether the best has the largest K that was tried: a larger one may be better still.
pub fn is_at_the_edge(curves: &[Curve], (gradient, samples): (GradientEstimator, usize)) -> bool {
    let own = curves.iter().filter(|curve| curve.gradient == gradient).flat_map(|curve| &curve.points);
    own.map(|point| point.samples).max() == Some(samples)
}

/// The model and the batch whose gradients are measured.
pub struct Subject<'a> {
    /// The model.
    pub model: &'a Model,
    /// The model's parameter values.
    pub parameters: &'a [Tensor<1>],
    /// The model's running averages.
    pub state: &'a [Tensor<1>],
    /// The images of the batch.
    pub images: &'a Images,
}

/// A measurement of gradients in progress; a slice of work is one estimate of one gradient.
pub struct GradientLab {
    settings: Settings,
    /// Pairs of estimator and number of samples, in the order in which they are measured.
    plan: Vec<(usize, usize)>,
    at: usize,
    repeat: usize,
    encoder: Moments,
    decoder: Moments,
    bounds: Vec<f64>,
    seconds: Vec<f64>,
    curves: Vec<Curve>,
}

impl GradientLab {
    /// A measurement that has not begun.
    pub fn new(mut settings: Settings) -> Self {
        settings.repeats = settings.repeats.max(2);
        settings.samples.sort_unstable();
        settings.samples.dedup();
        let plan = settings.gradients.iter().enumerate().flat_map(|(i, gradient)| {
            settings.samples.iter().filter(|&&k| k >= gradient.fewest_samples()).map(move |&k| (i, k))
        });
        Self {
            plan: plan.collect(),
            at: 0,
            repeat: 0,
            encoder: Moments::default(),
            decoder: Moments::default(),
            bounds: Vec::new(),
            seconds: Vec::new(),
            curves: settings.gradients.iter().map(|&gradient| Curve { gradient, points: Vec::new() }).collect(),
            settings,
        }
    }

    /// The results so far.
    pub fn curves(&self) -> &[Curve] {
        &self.curves
    }
}

impl Sliced<Subject<'_>> for GradientLab {
    type Found = Vec<Curve>;
    type Error = ExecutionError;

    /// One estimate.
    fn slice(&mut self, subject: &Subject<'_>, _threads: usize) -> Result<bool, ExecutionError> {
        let Some(&(gradient, samples)) = self.plan.get(self.at) else { return Ok(true) };
        let start = Instant::now();
        let setting = Setting {
            bound: self.settings.gradients[gradient].bound,
            estimator: self.settings.gradients[gradient].estimator,
            beta: 1.0,
            training_images: subject.images.count,
            ..Setting::default()
        };
        // Every gradient is estimated from the same ε, so that they are compared on equal terms.
        let counter = ((samples as u64) << 32) | self.repeat as u64;
        let noise = Stream::new(self.settings.seed, Purpose::EpsilonGradient);
        let found = estimate(subject, setting, samples, noise, counter)?;
        self.seconds.push(start.elapsed().as_secs_f64());
        self.encoder.push(found.encoder);
        self.decoder.push(found.decoder);
        self.bounds.push(found.bound);
        self.repeat += 1;
        if self.repeat == self.settings.repeats {
            let bound = Estimate::mean(&self.bounds);
            let repeats = self.settings.repeats as f64;
            self.curves[gradient].points.push(Point {
                samples,
                encoder: std::mem::take(&mut self.encoder).signal_to_noise(),
                decoder: std::mem::take(&mut self.decoder).signal_to_noise(),
                seconds: median(std::mem::take(&mut self.seconds)),
                bound,
                bound_variance: bound.se.powi(2) * repeats,
            });
            self.bounds.clear();
            self.repeat = 0;
            self.at += 1;
        }
        Ok(self.at == self.plan.len())
    }

    /// Progress counted in samples, since an estimate takes longer for larger K.
    fn progress(&self) -> Progress {
        let cost = |plan: &[(usize, usize)]| plan.iter().map(|(_, k)| k * self.settings.repeats).sum::<usize>();
        let current = self.plan.get(self.at).map_or(0, |(_, k)| k * self.repeat);
        let (done, all) = (cost(&self.plan[..self.at]) + current, cost(&self.plan));
        Progress { done, all, what: "estimating gradients" }
    }

    fn finish(self: Box<Self>) -> Vec<Curve> {
        self.curves
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

struct Found {
    encoder: Vec<f64>,
    decoder: Vec<f64>,
    bound: f64,
}

/// Whether a parameter belongs to q(z|x); all others belong to p.
fn is_of_encoder(name: &str) -> bool {
    name.starts_with("encoder") || name.starts_with("posterior")
}

fn estimate(
    subject: &Subject,
    setting: Setting,
    samples: usize,
    noise: Stream,
    counter: u64,
) -> Result<Found, ExecutionError> {
    let Subject { model, parameters, state, images } = *subject;
    let (count, latent, device) = (images.count, model.latent(), parameters[0].device());
    let mut epsilon = vec![0.0; samples * count * latent];
    noise.fill_normal(counter, &mut epsilon);
    let epsilon = Tensor::from_data(TensorData::new(epsilon, [samples * count, latent]), &device);
    let x = Tensor::from_data(TensorData::new(images.pixels.clone(), [count, images.pixels_per_image()]), &device);
    let leaves: Vec<Tensor<1>> = parameters.iter().map(|p| p.clone().autodiff().require_grad()).collect();
    let pass = Pass::evaluation(&leaves, state);
    let surrogate = surrogate(&Batch::new(model, &pass, x, epsilon, setting));
    let mut gradients = (surrogate.objective.sum() / count as f64).backward();
    let mut further = surrogate.second_path.and_then(|path| path.backward(&mut gradients));
    let mut found = Found { encoder: Vec::new(), decoder: Vec::new(), bound: 0.0 };
    for (leaf, spec) in leaves.iter().zip(model.parameters()) {
        let parts = [leaf.grad_remove(&mut gradients), further.as_mut().and_then(|g| leaf.grad_remove(g))];
        let gradient = parts.into_iter().flatten().reduce(|a, b| a + b);
        let gradient = gradient.unwrap_or_else(|| leaf.clone().without_autodiff().zeros_like());
        let half = if is_of_encoder(&spec.name) { &mut found.encoder } else { &mut found.decoder };
        half.extend(gradient.try_into_data()?.iter::<f64>());
    }
    let value = match setting.bound.kind() {
        BoundKind::Elbo => surrogate.terms.elbo(),
        _ => surrogate.terms.iwae(),
    };
    found.bound = value.try_into_data()?.iter::<f64>().sum::<f64>() / count as f64;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_are_exponents() {
        let points: Vec<(f64, f64)> = [1.0, 4.0, 16.0, 64.0].iter().map(|&k: &f64| (k, 3.0 * k.powf(-0.5))).collect();
        let slope = log_log_slope(&points).expect("four points");
        assert!((slope.value + 0.5).abs() < 1e-12 && slope.se < 1e-12, "{slope:?}");
        assert!(log_log_slope(&[(1.0, 2.0), (4.0, 0.0)]).is_none());
    }

    #[test]
    fn moments_give_the_ratio_and_allow_for_their_own_noise() {
        let mut noise = vec![0.0; 2_000];
        let (mut signal, mut nothing) = (Moments::default(), Moments::default());
        for repeat in 0..400 {
            Stream::new(2, Purpose::Choice).fill_normal(repeat, &mut noise);
            let noise = noise.iter().map(|&e| f64::from(e));
            signal.push(noise.clone().map(|e| 0.3 + 2.0 * e));
            nothing.push(noise.map(|e| 2.0 * e));
        }
        assert!((signal.signal_to_noise() - 0.15).abs() < 5e-3, "{}", signal.signal_to_noise());
        assert!(nothing.signal_to_noise() < 0.015, "{}", nothing.signal_to_noise());
    }
}
