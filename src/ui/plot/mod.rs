//! Curves over the course of a run: plots one under another that share their horizontal axis.
//!
//! The wheel zooms along x at the pointer, dragging moves along x, dragging with the right button zooms into a box,
//! a double click shows everything again. Until the view is moved, it follows the run; y always fits what is visible.

mod controls;
mod trace;

pub use controls::{axis_ui, fit_button};

use crate::ui::controls::shortened;
use crate::ui::curves::{Columns, Curves, Pyramid, Quantity, Source, Track, XAxis, extents};
use crate::ui::format;
use crate::ui::theme::Theme;
use eframe::egui::{self, Align2, Color32, Rangef, Rect, Response, Stroke, TextStyle, Ui, Vec2b, pos2, vec2};
use egui_plot::{AxisHints, FilledArea, GridInput, GridMark, PlotPoint, PlotTransform};
use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::rc::Rc;
use trace::{Style, Trace};

/// Room for the labels of y, the same in all plots of a pane so that they line up.
const Y_AXIS_WIDTH: f32 = 44.0;
/// Half the height of a label on the y axis.
const EDGE: f64 = 7.0;
pub const X_AXIS_HEIGHT: f32 = 18.0;
/// egui_plot writes labels right under the frame.
const X_AXIS_GAP: f32 = 0.0;
/// Height of a line of marks.
const MARK_ROW: f32 = 14.0;
/// Width of a column that shows its reports as their minimum and maximum, in points of the screen: the finest that
/// the eye tells from a band.
const COLUMN: f32 = 2.0;
/// A report further from the pointer than this, in points of the screen, gets no dot.
const NEAR: f32 = 12.0;
/// This share of the visible reports, from the start of a run, may leave the picture: the first steps fall by
/// hundreds of nats and would flatten everything that follows.
const TRANSIENT: f64 = 0.04;

/// Where the plots of a pane look, from frame to frame.
#[derive(Default)]
pub struct View {
    run: u64,
    axis: XAxis,
    /// From the first report to the newest, of all runs shown.
    full: (f64, f64),
    /// The x that the user zoomed to; `None` follows the run.
    zoomed: Option<RangeInclusive<f64>>,
    /// Show everything again.
    reset: bool,
    /// x under the pointer, in any of the plots.
    hovered: Option<f64>,
    hovered_next: Option<f64>,
    /// Curves as they were drawn last, by plot and place in it: most frames bring no new reports.
    drawn: HashMap<(egui::Id, usize), Drawn>,
}

/// A curve as it was drawn last.
struct Drawn {
    of: DrawnOf,
    reports: usize,
    columns: Rc<Columns>,
    trace: Trace,
    /// The least and the largest y to show.
    extremes: Option<[f32; 2]>,
}

/// What a curve is made of, beside its reports.
#[derive(PartialEq)]
struct DrawnOf {
    id: Option<CurveId>,
    axis: XAxis,
    visible: RangeInclusive<f64>,
    /// The x whose y is to be in the picture.
    fitted: RangeInclusive<f64>,
    columns: usize,
}

impl View {
    /// Call once a frame, before the plots.
    pub fn begin(&mut self, curves: &Curves, axis: XAxis) {
        self.begin_beside(curves, [], axis);
    }

