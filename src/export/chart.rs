//! A chart of lines or bars as SVG: text is text, so that it can be searched, edited and set in the reader's own font.

use std::fmt::Write as _;

/// A chart of lines or bars over a common axis.
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

/// How a line of a chart is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    /// From point to point.
    #[default]
    Strong,
    /// From point to point, thin and pale, as a training curve is behind the one of validation.
    Faint,
    /// A filled bar from 0 to each point, whose places are whole numbers.
    Bars,
}

/// A line of a chart, or a row of bars.
#[derive(Clone, Debug)]
pub struct Line {
    /// The name in the legend; a line with an empty name is not in it.
    pub name: String,
    /// The colour, as CSS has it.
    pub colour: String,
    /// How it is drawn.
    pub look: Look,
    /// The points; what is not finite is a gap.
    pub points: Vec<[f64; 2]>,
}

/// Colours that stay apart for the colour-blind (Okabe & Ito 2008), without the yellow, which is lost on paper.
pub const COLOURS: [&str; 7] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#444444"];

/// Small enough for the text to be read where the chart is as wide as a telephone.
const WIDTH: f64 = 500.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = 12.0;
/// The base of the title's text.
const TITLE: f64 = 16.0;
const TOP: f64 = 34.0;
/// Height of a line of the legend.
const ROW: f64 = 17.0;
const BOTTOM: f64 = 44.0;
/// Half of a bar's width, in distances of two bars.
const HALF_BAR: f64 = 0.4;
/// Most points of a line that are drawn: two for each unit of the width.
const POINTS: usize = 1_200;

impl Chart {
    /// The chart as an `<svg>` element, which is also a file.
    pub fn svg(&self) -> String {
        let finite = || self.lines.iter().flat_map(|line| &line.points).filter(|p| p.iter().all(|v| v.is_finite()));
        // Bars stand on 0, and the first and the last have their whole width.
        let bars = self.lines.iter().any(|line| line.look == Look::Bars);
        let aside: &[f64] = if bars { &[-0.5, 0.5] } else { &[0.0] };
        let x = Axis::over(finite().flat_map(|p| aside.iter().map(move |aside| p[0] + aside)), false);
        let x = Axis { step: if bars { x.step.max(1.0) } else { x.step }, ..x };
        let values = self.lines.iter().flat_map(|line| shown(line, self.settles));
        let y = Axis::over(values.chain(bars.then_some(0.0)), true);
        let legend = self.legend();
        // Lines of the legend below the title push all else down.
        let below = legend.iter().map(|entry| entry.y - TITLE).fold(0.0, f64::max);
        let (top, height) = (TOP + below, HEIGHT + below);
        let place = |[px, py]: [f64; 2]| {
            let right = LEFT + (WIDTH - LEFT - RIGHT) * x.share(px);
            let down = height - BOTTOM - (height - BOTTOM - top) * y.share(py);
            [right, down.clamp(top - 2.0, height - BOTTOM + 2.0)]
        };
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
             height=\"{height}\" role=\"img\" font-family=\"system-ui, sans-serif\" font-size=\"12\"><title>{title}\
             </title><rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#fff\"/><text x=\"{LEFT}\" y=\"{TITLE}\" \
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
                height - BOTTOM + 16.0,
                x.label(tick)
            );
        }
        let _ = write!(
            svg,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" fill=\"#5b6570\">{}</text><text transform=\"translate(14,\
             {}) rotate(-90)\" text-anchor=\"middle\" fill=\"#5b6570\">{}</text>",
            0.5 * (LEFT + WIDTH - RIGHT),
            height - 8.0,
            escaped(&self.x),
            0.5 * (top + height - BOTTOM),
            escaped(&self.y)
        );
        for line in &self.lines {
            if line.look == Look::Bars {
                line.bars(&mut svg, place);
                continue;
            }
            let (width, opacity) = if line.look == Look::Faint { (1.0, 0.45) } else { (1.8, 1.0) };
            let path = path(&thinned(&line.points), place);
            let _ = write!(
                svg,
                "<path d=\"{path}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{width}\" stroke-opacity=\"{opacity}\" \
                 stroke-linejoin=\"round\" stroke-linecap=\"round\"/>",
                line.colour
            );
        }
        legend.iter().for_each(|entry| entry.write(&mut svg));
        svg + "</svg>"
    }

    /// The names of the lines: at the right end of the title's line, or where they find no place there, in lines of
    /// their own below it.
    fn legend(&self) -> Vec<Entry<'_>> {
        let named: Vec<&Line> = self.lines.iter().filter(|line| !line.name.is_empty()).collect();
        let all: f64 = named.iter().map(|line| line.width()).sum();
        let (from, first) = match WIDTH - RIGHT - all {
            left if left >= LEFT + 8.0 * self.title.chars().count() as f64 => (left, TITLE),
            _ => (LEFT, TITLE + ROW),
        };
        let (mut x, mut y) = (from, first);
        let place = |line| {
            if x > from && x + Line::width(line) > WIDTH - RIGHT {
                (x, y) = (from, y + ROW);
            }
            let entry = Entry { line, x, y };
            x += line.width();
            entry
        };
        named.into_iter().map(place).collect()
    }
}

