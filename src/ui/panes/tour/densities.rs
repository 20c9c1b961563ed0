//! The posterior, the prior and q over the z axis, with q to be dragged.

use super::canvas::Canvas;
use super::stage::{Stage, World, Z_REACH};
use crate::tour::{Bump, Grid, LatentCurve, Q};
use crate::ui::theme::Theme;
use eframe::egui::{Align2, Stroke, Ui, vec2};

/// Least and largest width that q can be dragged to.
const WIDTH: (f64, f64) = (0.05, 2.5);
const FINENESS: usize = 361;

/// log p(x) and the true posterior of one x, kept until model or x change.
#[derive(Default)]
pub struct Posterior {
    of: Option<(LatentCurve, f64)>,
    points: Vec<[f64; 2]>,
}

impl Posterior {
    /// p(z|x) over the z axis.
    pub fn points(&mut self, world: &World) -> &[[f64; 2]] {
        if self.of != Some((world.model, world.x)) {
            let evidence = world.model.log_evidence(world.x);
            let density = |z| [z, (world.model.log_joint(world.x, z) - evidence).exp()];
            self.points = Grid::new(-Z_REACH, Z_REACH, FINENESS).points().map(density).collect();
            self.of = Some((world.model, world.x));
        }
        &self.points
    }
}

/// Draw the densities, and let q be dragged if `drags`; returns whether a hand has moved it.
pub fn densities_ui(
    ui: &mut Ui,
    stage: &mut Stage<'_, '_>,
    posterior: &mut Posterior,
    q: &mut Q,
    height: f32,
    drags: bool,
) -> bool {
    let theme = Theme::of(ui.ctx());
    let truth = posterior.points(stage.world);
    let zs = || Grid::new(-Z_REACH, Z_REACH, FINENESS).points();
    let highest = |density: f64| density.clamp(0.45, 4.0);
    let top = highest(truth.iter().map(|[_, p]| *p).fold(0.0, f64::max))
        .max(highest(zs().map(|z| q.log_density(z).exp()).fold(0.0, f64::max)));
    let size = vec2(ui.available_width(), height);
    let spoken = "The true posterior p(z|x), filled; the approximate posterior q(z|x), a line; the prior p(z)";
    let plane = Canvas::take(ui, size, -Z_REACH..=Z_REACH, 0.0..=1.2 * top, spoken);
    plane.area(truth.iter().map(|&[z, p]| [z, 0.0, p]), theme.faint(theme.evidence));
    let prior = |z: f64| (-0.5 * z * z).exp() / std::f64::consts::TAU.sqrt();
    plane.line(zs().map(|z| [z, prior(z)]), Stroke::new(1.0, theme.text_faint));
    plane.line(zs().map(|z| [z, q.log_density(z).exp()]), Stroke::new(2.5, theme.elbo));
    plane.x_axis(ui, "z");
    plane.caption(ui, Align2::LEFT_TOP, 0, "p(z|x)", theme.evidence);
    plane.caption(ui, Align2::LEFT_TOP, 1, "q(z|x)", theme.elbo);
    plane.caption(ui, Align2::LEFT_TOP, 2, "p(z)", theme.text_faint);
    if !drags {
        return false;
    }
    let shown = *q;
    let density = |z: f64| shown.log_density(z).exp().min(1.15 * top);
    let bump_ui = |ui: &mut Ui, name: [&str; 2], bump: &mut Bump| {
        let Bump { mean, deviation } = *bump;
        let mut moved = false;
        if let Some([z, _]) = plane.handle(ui, name[0], [mean, density(mean)], theme.elbo) {
            bump.mean = z.clamp(-Z_REACH, Z_REACH);
            moved = true;
        }
        let edge = mean + deviation;
        if let Some([z, _]) = plane.handle(ui, name[1], [edge, density(edge)], theme.accent) {
            bump.deviation = (z - mean).clamp(WIDTH.0, WIDTH.1);
            moved = true;
        }
        moved
    };
    match q {
        Q::Gaussian(bump) | Q::Skewed(bump, _) => bump_ui(ui, ["Mean of q", "Width of q"], bump),
        Q::TwoBumps(_, first, second) => {
            let one = bump_ui(ui, ["Mean of the first bump", "Width of the first bump"], first);
            bump_ui(ui, ["Mean of the second bump", "Width of the second bump"], second) || one
        }
    }
}