    /// The same for plots that show other runs too.
    pub fn begin_beside<'a>(&mut self, curves: &'a Curves, others: impl IntoIterator<Item = &'a Curves>, axis: XAxis) {
        if self.run != curves.run() || self.axis != axis {
            *self = Self { run: curves.run(), axis, reset: true, ..Self::default() };
        }
        self.full = full_range(others.into_iter().chain([curves]), axis);
        self.hovered = self.hovered_next.take();
    }

    /// Call once a frame, after the plots.
    pub fn end(&mut self) {
        self.reset = false;
    }

    pub fn reset(&mut self) {
        self.zoomed = None;
        self.reset = true;
    }

    pub fn is_zoomed(&self) -> bool {
        self.zoomed.is_some()
    }

    /// x under the pointer.
    pub fn hovered(&self) -> Option<f64> {
        self.hovered
    }

    /// Work out anew the curves of a plot whose reports or x have changed. Gives the least and the largest y to show.
    fn draw(&mut self, plot: egui::Id, lines: &[Curve<'_>], columns: usize) -> [f32; 2] {
        let visible = self.visible();
        let skip = if self.is_zoomed() { 0.0 } else { TRANSIENT * (visible.end() - visible.start()) };
        let fitted = visible.start() + skip..=*visible.end();
        // Curves of one track fall into the same columns.
        let mut shared: Option<(&Track, Rc<Columns>)> = None;
        for (i, line) in lines.iter().enumerate() {
            let (visible, fitted) = (visible.clone(), fitted.clone());
            let of = DrawnOf { id: line.id, axis: self.axis, visible, fitted, columns };
            let before = self.drawn.get(&(plot, i)).filter(|drawn| line.id.is_some() && drawn.of == of);
            if before.is_some_and(|drawn| drawn.reports == line.y.len()) {
                continue;
            }
            let x = line.track.x(self.axis);
            let columns = match &shared {
                Some((track, columns)) if std::ptr::eq(*track, line.track) => columns.clone(),
                _ => Rc::new(Columns::new(x, of.visible.clone(), columns, before.map(|drawn| &*drawn.columns))),
            };
            shared = Some((line.track, columns.clone()));
            // Reports are only ever added: columns that are full stay as they are.
            let before = before.filter(|drawn| drawn.reports < line.y.len());
            let before = before.map(|drawn| (&*drawn.columns, drawn.trace.extents()));
            let trace = Trace::new(extents(x, line.y, &columns, before));
            let extremes = line.extremes(&of);
            self.drawn.insert((plot, i), Drawn { of, reports: line.y.len(), columns, trace, extremes });
        }
        let extremes = (0..lines.len()).filter_map(|i| self.drawn.get(&(plot, i))?.extremes);
        extremes.fold([f32::INFINITY, f32::NEG_INFINITY], |a, b| [a[0].min(b[0]), a[1].max(b[1])])
    }

    /// The x that is shown.
    pub fn visible(&self) -> RangeInclusive<f64> {
        self.zoomed.clone().unwrap_or(self.full.0..=self.full.1)
    }
}

/// From the start of the runs to the newest report.
fn full_range<'a>(runs: impl Iterator<Item = &'a Curves>, axis: XAxis) -> (f64, f64) {
    let ranges = runs.filter_map(|curves| curves.x_range(axis)).map(RangeInclusive::into_inner);
    let (first, last) = ranges.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or((0.0, 1.0));
    // A run whose early reports are not here starts where they do.
    let first = if first > 0.5 * last { first } else { 0.0 };
    (first, if last > first { step_beyond(last) } else { first + 1.0 })
}

/// The next of a few hundred steps to twice `x`: the end of the axis stays for a while as a run grows, less than a
/// pixel or two ahead of it.
fn step_beyond(x: f64) -> f64 {
    let step = 2f64.powf(x.log2().floor() - 9.0);
    (x / step).ceil() * step
}

/// What makes a curve of a number of reports the same curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurveId {
    /// As [`Curves::run`].
    pub run: u64,
    pub source: Source,
    pub quantity: Quantity,
    /// Reports that it is averaged over.
    pub smoothing: f32,
}

/// One curve of a plot.
pub struct Curve<'a> {
    /// Where a curve of as many reports is drawn as it was; `None` for one whose reports may change.
    pub id: Option<CurveId>,
    pub track: &'a Track,
    pub y: &'a Pyramid,
    pub colour: Color32,
    pub width: f32,
    /// Its reports as dots too.
    pub dots: bool,
}

