//! Charts, and how they are drawn on any surface.

use crate::data::Columns;

/// The colour of a part of a chart, by its meaning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ink {
    /// The data.
    Given,
    /// Means of p(x|z).
    Mean,
    /// Draws from p(x|z).
    Draw,
    /// One of several vectors in an order, from 0 (the first) to 1 (the last).
    Ramp(f32),
    /// One of many vectors without an order.
    Many,
    /// Axes.
    Axis,
    /// Names and numbers.
    Text,
}

/// How a vector is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Lines from entry to entry; none across a missing one.
    Line,
    /// A dot at each entry.
    Dots,
    /// A bar from 0 to each entry.
    Bars,
}

/// One vector of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The entries in the model's scale; NaN where one is missing.
    pub values: Vec<f32>,
    /// Its colour.
    pub ink: Ink,
    /// Its form.
    pub style: Style,
}

/// Vectors drawn over each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart<'a> {
    /// The columns that the entries belong to.
    pub columns: &'a Columns,
    /// The vectors, the last one on top.
    pub series: Vec<Series>,
    /// The lowest and the highest value of the axis, in the model's scale.
    pub range: [f32; 2],
    /// A text above the chart; empty for none.
    pub title: String,
}

/// A surface to draw on. Places are in points or pixels from the top left corner.
pub trait Canvas {
    /// A straight line.
    fn line(&mut self, from: [f32; 2], to: [f32; 2], ink: Ink, width: f32);
    /// A filled circle.
    fn dot(&mut self, centre: [f32; 2], radius: f32, ink: Ink);
    /// A filled rectangle between two corners.
    fn bar(&mut self, from: [f32; 2], to: [f32; 2], ink: Ink);
    /// A text whose left end, or right end, or middle (`across` 0, 1, ½) is at a place, and its top, or bottom, or
    /// middle (`down` 0, 1, ½).
    fn text(&mut self, at: [f32; 2], across: f32, down: f32, text: &str);
    /// Width and height of a text.
    fn text_size(&self, text: &str) -> [f32; 2];
}

/// A rectangle: its left, top, right and bottom.
pub type Frame = [f32; 4];

/// Longest name that is written in full, in characters.
const NAME: usize = 14;
/// Share of a chart's height below which names are written.
const NAMES_SHARE: f32 = 0.34;

/// The lowest and the highest value that a chart shows.
pub type Range = [f32; 2];

/// The range of some vectors' entries, a little widened; [−1, 1] of none.
pub fn range_of<'a>(vectors: impl IntoIterator<Item = &'a [f32]>) -> Range {
    let values = vectors.into_iter().flatten().copied().filter(|value| value.is_finite());
    let (low, high) = values.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    if low > high {
        return [-1.0, 1.0];
    }
    let margin = (0.06 * (high - low)).max(1e-6 * high.abs().max(1.0));
    [low - margin, high + margin]
}

/// Draw a chart into a frame of a canvas.
pub fn draw(canvas: &mut dyn Canvas, frame: Frame, chart: &Chart<'_>) {
    let [left, mut top, right, mut bottom] = frame;
    let line = canvas.text_size("0")[1];
    if !chart.title.is_empty() {
        canvas.text([left, top], 0.0, 0.0, &chart.title);
        top += line + 2.0;
    }
    let labels = bottom - top > 5.0 * line;
    let count = chart.columns.len().max(1);
    let names = if labels { name_labels(canvas, chart.columns, right - left) } else { Vec::new() };
    if !names.is_empty() {
        bottom -= line + 3.0;
    }
    // A sequence and a single column have one scale, which the axis shows.
    let mut plot_left = left;
    let own_scale = (chart.columns.sequence || count == 1).then(|| &chart.columns.list[0]);
    if let (Some(column), true) = (own_scale, labels) {
        let [low, high] = chart.range.map(|value| short(column.own(value)));
        let width = canvas.text_size(&low)[0].max(canvas.text_size(&high)[0]);
        if width < 0.25 * (right - left) {
            canvas.text([left + width, bottom], 1.0, 1.0, &low);
            canvas.text([left + width, top], 1.0, 0.0, &high);
            plot_left = left + width + 4.0;
        }
    }
    let place = Place { left: plot_left, right, top, bottom, count, range: chart.range };
    let zero = place.y(0.0);
    if (top..=bottom).contains(&zero) {
        canvas.line([plot_left, zero], [right, zero], Ink::Axis, 1.0);
    }
    canvas.line([plot_left, bottom], [right, bottom], Ink::Axis, 1.0);
    for series in &chart.series {
        draw_series(canvas, &place, series);
    }
    for (entry, name) in names {
        let half = 0.5 * canvas.text_size(&name)[0];
        let x = place.x(entry).clamp(left + half, (right - half).max(left + half));
        canvas.text([x, bottom + 3.0], 0.5, 0.0, &name);
    }
}

