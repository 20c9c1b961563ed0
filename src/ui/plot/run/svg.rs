//! A plot over a run as SVG: axes, curves, bands and a legend, with text as text, to be taken into a paper or slides.

use super::{Band, RunCurve, RunPlot, X_AXIS_HEIGHT, Y_AXIS_WIDTH, x_axis::axis_unit, x_axis::x_text, x_ticks};
use crate::export::escaped;
use crate::ui::curves::{Columns, Extent, Pyramid, Track, XAxis, extents};
use crate::ui::theme::Theme;
use eframe::egui::{Color32, Pos2, vec2};
use egui_plot::{GridInput, PlotPoint, PlotTransform};
use std::fmt::Write;

/// Height of a line of the legend.
const LINE: f32 = 15.0;
/// Margin around the whole drawing.
const MARGIN: f32 = 8.0;
/// Room at the right for half of the last label of the x axis.
const LAST_LABEL: f32 = 20.0;

impl RunPlot<'_> {
    /// The plot as it is shown, as a drawing of the same size with its legend underneath.
    pub(super) fn svg(
        &self,
        theme: &Theme,
        axis: XAxis,
        lines: &[RunCurve<'_>],
        bands: &[Band<'_>],
        transform: &PlotTransform,
    ) -> String {
        let frame = *transform.frame();
        let drawn: Vec<&RunCurve<'_>> = lines.iter().filter(|line| line.width > 0.0 || line.dots).collect();
        let corner = frame.min - vec2(Y_AXIS_WIDTH + MARGIN, MARGIN);
        let below = X_AXIS_HEIGHT + LINE * (drawn.len() + 1) as f32;
        let size = frame.max - corner + vec2(LAST_LABEL, below + MARGIN);
        let at = |place: Pos2| (place.x - corner.x, place.y - corner.y);
        let ((left, top), (right, bottom)) = (at(frame.min), at(frame.max));
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w:.0}\" height=\"{h:.0}\" \
             viewBox=\"0 0 {w:.0} {h:.0}\" \
             font-family=\"Inter, Helvetica, Arial, sans-serif\" font-size=\"11\" fill=\"{ink}\">\n\
             <title>{title}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"{ground}\"/>\n\
             <clipPath id=\"frame\">\
             <rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{fw:.1}\" height=\"{fh:.1}\"/></clipPath>\n",
            w = size.x,
            h = size.y,
            fw = frame.width(),
            fh = frame.height(),
            ink = hex(theme.text_muted),
            ground = hex(theme.pane),
            title = escaped(self.title),
        );
        let mut line = |text: String| {
            svg += &text;
            svg.push('\n');
        };
        let bounds = transform.bounds();
        let input = |range: [f64; 2], points: f32| GridInput {
            bounds: (range[0], range[1]),
            base_step_size: (range[1] - range[0]) / f64::from(points.max(1.0)),
        };
        let rule = hex(theme.hairline);
        let y_input = input([bounds.min()[1], bounds.max()[1]], frame.height());
        for mark in self.y_ticks(&y_input) {
            let (_, y) = at(transform.position_from_point(&PlotPoint::new(bounds.min()[0], mark.value)));
            line(format!("<path d=\"M{left:.1} {y:.1}H{right:.1}\" stroke=\"{rule}\"/>"));
            let label = escaped(&self.y_text(mark));
            line(format!("<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>", left - 5.0, y + 4.0));
        }
        for mark in x_ticks(axis, &input([bounds.min()[0], bounds.max()[0]], frame.width())) {
            let x = transform.position_from_point_x(mark.value) - corner.x;
            line(format!("<path d=\"M{x:.1} {top:.1}V{bottom:.1}\" stroke=\"{rule}\"/>"));
            let label = escaped(&x_text(axis, mark));
            line(format!("<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{label}</text>", bottom + 13.0));
        }
        line("<g clip-path=\"url(#frame)\" stroke-linejoin=\"round\">".into());
        let place = |x: f64, y: f64| at(transform.position_from_point(&PlotPoint::new(x, self.shown(y))));
        for band in bands {
            let (low, high) =
                (curve(axis, band.track, band.low, transform), curve(axis, band.track, band.high, transform));
            let outline = low.iter().map(|e| (e.x, e.low)).chain(high.iter().rev().map(|e| (e.x, e.high)));
            let path = path(outline.map(|(x, y)| place(x, y)));
            line(format!("<path d=\"{path}Z\" fill=\"{}\" {}/>", hex(band.colour), opacity("fill", band.colour)));
        }
        for curve_of in &drawn {
            let points = curve(axis, curve_of.track, curve_of.y, transform);
            let colour = hex(curve_of.colour);
            if curve_of.width > 0.0 {
                // Up and down through what shares a column.
                let through = points
                    .iter()
                    .flat_map(|e| if e.low == e.high { vec![(e.x, e.low)] } else { vec![(e.x, e.low), (e.x, e.high)] });
                let path = path(through.map(|(x, y)| place(x, y)));
                line(format!(
                    "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{}\"{}/>",
                    curve_of.width,
                    curve_of.dash.svg()
                ));
            }
            if curve_of.dots {
                for point in &points {
                    let (x, y) = place(point.x, point.high);
                    line(format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.5\" fill=\"{colour}\"/>"));
                }
            }
        }
        line("</g>".into());
        let unit = if self.unit.is_empty() { self.title.to_owned() } else { format!("{}, {}", self.title, self.unit) };
        let caption = escaped(&format!("{unit}, against {}", axis_unit(axis)));
        let mut y = bottom + X_AXIS_HEIGHT + LINE;
        line(format!("<text x=\"{left:.1}\" y=\"{y:.1}\">{caption}</text>"));
        for curve_of in &drawn {
            y += LINE;
            let what = curve_of.id.map(|id| format!("{}, {}", id.quantity.name(), id.source.name(self.on_training)));
            let of = Some(curve_of.of.to_owned()).filter(|of| !of.is_empty());
            let name = of.into_iter().chain(what).collect::<Vec<_>>().join(": ");
            let (colour, rule, dash) = (hex(curve_of.colour), y - 4.0, curve_of.dash.svg());
            if curve_of.width > 0.0 {
                line(format!("<path d=\"M{left:.1} {rule:.1}h18\" stroke=\"{colour}\" stroke-width=\"2\"{dash}/>"));
            }
            if curve_of.dots {
                line(format!("<circle cx=\"{:.1}\" cy=\"{rule:.1}\" r=\"2.5\" fill=\"{colour}\"/>", left + 9.0));
            }
            line(format!("<text x=\"{:.1}\" y=\"{y:.1}\">{}</text>", left + 24.0, escaped(&name)));
        }
        svg + "</svg>\n"
    }

    /// The height of a value in the drawing: its logarithm on a logarithmic axis.
    fn shown(&self, y: f64) -> f64 {
        if self.log { y.log10() } else { y }
    }
}

/// The visible part of a curve, at most two points a column of a point's width.
fn curve(axis: XAxis, track: &Track, y: &Pyramid, transform: &PlotTransform) -> Vec<Extent> {
    let columns = transform.frame().width().max(16.0) as usize;
    let columns = Columns::new(track.x(axis), transform.bounds().range_x(), columns, None);
    extents(track.x(axis), y, &columns, None).into_iter().filter(|extent| !extent.is_gap()).collect()
}

fn path(points: impl Iterator<Item = (f32, f32)>) -> String {
    let mut path = String::new();
    for (x, y) in points.filter(|(x, y)| x.is_finite() && y.is_finite()) {
        let command = if path.is_empty() { 'M' } else { 'L' };
        // Writing to a string cannot fail.
        let _ = write!(path, "{command}{x:.1} {y:.1}");
    }
    path
}

fn hex(colour: Color32) -> String {
    let [r, g, b, _] = colour.to_srgba_unmultiplied();
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn opacity(what: &str, colour: Color32) -> String {
    format!("{what}-opacity=\"{:.2}\"", f32::from(colour.a()) / 255.0)
}
