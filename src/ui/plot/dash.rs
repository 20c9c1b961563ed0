//! Kinds of line, which tell apart what has the same colour.

use eframe::egui::{Pos2, Shape, Stroke};

/// A kind of line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dash {
    /// One piece.
    #[default]
    Solid,
    /// Long pieces.
    Broken,
    /// Points.
    Dotted,
    /// Long pieces with points between them.
    Alternating,
}

impl Dash {
    const ALL: [Self; 4] = [Self::Solid, Self::Broken, Self::Dotted, Self::Alternating];

    /// The line of a run's look, where the looks before it have used up `colours` colours for each kind of line.
    pub fn of(look: usize, colours: usize) -> Self {
        Self::ALL[look / colours.max(1) % Self::ALL.len()]
    }

    /// Lengths of the pieces and of the gaps behind them, in points; nothing for one piece.
    pub fn pattern(self) -> Option<(&'static [f32], &'static [f32])> {
        match self {
            Self::Solid => None,
            Self::Broken => Some((&[7.0], &[4.0])),
            Self::Dotted => Some((&[1.5], &[3.0])),
            Self::Alternating => Some((&[7.0, 1.5], &[3.0, 3.0])),
        }
    }

    /// A line through points.
    pub fn shapes(self, points: &[Pos2], stroke: Stroke) -> Vec<Shape> {
        match self.pattern() {
            None => vec![Shape::line(points.to_vec(), stroke)],
            Some((pieces, gaps)) => Shape::dashed_line_with_offset(points, stroke, pieces, gaps, 0.0),
        }
    }

    /// The pattern as SVG writes it; empty for one piece.
    pub fn svg(self) -> String {
        let Some((pieces, gaps)) = self.pattern() else { return String::new() };
        let lengths = pieces.iter().zip(gaps).map(|(piece, gap)| format!("{piece} {gap}"));
        format!(" stroke-dasharray=\"{}\"", lengths.collect::<Vec<_>>().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_change_where_colours_begin_again() {
        let lines: Vec<Dash> = [0, 9, 10, 20, 39, 40].map(|look| Dash::of(look, 10)).to_vec();
        assert_eq!(lines, [Dash::Solid, Dash::Solid, Dash::Broken, Dash::Dotted, Dash::Alternating, Dash::Solid]);
        assert_eq!(Dash::Alternating.svg(), " stroke-dasharray=\"7 3 1.5 3\"");
    }
}
