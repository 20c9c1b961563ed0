//! The posterior microscope: the true posterior of one image, and how the encoder's q differs from it.

mod canvas;
mod map;
mod numbers;

use crate::data::{Images, Split};
use crate::explore::{Answer, BestPosterior, Microscope, Question, Subject};
use crate::ui::context_menu::{self, Target};
use crate::ui::controls::{action_enabled, checkbox, choice, number, segmented};
use crate::ui::empty::before_model;
use crate::ui::image_grid::Atlas;
use crate::ui::latent::Style;
use crate::ui::pane::{Pane, PaneContext, Request};
use crate::ui::pane_bar::{Content, PaneBar};
use crate::ui::panes::latent_axes::{self, latent_dimension};
use crate::ui::panes::splits::splits;
use crate::ui::questions::Newest;
use crate::ui::theme::space;
use crate::worker::{Asker, Status};
use canvas::{Canvas, Tool};
use eframe::egui::{Align, DragValue, Label, Layout, Rect, ScrollArea, Sense, Ui, UiBuilder, Vec2, pos2, vec2};
use map::{Drawn, PosteriorMap, Spot};
use numbers::{WIDTH, height, numbers_ui};
use serde::{Deserialize, Serialize};

const ASKER: Asker = Asker("microscope");
/// The asker of the question for q*.
const BEST: Asker = Asker("microscope: best q");
/// The asker of the question for the decoded image under the pointer.
const POINTER: Asker = Asker("microscope: pointer");
const SHOWS: &str = "the true posterior p(z|x) of an image";
/// Number of draws from the true posterior.
const DRAWS: usize = 200;
/// Smallest and largest side of the two images, in points.
const IMAGE: [f32; 2] = [48.0, 160.0];
/// In a pane that is narrower, images and numbers have no room beside each other.
const TIGHT: f32 = 2.0 * IMAGE[0] + space::S + space::M + WIDTH[0];
/// Height of an image's caption, in points.
const CAPTION: f32 = 20.0;

/// The pane with one image under the microscope.
#[derive(Serialize, Deserialize)]
#[serde(default)]
pub struct MicroscopePane {
    split: Split,
    index: usize,
    /// Number of points along a side of the heat map.
    side: usize,
    draws: bool,
    /// The axes, if the user chose them; else those in which q and p(z|x) differ most.
    chosen: Option<[usize; 2]>,
    /// Radius of the brush in pixels of the image.
    brush: f32,
    #[serde(skip)]
    tool: Tool,
    /// The axes that the worker found, kept while the image does not change.
    #[serde(skip)]
    found: Option<(u64, [usize; 2])>,
    #[serde(skip)]
    canvas: Canvas,
    #[serde(skip)]
    map: PosteriorMap,
    /// The point z under the pointer.
    #[serde(skip)]
    at: Option<Vec<f32>>,
    #[serde(skip)]
    atlas: Atlas,
}

impl Default for MicroscopePane {
    fn default() -> Self {
        Self {
            split: Split::Test,
            index: 0,
            side: 64,
            draws: true,
            chosen: None,
            brush: 1.4,
            tool: Tool::default(),
            found: None,
            canvas: Canvas::default(),
            map: PosteriorMap::default(),
            at: None,
            atlas: Atlas::default(),
        }
    }
}

impl Pane for MicroscopePane {
    fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        context.theme.pane_frame().show(ui, |ui| {
            let latent = latent_dimension(context.status);
            if latent == 0 {
                before_model(ui, context, SHOWS);
                return;
            }
            let newest = self.ask(context, latent);
            let axes = newest.as_ref().and_then(|newest| seen(newest)).map(|seen| seen.plane.axes);
            let mut other = false;
            let bar = PaneBar { wide: 760.0, export: None, shows: SHOWS };
            let content = bar.show(
                ui,
                context.status,
                newest,
                |ui| tools_ui(ui, &mut self.tool, &mut self.canvas),
                |ui| {
                    other = image_ui(ui, context.status, &mut self.split, &mut self.index);
                    options_ui(ui, &mut self.side, &mut self.draws, &mut self.brush);
                    if let Some(axes) = axes.filter(|_| latent > 2) {
                        axes_ui(ui, &mut self.chosen, &mut self.found, axes, latent);
                    }
                },
            );
            if other {
                self.inspect(self.split, self.index);
            }
            let Some(Content { newest, .. }) = content else { return };
            if let Some(seen) = seen(&newest) {
                let best = self.ask_best(ui, context, seen.plane.axes);
                self.body_ui(ui, context, &newest, seen, best.as_ref());
            }
        });
    }
}

/// Side of each of the two images in a pane of `width`.
fn image_side(width: f32) -> f32 {
    (0.5 * (width - space::S)).clamp(IMAGE[0], IMAGE[1])
}

/// The microscope's picture in an answer.
fn seen(newest: &Newest) -> Option<&Microscope> {
    match &newest.answered.answer {
        Answer::Microscope(seen) => Some(seen),
        _ => None,
    }
}

impl MicroscopePane {
    /// Look at an image of the data set.
    pub fn inspect(&mut self, split: Split, index: usize) {
        (self.split, self.index) = (split, index);
        self.canvas.reset();
        self.found = None;
    }