impl Curve<'_> {
    /// The least and the largest y to show.
    fn extremes(&self, of: &DrawnOf) -> Option<[f32; 2]> {
        let mut range = self.track.within(of.axis, &of.fitted);
        // A few reports are all worth seeing.
        if range.len() < 20 {
            range = self.track.within(of.axis, &of.visible);
        }
        self.y.extremes(range)
    }

    fn style(&self, log: bool) -> Style {
        Style { colour: self.colour, width: self.width, dots: self.dots, log }
    }
}

/// What lies between two curves of one track.
pub struct Band<'a> {
    pub track: &'a Track,
    pub low: &'a Pyramid,
    pub high: &'a Pyramid,
    pub colour: Color32,
}

/// One plot.
pub struct Plot<'a> {
    pub id: &'a str,
    /// Read out, and written in its corner with the unit of y.
    pub title: &'a str,
    pub unit: &'a str,
    pub height: f32,
    /// Logarithmic y.
    pub log: bool,
    /// y includes zero.
    pub from_zero: bool,
    /// Label the ticks of x.
    pub x_labels: bool,
    /// Text at the marks.
    pub mark_labels: bool,
    /// Names of other runs' curves.
    pub legend: &'a [(String, Color32)],
    pub y_label: &'a dyn Fn(f64, f64) -> String,
}

