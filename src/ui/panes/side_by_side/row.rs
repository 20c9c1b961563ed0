//! The row of one run: its name, and its pictures or why there are none.

use crate::data::Images;
use crate::ui::image_grid::{Atlas, GAP, ImageGrid};
use crate::ui::plot::elided;
use crate::ui::theme::{Theme, space};
use eframe::egui::{Align, Label, Layout, Ui, vec2};
use std::path::PathBuf;

/// Width of the names.
pub const LABEL_WIDTH: f32 = 150.0;
/// Space between two rows.
pub const ROW_GAP: f32 = space::XS;

/// The state of a run's pictures.
pub enum Pictures {
    Here(Images),
    Awaited,
    /// There are none, for this reason.
    None(String),
}

/// The row of a run.
pub struct Row {
    pub name: String,
    /// The step of the model, and what else is to be known of it.
    pub about: String,
    /// The folder of a compared run; `None` for the present run.
    pub folder: Option<PathBuf>,
    pub pictures: Pictures,
    /// The images that are reconstructed.
    pub inputs: Option<Images>,
}

impl Row {
    /// Draw it, its pictures from the atlas.
    pub fn show(&self, ui: &mut Ui, atlas: Option<&Atlas>, side: f32) {
        let words = match (&self.pictures, atlas) {
            (Pictures::Here(images), Some(atlas)) => {
                return grid_ui(ui, &self.name, &self.about, atlas, images.count, side);
            }
            (Pictures::None(why), _) => why.as_str(),
            _ => "Its model is being read…",
        };
        let theme = Theme::of(ui.ctx());
        ui.horizontal(|ui| {
            label_ui(ui, &self.name, &self.about, side.min(2.0 * space::ROW));
            ui.add(Label::new(theme.muted(words)).wrap());
        });
    }
}

/// A name, and the images of an atlas beside it.
pub fn grid_ui(ui: &mut Ui, name: &str, about: &str, atlas: &Atlas, count: usize, side: f32) {
    ui.horizontal(|ui| {
        label_ui(ui, name, about, side);
        let grid = ImageGrid {
            name,
            columns: count,
            side,
            gap: GAP,
            row_labels: &[],
            row_label_width: 0.0,
            column_labels: &[],
        };
        let cells: Vec<(&Atlas, Option<usize>)> = (0..count).map(|index| (atlas, Some(index))).collect();
        grid.show(ui, &cells);
    });
}

fn label_ui(ui: &mut Ui, name: &str, about: &str, height: f32) {
    let theme = Theme::of(ui.ctx());
    ui.allocate_ui_with_layout(vec2(LABEL_WIDTH, height), Layout::top_down(Align::Min), |ui| {
        ui.set_min_size(vec2(LABEL_WIDTH, height));
        ui.spacing_mut().item_spacing.y = 0.0;
        let lines = if about.is_empty() { 1.0 } else { 2.0 };
        ui.add_space((0.5 * (height - lines * 15.0)).max(0.0));
        let shown = elided(ui, name, LABEL_WIDTH);
        ui.label(theme.strong(shown).small()).on_hover_text(name);
        if !about.is_empty() {
            ui.add(Label::new(theme.muted(about)).truncate());
        }
    });
}
