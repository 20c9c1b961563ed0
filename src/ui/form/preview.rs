//! Some of the form's data, as the last look at them found them, in the form itself.

use crate::data::Noun;
use crate::experiment::{Data, Source};
use crate::export::vector_chart::{Chart, all_lines, range_of};
use crate::ui::chart::chart_ui;
use crate::ui::format;
use crate::ui::image_grid::{Atlas, GAP};
use crate::ui::looked::{Found, Looked};
use crate::ui::panes::gallery_points_ui;
use crate::ui::theme::Theme;
use eframe::egui::{Label, Role, Sense, Ui, WidgetInfo, pos2, vec2};

/// Side of a picture, and height of a chart, in points.
const SIDE: f32 = 36.0;
const CHART: f32 = 72.0;

/// The pictures of the last look, on the graphics card.
#[derive(Default)]
pub struct Preview {
    pictures: Atlas,
}

impl Preview {
    /// Take the pictures of a new look.
    pub fn update(&mut self, ctx: &eframe::egui::Context, looked: &Looked) {
        if let Some(found) = looked.found().filter(|found| found.gallery.images.columns.is_none()) {
            self.pictures.update(ctx, (found.serial, 2), &found.gallery.images);
        }
    }

    /// Draw some of `data`, if the last look was at their source, with a line on what they are.
    pub fn ui(&self, ui: &mut Ui, looked: &Looked, data: &Data) {
        if let Some(doing) = looked.doing() {
            ui.add(Label::new(Theme::of(ui.ctx()).muted(doing)).truncate());
            return;
        }
        if let Some(why) = looked.failure(data) {
            let colour = ui.visuals().error_fg_color;
            ui.add(Label::new(eframe::egui::RichText::new(why).small().color(colour)).wrap());
            return;
        }
        let Some(found) = looked.found().filter(|found| is_of(found, &data.source)) else { return };
        ui.add_space(2.0);
        match &found.gallery.images.columns {
            None => self.pictures_ui(ui, found),
            Some(columns) if found.survey.noun == Noun::Point && columns.len() <= 2 => {
                let theme = Theme::of(ui.ctx());
                gallery_points_ui(ui, theme, &found.gallery, 2.0 * CHART);
            }
            Some(columns) => {
                let lines = all_lines(&found.gallery.images);
                let range = range_of((0..found.gallery.images.count).map(|index| found.gallery.images.image(index)));
                let spoken = format!("{} {} of the data", lines.len(), found.survey.noun.of(lines.len()));
                let chart = Chart { columns, series: lines, range, title: String::new() };
                chart_ui(ui, vec2(ui.available_width(), CHART), &spoken, &chart);
            }
        }
        ui.add(Label::new(Theme::of(ui.ctx()).muted(words(found))).truncate());
    }

    /// The first picture of each label, then the second of each, as many as fit into a row.
    fn pictures_ui(&self, ui: &mut Ui, found: &Found) {
        let rows: Vec<&[usize]> = found.gallery.rows.iter().map(|(_, places)| places.as_slice()).collect();
        let longest = rows.iter().map(|places| places.len()).max().unwrap_or(0);
        let by_turns = (0..longest).flat_map(|turn| rows.iter().filter_map(move |places| places.get(turn)));
        let fit = ((ui.available_width() + GAP) / (SIDE + GAP)).max(1.0) as usize;
        let shown: Vec<usize> = by_turns.copied().take(fit).collect();
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), SIDE), Sense::hover());
        let [_, height, width] = found.survey.shape;
        let (height, width) = (height.max(1) as f32, width.max(1) as f32);
        let size = vec2(width, height) * (SIDE / width.max(height));
        for (i, &place) in shown.iter().enumerate() {
            let cell = pos2(rect.left() + i as f32 * (SIDE + GAP), rect.top());
            let cell = eframe::egui::Rect::from_min_size(cell, vec2(SIDE, SIDE));
            let rect = eframe::egui::Rect::from_center_size(cell.center(), size);
            self.pictures.paint_image(ui.painter(), place, rect);
        }
        let spoken = format!("{} of the data", format::counted(shown.len(), "picture"));
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
    }
}

/// Whether a look was at a source.
fn is_of(found: &Found, source: &Source) -> bool {
    found.data.source == *source
}

/// The data in a line: how many, of which shape, with how many labels, and how much is missing.
fn words(found: &Found) -> String {
    let survey = &found.survey;
    let count = survey.train + survey.validation + survey.test;
    let [channels, height, width] = survey.shape;
    let shape = match (survey.columns.is_empty(), channels) {
        (false, _) if survey.noun == Noun::Point => format::counted(width, "coordinate"),
        (false, _) => format::counted(width, "column"),
        (true, 1) => format!("{height}×{width}"),
        (true, _) => format!("{height}×{width}, colour"),
    };
    let mut words = format!("{} {} · {shape}", format::count(count as u64), survey.noun.of(count));
    if !survey.classes.is_empty() {
        words += &format!(" · {}", format::counted(survey.classes.len(), "label"));
    }
    if survey.values.missing > 0 {
        let all = count as f64 * survey.values.pixels as f64;
        words += &format!(" · {:.1} % missing", 100.0 * survey.values.missing as f64 / all);
    }
    words
}
