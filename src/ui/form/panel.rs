//! The experiment panel: presets and knobs on top, the form in groups, the network below.

use super::event::FormEvent;
use super::fields::{Form, problems_ui};
use super::knobs::knobs_ui;
use super::layers::{LayerList, decoder_ui, summary as layers_summary};
use super::preview::Preview;
use super::relation::{Built, relation_ui};
use super::section::Section;
use super::study_line::study_line_ui;
use super::{data, latent, training};
use crate::data::Noun;
use crate::experiment::{Data, DecoderLayers, Experiment, Source, cores, human_bytes};
use crate::ui::check::Check;
use crate::ui::differences::Difference;
use crate::ui::icons::Icon;
use crate::ui::live::LiveField;
use crate::ui::looked::Looked;
use crate::ui::network::{Drawing, MeasuredTerms, drawing_height, network_ui};
use crate::ui::studies::{Count, Varied};
use crate::ui::text;
use crate::ui::theme::Theme;
use eframe::egui::{self, Layout, Margin, RichText, ScrollArea, TextEdit, Ui, vec2};

/// The panel's information beside the experiment itself.
pub struct Facts<'a> {
    pub check: &'a Check,
    /// Number of the network in the form, counted over all that were put into it.
    pub edition: u64,
    /// The fields that a run under way takes over from a hand.
    pub live: &'a [LiveField],
    /// The fields in which the form differs from the experiment that the model was built from.
    pub differences: &'a [Difference],
    pub run: Built,
    /// Whether the form's network and data are the run's.
    pub is_of_the_run: bool,
    /// The run's terms of the bound, if the form has its network.
    pub terms: Option<MeasuredTerms>,
    /// The path of the field that the user is being taken to.
    pub go_to: Option<&'a str>,
    /// The fields that are varied.
    pub varied: &'a Varied,
    /// The number of points of the form's study, where it is known.
    pub count: Option<&'a Count>,
    /// The sources of data used before, the newest first.
    pub recent: &'a [Source],
    /// The looks at data, and the pictures of the last one.
    pub looked: (&'a Looked, &'a Preview),
}

impl<'a> Facts<'a> {
    /// A form of an experiment on `data`.
    fn form(&self, data: &Data) -> Form<'a> {
        let found = self.looked.0.found().filter(|found| found.data == *data);
        let noun = found.map_or_else(|| Noun::of_source(&data.source), |found| found.survey.noun);
        Form {
            noun,
            marks: &self.check.marks,
            edition: self.edition,
            live: self.live,
            browse: None,
            go_to: self.go_to,
            varied: self.varied,
            vary: None,
            stop: None,
            recent: self.recent,
            look: false,
            looked: Some(self.looked),
        }
    }
}

/// Requests of a form's rows.
fn asked(form: Form<'_>) -> impl Iterator<Item = FormEvent> {
    let Form { browse, vary, stop, look, .. } = form;
    let browse = browse.map(FormEvent::Browse);
    browse
        .into_iter()
        .chain(vary.map(FormEvent::Vary))
        .chain(stop.map(FormEvent::VaryNoLonger))
        .chain(look.then_some(FormEvent::Look))
}

