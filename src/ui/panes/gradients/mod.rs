//! The gradient lab: the signal-to-noise ratio of the gradients of encoder and decoder against K, for every estimator
//! that fits the model, and the ratio after one second of averaging (Rainforth et al. 2018, "Tighter variational bounds
//! are not necessarily better").

mod plot;
mod shown;
mod table;

use crate::experiment::Choice as _;
use crate::objective::snr::Curve;
use crate::ui::controls::{action_enabled, empty_state, number, progress, segmented};
use crate::ui::empty::{before_training, empty_with_button};
use crate::ui::format;
use crate::ui::icons::{Icon, icon_button};
use crate::ui::pane::{Pane, PaneContext, Request};
use crate::ui::theme::{Theme, space};
use crate::worker::{Command, GradientFindings, GradientRequest, powers_of_two};
use eframe::egui::{DragValue, ScrollArea, Ui};
use plot::{Measure, plot_ui};
use serde::{Deserialize, Serialize};
use shown::{ShownCurve, short_name};
use std::fmt::Write;
use table::{table_height, table_ui};

/// The effect of the button that starts a measurement.
const MEASURE: &str = "Estimate the batch's gradient by every estimator and with every K, between training steps.";

/// The pane's settings, and the last measurement of this session.
#[derive(Serialize, Deserialize)]
#[serde(default)]
pub struct GradientsPane {
    measure: Measure,
    images: usize,
    samples_max: usize,
    repeats: usize,
    /// Names of the estimators whose curves are hidden.
    hidden: Vec<String>,
    #[serde(skip)]
    found: Option<Box<GradientFindings>>,
}

impl Default for GradientsPane {
    fn default() -> Self {
        let GradientRequest { images, samples, repeats, .. } = GradientRequest::default();
        let samples_max = samples.last().copied().unwrap_or(1);
        Self { measure: Measure::default(), images, samples_max, repeats, hidden: Vec::new(), found: None }
    }
}

impl Pane for GradientsPane {
    fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        let theme = context.theme;
        theme.pane_frame().show(ui, |ui| {
            self.bar_ui(ui, context);
            ui.add_space(space::XS);
            let Some(found) = &self.found else {
                return self.empty_ui(ui, context);
            };
            self.about_ui(ui, context, found);
            let curves: Vec<ShownCurve> =
                found.curves.iter().enumerate().map(|(i, curve)| self.shown(i, curve, theme)).collect();
            let height = (ui.available_height() - table_height(curves.len())).max(150.0);
            let measure = self.measure;
            let hidden = ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                plot_ui(ui, theme, measure, &curves, height);
                ui.add_space(space::S);
                table_ui(ui, theme, measure, &curves, found.complete)
            });
            if let Some(hidden) = hidden.inner {
                self.hidden = hidden;
            }
        });
    }
}

impl GradientsPane {
    /// Show new findings.
    pub fn put(&mut self, found: Box<GradientFindings>) {
        self.found = Some(found);
    }

    /// The request that the button Measure sends.
    pub fn request(&self) -> GradientRequest {
        GradientRequest {
            images: self.images,
            samples: powers_of_two(self.samples_max),
            repeats: self.repeats,
            ..GradientRequest::default()
        }
    }

    /// The pane before the first measurement.
    fn empty_ui(&self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        let title = "How much of a gradient is signal, and what K does to it";
        if context.status.experiment.is_none() {
            let hint = "Press Train (Space) to see a model whose gradients can be measured.";
            return before_training(ui, context, title, hint);
        }
        if context.status.job(GradientRequest::KIND).is_some() {
            return empty_state(ui, title, "The first ratios are being measured.");
        }
        let hint = "The signal-to-noise ratio of every estimator that fits the model against K, from the gradient of a \
                    batch estimated again and again.";
        if empty_with_button(ui, title, hint, "Measure gradients", MEASURE) {
            context.commands.push(Command::begin(self.request()));
        }
    }

    fn shown<'a>(&self, index: usize, curve: &'a Curve, theme: &Theme) -> ShownCurve<'a> {
        // The labels' colours without the greys.
        const COLOURS: [usize; 8] = [0, 1, 2, 4, 9, 5, 6, 7];
        let name = short_name(curve.gradient);
        let visible = !self.hidden.contains(&name);
        ShownCurve { curve, visible, name, colour: theme.labels[COLOURS[index % COLOURS.len()]] }
    }

    fn bar_ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        ui.horizontal_wrapped(|ui| {
            ui.set_row_height(space::ROW);
            let choices = Measure::ALL.map(|measure| (measure, measure.name(), measure.meaning()));
            segmented(ui, &mut self.measure, &choices);
            if let Some(done) = context.status.job(GradientRequest::KIND) {
                progress(ui, done.share(), done.what, 200.0);
                if action_enabled(ui, true, "Cancel", "Stop measuring; what has been found stays.") {
                    context.commands.push(Command::Cancel(GradientRequest::KIND));
                }
            } else {
                let meaning =
                    "Images of the batch, the first of the training set. Their mean gradient is what is looked at.";
                number(
                    ui,
                    context.status.noun.many(),
                    meaning,
                    44.0,
                    DragValue::new(&mut self.images).range(1..=4_096),
                );
                let meaning = "K = 1, 2, 4, … up to this.";
                number(ui, "K up to", meaning, 44.0, DragValue::new(&mut self.samples_max).range(2..=1_024));
                let meaning = "Estimates of each gradient: more make the ratios surer.";
                number(ui, "repeats", meaning, 44.0, DragValue::new(&mut self.repeats).range(2..=10_000));
                if action_enabled(ui, context.status.experiment.is_some(), "Measure", MEASURE) {
                    context.commands.push(Command::begin(self.request()));
                }
            }
            if let Some(found) = &self.found
                && icon_button(ui, Icon::Export, "Export…", true).clicked()
            {
                let request = Request::ExportTable { suggested_name: "gradients.csv".into(), csv: csv(found) };
                context.requests.push(request);
            }
        });
    }

    /// The model and the batch that the findings are about.
    fn about_ui(&self, ui: &mut Ui, context: &PaneContext<'_>, found: &GradientFindings) {
        let mut text = format!(
            "{} {} {}, {} estimates of each gradient, step {}",
            format::count(found.images as u64),
            found.split.adjective(),
            context.status.noun.of(found.images),
            format::count(found.repeats as u64),
            format::count(found.step),
        );
        if found.run != context.status.run {
            text.push_str(" of an earlier run");
        }
        if !found.complete && context.status.job(GradientRequest::KIND).is_none() {
            text.push_str("; cancelled before its end");
        }
        ui.label(context.theme.muted(text));
    }
}

fn csv(found: &GradientFindings) -> String {
    let mut text = String::from(
        "bound,estimator,samples,encoder_snr,decoder_snr,seconds,bound_nats,bound_se,bound_variance_nats2\n",
    );
    for curve in &found.curves {
        let (bound, estimator) = (curve.gradient.bound.name(), curve.gradient.estimator.name());
        for p in &curve.points {
            let figures = [p.encoder, p.decoder, p.seconds, p.bound.value, p.bound.se, p.bound_variance];
            // Writing to a string cannot fail.
            let _ = write!(text, "\"{bound}\",\"{estimator}\",{}", p.samples);
            figures.iter().for_each(|figure| {
                let _ = write!(text, ",{figure}");
            });
            text.push('\n');
        }
    }
    text
}
