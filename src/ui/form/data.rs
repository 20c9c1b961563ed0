//! Data: source, binarisation, held-out images.

use super::choice::{ChoiceRow, word_ui};
use super::fields::{Form, choice, optional, real, whole};
use crate::data::{announced_shape, holds_rows};
use crate::experiment::{Augmentation, Binarisation, Choice, Data, Experiment, Source, limits};
use crate::ui::controls::{action, checkbox};
use eframe::egui::Ui;

/// The fields of the data group.
pub fn data_ui(ui: &mut Ui, form: &mut Form<'_>, experiment: &mut Experiment) {
    let row = ChoiceRow { path: "data.source", label: "Source", hint: "Where the data come from." };
    row.choose(ui, form, &mut experiment.data.source, |_| None);
    look_ui(ui, form, experiment);
    let data = &mut experiment.data;
    if let Some((looked, preview)) = form.looked {
        preview.ui(ui, looked, data);
    }
    row.fields(ui, form, &mut data.source, |_| true);
    // Numbers of a table are never binarised.
    if !data.source.is_table() {
        binarisation_ui(ui, form, data);
    }
    form.row(
        ui,
        "data.validation",
        "Validation images",
        "Training images held out to measure the bound on images the model is not trained on.",
        |ui| {
            whole(ui, &mut data.validation, limits::VALIDATION);
        },
    );
    if matches!(data.source, Source::Folder { .. } | Source::Parquet { .. }) {
        let hint = "The treatment of pictures that cannot be read.";
        form.row(ui, "data.unreadable", "Unreadable", hint, |ui| word_ui(ui, &mut data.unreadable));
    }
    form.row(ui, "data.limit", "Limit", "Use only this many of the training images.", |ui| {
        optional(ui, &mut data.limit, 10_000, |ui, limit| {
            whole(ui, limit, limits::LIMIT);
        });
    });
    let row = ChoiceRow {
        path: "data.missing",
        label: "Missing values",
        hint: "Values that are hidden from the model although the source has them. A missing value leaves the \
               likelihood, and the encoder reads 0 in its place.",
    };
    row.show(ui, form, &mut data.missing, |_| None);
    form.row(
        ui,
        "data.mask_input",
        "Encoder's mask",
        "Whether the encoder also reads which values are known, as further inputs behind the values.",
        |ui| {
            checkbox(ui, &mut data.mask_input, "read by the encoder");
        },
    );
    augmentation_ui(ui, form, data);
}

/// The fields of the random changes to training images.
fn augmentation_ui(ui: &mut Ui, form: &mut Form<'_>, data: &mut Data) {
    let is_table = data.source.is_table();
    let Augmentation { flip, shift, crop, noise } = &mut data.augmentation;
    if !is_table {
        let hint = "Mirror each training image left to right with probability ½, every time it is used.";
        form.row(ui, "data.augmentation.flip", "Flip", hint, |ui| {
            checkbox(ui, flip, "left to right");
        });
        let hint = "Move each training image by up to this many pixels along both axes.";
        form.row(ui, "data.augmentation.shift", "Shift", hint, |ui| {
            whole(ui, shift, limits::SHIFT);
        });
        let hint = "Cut up to this share off the sides of each training image and enlarge the rest.";
        form.row(ui, "data.augmentation.crop", "Crop", hint, |ui| {
            real(ui, crop, limits::SHARE);
        });
    }
    let hint = "Standard deviation of Gaussian noise on training values, in the model's units.";
    form.row(ui, "data.augmentation.noise", "Noise", hint, |ui| {
        real(ui, noise, limits::NOISE);
    });
}

fn binarisation_ui(ui: &mut Ui, form: &mut Form<'_>, data: &mut Data) {
    form.row(
        ui,
        "data.binarisation",
        "Binarisation",
        "How grey pixels become what the likelihood sees: a Bernoulli likelihood wants 0 or 1.",
        |ui| {
            choice(
                ui,
                "binarisation",
                &mut data.binarisation,
                &[
                    (Binarisation::Dynamic, "dynamic", "Each pixel drawn afresh with its grey level every time."),
                    (Binarisation::Fixed, "fixed by seed", "Each pixel drawn once, by the seed."),
                    (Binarisation::Threshold(0.5), "threshold", "1 where the grey level is at least a threshold."),
                    (Binarisation::None, "none", "Grey pixels in [0, 1], as they are."),
                ],
            );
        },
    );
    if let Binarisation::Threshold(threshold) = &mut data.binarisation {
        form.row(ui, "data.binarisation", "Threshold", "The smallest grey level that becomes 1.", |ui| {
            real(ui, threshold, limits::THRESHOLD);
        });
    }
}

/// The button that looks at the data, and the list of sources used before.
fn look_ui(ui: &mut Ui, form: &mut Form<'_>, experiment: &mut Experiment) {
    ui.horizontal(|ui| {
        form.look |= action(ui, "Look at the data", "Read the data and show what they hold in the Data pane.");
        ui.add_enabled_ui(!form.recent.is_empty(), |ui| {
            let menu = ui.menu_button("Recent data", |ui| {
                for source in form.recent {
                    let name = format!("{} ({})", source.summary(), source.name());
                    if ui.button(name).clicked() {
                        let data = Data { source: source.clone(), ..experiment.data.clone() };
                        experiment.take_data(data, holds_rows(source), announced_shape(source));
                    }
                }
            });
            menu.response.on_hover_text(
                "Sources that were looked at before. A likelihood that is none of their values gives way to one that is.",
            );
        });
    });
}

/// The data group in a few words.
pub fn summary(data: &Data) -> String {
    let source = data.source.summary();
    match data.source {
        Source::Toy { .. } => return format!("{source} · points"),
        _ if data.source.is_table() => return format!("{source} · rows"),
        _ => {}
    }
    let is_colour = data.source.known_shape().is_some_and(|shape| shape.channels == 3);
    let binarisation = match data.binarisation {
        Binarisation::Dynamic => "dynamic",
        Binarisation::Fixed => "fixed",
        Binarisation::Threshold(_) => "threshold",
        Binarisation::None if is_colour => "colour",
        Binarisation::None => "grey",
    };
    format!("{source} · {binarisation}")
}