/// The plot's rectangle, in which entries run from left to right and values of `range` from bottom to top.
struct Place {
    left: f32,
    right: f32,
    top: f32,
    bottom: f32,
    count: usize,
    range: [f32; 2],
}

impl Place {
    fn x(&self, entry: usize) -> f32 {
        self.left + (entry as f32 + 0.5) / self.count as f32 * (self.right - self.left)
    }

    /// The height of a value; one outside the range lies on the frame.
    fn y(&self, value: f32) -> f32 {
        let [low, high] = self.range;
        let share = ((value - low) / (high - low).max(f32::MIN_POSITIVE)).clamp(-0.02, 1.02);
        self.bottom - share * (self.bottom - self.top)
    }

    /// Distance of two entries.
    fn step(&self) -> f32 {
        (self.right - self.left) / self.count as f32
    }
}

fn draw_series(canvas: &mut dyn Canvas, place: &Place, series: &Series) {
    let at = |entry: usize| [place.x(entry), place.y(series.values[entry])];
    let known = |entry: &usize| series.values.get(*entry).is_some_and(|value| value.is_finite());
    let entries = (0..place.count).filter(known);
    match series.style {
        Style::Line => {
            let width = if matches!(series.ink, Ink::Many | Ink::Ramp(_)) { 1.0 } else { 1.5 };
            let pairs = (1..place.count).filter(|entry| known(entry) && known(&(entry - 1)));
            pairs.for_each(|entry| canvas.line(at(entry - 1), at(entry), series.ink, width));
            // An entry between two missing ones, and the only one there is.
            let alone = |entry: &usize| (*entry == 0 || !known(&(entry - 1))) && !known(&(entry + 1));
            entries.filter(alone).for_each(|entry| canvas.dot(at(entry), 2.0, series.ink));
        }
        Style::Dots => {
            let radius = (0.16 * place.step()).clamp(1.0, 3.0);
            entries.for_each(|entry| canvas.dot(at(entry), radius, series.ink));
        }
        Style::Bars => {
            let half = (0.3 * place.step()).max(0.5);
            let floor = place.y(0.0).clamp(place.top, place.bottom);
            entries.for_each(|entry| {
                let [x, y] = at(entry);
                canvas.bar([x - half, y.min(floor)], [x + half, y.max(floor)], series.ink);
            });
        }
    }
}

/// The names below a chart with their entries: of all columns if there is room, else of the first, the middle and the
/// last of a sequence; none where they would say nothing.
fn name_labels(canvas: &dyn Canvas, columns: &Columns, width: f32) -> Vec<(usize, String)> {
    let count = columns.len();
    let name = |entry: usize| (entry, shortened(&columns.list[entry].name));
    let fits = |names: &[(usize, String)], room: f32| names.iter().all(|it| canvas.text_size(&it.1)[0] + 6.0 <= room);
    let all: Vec<_> = if count <= 64 { (0..count).map(name).collect() } else { Vec::new() };
    if !all.is_empty() && fits(&all, width / count as f32) {
        return all;
    }
    let some: Vec<_> = [0, count / 2, count - 1].map(name).to_vec();
    if count > 2 && fits(&some, NAMES_SHARE * width) { some } else { Vec::new() }
}