/// The whole panel; edits `experiment` in place.
pub fn experiment_ui(
    ui: &mut Ui,
    experiment: &mut Experiment,
    network_shown: &mut bool,
    facts: &Facts<'_>,
) -> Vec<FormEvent> {
    let mut events = Vec::new();
    let frame = egui::Frame::new().inner_margin(Margin { left: 12, right: 12, top: 10, bottom: 4 });
    egui::Panel::top("experiment head").frame(frame).show_separator_line(true).show(ui, |ui| {
        head_ui(ui, experiment, facts.check, &mut events);
        relation_ui(ui, facts.check, facts.run, facts.differences, &mut events);
        study_line_ui(ui, facts.varied, facts.count, &mut events);
    });
    let frame = egui::Frame::new().inner_margin(Margin { left: 12, right: 12, top: 4, bottom: 8 });
    egui::Panel::top("knobs").frame(frame).show_separator_line(true).show(ui, |ui| {
        let mut form = facts.form(&experiment.data);
        knobs_ui(ui, &mut form, experiment);
        events.extend(asked(form));
    });
    let frame = egui::Frame::new().inner_margin(Margin { left: 12, right: 12, top: 0, bottom: 4 });
    let drawing = Drawing::new(experiment, facts.check.plan.as_ref(), facts.check.image, &facts.check.marks);
    // As high as the drawing, but never more than half the panel: the form needs room too.
    let height = (drawing_height(&drawing) + 4.0).min(0.5 * ui.available_height());
    let panel = egui::Panel::bottom("network").frame(frame).exact_size(height).show_separator_line(false);
    panel.drag_to_open(false).show_collapsible(ui, network_shown, |ui| {
        ScrollArea::vertical().id_salt("network").auto_shrink(false).show(ui, |ui| {
            network_ui(ui, &drawing, facts.terms);
        });
    });
    let frame = egui::Frame::new().inner_margin(Margin::symmetric(10, 2));
    egui::Panel::bottom("network head").frame(frame).exact_size(32.0).show(ui, |ui| {
        network_head_ui(ui, network_shown, facts);
    });
    let frame = egui::Frame::new().inner_margin(Margin { left: 10, right: 0, top: 4, bottom: 0 });
    egui::CentralPanel::no_frame().frame(frame).show(ui, |ui| {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            egui::Frame::new().inner_margin(Margin { left: 0, right: 10, top: 0, bottom: 8 }).show(ui, |ui| {
                groups_ui(ui, experiment, facts, &mut events);
            });
        });
    });
    events
}

/// Preset, name, notes.
fn head_ui(ui: &mut Ui, experiment: &mut Experiment, check: &Check, events: &mut Vec<FormEvent>) {
    ui.spacing_mut().item_spacing.y = 6.0;
    ui.horizontal(|ui| {
        ui.label(Theme::of(ui.ctx()).strong("Experiment"));
        ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
            let hint = "The bundled experiments as a course: what each shows, and what it costs.";
            let button = ui.button("Presets…").on_hover_text(hint);
            if button.accessible_name("Preset").clicked() {
                events.push(FormEvent::Presets);
            }
        });
    });
    let name = TextEdit::singleline(&mut experiment.name).hint_text("name").desired_width(f32::INFINITY);
    ui.add(name).on_hover_text("The experiment's name: of its file and of its run folder.").accessible_name("Name");
    problems_ui(ui, check.marks.at("name"), None);
    let notes = TextEdit::multiline(&mut experiment.notes)
        .hint_text("notes: what it shows")
        .font(egui::TextStyle::Small)
        .text_color(ui.visuals().weak_text_color())
        .frame(egui::Frame::NONE)
        .desired_rows(1)
        .desired_width(f32::INFINITY);
    ScrollArea::vertical().id_salt("notes").max_height(50.0).show(ui, |ui| {
        ui.add(notes).accessible_name("Notes");
    });
    problems_ui(ui, check.marks.at("notes"), None);
}

