//! The KL of each latent dimension, as bars.

mod spectra;

use crate::data::Split;
use crate::explore::{Answer, Question};
use crate::files::csv;
use crate::train::Report;
use crate::ui::compare::{Look, legend_keys};
use crate::ui::context_menu::{self, Target};
use crate::ui::controls::{empty_state, make_room, segmented, text_width};
use crate::ui::curves::ReportSource;
use crate::ui::empty::before_training;
use crate::ui::families::{Family, said};
use crate::ui::format;
use crate::ui::pane::{Pane, PaneContext};
use crate::ui::panes::latent_axes::{latent_dimension, z_name};
use crate::ui::plot::{legend_rows, paint_legend};
use crate::ui::term::explained;
use crate::ui::theme::{Theme, space};
use crate::worker::{Asker, RunState};
use eframe::egui::{Align, Align2, Layout, Rect, Role, Sense, Stroke, TextStyle, Ui, WidgetInfo, pos2, vec2};
use serde::{Deserialize, Serialize};
use spectra::{Place, Spectrum, spectra};

/// A dimension whose KL, in nats per image, is below this value has collapsed: its posterior is the prior.
pub const IDLE_BELOW: f32 = 0.01;
const ASKER: Asker = Asker("kl: the state that is looked at");
/// Number of validation images on which the KL of a kept state is measured.
const LOOKED_AT: usize = 500;
/// A bar that is higher than the one before it by this factor moves.
const CLEARLY: f32 = 1.1;
const BAR_MAX: f32 = 40.0;
const AXIS_WIDTH: f32 = 36.0;
const LABEL_HEIGHT: f32 = 16.0;

/// The order of the bars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Order {
    #[default]
    Kl,
    Dimension,
}

/// KL per latent dimension.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct KlPane {
    order: Order,
    /// The bars from the left, kept while the model trains as long as no bar is clearly too low for its place.
    #[serde(skip)]
    sorted: Vec<usize>,
}

impl Pane for KlPane {
    fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        context.theme.pane_frame().show(ui, |ui| {
            let Some(report) = newest(context) else {
                let hint = "Press Train (Space) to see how much each latent dimension says.";
                before_training(ui, context, "No report yet", hint);
                return;
            };
            let (all, looked_at) = (report.kl, self.looked_at(context));
            let (kl, step) = match &looked_at {
                Some((kl, step)) if report.kl_per_dimension.len() == kl.len() => (kl, *step),
                _ => (&report.kl_per_dimension, report.step),
            };
            if kl.len() != latent_dimension(context.status) {
                let total = format!("{} nats for all dimensions together", format::fixed(all, 2));
                let why = "The KL of this posterior and prior is no sum over dimensions, or is estimated from samples.";
                empty_state(ui, &total, why);
                return;
            }
            let idle = kl.iter().filter(|&&k| k < IDLE_BELOW).count();
            let text = format!("{} active, {idle} idle · step {}", kl.len() - idle, format::count(step));
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing = vec2(space::S, space::XS);
                ui.set_row_height(space::ROW);
                segmented(
                    ui,
                    &mut self.order,
                    &[
                        (Order::Kl, "By KL", "The dimension that says most first."),
                        (Order::Dimension, "By index", "In the order of z."),
                    ],
                );
                make_room(ui, text_width(ui, &text, TextStyle::Small));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let text = context.theme.muted(text);
                    let text = if looked_at.is_some() { text.color(context.theme.accent) } else { text };
                    let meaning = format!(
                        "A dimension with a KL under {IDLE_BELOW} nats is idle (collapsed): its posterior is the prior \
                         for every {}, so it says nothing. The bars are of the report of this step, or of a kept \
                         state, measured on some {} {}; pictures of other panes say theirs.",
                        context.status.noun.one(),
                        context.status.validation(),
                        context.status.noun.many()
                    );
                    let families = [Family::Posterior, Family::Prior];
                    let meaning = said(&meaning, &families, context.status.experiment.as_deref());
                    explained(ui.label(text), "Posterior collapse", &meaning);
                });
            });
            ui.add_space(space::S);
            let training = context.status.state == RunState::Running;
            let by_kl = self.order == Order::Kl;
            let others = spectra(context.runs, by_kl);
            bars_ui(ui, context, kl, self.order(kl, training), &others);
        });
    }
}

impl KlPane {
    /// The KL of each dimension of a kept state that is looked at, with its step: reports need not be of that step.
    fn looked_at(&mut self, context: &mut PaneContext<'_>) -> Option<(Vec<f32>, u64)> {
        if !context.status.looks_back {
            return None;
        }
        let question = Question::Scatter { split: Split::Validation, count: LOOKED_AT };
        let newest = context.ask(ASKER, question)?;
        match &newest.answered.answer {
            Answer::Scatter { kl_per_dimension, .. } => Some((kl_per_dimension.clone(), newest.answered.step)),
            _ => None,
        }
    }

