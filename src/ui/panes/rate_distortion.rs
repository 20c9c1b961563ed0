//! The rate–distortion plane (Alemi et al. 2018): how many nats the code costs against how badly it explains the
//! images. Along a line of equal ELBO = −(rate + distortion) a nat of rate buys a nat of distortion (at 45° only where
//! both axes are of one scale); training pulls the run across them.

use crate::ui::compare::{Look, Overlay, legend_keys};
use crate::ui::context_menu::{self, Target};
use crate::ui::controls::action_enabled;
use crate::ui::curves::{Curves, Quantity, ReportSource, Series, XAxis, sensible_range};
use crate::ui::empty::before_training;
use crate::ui::families::{Family, said};
use crate::ui::format;
use crate::ui::icons::{Icon, icon_button};
use crate::ui::noun;
use crate::ui::pane::{Pane, PaneContext, Request};
use crate::ui::plot::{
    PlotAxis, X_AXIS_HEIGHT, legend_rows, number_text, paint_legend, paint_note, plot_of, points_outside, ticks,
    with_axes,
};
use crate::ui::runs::{Group, Runs};
use crate::ui::term::explained;
use crate::ui::theme::{Theme, space};
use eframe::egui::{
    self, Align, Align2, Color32, Layout, Rect, Role, Sense, Shape, Stroke, TextStyle, Ui, Vec2b, WidgetInfo, vec2,
};
use egui_plot::{GridInput, Line, PlotPoint, PlotPoints, PlotTransform};
use serde::{Deserialize, Serialize};
use std::fmt::Write;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// Largest number of points drawn of a path.
const POINTS_MAX: usize = 1_500;
/// Largest number of points drawn of the path of a compared run.
const POINTS_BESIDE: usize = 400;
/// Largest number of earlier runs kept.
const PAST_MAX: usize = 6;
/// Share of a run's start that may lie outside the picture, since it is far away from everything later.
const TRANSIENT: f64 = 0.06;

/// Number of points from which the sensible range is told.
const SAMPLE: usize = 512;

/// Height of a line of small text.
const TITLE: f32 = 14.0;
/// Width of the labels of the vertical axis, in points.
const Y_AXIS_WIDTH: f32 = 40.0;

/// The path of a run through the plane.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Trajectory {
    name: String,
    /// Rate and distortion, nats per image, in the order of training.
    points: Vec<[f64; 2]>,
}

/// The plane with the present run and those before it.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RateDistortionPane {
    /// Earlier runs, the oldest first.
    past: Vec<Trajectory>,
    #[serde(skip)]
    run: u64,
    #[serde(skip)]
    path: Trajectory,
    /// The source of the reports that the path is made of.
    #[serde(skip)]
    source: Option<ReportSource>,
    #[serde(skip)]
    reset: bool,
    /// Rates and distortions of the compared runs.
    #[serde(skip)]
    others: Overlay,
}

/// The path of a compared run, or the mean path of the seeds of a setting.
struct Beside {
    path: Trajectory,
    look: Look,
    /// The ends of the bands of rate and distortion at the end of the path, where it is a mean.
    band: Option<[[f64; 2]; 2]>,
}

impl Pane for RateDistortionPane {
    fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        context.theme.pane_frame().show(ui, |ui| {
            if self.path.points.is_empty() && self.past.is_empty() && context.runs.groups().is_empty() {
                let hint = "Press Train (Space) to see how the run trades rate, KL[q(z|x) ‖ p(z)], against distortion, \
                            −E[log p(x|z)].";
                before_training(ui, context, "Rate against distortion", hint);
                return;
            }
            self.bar_ui(ui, context);
            self.plane_ui(ui, context);
        });
    }
}

