//! The sculptor: one slider per latent dimension, with the decoded image beside them, live.

mod pad;
mod sphere;

use crate::data::Split;
use crate::explore::{Answer, Question};
use crate::ui::controls::{action, action_enabled, number, slider_ui};
use crate::ui::empty::before_model;
use crate::ui::format;
use crate::ui::image_grid::{Atlas, GAP, ImageGrid, cell_side};
use crate::ui::noun;
use crate::ui::pane::{ExportGrid, Pane, PaneContext, Request};
use crate::ui::pane_bar::{Content, PaneBar};
use crate::ui::panes::latent_axes::{is_sphere, latent_dimension, z_name};
use crate::ui::questions::Newest;
use crate::ui::theme::{Theme, space};
use crate::worker::Asker;
use eframe::egui::{
    Align, Align2, DragValue, Layout, ScrollArea, Sense, Slider, SliderClamping, TextStyle, Ui, Vec2, vec2,
};
use pad::{REACH, pad_ui};
use serde::{Deserialize, Serialize};
use sphere::{make_way, onto_sphere};

const ASKER: Asker = Asker("sculptor");
const FROM_IMAGE: Asker = Asker("sculptor: from image");
/// The asker of the question for the prior's mean and draws.
const FROM_PRIOR: Asker = Asker("sculptor: from prior");

/// Number of images among which "From image" looks an image up.
const ENCODED: usize = 2_000;

/// The pane with a point of latent space to move, and the mean image there.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SculptorPane {
    z: Vec<f32>,
    /// Index of the image that "From image" takes.
    image: usize,
    /// Number of draws from the prior so far.
    draws: u64,
    #[serde(skip)]
    atlas: Atlas,
    /// The point to go to once the worker has answered.
    #[serde(skip)]
    awaited: Option<Goal>,
}

/// A point of latent space that the worker knows.
#[derive(Clone, Copy, PartialEq)]
enum Goal {
    /// The posterior mean of a test image.
    Image(usize),
    /// The prior's mean, or a draw by a seed.
    Prior(Option<u64>),
}

impl Pane for SculptorPane {
    fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        context.theme.pane_frame().show(ui, |ui| {
            let dimension = latent_dimension(context.status);
            if dimension == 0 {
                before_model(ui, context, "the image at any point of latent space");
                return;
            }
            self.z.resize(dimension, 0.0);
            let sphere = is_sphere(context.status);
            if sphere {
                onto_sphere(&mut self.z);
            }
            self.receive(context);
            let newest = context.ask(ASKER, Question::Sculptor { z: self.z.clone() });
            // A moving slider is always a step ahead: what is shown is as good as current.
            let newest = newest.map(|newest| Newest { current: true, ..newest });
            let bar = PaneBar {
                wide: 520.0,
                export: Some("Save this image as a picture."),
                shows: "the image at this point of latent space",
            };
            let Self { image, draws, awaited, .. } = self;
            let number_now = *image;
            let first = |ui: &mut Ui| moves_ui(ui, draws, number_now, awaited, sphere);
            let options = |ui: &mut Ui| {
                let field = DragValue::new(image).range(0..=ENCODED - 1).speed(0.2);
                number(ui, "Test image", "Which image of the test set \"From image\" takes.", 44.0, field);
            };
            let content = bar.show(ui, context.status, newest, first, options);
            let Some(Content { newest, export }) = content else { return };
            if let Answer::Sculptor { mean, .. } = &newest.answered.answer {
                self.atlas.update(ui.ctx(), newest.key(), mean);
                if export {
                    context.requests.push(Request::ExportGrid(ExportGrid {
                        suggested_name: "sculpted.png".into(),
                        images: mean.clone(),
                        columns: 1,
                        row_labels: Vec::new(),
                        column_labels: Vec::new(),
                    }));
                }
            }
            self.body_ui(ui, context, sphere);
        });
    }
}

impl SculptorPane {
    /// Move to a point of latent space; missing entries are 0.
    pub fn go_to(&mut self, z: Vec<f32>) {
        self.z = z;
        self.awaited = None;
    }

