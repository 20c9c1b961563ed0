//! Latent traversals: the effect of one latent dimension along the prior's quantiles, while all others stay.

use crate::data::Split;
use crate::explore::{Answer, Question, Start, Traversal};
use crate::export::Sheet;
use crate::ui::controls::{action, number, segmented};
use crate::ui::families::{Family, said};
use crate::ui::format;
use crate::ui::image_grid::{Atlas, GAP, ImageGrid, cell_side};
use crate::ui::pane::{ExportGrid, Pane, PaneContext, Request};
use crate::ui::pane_bar::{Content, PaneBar};
use crate::ui::panes::latent_axes::z_name;
use crate::ui::panes::vectors;
use crate::ui::theme::Theme;
use crate::worker::Asker;
use eframe::egui::{DragValue, ScrollArea, Ui, vec2};
use serde::{Deserialize, Serialize};

const ASKER: Asker = Asker("traversals");

const CELL_MIN: f32 = 14.0;
/// Width of the row labels: that of "z₁₂₈ 12.34 nats".
const ROW_LABEL_WIDTH: f32 = 84.0;

/// The chosen starting point of traversals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum From {
    #[default]
    PriorMean,
    Image,
    Draw,
}

/// The starting point of traversals from the prior's mean.
const PRIOR_MEAN: &str = "The other dimensions stay at the mean of the prior, or at 0 where it has little density.";

/// The pane with latent traversals, the dimensions with the highest KL first.
#[derive(Serialize, Deserialize)]
#[serde(default)]
pub struct TraversalsPane {
    rows: usize,
    columns: usize,
    /// The lowest prior quantile; the highest is 1 minus this.
    quantile: f64,
    from: From,
    image: usize,
    seed: u64,
    #[serde(skip)]
    atlas: Atlas,
}

impl Default for TraversalsPane {
    fn default() -> Self {
        Self {
            rows: 10,
            columns: 11,
            quantile: 0.02,
            from: From::PriorMean,
            image: 0,
            seed: 0,
            atlas: Atlas::default(),
        }
    }
}

impl Pane for TraversalsPane {
    fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        context.theme.pane_frame().show(ui, |ui| {
            let newest = context.ask(ASKER, self.question());
            let bar = PaneBar {
                wide: 760.0,
                export: Some("Save this grid, labelled, as a picture."),
                shows: "what each latent dimension does",
            };
            let Self { from, image, seed, rows, columns, quantile, .. } = self;
            let mean = said(PRIOR_MEAN, &[Family::Prior], context.status.experiment.as_deref());
            let first = |ui: &mut Ui| start_ui(ui, &mean, from, image, seed);
            let options = |ui: &mut Ui| size_ui(ui, rows, columns, quantile);
            let content = bar.show(ui, context.status, newest, first, options);
            let Some(Content { newest, export }) = content else { return };
            let Answer::Traversals { traversal, means } = &newest.answered.answer else { return };
            if let Some(columns) = means.columns.as_deref() {
                let steps = traversal.values.len();
                if let Some(index) = vectors::traversals_ui(ui, columns, traversal, means) {
                    sculpt(
                        context,
                        traversal,
                        traversal.axes[index / steps].dimension,
                        traversal.values[index % steps],
                    );
                }
                if export && let Some(sheet) = Sheet::traversals(&newest.answered.answer) {
                    context.requests.push(Request::of_sheet("traversals.png", sheet));
                }
                return;
            }
            self.atlas.update(ui.ctx(), newest.key(), means);
            let row_labels: Vec<String> = traversal
                .axes
                .iter()
                .map(|axis| match axis.kl {
                    Some(kl) => format!("{}  {} nats", z_name(axis.dimension), format::fixed(kl, 2)),
                    None => z_name(axis.dimension),
                })
                .collect();
            let column_labels: Vec<String> = traversal.values.iter().map(|&z| format::fixed(f64::from(z), 1)).collect();
            self.grid_ui(ui, context, traversal, &row_labels, &column_labels);
            if export {
                context.requests.push(Request::ExportGrid(ExportGrid {
                    suggested_name: "traversals.png".into(),
                    images: means.clone(),
                    columns: traversal.values.len(),
                    row_labels,
                    column_labels,
                }));
            }
        });
    }
}

