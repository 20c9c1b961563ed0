//! Posterior means of images on two latent axes, coloured by label.

use crate::data::Split;
use crate::explore::{Answer, Question, ScatterPoint};
use crate::ui::controls::{choice, text_width};
use crate::ui::format;
use crate::ui::pane::{PaneContext, Request};
use crate::ui::panes::latent_axes::z_name;
use crate::ui::panes::splits::splits;
use crate::ui::plot::{PlotAxis, X_AXIS_HEIGHT, plot_of, wheel_zoom};
use crate::ui::questions::Newest;
use crate::ui::theme::{Theme, space, strong_family};
use crate::worker::{Asker, Status};
use eframe::egui::{
    self, Align2, Color32, ColorImage, FontId, Mesh, Painter, Pos2, Rect, Role, Sense, Shape, Stroke, TextStyle,
    TextureHandle, TextureOptions, Ui, Vec2, WidgetInfo, pos2, vec2,
};
use egui_plot::{PlotPoint, PlotTransform};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub const ASKER: Asker = Asker("latent space: scatter");

const RADIUS: f32 = 2.5;
/// Greatest distance of the pointer from a point that it selects, in points of the screen.
const REACH: f32 = 8.0;
/// At least this much of each axis is shown, in prior standard deviations.
const EXTENT: f64 = 2.6;
const LEGEND_HEIGHT: f32 = 18.0;
/// A label of one digit may be so wide.
const LEGEND_WIDTH: f32 = 32.0;
/// Room for a label's dot.
const LEGEND_DOT: f32 = 18.0;

#[derive(Serialize, Deserialize)]
#[serde(default)]
pub struct Scatter {
    split: Split,
    count: usize,
    /// The only label that is drawn in full colour, if one is chosen.
    #[serde(skip)]
    highlighted: Option<u8>,
    /// Index in the split of the image whose point was clicked.
    #[serde(skip)]
    selected: Option<usize>,
    #[serde(skip)]
    cloud: Option<Cloud>,
    #[serde(skip)]
    disc: Option<TextureHandle>,
}

impl Default for Scatter {
    fn default() -> Self {
        Self { split: Split::Test, count: 2_000, highlighted: None, selected: None, cloud: None, disc: None }
    }
}

/// The points as triangles, made anew only when something that they depend on changes.
struct Cloud {
    key: CloudKey,
    mesh: Arc<Mesh>,
}

#[derive(Clone, PartialEq)]
struct CloudKey {
    answer: (u64, u64),
    axes: [usize; 2],
    frame: Rect,
    bounds: ([f64; 2], [f64; 2]),
    dark: bool,
    highlighted: Option<u8>,
}

impl Scatter {
    pub fn ask(&mut self, context: &mut PaneContext<'_>) -> Option<Newest> {
        context.ask(ASKER, Question::Scatter { split: self.split, count: self.count })
    }

    pub fn options_ui(&mut self, ui: &mut Ui, status: &Status) {
        let splits = splits(status, &mut self.split);
        choice(ui, "Images", "The set that the images are from.", &mut self.split, &splits);
        let counts = [(500, "500"), (1_000, "1 k"), (2_000, "2 k"), (5_000, "5 k"), (10_000, "10 k")];
        choice(ui, "Count", "How many images are encoded; more take longer.", &mut self.count, &counts);
    }

