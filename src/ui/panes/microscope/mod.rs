//! The posterior microscope: the true posterior of one image, and how the encoder's q differs from it.

mod canvas;
mod map;

use crate::data::{Images, Split};
use crate::estimate::Estimate;
use crate::explore::{Answer, BestPosterior, Microscope, Question, Subject};
use crate::ui::controls::{action_enabled, choice, no_pictures, number, segmented};
use crate::ui::format;
use crate::ui::image_grid::Atlas;
use crate::ui::pane::{Pane, PaneContext, Request};
use crate::ui::pane_bar::{Content, PaneBar};
use crate::ui::panes::latent_axes::{self, latent_dimension};
use crate::ui::questions::Newest;
use crate::ui::theme::{Theme, space};
use crate::worker::Asker;
use canvas::{Canvas, Tool};
use eframe::egui::{
    Align, Align2, Color32, DragValue, Label, Layout, Rect, Role, Sense, Stroke, TextStyle, Ui, UiBuilder, Vec2,
    WidgetInfo, pos2, vec2,
};
use map::{Outline, PosteriorMap, point_text};
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
/// Room for the numbers.
const NUMBERS: [f32; 2] = [204.0, 260.0];
/// Under an image.
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
                no_pictures(ui, context.status, SHOWS);
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
                    other = image_ui(ui, &mut self.split, &mut self.index);
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
                let best = self.ask_best(ui, context);
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
        // What was drawn on images of another size belongs to them.
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

    /// q*, which takes longer: asked for once the hand is off the image, and shown when it is of this image.
    fn ask_best(&mut self, ui: &Ui, context: &mut PaneContext<'_>) -> Option<BestPosterior> {
        let question = Question::MicroscopeBest { subject: self.subject() };
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
        let gap = space::M;
        let wide = room.width() >= 1.25 * room.height();
        // The heat map, and what is left of the pane beside or under it.
        let (map, rest) = if wide {
            let side = room.height().min(room.width() - NUMBERS[0] - gap);
            let map = Rect::from_min_size(room.min, vec2(side, room.height()));
            (map, Rect::from_min_max(pos2(map.right() + gap, room.top()), room.max))
        } else {
            let below = image_side(room.width() - NUMBERS[0] - gap).max(140.0 - CAPTION) + CAPTION + gap;
            let map = Rect::from_min_size(room.min, vec2(room.width(), (room.height() - below).max(80.0)));
            (map, Rect::from_min_max(pos2(room.left(), map.bottom() + gap), room.max))
        };
        let theme = context.theme;
        let mut left = ui.new_child(UiBuilder::new().max_rect(map).layout(Layout::top_down(Align::Min)));
        let mut outlines = vec![Outline { of: &seen.q, colour: theme.elbo, dashed: false }];
        outlines.extend(best.map(|best| Outline { of: &best.q, colour: theme.weighted_kl, dashed: true }));
        let (response, point) = self.map.show(&mut left, newest.key(), seen, &outlines, self.draws, map.size());
        if let Some(point) = point {
            self.at = Some(seen.plane.point(point));
            response.clone().on_hover_text_at_pointer(point_text(&seen.plane, point));
        }
        if response.clicked()
            && let Some(point) = point
        {
            context.requests.push(Request::Sculpt(seen.plane.point(point)));
        }
        let mut right = ui.new_child(UiBuilder::new().max_rect(rest).layout(Layout::top_down(Align::Min)));
        if wide {
            let side = image_side(rest.width()).min(rest.height() - 168.0).max(IMAGE[0]);
            self.images_ui(&mut right, context, newest, seen, side);
            right.add_space(space::S);
            numbers_ui(&mut right, seen, best);
        } else {
            right.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = gap;
                self.images_ui(ui, context, newest, seen, image_side(rest.width() - NUMBERS[0] - gap));
                ui.vertical(|ui| numbers_ui(ui, seen, best));
            });
        }
        ui.advance_cursor_after_rect(room);
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
                let label = seen.label.map_or(String::new(), |label| format!(", label {label}"));
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

/// Says whether another image was chosen.
fn image_ui(ui: &mut Ui, split: &mut Split, index: &mut usize) -> bool {
    let before = (*split, *index);
    let splits = [(Split::Train, "train"), (Split::Validation, "validation"), (Split::Test, "test")];
    choice(ui, "Set", "The set that the image is from.", split, &splits);
    let field = DragValue::new(index).range(0..=1_000_000).speed(0.2);
    number(ui, "Image", "Which image of the set; a click on any image in the window chooses it too.", 56.0, field);
    before != (*split, *index)
}

