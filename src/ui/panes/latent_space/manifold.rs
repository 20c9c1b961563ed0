//! The manifold: the decoder's mean images on a grid over two latent dimensions.

use crate::explore::{Answer, Question};
use crate::ui::controls::choice;
use crate::ui::format;
use crate::ui::image_grid::{Atlas, ImageGrid, cell_side};
use crate::ui::pane::{ExportGrid, PaneContext, Request};
use crate::ui::pane_bar::Content;
use crate::ui::panes::latent_axes::{latent_dimension, z_name};
use crate::ui::questions::Newest;
use crate::ui::theme::Theme;
use crate::worker::Asker;
use eframe::egui::{Align, Layout, Ui, vec2};
use serde::{Deserialize, Serialize};

const ASKER: Asker = Asker("latent space: manifold");

/// The grid spans the prior from this quantile to 1 minus this quantile.
const QUANTILE: f64 = 0.02;
const ROW_LABEL_WIDTH: f32 = 28.0;

#[derive(Serialize, Deserialize)]
#[serde(default)]
pub struct Manifold {
    side: usize,
    #[serde(skip)]
    atlas: Atlas,
}

impl Default for Manifold {
    fn default() -> Self {
        Self { side: 16, atlas: Atlas::default() }
    }
}

impl Manifold {
    pub fn ask(&mut self, context: &mut PaneContext<'_>, axes: [usize; 2]) -> Option<Newest> {
        let question = Question::Manifold { side: self.side, axes, from: QUANTILE, to: 1.0 - QUANTILE };
        context.ask(ASKER, question)
    }

    pub fn options_ui(&mut self, ui: &mut Ui) {
        let sides = [(8, "8"), (12, "12"), (16, "16"), (20, "20"), (24, "24"), (30, "30")];
        choice(ui, "Grid", "Points along each axis, spaced by the prior's quantiles.", &mut self.side, &sides);
    }

    pub fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>, content: Content) {
        let Content { newest, export } = content;
        let Answer::Manifold { side, axes, values, means } = &newest.answered.answer else { return };
        let side = *side;
        self.atlas.update(ui.ctx(), newest.key(), means);
        let room = ui.available_size() - vec2(ROW_LABEL_WIDTH + 6.0, ImageGrid::header_height(ui) + 2.0);
        // No gaps: the images run into each other as the latent space does.
        let cell = cell_side(room, side, side, &self.atlas, ui.ctx().pixels_per_point(), 6.0);
        let column_labels: Vec<String> = values.iter().map(|&z| format::fixed(f64::from(z), 1)).collect();
        let row_labels: Vec<String> = column_labels.iter().rev().cloned().collect();
        if export {
            context.requests.push(Request::ExportGrid(ExportGrid {
                suggested_name: "manifold.png".into(),
                images: means.clone(),
                columns: side,
                row_labels: row_labels.clone(),
                column_labels: column_labels.clone(),
            }));
        }
        let grid = ImageGrid {
            name: "Manifold",
            columns: side,
            side: cell,
            gap: 0.0,
            row_labels: &row_labels,
            row_label_width: ROW_LABEL_WIDTH,
            column_labels: &column_labels,
        };
        let cells: Vec<_> = (0..side * side).map(|i| (&self.atlas, Some(i))).collect();
        let output = ui.with_layout(Layout::top_down(Align::Min), |ui| grid.show(ui, &cells)).inner;
        let place = |index: usize| (values[index % side], values[side - 1 - index / side]);
        if let Some(index) = output.clicked {
            let (across, up) = place(index);
            let mut z = vec![0.0; latent_dimension(context.status)];
            for (axis, value) in axes.iter().zip([across, up]) {
                if let Some(entry) = z.get_mut(*axis) {
                    *entry = value;
                }
            }
            context.requests.push(Request::Sculpt(z));
        }
        if let Some(index) = output.hovered {
            let (across, up) = place(index);
            output.response.on_hover_ui_at_pointer(|ui| {
                let theme = Theme::of(ui.ctx());
                for (axis, value) in axes.iter().zip([across, up]) {
                    ui.label(format!("{} = {}", z_name(*axis), format::fixed(f64::from(value), 2)));
                }
                ui.label(theme.muted("Click to take the sculptor here."));
            });
        }
    }
}
