//! Posterior means of images on two latent axes, coloured by label.

use super::ground::{Ground, View, Y_AXIS_WIDTH};
use super::way::Way;
use crate::data::Split;
use crate::experiment::method::PosteriorKind;
use crate::explore::{Answer, PriorView, Question, ScatterPoint};
use crate::files::csv as tables;
use crate::ui::context_menu::{self, Target};
use crate::ui::controls::{choice, text_width};
use crate::ui::format;
use crate::ui::latent::{Place, Style, Turn, paint_contours_over, paint_outline};
use crate::ui::noun;
use crate::ui::pane::{PaneContext, Request};
use crate::ui::panes::latent_axes::{is_sphere, z_name};
use crate::ui::panes::splits::splits;
use crate::ui::plot::with_axes;
use crate::ui::questions::Newest;
use crate::ui::textures::load_dot;
use crate::ui::theme::{Theme, space, strong_family};
use crate::worker::{Answered, Asker, Status};
use eframe::egui::{
    self, Align2, Color32, FontId, Mesh, Painter, Pos2, Rect, Role, Sense, Shape, Stroke, TextStyle, TextureHandle, Ui,
    Vec2, WidgetInfo, pos2, vec2,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub const ASKER: Asker = Asker("latent space: scatter");
/// The asker of the question for the prior's contours.
const PRIOR: Asker = Asker("latent space: prior");
/// The asker of the question for q(z|x) of the image under the pointer, or of the one that was clicked.
const POSTERIOR: Asker = Asker("latent space: posterior");

const RADIUS: f32 = 2.5;
/// Greatest distance of the pointer from a point that it selects, in points of the screen.
const REACH: f32 = 8.0;
/// Least visible distance from the centre along each axis, in prior standard deviations.
const EXTENT: f64 = 2.6;
/// Least visible distance from the centre where z lies on the unit sphere.
const SPHERE_EXTENT: f64 = 1.2;
const LEGEND_HEIGHT: f32 = 18.0;
/// Greatest width of a label of one digit in the legend, in points.
const LEGEND_WIDTH: f32 = 32.0;
/// Width of a label's dot in the legend, in points.
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
    /// The orientation of the ball.
    turn: Turn,
    #[serde(skip)]
    cloud: Option<Cloud>,
    #[serde(skip)]
    disc: Option<TextureHandle>,
    /// A hollow dot.
    #[serde(skip)]
    ring: Option<TextureHandle>,
    /// The way of the means between two kept states.
    #[serde(skip)]
    way: Way,
}

impl Default for Scatter {
    fn default() -> Self {
        Self {
            split: Split::Test,
            count: 2_000,
            highlighted: None,
            selected: None,
            turn: Turn::default(),
            cloud: None,
            disc: None,
            ring: None,
            way: Way::default(),
        }
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
    view: View,
    dark: bool,
    highlighted: Option<u8>,
    /// The time, in milliseconds, while the points are on their way between two kept states.
    between: Option<u64>,
}

impl Scatter {
    pub fn ask(&mut self, context: &mut PaneContext<'_>) -> Option<Newest> {
        context.ask(ASKER, Question::Scatter { split: self.split, count: self.count })
    }

    pub fn options_ui(&mut self, ui: &mut Ui, status: &Status) {
        let splits = splits(status, &mut self.split);
        let (many, heading) = (status.noun.many(), status.noun.heading());
        choice(ui, heading, &format!("The set that the {many} are from."), &mut self.split, &splits);
        let counts = [(500, "500"), (1_000, "1 k"), (2_000, "2 k"), (5_000, "5 k"), (10_000, "10 k")];
        choice(ui, "Count", &format!("How many {many} are encoded; more take longer."), &mut self.count, &counts);
    }

