//! The views of the prior: its contours along two axes, and its components if it is a mixture.

use super::context::AnswerContext;
use super::contour::{Lattice, SHARES};
use super::outline::{Outline, by_rows, on_plane, window};
use crate::data::Images;
use crate::experiment::method::PriorKind;
use crate::model::prior::Density;
use crate::train::TrainError;
use burn::tensor::Transaction;
use std::f64::consts::TAU;

/// Draws that say how far a prior reaches.
const REACHING: usize = 500;
/// Draws whose histogram stands for a density that is not known along two axes; its cells along each.
const DRAWS: usize = 4_000;
const CELLS: usize = 80;
/// Standard deviations of a component that are looked at.
const DEVIATIONS: f64 = 4.5;
/// Points of a circle.
const CIRCLE: usize = 180;

/// p(z) along two axes, whatever the other dimensions are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PriorView {
    /// The outline of the prior. On a sphere, its outer line shows how far any two entries of z reach.
    pub outline: Outline,
    /// The means of the prior's components, across and up, with their weights; empty if it is no mixture.
    pub components: Vec<([f32; 2], f32)>,
}

/// The components of p(z), the heaviest first; none if p(z) is no mixture.
#[derive(Clone, Debug, PartialEq)]
pub struct PriorComponents {
    /// The components' numbers among all components.
    pub numbers: Vec<usize>,
    /// The components' weights.
    pub weights: Vec<f32>,
    /// The components' means, `components × latent`.
    pub z: Vec<f32>,
    /// The images whose posteriors the components are, if they are posteriors.
    pub inputs: Option<Images>,
    /// The decoder's mean images of the components' means.
    pub means: Images,
}

/// A prior's components on the host.
struct Host {
    weights: Vec<f64>,
    /// `components × latent`.
    mean: Vec<f32>,
    deviation: Vec<f32>,
    independent: bool,
    images: Option<Vec<f32>>,
}

impl Host {
    fn of(density: &dyn Density) -> Result<Option<Self>, TrainError> {
        let Some(components) = density.components() else { return Ok(None) };
        let wanted = Transaction::default()
            .register(components.weights)
            .register(components.mean)
            .register(components.deviation);
        let wanted = match components.images {
            Some(images) => wanted.register(images),
            None => wanted,
        };
        let data = wanted.try_execute()?;
        let numbers = |i: usize| data[i].iter::<f32>().collect::<Vec<f32>>();
        Ok(Some(Self {
            weights: data[0].iter::<f32>().map(f64::from).collect(),
            mean: numbers(1),
            deviation: numbers(2),
            independent: components.independent,
            images: (data.len() > 3).then(|| numbers(3)),
        }))
    }

    /// The log density of the entries `axes` of z alone, for Gaussians of independent entries.
    fn log_marginal(&self, z: &[f32], latent: usize, axes: [usize; 2]) -> f64 {
        let density: f64 = self
            .weights
            .iter()
            .zip(self.mean.chunks(latent).zip(self.deviation.chunks(latent)))
            .map(|(weight, (mean, deviation))| {
                let entry = |axis: usize| {
                    let deviation = f64::from(deviation[axis]);
                    let scaled = (f64::from(z[axis]) - f64::from(mean[axis])) / deviation;
                    (-0.5 * scaled * scaled).exp() / (deviation * TAU.sqrt())
                };
                weight * axes.into_iter().map(entry).product::<f64>()
            })
            .sum();
        density.ln()
    }

    fn window(&self, latent: usize, axes: [usize; 2]) -> [[f64; 2]; 2] {
        axes.map(|axis| {
            let entries = self.mean.iter().zip(&self.deviation).skip(axis).step_by(latent);
            entries.fold([f64::INFINITY, f64::NEG_INFINITY], |[from, to], (&mean, &deviation)| {
                let (mean, reach) = (f64::from(mean), DEVIATIONS * f64::from(deviation));
                [from.min(mean - reach), to.max(mean + reach)]
            })
        })
    }
}