    /// Look at an image from elsewhere.
    pub fn inspect_image(&mut self, image: Images) {
        self.canvas.put(image);
        self.found = None;
    }

    fn ask(&mut self, context: &mut PaneContext<'_>, latent: usize) -> Option<Newest> {
        // A drawing on images of another size does not fit these.
        let fits = context.status.image_shape.is_none_or(|shape| self.canvas.fits(shape));
        if !fits {
            self.canvas.reset();
        }
        let subject = self.subject();
        let found = self.found.filter(|(run, _)| *run == context.status.run).map(|(_, axes)| axes);
        let axes = self.chosen.or(found).filter(|axes| latent > 2 && axes.iter().all(|&a| a < latent));
        let question = Question::Microscope { subject, axes, side: self.side, draws: DRAWS };
        let newest = context.ask(ASKER, question)?;
        if latent > 2
            && axes.is_none()
            && newest.current
            && let Some(seen) = seen(&newest)
        {
            // Kept from now on: the picture would jump as the model trains.
            self.found = Some((context.status.run, seen.plane.axes));
        }
        Some(newest)
    }

    /// Ask for q*, which takes longer, once the hand is off the image; returns it if it is of this image.
    fn ask_best(&mut self, ui: &Ui, context: &mut PaneContext<'_>, axes: [usize; 2]) -> Option<BestPosterior> {
        let question = Question::MicroscopeBest { subject: self.subject(), axes };
        let held = ui.input(|input| input.pointer.any_down());
        let newest = if held { context.hold(BEST)? } else { context.ask(BEST, question.clone())? };
        match &newest.answered.answer {
            Answer::MicroscopeBest(best) if newest.current && newest.answered.question == question => {
                Some(best.clone())
            }
            _ => None,
        }
    }

    fn subject(&self) -> Subject {
        let image = Subject::Image { split: self.split, index: self.index };
        self.canvas.subject().unwrap_or(image)
    }

    fn body_ui(
        &mut self,
        ui: &mut Ui,
        context: &mut PaneContext<'_>,
        newest: &Newest,
        seen: &Microscope,
        best: Option<&BestPosterior>,
    ) {
        let room = ui.available_rect_before_wrap();
        if room.width() >= TIGHT {
            self.parts_ui(ui, context, newest, seen, best, room);
            ui.advance_cursor_after_rect(room);
            return;
        }
        // One part under the other, and all of them scroll.
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            let width = ui.available_width();
            let size = vec2(width, 0.7 * width + space::M + IMAGE[0] + CAPTION + space::S + height(seen, best));
            let (room, _) = ui.allocate_exact_size(size, Sense::hover());
            self.parts_ui(ui, context, newest, seen, best, room);
        });
    }

    /// The map, the images and the numbers, in `room`.
    fn parts_ui(
        &mut self,
        ui: &mut Ui,
        context: &mut PaneContext<'_>,
        newest: &Newest,
        seen: &Microscope,
        best: Option<&BestPosterior>,
        room: Rect,
    ) {
        let gap = space::M;
        let tight = room.width() < TIGHT;
        let wide = !tight && room.width() >= 1.25 * room.height();
        // The heat map, and what is left of the pane beside or under it.
        let (map, rest) = if tight {
            let map = Rect::from_min_size(room.min, vec2(room.width(), 0.7 * room.width()));
            (map, Rect::from_min_max(pos2(room.left(), map.bottom() + gap), room.max))
        } else if wide {
            let side = room.height().min(room.width() - WIDTH[0] - gap);
            let map = Rect::from_min_size(room.min, vec2(side, room.height()));
            (map, Rect::from_min_max(pos2(map.right() + gap, room.top()), room.max))
        } else {
            let below = image_side(room.width() - WIDTH[0] - gap).max(140.0 - CAPTION) + CAPTION + gap;
            let map = Rect::from_min_size(room.min, vec2(room.width(), (room.height() - below).max(80.0)));
            (map, Rect::from_min_max(pos2(room.left(), map.bottom() + gap), room.max))
        };
        let theme = context.theme;
        let mut left = ui.new_child(UiBuilder::new().max_rect(map).layout(Layout::top_down(Align::Min)));
        let style = |colour, dashed| Style { colour, dashed, cross: true };
        let mut outlines = vec![Drawn { of: &seen.outline, style: style(theme.elbo, false) }];
        outlines.extend(best.map(|best| Drawn { of: &best.outline, style: style(theme.weighted_kl, true) }));
        let (response, spot) = self.map.show(&mut left, newest.key(), seen, &outlines, self.draws, map.size());
        context_menu::offer(&response, Target { rect: response.rect, stem: "posterior" }, |_| {});
        if let Some(Spot { z, text }) = spot {
            if response.clicked() {
                context.requests.push(Request::Sculpt(z.clone()));
            }
            self.at = Some(z);
            response.on_hover_text_at_pointer(text);
        }
        let experiment = context.status.experiment.as_deref();
        let mut right = ui.new_child(UiBuilder::new().max_rect(rest).layout(Layout::top_down(Align::Min)));
        if wide || tight {
            let side = image_side(rest.width()).min(rest.height() - height(seen, best)).max(IMAGE[0]);
            self.images_ui(&mut right, context, newest, seen, side);
            right.add_space(space::S);
            numbers_ui(&mut right, experiment, seen, best);
        } else {
            right.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = gap;
                self.images_ui(ui, context, newest, seen, image_side(rest.width() - WIDTH[0] - gap));
                ui.vertical(|ui| numbers_ui(ui, experiment, seen, best));
            });
        }
    }

    /// Draw the image, and the decoded image at the point under the pointer (at q's mean before there is one).
    fn images_ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>, newest: &Newest, seen: &Microscope, side: f32) {
        let latent = seen.plane.origin.len();
        let at = self.at.clone().filter(|z| z.len() == latent);
        let decoded = match at {
            Some(z) => context.ask(POINTER, Question::MicroscopePoint { z }),
            None => None,
        };
        let decoded_mean = decoded.as_ref().and_then(|decoded| match &decoded.answered.answer {
            Answer::Sculptor { mean, .. } => Some((decoded.key(), mean)),
            _ => None,
        });
        let (name, key, image) = match decoded_mean {
            Some(((run, serial), mean)) => ("E[x|z] at the pointer", (run, serial), mean),
            None => ("E[x|z] at q's mean", (newest.key().0, u64::MAX - newest.key().1), &seen.reconstruction),
        };
        self.atlas.update(ui.ctx(), key, image);
        let theme = context.theme;
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 3.0;
                self.canvas.show(ui, newest.key(), &seen.input, self.tool, self.brush, side);
                let label = seen.label.map_or(String::new(), |label| format!(", {}", context.status.label_text(label)));
                let of_data = format!("x: {} {}{label}", self.split.name(), self.index);
                let text = if self.canvas.is_edited() { "x: yours".into() } else { of_data };
                ui.set_max_width(side);
                ui.add(Label::new(theme.muted(text)).truncate());
            });
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 3.0;
                let (rect, _) = ui.allocate_exact_size(Vec2::splat(side), Sense::hover());
                ui.painter().rect_filled(rect, 2.0, theme.image_background);
                self.atlas.paint_image(ui.painter(), 0, rect);
                ui.set_max_width(side);
                ui.add(Label::new(theme.muted(name)).truncate());
            });
        });
    }
}

