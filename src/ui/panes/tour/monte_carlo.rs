//! Page 5: the bound estimated from K draws.

use super::canvas::Canvas;
use super::densities::{Posterior, densities_ui};
use super::stage::{Lesson, Stage};
use crate::tour::{Estimates, Grid, Identity, LatentCurve, Q, estimates, spread};
use crate::ui::controls::{action, segmented};
use crate::ui::format;
use eframe::egui::{Align2, Stroke, Ui, vec2};
use serde::{Deserialize, Serialize};

const BINS: usize = 48;
/// Redraws at K = 1, and redraws in the histogram at K = 16, that the page asks for.
const REDRAWS: usize = 3;
const SIXTEEN: usize = 16;
const MANY: usize = 500;

#[derive(Serialize, Deserialize)]
#[serde(default)]
pub struct MonteCarlo {
    samples: usize,
    jumped: bool,
    done: bool,
    /// The model, x, q and K that the estimates are of.
    #[serde(skip)]
    of: Option<(LatentCurve, f64, Q, usize)>,
    #[serde(skip)]
    newest: Option<Estimates>,
    #[serde(skip)]
    all: Vec<f64>,
    /// The exact bound, and the standard deviation of one estimate from one draw.
    #[serde(skip)]
    exact: (f64, f64),
    #[serde(skip)]
    number: u64,
    #[serde(skip)]
    posterior: Posterior,
}

impl Default for MonteCarlo {
    fn default() -> Self {
        Self {
            samples: 1,
            jumped: false,
            done: false,
            of: None,
            newest: None,
            all: Vec::new(),
            exact: (0.0, 1.0),
            number: 0,
            posterior: Posterior::default(),
        }
    }
}

impl Lesson for MonteCarlo {
    fn is_done(&self) -> bool {
        self.done
    }

    fn picture_ui(&mut self, ui: &mut Ui, stage: &mut Stage<'_, '_>) {
        let mut q = Q::Gaussian(stage.world.gaussian());
        let dragged = densities_ui(ui, stage, &mut self.posterior, &mut q, 0.4 * stage.height, true);
        if dragged {
            stage.world.q = q;
        }
        self.follow(stage, q);
        self.draws_ui(ui, stage);
        self.histogram_ui(ui, stage);
        ui.horizontal_wrapped(|ui| {
            let meaning = "Draws of z for each estimate: Samples K of the form.";
            segmented(
                ui,
                &mut self.samples,
                &[1, 4, SIXTEEN, 64].map(|k| (k, K_NAMES[k.ilog2() as usize / 2], meaning)),
            );
            if action(ui, "Redraw", "K new draws of z, and one estimate.") {
                self.redraw(1);
                self.jumped |= self.samples == 1 && self.all.len() >= REDRAWS;
            }
            if action(ui, "Redraw 500 times", "Five hundred estimates, each from K draws.") {
                self.redraw(MANY);
                self.done |= self.jumped && self.samples == SIXTEEN;
            }
        });
    }
}

/// K as it stands on the buttons, for K = 4^index.
const K_NAMES: [&str; 4] = ["K = 1", "K = 4", "K = 16", "K = 64"];

impl MonteCarlo {
    /// Begin anew where the model, x, q or K has changed.
    fn follow(&mut self, stage: &Stage<'_, '_>, q: Q) {
        let key = (stage.world.model, stage.world.x, q, self.samples);
        if self.of == Some(key) {
            return;
        }
        self.of = Some(key);
        (self.newest, self.all) = (None, Vec::new());
        let elbo = Identity::of(&key.0, key.1, &q).elbo();
        self.exact = (elbo, spread(&key.0, key.1, &q, 1));
    }

    fn redraw(&mut self, times: usize) {
        let Some((model, x, q, samples)) = self.of else { return };
        for _ in 0..times {
            let found = estimates(&model, x, &q, samples, 0, self.number);
            self.number += 1;
            self.all.push(found.bound);
            self.newest = Some(found);
        }
    }