    pub fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>, axes: [usize; 2], newest: &Newest) {
        let Answer::Scatter { points, .. } = &newest.answered.answer else { return };
        let labels: Vec<(u8, String)> =
            labels(points).into_iter().map(|label| (label, context.status.label_name(label))).collect();
        let per_row = (ui.available_width() / legend_width(ui, &labels)).max(1.0) as usize;
        let legend_rows = labels.len().div_ceil(per_row);
        let legend = (LEGEND_HEIGHT + 2.0) * legend_rows as f32 + space::XS;
        let (transform, response) = plane_ui(ui, "scatter", axes, reach(points, axes), legend);
        let frame = *transform.frame();
        let theme = context.theme;
        let painter = ui.painter_at(frame);
        prior_circles(&painter, theme, &transform);

        let at = |point: &ScatterPoint| position(&transform, point, axes);
        let key = CloudKey {
            answer: newest.key(),
            axes,
            frame,
            bounds: (transform.bounds().min(), transform.bounds().max()),
            dark: theme.dark,
            highlighted: self.highlighted,
        };
        painter.add(Shape::Mesh(self.mesh(ui.ctx(), theme, key, points, axes, &transform)));
        label_names(&painter, theme, &labels, points, self.highlighted, &at);

        let hovered = response.hover_pos().and_then(|pointer| {
            let distance = |p: &ScatterPoint| (at(p) - pointer).length_sq();
            let nearest = points.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
            (distance(nearest) < REACH * REACH).then_some(nearest)
        });
        if response.clicked() {
            self.selected = hovered.map(|p| p.index);
            if let Some(point) = hovered {
                context.requests.push(Request::Sculpt(point.mean.clone()));
                context.requests.push(Request::Inspect { split: self.split, index: point.index });
            }
        }
        let selected = self.selected.and_then(|index| points.iter().find(|p| p.index == index));
        for point in selected.into_iter().chain(hovered) {
            posterior_ellipse(&painter, theme, point, axes, &transform);
        }
        let spoken =
            format!("Scatter of {} posterior means on {} and {}", points.len(), z_name(axes[0]), z_name(axes[1]));
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
        if let Some(point) = hovered {
            let label = point.label.map_or(String::new(), |label| format!(", {}", context.status.label_text(label)));
            response.on_hover_ui_at_pointer(|ui| details_ui(ui, point, &label, axes));
        }
        self.legend_ui(ui, theme, &labels);
    }

    /// The labels in the legend; a click highlights one of them.
    fn legend_ui(&mut self, ui: &mut Ui, theme: &Theme, labels: &[(u8, String)]) {
        if labels.is_empty() {
            return;
        }
        let width = legend_width(ui, labels);
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(0.0, 2.0);
            for &(label, ref name) in labels {
                let font = TextStyle::Small.resolve(ui.style());
                let on = self.highlighted.is_none_or(|l| l == label);
                let ink = if on { theme.text } else { theme.text_faint };
                let galley = ui.painter().layout_no_wrap(name.clone(), font, ink);
                let size = vec2(width, LEGEND_HEIGHT);
                let (rect, response) = ui.allocate_exact_size(size, Sense::click());
                if response.hovered() || response.has_focus() {
                    ui.painter().rect_filled(rect, 4.0, theme.raised);
                }
                let colour = if on { theme.label(Some(label)) } else { theme.text_faint };
                ui.painter().circle_filled(rect.left_center() + vec2(8.0, 0.0), 4.0, colour);
                let corner = rect.left_center() + vec2(16.0, -0.5 * galley.size().y);
                ui.painter().galley(corner, galley, ink);
                response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, format!("Label {name}")));
                if response.clicked() {
                    self.highlighted = if self.highlighted == Some(label) { None } else { Some(label) };
                }
                response.on_hover_text("Show this label alone; click again for all.");
            }
        });
    }

    fn mesh(
        &mut self,
        ctx: &egui::Context,
        theme: &Theme,
        key: CloudKey,
        points: &[ScatterPoint],
        axes: [usize; 2],
        transform: &PlotTransform,
    ) -> Arc<Mesh> {
        if let Some(cloud) = self.cloud.as_ref().filter(|cloud| cloud.key == key) {
            return cloud.mesh.clone();
        }
        let disc = self.disc.get_or_insert_with(|| ctx.load_texture("disc", disc(), TextureOptions::LINEAR));
        let mut mesh = Mesh::with_texture(disc.id());
        let whole = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
        let (front, back): (Vec<_>, Vec<_>) =
            points.iter().partition(|p| key.highlighted.is_none_or(|label| p.label == Some(label)));
        for (points, colour) in [(back, Some(theme.hairline)), (front, None)] {
            for point in points {
                let colour = colour.unwrap_or_else(|| theme.label(point.label).gamma_multiply(0.85));
                let rect = Rect::from_center_size(position(transform, point, axes), Vec2::splat(2.0 * RADIUS + 1.0));
                mesh.add_rect_with_uv(rect, whole, colour);
            }
        }
        let mesh = Arc::new(mesh);
        self.cloud = Some(Cloud { key, mesh: mesh.clone() });
        mesh
    }
}

