//! The codes of the same images in A and in B, on the same two dimensions; B turned onto A for the eye.

use super::source::Found;
use crate::explore::{Answer, ScatterPoint, procrustes, turned};
use crate::export::widest;
use crate::ui::noun;
use crate::ui::pane::PaneContext;
use crate::ui::panes::latent_axes::z_name;
use crate::ui::textures::load_dot;
use crate::ui::theme::{Theme, space};
use eframe::egui::{
    Align2, Color32, Mesh, Pos2, Rect, Role, Sense, Shape, Stroke, TextStyle, TextureHandle, Ui, Vec2, WidgetInfo,
    pos2, vec2,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Least visible distance from the centre, in prior standard deviations.
const EXTENT: f32 = 2.6;
const RADIUS: f32 = 2.2;
/// Greatest distance of the pointer from a point that it selects.
const REACH: f32 = 7.0;
/// Height of the line that says what was done to B.
const NOTE: f32 = 18.0;

/// The two scatters.
#[derive(Serialize, Deserialize)]
#[serde(default)]
pub struct Latent {
    pub aligned: bool,
    #[serde(skip)]
    turned: Option<Turned>,
    #[serde(skip)]
    disc: Option<TextureHandle>,
    /// The index of the image under the pointer, which is marked on both sides.
    #[serde(skip)]
    hovered: Option<usize>,
    /// The distance from the centre that the codes of A and of B reach; both sides are drawn at the larger one's scale.
    #[serde(skip)]
    extents: [f32; 2],
}

impl Default for Latent {
    fn default() -> Self {
        Self { aligned: true, turned: None, disc: None, hovered: None, extents: [EXTENT; 2] }
    }
}

/// B's means, turned onto those of A.
struct Turned {
    of: [(u64, u64); 2],
    means: Arc<Vec<Vec<f32>>>,
}

impl Latent {
    /// Draw a side; `other` is A where this is B. Returns the index of an image that was clicked.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        context: &PaneContext<'_>,
        side: usize,
        found: &Found,
        other: Option<&Found>,
    ) -> Option<usize> {
        let (points, kl) = scatter(found)?;
        let a = other.and_then(scatter);
        // The dimensions of A, on both sides.
        let axes = widest(a.map_or(kl, |(_, kl)| kl));
        let aligned = match (self.aligned, other, a) {
            (true, Some(other), Some((of_a, _))) => self.turn(other, found, of_a, points),
            _ => None,
        };
        let means: Vec<[f32; 2]> = match &aligned {
            Some(means) => means.iter().map(|mean| on(mean, axes)).collect(),
            None => points.iter().map(|point| on(&point.mean, axes)).collect(),
        };
        let theme = context.theme;
        let room = ui.available_size() - vec2(0.0, NOTE);
        let (rect, response) = ui.allocate_exact_size(room.max(vec2(80.0, 80.0)), Sense::click());
        let painter = ui.painter_at(rect);
        self.extents[side] = reach(&means);
        let extent = self.extents[0].max(self.extents[1]);
        let scale = 0.5 * rect.size().min_elem() / extent;
        let place = |mean: [f32; 2]| rect.center() + scale * vec2(mean[0], -mean[1]);
        painter.hline(rect.x_range(), rect.center().y, Stroke::new(1.0, theme.hairline));
        painter.vline(rect.center().x, rect.y_range(), Stroke::new(1.0, theme.hairline));
        painter.circle_stroke(rect.center(), 2.0 * scale, Stroke::new(1.0, theme.hairline));
        painter.add(Shape::mesh(self.mesh(ui, theme, points, means.iter().map(|mean| place(*mean)))));
        let font = TextStyle::Small.resolve(ui.style());
        let names = if aligned.is_some() { ["A's ", "A's "] } else { ["", ""] };
        let [across, up] = [0, 1].map(|i| format!("{}{}", names[i], z_name(axes[i])));
        painter.text(
            rect.right_center() + vec2(-4.0, -2.0),
            Align2::RIGHT_BOTTOM,
            across,
            font.clone(),
            theme.text_muted,
        );
        painter.text(rect.center_top() + vec2(4.0, 2.0), Align2::LEFT_TOP, up, font, theme.text_muted);
        if let Some(pointer) = response.hover_pos() {
            let away = |mean: &[f32; 2]| place(*mean).distance_sq(pointer);
            let nearest = (0..means.len()).min_by(|&i, &j| away(&means[i]).total_cmp(&away(&means[j])));
            self.hovered = nearest.filter(|&i| away(&means[i]) < REACH * REACH).map(|i| points[i].index);
        }
        // The image is marked on both sides.
        let marked = self.hovered.and_then(|index| points.iter().position(|point| point.index == index));
        if let Some(i) = marked {
            let ring = Stroke::new(1.5, theme.text_strong);
            painter.circle(place(means[i]), RADIUS + 2.0, theme.label(points[i].label), ring);
        }
        let spoken = format!("{}: {} posterior means", if side == 0 { "A" } else { "B" }, points.len());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
        let clicked = response.clicked().then_some(marked).flatten().map(|i| points[i].index);
        note_ui(ui, theme, side, aligned.is_some(), self.aligned);
        clicked
    }

    /// B's means turned onto A's, where both have the same images.
    fn turn(
        &mut self,
        a: &Found,
        b: &Found,
        of_a: &[ScatterPoint],
        of_b: &[ScatterPoint],
    ) -> Option<Arc<Vec<Vec<f32>>>> {
        let of = [a.key, b.key];
        if let Some(turned) = self.turned.as_ref().filter(|turned| turned.of == of) {
            return Some(turned.means.clone());
        }
        let d = of_a.first()?.mean.len().max(of_b.first()?.mean.len());
        if of_a.len() != of_b.len() {
            return None;
        }
        // Where the one has fewer dimensions, the others are 0.
        let flat = |points: &[ScatterPoint]| -> Vec<f32> {
            points.iter().flat_map(|point| (0..d).map(|i| point.mean.get(i).copied().unwrap_or(0.0))).collect()
        };
        let (a, b) = (flat(of_a), flat(of_b));
        let matrix = procrustes(&a, &b, d);
        let means = Arc::new(b.chunks_exact(d).map(|row| turned(row, &matrix)).collect::<Vec<_>>());
        self.turned = Some(Turned { of, means: means.clone() });
        Some(means)
    }

    fn mesh(&mut self, ui: &Ui, theme: &Theme, points: &[ScatterPoint], places: impl Iterator<Item = Pos2>) -> Mesh {
        let load = || load_dot(ui.ctx(), 0.0);
        let disc = self.disc.get_or_insert_with(load);
        let mut mesh = Mesh::with_texture(disc.id());
        let whole = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
        for (point, place) in points.iter().zip(places) {
            let colour: Color32 = theme.label(point.label).gamma_multiply(0.85);
            mesh.add_rect_with_uv(Rect::from_center_size(place, Vec2::splat(2.0 * RADIUS + 1.0)), whole, colour);
        }
        mesh
    }
}

