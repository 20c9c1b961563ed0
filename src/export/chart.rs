//! A chart of lines as SVG: text is text, so that it can be searched, edited and set in the reader's own font.

use std::fmt::Write as _;

/// A chart of lines over a common axis.
#[derive(Clone, Debug, Default)]
pub struct Chart {
    /// The chart's heading.
    pub title: String,
    /// The name of the horizontal axis, with its unit.
    pub x: String,
    /// The name of the vertical axis, with its unit.
    pub y: String,
    /// The lines, the first at the back.
    pub lines: Vec<Line>,
    /// Whether the lines begin far from where they end, as the curves of a training do: the vertical axis then leaves
    /// out their beginning.
    pub settles: bool,
}

/// A line of a chart.
#[derive(Clone, Debug)]
pub struct Line {
    /// The name in the legend; a line with an empty name is not in it.
    pub name: String,
    /// The colour, as CSS has it.
    pub colour: String,
    /// Thin and pale, as a training curve is behind the one of validation.
    pub faint: bool,
    /// The points; what is not finite is a gap.
    pub points: Vec<[f64; 2]>,
}

/// Colours that stay apart for the colour-blind (Okabe & Ito 2008), without the yellow, which is lost on paper.
pub const COLOURS: [&str; 7] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#444444"];

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 44.0;
/// Most points of a line that are drawn: two for each unit of the width.
const POINTS: usize = 1_200;

impl Chart {
    /// The chart as an `<svg>` element, which is also a file.
    pub fn svg(&self) -> String {
        let finite = || self.lines.iter().flat_map(|line| &line.points).filter(|p| p.iter().all(|v| v.is_finite()));
        let x = Axis::over(finite().map(|p| p[0]), false);
        let y = Axis::over(self.lines.iter().flat_map(|line| shown(line, self.settles)), true);
        let place = |[px, py]: [f64; 2]| {
            let right = LEFT + (WIDTH - LEFT - RIGHT) * x.share(px);
            let down = HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * y.share(py);
            [right, down.clamp(TOP - 2.0, HEIGHT - BOTTOM + 2.0)]
        };
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" \
             height=\"{HEIGHT}\" role=\"img\" font-family=\"system-ui, sans-serif\" font-size=\"12\"><title>{title}\
             </title><rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/><text x=\"{LEFT}\" y=\"16\" \
             font-weight=\"600\" font-size=\"13\" fill=\"#1b1f24\">{title}</text>",
            title = escaped(&self.title)
        );
        for tick in y.ticks() {
            let [_, down] = place([x.from, tick]);
            let _ = write!(
                svg,
                "<line x1=\"{LEFT}\" x2=\"{}\" y1=\"{down:.1}\" y2=\"{down:.1}\" stroke=\"#e3e6ea\"/><text x=\"{}\" \
                 y=\"{:.1}\" text-anchor=\"end\" fill=\"#5b6570\">{}</text>",
                WIDTH - RIGHT,
                LEFT - 6.0,
                down + 4.0,
                y.label(tick)
            );
        }
        for tick in x.ticks() {
            let [right, _] = place([tick, y.from]);
            let _ = write!(
                svg,
                "<text x=\"{right:.1}\" y=\"{}\" text-anchor=\"middle\" fill=\"#5b6570\">{}</text>",
                HEIGHT - BOTTOM + 16.0,
                x.label(tick)
            );
        }
        let _ = write!(
            svg,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" fill=\"#5b6570\">{}</text><text transform=\"translate(14,\
             {}) rotate(-90)\" text-anchor=\"middle\" fill=\"#5b6570\">{}</text>",
            0.5 * (LEFT + WIDTH - RIGHT),
            HEIGHT - 8.0,
            escaped(&self.x),
            0.5 * (TOP + HEIGHT - BOTTOM),
            escaped(&self.y)
        );
        for line in &self.lines {
            let (width, opacity) = if line.faint { (1.0, 0.45) } else { (1.8, 1.0) };
            let path = path(&thinned(&line.points), place);
            let _ = write!(
                svg,
                "<path d=\"{path}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{width}\" stroke-opacity=\"{opacity}\" \
                 stroke-linejoin=\"round\" stroke-linecap=\"round\"/>",
                line.colour
            );
        }
        self.legend(&mut svg);
        svg + "</svg>"
    }

    /// The names of the lines, from the right end of the title's line.
    fn legend(&self, svg: &mut String) {
        let mut right = WIDTH - RIGHT;
        for line in self.lines.iter().rev().filter(|line| !line.name.is_empty()) {
            // A guess of the width, which only leaves a little more or less space between two names.
            let width = 6.4 * line.name.chars().count() as f64 + 26.0;
            let left = right - width;
            if left < LEFT + 8.0 * self.title.chars().count() as f64 {
                return;
            }
            let opacity = if line.faint { 0.45 } else { 1.0 };
            let _ = write!(
                svg,
                "<line x1=\"{left:.1}\" x2=\"{:.1}\" y1=\"12\" y2=\"12\" stroke=\"{}\" stroke-width=\"2.5\" \
                 stroke-opacity=\"{opacity}\"/><text x=\"{:.1}\" y=\"16\" fill=\"#1b1f24\">{}</text>",
                left + 14.0,
                line.colour,
                left + 18.0,
                escaped(&line.name)
            );
            right = left - 6.0;
        }
    }
}

