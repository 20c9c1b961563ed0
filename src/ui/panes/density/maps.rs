//! The density of data with two entries, as heat maps: the source's, where it is known, beside the model's.

use crate::explore::DensityView;
use crate::ui::format;
use crate::ui::panes::tour::Canvas;
use crate::ui::textures;
use crate::ui::theme::{Theme, space};
use eframe::egui::{
    Align2, Color32, ColorImage, Rect, Sense, TextStyle, TextureHandle, TextureOptions, Ui, UiBuilder, Vec2, pos2, vec2,
};

/// The log density below the highest at which a map is dark, in nats.
const DEPTH: f32 = 7.0;
/// Height of the line over a map.
const HEADING: f32 = 20.0;

/// The maps on the graphics card, with the answer and the palette that they are of.
#[derive(Default)]
pub struct Maps {
    of: Option<(u64, u64, bool)>,
    textures: Vec<TextureHandle>,
}

/// One map: its name, a sentence for who cannot see it, log p(x) on the grid.
type Map<'a> = (&'static str, &'static str, &'a [f32]);

impl Maps {
    /// Draw the maps as large as there is room for, beside or under each other.
    pub fn ui(&mut self, ui: &mut Ui, theme: &Theme, view: &DensityView, (run, serial): (u64, u64), data: bool) {
        let model: Map<'_> = ("model", "The model's density p(x) as a heat map", &view.log_density);
        let source = view.source.as_ref().map(|source| -> Map<'_> {
            ("source", "The density that the data are drawn from, as a heat map", &source.log_density)
        });
        let maps: Vec<Map<'_>> = source.into_iter().chain([model]).collect();
        if self.of != Some((run, serial, theme.dark)) {
            self.textures = textures(ui, theme, view.side, &maps);
            self.of = Some((run, serial, theme.dark));
        }
        let (area, gap) = (ui.available_rect_before_wrap(), space::M);
        let count = maps.len() as f32;
        // One unit is as long across as up.
        let [across, up] = view.ranges.map(|[from, to]| (to - from) as f32);
        let fits = |columns: f32| {
            let rows = count / columns;
            let width = (area.width() - gap * (columns - 1.0)) / columns;
            let height = (area.height() - gap * (rows - 1.0)) / rows - HEADING;
            (width / across).min(height / up).max(1.0)
        };
        let beside = fits(count) >= fits(1.0);
        let unit = fits(if beside { count } else { 1.0 });
        let size = vec2(unit * across, unit * up);
        let step = if beside { vec2(size.x + gap, 0.0) } else { vec2(0.0, size.y + HEADING + gap) };
        let pointed = self.pointed(ui, area, size, step, view);
        let frame = MapFrame { theme, view, size, data, pointed };
        for (i, (map, texture)) in maps.iter().zip(&self.textures).enumerate() {
            let rect = Rect::from_min_size(area.min + step * i as f32, size + Vec2::Y * HEADING);
            ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| frame.map_ui(ui, *map, texture));
        }
    }

    /// The point of the grid under the pointer, on whichever map.
    fn pointed(&self, ui: &Ui, area: Rect, size: Vec2, step: Vec2, view: &DensityView) -> Option<usize> {
        let at = ui.ctx().pointer_latest_pos().filter(|at| ui.rect_contains_pointer(area) && area.contains(*at))?;
        (0..self.textures.len()).find_map(|i| {
            let rect = Rect::from_min_size(area.min + step * i as f32 + Vec2::Y * HEADING, size);
            let share = (at - rect.min) / rect.size();
            let index = |share: f32| ((share * (view.side - 1) as f32).round() as usize).min(view.side - 1);
            rect.contains(at).then(|| index(1.0 - share.y) * view.side + index(share.x))
        })
    }
}

/// Both maps shaded on one scale: a model that is far from the source looks far from it.
fn textures(ui: &Ui, theme: &Theme, side: usize, maps: &[Map<'_>]) -> Vec<TextureHandle> {
    let top = maps.iter().flat_map(|(_, _, values)| values.iter().copied()).fold(f32::NEG_INFINITY, f32::max);
    let shade = |log: f32| {
        let share = (1.0 + (log - top) / DEPTH).clamp(0.0, 1.0);
        theme.canvas.lerp_to_gamma(theme.evidence, share)
    };
    let texture = |(name, _, values): &Map<'_>| {
        let pixels = values.chunks(side).rev().flatten().map(|log| shade(*log)).collect();
        let image = ColorImage::new([side; 2], pixels);
        textures::load(ui.ctx(), &format!("density of the {name}"), image, TextureOptions::LINEAR)
    };
    maps.iter().map(texture).collect()
}

/// The theme, the view, the size and the point under the pointer that all maps of one picture share.
struct MapFrame<'a> {
    theme: &'a Theme,
    view: &'a DensityView,
    size: Vec2,
    /// Whether the data are drawn over the map.
    data: bool,
    /// The point of the grid under the pointer.
    pointed: Option<usize>,
}

impl MapFrame<'_> {
    /// A map under its name, with the data as dots.
    fn map_ui(&self, ui: &mut Ui, (name, spoken, values): Map<'_>, texture: &TextureHandle) {
        let value = self.pointed.map(|index| format!("   log p(x) = {}", format::fixed(f64::from(values[index]), 2)));
        let heading = format!("{name}{}", value.unwrap_or_default());
        let (line, _) = ui.allocate_exact_size(vec2(self.size.x, HEADING), Sense::hover());
        let font = TextStyle::Small.resolve(ui.style());
        let muted = self.theme.text_muted;
        ui.painter_at(line).text(line.left_center(), Align2::LEFT_CENTER, heading, font, muted);
        let [[left, right], [low, high]] = self.view.ranges;
        let area = Rect::from_min_size(line.left_bottom(), self.size);
        ui.scope_builder(UiBuilder::new().max_rect(area), |ui| {
            let plane = Canvas::take(ui, self.size, left..=right, low..=high, spoken);
            let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            ui.painter().image(texture.id(), plane.rect, whole, Color32::WHITE);
            for ([x, y], label) in self.view.data.iter().filter(|_| self.data) {
                // The map shows through them.
                let colour = self.theme.label(*label).gamma_multiply(0.75);
                plane.dot(f64::from(*x), f64::from(*y), 1.3, colour);
            }
            plane.x_axis(ui, "x₁");
            plane.caption(ui, Align2::LEFT_TOP, 0, "x₂", muted);
        });
    }
}