impl RateDistortionPane {
    /// Add the run's new reports; when another run begins, the former one is kept. Must be called in every frame, so
    /// that no run is missed.
    pub fn follow(&mut self, curves: &Curves, name: &str) {
        if self.run != curves.run() {
            let left = std::mem::take(&mut self.path);
            if left.points.len() > 1 {
                self.past.push(left);
                let surplus = self.past.len().saturating_sub(PAST_MAX);
                self.past.drain(..surplus);
            }
            (self.run, self.reset) = (curves.run(), true);
        }
        let sources = [ReportSource::Validation, ReportSource::WholeValidation, ReportSource::Training];
        let Some(source) = sources.into_iter().find(|&source| curves.track(source).len() > 1) else { return };
        if self.source != Some(source) {
            // One path is of one set of images.
            (self.source, self.path) = (Some(source), Trajectory::default());
        }
        let track = curves.track(source);
        let stride = track.len().div_ceil(POINTS_MAX);
        // Only what is new is copied, unless the stride has grown.
        let wanted = track.len().div_ceil(stride);
        if wanted == self.path.points.len() && stride > 1 {
            return;
        }
        let at = |i: usize| [track.y(Quantity::Kl).get(i), -track.y(Quantity::Reconstruction).get(i)];
        self.path.name.clear();
        self.path.name.push_str(name);
        if stride > 1 || wanted < self.path.points.len() {
            self.path.points.clear();
        }
        let known = self.path.points.len();
        self.path.points.extend((known * stride..track.len()).step_by(stride).map(at));
    }