/// A round dot with a soft edge, drawn once and copied for each point.
fn disc() -> ColorImage {
    const SIDE: usize = 24;
    let centre = 0.5 * (SIDE as f32 - 1.0);
    let pixels = (0..SIDE * SIDE).map(|i| {
        let (x, y) = ((i % SIDE) as f32 - centre, (i / SIDE) as f32 - centre);
        let cover = (0.5 * SIDE as f32 - 2.0 - x.hypot(y)).clamp(-1.0, 1.0) * 0.5 + 0.5;
        Color32::from_white_alpha((255.0 * cover) as u8)
    });
    ColorImage::new([SIDE, SIDE], pixels.collect())
}

fn coordinate(values: &[f32], axis: usize) -> f64 {
    f64::from(values.get(axis).copied().unwrap_or(0.0))
}

fn position(transform: &PlotTransform, point: &ScatterPoint, axes: [usize; 2]) -> Pos2 {
    let [x, y] = axes.map(|axis| coordinate(&point.mean, axis));
    transform.position_from_point(&PlotPoint::new(x, y))
}

/// Half the width that shows nearly every point; outliers beyond the 99.5th percentile may fall outside. It changes in
/// steps of a quarter of itself, so that the view does not creep while the model trains.
fn reach(points: &[ScatterPoint], axes: [usize; 2]) -> f64 {
    let mut far: Vec<f64> =
        points.iter().map(|p| axes.map(|a| coordinate(&p.mean, a).abs()).into_iter().fold(0.0, f64::max)).collect();
    if far.is_empty() {
        return EXTENT;
    }
    let rank = ((far.len() - 1) as f64 * 0.995) as usize;
    let (_, &mut reach, _) = far.select_nth_unstable_by(rank, f64::total_cmp);
    let mut extent = EXTENT;
    while extent < 1.05 * reach && extent < 1e6 {
        extent *= 1.25;
    }
    extent
}

/// Of a label in the legend: as wide as the longest name, and wider where all keep to one row.
fn legend_width(ui: &Ui, labels: &[(u8, String)]) -> f32 {
    let widths = labels.iter().map(|(_, name)| text_width(ui, name, TextStyle::Small));
    let least = LEGEND_DOT + widths.fold(0.0, f32::max);
    (ui.available_width() / labels.len().max(1) as f32).floor().clamp(least, least.max(LEGEND_WIDTH))
}

fn labels(points: &[ScatterPoint]) -> Vec<u8> {
    let mut labels: Vec<u8> = points.iter().filter_map(|p| p.label).collect();
    labels.sort_unstable();
    labels.dedup();
    labels
}

/// An empty plane of two latent axes at equal scale; the wheel zooms, dragging moves, a double click shows all.
/// `below` is left free under it.
fn plane_ui(ui: &mut Ui, id: &str, axes: [usize; 2], reach: f64, below: f32) -> (PlotTransform, egui::Response) {
    let theme = Theme::of(ui.ctx());
    let (left, bottom) = (28.0, X_AXIS_HEIGHT);
    let size = (ui.available_size() - vec2(0.0, below)).max(vec2(80.0, 80.0));
    let (width, height) = (f64::from(size.x - left).max(1.0), f64::from(size.y - bottom).max(1.0));
    let (x, y) = (reach * (width / height).max(1.0), reach * (height / width).max(1.0));
    let output = plot_of(ui, (id, axes), PlotAxis::of_numbers(bottom, 44.0), PlotAxis::of_numbers(left, 44.0))
        .width(size.x)
        .height(size.y)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_axis_zoom_drag(false)
        .data_aspect(1.0)
        .default_x_bounds(-x, x)
        .default_y_bounds(-y, y)
        .show(ui, |plot| {
            let id = plot.response().id.with("started");
            let started = plot.ctx().data_mut(|data| std::mem::replace(data.get_temp_mut_or_default(id), true));
            if !started {
                plot.set_auto_bounds(true);
            }
            if let Some(factor) = wheel_zoom(plot) {
                plot.zoom_bounds_around_hovered(Vec2::splat(factor));
            }
        });
    let frame = *output.transform.frame();
    let painter = ui.painter_at(frame);
    let names = TextStyle::Body.resolve(ui.style());
    let (across, up) = (frame.right_bottom() + vec2(-6.0, -4.0), frame.left_top() + vec2(6.0, 2.0));
    painter.text(across, Align2::RIGHT_BOTTOM, z_name(axes[0]), names.clone(), theme.text_muted);
    painter.text(up, Align2::LEFT_TOP, z_name(axes[1]), names, theme.text_muted);
    (output.transform, output.response)
}

