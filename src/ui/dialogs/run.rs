//! The dialogs about a run: what to evaluate, which experiment to paste.

use super::frame::{buttons, modal};
use super::reply::{ModalOutcome, Reply};
use crate::data::Split;
use crate::evidence::{Method, Methods};
use crate::experiment::Experiment;
use crate::ui::noun;
use crate::ui::theme::Theme;
use crate::worker::{EvaluationRequest, Status};
use eframe::egui::{self, Button, Context, DragValue, TextEdit, vec2};

/// The question for what to evaluate.
pub struct EvaluateDialog {
    request: EvaluationRequest,
    /// Whether images are held out of training for validation.
    held_out: bool,
}

impl EvaluateDialog {
    /// The dialog about the run of a status.
    pub fn new(status: &Status) -> Self {
        let request = EvaluationRequest { samples: 500, ..EvaluationRequest::new() };
        Self { request, held_out: !status.validates_on_training }
    }

    pub(super) fn show(&mut self, ctx: &Context, enter: bool) -> ModalOutcome {
        modal(ctx, "Evaluate log p(x)", 440.0, |ui| {
            let hint = "The bound, log p(x) in closed form or by quadrature where the model allows it and by \
                        importance sampling, the gap KL[q(z|x) ‖ p(z|x)] and its parts. It runs between training steps \
                        and can be cancelled.";
            ui.label(Theme::of(ctx).muted(hint));
            let noun = noun::of(ctx);
            egui::Grid::new("evaluate").num_columns(2).spacing(vec2(16.0, 8.0)).show(ui, |ui| {
                ui.label(noun.say("Images of"));
                ui.horizontal(|ui| {
                    for split in [Split::Train, Split::Validation, Split::Test] {
                        let there = split != Split::Validation || self.held_out;
                        let choice = Button::selectable(self.request.split == split, split.name());
                        let why_not =
                            "No image is held out of training: the validation images are the training images.";
                        if ui.add_enabled(there, choice).on_disabled_hover_text(noun.say(why_not)).clicked() {
                            self.request.split = split;
                        }
                    }
                });
                ui.end_row();
                ui.label("How many");
                ui.add(DragValue::new(&mut self.request.images).range(1..=1_000_000))
                    .accessible_name(noun.say("Images to evaluate"));
                ui.end_row();
                ui.label("Methods");
                ui.horizontal(|ui| {
                    let choices = [
                        (
                            Methods::Auto,
                            "best",
                            "Closed form or quadrature where the model allows it, else adaptive importance sampling \
                             with samples enough; and importance sampling.",
                        ),
                        (Methods::Only(Method::Importance), "importance", "Importance sampling from q(z|x) alone."),
                        (
                            Methods::Only(Method::Adaptive),
                            "adaptive",
                            "Importance sampling from a mixture that a pilot adapts to each image: it finds modes of \
                             p(z|x) that q(z|x) misses.",
                        ),
                        (Methods::All, "all", "Annealed and adaptive importance sampling too, which take far longer."),
                    ];
                    for (methods, name, meaning) in choices {
                        ui.selectable_value(&mut self.request.methods, methods, name).on_hover_text(noun.say(meaning));
                    }
                });
                ui.end_row();
                let hint = "Importance samples for each image: more are tighter, and slower.";
                ui.label("Samples").on_hover_text(noun.say(hint));
                ui.add(DragValue::new(&mut self.request.samples).range(1..=100_000))
                    .accessible_name("Importance samples");
                ui.end_row();
            });
            let answer = || ModalOutcome::Reply(Box::new(Reply::Evaluate(self.request)));
            match buttons(ui, "Evaluate", true) {
                Some(true) => answer(),
                Some(false) => ModalOutcome::Cancel,
                None if enter => answer(),
                None => ModalOutcome::StayOpen,
            }
        })
    }
}

/// The question for an experiment as text.
#[derive(Default)]
pub struct PasteDialog {
    text: String,
    focused: bool,
}

impl PasteDialog {
    pub(super) fn show(&mut self, ctx: &Context) -> ModalOutcome {
        modal(ctx, "Paste experiment", 560.0, |ui| {
            ui.label(Theme::of(ctx).muted("An experiment as RON, as Copy experiment and Save experiment write it."));
            let edit = TextEdit::multiline(&mut self.text).code_editor().desired_rows(14).desired_width(f32::INFINITY);
            egui::ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
                let response = ui.add(edit).accessible_name("RON");
                if !self.focused {
                    response.request_focus();
                    self.focused = true;
                }
            });
            let error = match self.text.trim() {
                "" => Some(String::new()),
                text => Experiment::from_ron(text, "pasted text").err().map(|error| error.to_string()),
            };
            let theme = Theme::of(ctx);
            match &error {
                Some(error) => ui.colored_label(theme.error, error),
                None => ui.colored_label(theme.success, "An experiment."),
            };
            match buttons(ui, "Use", error.is_none()) {
                Some(true) => ModalOutcome::Reply(Box::new(Reply::Paste(self.text.clone()))),
                Some(false) => ModalOutcome::Cancel,
                None => ModalOutcome::StayOpen,
            }
        })
    }
}
