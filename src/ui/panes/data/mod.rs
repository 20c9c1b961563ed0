//! The data that the form names, looked at before anything is trained on them.

mod columns;

use crate::data::{Noun, Survey, Values};
use crate::experiment::{Choice, Likelihood, human_bytes};
use crate::ui::controls::{action, empty_state_over};
use crate::ui::format::{self, counted};
use crate::ui::icons::Icon;
use crate::ui::image_grid::{Atlas, GAP, ImageGrid};
use crate::ui::looked::Found;
use crate::ui::pane::{Pane, PaneContext, Request};
use crate::ui::panes::points::gallery_ui;
use crate::ui::theme::{Theme, space};
use eframe::egui::{
    Align2, Grid, Label, Rect, RichText, Role, ScrollArea, Sense, TextStyle, Ui, WidgetInfo, pos2, vec2,
};
use serde::{Deserialize, Serialize};

/// Width of the list of counts in points.
const FACTS: f32 = 300.0;
/// Least room for the values beside the counts in points: in less they stand below them.
const VALUES: f32 = 2.0 * MOMENT + 80.0;
/// Height of the histogram in points.
const HISTOGRAM: f32 = 72.0;
/// Side of the mean and deviation images in points.
const MOMENT: f32 = 96.0;
/// Side of a gallery's images in points.
const CELL: f32 = 44.0;
/// Height of the plane on which points are drawn, in points.
const POINTS: f32 = 260.0;
/// Labels whose counts are listed.
const LABELS: usize = 24;

/// The pane that shows the findings of a look at the form's data.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DataPane {
    #[serde(skip)]
    gallery: Atlas,
    #[serde(skip)]
    moments: Atlas,
}

impl Pane for DataPane {
    fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        context.theme.pane_frame().show(ui, |ui| {
            let looked = context.looked;
            let Some(found) = looked.found() else {
                return nothing_yet(ui, context);
            };
            head(ui, context, found);
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                self.moments.update(ui.ctx(), (found.serial, 0), &found.moments);
                self.gallery.update(ui.ctx(), (found.serial, 1), &found.gallery.images);
                let form = (found.data == *context.data).then_some(context.likelihood);
                let asked = self.found(ui, context.theme, found, form);
                context.requests.extend(asked.map(Request::TakeLikelihood));
                if found.kept > 0 {
                    ui.horizontal(|ui| {
                        let kept = format!("Decoded pictures kept for the next start: {}", human_bytes(found.kept));
                        ui.label(context.theme.muted(kept));
                        if action(ui, "Clear", "Remove them; the pictures are decoded again when they are needed.") {
                            context.requests.push(Request::ClearDecoded);
                        }
                    });
                }
            });
        });
    }
}

/// The pane before the first look: what it will show, and the button that begins.
fn nothing_yet(ui: &mut Ui, context: &mut PaneContext<'_>) {
    let shown = Noun::of_source(&context.data.source)
        .say("The number of images, their values, labels and duplicates, and which likelihoods suit them.");
    let (title, hint, doing) = match (context.looked.doing(), context.looked.failure(context.data)) {
        (Some(doing), _) => ("Looking at the data", doing, true),
        (None, Some(why)) => ("The data cannot be read", why, false),
        (None, None) => ("Look before you train", &*shown, false),
    };
    let request = empty_state_over(ui, title, hint, |ui| {
        ui.add_space(space::S);
        button(ui, doing)
    });
    context.requests.extend(request);
}

fn button(ui: &mut Ui, doing: bool) -> Option<Request> {
    if doing {
        return action(ui, "Stop", "Give up this look.").then_some(Request::StopLooking);
    }
    action(ui, "Look at the data", "Read the data that the form names, and measure them.")
        .then_some(Request::LookAtData)
}

/// The line over the findings: which data they are of, and the button that looks again.
fn head(ui: &mut Ui, context: &mut PaneContext<'_>, found: &Found) {
    let doing = context.looked.doing();
    ui.horizontal(|ui| {
        context.requests.extend(button(ui, doing.is_some()));
        let stale = found.data != *context.data;
        let said = match (doing, context.looked.failure(context.data)) {
            (Some(doing), _) => doing.to_owned(),
            (None, Some(why)) => why.to_owned(),
            (None, None) if stale => format!("{}: the form says something else now", found.survey.source),
            (None, None) => found.survey.source.clone(),
        };
        ui.add(Label::new(context.theme.muted(&said)).truncate()).on_hover_text(said);
    });
    ui.add_space(space::S);
}