    /// Ask for the point that is awaited, and go there once it is known.
    fn receive(&mut self, context: &mut PaneContext<'_>) {
        let Some(goal) = self.awaited else { return };
        let (asker, question) = match goal {
            Goal::Image(_) => (FROM_IMAGE, Question::Scatter { split: Split::Test, count: ENCODED }),
            Goal::Prior(seed) => (FROM_PRIOR, Question::PriorPoint { seed }),
        };
        let Some(newest) = context.ask(asker, question).filter(|newest| newest.current) else { return };
        match (goal, &newest.answered.answer) {
            (Goal::Image(image), Answer::Scatter { points, .. }) => {
                match points.iter().find(|point| point.index == image) {
                    Some(point) => self.z.clone_from(&point.mean),
                    None => {
                        let text = format!("The test set has no {} {image}.", context.status.noun.one());
                        context.requests.push(Request::Toast { text, error: true });
                    }
                }
            }
            (Goal::Prior(_), Answer::Point { z }) => self.z.clone_from(z),
            _ => return,
        }
        self.awaited = None;
        if is_sphere(context.status) {
            onto_sphere(&mut self.z);
        }
    }

    fn body_ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>, sphere: bool) {
        let room = ui.available_size();
        let planar = self.z.len() == 2;
        let wide = room.x >= 1.3 * room.y;
        let whole = context.curves.newest().is_some_and(|report| report.kl_per_dimension.len() != self.z.len());
        let rows = if whole { 3.0 } else { 2.0 };
        let sliders = if planar { rows * space::ROW + space::M } else { 0.0 };
        let side = match (planar, wide) {
            (true, true) => (0.5 * (room.x - space::M)).min(room.y - sliders),
            (true, false) => (0.5 * (room.y - sliders - space::M)).min(room.x),
            (false, true) => room.y.min(0.45 * room.x),
            (false, false) => room.x.min(0.5 * room.y),
        };
        let side = cell_side(Vec2::splat(side), 1, 1, &self.atlas, ui.ctx().pixels_per_point(), 56.0);
        if planar {
            let layout = if wide { Layout::left_to_right(Align::Min) } else { Layout::top_down(Align::Min) };
            let both = if wide { vec2(2.0 * side + space::M, side) } else { vec2(side, 2.0 * side + space::M) };
            ui.allocate_ui_with_layout(both, layout, |ui| {
                ui.spacing_mut().item_spacing = Vec2::splat(space::M);
                self.image_ui(ui, side);
                pad_ui(ui, context, &mut self.z, side, sphere);
            });
            ui.add_space(space::S);
            self.sliders_ui(ui, context, sphere);
        } else if wide {
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = space::L;
                self.image_ui(ui, side);
                ui.vertical(|ui| self.sliders_ui(ui, context, sphere));
            });
        } else {
            self.image_ui(ui, side);
            ui.add_space(space::S);
            self.sliders_ui(ui, context, sphere);
        }
    }

    fn image_ui(&self, ui: &mut Ui, side: f32) {
        let grid = ImageGrid {
            name: &noun::say(ui.ctx(), "Image at z"),
            columns: 1,
            side,
            gap: GAP,
            row_labels: &[],
            row_label_width: 0.0,
            column_labels: &[],
        };
        grid.show(ui, &[(&self.atlas, Some(0))]);
    }

    /// One slider a dimension, the one that says most first.
    fn sliders_ui(&mut self, ui: &mut Ui, context: &PaneContext<'_>, sphere: bool) {
        let newest = context.curves.newest();
        let kl = newest.map(|r| r.kl_per_dimension.as_slice()).unwrap_or_default();
        // A KL that is no sum over dimensions has no number beside each of them.
        let kl = if kl.len() == self.z.len() { kl } else { &[] };
        if let Some(report) = newest.filter(|_| kl.is_empty()) {
            let text = format!("KL {} nats for all dimensions together", format::fixed(report.kl, 2));
            ui.label(context.theme.muted(text));
        }
        let mut order: Vec<usize> = (0..self.z.len()).collect();
        if self.z.len() > 2 && !kl.is_empty() {
            order.sort_by(|&a, &b| kl[b].total_cmp(&kl[a]));
        }
        ScrollArea::vertical().auto_shrink(false).show_rows(ui, space::ROW, order.len(), |ui, rows| {
            for &dimension in &order[rows] {
                let row = vec2(ui.available_width(), space::ROW);
                ui.allocate_ui_with_layout(row, Layout::left_to_right(Align::Center), |ui| {
                    let nats = kl.get(dimension).map(|&nats| f64::from(nats));
                    let before = self.z[dimension];
                    slider_row(ui, dimension, &mut self.z[dimension], nats, if sphere { 1.0 } else { REACH });
                    if sphere && self.z[dimension] != before {
                        make_way(&mut self.z, dimension);
                    }
                });
            }
        });
    }
}