impl TraversalsPane {
    fn question(&self) -> Question {
        let start = match self.from {
            From::PriorMean => Start::PriorMean,
            From::Image => Start::Image { split: Split::Test, index: self.image },
            From::Draw => Start::Draw { seed: self.seed },
        };
        let (from, to) = (self.quantile, 1.0 - self.quantile);
        Question::Traversals { rows: self.rows, columns: self.columns, from, to, start }
    }

    fn grid_ui(
        &self,
        ui: &mut Ui,
        context: &mut PaneContext<'_>,
        traversal: &Traversal,
        row_labels: &[String],
        column_labels: &[String],
    ) {
        let pixels = ui.ctx().pixels_per_point();
        let (rows, columns) = (traversal.axes.len(), traversal.values.len());
        let labels = vec2(ROW_LABEL_WIDTH + 8.0, ImageGrid::header_height(ui));
        let side = cell_side(ui.available_size() - labels, columns, rows, &self.atlas, pixels, CELL_MIN);
        let grid = ImageGrid {
            name: "Traversals",
            columns,
            side,
            gap: GAP,
            row_labels,
            row_label_width: ROW_LABEL_WIDTH,
            column_labels,
        };
        let cells: Vec<_> = (0..rows * columns).map(|i| (&self.atlas, Some(i))).collect();
        let output = ScrollArea::both().auto_shrink(false).show(ui, |ui| grid.show(ui, &cells)).inner;
        let place = |index: usize| (traversal.axes[index / columns].dimension, traversal.values[index % columns]);
        if let Some(index) = output.clicked {
            let (dimension, value) = place(index);
            sculpt(context, traversal, dimension, value);
        }
        if let Some(index) = output.hovered {
            let (dimension, value) = place(index);
            output.response.on_hover_ui_at_pointer(|ui| {
                let theme = Theme::of(ui.ctx());
                ui.label(theme.strong(format!("{} = {}", z_name(dimension), format::fixed(f64::from(value), 2))));
                ui.label(theme.muted("Click to take the sculptor here."));
            });
        }
    }
}

/// Take the sculptor to a value of a dimension.
fn sculpt(context: &mut PaneContext<'_>, traversal: &Traversal, dimension: usize, value: f32) {
    let mut z = traversal.start.clone();
    if let Some(entry) = z.get_mut(dimension) {
        *entry = value;
    }
    context.requests.push(Request::Sculpt(z));
}

/// The control that chooses the starting point of traversals; `mean` says what the prior's mean is.
fn start_ui(ui: &mut Ui, mean: &str, from: &mut From, image: &mut usize, seed: &mut u64) {
    segmented(
        ui,
        from,
        &[
            (From::PriorMean, "Prior mean", mean),
            (From::Image, "Image", "The other dimensions stay at the posterior mean of a test image."),
            (From::Draw, "Draw", "The other dimensions stay at a draw from the prior."),
        ],
    );
    match from {
        From::PriorMean => {}
        From::Image => {
            let field = DragValue::new(image).range(0..=usize::MAX).speed(0.2).prefix("no. ");
            number(ui, "", "Which image of the test set.", 64.0, field).accessible_name("Image number");
        }
        From::Draw => {
            if action(ui, "Redraw", "Start from another draw from the prior.") {
                *seed += 1;
            }
        }
    }
}

fn size_ui(ui: &mut Ui, rows: &mut usize, columns: &mut usize, quantile: &mut f64) {
    let field = DragValue::new(rows).range(1..=512).speed(0.1);
    number(ui, "Rows", "Latent dimensions shown, by falling KL.", 36.0, field);
    let field = DragValue::new(columns).range(3..=31).speed(0.1);
    number(ui, "Steps", "Values that each dimension takes.", 36.0, field);
    let field = DragValue::new(quantile)
        .range(0.001..=0.45)
        .speed(0.001)
        .custom_formatter(|q, _| format!("{}%", format::fixed(100.0 * (1.0 - 2.0 * q), 1)))
        .custom_parser(|text| {
            let percent: f64 = text.trim().trim_end_matches('%').trim().parse().ok()?;
            Some(0.5 * (1.0 - percent / 100.0))
        });
    let meaning = "How much of the prior each walk covers: 96% goes from its quantile 0.02 to 0.98.";
    number(ui, "Range", meaning, 56.0, field);
}