fn tools_ui(ui: &mut Ui, tool: &mut Tool, canvas: &mut Canvas) {
    segmented(
        ui,
        tool,
        &[
            (Tool::Draw, "Draw", "Drag on the image to draw white, and see the posterior move."),
            (Tool::Erase, "Erase", "Drag on the image to draw black."),
            (Tool::Mask, "Mask", "Drag on the image to hide pixels: they leave the likelihood."),
            (Tool::Unmask, "Unmask", "Drag on the image to see hidden pixels again."),
        ],
    );
    if action_enabled(ui, canvas.is_edited(), "Reset", "Back to the image as the data have it.") {
        canvas.reset();
    }
}

/// The controls that choose an image; returns whether another one was chosen.
fn image_ui(ui: &mut Ui, status: &Status, split: &mut Split, index: &mut usize) -> bool {
    let before = (*split, *index);
    let splits = splits(status, split);
    choice(ui, "Set", "The set that the image is from.", split, &splits);
    let field = DragValue::new(index).range(0..=1_000_000).speed(0.2);
    number(ui, "Image", "Which image of the set; a click on any image in the window chooses it too.", 56.0, field);
    before != (*split, *index)
}

fn options_ui(ui: &mut Ui, side: &mut usize, draws: &mut bool, brush: &mut f32) {
    choice(ui, "Grid", "Points along each side of the heat map.", side, &[(32, "32"), (64, "64"), (128, "128")]);
    let field = DragValue::new(brush).range(0.6..=12.0).speed(0.05).fixed_decimals(1);
    number(ui, "Brush", "Radius of the brush, in pixels of the image.", 44.0, field);
    checkbox(ui, draws, "Draws").on_hover_text(
        "Draws from p(z|x) as dots: exact ones where it is known in closed form, else of quadrature's lattice or of \
         adaptive importance sampling. With more than two dimensions they are draws of the whole posterior, seen from \
         the front; the map is its cut through q's mean.",
    );
}

/// Choose the plane.
fn axes_ui(
    ui: &mut Ui,
    chosen: &mut Option<[usize; 2]>,
    found: &mut Option<(u64, [usize; 2])>,
    axes: [usize; 2],
    latent: usize,
) {
    let meanings = [
        "The latent dimension that runs left to right; the others are held at q's mean.",
        "The latent dimension that runs bottom to top; the others are held at q's mean.",
    ];
    let new = latent_axes::axes_ui(ui, axes, latent, meanings);
    if new != axes && new[0] != new[1] {
        *chosen = Some(new);
    }
    let meaning = "Choose the two dimensions in which q and the true posterior differ most, for this image and model.";
    if action_enabled(ui, true, "Largest mismatch", meaning) {
        (*chosen, *found) = (None, None);
    }
}