impl Plot<'_> {
    pub fn show(&self, ui: &mut Ui, view: &mut View, curves: &Curves, lines: &[Curve<'_>]) -> Response {
        self.show_over(ui, view, curves, lines, &[]).0
    }

    /// The same over filled bands; also says where the plot lies.
    pub fn show_over(
        &self,
        ui: &mut Ui,
        view: &mut View,
        curves: &Curves,
        lines: &[Curve<'_>],
        bands: &[Band<'_>],
    ) -> (Response, PlotTransform) {
        let theme = Theme::of(ui.ctx());
        let axis = view.axis;
        let visible = view.visible();
        let columns = ((ui.available_width() - Y_AXIS_WIDTH) / COLUMN).max(16.0) as usize;
        let id = ui.scope_id().with(self.id);
        let y_range = self.y_range(view.draw(id, lines, columns));

        let font = TextStyle::Small.resolve(ui.style());
        let labels = |hints: AxisHints<'static>| {
            hints
                .tick_label_color(theme.text_muted)
                .tick_label_font(font.clone())
                .label_spacing(Rangef::new(16.0, 17.0))
        };
        let x_labels = self.x_labels;
        let x_axis = labels(AxisHints::new_x()).min_thickness(if x_labels { X_AXIS_HEIGHT } else { 0.0 }).formatter(
            move |mark: GridMark, _: &RangeInclusive<f64>| if x_labels { x_text(axis, mark) } else { String::new() },
        );
        let log = self.log;
        // Two or three labels even in a low plot.
        let apart = f64::from(self.height / 4.0).clamp(16.0, 32.0);
        let (y_label, height) = (self.y_label, f64::from(self.height));
        let y_axis = labels(AxisHints::new_y()).min_thickness(Y_AXIS_WIDTH).formatter(
            |mark: GridMark, range: &RangeInclusive<f64>| {
                // A label on the lower edge would meet the first one of the plot underneath.
                let above_edge = height * (mark.value - range.start()) / (range.end() - range.start());
                if !x_labels && above_edge < EDGE {
                    return String::new();
                }
                let value = if log { 10f64.powf(mark.value) } else { mark.value };
                y_label(value, mark.step_size)
            },
        );
        let plot = egui_plot::Plot::new(self.id)
            .height(self.height)
            .show_background(false)
            .show_x(false)
            .show_y(false)
            .grid_color(theme.hairline)
            .grid_fade(0.0)
            .grid_spacing(Rangef::new(1.0, 2.0))
            .x_grid_spacer(move |input| ticks(&input, 90.0, axis == XAxis::Time, axis == XAxis::Step))
            .y_grid_spacer(move |input| if log { log_ticks(&input, apart) } else { ticks(&input, apart, false, false) })
            .custom_x_axes(vec![x_axis])
            .custom_y_axes(vec![y_axis])
            .allow_zoom(false)
            .allow_scroll(false)
            .allow_axis_zoom_drag(false)
            .allow_drag(Vec2b::new(true, false))
            .link_axis(ui.scope_id().with("time axis"), Vec2b::new(true, false))
            .default_x_bounds(view.full.0, view.full.1)
            .default_y_bounds(*y_range.start(), *y_range.end());

        let reset = view.reset;
        let output = plot.show(ui, |plot| {
            if reset {
                plot.set_auto_bounds(true);
            }
            zoom(plot);
            for (i, band) in bands.iter().enumerate() {
                draw_band(plot, i, band, axis, &visible, columns);
            }
            plot.auto_bounds().x
        });
        let follows = output.inner || reset;
        let bounds = output.transform.bounds().range_x();
        view.zoomed = (!follows).then_some(bounds);
        if let Some(pointer) = output.response.hover_pos() {
            view.hovered_next = Some(output.transform.value_from_position(pointer).x);
        }
        output.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, self.title));
        let painter = ui.painter_at(*output.transform.frame());
        for (i, line) in lines.iter().enumerate() {
            if let Some(Drawn { trace, .. }) = view.drawn.get_mut(&(id, i)) {
                trace.paint(ui.ctx(), &painter, &output.transform, line.style(self.log));
            }
        }
        self.paint_marks(ui, theme, curves, axis, &output.transform);
        self.paint_titles(ui, theme, axis, &output.transform);
        self.paint_legend(ui, theme, &output.transform);
        self.paint_hover(ui, theme, view, axis, lines, &output.transform);
        (output.response, output.transform)
    }

    /// The y to show for these extremes: with a margin.
    fn y_range(&self, extremes: [f32; 2]) -> RangeInclusive<f64> {
        let [mut low, mut high] = extremes.map(f64::from);
        if low > high {
            return 0.0..=1.0;
        }
        if self.from_zero {
            (low, high) = (low.min(0.0), high.max(0.0));
        }
        if self.log {
            (low, high) = (low.max(1e-12).log10(), high.max(1e-12).log10());
        }
        let margin = (0.08 * (high - low)).max(if self.log { 0.1 } else { 1e-3 * high.abs().max(1e-6) });
        low - margin..=high + margin
    }

    /// What y is, in the lower right corner (curves rise to the top), and what x is, left of its labels.
    fn paint_titles(&self, ui: &Ui, theme: &Theme, axis: XAxis, transform: &PlotTransform) {
        let frame = *transform.frame();
        let font = TextStyle::Small.resolve(ui.style());
        if !self.unit.is_empty() {
            let at = frame.right_bottom() + vec2(-2.0, -3.0);
            let text = format!("{}, {}", self.title, self.unit);
            ui.painter().text(at, Align2::RIGHT_BOTTOM, text, font.clone(), theme.text_muted);
        }
        if self.x_labels {
            let at = pos2(frame.left() - Y_AXIS_WIDTH, frame.bottom() + X_AXIS_GAP);
            ui.painter().text(at, Align2::LEFT_TOP, axis_unit(axis), font, theme.text_faint);
        }
    }

    /// The names of other runs, over the title in the lower right corner, as many as half the plot holds.
    fn paint_legend(&self, ui: &Ui, theme: &Theme, transform: &PlotTransform) {
        let frame = *transform.frame();
        let painter = ui.painter_at(frame);
        let font = TextStyle::Small.resolve(ui.style());
        let rows = (0.6 * frame.height() / MARK_ROW) as usize;
        for (row, (name, colour)) in self.legend.iter().take(rows).enumerate() {
            let name = shortened(ui, name, 0.4 * frame.width());
            let galley = painter.layout_no_wrap(name, font.clone(), theme.text_muted);
            let at = frame.right_bottom() - vec2(2.0, 3.0 + MARK_ROW * (row + 1) as f32);
            let rect = Align2::RIGHT_BOTTOM.anchor_size(at, galley.size());
            let swatch = rect.left() - 20.0..=rect.left() - 6.0;
            let whole = Rect::from_min_max(pos2(*swatch.start(), rect.top()), rect.max).expand2(vec2(2.0, 0.0));
            painter.rect_filled(whole, 2.0, theme.pane.gamma_multiply(0.7));
            painter.hline(swatch, rect.center().y, Stroke::new(2.0, *colour));
            painter.galley(rect.min, galley, theme.text_muted);
        }
    }

    fn paint_marks(&self, ui: &Ui, theme: &Theme, curves: &Curves, axis: XAxis, transform: &PlotTransform) {
        let frame = *transform.frame();
        let painter = ui.painter_at(frame);
        let font = TextStyle::Small.resolve(ui.style());
        // The right end of the last label in each of a few rows, so that near marks do not write over each other.
        let rows = ((0.5 * frame.height() / MARK_ROW) as usize).min(3);
        let mut ends = vec![f32::NEG_INFINITY; rows];
        for mark in curves.marks() {
            let x = transform.position_from_point_x(axis.of_mark(mark));
            if !frame.x_range().contains(x) {
                continue;
            }
            let dash = egui::Shape::dashed_line(
                &[pos2(x, frame.top()), pos2(x, frame.bottom())],
                Stroke::new(1.0, theme.mark.gamma_multiply(0.7)),
                3.0,
                3.0,
            );
            painter.extend(dash);
            let Some(row) = ends.iter().position(|end| self.mark_labels && *end < x) else { continue };
            let galley = painter.layout_no_wrap(mark.text.clone(), font.clone(), theme.text_muted);
            let flip = x + galley.size().x + 6.0 > frame.right();
            let anchor = if flip { Align2::RIGHT_TOP } else { Align2::LEFT_TOP };
            let at = pos2(if flip { x - 4.0 } else { x + 4.0 }, frame.top() + 2.0 + MARK_ROW * row as f32);
            let rect = anchor.anchor_size(at, galley.size());
            ends[row] = rect.right() + 4.0;
            painter.rect_filled(rect.expand2(vec2(2.0, 0.0)), 2.0, theme.pane.gamma_multiply(0.7));
            painter.galley(rect.min, galley, theme.text_muted);
        }
    }

    /// A line at the pointer, and dots where it meets the curves.
    fn paint_hover(
        &self,
        ui: &Ui,
        theme: &Theme,
        view: &View,
        axis: XAxis,
        lines: &[Curve<'_>],
        transform: &PlotTransform,
    ) {
        let Some(hovered) = view.hovered else { return };
        let frame: Rect = *transform.frame();
        let painter = ui.painter_at(frame);
        let x = transform.position_from_point_x(hovered);
        painter.vline(x, frame.y_range(), Stroke::new(1.0, theme.outline));
        for line in lines {
            let Some(index) = line.track.nearest(axis, hovered) else { continue };
            let mut y = line.y.get(index);
            if self.log {
                y = y.log10();
            }
            // A curve without width only makes room.
            if y.is_finite() && (line.width > 0.0 || line.dots) {
                let at = transform.position_from_point(&PlotPoint::new(line.track.x(axis)[index], y));
                if (at.x - x).abs() < NEAR {
                    painter.circle(at, 3.5, line.colour, Stroke::new(1.5, theme.pane));
                }
            }
        }
    }
}

