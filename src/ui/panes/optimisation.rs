//! The course of optimisation: gradient norm, learning rate, images per second.

use crate::ui::compare::{Column, Drawing, Overlay, hover_rows, legend_keys};
use crate::ui::curves::{Quantity, ReportSource, Series, XAxis};
use crate::ui::empty::before_training;
use crate::ui::format;
use crate::ui::noun;
use crate::ui::pane::{Pane, PaneContext};
use crate::ui::plot::{CurveId, Dash, RunCurve, RunPlot, Viewport, X_AXIS_HEIGHT, axis_ui, fit_button, number_text};
use crate::ui::theme::{Theme, space};
use eframe::egui::{Align, Color32, Layout, Popup, PopupAnchor, Tooltip, Ui, vec2};
use serde::{Deserialize, Serialize};

/// Gradient norm, learning rate and speed over the run.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OptimisationPane {
    axis: XAxis,
    #[serde(skip)]
    view: Viewport,
    #[serde(skip)]
    others: Overlay,
}

/// One of the plots.
struct Panel {
    quantity: Quantity,
    title: &'static str,
    meaning: &'static str,
    log: bool,
}

const PANELS: [Panel; 3] = [
    Panel {
        quantity: Quantity::GradientNorm,
        title: "Gradient norm",
        meaning: "Global norm of the gradient of the bound before clipping, averaged since the last report (log \
                  scale).",
        log: true,
    },
    Panel {
        quantity: Quantity::LearningRate,
        title: "Learning rate",
        meaning: "The optimiser's step size, as its schedule and live edits set it.",
        log: false,
    },
    Panel {
        quantity: Quantity::Speed,
        title: "Images per second",
        meaning: "Training images seen per second.",
        log: false,
    },
];

impl Pane for OptimisationPane {
    fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        let theme = context.theme;
        theme.pane_frame().show(ui, |ui| {
            let curves = context.curves;
            let track = curves.track(ReportSource::Training);
            if track.is_empty() {
                let hint = "Press Train (Space) to see the gradient's norm and the learning rate.";
                before_training(ui, context, "No report yet", hint);
                return;
            }
            ui.horizontal(|ui| {
                axis_ui(ui, &mut self.axis);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    context.compare_button(ui);
                    fit_button(ui, &mut self.view);
                });
            });
            ui.add_space(space::XS);
            self.view.begin_beside(curves, context.runs.shown().map(|run| &run.curves), self.axis);
            const HEADING: f32 = 16.0;
            let gaps = 2.0 * space::XS;
            let height = ((ui.available_height() - X_AXIS_HEIGHT) / 3.0 - HEADING - gaps).max(24.0);
            let mut hovering = false;
            for (i, panel) in PANELS.iter().enumerate() {
                let y = track.y(panel.quantity);
                // At the pointer, else the newest.
                let index = self.view.hovered().and_then(|x| track.nearest(self.axis, x)).unwrap_or(track.len() - 1);
                let last = i + 1 == PANELS.len();
                let heading = vec2(ui.available_width(), HEADING);
                ui.allocate_ui_with_layout(heading, Layout::left_to_right(Align::Center), |ui| {
                    let [title, meaning] = [panel.title, panel.meaning].map(|text| noun::say(ui.ctx(), text));
                    ui.label(theme.muted(title.as_ref())).on_hover_text(meaning);
                    let value = match panel.quantity {
                        Quantity::Speed => format::scaled(y.get(index)),
                        _ => format::scientific(y.get(index)),
                    };
                    ui.label(theme.strong(value).small());
                });
                let legend = if i == 0 { legend_keys(theme, context.runs) } else { Vec::new() };
                let series = Series::Reports(panel.quantity, false);
                self.others.update(context.runs, series, self.axis, 1.0);
                let Drawing { mut lines, bands } = self.others.drawing(context.runs, series, theme);
                let plot = RunPlot {
                    id: panel.title,
                    title: panel.title,
                    unit: "",
                    height: if last { height + X_AXIS_HEIGHT } else { height },
                    width: None,
                    log: panel.log,
                    from_zero: !panel.log,
                    x_labels: last,
                    mark_labels: i == 0,
                    on_training: context.status.validates_on_training,
                    legend: &legend,
                    y_label: &label,
                };
                let id = CurveId {
                    run: curves.run(),
                    source: ReportSource::Training,
                    quantity: panel.quantity,
                    smoothing: 1.0,
                };
                let (colour, dash) = (colour(theme, panel.quantity), Dash::Solid);
                lines.push(RunCurve { id: Some(id), track, y, colour, width: 1.5, dots: false, dash, of: "" });
                hovering |= plot.show_over(ui, &mut self.view, curves, &lines, &bands).0.hovered();
            }
            self.view.end();
            hovering &= !Popup::is_any_open(ui.ctx()) && !context.runs.groups().is_empty();
            if let (true, Some(x)) = (hovering, self.view.hovered()) {
                let (layer, id) = (ui.layer_id(), ui.scope_id().with("compared"));
                let tip = Tooltip::always_open(ui.ctx().clone(), layer, id, PopupAnchor::Pointer);
                let columns = PANELS.each_ref().map(|panel| Column {
                    name: panel.title,
                    series: Series::Reports(panel.quantity, false),
                    text: &format::scientific,
                });
                tip.gap(16.0).show(|ui| hover_rows(ui, context.runs, &mut self.others, self.axis, x, &columns));
            }
        });
    }
}

fn colour(theme: &Theme, quantity: Quantity) -> Color32 {
    match quantity {
        Quantity::LearningRate => theme.learning_rate,
        Quantity::Speed => theme.speed,
        _ => theme.gradient_norm,
    }
}

fn label(value: f64, step: f64) -> String {
    if value.abs() >= 1_000.0 {
        format!("{}\u{202f}k", number_text(value / 1e3, step / 1e3))
    } else {
        format::scientific(value)
    }
}