impl AnswerContext<'_> {
    /// The prior along two axes.
    pub(super) fn prior_view(&self, axes: [usize; 2]) -> Result<PriorView, TrainError> {
        let latent = self.latent();
        let axes = axes.map(|axis| axis.min(latent - 1));
        if self.trainer.experiment().latent.prior.kind() == PriorKind::Sphere {
            let angle = |i: usize| (TAU * i as f64 / CIRCLE as f64) as f32;
            let circle = (0..=CIRCLE).map(angle).map(|angle| [angle.cos(), angle.sin(), 0.0]).collect();
            let outline = Outline { contours: [Vec::new(), vec![circle]], ..Outline::default() };
            return Ok(PriorView { outline, components: Vec::new() });
        }
        if axes[0] == axes[1] {
            return Ok(PriorView::default());
        }
        let density = self.model().prior(&self.trainer.pass());
        let components = Host::of(density.as_ref())?;
        let device = &self.trainer.device().tensors;
        let contours = match &components {
            Some(host) if host.independent => {
                let log_density =
                    |z: &[f32]| Ok(z.chunks(latent).map(|z| host.log_marginal(z, latent, axes)).collect());
                on_plane(&log_density, &vec![0.0; latent], axes, host.window(latent, axes))?
            }
            _ => {
                let drawn = self.prior_draws(REACHING, 1.0, 0, 3)?;
                let window = window(&drawn, latent, axes);
                let origin = vec![0.0; latent];
                if latent == 2 {
                    on_plane(&|z: &[f32]| by_rows(z, latent, device, |z| density.log_prob(z)), &origin, axes, window)?
                } else if density.log_prob_per_dimension(self.tensor(origin.clone(), latent)).is_some() {
                    let of_axes = |z: &[f32]| {
                        by_rows(z, latent, device, |z| {
                            let rows = z.dims()[0];
                            let all = density.log_prob_per_dimension(z).expect("it has been asked for");
                            let entry = |axis: usize| all.clone().slice([0..rows, axis..axis + 1]);
                            (entry(axes[0]) + entry(axes[1])).reshape([rows])
                        })
                    };
                    on_plane(&of_axes, &origin, axes, window)?
                } else {
                    smoothed(&self.prior_draws(DRAWS, 1.0, 0, 4)?, latent, axes, window)
                }
            }
        };
        let places = components.iter().flat_map(|host| {
            let place = |z: &[f32]| axes.map(|axis| z[axis]);
            host.mean.chunks(latent).map(place).zip(host.weights.iter().map(|&weight| weight as f32))
        });
        let outline = Outline { contours, ..Outline::default() };
        Ok(PriorView { outline, components: places.collect() })
    }

    /// The prior's components, at most `count`, the heaviest first.
    pub(super) fn prior_components(&self, count: usize) -> Result<PriorComponents, TrainError> {
        let latent = self.latent();
        let Some(host) = Host::of(self.model().prior(&self.trainer.pass()).as_ref())? else {
            let means = self.stack(Vec::new());
            return Ok(PriorComponents { numbers: vec![], weights: vec![], z: vec![], inputs: None, means });
        };
        let mut numbers: Vec<usize> = (0..host.weights.len()).collect();
        numbers.sort_by(|&a, &b| host.weights[b].total_cmp(&host.weights[a]));
        numbers.truncate(count);
        let rows = |all: &[f32], width: usize| -> Vec<f32> {
            numbers.iter().flat_map(|&number| &all[number * width..][..width]).copied().collect()
        };
        let z = rows(&host.mean, latent);
        let pixels = self.model().image().pixels();
        Ok(PriorComponents {
            weights: numbers.iter().map(|&number| host.weights[number] as f32).collect(),
            inputs: host.images.as_ref().map(|images| self.stack(rows(images, pixels))),
            means: self.decode(&z)?,
            z,
            numbers,
        })
    }
}

/// Contours of the distribution that draws come from, by their histogram, smoothed after Scott (1992).
fn smoothed(draws: &[f32], latent: usize, axes: [usize; 2], window: [[f64; 2]; 2]) -> [Vec<Vec<[f32; 3]>>; 2] {
    let width = window.map(|[from, to]| (to - from) / CELLS as f64);
    let mut masses = vec![0.0; CELLS * CELLS];
    let count = (draws.len() / latent) as f64;
    let mut sums = [[0.0; 2]; 2];
    for z in draws.chunks(latent) {
        let at = [0, 1].map(|i| f64::from(z[axes[i]]));
        (0..2).for_each(|i| sums[i] = [sums[i][0] + at[i], sums[i][1] + at[i] * at[i]]);
        let cell = [0, 1].map(|i| ((at[i] - window[i][0]) / width[i]).floor());
        if cell.iter().all(|&cell| (0.0..CELLS as f64).contains(&cell)) {
            masses[cell[1] as usize * CELLS + cell[0] as usize] += 1.0;
        }
    }
    // Narrower than Scott's: priors that are no Gaussians have finer parts than he reckons with.
    let bandwidth =
        sums.map(|[sum, squares]| 0.7 * (squares / count - (sum / count).powi(2)).sqrt() * count.powf(-1.0 / 6.0));
    for axis in 0..2 {
        let (step, across) = if axis == 0 { (1, CELLS) } else { (CELLS, 1) };
        let kernel: Vec<f64> = (0..CELLS)
            .map(|i| (-0.5 * (i as f64 * width[axis] / bandwidth[axis].max(width[axis])).powi(2)).exp())
            .collect();
        for line in 0..CELLS {
            let old: Vec<f64> = (0..CELLS).map(|i| masses[line * across + i * step]).collect();
            for i in 0..CELLS {
                masses[line * across + i * step] = (0..CELLS).map(|j| old[j] * kernel[i.abs_diff(j)]).sum();
            }
        }
    }
    let lattice = Lattice::new(CELLS, masses.into_iter().map(f64::ln).collect(), false);
    let place = |[column, row]: [f64; 2]| {
        [(window[0][0] + width[0] * (column + 0.5)) as f32, (window[1][0] + width[1] * (row + 0.5)) as f32, 0.0]
    };
    SHARES.map(|share| {
        let lines = lattice.lines(lattice.level(share, |_| 1.0));
        lines.into_iter().map(|line| line.into_iter().map(place).collect()).collect()
    })
}