/// The wheel (or a pinch) zooms along x and leaves y to fit.
fn zoom(plot: &mut egui_plot::PlotUi<'_>) {
    if !plot.response().hovered() {
        return;
    }
    let factor = plot.ctx().input(|i| f64::from(i.zoom_delta()) * (f64::from(i.smooth_scroll_delta.y) / 200.0).exp());
    if (factor - 1.0).abs() > 1e-6 {
        let fits_y = plot.auto_bounds().y;
        plot.zoom_bounds_around_hovered(vec2(factor as f32, 1.0));
        plot.set_auto_bounds(Vec2b::new(false, fits_y));
    }
}

/// At most a point a pixel column: a band is a tint behind its curves, which keep the extremes.
fn draw_band(
    plot: &mut egui_plot::PlotUi<'_>,
    index: usize,
    band: &Band<'_>,
    axis: XAxis,
    visible: &RangeInclusive<f64>,
    columns: usize,
) {
    let xs = band.track.x(axis);
    let within = band.track.within(axis, visible);
    let shown = within.start.saturating_sub(1)..(within.end + 1).min(xs.len());
    let stride = shown.len().div_ceil(columns.max(1)).max(1);
    let picked = shown.clone().step_by(stride).chain(shown.end.checked_sub(1).filter(|_| stride > 1));
    let mut points: [Vec<f64>; 3] = Default::default();
    for i in picked {
        let values = [xs[i], band.low.get(i), band.high.get(i)];
        if values.iter().all(|v| v.is_finite()) {
            points.iter_mut().zip(values).for_each(|(points, value)| points.push(value));
        }
    }
    let [x, low, high] = points;
    let area = FilledArea::new("", &x, &low, &high).fill_color(band.colour).allow_hover(false).id((index, "band"));
    plot.add(area);
}