    fn bar_ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        let theme = context.theme;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing = vec2(space::S, space::XS);
            let meaning = "Rate R: KL[q(z|x) ‖ p(z)], what the code costs. Distortion D: −E_q[log p(x|z)], how badly \
                           it explains the image. Along a dashed line the ELBO is the same: a nat more of rate for a \
                           nat less of distortion. Down and to the left it is higher.";
            let label = ui.label(theme.muted("R + D = −ELBO"));
            label.on_hover_text(said(meaning, &Family::ALL, context.status.experiment.as_deref()));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if icon_button(ui, Icon::Export, "Export…", true).clicked() {
                    let others = self.others(context.runs, theme);
                    let csv = self.csv(&others);
                    context.requests.push(Request::ExportTable { suggested_name: "rate-distortion.csv".into(), csv });
                }
                context.compare_button(ui);
                if icon_button(ui, Icon::Fit, "Fit", true).clicked() {
                    self.reset = true;
                }
                let meaning = "Forget the paths of earlier runs.";
                if action_enabled(ui, !self.past.is_empty(), "Forget earlier", meaning) {
                    self.past.clear();
                }
            });
        });
        ui.add_space(space::XS);
    }

    fn csv(&self, others: &[Beside]) -> String {
        let mut text = String::from("run,rate,distortion\n");
        let others = others.iter().map(|other| &other.path);
        for path in self.past.iter().chain(others).chain([&self.path]) {
            for [rate, distortion] in &path.points {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "\"{}\",{rate},{distortion}", path.name.replace('"', "\"\""));
            }
        }
        text
    }

    fn plane_ui(&mut self, ui: &mut Ui, context: &PaneContext<'_>) {
        let theme = context.theme;
        let others = self.others(context.runs, theme);
        // The paths of earlier runs make way for those that were chosen.
        let past = if others.is_empty() { self.past.as_slice() } else { &[] };
        let paths = || past.iter().chain(others.iter().map(|other| &other.path)).chain([&self.path]);
        let [x, y] = fit(paths());
        let left_out = paths().flat_map(|path| &path.points).filter(|point| !is_sensible(point, [&x, &y])).count();
        let reset = std::mem::take(&mut self.reset);
        let (across, up) = (PlotAxis::of_numbers(X_AXIS_HEIGHT, 60.0), PlotAxis::of_numbers(Y_AXIS_WIDTH, 40.0));
        let output = plot_of(ui, "rate and distortion", across, up)
            .height(ui.available_height().max(80.0))
            .allow_drag(Vec2b::TRUE)
            .allow_scroll(false)
            .default_x_bounds(*x.start(), *x.end())
            .default_y_bounds(*y.start(), *y.end())
            .show(ui, |plot| {
                if reset {
                    plot.set_auto_bounds(true);
                }
                for (i, path) in past.iter().enumerate() {
                    let colour = theme.faint(theme.run(i as u8));
                    plot.line(line(&path.points, [&x, &y], colour, 1.5).id(("past", i)));
                }
                for (i, other) in others.iter().enumerate() {
                    plot.line(line(&other.path.points, [&x, &y], other.look.colour, 1.5).id(("beside", i)));
                }
                plot.line(line(&self.path.points, [&x, &y], theme.elbo, 2.5).id("now"));
            });
        let transform = &output.transform;
        let painter = ui.painter_at(*transform.frame());
        let mut labels = Labels::new(theme, painter.clone());
        titles(ui, theme, transform, &mut labels);
        for other in &others {
            // Many names would lie on each other: these are in the legend.
            other.band_ui(&painter, transform);
            let path = Trajectory { name: String::new(), points: other.path.points.clone() };
            end(ui, theme, transform, &path, [&x, &y], other.look.colour, &mut labels);
        }
        let corner = transform.frame().right_top() + vec2(-4.0, 4.0);
        let (width, rows) = (0.5 * transform.frame().width(), legend_rows(*transform.frame()));
        let legend = paint_legend(ui, &legend_keys(theme, context.runs), corner, Align2::RIGHT_TOP, width, rows);
        labels.taken.push(legend);
        // The names of runs first, the present one's before all others: lines of equal ELBO have room elsewhere.
        end(ui, theme, transform, &self.path, [&x, &y], theme.elbo, &mut labels);
        for (i, path) in past.iter().enumerate() {
            end(ui, theme, transform, path, [&x, &y], theme.run(i as u8), &mut labels);
        }
        iso_lines(ui, theme, transform, context.curves.ledger().latest().map(|entry| entry.log_px.value), &mut labels);
        labels.paint();
        if left_out > 0 {
            let at = transform.frame().left_bottom() + vec2(4.0, -3.0);
            paint_note(ui, theme, at, &points_outside(left_out));
        }
        let spoken = match self.path.points.last() {
            Some([rate, distortion]) => {
                format!("Rate {} nats, distortion {} nats", format::fixed(*rate, 1), format::fixed(*distortion, 1))
            }
            None => "Rate–distortion plane".to_owned(),
        };
        output.response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
        let mut fit = false;
        let target = Target { rect: with_axes(output.response.rect, Y_AXIS_WIDTH), stem: "rate-distortion" };
        context_menu::offer(&output.response, target, |ui| {
            fit = ui.button("Reset zoom").clicked();
            context_menu::table_ui(ui, target.stem, || self.csv(&others));
        });
        if let Some(pointer) = output.response.hover_pos().filter(|at| transform.frame().contains(*at)) {
            let at = transform.value_from_position(pointer);
            let text = format!(
                "rate {}, distortion {}\nELBO {} {}",
                format::fixed(at.x, 1),
                format::fixed(at.y, 1),
                format::fixed(-at.x - at.y, 1),
                noun::of(ui.ctx()).nats()
            );
            output.response.on_hover_text_at_pointer(text);
        }
        self.reset |= fit;
    }

    /// The paths of the compared runs.
    fn others(&mut self, runs: &Runs, theme: &Theme) -> Vec<Beside> {
        const RATE: Series = Series::Reports(Quantity::Kl, true);
        const MINUS_DISTORTION: Series = Series::Reports(Quantity::Reconstruction, true);
        for series in [RATE, MINUS_DISTORTION] {
            self.others.update(runs, series, XAxis::Step, 1.0);
        }
        let beside = |group: &Group| {
            let look = Look::of(theme, group.look);
            let path = |at: &dyn Fn(usize) -> [f64; 2], count: usize| Trajectory {
                name: group.name.clone(),
                points: (0..count)
                    .step_by(count.div_ceil(POINTS_BESIDE).max(1))
                    .chain(count.checked_sub(1))
                    .map(at)
                    .collect(),
            };
            let means = self.others.mean(group, RATE).zip(self.others.mean(group, MINUS_DISTORTION));
            if let Some((rate, minus)) = means {
                let (x, y) = (rate.mean(), minus.mean());
                let path = path(&|i| [x.get(i), -y.get(i)], x.len().min(y.len()));
                // The last place that several seeds have.
                let last =
                    (0..x.len()).rev().find(|&i| rate.low().get(i).is_finite() && minus.low().get(i).is_finite());
                let band = last
                    .map(|i| [[rate.low().get(i), rate.high().get(i)], [-minus.high().get(i), -minus.low().get(i)]]);
                return Some(Beside { path, look, band });
            }
            let run = runs.members(group).next()?;
            let (x, y) = (RATE.y(&run.curves), MINUS_DISTORTION.y(&run.curves));
            Some(Beside { path: path(&|i| [x.get(i), -y.get(i)], x.len()), look, band: None })
        };
        runs.groups().iter().filter_map(beside).collect()
    }
}