impl DataPane {
    /// Draw the findings; `form` is the form's likelihood where the form has these data. Returns the likelihood that is
    /// asked for in its place.
    fn found(&self, ui: &mut Ui, theme: &Theme, found: &Found, form: Option<Likelihood>) -> Option<Likelihood> {
        let survey = &found.survey;
        let is_plane = survey.noun == Noun::Point && survey.columns.len() <= 2;
        if ui.available_width() < FACTS + space::L + VALUES {
            facts(ui, theme, survey);
            ui.add_space(space::M);
            self.values_ui(ui, theme, found, is_plane);
        } else {
            ui.horizontal_top(|ui| {
                ui.vertical(|ui| {
                    ui.set_width(FACTS);
                    facts(ui, theme, survey);
                });
                ui.add_space(space::L);
                ui.vertical(|ui| self.values_ui(ui, theme, found, is_plane));
            });
        }
        ui.add_space(space::M);
        match &found.gallery.images.columns {
            Some(columns) => {
                columns::columns_ui(ui, theme, &survey.columns);
                ui.add_space(space::M);
                if !is_plane {
                    columns::rows_ui(ui, theme, survey.noun, columns, &found.gallery);
                }
            }
            None => self.gallery_ui(ui, theme, found),
        }
        ui.add_space(space::M);
        let asked = likelihoods(ui, theme, survey, form);
        for (text, warns) in
            survey.warnings.iter().map(|it| (it, true)).chain(survey.notes.iter().map(|it| (it, false)))
        {
            let colour = if warns { ui.visuals().warn_fg_color } else { theme.text_muted };
            ui.add(Label::new(RichText::new(text).small().color(colour)).wrap());
        }
        asked
    }

    /// The values in pictures: the mean and the deviation of images, the points of a plane, else a histogram.
    fn values_ui(&self, ui: &mut Ui, theme: &Theme, found: &Found, is_plane: bool) {
        let pictures = if found.survey.columns.is_empty() { &["Mean", "Deviation"][..] } else { &[] };
        ui.horizontal_top(|ui| {
            for (i, name) in pictures.iter().copied().enumerate() {
                ui.vertical(|ui| {
                    ui.label(theme.muted(name));
                    let grid = ImageGrid { name, columns: 1, side: MOMENT, ..plain_grid() };
                    grid.show(ui, &[(&self.moments, Some(i))]);
                });
            }
        });
        if !pictures.is_empty() {
            ui.add_space(space::S);
        }
        if is_plane {
            gallery_ui(ui, theme, &found.gallery, POINTS);
            return;
        }
        ui.label(theme.muted(match pictures {
            [] => "Values of all columns, as the model gets them",
            _ => "Values",
        }));
        histogram(ui, theme, &found.survey.values);
    }

    fn gallery_ui(&self, ui: &mut Ui, theme: &Theme, found: &Found) {
        let rows = &found.gallery.rows;
        let columns = rows.iter().map(|(_, row)| row.len()).max().unwrap_or(0);
        let labelled = rows.iter().any(|(name, _)| !name.is_empty());
        ui.label(theme.muted(if labelled { "Some images of each label" } else { "Images that stand for all" }));
        let names: Vec<String> =
            if labelled { rows.iter().map(|(name, _)| name.clone()).collect() } else { Vec::new() };
        let cells: Vec<_> =
            rows.iter().flat_map(|(_, row)| (0..columns).map(|i| (&self.gallery, row.get(i).copied()))).collect();
        let label_width = if labelled { 88.0 } else { 0.0 };
        let room = (ui.available_width() - label_width - 12.0) / columns.max(1) as f32 - GAP;
        let side = CELL.min(room.max(12.0));
        let grid = ImageGrid {
            name: "Data by label",
            columns,
            side,
            row_labels: &names,
            row_label_width: label_width,
            ..plain_grid()
        };
        grid.show(ui, &cells);
    }
}

fn plain_grid() -> ImageGrid<'static> {
    ImageGrid { name: "", columns: 1, side: 1.0, gap: GAP, row_labels: &[], row_label_width: 0.0, column_labels: &[] }
}

