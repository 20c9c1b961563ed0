//! Page 1: draws from the model, and the density of x that they fill.

use super::canvas::Canvas;
use super::stage::{Lesson, Stage, World, X_REACH, Z_REACH};
use crate::tour::{Draw, Grid, LatentCurve, knot_z};
use crate::ui::controls::action;
use crate::ui::format;
use eframe::egui::{Align2, Stroke, Ui, vec2};
use serde::{Deserialize, Serialize};

/// Draws shown as dots; all are in the histogram.
const DOTS: usize = 400;
const BINS: usize = 56;
/// Draws one by one, and in all, that the page asks for.
const SINGLE: u32 = 3;
const ALL: u64 = 1_000;
/// Farthest x that the picture shows.
const REACH: f64 = X_REACH + 0.5;

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Draws {
    done: bool,
    /// The model of the draws.
    #[serde(skip)]
    of: Option<LatentCurve>,
    #[serde(skip)]
    dots: Vec<Draw>,
    #[serde(skip)]
    bins: Vec<u32>,
    #[serde(skip)]
    count: u64,
    #[serde(skip)]
    single: u32,
    /// p(x) over the axis of x, exactly.
    #[serde(skip)]
    density: Vec<[f64; 2]>,
}

impl Lesson for Draws {
    fn is_done(&self) -> bool {
        self.done
    }

    fn picture_ui(&mut self, ui: &mut Ui, stage: &mut Stage<'_, '_>) {
        self.follow(stage.world);
        self.plane_ui(ui, stage);
        ui.horizontal_wrapped(|ui| {
            stage.world.curve_ui(ui);
            stage.world.noise_ui(ui);
        });
        ui.horizontal_wrapped(|ui| {
            if action(ui, "Draw one", "z from the prior, then x from the likelihood.") {
                self.single += 1;
                self.draw(1);
            }
            if action(ui, "Draw a thousand", "A thousand pairs (z, x).") {
                self.draw(1_000);
            }
            if action(ui, "Clear", "Forget the draws.") {
                self.clear();
            }
            let text = format!("{} draws", format::count(self.count));
            ui.label(stage.context.theme.muted(text));
        });
        self.done |= self.single >= SINGLE && self.count >= ALL;
    }
}

impl Draws {
    /// Begin anew where the model is another.
    fn follow(&mut self, world: &World) {
        if self.of == Some(world.model) {
            return;
        }
        let grid = Grid::aligned(-6.0, 6.0, 50.0);
        let xs = Grid::new(-REACH, REACH, 181);
        self.density = xs.points().map(|x| [x, world.model.log_evidence_on(x, grid).exp()]).collect();
        self.of = Some(world.model);
        self.clear();
    }

    fn clear(&mut self) {
        (self.dots, self.bins, self.count) = (Vec::new(), vec![0; BINS], 0);
    }

    fn draw(&mut self, count: usize) {
        let Some(model) = self.of else { return };
        let drawn = model.draws(0, self.count, count);
        self.count += count as u64;
        for draw in &drawn {
            let bin = (draw.x + REACH) / (2.0 * REACH) * BINS as f64;
            if (0.0..BINS as f64).contains(&bin) {
                self.bins[bin as usize] += 1;
            }
        }
        self.dots.extend(drawn);
        let old = self.dots.len().saturating_sub(DOTS);
        self.dots.drain(..old);
    }