/// The present point of a run, with its name on the side where there is room.
fn end(
    ui: &Ui,
    theme: &Theme,
    transform: &PlotTransform,
    path: &Trajectory,
    shown: [&RangeInclusive<f64>; 2],
    colour: Color32,
    labels: &mut Labels<'_>,
) {
    let last = path.points.iter().rev().find(|point| is_sensible(point, shown));
    let Some(&[rate, distortion]) = last else { return };
    let painter = ui.painter_at(*transform.frame());
    let at = transform.position_from_point(&PlotPoint::new(rate, distortion));
    painter.circle(at, 4.0, colour, Stroke::new(1.5, theme.pane));
    if path.name.is_empty() {
        return;
    }
    let font = TextStyle::Small.resolve(ui.style());
    let galley = painter.layout_no_wrap(path.name.clone(), font, theme.text);
    let places = [
        (vec2(7.0, -4.0), Align2::LEFT_BOTTOM),
        (vec2(-7.0, -4.0), Align2::RIGHT_BOTTOM),
        (vec2(7.0, 4.0), Align2::LEFT_TOP),
        (vec2(-7.0, 4.0), Align2::RIGHT_TOP),
        (vec2(0.0, -18.0), Align2::CENTER_BOTTOM),
        (vec2(0.0, 18.0), Align2::CENTER_TOP),
    ];
    labels.place(places.map(|(offset, anchor)| (at + offset, anchor)), galley);
}

impl Beside {
    /// Where the seeds end: a cross of the bands of rate and distortion.
    fn band_ui(&self, painter: &egui::Painter, transform: &PlotTransform) {
        let Some([rate, distortion]) = self.band else { return };
        let middle = [rate, distortion].map(|[low, high]| 0.5 * (low + high));
        let at = |x: f64, y: f64| transform.position_from_point(&PlotPoint::new(x, y));
        let stroke = Stroke::new(1.5, self.look.colour);
        painter.line_segment([at(rate[0], middle[1]), at(rate[1], middle[1])], stroke);
        painter.line_segment([at(middle[0], distortion[0]), at(middle[0], distortion[1])], stroke);
    }
}

/// Whether a point lies within a thousand times the range that is shown at first; points of a run that diverges do not.
fn is_sensible(point: &[f64; 2], shown: [&RangeInclusive<f64>; 2]) -> bool {
    point.iter().zip(shown).all(|(value, range)| {
        let width = range.end() - range.start();
        (value - range.start()).abs() < 1e3 * width
    })
}

fn line(points: &[[f64; 2]], shown: [&RangeInclusive<f64>; 2], colour: Color32, width: f32) -> Line<'static> {
    let points = points.iter().filter(|point| is_sensible(point, shown));
    let points: Vec<PlotPoint> = points.map(|&[x, y]| PlotPoint::new(x, y)).collect();
    Line::new("", PlotPoints::Owned(points)).stroke(Stroke::new(width, colour)).allow_hover(false)
}

/// The visible ranges for the paths, without their first steps.
fn fit<'a>(paths: impl Iterator<Item = &'a Trajectory>) -> [RangeInclusive<f64>; 2] {
    let points: Vec<[f64; 2]> =
        paths.flat_map(|path| &path.points[(TRANSIENT * path.points.len() as f64) as usize..]).copied().collect();
    [0, 1].map(|axis| {
        let values = || points.iter().map(move |point| point[axis]);
        let sample = values().step_by(points.len().div_ceil(SAMPLE).max(1));
        let Some([least, most]) = sensible_range(sample) else { return 0.0..=1.0 };
        let sensible = values().filter(|value| (least..=most).contains(value));
        let (low, high) = sensible.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
        let margin = (0.1 * (high - low)).max(0.5);
        low - margin..=high + margin
    })
}

