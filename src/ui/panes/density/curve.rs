//! The density of data with one entry, as a curve over their histogram.

use crate::explore::DensityView;
use crate::ui::panes::tour::Canvas;
use crate::ui::theme::Theme;
use eframe::egui::{Align2, Stroke, Ui};

const BINS: usize = 48;

/// p(x) of the model, and of the source where it is known, over the histogram of the data.
pub fn curve_ui(ui: &mut Ui, theme: &Theme, view: &DensityView, data: bool) {
    let [from, to] = view.ranges[0];
    let density = |values: &[f32]| values.iter().map(|log| f64::from(*log).exp()).collect::<Vec<f64>>();
    let model = density(&view.log_density);
    let source = view.source.as_ref().map(|source| density(&source.log_density));
    let width = (to - from) / BINS as f64;
    let mut bins = [0_u32; BINS];
    for ([x, _], _) in &view.data {
        let bin = (f64::from(*x) - from) / width;
        if (0.0..BINS as f64).contains(&bin) {
            bins[bin as usize] += 1;
        }
    }
    let of_bin = |hits: u32| f64::from(hits) / (view.data.len().max(1) as f64 * width);
    let curves = model.iter().chain(source.iter().flatten()).copied();
    let top = curves.chain(bins.iter().map(|hits| of_bin(*hits))).fold(1e-9, f64::max);
    let spoken = "The model's density p(x) as a curve over the histogram of the training data";
    let plane = Canvas::take(ui, ui.available_size(), from..=to, 0.0..=1.1 * top, spoken);
    for (bin, hits) in bins.iter().enumerate().filter(|_| data) {
        let left = from + width * bin as f64;
        plane.bar(left..=(left + 0.92 * width), 0.0..=of_bin(*hits), theme.pressed);
    }
    let x = |i: usize| from + (to - from) * i as f64 / (view.side - 1) as f64;
    let points = |values: &[f64]| values.iter().enumerate().map(|(i, p)| [x(i), *p]).collect::<Vec<_>>();
    if let Some(source) = &source {
        plane.line(points(source), Stroke::new(1.5, theme.text));
    }
    plane.line(points(&model), Stroke::new(2.5, theme.evidence));
    plane.x_axis(ui, "x");
    plane.caption(ui, Align2::LEFT_TOP, 0, "p(x) of the model", theme.evidence);
    if source.is_some() {
        plane.caption(ui, Align2::LEFT_TOP, 1, "p(x) of the source", theme.text);
    }
}