/// Ticks at 1, 2 or 5 times a power of ten, or at round times, at least `spacing` points apart.
pub fn ticks(input: &GridInput, spacing: f64, time: bool, whole: bool) -> Vec<GridMark> {
    // `base_step_size` is the length of `grid_spacing.min`, one point.
    let least = input.base_step_size * spacing;
    let (low, high) = input.bounds;
    if !(least > 0.0 && least.is_finite() && low.is_finite() && high.is_finite()) {
        return Vec::new();
    }
    let mut step = if time { round_time(least) } else { round_number(least) };
    if whole {
        step = step.max(1.0);
    }
    let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
    (first..=last.min(first + 200)).map(|i| GridMark { value: i as f64 * step, step_size: step }).collect()
}

/// Ticks for a logarithmic axis whose input is in decades, at values a reader expects: powers of ten where there are
/// many, 1, 2 and 5 times them where there are few, and round numbers within one.
pub fn log_ticks(input: &GridInput, spacing: f64) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    let apart = input.base_step_size * spacing;
    if !(apart > 0.0 && high - low < 100.0) {
        return Vec::new();
    }
    // A little more than the labels need, so that rounding does not drop them.
    let mark = |value: f64| GridMark { value: value.log10(), step_size: 1.1 * apart };
    if apart < 0.1 {
        // The ticks of the values themselves, spaced as the widest gap needs.
        let (bottom, top) = (10f64.powf(low), 10f64.powf(high));
        let step = round_number(bottom * (10f64.powf(apart) - 1.0));
        let first = (bottom / step).ceil() as i64;
        let mut marks: Vec<GridMark> = Vec::new();
        for value in (first..first + 400).map(|i| i as f64 * step).take_while(|v| *v <= top) {
            if marks.last().is_none_or(|last| value.log10() - last.value >= apart) {
                marks.push(mark(value));
            }
        }
        return marks;
    }
    let multiples: &[f64] = if apart <= 0.301 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let decades = (low.floor() as i32..=high.ceil() as i32).step_by(apart.ceil() as usize);
    let values = decades.flat_map(|decade| multiples.iter().map(move |m| m * 10f64.powi(decade)));
    values.map(mark).filter(|m| (low..=high).contains(&m.value)).collect()
}