fn options_ui(ui: &mut Ui, side: &mut usize, draws: &mut bool, brush: &mut f32) {
    choice(ui, "Grid", "Points along each side of the heat map.", side, &[(32, "32"), (64, "64"), (128, "128")]);
    let field = DragValue::new(brush).range(0.6..=12.0).speed(0.05).fixed_decimals(1);
    number(ui, "Brush", "Radius of the brush, in pixels of the image.", 44.0, field);
    ui.checkbox(draws, "Draws")
        .on_hover_text("Draws from p(z|x) as dots: samples of q, resampled by their importance weights.");
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

/// What is known of this image, in nats: the way down from log p(x) to the bound, and what the colours of the map mean.
fn numbers_ui(ui: &mut Ui, seen: &Microscope, best: Option<&BestPosterior>) {
    let theme = Theme::of(ui.ctx());
    ui.spacing_mut().item_spacing.y = 2.0;
    // The steps belong together: with q* all are of the parameters that it is of.
    let terms = best.map_or(&seen.terms, |best| &best.terms);
    let how = terms.method.how();
    let number = |Estimate { value, se }: Estimate| format::with_error(value, se, 2);
    let meaning = format!("The evidence of this image, {how}; the heat map is its true posterior p(z|x).");
    row(ui, Some((theme.evidence, false)), "log p(x)", &number(terms.log_px), &meaning);
    if let Some(best) = best {
        let gap = Estimate { value: terms.log_px.value - best.elbo.value, se: terms.log_px.se.hypot(best.elbo.se) };
        let meaning = "log p(x) − L[q*]: what even the best member of q's family cannot reach (Cremer et al. 2018).";
        row(ui, None, "−  approximation", &number(gap), meaning);
        let meaning = "The bound with q*, the best member of q's family for this image alone (dashed ellipses).";
        row(ui, Some((theme.weighted_kl, true)), "L[q*]", &number(best.elbo), meaning);
        let meaning = "L[q*] − L[q]: what is lost by one encoder serving all images.";
        row(ui, None, "−  amortisation", &number(best.amortisation_gap), meaning);
    }
    let meaning = "The bound for this image, with the encoder's q (solid ellipses: 1σ and 2σ).";
    row(ui, Some((theme.elbo, false)), "ELBO", &number(terms.elbo), meaning);
    let meaning = format!("How far q is from the true posterior, {how}: log p(x) − ELBO, measured by itself.");
    row(ui, None, "KL[q‖p(z|x)]", &number(terms.posterior_kl), &meaning);
    let effective = format!("{} / {}", format::fixed(seen.effective_samples, 0), format::count(seen.samples as u64));
    let meaning = "Effective sample size: how many of the importance samples from q carry the weight; few where q misses \
                   the posterior, and then the dots are few different draws.";
    row(ui, None, "ESS", &effective, meaning);
    ui.label(theme.muted("nats, for this image"));
}

/// A name and a value, with the line that stands for it on the map (dashed or not).
fn row(ui: &mut Ui, line: Option<(Color32, bool)>, name: &str, value: &str, meaning: &str) {
    let theme = Theme::of(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width().min(NUMBERS[1]), 17.0), Sense::hover());
    let painter = ui.painter();
    let middle = rect.left_center();
    match line {
        Some((colour, false)) => {
            painter.line_segment([middle, middle + vec2(10.0, 0.0)], Stroke::new(3.0, colour));
        }
        Some((colour, true)) => {
            for start in [0.0, 6.0] {
                let from = middle + vec2(start, 0.0);
                painter.line_segment([from, from + vec2(4.0, 0.0)], Stroke::new(3.0, colour));
            }
        }
        None => {}
    }
    let font = TextStyle::Body.resolve(ui.style());
    // The sign of what is taken away stands where others have their line.
    let bare = name.strip_prefix("−  ");
    if bare.is_some() {
        painter.text(middle + vec2(5.0, 0.0), Align2::CENTER_CENTER, "−", font.clone(), theme.text_muted);
    }
    let bare = bare.unwrap_or(name);
    painter.text(middle + vec2(15.0, 0.0), Align2::LEFT_CENTER, bare, font.clone(), theme.text);
    painter.text(rect.right_center(), Align2::RIGHT_CENTER, value, font, theme.text_strong);
    let spoken = format!("{name} {value}");
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
    response.on_hover_text(meaning);
}
