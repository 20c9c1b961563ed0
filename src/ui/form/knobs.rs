//! The fields that are turned most while a run is watched, in a row that stays where it is: K, β, η, batch, length.

use super::choice::value_ui;
use super::fields::{Form, problems_ui, real, term_of, whole};
use crate::experiment::method::{BetaSchedule, Choice, Field, Length, Value};
use crate::experiment::{Experiment, limits};
use crate::ui::live::LiveField;
use crate::ui::term::explained;
use crate::ui::theme::{Theme, space};
use eframe::egui::{self, Align, Layout, TextStyle, Ui, vec2};

/// Gap between two knobs in points.
const GAP: f32 = 6.0;

/// Whether a field of a method is the number by which the whole method is turned: the value of a method that has but
/// one, the end of a schedule, the greatest length. The row of knobs has it, and the form leaves it out.
pub fn is_knob(field: &Field<'_>) -> bool {
    matches!(field.name, "" | "to" | "max_epochs")
}

/// The row, and under it how its fields vary and what is wrong with them.
pub fn knobs_ui(ui: &mut Ui, form: &mut Form<'_>, experiment: &mut Experiment) {
    let go_to = form.go_to;
    let is_live = |form: &Form<'_>, field: LiveField| form.live.contains(&field);
    let Experiment { objective, training, .. } = experiment;
    let width = ((ui.available_width() - 4.0 * GAP) / 5.0).floor();
    let knob = |path: &'static str, caption, name, hint, live| {
        let asked = go_to == Some(path);
        Knob { path: path.into(), caption, name, hint, live, width, asked }
    };
    let mut shown: Vec<(String, &str)> = Vec::new();
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        let hint = "Monte Carlo samples K of z per image: more make the estimate of the bound less noisy, and each \
                    step slower.";
        let samples = knob("objective.samples", "K", "Samples K", hint, is_live(form, LiveField::Samples));
        shown.push(samples.show(ui, form, |ui| whole(ui, &mut objective.samples, limits::SAMPLES)));
        let live = is_live(form, LiveField::Beta) && matches!(objective.beta, BetaSchedule::Constant(_));
        let beta = knob("objective.beta", "β", "β", "", live);
        shown.extend(method_knob(ui, form, beta, &mut objective.beta));
        let hint = "The optimiser's step size η, before the schedule's factor.";
        let rate = knob("training.learning_rate", "η", "Learning rate", hint, is_live(form, LiveField::LearningRate));
        shown.push(rate.show(ui, form, |ui| real(ui, &mut training.learning_rate, limits::LEARNING_RATE)));
        let hint = "Images per optimiser step.";
        let batch = knob("training.batch", "Batch", "Batch size", hint, is_live(form, LiveField::Batch));
        shown.push(batch.show(ui, form, |ui| whole(ui, &mut training.batch, limits::BATCH)));
        let caption = if matches!(training.length, Length::Steps(_)) { "Steps" } else { "Epochs" };
        let length = knob("training.length", caption, "Run length", "", false);
        shown.extend(method_knob(ui, form, length, &mut training.length));
    });
    for (path, name) in shown {
        form.vary_mark(ui, &path, name);
    }
    let of_knobs = |path: &str| {
        let whole =
            ["objective.samples", "objective.beta", "training.learning_rate", "training.batch", "training.length"];
        whole.contains(&path) || ["objective.beta.to", "training.length.max_epochs"].contains(&path)
    };
    problems_ui(ui, form.marks.all().iter().filter(|problem| of_knobs(&problem.path)), None);
}

/// The number by which a method is turned; `knob` has the method's path. Path and name of what is shown.
fn method_knob(
    ui: &mut Ui,
    form: &mut Form<'_>,
    knob: Knob<'_>,
    method: &mut impl Choice,
) -> Option<(String, &'static str)> {
    let schedule = method.name();
    let field = method.fields().into_iter().find(is_knob)?;
    let hint = format!("{} ({schedule}; the form has the rest of it)", field.hint.trim_end_matches('.'));
    let hint = if field.name.is_empty() { field.hint } else { &hint };
    // The form's row of the method is gone to, not this.
    let knob = Knob { path: field.path(&knob.path), hint, asked: false, ..knob };
    Some(knob.show(ui, form, |ui| match field.value {
        Value::Whole(value, limits) => whole(ui, value, limits),
        Value::Count(value, limits) => whole(ui, value, limits),
        Value::Real(value, limits) => real(ui, value, limits),
        value => ui.scope(|ui| value_ui(ui, value)).response,
    }))
}

/// A number under its caption.
struct Knob<'a> {
    caption: &'a str,
    /// The knob's name for screen readers.
    name: &'static str,
    hint: &'a str,
    /// Whether a run takes an edit of the knob over at once.
    live: bool,
    width: f32,
    path: String,
    /// Whether the user is being taken to this knob.
    asked: bool,
}

impl Knob<'_> {
    /// Path and name of the knob.
    fn show(
        self,
        ui: &mut Ui,
        form: &mut Form<'_>,
        add: impl FnOnce(&mut Ui) -> egui::Response,
    ) -> (String, &'static str) {
        let theme = Theme::of(ui.ctx());
        let knob = ui.allocate_ui_with_layout(vec2(self.width, 0.0), Layout::top_down(Align::Min), |ui| {
            ui.set_width(self.width);
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = space::XS;
                ui.spacing_mut().interact_size.y = 14.0;
                // The field bears the name: the caption is only painted.
                let font = TextStyle::Small.resolve(ui.style());
                let galley = ui.painter().layout_no_wrap(self.caption.to_owned(), font, theme.text_muted);
                let (rect, caption) = ui.allocate_exact_size(galley.size(), egui::Sense::hover());
                ui.painter().galley(rect.min, galley, theme.text_muted);
                explained(caption, term_of(&self.path), self.hint);
                if self.live {
                    let (rect, dot) = ui.allocate_exact_size(vec2(8.0, 14.0), egui::Sense::hover());
                    ui.painter().circle_filled(rect.center(), 3.0, theme.accent);
                    dot.on_hover_text("Live: the running run takes this over at once, and the plots mark it.");
                }
            });
            let field = add(ui);
            if self.asked {
                field.request_focus();
            }
            field.on_hover_text(self.hint).accessible_name(self.name);
        });
        form.vary_menu(&knob.response, &[(&self.path, self.name)]);
        (self.path, self.name)
    }
}
