//! Page 4: the two terms of the bound pull against each other; β weighs them.

use super::densities::{Posterior, densities_ui};
use super::stage::{Lesson, Stage};
use crate::tour::{Bump, Family, Identity, LatentCurve, Q, best};
use crate::ui::controls::slider;
use crate::ui::format;
use crate::ui::theme::Theme;
use eframe::egui::{Align2, Color32, Rect, Role, Sense, Slider, TextStyle, Ui, WidgetInfo, pos2, vec2};
use serde::{Deserialize, Serialize};

const BETA_MAX: f64 = 200.0;
/// A rate below which q has forgotten x, in nats.
const COLLAPSED: f64 = 0.05;
/// A standard deviation below which q is a spike.
const SPIKE: f64 = 0.06;
/// Nats from the middle of the bars to either end.
const REACH: f64 = 6.0;

#[derive(Serialize, Deserialize)]
#[serde(default)]
pub struct Terms {
    beta: f64,
    collapsed: bool,
    done: bool,
    #[serde(skip)]
    posterior: Posterior,
    /// The best q, with what it is best for.
    #[serde(skip)]
    found: Option<((LatentCurve, f64, f64), Q)>,
}

impl Default for Terms {
    fn default() -> Self {
        Self { beta: 1.0, collapsed: false, done: false, posterior: Posterior::default(), found: None }
    }
}

impl Lesson for Terms {
    fn is_done(&self) -> bool {
        self.done
    }

    fn picture_ui(&mut self, ui: &mut Ui, stage: &mut Stage<'_, '_>) {
        let key = (stage.world.model, stage.world.x, self.beta);
        let mut q = match self.found {
            Some((of, q)) if of == key => q,
            _ => self.found.insert((key, best(&key.0, key.1, Family::Gaussian, self.beta))).1,
        };
        densities_ui(ui, stage, &mut self.posterior, &mut q, stage.height - 56.0, false);
        let terms = Identity::of(&stage.world.model, stage.world.x, &q);
        bars_ui(ui, &terms, self.beta);
        ui.horizontal_wrapped(|ui| {
            let field = Slider::new(&mut self.beta, 0.0..=BETA_MAX).logarithmic(true).smallest_positive(0.01);
            slider(ui, "β", "The weight of the rate; 1 is the ELBO.", 180.0, field);
            let number = eframe::egui::DragValue::new(&mut self.beta).range(0.0..=BETA_MAX).speed(0.02).max_decimals(2);
            ui.add(number).accessible_name("Value of β");
            if ui.button("β = 1").on_hover_text("The bound of log p(x).").clicked() {
                self.beta = 1.0;
            }
        });
        ui.horizontal_wrapped(|ui| {
            stage.world.x_ui(ui);
            stage.world.noise_ui(ui);
        });
        let Bump { deviation, .. } = q.moments();
        self.collapsed |= terms.kl < COLLAPSED && self.beta > 1.0;
        self.done |= self.collapsed && self.beta == 0.0 && deviation < SPIKE;
    }
}

/// Three bars from the middle: the reconstruction term, the rate with a minus, and the bound.
fn bars_ui(ui: &mut Ui, terms: &Identity, beta: f64) {
    let theme = Theme::of(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 52.0), Sense::hover());
    let number = |value: f64| format::fixed(value, 3);
    let spoken = format!("Reconstruction {}, rate {}", number(terms.reconstruction), number(terms.kl));
    response.widget_info(|| WidgetInfo::labeled(Role::Meter, true, &spoken));
    let font = TextStyle::Small.resolve(ui.style());
    let caption = 128.0_f32.min(0.4 * rect.width());
    let zero = rect.left() + caption + 0.5 * (rect.width() - caption);
    let unit = 0.5 * (rect.width() - caption) / REACH as f32;
    let bar = |row: usize, name: String, value: f64, colour: Color32| {
        let y = rect.top() + 18.0 * row as f32;
        let end = zero + unit * value.clamp(-REACH, REACH) as f32;
        let area = Rect::from_two_pos(pos2(zero, y + 2.0), pos2(end, y + 14.0));
        ui.painter().rect_filled(area, 1.0, colour);
        ui.painter().text(pos2(rect.left(), y + 8.0), Align2::LEFT_CENTER, name, font.clone(), colour);
    };
    bar(0, format!("reconstruction {}", number(terms.reconstruction)), terms.reconstruction, theme.reconstruction);
    bar(1, format!("− rate {}", number(terms.kl)), -terms.kl, theme.kl);
    let bound = terms.reconstruction - beta * terms.kl;
    let name = if beta == 1.0 { "= ELBO".to_owned() } else { "β-bound".to_owned() };
    bar(2, format!("{name} {}", number(bound)), bound, theme.elbo);
    ui.painter().vline(zero, rect.y_range(), eframe::egui::Stroke::new(1.0, theme.outline));
}