    /// log p(x|z) read off at the newest draws.
    fn draws_ui(&self, ui: &mut Ui, stage: &Stage<'_, '_>) {
        let theme = stage.context.theme;
        let world = &stage.world;
        let of = |z: f64| world.model.log_likelihood(world.x, z);
        let zs = || Grid::new(-super::stage::Z_REACH, super::stage::Z_REACH, 181).points();
        let top = zs().map(of).fold(f64::NEG_INFINITY, f64::max);
        let size = vec2(ui.available_width(), 0.3 * stage.height);
        let reach = -super::stage::Z_REACH..=super::stage::Z_REACH;
        let spoken = format!("log p(x|z) over z, with the newest {} draws", self.samples);
        let plane = Canvas::take(ui, size, reach, (top - 12.0)..=(top + 1.5), &spoken);
        plane.line(zs().map(|z| [z, of(z).max(top - 14.0)]), Stroke::new(1.5, theme.reconstruction));
        plane.caption(ui, Align2::LEFT_TOP, 0, "log p(x|z)", theme.reconstruction);
        for &z in self.newest.iter().flat_map(|newest| &newest.z) {
            plane.segment([z, top - 14.0], [z, of(z)], Stroke::new(1.0, theme.elbo.gamma_multiply(0.5)));
            plane.dot(z, of(z), 3.5, theme.elbo);
        }
        if let Some(newest) = &self.newest {
            let text = format!("estimate {}, exact {}", format::fixed(newest.bound, 3), format::fixed(self.exact.0, 3));
            plane.caption(ui, Align2::RIGHT_TOP, 0, &text, theme.text_strong);
        }
    }

    /// The estimates so far, with the normal density of their exact mean and spread.
    fn histogram_ui(&self, ui: &mut Ui, stage: &Stage<'_, '_>) {
        let theme = stage.context.theme;
        let (mean, one) = self.exact;
        let deviation = one / (self.samples as f64).sqrt();
        // The range is that of K = 1, so that the histogram is seen to narrow.
        let reach = 4.0 * one.max(1e-6);
        let (low, width) = (mean - reach, 2.0 * reach / BINS as f64);
        let mut bins = [0_u32; BINS];
        for estimate in &self.all {
            let bin = (estimate - low) / width;
            if (0.0..BINS as f64).contains(&bin) {
                bins[bin as usize] += 1;
            }
        }
        let size = vec2(ui.available_width(), 0.3 * stage.height);
        let top = 1.15 / (deviation.max(1e-9) * std::f64::consts::TAU.sqrt());
        let spoken = format!("A histogram of {} estimates", self.all.len());
        let plane = Canvas::take(ui, size, low..=(low + 2.0 * reach), 0.0..=top, &spoken);
        let count = self.all.len().max(1) as f64;
        for (bin, &hits) in bins.iter().enumerate() {
            let left = low + width * bin as f64;
            let density = f64::from(hits) / (count * width);
            plane.bar(left..=(left + 0.9 * width), 0.0..=density, theme.faint(theme.elbo));
        }
        let normal = |v: f64| (-0.5 * ((v - mean) / deviation).powi(2)).exp() * top / 1.15;
        plane.line(
            Grid::new(low, low + 2.0 * reach, 241).points().map(|v| [v, normal(v)]),
            Stroke::new(1.5, theme.elbo),
        );
        plane.segment([mean, 0.0], [mean, top], Stroke::new(1.0, theme.text_faint));
        let told = format!("{} estimates", format::count(self.all.len() as u64));
        plane.caption(ui, Align2::LEFT_TOP, 0, &told, theme.text_muted);
        let told = format!("standard deviation {} nats", format::fixed(deviation, 3));
        plane.caption(ui, Align2::RIGHT_TOP, 0, &told, theme.text_muted);
    }
}