    fn order(&mut self, kl: &[f32], training: bool) -> &[usize] {
        if self.sorted.len() != kl.len() || self.order == Order::Dimension || !training {
            self.sorted = (0..kl.len()).collect();
            if self.order == Order::Kl {
                self.sorted.sort_by(|&a, &b| kl[b].total_cmp(&kl[a]));
            }
            return &self.sorted;
        }
        // Bars that are nearly equal would change places with every report.
        for place in 1..kl.len() {
            let mut place = place;
            while place > 0 && kl[self.sorted[place]] > CLEARLY * kl[self.sorted[place - 1]] + IDLE_BELOW {
                self.sorted.swap(place - 1, place);
                place -= 1;
            }
        }
        &self.sorted
    }
}

/// The newest report with a KL for each dimension.
fn newest<'a>(context: &PaneContext<'a>) -> Option<&'a Report> {
    let training = || context.curves.track(ReportSource::Training).latest();
    let known = |report: &&Report| !report.kl_per_dimension.is_empty();
    context.curves.newest().filter(known).or_else(|| training().filter(known))
}

/// The bars, with marks for the compared runs. By KL the first mark is of the dimension that says most in each of them,
/// since the order of z means nothing from one run to another.
fn bars_ui(ui: &mut Ui, context: &PaneContext<'_>, kl: &[f32], order: &[usize], others: &[Spectrum]) {
    let theme = context.theme;
    let size = ui.available_size().max(vec2(80.0, 60.0));
    let (rect, response) = ui.allocate_exact_size(size, Sense::CLICK);
    let active = kl.iter().filter(|&&k| k >= IDLE_BELOW).count();
    let spoken = format!("KL per latent dimension: {active} of {} active", kl.len());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
    context_menu::offer(&response, Target { rect, stem: "kl" }, |ui| {
        let rows = || order.iter().map(|&dimension| [z_name(dimension), kl[dimension].to_string()]);
        context_menu::table_ui(ui, "kl", || csv::table(["dimension", "kl"], rows()));
    });
    let plot = Rect::from_min_max(
        pos2(rect.left() + AXIS_WIDTH, rect.top() + space::S),
        pos2(rect.right(), rect.bottom() - LABEL_HEIGHT),
    );
    if kl.is_empty() || plot.width() < 8.0 || plot.height() < 8.0 {
        return;
    }
    let places = others.iter().map(|other| other.places.len()).fold(order.len(), usize::max);
    let highest = others.iter().flat_map(|other| &other.places).map(Place::highest).fold(0.0, f32::max);
    let top = nice_top(kl.iter().copied().fold(highest, f32::max));
    // As many as half of `top` needs.
    let decimals = (1.0 - top.log10().floor()).max(0.0) as usize;
    let painter = ui.painter();
    let font = TextStyle::Small.resolve(ui.style());
    for i in 0..=4 {
        let y = plot.bottom() - plot.height() * i as f32 / 4.0;
        painter.hline(plot.x_range(), y, Stroke::new(1.0, theme.hairline));
        if i % 2 == 0 {
            let value = format::fixed(f64::from(top) * f64::from(i) / 4.0, decimals);
            painter.text(pos2(plot.left() - 6.0, y), Align2::RIGHT_CENTER, value, font.clone(), theme.text_muted);
        }
    }
    painter.text(plot.right_top() + vec2(-2.0, 2.0), Align2::RIGHT_TOP, "nats", font.clone(), theme.text_faint);

    let pitch = (plot.width() / places as f32).min(BAR_MAX + 8.0);
    let gap = if pitch > 6.0 { (0.2 * pitch).min(8.0) } else { 0.0 };
    let column = |i: usize| {
        let left = plot.left() + i as f32 * pitch;
        Rect::from_x_y_ranges(left..=left + pitch, plot.y_range())
    };
    let hovered = response
        .hover_pos()
        .filter(|p| p.x >= plot.left())
        .map(|p| ((p.x - plot.left()) / pitch) as usize)
        .filter(|&i| i < places);
    // A label for as many bars as it fits.
    let every = (26.0 / pitch).ceil().max(1.0) as usize;
    for (i, &dimension) in order.iter().enumerate() {
        let column = column(i);
        let value = kl[dimension].max(0.0);
        let idle = value < IDLE_BELOW;
        if hovered == Some(i) {
            painter.rect_filled(column, 2.0, theme.raised);
        }
        let height = (plot.height() * value / top).max(if idle { 2.0 } else { 1.0 });
        let bar = Rect::from_min_max(
            pos2(column.left() + 0.5 * gap, plot.bottom() - height),
            pos2(column.right() - 0.5 * gap, plot.bottom()),
        );
        painter.rect_filled(bar, if pitch > 6.0 { 2.0 } else { 0.0 }, if idle { theme.text_faint } else { theme.kl });
        if i % every == 0 {
            let ink = if idle { theme.text_faint } else { theme.text_muted };
            let at = pos2(column.center().x, plot.bottom() + 3.0);
            painter.text(at, Align2::CENTER_TOP, z_name(dimension), font.clone(), ink);
        }
    }
    let y = |value: f32| plot.bottom() - plot.height() * value.max(0.0) / top;
    for (number, other) in others.iter().enumerate() {
        let look = Look::of(theme, other.look);
        for (i, place) in other.places.iter().enumerate() {
            let column = column(i);
            // Beside each other within the bar, so that equal ones are all seen.
            let room = column.shrink2(vec2(0.5 * gap + 1.0, 0.0)).x_range();
            let x = room.min + room.span() * (number as f32 + 0.5) / others.len() as f32;
            if let Some([low, high]) = place.band {
                painter.vline(x, y(high)..=y(low), Stroke::new(1.5, look.colour));
            }
            let at = pos2(x, y(place.value));
            painter.circle(at, (0.12 * pitch).clamp(1.5, 3.5), look.colour, Stroke::new(1.0, theme.pane));
        }
    }
    let at = plot.right_top() + vec2(-4.0, space::L);
    paint_legend(ui, &legend_keys(theme, context.runs), at, Align2::RIGHT_TOP, 0.6 * plot.width(), legend_rows(plot));
    if let Some(i) = hovered {
        response.on_hover_ui_at_pointer(|ui| {
            others_ui(ui, theme, others, i);
            let Some(&dimension) = order.get(i) else { return };
            let value = kl[dimension];
            ui.label(theme.strong(format!("{}  {} nats", z_name(dimension), format::fixed(f64::from(value), 3))));
            let share = 100.0 * value / kl.iter().sum::<f32>().max(f32::MIN_POSITIVE);
            let share = format!("{}% of the KL", format::fixed(f64::from(share), 1));
            ui.label(theme.muted(if value < IDLE_BELOW { "idle: its posterior is the prior".into() } else { share }));
        });
    }
}