/// Lines of equal ELBO at round numbers, and the line of log p(x), which the run cannot cross.
fn iso_lines(ui: &Ui, theme: &Theme, transform: &PlotTransform, log_px: Option<f64>, labels: &mut Labels<'_>) {
    let painter = &labels.painter.clone();
    let bounds = transform.bounds();
    let ([left, bottom], [right, top]) = (bounds.min(), bounds.max());
    let frame = *transform.frame();
    let across = |elbo: f64| {
        // rate + distortion = −ELBO, from one side of the picture to the other.
        [left, right].map(|x| transform.position_from_point(&PlotPoint::new(x, -elbo - x)))
    };
    let font = TextStyle::Small.resolve(ui.style());
    let input = GridInput {
        bounds: (-right - top, -left - bottom),
        base_step_size: (right + top - left - bottom) / f64::from(frame.width() + frame.height()),
    };
    for mark in ticks(&input, 90.0, false, false) {
        let ends = across(mark.value);
        painter.extend(Shape::dashed_line(&ends, Stroke::new(1.0, theme.outline), 5.0, 4.0));
        // Where the line leaves the picture, at its top or its right.
        let y = -mark.value - right;
        let at = if (bottom..=top).contains(&y) {
            transform.position_from_point(&PlotPoint::new(right, y)) + vec2(-3.0, 0.0)
        } else {
            continue;
        };
        // The uppermost line of text is the title's.
        if at.y < frame.top() + 2.0 * TITLE {
            continue;
        }
        let text = format!("ELBO {}", number_text(mark.value, mark.step_size));
        let galley = painter.layout_no_wrap(text, font.clone(), theme.text_muted);
        // At the end of the line, or further along it where a name stands in the way.
        let along = (ends[0] - ends[1]).normalized();
        let places = [0.0, 60.0, 120.0, 180.0].map(|points| (at + points * along, Align2::RIGHT_CENTER));
        labels.place(places, galley);
    }
    if let Some(log_px) = log_px {
        let ends = across(log_px);
        painter.line_segment(ends, Stroke::new(1.5, theme.evidence));
        let y = (-log_px - left).min(top);
        let at = transform.position_from_point(&PlotPoint::new(-log_px - y, y)) + vec2(4.0, 2.0);
        let along = (ends[1] - ends[0]).normalized();
        let places = [0.0, 60.0, 120.0, 180.0].map(|points| (at + points * along, Align2::LEFT_TOP));
        labels.place(places, painter.layout_no_wrap("log p(x)".into(), font, theme.text));
    }
}

fn titles(ui: &Ui, theme: &Theme, transform: &PlotTransform, labels: &mut Labels<'_>) {
    let frame = *transform.frame();
    let painter = ui.painter_at(frame);
    let font = TextStyle::Small.resolve(ui.style());
    let nats = noun::of(ui.ctx()).nats();
    for (text, at, anchor) in [
        (format!("rate KL[q‖p(z)], {nats}"), frame.right_bottom() + vec2(-3.0, -3.0), Align2::RIGHT_BOTTOM),
        (format!("distortion −E[log p(x|z)], {nats}"), frame.left_top() + vec2(4.0, 3.0), Align2::LEFT_TOP),
    ] {
        let galley = painter.layout_no_wrap(text.clone(), font.clone(), theme.text_muted);
        let title = ui.interact(anchor.anchor_size(at, galley.size()), ui.scope_id().with(&text), Sense::hover());
        title.widget_info(|| WidgetInfo::labeled(Role::Label, true, &text));
        explained(title, "Rate, distortion", "");
        labels.place([(at, anchor)], galley);
    }
}

/// Texts that stay readable over lines, and do not lie on each other.
struct Labels<'a> {
    theme: &'a Theme,
    painter: egui::Painter,
    /// The places that have a text.
    taken: Vec<Rect>,
    texts: Vec<(Rect, Arc<egui::Galley>)>,
}