fn groups_ui(ui: &mut Ui, experiment: &mut Experiment, facts: &Facts<'_>, events: &mut Vec<FormEvent>) {
    let marks = &facts.check.marks;
    let plan = facts.check.plan.as_ref();
    let mut form = facts.form(&experiment.data);
    ui.spacing_mut().item_spacing.y = 0.0;

    Section { title: "Data", summary: &data::summary(&experiment.data), paths: &["data"], open: false }.show(
        ui,
        &mut form,
        |ui, form| data::data_ui(ui, form, experiment),
    );

    let summary = layers_summary(&experiment.encoder);
    Section { title: "Encoder", summary: &summary, paths: &["encoder"], open: true }.show(ui, &mut form, |ui, form| {
        let planned = plan.map_or(&[][..], |plan| &plan.encoder);
        let list = LayerList { path: "encoder".into(), label: "Encoder".into(), planned };
        list.show(ui, form, &mut experiment.encoder);
        problems_ui(ui, form.marks.at("encoder"), None);
    });

    let summary = match &experiment.decoder.layers {
        DecoderLayers::Mirror => "mirror".to_owned(),
        DecoderLayers::Layers(layers) => layers_summary(layers),
    };
    Section { title: "Decoder", summary: &summary, paths: &["decoder.layers"], open: true }.show(
        ui,
        &mut form,
        |ui, form| {
            let planned = plan.map_or(&[][..], |plan| &plan.decoder);
            decoder_ui(ui, form, &mut experiment.decoder.layers, planned);
            problems_ui(ui, form.marks.at("decoder"), None);
        },
    );

    let summary = latent::summary(experiment);
    let paths = &["latent", "objective", "decoder.likelihood"];
    Section { title: "Latent & bound", summary: &summary, paths, open: true }
        .show(ui, &mut form, |ui, form| latent::latent_ui(ui, form, experiment, facts.check.image));

    let (summary, suited) = (training::summary(&experiment.training), experiment.suited_shards(cores()));
    Section { title: "Training", summary: &summary, paths: &["training"], open: true }.show(
        ui,
        &mut form,
        |ui, form| training::training_ui(ui, form, &mut experiment.training, suited),
    );

    let summary = training::device_summary(experiment.device, experiment.seed);
    Section { title: "Device", summary: &summary, paths: &["device", "seed"], open: false }.show(
        ui,
        &mut form,
        |ui, form| training::device_ui(ui, form, &mut experiment.device, &mut experiment.seed),
    );

    let known = ["name", "notes", "data", "encoder", "decoder", "latent", "objective", "training", "device", "seed"];
    let elsewhere = |path: &str| !known.iter().any(|group| path.starts_with(group));
    problems_ui(ui, marks.all().iter().filter(|problem| elsewhere(&problem.path)), None);
    events.extend(asked(form));
}

/// The drawing's title, which folds it away, and the network's totals.
fn network_head_ui(ui: &mut Ui, network_shown: &mut bool, facts: &Facts<'_>) {
    let check = facts.check;
    let theme = Theme::of(ui.ctx());
    ui.horizontal_centered(|ui| {
        if fold_ui(ui, "Network", *network_shown).on_hover_text("Show or hide the drawing.").clicked() {
            *network_shown = !*network_shown;
        }
        // Without the run's numbers then.
        if facts.run == Built::Trained && !facts.is_of_the_run {
            ui.label(theme.muted("the form's")).on_hover_text("The run has another network, or other data.");
        }
        ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
            if let Some(memory) = check.memory {
                ui.label(theme.muted(human_bytes(memory.total))).on_hover_text(format!(
                    "Estimated memory of a training step: activations {}, parameters {}, gradients and optimiser {}.",
                    human_bytes(memory.activations),
                    human_bytes(memory.parameters),
                    human_bytes(memory.optimiser),
                ));
                ui.label(theme.muted("·"));
            }
            match &check.plan {
                Some(plan) => {
                    let text = format!("{} parameters", text::amount(plan.parameters));
                    ui.label(theme.muted(text)).on_hover_text("Weights and biases in all.");
                }
                None => {
                    ui.label(RichText::new("does not fit yet").small().color(theme.error));
                    let (rect, _) = ui.allocate_exact_size(vec2(13.0, 13.0), egui::Sense::hover());
                    Icon::Error.paint(ui.painter(), rect, theme.error);
                }
            }
        });
    });
}

/// A title that can be clicked to fold what belongs to it.
fn fold_ui(ui: &mut Ui, title: &str, open: bool) -> egui::Response {
    let theme = Theme::of(ui.ctx());
    let galley = ui.painter().layout_no_wrap(
        title.to_owned(),
        egui::FontId::new(13.0, crate::ui::theme::strong_family()),
        theme.text_strong,
    );
    let (rect, response) = ui.allocate_exact_size(galley.size() + vec2(18.0, 4.0), egui::Sense::click());
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::DisclosureTriangle, true, open, title));
    let icon = egui::Rect::from_center_size(egui::pos2(rect.left() + 6.0, rect.center().y), vec2(9.0, 9.0));
    let openness = if open { 1.0 } else { 0.0 };
    egui::collapsing_header::paint_default_icon(ui, openness, &response.clone().with_new_rect(icon));
    ui.painter().galley(rect.min + vec2(18.0, 2.0), galley, theme.text_strong);
    response.on_hover_cursor(egui::CursorIcon::PointingHand)
}
