//! Plots of signal-to-noise ratios, or of the variance of the bound, against K, both axes logarithmic, so that a power
//! law is a straight line.

use super::shown::ShownCurve;
use crate::estimate::Estimate;
use crate::experiment::Estimator;
use crate::experiment::method::BoundKind;
use crate::files::csv as tables;
use crate::objective::snr::{Curve, Point};
use crate::ui::context_menu::{self, Target};
use crate::ui::format;
use crate::ui::noun;
use crate::ui::plot::{PlotAxis, X_AXIS_HEIGHT, log_ticks, still_plot_of, with_axes};
use crate::ui::theme::Theme;
use eframe::egui::{Align2, Color32, Role, Shape, Stroke, TextStyle, Ui, WidgetInfo, vec2};
use egui_plot::{GridMark, Line, MarkerShape, PlotBounds, PlotPoint, PlotPoints, PlotTransform, Points};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Width of the labels of the vertical axis, in points.
const Y_AXIS_WIDTH: f32 = 44.0;
/// Room for a line of text over the curves.
const TITLE: f32 = 18.0;

/// The quantity that is drawn against K.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Measure {
    #[default]
    Encoder,
    Decoder,
    Variance,
}

/// A power law that theory predicts, drawn through the middle of the reparameterised curve of a bound.
struct Guide {
    through: BoundKind,
    power: f64,
    name: &'static str,
}

impl Measure {
    pub const ALL: [Self; 3] = [Self::Encoder, Self::Decoder, Self::Variance];

    pub fn name(self) -> &'static str {
        match self {
            Self::Encoder => "Encoder",
            Self::Decoder => "Decoder",
            Self::Variance => "Bound",
        }
    }

    pub fn meaning(self) -> &'static str {
        match self {
            Self::Encoder => {
                "Signal-to-noise ratio of the gradient of q's parameters. The plain gradient of IWAE loses it as 1/√K."
            }
            Self::Decoder => "Signal-to-noise ratio of the gradient of p's parameters, which grows as √K.",
            Self::Variance => "Variance of one estimate of the bound of the batch, which falls as 1/K.",
        }
    }

    pub fn of(self, point: &Point) -> f64 {
        match self {
            Self::Encoder => point.encoder,
            Self::Decoder => point.decoder,
            Self::Variance => point.bound_variance,
        }
    }

    /// The quantity after one second of averaging; `None` for the variance.
    pub fn per_second(self) -> Option<fn(&Point) -> f64> {
        match self {
            Self::Encoder => Some(Point::encoder_per_second),
            Self::Decoder => Some(Point::decoder_per_second),
            Self::Variance => None,
        }
    }

    pub fn slope(self, curve: &Curve) -> Option<Estimate> {
        match self {
            Self::Encoder => curve.encoder_slope(),
            Self::Decoder => curve.decoder_slope(),
            Self::Variance => curve.variance_slope(),
        }
    }

    /// The quantity's name on the axis.
    fn title(self) -> &'static str {
        match self {
            Self::Encoder => "signal-to-noise ratio of the encoder's gradient",
            Self::Decoder => "signal-to-noise ratio of the decoder's gradient",
            Self::Variance => "variance of the bound, nats² per image²",
        }
    }

    /// The slopes of Rainforth et al. 2018, theorem 1: an average over K samples gains √K; the encoder's ratio under
    /// the importance-weighted bound loses √K.
    fn guides(self) -> &'static [Guide] {
        const FALLS: Guide = Guide { through: BoundKind::Iwae, power: -0.5, name: "IWAE's theory, 1/√K" };
        const RISES: Guide = Guide { through: BoundKind::Elbo, power: 0.5, name: "ELBO's theory, √K" };
        const DECODER: Guide = Guide { through: BoundKind::Iwae, power: 0.5, name: "theory, √K" };
        const VARIANCE: Guide = Guide { through: BoundKind::Iwae, power: -1.0, name: "theory, 1/K" };
        match self {
            Self::Encoder => &[FALLS, RISES],
            Self::Decoder => &[DECODER],
            Self::Variance => &[VARIANCE],
        }
    }
}

