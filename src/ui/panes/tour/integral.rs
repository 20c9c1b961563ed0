//! Page 2: p(x) as an area, a grid that computes it, and the price of that grid in more dimensions.

use super::canvas::Canvas;
use super::stage::{Lesson, Stage, Z_REACH};
use crate::tour::{AGE_OF_THE_UNIVERSE, EVALUATIONS_PER_SECOND, Grid, evaluations, told_duration};
use crate::ui::controls::slider;
use crate::ui::format;
use crate::ui::formula;
use crate::ui::theme::space;
use eframe::egui::{Align2, Slider, Stroke, Ui, vec2};
use serde::{Deserialize, Serialize};

/// A sum that is right to so much is right to three digits.
const THREE_DIGITS: f64 = 5e-4;
const POINTS: (usize, usize) = (2, 200);
const DIMENSIONS: usize = 20;

#[derive(Serialize, Deserialize)]
#[serde(default)]
pub struct Integral {
    points: usize,
    dimensions: usize,
    exact: bool,
    done: bool,
}

impl Default for Integral {
    fn default() -> Self {
        Self { points: 5, dimensions: 1, exact: false, done: false }
    }
}

impl Lesson for Integral {
    fn is_done(&self) -> bool {
        self.done
    }

    fn picture_ui(&mut self, ui: &mut Ui, stage: &mut Stage<'_, '_>) {
        let theme = stage.context.theme;
        let (model, x) = (stage.world.model, stage.world.x);
        let grid = Grid::new(-4.0, 4.0, self.points);
        let height = |z: f64| model.log_joint(x, z).exp();
        let (sum, exact) = (model.log_evidence_on(x, grid).exp(), model.log_evidence(x).exp());
        let error = sum / exact - 1.0;

        let zs = || Grid::new(-Z_REACH, Z_REACH, 301).points();
        let top = zs().map(height).fold(1e-12, f64::max);
        let spoken = format!("The integrand p(x|z) p(z) over z, and a grid of {} points", self.points);
        let size = vec2(ui.available_width(), stage.height);
        let plane = Canvas::take(ui, size, -Z_REACH..=Z_REACH, 0.0..=1.15 * top, &spoken);
        plane.area(zs().map(|z| [z, 0.0, height(z)]), theme.faint(theme.evidence));
        let half = 0.46 * grid.step();
        for z in grid.points() {
            plane.bar((z - half)..=(z + half), 0.0..=height(z), theme.accent.gamma_multiply(0.45));
        }
        plane.line(zs().map(|z| [z, height(z)]), Stroke::new(2.0, theme.evidence));
        plane.x_axis(ui, "z");
        plane.caption(ui, Align2::LEFT_TOP, 0, "p(x|z) p(z)", theme.text_muted);
        let told = format!("area p(x) = {}", format::scaled(exact));
        plane.caption(ui, Align2::RIGHT_TOP, 0, &told, theme.evidence);
        let off = format!("the grid's sum {}, {} % off", format::scaled(sum), format::scaled(100.0 * error));
        plane.caption(ui, Align2::RIGHT_TOP, 1, &off, theme.accent);

        ui.horizontal_wrapped(|ui| {
            stage.world.x_ui(ui);
            stage.world.noise_ui(ui);
        });
        ui.horizontal_wrapped(|ui| {
            let field = Slider::new(&mut self.points, POINTS.0..=POINTS.1).logarithmic(true);
            slider(ui, "Points n", "Points of the grid along each axis.", 110.0, field);
            let field = Slider::new(&mut self.dimensions, 1..=DIMENSIONS);
            slider(ui, "Dimensions d", "Number of latent dimensions.", 110.0, field);
        });
        let needed = evaluations(self.points, self.dimensions);
        let seconds = needed / EVALUATIONS_PER_SECOND;
        ui.add_space(space::XS);
        ui.horizontal_wrapped(|ui| {
            formula::inline_ui(ui, &format!("{}^{{{}}} =", self.points, self.dimensions));
            let colour = if seconds > AGE_OF_THE_UNIVERSE { theme.error } else { theme.text_strong };
            let told = format!("{} evaluations: {}", format::scientific(needed), told_duration(seconds));
            ui.label(theme.strong(told).color(colour));
        });
        self.exact |= error.abs() < THREE_DIGITS;
        self.done |= self.exact && seconds > AGE_OF_THE_UNIVERSE;
    }
}