fn round_number(least: f64) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|&s| s >= least * (1.0 - 1e-9)).unwrap_or(10.0 * power)
}

fn round_time(least: f64) -> f64 {
    const ROUND: [f64; 12] = [1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_800.0, 3_600.0, 7_200.0];
    if least < 1.0 {
        return round_number(least);
    }
    ROUND.into_iter().find(|&s| s >= least).unwrap_or_else(|| 3_600.0 * round_number(least / 3_600.0))
}

fn x_text(axis: XAxis, mark: GridMark) -> String {
    match axis {
        _ if mark.value == 0.0 => "0".into(),
        XAxis::Step if mark.step_size >= 1_000.0 => format!("{}\u{202f}k", format::fixed(mark.value / 1e3, 0)),
        XAxis::Step => format::count(mark.value.max(0.0) as u64),
        XAxis::Epoch => number_text(mark.value, mark.step_size),
        XAxis::Time if mark.step_size < 1.0 => number_text(mark.value, mark.step_size),
        XAxis::Time => clock(mark.value.max(0.0) as u64),
    }
}

/// "0:45", "12:30", "1:02:00".
fn clock(seconds: u64) -> String {
    let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if h > 0 { format!("{h}:{m:02}:{s:02}") } else { format!("{m}:{s:02}") }
}

/// With as many decimals as the step between ticks needs.
pub fn number_text(value: f64, step: f64) -> String {
    format::fixed(value, (-step.log10().floor()).clamp(0.0, 9.0) as usize)
}

/// What x counts.
fn axis_unit(axis: XAxis) -> &'static str {
    match axis {
        XAxis::Step => "step",
        XAxis::Epoch => "epoch",
        XAxis::Time => "time",
    }
}

/// Sources in drawing order: the strongest last.
pub const DRAWN: [Source; 3] = [Source::Training, Source::Validation, Source::WholeValidation];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_apart() {
        let values = |low, high, points: f64, spacing, time, whole| -> Vec<f64> {
            let input = GridInput { bounds: (low, high), base_step_size: (high - low) / points };
            ticks(&input, spacing, time, whole).iter().map(|m| m.value).collect()
        };
        assert_eq!(values(0.0, 1_000.0, 500.0, 90.0, false, true), [0.0, 200.0, 400.0, 600.0, 800.0, 1000.0]);
        assert_eq!(values(-107.3, -98.2, 100.0, 32.0, false, false), [-105.0, -100.0]);
        // Under a step there are no ticks.
        assert_eq!(values(0.0, 2.0, 900.0, 90.0, false, true), [0.0, 1.0, 2.0]);
        assert_eq!(values(0.0, 150.0, 500.0, 90.0, true, false), [0.0, 30.0, 60.0, 90.0, 120.0, 150.0]);
        assert_eq!(
            values(0.0, 20_000.0, 500.0, 90.0, true, false),
            [0.0, 3_600.0, 7_200.0, 10_800.0, 14_400.0, 18_000.0]
        );
        let decades = |low: f64, high: f64| -> Vec<f64> {
            let input = GridInput { bounds: (low.log10(), high.log10()), base_step_size: (high / low).log10() / 160.0 };
            log_ticks(&input, 32.0).iter().map(|m| (1e6 * 10f64.powf(m.value)).round() / 1e6).collect()
        };
        assert_eq!(decades(0.9, 1_100.0), [1.0, 10.0, 100.0, 1_000.0]);
        assert_eq!(decades(4.0, 110.0), [5.0, 10.0, 20.0, 50.0, 100.0]);
        assert_eq!(decades(6.1, 9.3), [7.0, 8.0, 9.0]);
        assert!(values(0.0, f64::NAN, 500.0, 90.0, false, false).is_empty());
        assert_eq!(clock(3_725), "1:02:05");
        assert_eq!(number_text(-0.25, 0.05), "−0.25");
    }
}
