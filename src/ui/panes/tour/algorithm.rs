//! Page 7: the five boxes of the real run in the window.

use super::stage::{Lesson, Stage};
use crate::data::Noun;
use crate::explore::{Answer, OneStep, Question};
use crate::ui::controls::{action, action_enabled, segmented};
use crate::ui::format;
use crate::ui::pane::Request;
use crate::ui::theme::{Theme, space};
use crate::ui::tour_request::{TourAsks, TourPlace};
use crate::worker::{Asker, Command, RunState};
use eframe::egui::{Align2, Rect, Role, Sense, Stroke, StrokeKind, TextStyle, Ui, WidgetInfo, pos2, vec2};
use serde::{Deserialize, Serialize};

const ASKER: Asker = Asker("tour: one step");
/// Steps by hand that the page asks for.
const BY_HAND: u32 = 3;
/// Seconds that a box is lit after a step.
const LIT: f64 = 0.35;
/// The batch sizes on the buttons.
pub const BATCHES: [(usize, &str, &str); 3] = [
    (1, "1", "One image a step: the noisiest gradient."),
    (16, "16", "Sixteen images a step."),
    (128, "128", "128 images a step: the noise of the gradient falls as one over the root of this number."),
];

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Algorithm {
    done: bool,
    #[serde(skip)]
    by_hand: u32,
    /// Run and step when the page was drawn last.
    #[serde(skip)]
    seen: Option<(u64, u64)>,
    /// Serial and time of the newest answer.
    #[serde(skip)]
    came: Option<(u64, f64)>,
}

impl Lesson for Algorithm {
    fn is_done(&self) -> bool {
        self.done
    }

    fn picture_ui(&mut self, ui: &mut Ui, stage: &mut Stage<'_, '_>) {
        let context = &mut *stage.context;
        let newest = context.ask(ASKER, Question::OneStep { images: 8 });
        let now = ui.input(|input| input.time);
        let step = newest.as_ref().and_then(|newest| match &newest.answered.answer {
            Answer::OneStep(step) => Some((newest.answered.serial, step.as_deref()?)),
            _ => None,
        });
        // The boxes light up for a step that was taken.
        if let Some((serial, _)) = step
            && self.came.is_none_or(|(before, _)| before != serial)
        {
            self.came = Some((serial, now));
        }
        let answer = step.map(|(_, step)| step);
        let since = self.came.map_or(f64::INFINITY, |(_, at)| now - at);
        let lit = (since / LIT) as usize;
        if lit < 5 {
            ui.ctx().request_repaint();
        }
        boxes_ui(ui, context.theme, context.status.noun, answer, lit);
        ui.add_space(space::S);
        ui.horizontal_wrapped(|ui| {
            if action(ui, "Load toy-moons", "Two latent dimensions, points in the plane.") {
                context.requests.push(Request::Tour(TourAsks::Load("toy-moons")));
            }
            if action(ui, "Load mnist-2d", "Two latent dimensions, handwritten digits.") {
                context.requests.push(Request::Tour(TourAsks::Load("mnist-2d")));
            }
            if action(ui, "Open One step", "The five boxes at full size, beside this page.") {
                context.requests.push(Request::Tour(TourAsks::Show(TourPlace::OneStep)));
            }
        });
        ui.horizontal_wrapped(|ui| {
            let waits = matches!(context.status.state, RunState::Paused) && context.status.experiment.is_some();
            if action_enabled(ui, waits, "Take a step", "One optimiser step, then pause.") {
                context.commands.push(Command::Step(1));
            }
            let mut batch = context.status.batch;
            ui.label(context.theme.muted("batch"));
            if segmented(ui, &mut batch, &BATCHES) {
                context.requests.push(Request::Tour(TourAsks::Batch(batch)));
            }
        });
        let (run, step) = (context.status.run, context.status.step);
        let is_next = self.seen.is_some_and(|(of, before)| of == run && step == before + 1);
        if is_next && context.status.state == RunState::Paused {
            self.by_hand += 1;
        }
        self.seen = Some((run, step));
        self.done |= self.by_hand >= BY_HAND;
    }
}

/// Five boxes in a row, the one that is lit with the accent's edge.
fn boxes_ui(ui: &mut Ui, theme: &Theme, noun: Noun, step: Option<&OneStep>, lit: usize) {
    let names = ["x", "z ~ q(z|x)", "ELBO", "∇θ, ∇φ", "step"];
    let values = step.map(|step| {
        let change = step.moved.iter().map(|tensor| tensor.sizes[2].powi(2) * tensor.count as f64).sum::<f64>().sqrt();
        let [reconstruction, kl] = step.mean_terms;
        let code: Vec<String> =
            step.z.iter().take(step.latent.min(2)).map(|z| format::fixed(f64::from(*z), 2)).collect();
        [
            format!("{} {}", step.batch, noun.of(step.batch)),
            format!("({}{})", code.join(", "), if step.latent > 2 { ", …" } else { "" }),
            format::fixed(reconstruction - kl, 2),
            format!("norm {}", format::scaled(step.gradient_norm)),
            format!("moved {}", format::scientific(change)),
        ]
    });
    let spoken = match (step, &values) {
        (Some(step), Some(values)) => format!("Step {}: {}", step.step, values.join("; ")),
        _ => "The five boxes, before any step".to_owned(),
    };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 62.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
    let gap = space::S;
    let width = (rect.width() - 4.0 * gap) / 5.0;
    let font = TextStyle::Small.resolve(ui.style());
    for (i, name) in names.into_iter().enumerate() {
        let left = rect.left() + i as f32 * (width + gap);
        let area = Rect::from_min_size(pos2(left, rect.top()), vec2(width, rect.height()));
        let edge = if i == lit { Stroke::new(2.0, theme.accent) } else { Stroke::new(1.0, theme.outline) };
        let painter = ui.painter_at(area.expand(1.0));
        let fill = if i == lit { theme.accent_soft } else { theme.raised };
        painter.rect(area, 4.0, fill, edge, StrokeKind::Inside);
        painter.text(area.center() - vec2(0.0, 12.0), Align2::CENTER_CENTER, name, font.clone(), theme.text_strong);
        if let Some(values) = &values {
            painter.text(area.center() + vec2(0.0, 10.0), Align2::CENTER_CENTER, &values[i], font.clone(), theme.text);
        }
        if i > 0 {
            let at = pos2(left - 0.5 * gap, rect.center().y);
            ui.painter().text(at, Align2::CENTER_CENTER, "›", font.clone(), theme.text_muted);
        }
    }
}