/// log₁₀ of K and of the quantity; points without a logarithm are left out.
fn logs(measure: Measure, curve: &Curve) -> Vec<[f64; 2]> {
    let points = curve.points.iter().map(|point| [point.samples as f64, measure.of(point)]);
    points.filter(|[_, y]| *y > 0.0 && y.is_finite()).map(|point| point.map(f64::log10)).collect()
}

pub fn plot_ui(ui: &mut Ui, theme: &Theme, measure: Measure, curves: &[ShownCurve<'_>], height: f32) {
    let lines: Vec<(&ShownCurve, Vec<[f64; 2]>)> =
        curves.iter().filter(|shown| shown.visible).map(|shown| (shown, logs(measure, shown.curve))).collect();
    // The name of the y axis stands over the curves.
    let [x_range, y_range] = fit(&lines, f64::from(TITLE / (height - X_AXIS_HEIGHT).max(TITLE)));
    let mut samples: Vec<usize> =
        curves.iter().flat_map(|shown| shown.curve.points.iter().map(|point| point.samples)).collect();
    samples.sort_unstable();
    samples.dedup();
    let marks: Vec<GridMark> =
        samples.iter().map(|&k| GridMark { value: (k as f64).log10(), step_size: 2f64.log10() }).collect();
    let count = |mark: GridMark, _: &RangeInclusive<f64>| format::count(10f64.powf(mark.value).round() as u64);
    let x = PlotAxis::new(X_AXIS_HEIGHT, move |_| marks.clone(), count);
    let value = |mark: GridMark, _: &RangeInclusive<f64>| format::scientific(10f64.powf(mark.value));
    let y = PlotAxis::new(Y_AXIS_WIDTH, |input| log_ticks(input, 28.0), value);
    let output = still_plot_of(ui, "signal and noise", x, y, height).show(ui, |plot| {
        plot.set_plot_bounds(PlotBounds::from_min_max(
            [*x_range.start(), *y_range.start()],
            [*x_range.end(), *y_range.end()],
        ));
        for (shown, points) in &lines {
            let line = Line::new("", owned(points)).stroke(Stroke::new(2.0, shown.colour)).allow_hover(false);
            plot.line(line.id((&shown.name, "line")));
            let dots = Points::new("", owned(points)).shape(MarkerShape::Circle).radius(3.0).allow_hover(false);
            plot.points(dots.color(shown.colour).id((&shown.name, "dots")));
        }
    });
    let transform = &output.transform;
    guides(ui, theme, measure, curves, transform);
    titles(ui, theme, measure, transform);
    let slopes = curves.iter().filter(|shown| shown.visible).map(|shown| {
        let slope = measure.slope(shown.curve).map_or_else(|| "–".into(), |slope| format::fixed(slope.value, 2));
        format!("{} slope {slope}", shown.name)
    });
    let spoken =
        format!("{} against K: {}", noun::say(ui.ctx(), measure.title()), slopes.collect::<Vec<_>>().join("; "));
    output.response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
    let target = Target { rect: with_axes(output.response.rect, Y_AXIS_WIDTH), stem: "gradients" };
    context_menu::offer(&output.response, target, |ui| {
        context_menu::table_ui(ui, target.stem, || csv(measure, curves));
    });
    if let Some(pointer) = output.response.hover_pos().filter(|at| transform.frame().contains(*at)) {
        let at = transform.value_from_position(pointer).x;
        let distance = |k: usize| ((k as f64).log10() - at).abs();
        if let Some(&k) = samples.iter().min_by(|a, b| distance(**a).total_cmp(&distance(**b))) {
            output.response.on_hover_text_at_pointer(at_samples(measure, curves, k));
        }
    }
}

/// The values of the visible curves, one a row.
fn csv(measure: Measure, curves: &[ShownCurve<'_>]) -> String {
    let points = curves.iter().filter(|shown| shown.visible).flat_map(|shown| {
        let row =
            move |point: &Point| [shown.name.to_string(), point.samples.to_string(), measure.of(point).to_string()];
        shown.curve.points.iter().map(row)
    });
    tables::table(["curve", "samples", measure.name()], points)
}

fn owned(points: &[[f64; 2]]) -> PlotPoints<'static> {
    PlotPoints::Owned(points.iter().map(|&[x, y]| PlotPoint::new(x, y)).collect())
}

/// The visible decades, with a margin, and a share `top` of y more above.
fn fit(lines: &[(&ShownCurve, Vec<[f64; 2]>)], top: f64) -> [RangeInclusive<f64>; 2] {
    let mut ranges = [[f64::INFINITY, f64::NEG_INFINITY]; 2];
    for point in lines.iter().flat_map(|(_, points)| points) {
        for (range, v) in ranges.iter_mut().zip(point) {
            *range = [range[0].min(*v), range[1].max(*v)];
        }
    }
    let [x, y] = ranges.map(|[low, high]| {
        if low > high {
            return [-0.1, 1.0];
        }
        let margin = (0.08 * (high - low)).max(0.05);
        [low - margin, high + margin]
    });
    let over = (y[1] - y[0]) * top / (1.0 - top).max(0.5);
    [x[0]..=x[1], y[0]..=y[1] + over]
}

/// Thin dashed lines of the slopes that theory predicts.
fn guides(ui: &Ui, theme: &Theme, measure: Measure, curves: &[ShownCurve<'_>], transform: &PlotTransform) {
    let painter = ui.painter_at(*transform.frame());
    let font = TextStyle::Small.resolve(ui.style());
    let bounds = transform.bounds();
    let (left, right) = (bounds.min()[0], bounds.max()[0]);
    for guide in measure.guides() {
        let of_guide = |shown: &&ShownCurve| {
            let gradient = shown.curve.gradient;
            gradient.bound.kind() == guide.through && gradient.estimator == Estimator::Reparameterised
        };
        let Some(shown) = curves.iter().find(of_guide).filter(|shown| shown.visible) else { continue };
        let points = logs(measure, shown.curve);
        if points.len() < 2 {
            continue;
        }
        let middle = [0, 1].map(|axis| points.iter().map(|point| point[axis]).sum::<f64>() / points.len() as f64);
        let at = |x: f64| transform.position_from_point(&PlotPoint::new(x, middle[1] + guide.power * (x - middle[0])));
        let colour = theme.faint(shown.colour);
        painter.extend(Shape::dashed_line(&[at(left), at(right)], Stroke::new(1.0, colour), 5.0, 4.0));
        // At whichever end is inside; on the side where the line leaves room.
        let share = if guide.power < 0.0 { 0.03 } else { 0.97 };
        let (x, anchor) =
            (left + share * (right - left), if guide.power < 0.0 { Align2::LEFT_BOTTOM } else { Align2::RIGHT_TOP });
        let mut position = at(x);
        let frame = transform.frame();
        position.y = position.y.clamp(frame.top() + 14.0, frame.bottom() - 30.0);
        let galley = painter.layout_no_wrap(guide.name.into(), font.clone(), theme.text_muted);
        let rect = anchor.anchor_size(position, galley.size());
        painter.rect_filled(rect.expand2(vec2(2.0, 0.0)), 2.0, theme.pane.gamma_multiply(0.85));
        painter.galley(rect.min, galley, Color32::PLACEHOLDER);
    }
}

fn titles(ui: &Ui, theme: &Theme, measure: Measure, transform: &PlotTransform) {
    let frame = *transform.frame();
    let painter = ui.painter_at(frame);
    let font = TextStyle::Small.resolve(ui.style());
    let x = "samples K";
    painter.text(frame.right_bottom() + vec2(-3.0, -3.0), Align2::RIGHT_BOTTOM, x, font.clone(), theme.text_muted);
    let title = noun::say(ui.ctx(), measure.title());
    painter.text(frame.left_top() + vec2(4.0, 2.0), Align2::LEFT_TOP, title, font, theme.text_muted);
}

/// The values of all curves at one K, one line each.
fn at_samples(measure: Measure, curves: &[ShownCurve<'_>], samples: usize) -> String {
    let mut text = format!("K = {samples}");
    for shown in curves.iter().filter(|shown| shown.visible) {
        if let Some(point) = shown.curve.points.iter().find(|point| point.samples == samples) {
            text.push_str(&format!("\n{}: {}", shown.name, format::scientific(measure.of(point))));
        }
    }
    text
}
