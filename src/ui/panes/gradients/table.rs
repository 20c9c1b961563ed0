//! The legend of the gradient lab as a table: slope, cost, ratio after one second, and the best K of each estimator.

use super::plot::Measure;
use super::shown::{ShownCurve, short_name};
use crate::experiment::Choice as _;
use crate::objective::snr::{Curve, Point, best, is_at_the_edge};
use crate::ui::context_menu;
use crate::ui::controls::legend_toggle;
use crate::ui::format;
use crate::ui::noun;
use crate::ui::term::explained;
use crate::ui::theme::Theme;
use eframe::egui::{Grid, Label, RichText, Ui, vec2};

const ROW: f32 = 24.0;
const GAP: f32 = 2.0;
/// The name of pictures of this table's numbers.
const STEM: &str = "gradients";

/// Height of the table for a number of estimators, with the sentence above it.
pub fn table_height(estimators: usize) -> f32 {
    (estimators + 2) as f32 * (ROW + GAP) + 12.0
}

/// Draw the table; returns the names of the hidden curves if the user has changed them.
pub fn table_ui(
    ui: &mut Ui,
    theme: &Theme,
    measure: Measure,
    curves: &[ShownCurve<'_>],
    complete: bool,
) -> Option<Vec<String>> {
    ui.spacing_mut().item_spacing.y = GAP;
    recommendation_ui(ui, theme, measure, curves, complete);
    let mut hidden: Vec<String> =
        curves.iter().filter(|shown| !shown.visible).map(|shown| shown.name.clone()).collect();
    let mut changed = false;
    let columns: &[(&str, &str)] = &[
        ("estimator", "A bound and a way to its gradient. Click to hide or show its curve."),
        ("slope", "The power of K that fits the curve best, with its standard error."),
        ("best K", "The K of this estimator that gives most for a second of work."),
        ("SNR", "Signal-to-noise ratio of one estimate with that K: √(Σ (E g)² / Σ Var g) over the parameters."),
        ("cost", "Time for one estimate of the batch's gradient with that K."),
        ("SNR in 1 s", "The ratio after averaging estimates for one second: SNR / √cost."),
    ];
    let columns: &[(&str, &str)] = match measure.per_second() {
        Some(_) => columns,
        None => &[
            columns[0],
            columns[1],
            ("largest K", "The largest K that was measured."),
            ("variance", "Of one estimate of the bound of the batch with that K, nats² per image²."),
            ("bound", "The bound of the batch with that K, nats per image."),
            ("cost", "Time for one estimate of the bound and its gradient with that K."),
        ],
    };
    Grid::new("estimators").num_columns(columns.len()).spacing(vec2(16.0, GAP)).min_row_height(ROW).show(ui, |ui| {
        for (name, meaning) in columns {
            let label = ui.label(theme.muted(*name));
            let meaning = noun::say(ui.ctx(), meaning);
            match *name {
                "SNR" => explained(label, "Signal-to-noise ratio", &meaning),
                _ => label.on_hover_text(meaning),
            };
        }
        ui.end_row();
        for shown in curves {
            let mut visible = shown.visible;
            let gradient = shown.curve.gradient;
            let meaning = format!("{}: {}", gradient.name(), gradient.estimator.about());
            legend_toggle(ui, &mut visible, &shown.name, shown.colour, 2.0, &meaning);
            if visible != shown.visible {
                changed = true;
                hidden.retain(|name| *name != shown.name);
                if !visible {
                    hidden.push(shown.name.clone());
                }
            }
            row_ui(ui, theme, measure, shown.curve);
            ui.end_row();
        }
    });
    changed.then_some(hidden)
}

fn row_ui(ui: &mut Ui, theme: &Theme, measure: Measure, curve: &Curve) {
    let slope = measure.slope(curve).map(|slope| format::with_error(slope.value, slope.se, 2));
    context_menu::number_ui(ui, theme.strong(slope.unwrap_or_else(|| "–".into())), STEM);
    let cells: Vec<String> = match measure.per_second() {
        Some(per_second) => {
            let top = curve.points.iter().max_by(|a, b| per_second(a).total_cmp(&per_second(b)));
            top.filter(|point| per_second(point) > 0.0).map_or_else(Vec::new, |point| {
                vec![
                    point.samples.to_string(),
                    format::scientific(measure.of(point)),
                    cost(point),
                    format::scientific(per_second(point)),
                ]
            })
        }
        None => curve.points.last().map_or_else(Vec::new, |point| {
            vec![
                point.samples.to_string(),
                format::scientific(point.bound_variance),
                format::with_error(point.bound.value, point.bound.se, 2),
                cost(point),
            ]
        }),
    };
    for cell in cells {
        context_menu::number_ui(ui, RichText::new(cell), STEM);
    }
}

/// The time for one estimate: "3.2 ms".
fn cost(point: &Point) -> String {
    match point.seconds {
        seconds if seconds < 1.0 => {
            let milliseconds = 1e3 * seconds;
            format!("{} ms", format::fixed(milliseconds, if milliseconds < 9.95 { 2 } else { 1 }))
        }
        seconds => format::duration(seconds),
    }
}

/// The recommended estimator and K, in words.
fn recommendation_ui(ui: &mut Ui, theme: &Theme, measure: Measure, curves: &[ShownCurve<'_>], complete: bool) {
    let Some(per_second) = measure.per_second() else { return };
    let all: Vec<Curve> = curves.iter().map(|shown| shown.curve.clone()).collect();
    let text = match best(&all, per_second) {
        Some((gradient, samples)) => format!(
            "{} for the {}: {} with K = {samples}, the most signal for a second of work.{}",
            if complete { "Recommended" } else { "The best so far" },
            measure.name().to_lowercase(),
            short_name(gradient),
            if is_at_the_edge(&all, (gradient, samples)) {
                " It is the largest K tried: a larger one may be better still."
            } else {
                ""
            },
        ),
        None if complete => noun::say(ui.ctx(), "No signal above the noise: take more images or repeats.").into_owned(),
        None => String::new(),
    };
    ui.add(Label::new(RichText::new(text).color(theme.text_strong)).wrap());
}
