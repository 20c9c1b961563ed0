//! The density of data with one or two entries: the model's p(x) as a heat map, or as a curve, under the data; of toy
//! data, the density that they are drawn from beside it.

mod curve;
mod maps;

use crate::explore::{Answer, DensityView, Question};
use crate::ui::controls::segmented;
use crate::ui::empty::before_model;
use crate::ui::format;
use crate::ui::pane::{Pane, PaneContext};
use crate::ui::pane_bar::{Content, PaneBar};
use crate::ui::theme::space;
use crate::worker::Asker;
use curve::curve_ui;
use eframe::egui::Ui;
use maps::Maps;
use serde::{Deserialize, Serialize};

const ASKER: Asker = Asker("density");
/// Points of the grid along each axis; of one entry, along the axis.
pub const SIDE: usize = 64;
/// Training data that are drawn.
const DATA: usize = 600;

/// The model's density under the data.
#[derive(Serialize, Deserialize)]
#[serde(default)]
pub struct DensityPane {
    /// Whether the data are drawn over the map.
    data: bool,
    #[serde(skip)]
    maps: Maps,
}

impl Default for DensityPane {
    fn default() -> Self {
        Self { data: true, maps: Maps::default() }
    }
}

impl Pane for DensityPane {
    fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        context.theme.pane_frame().show(ui, |ui| {
            let Some(shape) = context.status.image_shape.filter(|_| context.status.experiment.is_some()) else {
                return before_model(ui, context, "the density of data with one or two entries");
            };
            if shape.pixels() > 2 {
                let hint = "A density can be drawn of data with one or two entries: toy data, or a table's columns.";
                return crate::ui::controls::empty_state(ui, "Too many dimensions", hint);
            }
            let newest = context.ask(ASKER, Question::Density { side: SIDE, data: DATA });
            let bar = PaneBar { wide: 320.0, export: None, shows: "the density" };
            let controls = |ui: &mut Ui| {
                let choices = [
                    (true, "With data", "Training data over the model's density."),
                    (false, "Without", "The model's density alone."),
                ];
                segmented(ui, &mut self.data, &choices);
            };
            let content = bar.show(ui, context.status, newest, controls, |_| ());
            let Some(Content { newest, .. }) = content else { return };
            let Answer::Density(Some(view)) = &newest.answered.answer else { return };
            means_ui(ui, context, view);
            match view.dimension {
                1 => curve_ui(ui, context.theme, view, self.data),
                _ => self.maps.ui(ui, context.theme, view, newest.key(), self.data),
            }
        });
    }
}

/// The mean of log p(x) under the source, which no model exceeds, beside the newest of the model in the ledger.
fn means_ui(ui: &mut Ui, context: &PaneContext<'_>, view: &DensityView) {
    let Some(source) = &view.source else { return };
    let theme = context.theme;
    ui.horizontal_wrapped(|ui| {
        ui.label(theme.muted("log p(x), nats per point:"));
        let told = format!("source {}", format::with_error(source.mean.value, source.mean.se, 2));
        let meaning =
            "The mean of the source's own log p(x) over validation data: no model has a higher one on average.";
        ui.label(theme.muted(told).color(theme.text)).on_hover_text(meaning);
        if let Some(entry) = context.curves.ledger().latest() {
            let told = format!("model {}", format::with_error(entry.log_px.value, entry.log_px.se, 2));
            let meaning = "The mean of the model's log p(x) in the newest entry of the ledger. The difference is \
                           KL[source ‖ model], but for the noise of both.";
            ui.label(theme.muted(told).color(theme.evidence)).on_hover_text(meaning);
        }
    });
    ui.add_space(space::XS);
}