/// Values of the compared runs at a place.
fn others_ui(ui: &mut Ui, theme: &Theme, others: &[Spectrum], place: usize) {
    for other in others {
        let Some(Place { value, band }) = other.places.get(place) else { continue };
        let half = band.map(|[low, high]| format!(" ± {}", format::fixed(f64::from(0.5 * (high - low)), 3)));
        let value = format::fixed(f64::from(*value), 3);
        ui.label(theme.muted(format!("{}  {value}{}", other.name, half.unwrap_or_default())));
    }
}

/// The smallest of 1, 2, 3, 4, 5, 6 or 8 times a power of ten that is at least `largest`; it changes in steps, not with
/// every report.
fn nice_top(largest: f32) -> f32 {
    let largest = largest.max(0.04);
    let power = 10f32.powf(largest.log10().floor());
    [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0]
        .into_iter()
        .map(|m| m * power)
        .find(|&t| t >= largest)
        .unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_holds_every_bar_and_moves_in_steps() {
        assert_eq!(
            [nice_top(0.0), nice_top(1.1), nice_top(4.0), nice_top(7.9), nice_top(9.1)],
            [0.04, 2.0, 4.0, 8.0, 10.0]
        );
    }

    #[test]
    fn bars_are_sorted_by_kl_or_by_index() {
        let kl = [0.5, 2.0, 0.0];
        assert_eq!(KlPane::default().order(&kl, false), [1, 0, 2]);
        assert_eq!(KlPane { order: Order::Dimension, ..KlPane::default() }.order(&kl, true), [0, 1, 2]);
    }

    #[test]
    fn item_06_bars_that_are_nearly_equal_keep_their_places_while_training() {
        let mut pane = KlPane::default();
        assert_eq!(pane.order(&[3.0, 2.9, 1.0], true), [0, 1, 2]);
        assert_eq!(pane.order(&[2.9, 3.0, 1.0], true), [0, 1, 2], "a few per cent are no reason to move");
        assert_eq!(pane.order(&[2.9, 2.95, 4.0], true), [2, 0, 1], "but a bar that has clearly grown");
        assert_eq!(pane.order(&[2.9, 2.95, 4.0], false), [2, 1, 0], "at rest they are sorted exactly");
    }
}