/// The buttons that go somewhere at once.
fn moves_ui(ui: &mut Ui, draws: &mut u64, image: usize, awaited: &mut Option<Goal>, sphere: bool) {
    let meaning = match sphere {
        false => "Go to the mean of the prior.",
        true => "No point of a sphere is the mean of the prior.",
    };
    if action_enabled(ui, !sphere, "Prior mean", meaning) {
        *awaited = Some(Goal::Prior(None));
    }
    if action(ui, "Random", "Go to a draw from the prior.") {
        *awaited = Some(Goal::Prior(Some(*draws)));
        *draws += 1;
    }
    if action(ui, "From image", &format!("Go to the posterior mean of test image {image}.")) {
        *awaited = Some(Goal::Image(image));
    }
}

/// Name, slider, value and KL, each of a fixed width but the slider.
fn slider_row(ui: &mut Ui, dimension: usize, z: &mut f32, kl: Option<f64>, reach: f32) {
    const NAME: f32 = 28.0;
    const VALUE: f32 = 52.0;
    const KL: [f32; 2] = [34.0, 60.0];
    const SLIDER: f32 = 40.0;
    let theme = Theme::of(ui.ctx());
    ui.spacing_mut().item_spacing.x = space::S;
    let name = z_name(dimension);
    let small = TextStyle::Small.resolve(ui.style());
    let body = TextStyle::Body.resolve(ui.style());
    let (rect, _) = ui.allocate_exact_size(vec2(NAME, space::ROW), Sense::hover());
    ui.painter().text(rect.left_center(), Align2::LEFT_CENTER, &name, body, theme.text);
    // Where it would be cut, the unit is left to the tooltip.
    let room = ui.available_width() - VALUE - 2.0 * space::S;
    let with_unit = room >= SLIDER + KL[1];
    let kl_width = if kl.is_some() { KL[usize::from(with_unit)] } else { 0.0 };
    let width = (room - kl_width).max(SLIDER);
    // Neither field may round or clamp what it is given: a posterior mean is shown as it is.
    let slider = Slider::new(&mut *z, -reach..=reach).clamping(SliderClamping::Edits).trailing_fill(false);
    let meaning = format!("Move along latent dimension {} (double-click for 0).", dimension + 1);
    let response = slider_ui(ui, width, slider).accessible_name(&name).on_hover_text(meaning);
    if response.double_clicked() {
        *z = 0.0;
    }
    let largest = if reach > 1.0 { 10.0 } else { 1.0 };
    let field =
        DragValue::new(z).range(-largest..=largest).clamp_existing_to_range(false).speed(0.01).fixed_decimals(2);
    ui.add_sized(vec2(VALUE, space::ROW - 2.0), field).accessible_name(format!("{name} value"));
    let (rect, response) = ui.allocate_exact_size(vec2(kl_width, space::ROW), Sense::hover());
    if let Some(nats) = kl {
        let text = format!("{}{}", format::fixed(nats, 2), if with_unit { " nats" } else { "" });
        ui.painter().text(rect.right_center(), Align2::RIGHT_CENTER, text, small, theme.text_muted);
        response.on_hover_text(format!("{} nats: the KL of this dimension, how much it says.", format::fixed(nats, 2)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_11_on_a_sphere_the_others_make_way_for_the_entry_that_moves() {
        let mut z = [0.6, -0.8, 0.0];
        z[2] = 0.8;
        make_way(&mut z, 2);
        assert!(z.iter().zip([0.36, -0.48, 0.8]).all(|(a, b)| (a - b).abs() < 1e-6), "{z:?}");
        // To the end, and back from where the others have no direction.
        z[2] = 1.5;
        make_way(&mut z, 2);
        assert_eq!(z, [0.0, 0.0, 1.0]);
        z[2] = 0.0;
        make_way(&mut z, 2);
        let length = z.iter().map(|v| v * v).sum::<f32>();
        assert!((length - 1.0).abs() < 1e-6 && z[2] == 0.0, "{z:?}");
        let mut nowhere = [0.0; 4];
        onto_sphere(&mut nowhere);
        assert_eq!(nowhere, [0.5; 4]);
    }
}