/// The line under a side that says whether its codes were turned onto A's.
fn note_ui(ui: &mut Ui, theme: &Theme, side: usize, aligned: bool, wanted: bool) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let text = match (side, aligned, wanted) {
        (0, ..) => "its own axes; the circle is two standard deviations of a standard normal prior",
        (_, true, _) => "turned onto A by Procrustes, for the eye: rotation and reflection about the origin",
        (_, false, true) => "not aligned: A and B have other images",
        (_, false, false) => "its own axes",
    };
    ui.add_space(space::XS * 0.5);
    let text = noun::say(ui.ctx(), text);
    ui.add(eframe::egui::Label::new(theme.muted(text.as_ref())).truncate()).on_hover_text(text);
}

fn scatter(found: &Found) -> Option<(&[ScatterPoint], &[f32])> {
    match &found.answer.answer {
        Answer::Scatter { points, kl_per_dimension } => Some((points, kl_per_dimension)),
        _ => None,
    }
}

fn on(mean: &[f32], axes: [usize; 2]) -> [f32; 2] {
    axes.map(|axis| mean.get(axis).copied().unwrap_or(0.0))
}

/// The distance from the centre within which 199 of 200 means lie, rounded up in steps so that the view does not
/// creep.
fn reach(means: &[[f32; 2]]) -> f32 {
    let mut far: Vec<f32> = means.iter().map(|mean| mean[0].abs().max(mean[1].abs())).collect();
    far.sort_by(f32::total_cmp);
    let reach = far.get(far.len().saturating_sub(1) * 199 / 200).copied().unwrap_or(0.0);
    let mut extent = EXTENT;
    while extent < 1.05 * reach && extent < 1e6 {
        extent *= 1.25;
    }
    extent
}