/// Counts and shares, a line each.
fn facts(ui: &mut Ui, theme: &Theme, survey: &Survey) {
    let Survey { values, repeats, shape: [channels, height, width], columns, .. } = survey;
    let vectors = !columns.is_empty();
    let (many, heading) = (survey.noun.many(), survey.noun.heading());
    let fixed = |value| format::fixed(value, 3);
    let number = |count: usize| format::count(count as u64);
    let mut rows: Vec<(String, String)> = Vec::new();
    let mut row = |name: &str, value: String| rows.push((name.to_owned(), value));
    for (name, count) in [("Training", survey.train), ("Validation", survey.validation), ("Test", survey.test)] {
        row(&format!("{name} {many}"), number(count));
    }
    match vectors {
        true => row("Columns", number(*width)),
        false => {
            row("Image", format!("{channels} × {height} × {width}"));
            row("Values", format!("{} to {}", fixed(values.min), fixed(values.max)));
            row("Mean ± deviation", format::with_error(values.mean, values.deviation, 3));
        }
    }
    if let Some(levels) = values.levels {
        row("Different values", number(levels));
    }
    if values.missing > 0 {
        let all = (survey.train + survey.validation + survey.test) as f64 * values.pixels as f64;
        let share = 100.0 * values.missing as f64 / all;
        row("Missing values", format!("{} ({share:.1} %)", format::count(values.missing)));
        let pixels = if vectors { "Columns" } else { "Pixels" };
        row(&format!("{pixels} without a value"), number(values.empty_pixels));
        row(&format!("{heading} without a value"), number(repeats.empty_images));
    }
    let constant = format!("{} of {}", number(values.constant_pixels), number(values.pixels));
    row(if vectors { "Constant columns" } else { "Constant pixels" }, constant);
    row(&format!("Constant {many}"), number(repeats.constant_images));
    row("Duplicates", number(repeats.duplicates));
    row("Held out, and in training", number(repeats.leaked));
    Grid::new("data facts").num_columns(2).spacing(vec2(space::L, 3.0)).show(ui, |ui| {
        for (name, value) in rows {
            ui.label(theme.muted(name));
            ui.label(value);
            ui.end_row();
        }
        for class in survey.classes.iter().take(LABELS) {
            ui.label(theme.muted(&class.name));
            ui.label(number(class.train + class.validation + class.test));
            ui.end_row();
        }
        if survey.classes.len() > LABELS {
            ui.label(theme.muted(format!("and {} more", counted(survey.classes.len() - LABELS, "label"))));
            ui.end_row();
        }
        for factor in &survey.factors {
            // Factors without names of their own are called by their numbers: "factor 2".
            let numbered = factor.name.starts_with("factor ");
            ui.label(theme.muted(if numbered { factor.name.clone() } else { format!("factor {}", factor.name) }));
            ui.label(format!("{}{}", counted(factor.levels, "level"), if factor.ordered { "" } else { ", no order" }));
            ui.end_row();
        }
    });
}

/// Bars by the square root of the counts, so that few values are seen beside many.
fn histogram(ui: &mut Ui, theme: &Theme, values: &Values) {
    let width = ui.available_width().clamp(120.0, VALUES);
    let line = ui.text_style_height(&TextStyle::Small);
    let (rect, response) = ui.allocate_exact_size(vec2(width, HISTOGRAM + line), Sense::hover());
    let most = values.histogram.iter().copied().max().unwrap_or(1).max(1) as f32;
    let bar = width / values.histogram.len().max(1) as f32;
    for (i, &count) in values.histogram.iter().enumerate() {
        let height = (count as f32 / most).sqrt() * HISTOGRAM;
        let left = rect.left() + i as f32 * bar;
        let base = rect.top() + HISTOGRAM;
        let shape = Rect::from_min_max(pos2(left, base - height), pos2(left + bar - 1.0, base));
        ui.painter().rect_filled(shape, 1.0, theme.accent);
    }
    let font = TextStyle::Small.resolve(ui.style());
    for (at, align, value) in
        [(rect.left_bottom(), Align2::LEFT_BOTTOM, values.min), (rect.right_bottom(), Align2::RIGHT_BOTTOM, values.max)]
    {
        ui.painter().text(at, align, format::fixed(value, 2), font.clone(), theme.text_muted);
    }
    let counts = "Counts of the values in 32 parts of their range, drawn by their square root.";
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, "Histogram of the values"));
    response.on_hover_ui(|ui| drop(ui.label(counts)));
}

/// The verdict on each likelihood, by a sign and in words; one that fits can be made the form's where `form` is its
/// likelihood now. Returns the one that is asked for.
fn likelihoods(ui: &mut Ui, theme: &Theme, survey: &Survey, form: Option<Likelihood>) -> Option<Likelihood> {
    ui.label(theme.muted("Which likelihoods suit these values"));
    let mut asked = None;
    Grid::new("data likelihoods").num_columns(3).spacing(vec2(space::L, 3.0)).show(ui, |ui| {
        for (verdict, likelihood) in survey.likelihoods.iter().zip(Likelihood::ALL) {
            let (icon, colour, said) = match verdict.fits {
                true => (Icon::Done, theme.text, "fits"),
                false => (Icon::Warning, ui.visuals().warn_fg_color, "does not fit"),
            };
            ui.horizontal(|ui| {
                let (rect, response) = ui.allocate_exact_size(vec2(14.0, 14.0), Sense::hover());
                icon.paint(ui.painter(), rect.shrink(1.0), colour);
                let spoken = format!("{} {said}", verdict.likelihood);
                response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
                response.on_hover_ui(|ui| drop(ui.label(said)));
                ui.label(RichText::new(verdict.likelihood).color(colour));
            });
            match form {
                Some(now) if now.name() == verdict.likelihood => drop(ui.label(theme.muted("in the form"))),
                Some(_) if verdict.fits => {
                    let hint = format!("Make {} the form's likelihood.", verdict.likelihood);
                    let button = ui.small_button("Use").on_hover_text(hint);
                    if button.accessible_name(format!("Use {}", verdict.likelihood)).clicked() {
                        asked = Some(*likelihood);
                    }
                }
                _ => drop(ui.label("")),
            }
            ui.add(Label::new(theme.muted(&verdict.why)).wrap());
            ui.end_row();
        }
    });
    ui.add_space(space::M);
    asked
}