/// The values of a line that the vertical axis must show; of one that settles, all but the first twentieth, which would
/// flatten the rest.
fn shown(line: &Line, settles: bool) -> impl Iterator<Item = f64> + '_ {
    let skip = if settles && line.points.len() >= 40 { line.points.len() / 20 } else { 0 };
    line.points[skip..].iter().map(|p| p[1]).filter(|value| value.is_finite())
}

/// A line of at most [`POINTS`] points: of each piece the lowest and the highest.
fn thinned(points: &[[f64; 2]]) -> Vec<[f64; 2]> {
    if points.len() <= POINTS {
        return points.to_vec();
    }
    let size = (2 * points.len()).div_ceil(POINTS);
    let extremes = points.chunks(size).flat_map(|piece| {
        let lowest = piece.iter().enumerate().min_by(|a, b| a.1[1].total_cmp(&b.1[1])).map_or(0, |(i, _)| i);
        let highest = piece.iter().enumerate().max_by(|a, b| a.1[1].total_cmp(&b.1[1])).map_or(0, |(i, _)| i);
        [piece[lowest.min(highest)], piece[lowest.max(highest)]]
    });
    extremes.collect()
}

fn path(points: &[[f64; 2]], place: impl Fn([f64; 2]) -> [f64; 2]) -> String {
    let mut path = String::new();
    let mut pen_down = false;
    for &point in points {
        if !point.iter().all(|value| value.is_finite()) {
            pen_down = false;
            continue;
        }
        let [x, y] = place(point);
        let _ = write!(path, "{}{x:.1} {y:.1}", if pen_down { "L" } else { "M" });
        pen_down = true;
    }
    path
}

/// The range of an axis, with round numbers on it.
struct Axis {
    from: f64,
    to: f64,
    step: f64,
}

impl Axis {
    /// Over some values; `round` extends the range to round numbers.
    fn over(values: impl Iterator<Item = f64>, round: bool) -> Self {
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
        let (low, high) = if low > high { (0.0, 1.0) } else { (low, high) };
        let spread = if high > low { high - low } else { low.abs().max(1.0) * 0.1 };
        let rough = spread / 5.0;
        let power = 10_f64.powf(rough.log10().floor());
        let step = power * [1.0, 2.0, 5.0, 10.0].into_iter().find(|&times| times * power >= rough).unwrap_or(10.0);
        let (from, to) = match round {
            true => ((low / step).floor() * step, (high / step).ceil() * step),
            false => (low, high),
        };
        let to = if to > from { to } else { from + spread };
        Self { from, to, step }
    }

    fn share(&self, value: f64) -> f64 {
        (value - self.from) / (self.to - self.from)
    }

    fn ticks(&self) -> impl Iterator<Item = f64> + '_ {
        let first = (self.from / self.step - 1e-9).ceil() as i64;
        let last = (self.to / self.step + 1e-9).floor() as i64;
        (first..=last).map(|i| i as f64 * self.step)
    }

    fn label(&self, tick: f64) -> String {
        if self.step < 1e-3 || self.step >= 1e6 {
            return format!("{tick:.1e}");
        }
        let decimals = (-self.step.log10().floor()).max(0.0) as usize;
        format!("{tick:.decimals$}").replace('-', "−")
    }
}

/// A text in HTML and SVG.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(points: Vec<[f64; 2]>) -> Chart {
        let line = Line { name: "a < b".into(), colour: COLOURS[0].into(), faint: false, points };
        Chart { title: "ELBO & more".into(), x: "epoch".into(), y: "nats".into(), lines: vec![line], settles: false }
    }

    #[test]
    fn text_is_text_and_is_escaped() {
        let svg = chart(vec![[0.0, -100.0], [1.0, -90.0], [2.0, f64::NAN], [3.0, -88.0]]).svg();
        assert!(svg.contains(">ELBO &amp; more</text>") && svg.contains(">a &lt; b</text>"), "{svg}");
        assert!(svg.contains(">−95</text>") || svg.contains(">−94</text>"), "{svg}");
        let path = svg.split("<path d=\"").nth(1).unwrap().split('"').next().unwrap();
        assert_eq!((path.matches('M').count(), path.matches('L').count()), (2, 1), "a gap where a value is missing");
    }

    #[test]
    fn any_points_make_a_chart() {
        for points in [vec![], vec![[1.0, 2.0]], vec![[f64::NAN, 1.0]], vec![[0.0, 5.0], [1.0, 5.0]]] {
            let svg = chart(points.clone()).svg();
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{points:?}: {svg}");
        }
        let many: Vec<[f64; 2]> = (0..100_000).map(|i| [f64::from(i), f64::from(i % 977)]).collect();
        assert!(chart(many).svg().len() < 40_000);
    }
}
