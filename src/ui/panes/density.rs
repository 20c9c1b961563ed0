//! The density of data with one or two entries: the model's p(x) as a heat map, or as a curve, under the data.

use super::tour::Canvas;
use crate::explore::{Answer, DensityView, Question};
use crate::ui::controls::segmented;
use crate::ui::empty::before_model;
use crate::ui::pane::{Pane, PaneContext};
use crate::ui::pane_bar::{Content, PaneBar};
use crate::ui::theme::Theme;
use crate::worker::Asker;
use eframe::egui::{Align2, ColorImage, Rect, Stroke, TextureHandle, TextureOptions, Ui, pos2, vec2};
use serde::{Deserialize, Serialize};

const ASKER: Asker = Asker("density");
/// Points of the grid along each axis.
const SIDE: usize = 64;
/// Training data that are drawn.
const DATA: usize = 1_500;
/// The log density below the highest at which the map is dark, in nats.
const DEPTH: f32 = 7.0;
const BINS: usize = 48;

/// The model's density under the data.
#[derive(Serialize, Deserialize)]
#[serde(default)]
pub struct DensityPane {
    /// Whether the data are drawn over the map.
    data: bool,
    #[serde(skip)]
    texture: Option<((u64, u64, bool), TextureHandle)>,
}

impl Default for DensityPane {
    fn default() -> Self {
        Self { data: true, texture: None }
    }
}

impl Pane for DensityPane {
    fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        context.theme.pane_frame().show(ui, |ui| {
            let Some(shape) = context.status.image_shape.filter(|_| context.status.experiment.is_some()) else {
                return before_model(ui, context, "the density of data with one or two entries");
            };
            if shape.pixels() > 2 {
                let hint = "A density can be drawn of data with one or two entries.";
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
            match view.dimension {
                1 => self.curve_ui(ui, context.theme, view),
                _ => self.map_ui(ui, context.theme, view, newest.key()),
            }
        });
    }
}

impl DensityPane {
    /// p(x) as a curve over the histogram of the data.
    fn curve_ui(&self, ui: &mut Ui, theme: &Theme, view: &DensityView) {
        let [from, to] = view.ranges[0];
        let density: Vec<f64> = view.log_density.iter().map(|log| f64::from(*log).exp()).collect();
        let width = (to - from) / BINS as f64;
        let mut bins = [0_u32; BINS];
        for ([x, _], _) in &view.data {
            let bin = (f64::from(*x) - from) / width;
            if (0.0..BINS as f64).contains(&bin) {
                bins[bin as usize] += 1;
            }
        }
        let of_bin = |hits: u32| f64::from(hits) / (view.data.len().max(1) as f64 * width);
        let top = density.iter().copied().chain(bins.iter().map(|hits| of_bin(*hits))).fold(1e-9, f64::max);
        let spoken = "The model's density p(x) as a curve over the histogram of the training data";
        let plane = Canvas::take(ui, ui.available_size(), from..=to, 0.0..=1.1 * top, spoken);
        for (bin, hits) in bins.iter().enumerate().filter(|_| self.data) {
            let left = from + width * bin as f64;
            plane.bar(left..=(left + 0.92 * width), 0.0..=of_bin(*hits), theme.raised);
        }
        let x = |i: usize| from + (to - from) * i as f64 / (view.side - 1) as f64;
        plane.line(density.iter().enumerate().map(|(i, p)| [x(i), *p]), Stroke::new(2.5, theme.evidence));
        plane.x_axis(ui, "x");
        plane.caption(ui, Align2::LEFT_TOP, 0, "p(x)", theme.evidence);
    }

    /// p(x) as a heat map, with the data as dots.
    fn map_ui(&mut self, ui: &mut Ui, theme: &Theme, view: &DensityView, (run, serial): (u64, u64)) {
        let [[left, right], [low, high]] = view.ranges;
        // One unit is as long across as up.
        let room = ui.available_size();
        let unit = (f64::from(room.x) / (right - left)).min(f64::from(room.y) / (high - low));
        let size = vec2((unit * (right - left)) as f32, (unit * (high - low)) as f32);
        let spoken = "The model's density p(x) as a heat map, with training data as dots";
        let plane = Canvas::take(ui, size, left..=right, low..=high, spoken);
        let key = (run, serial, theme.dark);
        if self.texture.as_ref().is_none_or(|(of, _)| *of != key) {
            let top = view.log_density.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let shade = |log: f32| {
                let share = (1.0 + (log - top) / DEPTH).clamp(0.0, 1.0);
                theme.canvas.lerp_to_gamma(theme.evidence, share)
            };
            let rows = view.log_density.chunks(view.side).rev();
            let pixels = rows.flatten().map(|log| shade(*log)).collect();
            let image = ColorImage::new([view.side; 2], pixels);
            let texture = ui.ctx().load_texture("density", image, TextureOptions::LINEAR);
            self.texture = Some((key, texture));
        }
        if let Some((_, texture)) = &self.texture {
            let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            ui.painter().image(texture.id(), plane.rect, whole, eframe::egui::Color32::WHITE);
        }
        for ([x, y], label) in view.data.iter().filter(|_| self.data) {
            plane.dot(f64::from(*x), f64::from(*y), 1.3, theme.label(*label));
        }
        plane.x_axis(ui, "x₁");
        plane.caption(ui, Align2::LEFT_TOP, 0, "x₂", theme.text_muted);
    }
}