impl<'a> Labels<'a> {
    fn new(theme: &'a Theme, painter: egui::Painter) -> Self {
        Self { theme, painter, taken: Vec::new(), texts: Vec::new() }
    }

    /// Put a text at the first of these places that is in the picture and free. If none is, it is left out.
    fn place<const N: usize>(&mut self, places: [(egui::Pos2, Align2); N], galley: Arc<egui::Galley>) {
        let picture = self.painter.clip_rect();
        let rects = places.map(|(at, anchor)| anchor.anchor_size(at, galley.size()).expand2(vec2(2.0, 0.0)));
        let is_free = |rect: &Rect| picture.contains_rect(*rect) && !self.taken.iter().any(|it| it.intersects(*rect));
        if let Some(rect) = rects.into_iter().find(is_free) {
            self.taken.push(rect);
            self.texts.push((rect, galley));
        }
    }

    /// Draw the texts, over all lines.
    fn paint(self) {
        for (rect, galley) in self.texts {
            self.painter.rect_filled(rect, 2.0, self.theme.pane.gamma_multiply(0.85));
            self.painter.galley(rect.min + vec2(2.0, 0.0), galley, self.theme.text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_in_the_plane_do_not_lie_on_each_other() {
        let ctx = egui::Context::default();
        Theme::install(&ctx);
        let screen = Rect::from_min_size(egui::Pos2::ZERO, vec2(400.0, 300.0));
        let input = egui::RawInput { screen_rect: Some(screen), ..egui::RawInput::default() };
        ctx.run_ui(input, |ui| {
            let (theme, painter) = (Theme::of(ui.ctx()), ui.painter_at(screen));
            let mut labels = Labels::new(theme, painter.clone());
            let font = egui::FontId::proportional(12.0);
            let text = |text: &str| painter.layout_no_wrap(text.into(), font.clone(), theme.text);
            let at = egui::pos2(200.0, 150.0);
            labels.place([(at, Align2::LEFT_BOTTOM)], text("a kept run"));
            // The second place is free; no place is; the only place is outside.
            let below = at + vec2(0.0, 4.0);
            labels.place([(at, Align2::LEFT_CENTER), (below, Align2::RIGHT_TOP)], text("ELBO −140"));
            labels.place([(at, Align2::CENTER_CENTER)], text("ELBO −150"));
            labels.place([(egui::pos2(390.0, 20.0), Align2::LEFT_TOP)], text("ELBO −160"));
            assert_eq!(labels.texts.len(), 2);
            let [(a, _), (b, _)] = &labels.texts[..] else { panic!() };
            assert!(!a.intersects(*b) && b.right() <= at.x + 2.0, "{a} {b}");
        })
        .drop_without_applying_deltas();
    }

    #[test]
    fn item_09_the_path_of_a_diverged_run_leaves_the_plane_to_the_others() {
        let usual = |i: u32| [5.0 + 0.1 * f64::from(i), 140.0 - 0.2 * f64::from(i)];
        let healthy = Trajectory { name: "healthy".into(), points: (0..100).map(usual).collect() };
        let mut points: Vec<[f64; 2]> = (0..5).map(usual).collect();
        points.extend([[1e7, 3e8], [1e30, 2e30], [f64::NAN, f64::INFINITY]]);
        let diverged = Trajectory { name: "diverged".into(), points };
        let [x, y] = fit([&healthy, &diverged].into_iter());
        assert!(*x.start() > 0.0 && *x.end() < 20.0 && *y.start() > 110.0 && *y.end() < 150.0, "{x:?} {y:?}");
        assert!(healthy.points.iter().all(|point| is_sensible(point, [&x, &y])));
        assert_eq!(diverged.points.iter().filter(|point| !is_sensible(point, [&x, &y])).count(), 3);
        // As it is kept with the window.
        let pane = RateDistortionPane { past: vec![healthy, diverged], ..RateDistortionPane::default() };
        let text = ron::to_string(&pane).expect("plain data");
        let read: RateDistortionPane = ron::from_str(&text).expect("it reads its own text");
        assert_eq!(fit(read.past.iter()), [x, y]);
    }
}
