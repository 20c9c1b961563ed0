//! Page 6: two unbiased estimators of one gradient, as clouds.

use super::canvas::Canvas;
use super::densities::{Posterior, densities_ui};
use super::stage::{Lesson, Stage};
use crate::estimate::Estimate;
use crate::tour::{Bump, Gradient, GradientEstimator, LatentCurve, Q, exact_gradient, gradient_estimates};
use crate::ui::controls::action;
use crate::ui::format;
use crate::ui::theme::Theme;
use eframe::egui::{Align2, Color32, Grid, Stroke, Ui, vec2};
use serde::{Deserialize, Serialize};

/// Dots in a cloud.
const DOTS: usize = 400;
/// Height below which densities and clouds stand side by side, in points.
const BESIDE: f32 = 260.0;
/// A gradient so small that q is at the top of its bound.
const AT_THE_TOP: f64 = 0.1;

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Gradients {
    redrawn: bool,
    done: bool,
    seed: u64,
    #[serde(skip)]
    found: Option<Found>,
    #[serde(skip)]
    posterior: Posterior,
}

/// The clouds, with what they are of.
struct Found {
    of: (LatentCurve, f64, Bump, u64),
    exact: Gradient,
    clouds: [Vec<Gradient>; 2],
}

impl Lesson for Gradients {
    fn is_done(&self) -> bool {
        self.done
    }

    fn picture_ui(&mut self, ui: &mut Ui, stage: &mut Stage<'_, '_>) {
        let height = stage.height;
        if height < BESIDE {
            ui.columns(2, |columns| {
                self.densities_ui(&mut columns[0], stage, height);
                self.clouds_ui(&mut columns[1], stage, height);
            });
            // As much room in all as one above the other.
            ui.add_space(ui.spacing().item_spacing.y);
        } else {
            self.densities_ui(ui, stage, 0.42 * height);
            self.clouds_ui(ui, stage, 0.58 * height);
        }
        let Some(found) = &self.found else { return };
        table_ui(ui, stage.context.theme, found);
        let at_the_top = f64::hypot(found.exact.mean, found.exact.log_deviation) < AT_THE_TOP;
        ui.horizontal_wrapped(|ui| {
            if action(ui, "New clouds", "The same gradient from other draws.") {
                self.seed += 1;
                self.redrawn = true;
            }
            let mut x_moved = stage.world.x_ui(ui);
            x_moved |= stage.world.noise_ui(ui);
            if x_moved {
                ui.ctx().request_repaint();
            }
        });
        self.done |= self.redrawn && at_the_top;
    }
}

impl Gradients {
    /// q to be dragged, and the clouds of the q that comes of it.
    fn densities_ui(&mut self, ui: &mut Ui, stage: &mut Stage<'_, '_>, height: f32) {
        let mut q = Q::Gaussian(stage.world.gaussian());
        if densities_ui(ui, stage, &mut self.posterior, &mut q, height, true) {
            stage.world.q = q;
        }
        let seed = self.seed;
        let key = (stage.world.model, stage.world.x, stage.world.gaussian(), seed);
        if self.found.as_ref().is_none_or(|found| found.of != key) {
            let (model, x, q, _) = key;
            let cloud = |estimator| gradient_estimates(&model, x, q, estimator, 1, DOTS, seed);
            let clouds = GradientEstimator::ALL.map(cloud);
            self.found = Some(Found { of: key, exact: exact_gradient(&model, x, q), clouds });
        }
    }

    fn clouds_ui(&self, ui: &mut Ui, stage: &Stage<'_, '_>, height: f32) {
        if let Some(found) = &self.found {
            clouds_ui(ui, stage.context.theme, found, height);
        }
    }
}

fn colours(theme: &Theme) -> [Color32; 2] {
    [theme.kl, theme.reconstruction]
}

fn clouds_ui(ui: &mut Ui, theme: &Theme, found: &Found, height: f32) {
    // As far as nineteen of twenty dots of the wider cloud.
    let mut lengths: Vec<f64> = found.clouds[0].iter().flat_map(|g| [g.mean.abs(), g.log_deviation.abs()]).collect();
    lengths.sort_by(f64::total_cmp);
    let reach = lengths.get(lengths.len() * 19 / 20).copied().unwrap_or(1.0).max(1.0);
    let size = vec2(ui.available_width(), height);
    let spoken = "Gradient estimates by μ (across) and log σ (up), a cloud for each estimator";
    let aspect = f64::from(size.y / size.x).max(0.2);
    let (across, up) = (reach.max(reach / aspect * 0.5), reach.max(0.5 * reach));
    let plane = Canvas::take(ui, size, -across..=across, -up..=up, spoken);
    let axis = Stroke::new(1.0, theme.outline);
    plane.segment([-across, 0.0], [across, 0.0], axis);
    plane.segment([0.0, -up], [0.0, up], axis);
    for (cloud, colour) in found.clouds.iter().zip(colours(theme)) {
        for gradient in cloud {
            plane.dot(gradient.mean, gradient.log_deviation, 1.6, colour.gamma_multiply(0.6));
        }
    }
    for (cloud, colour) in found.clouds.iter().zip(colours(theme)) {
        let [mean, log] = means(cloud);
        let cross = Stroke::new(2.0, colour);
        plane.segment([mean.value - mean.se, log.value], [mean.value + mean.se, log.value], cross);
        plane.segment([mean.value, log.value - log.se], [mean.value, log.value + log.se], cross);
    }
    let Gradient { mean, log_deviation } = found.exact;
    plane.segment([0.0, 0.0], [mean, log_deviation], Stroke::new(2.0, theme.text_strong));
    plane.ring(mean, log_deviation, 6.0, Stroke::new(2.0, theme.text_strong));
    plane.caption(ui, Align2::RIGHT_BOTTOM, 0, "∂ELBO/∂μ", theme.text_muted);
    plane.caption(ui, Align2::LEFT_TOP, 0, "∂ELBO/∂log σ", theme.text_muted);
}

/// Means with their standard errors, by μ and by log σ.
fn means(cloud: &[Gradient]) -> [Estimate; 2] {
    let of = |part: fn(&Gradient) -> f64| Estimate::mean(&cloud.iter().map(part).collect::<Vec<f64>>());
    [of(|gradient| gradient.mean), of(|gradient| gradient.log_deviation)]
}

fn table_ui(ui: &mut Ui, theme: &Theme, found: &Found) {
    Grid::new("gradients").num_columns(4).spacing(vec2(12.0, 2.0)).min_row_height(16.0).show(ui, |ui| {
        for head in ["", "by μ", "by log σ", "variance"] {
            ui.label(theme.muted(head));
        }
        ui.end_row();
        for ((cloud, colour), estimator) in found.clouds.iter().zip(colours(theme)).zip(GradientEstimator::ALL) {
            let [mean, log] = means(cloud);
            // The error of a mean of n has the variance over n.
            let variance = cloud.len() as f64 * (mean.se * mean.se + log.se * log.se);
            ui.label(theme.muted(estimator.name()).color(colour));
            for estimate in [mean, log] {
                ui.label(format::with_error(estimate.value, estimate.se, 2));
            }
            ui.label(theme.strong(format::scaled(variance)));
            ui.end_row();
        }
        ui.label(theme.muted("Exact"));
        ui.label(format::fixed(found.exact.mean, 2));
        ui.label(format::fixed(found.exact.log_deviation, 2));
        ui.end_row();
    });
}
