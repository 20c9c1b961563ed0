//! Page 3: q is dragged under p(z|x); gap and ELBO move, their sum stands still.

use super::densities::{Posterior, densities_ui};
use super::stage::{Lesson, Stage};
use crate::tour::{Family, Identity, Q, Shape, best};
use crate::ui::controls::{action, segmented, slider};
use crate::ui::format;
use crate::ui::theme::Theme;
use eframe::egui::{Align2, Rect, Role, Sense, Slider, TextStyle, Ui, WidgetInfo, pos2, vec2};
use serde::{Deserialize, Serialize};

/// The gap that the page asks for, in nats.
const SMALL: f64 = 0.1;
/// Nats from one end of the bar to the other.
const BAR: f64 = 4.0;

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TheIdentity {
    by_hand: bool,
    done: bool,
    #[serde(skip)]
    posterior: Posterior,
    #[serde(skip)]
    known: Option<((crate::tour::LatentCurve, f64, Q), Identity)>,
}

impl Lesson for TheIdentity {
    fn is_done(&self) -> bool {
        self.done
    }

    fn picture_ui(&mut self, ui: &mut Ui, stage: &mut Stage<'_, '_>) {
        let mut q = stage.world.q;
        let dragged = densities_ui(ui, stage, &mut self.posterior, &mut q, stage.height - 44.0, true);
        stage.world.q = q;
        let found = self.identity(stage);
        identity_bar(ui, &found);
        self.by_hand |= dragged && found.gap < SMALL;

        let meaning = "The family that q is chosen from.";
        ui.horizontal_wrapped(|ui| {
            let mut family = q.family();
            let families = Family::ALL.map(|family| (family, family.name(), meaning));
            if segmented(ui, &mut family, &families) {
                stage.world.q = q.as_member_of(family);
            }
            match &mut stage.world.q {
                Q::Skewed(_, skew) => {
                    slider(ui, "Skew", "How far q leans.", 80.0, Slider::new(skew, -8.0..=8.0));
                }
                Q::TwoBumps(weight, ..) => {
                    slider(ui, "Weight", "The first bump's share.", 80.0, Slider::new(weight, 0.02..=0.98));
                }
                Q::Gaussian(_) => {}
            }
            if action(ui, "Best q", "The member of the family whose bound is highest.") {
                let world = &mut *stage.world;
                world.q = best(&world.model, world.x, world.q.family(), 1.0);
                self.done |= self.by_hand && world.model.curve == Shape::Fold.curve();
            }
        });
        ui.horizontal_wrapped(|ui| {
            stage.world.curve_ui(ui);
            stage.world.x_ui(ui);
            stage.world.noise_ui(ui);
        });
    }
}

impl TheIdentity {
    fn identity(&mut self, stage: &Stage<'_, '_>) -> Identity {
        let world = *stage.world;
        let key = (world.model, world.x, world.q);
        match self.known {
            Some((of, found)) if of == key => found,
            _ => self.known.insert((key, Identity::of(&world.model, world.x, &world.q))).1,
        }
    }
}

/// log p(x) as a horizontal bar that is cut in two: the ELBO at the left, the gap at the right.
fn identity_bar(ui: &mut Ui, found: &Identity) {
    let theme = Theme::of(ui.ctx());
    let number = |value: f64| format::fixed(value, 3);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 40.0), Sense::hover());
    let elbo = found.elbo();
    let spoken = format!("ELBO {} plus gap {} is log p(x) {}", number(elbo), number(found.gap), number(found.evidence));
    response.widget_info(|| WidgetInfo::labeled(Role::Meter, true, &spoken));
    let bar = Rect::from_min_max(rect.min, pos2(rect.right(), rect.top() + 16.0));
    let share = (1.0 - found.gap / BAR).clamp(0.0, 1.0) as f32;
    let (left, right) = bar.split_left_right_at_fraction(share);
    ui.painter().rect_filled(left, 2.0, theme.elbo);
    ui.painter().rect_filled(right, 2.0, theme.gap);
    let font = TextStyle::Small.resolve(ui.style());
    let line = rect.bottom() - 2.0;
    let text = |at, align, text: String, colour| ui.painter().text(at, align, text, font.clone(), colour);
    text(pos2(rect.left(), line), Align2::LEFT_BOTTOM, format!("ELBO {}", number(elbo)), theme.elbo);
    let gap = format!("+ KL[q‖p(z|x)] {}", number(found.gap));
    text(pos2(rect.center().x, line), Align2::CENTER_BOTTOM, gap, theme.gap);
    let evidence = format!("= log p(x) {}", number(found.evidence));
    text(pos2(rect.right(), line), Align2::RIGHT_BOTTOM, evidence, theme.evidence);
    let residual = format!(
        "Each is measured by an integral of its own. log p(x) − gap − ELBO = {}.",
        format::scientific(found.residual())
    );
    response.on_hover_text(residual);
}