/// One and two standard deviations of the prior.
fn prior_circles(painter: &Painter, theme: &Theme, transform: &PlotTransform) {
    let centre = transform.position_from_point(&PlotPoint::new(0.0, 0.0));
    let unit = (transform.position_from_point_x(1.0) - centre.x).abs();
    for deviations in [1.0, 2.0] {
        painter.circle_stroke(centre, deviations * unit, Stroke::new(1.0, theme.outline));
    }
}

/// One standard deviation of q(z|x) around its mean.
fn posterior_ellipse(
    painter: &Painter,
    theme: &Theme,
    point: &ScatterPoint,
    axes: [usize; 2],
    transform: &PlotTransform,
) {
    let centre = position(transform, point, axes);
    let [dx, dy] = axes.map(|axis| coordinate(&point.deviation, axis));
    let edge = PlotPoint::new(coordinate(&point.mean, axes[0]) + dx, coordinate(&point.mean, axes[1]) + dy);
    let radius = (transform.position_from_point(&edge) - centre).abs();
    let colour = theme.label(point.label);
    painter.add(egui::epaint::EllipseShape {
        center: centre,
        radius,
        fill: colour.gamma_multiply(0.15),
        stroke: Stroke::new(1.5, colour),
        angle: 0.0,
    });
    painter.circle(centre, RADIUS + 1.5, colour, Stroke::new(1.5, theme.text_strong));
}

/// Each label's name at the median of its points, so that colour is not the only way to tell them apart.
fn label_names(
    painter: &Painter,
    theme: &Theme,
    labels: &[(u8, String)],
    points: &[ScatterPoint],
    highlighted: Option<u8>,
    at: &dyn Fn(&ScatterPoint) -> Pos2,
) {
    for &(label, ref name) in labels {
        if highlighted.is_some_and(|l| l != label) {
            continue;
        }
        let places = points.iter().filter(|p| p.label == Some(label)).map(at);
        let (mut xs, mut ys): (Vec<f32>, Vec<f32>) = places.map(|p| (p.x, p.y)).unzip();
        let middle = xs.len() / 2;
        let (_, &mut x, _) = xs.select_nth_unstable_by(middle, f32::total_cmp);
        let (_, &mut y, _) = ys.select_nth_unstable_by(middle, f32::total_cmp);
        let font = FontId::new(12.0, strong_family());
        let galley = painter.layout_no_wrap(name.clone(), font, theme.text_strong);
        let rect = Align2::CENTER_CENTER.anchor_size(pos2(x, y), galley.size() + vec2(8.0, 2.0));
        let border = Stroke::new(1.0, theme.label(Some(label)));
        painter.rect(rect, 4.0, theme.pane.gamma_multiply(0.85), border, egui::StrokeKind::Inside);
        painter.galley(rect.center() - 0.5 * galley.size(), galley, theme.text_strong);
    }
}

fn details_ui(ui: &mut Ui, point: &ScatterPoint, label: &str, axes: [usize; 2]) {
    let theme = Theme::of(ui.ctx());
    ui.label(theme.strong(format!("Image {}{label}", point.index)));
    for axis in axes {
        let (mean, deviation) = (coordinate(&point.mean, axis), coordinate(&point.deviation, axis));
        ui.label(format!("{} = {}, σ = {}", z_name(axis), format::fixed(mean, 2), format::fixed(deviation, 2)));
    }
    ui.label(theme.muted("Click to take the sculptor and the microscope here."));
}
