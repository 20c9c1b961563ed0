//! Observations with one or two coordinates as points on a plane, and the means that belong to them.

use super::tour::Canvas;
use crate::data::{Gallery, Images, Noun};
use crate::ui::theme::Theme;
use eframe::egui::{Color32, RichText, Stroke, Ui, vec2};
use std::ops::RangeInclusive;

/// Room beside the farthest point, as a share of the reach.
const MARGIN: f64 = 1.15;

/// Whether items are points that fit on a plane.
pub fn are_points(images: &Images) -> bool {
    images.columns.is_some() && (1..=2).contains(&images.pixels_per_image())
}

/// The points of all labels, each in its label's colour, which stands beside its name.
pub fn gallery_ui(ui: &mut Ui, theme: &Theme, gallery: &Gallery, height: f32) {
    let mut labels = vec![0; gallery.images.count];
    for (label, (_, places)) in gallery.rows.iter().enumerate() {
        places.iter().for_each(|&place| labels[place] = label as u8);
    }
    let labelled = gallery.rows.iter().any(|(name, _)| !name.is_empty());
    let colour = |place: usize| theme.label(labelled.then(|| labels[place]));
    let spoken = format!("{} {}", gallery.images.count, Noun::Point.of(gallery.images.count));
    Points { spoken: &spoken, dots: &gallery.images, rings: None, colour: &colour }.ui(ui, theme, height);
    if labelled {
        ui.horizontal_wrapped(|ui| {
            for (label, (name, _)) in gallery.rows.iter().enumerate() {
                ui.label(RichText::new("●").small().color(theme.label(Some(label as u8))));
                ui.label(theme.muted(name));
            }
        });
    }
}

/// Points to draw: observations as dots and, where there are any, their means as rings, each joined to its dot.
pub struct Points<'a> {
    /// A sentence for who cannot see them.
    pub spoken: &'a str,
    pub dots: &'a Images,
    pub rings: Option<&'a Images>,
    /// The colour of a point by its number.
    pub colour: &'a dyn Fn(usize) -> Color32,
}

impl Points<'_> {
    /// Draw the points as wide as there is room, `height` high.
    pub fn ui(&self, ui: &mut Ui, theme: &Theme, height: f32) {
        let line = self.dots.pixels_per_image() == 1;
        let size = vec2(ui.available_width(), height);
        let (x, y) = self.ranges(f64::from(size.x / size.y), line);
        let plane = Canvas::take(ui, size, x, y, self.spoken);
        // Of one coordinate, means lie on a line above the observations.
        let at = |images: &Images, row: usize, lift: f64| {
            let entry = |axis: usize| f64::from(images.pixels[row * images.pixels_per_image() + axis]);
            if line { [entry(0), lift] } else { [entry(0), entry(1)] }
        };
        for row in 0..self.dots.count {
            let (dot, colour) = (at(self.dots, row, -0.35), (self.colour)(row));
            if let Some(rings) = self.rings.filter(|rings| row < rings.count) {
                let ring = at(rings, row, 0.35);
                plane.segment(ring, dot, Stroke::new(1.0, colour.gamma_multiply(0.55)));
                plane.ring(ring[0], ring[1], 3.5, Stroke::new(1.5, colour));
            }
            plane.dot(dot[0], dot[1], 2.5, colour);
        }
        plane.x_axis(ui, if line { "x" } else { "x₁" });
        if !line {
            plane.caption(ui, eframe::egui::Align2::LEFT_TOP, 0, "x₂", theme.text_muted);
        }
    }

    /// The range of both axes: it holds all points, and a unit is as long across as up.
    fn ranges(&self, aspect: f64, line: bool) -> (RangeInclusive<f64>, RangeInclusive<f64>) {
        let farthest = |axis: usize| {
            let entries = |images: &Images| {
                let step = images.pixels_per_image();
                images.pixels.iter().skip(axis).step_by(step).map(|v| f64::from(v.abs())).fold(0.0, f64::max)
            };
            entries(self.dots).max(self.rings.map_or(0.0, entries)).max(1.0) * MARGIN
        };
        if line {
            return (-farthest(0)..=farthest(0), -1.0..=1.0);
        }
        let up = farthest(1).max(farthest(0) / aspect);
        (-up * aspect..=up * aspect, -up..=up)
    }
}