    /// p(z) below, the curve in the middle, p(x) at the right.
    fn plane_ui(&self, ui: &mut Ui, stage: &mut Stage<'_, '_>) {
        let theme = stage.context.theme;
        let size = vec2(ui.available_width(), stage.height);
        let spoken = format!("The curve x(z) with {} draws, p(z) below and p(x) at the right", self.count);
        let whole = Canvas::take(ui, size, 0.0..=1.0, 0.0..=1.0, &spoken);
        let (left, right) = whole.rect.split_left_right_at_fraction(0.76);
        let (top_left, below) = left.split_top_bottom_at_fraction(0.78);
        let (top_right, _) = right.split_top_bottom_at_fraction(0.78);
        let plane = Canvas::on(ui, top_left, -Z_REACH..=Z_REACH, -REACH..=REACH);
        let prior = Canvas::on(ui, below, -Z_REACH..=Z_REACH, 0.0..=0.45);
        let highest = self.density.iter().map(|[_, p]| *p).fold(0.3, f64::max);
        let marginal = Canvas::on(ui, top_right, 0.0..=1.15 * highest, -REACH..=REACH);

        // p(z), and the band of noise about the curve.
        let zs = || Grid::new(-Z_REACH, Z_REACH, 121).points();
        let standard = |z: f64| (-0.5 * z * z).exp() / std::f64::consts::TAU.sqrt();
        prior.area(zs().map(|z| [z, 0.0, standard(z)]), theme.raised);
        prior.line(zs().map(|z| [z, standard(z)]), Stroke::new(1.5, theme.text_muted));
        prior.x_axis(ui, "z");
        prior.caption(ui, Align2::LEFT_TOP, 0, "p(z)", theme.text_muted);
        let model = stage.world.model;
        let band = |z: f64| (model.curve.at(z), model.noise);
        plane.area(
            zs().map(|z| {
                let (mean, noise) = band(z);
                [z, mean - noise, mean + noise]
            }),
            theme.accent_soft,
        );
        plane.line(zs().map(|z| [z, model.curve.at(z)]), Stroke::new(2.0, theme.accent));
        plane.caption(ui, Align2::LEFT_TOP, 0, "x = f(z) + noise", theme.text_muted);

        // p(x) with the histogram of the draws, from the axis of x to the right.
        let width = 2.0 * REACH / BINS as f64;
        for (bin, &hits) in self.bins.iter().enumerate().filter(|_| self.count > 0) {
            let low = -REACH + width * bin as f64;
            let density = f64::from(hits) / (self.count as f64 * width);
            marginal.bar(0.0..=density, low..=(low + 0.9 * width), theme.faint(theme.evidence));
        }
        marginal.line(self.density.iter().map(|&[x, p]| [p, x]), Stroke::new(2.0, theme.evidence));
        marginal.caption(ui, Align2::RIGHT_TOP, 0, "p(x)", theme.text_muted);
        let edge = Stroke::new(1.0, theme.hairline);
        ui.painter().vline(top_right.left(), top_right.y_range(), edge);
        ui.painter().hline(left.x_range(), below.top(), edge);

        // The draws; the newest with its way.
        for draw in &self.dots {
            plane.dot(draw.z, draw.x, 1.6, theme.text_muted);
        }
        if let Some(draw) = self.dots.last() {
            let way = Stroke::new(1.5, theme.warning);
            let mean = model.curve.at(draw.z);
            prior.segment([draw.z, 0.0], [draw.z, 0.45], way);
            plane.segment([draw.z, -REACH], [draw.z, mean], way);
            plane.segment([draw.z, mean], [draw.z, draw.x], Stroke::new(1.5, theme.kl));
            plane.segment([draw.z, draw.x], [Z_REACH, draw.x], way);
            marginal.segment([0.0, draw.x], [0.06 * highest, draw.x], way);
            plane.dot(draw.z, draw.x, 3.5, theme.warning);
        }
        let knots = model.curve.knots;
        for (knot, &value) in knots.iter().enumerate().filter(|(knot, _)| knot_z(*knot).abs() < Z_REACH) {
            let name = format!("Curve at z = {}", format::fixed(knot_z(knot), 0));
            if let Some([_, moved]) = plane.handle(ui, &name, [knot_z(knot), value], theme.accent) {
                stage.world.model.curve.knots[knot] = moved.clamp(-X_REACH, X_REACH);
            }
        }
    }
}