    pub fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>, axes: [usize; 2], newest: &Newest) {
        let Answer::Scatter { points, .. } = &newest.answered.answer else { return };
        let now = ui.input(|input| input.time);
        let between = self.way.follow(newest, points, context.status.looks_back, now);
        if between.is_some() {
            ui.ctx().request_repaint();
        }
        let reached = between.is_none();
        let points = between.as_ref().unwrap_or(points);
        let labels: Vec<(u8, String)> =
            labels(points).into_iter().map(|label| (label, context.status.label_name(label))).collect();
        let per_row = (ui.available_width() / legend_width(ui, &labels)).max(1.0) as usize;
        let legend_rows = labels.len().div_ceil(per_row);
        let legend = (LEGEND_HEIGHT + 2.0) * legend_rows as f32 + space::XS;
        let sphere = is_sphere(context.status);
        let dimension = points.first().map_or(0, |point| point.mean.len());
        let (ground, response) = match (sphere, dimension) {
            (true, 3) => Ground::ball_ui(ui, &mut self.turn, legend),
            (true, _) => Ground::plane_ui(ui, axes, SPHERE_EXTENT, legend),
            (false, _) => Ground::plane_ui(ui, axes, reach(points, axes), legend),
        };
        let theme = context.theme;
        let painter = ui.painter_at(ground.frame());
        let place: &Place<'_> = &|place| ground.place(place);
        // A ball's surface is its prior.
        let plane = !matches!(ground, Ground::Ball(..));
        let prior = plane.then(|| answered(context, PRIOR, Question::Prior { axes })).flatten();
        let prior = prior.as_deref().and_then(|answered| match &answered.answer {
            Answer::Prior(prior) => Some(prior),
            _ => None,
        });
        if let Some(prior) = prior {
            paint_prior(&painter, theme, prior, place);
        }

        let at = |point: &ScatterPoint| ground.place(ground.of(&point.mean, axes));
        let key = CloudKey {
            answer: newest.key(),
            axes,
            view: ground.view(),
            dark: theme.dark,
            highlighted: self.highlighted,
            between: (!reached).then_some((1e3 * now) as u64),
        };
        painter.add(Shape::Mesh(self.mesh(ui.ctx(), theme, key, points, &at)));
        if let Some(prior) = prior {
            paint_contours_over(&painter, &prior.outline, theme.text_muted, theme.pane, place);
        }
        if !reached {
            let (at, font) = (ground.frame().left_bottom() + vec2(6.0, -4.0), TextStyle::Small.resolve(ui.style()));
            painter.text(at, Align2::LEFT_BOTTOM, "hollow: between two kept states", font, theme.text_muted);
        }
        label_names(&painter, theme, &labels, points, self.highlighted, &at);

        // Between two kept states the means are not measured: nothing can be pointed at.
        let hovered = response.hover_pos().filter(|_| reached).and_then(|pointer| {
            // Points in front come first.
            let distance = |p: &ScatterPoint| {
                let (at, front) = at(p);
                ((at - pointer).length_sq(), !front)
            };
            let near = points.iter().map(|p| (distance(p), p)).filter(|((away, _), _)| *away < REACH * REACH);
            let nearest = near.min_by(|((a, behind), _), ((b, hidden), _)| behind.cmp(hidden).then(a.total_cmp(b)));
            nearest.map(|(_, point)| point)
        });
        if response.clicked() {
            self.selected = hovered.map(|p| p.index);
            if let Some(point) = hovered {
                context.requests.push(Request::Sculpt(point.mean.clone()));
                context.requests.push(Request::Inspect { split: self.split, index: point.index });
            }
        }
        let selected = self.selected.and_then(|index| points.iter().find(|p| p.index == index));
        if let Some(point) = hovered.or(selected)
            && let Some(answered) =
                answered(context, POSTERIOR, Question::Posterior { split: self.split, index: point.index, axes })
            && let Answer::Posterior(q) = &answered.answer
        {
            let style = Style { colour: theme.label(point.label), dashed: false, cross: false };
            paint_outline(&painter, q, style, place);
        }
        for point in selected.into_iter().chain(hovered) {
            let ring = Stroke::new(1.5, theme.text_strong);
            painter.circle(at(point).0, RADIUS + 1.5, theme.label(point.label), ring);
        }
        let deviations = context.status.experiment.as_ref().is_some_and(|experiment| {
            matches!(experiment.latent.posterior.kind(), PosteriorKind::Gaussian | PosteriorKind::Sphere)
        });
        let on = match ground {
            Ground::Plane(_) => format!("{} and {}", z_name(axes[0]), z_name(axes[1])),
            Ground::Ball(..) => "the sphere".into(),
        };
        let spoken = format!("Scatter of {} posterior means on {on}", points.len());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
        let rect = match ground {
            Ground::Plane(_) => with_axes(response.rect, Y_AXIS_WIDTH),
            Ground::Ball(..) => response.rect,
        };
        let target = Target { rect, stem: "latent-space" };
        context_menu::offer(&response, target, |ui| context_menu::table_ui(ui, target.stem, || csv(points)));
        let shown = if matches!(ground, Ground::Ball(..)) { vec![0, 1, 2] } else { axes.to_vec() };
        if let Some(point) = hovered {
            let label = point.label.map_or(String::new(), |label| format!(", {}", context.status.label_text(label)));
            response.on_hover_ui_at_pointer(|ui| details_ui(ui, point, &label, &shown, deviations));
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
        at: &dyn Fn(&ScatterPoint) -> (Pos2, bool),
    ) -> Arc<Mesh> {
        if let Some(cloud) = self.cloud.as_ref().filter(|cloud| cloud.key == key) {
            return cloud.mesh.clone();
        }
        let disc = match key.between {
            None => self.disc.get_or_insert_with(|| load_dot(ctx, 0.0)),
            Some(_) => self.ring.get_or_insert_with(|| load_dot(ctx, 0.55)),
        };
        let mut mesh = Mesh::with_texture(disc.id());
        let whole = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
        let (front, back): (Vec<_>, Vec<_>) =
            points.iter().partition(|p| key.highlighted.is_none_or(|label| p.label == Some(label)));
        let mut stamp = |at: Pos2, colour: Color32| {
            mesh.add_rect_with_uv(Rect::from_center_size(at, Vec2::splat(2.0 * RADIUS + 1.0)), whole, colour);
        };
        back.into_iter().for_each(|point| stamp(at(point).0, theme.hairline));
        let mut placed: Vec<(Pos2, bool, Option<u8>)> =
            front.into_iter().map(|p| (at(p).0, at(p).1, p.label)).collect();
        // Points behind are drawn first, and faint.
        placed.sort_by_key(|(_, front, _)| *front);
        for (at, front, label) in placed {
            stamp(at, theme.label(label).gamma_multiply(if front { 0.85 } else { 0.22 }));
        }
        let mesh = Arc::new(mesh);
        self.cloud = Some(Cloud { key, mesh: mesh.clone() });
        mesh
    }
}

fn coordinate(values: &[f32], axis: usize) -> f64 {
    f64::from(values.get(axis).copied().unwrap_or(0.0))
}

/// The newest answer to a question about this view, even if a newer one is awaited.
fn answered(context: &mut PaneContext<'_>, asker: Asker, question: Question) -> Option<Arc<Answered>> {
    let newest = context.ask(asker, question.clone())?;
    (newest.answered.question == question).then_some(newest.answered)
}

/// The prior's contours, and where the components of a mixture are.
pub fn paint_prior(painter: &Painter, theme: &Theme, prior: &PriorView, place: &Place<'_>) {
    let style = Style { colour: theme.outline, dashed: false, cross: false };
    paint_outline(painter, &prior.outline, style, place);
    let heaviest = prior.components.iter().map(|(_, weight)| *weight).fold(1e-9, f32::max);
    for ([across, up], weight) in &prior.components {
        // By area.
        let radius = 1.0 + 2.5 * (weight / heaviest).sqrt();
        painter.circle_stroke(place([*across, *up, 0.0]).0, radius, Stroke::new(1.0, theme.text_muted));
    }
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

/// Width of a label in the legend: as wide as the longest name, and wider where all keep to one row.
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

/// Each label's name at the median of its points, so that colour is not the only way to tell them apart.
fn label_names(
    painter: &Painter,
    theme: &Theme,
    labels: &[(u8, String)],
    points: &[ScatterPoint],
    highlighted: Option<u8>,
    at: &dyn Fn(&ScatterPoint) -> (Pos2, bool),
) {
    for &(label, ref name) in labels {
        if highlighted.is_some_and(|l| l != label) {
            continue;
        }
        let places = points.iter().filter(|p| p.label == Some(label)).map(at);
        let (front, behind): (Vec<_>, Vec<_>) = places.partition(|(_, front)| *front);
        // On a ball the name is with those in front, where most are.
        if front.len() < behind.len() {
            continue;
        }
        let (mut xs, mut ys): (Vec<f32>, Vec<f32>) = front.into_iter().map(|(p, _)| (p.x, p.y)).unzip();
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

fn details_ui(ui: &mut Ui, point: &ScatterPoint, label: &str, axes: &[usize], deviations: bool) {
    let theme = Theme::of(ui.ctx());
    ui.label(theme.strong(format!("{} {}{label}", noun::say(ui.ctx(), "Image"), point.index)));
    for &axis in axes {
        let (mean, deviation) = (coordinate(&point.mean, axis), coordinate(&point.deviation, axis));
        let deviation = if deviations { format!(", σ = {}", format::fixed(deviation, 2)) } else { String::new() };
        ui.label(format!("{} = {}{deviation}", z_name(axis), format::fixed(mean, 2)));
    }
    ui.label(theme.muted("Click to take the sculptor and the microscope here."));
}

/// The points as a table: index and label of the image, mean and standard deviation of each dimension of q(z|x).
fn csv(points: &[ScatterPoint]) -> String {
    let latent = points.first().map_or(0, |point| point.mean.len());
    let numbered = |name: &'static str| (1..=latent).map(move |d| format!("{name}_{d}"));
    let header = ["image", "label"].map(String::from).into_iter().chain(numbered("mean")).chain(numbered("deviation"));
    tables::table(
        header,
        points.iter().map(|point| {
            let label = point.label.map_or_else(String::new, |label| label.to_string());
            let numbers = point.mean.iter().chain(&point.deviation).map(f32::to_string);
            [point.index.to_string(), label].into_iter().chain(numbers)
        }),
    )
}