fn shortened(name: &str) -> String {
    match name.char_indices().nth(NAME) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

/// A number in few characters.
pub fn short(value: f64) -> String {
    let size = value.abs();
    match size {
        0.0 => "0".into(),
        _ if !(1e-3..1e6).contains(&size) => format!("{value:.1e}"),
        _ if size >= 100.0 => format!("{value:.0}"),
        _ if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Column;

    /// Notes what is drawn.
    #[derive(Default)]
    struct Notes {
        lines: Vec<([f32; 2], [f32; 2], Ink)>,
        dots: Vec<[f32; 2]>,
        bars: Vec<[[f32; 2]; 2]>,
        texts: Vec<String>,
    }

    impl Canvas for Notes {
        fn line(&mut self, from: [f32; 2], to: [f32; 2], ink: Ink, _width: f32) {
            self.lines.push((from, to, ink));
        }
        fn dot(&mut self, centre: [f32; 2], _radius: f32, _ink: Ink) {
            self.dots.push(centre);
        }
        fn bar(&mut self, from: [f32; 2], to: [f32; 2], _ink: Ink) {
            self.bars.push([from, to]);
        }
        fn text(&mut self, _at: [f32; 2], _across: f32, _down: f32, text: &str) {
            self.texts.push(text.into());
        }
        fn text_size(&self, text: &str) -> [f32; 2] {
            [6.0 * text.chars().count() as f32, 9.0]
        }
    }

    fn columns(sequence: bool) -> Columns {
        let list = ["a", "b", "c", "d"].map(|name| Column { offset: 10.0, scale: 2.0, ..Column::number(name) });
        Columns { list: list.to_vec(), sequence }
    }

    fn drawn(sequence: bool, style: Style, values: &[f32]) -> Notes {
        let columns = columns(sequence);
        let series = vec![Series { values: values.to_vec(), ink: Ink::Mean, style }];
        let chart = Chart { columns: &columns, series, range: [-1.0, 1.0], title: "row 3".into() };
        let mut notes = Notes::default();
        draw(&mut notes, [0.0, 0.0, 200.0, 100.0], &chart);
        notes
    }

    #[test]
    fn a_line_is_broken_where_a_value_is_missing() {
        let notes = drawn(false, Style::Line, &[0.0, f32::NAN, 0.5, 1.0]);
        let lines: Vec<_> = notes.lines.iter().filter(|line| line.2 == Ink::Mean).collect();
        assert_eq!(lines.len(), 1);
        assert!(lines[0].0[1] > lines[0].1[1], "higher values are further up");
        assert_eq!(notes.dots.len(), 1, "the first entry stands alone");
        assert!(["row 3", "a", "d"].iter().all(|text| notes.texts.iter().any(|it| it == text)));
    }

    #[test]
    fn bars_stand_on_zero_and_a_sequence_has_its_own_scale() {
        let notes = drawn(false, Style::Bars, &[0.5, -0.5, 0.0, 1.0]);
        let [up, down] = [notes.bars[0], notes.bars[1]];
        assert!((up[1][1] - down[0][1]).abs() < 1e-3);
        // ±1 in the model's scale.
        assert!(!notes.texts.iter().any(|text| text == "12.0"));
        let notes = drawn(true, Style::Line, &[0.5, -0.5, 0.0, 1.0]);
        assert!(notes.texts.iter().any(|text| text == "12.0") && notes.texts.iter().any(|text| text == "8.00"));
    }

    #[test]
    fn the_range_holds_all_values_that_are_numbers() {
        let [low, high] = range_of([&[1.0, f32::NAN, 3.0][..], &[-2.0]]);
        assert!(low < -2.0 && high > 3.0 && high < 4.0);
        assert_eq!(range_of([&[f32::NAN][..]]), [-1.0, 1.0]);
        assert_eq!([short(0.0), short(12.34), short(0.000_2), short(-1234.5)], ["0", "12.3", "2.0e-4", "-1234"]);
    }
}