impl Line {
    /// A bar from 0 to each point.
    fn bars(&self, svg: &mut String, place: impl Fn([f64; 2]) -> [f64; 2]) {
        for &[x, y] in self.points.iter().filter(|point| point.iter().all(|value| value.is_finite())) {
            let [left, top] = place([x - HALF_BAR, y.max(0.0)]);
            let [right, bottom] = place([x + HALF_BAR, y.min(0.0)]);
            let (width, height) = (right - left, bottom - top);
            let _ = write!(
                svg,
                "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{}\"/>",
                self.colour
            );
        }
    }

    /// A guess of the width of the line's entry in the legend, which only leaves a little more or less space behind it.
    fn width(&self) -> f64 {
        6.4 * self.name.chars().count() as f64 + 32.0
    }
}

/// The place of a line's name in the legend.
struct Entry<'a> {
    line: &'a Line,
    x: f64,
    /// The base of the text.
    y: f64,
}

impl Entry<'_> {
    fn write(&self, svg: &mut String) {
        let Self { line, x, y } = self;
        let opacity = if line.look == Look::Faint { 0.45 } else { 1.0 };
        let _ = write!(
            svg,
            "<line x1=\"{x:.1}\" x2=\"{:.1}\" y1=\"{middle}\" y2=\"{middle}\" stroke=\"{}\" stroke-width=\"2.5\" \
             stroke-opacity=\"{opacity}\"/><text x=\"{:.1}\" y=\"{y}\" fill=\"#1b1f24\">{}</text>",
            x + 14.0,
            line.colour,
            x + 18.0,
            escaped(&line.name),
            middle = y - 4.0,
        );
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
        let line = Line { name: "a < b".into(), colour: COLOURS[0].into(), look: Look::Strong, points };
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
    fn every_name_has_its_place_in_the_legend() {
        for (count, lines) in [(2, 0.0), (7, 2.0)] {
            let mut chart = chart(vec![[0.0, 1.0], [1.0, 2.0]]);
            chart.lines = (0..count)
                .map(|i| Line { name: format!("learning rate = 0.00{i}, β = {i}"), ..chart.lines[0].clone() })
                .collect();
            let legend = chart.legend();
            assert!(legend.iter().all(|entry| entry.x >= LEFT && entry.x + entry.line.width() <= WIDTH - RIGHT));
            for (entry, next) in legend.iter().zip(&legend[1..]) {
                assert!(next.y > entry.y || next.x >= entry.x + entry.line.width(), "{count}: one covers the other");
            }
            let svg = chart.svg();
            assert!((0..count).all(|i| svg.contains(&format!(">learning rate = 0.00{i}, β = {i}</text>"))));
            assert!(legend.last().unwrap().y >= TITLE + lines * ROW, "{count}");
        }
    }

    #[test]
    fn bars_are_filled_stand_on_0_and_have_all_the_same_width() {
        let mut chart = chart(vec![[1.0, 4.0], [2.0, 2.0], [3.0, 0.0]]);
        chart.lines[0].look = Look::Bars;
        let svg = chart.svg();
        let bars: Vec<Vec<f64>> = svg
            .split("<rect x=")
            .skip(1)
            .map(|bar| bar.split('"').skip(1).step_by(2).take(4).map(|number| number.parse().unwrap()).collect())
            .collect();
        assert_eq!(bars.len(), 3, "{svg}");
        assert!(bars.iter().all(|bar| (bar[2] - bars[0][2]).abs() < 0.2 && bar[0] >= LEFT), "{bars:?}");
        assert!((bars[0][1] + bars[0][3] - bars[2][1]).abs() < 0.2, "on one ground: {bars:?}");
        assert!((bars[0][3] - 2.0 * bars[1][3]).abs() < 0.3 && bars[2][3] < 0.05, "{bars:?}");
        assert!(svg.contains(">0</text>") && [">1</text>", ">2</text>", ">3</text>"].iter().all(|it| svg.contains(it)));
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
