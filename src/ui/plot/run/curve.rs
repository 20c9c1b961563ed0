//! The elements of a plot over a run: curves, and bands between two of them.

use super::trace::Style;
use crate::ui::curves::{Pyramid, Quantity, ReportSource, Track, XAxis, sensible_range};
use crate::ui::plot::dash::Dash;
use eframe::egui::Color32;
use egui_plot::{FilledArea, PlotUi};
use std::ops::RangeInclusive;

/// The sources of reports in drawing order, the most prominent last.
pub const DRAWN: [ReportSource; 3] = [ReportSource::Training, ReportSource::Validation, ReportSource::WholeValidation];

/// Values from which a curve's sensible range is told.
const SAMPLE: usize = 256;

/// The identity of a curve, independent of its number of reports.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurveId {
    /// The run's number; see [`Curves::run`](crate::ui::curves::Curves::run).
    pub run: u64,
    pub source: ReportSource,
    pub quantity: Quantity,
    /// Number of reports that the curve is averaged over.
    pub smoothing: f32,
}

/// One curve of a plot.
pub struct RunCurve<'a> {
    /// The identity under which the curve's drawing is kept while it has as many reports; `None` for a curve whose
    /// reports may change.
    pub id: Option<CurveId>,
    pub track: &'a Track,
    pub y: &'a Pyramid,
    pub colour: Color32,
    pub width: f32,
    /// Whether reports are also drawn as dots.
    pub dots: bool,
    pub dash: Dash,
    /// The name of the run, where it is not the present one.
    pub of: &'a str,
}

impl RunCurve<'_> {
    /// The least and the largest y to show, of what is in `fitted`, or in `visible` where that is little; and how many
    /// values are left out as absurd.
    pub(super) fn extremes(
        &self,
        axis: XAxis,
        visible: &RangeInclusive<f64>,
        fitted: &RangeInclusive<f64>,
    ) -> Option<([f32; 2], usize)> {
        let mut range = self.track.within(axis, fitted);
        // A few reports are all worth seeing.
        if range.len() < 20 {
            range = self.track.within(axis, visible);
        }
        let [low, high] = self.y.extremes(range.clone())?;
        // Nothing is absurd that is not large.
        if low.abs().max(high.abs()) < 1e3 {
            return Some(([low, high], 0));
        }
        let sample = range.clone().step_by(range.len().div_ceil(SAMPLE)).map(|i| self.y.get(i));
        let Some(sensible) = sensible_range(sample) else { return Some(([low, high], 0)) };
        let sensible = sensible.map(|end| end as f32);
        if low >= sensible[0] && high <= sensible[1] {
            return Some(([low, high], 0));
        }
        let (inside, outside) = self.y.extremes_within(range, sensible);
        inside.map(|inside| (inside, outside))
    }

    pub(super) fn style(&self, log: bool) -> Style {
        Style { colour: self.colour, width: self.width, dots: self.dots, dash: self.dash, log }
    }
}

/// The area between two curves of one track.
pub struct Band<'a> {
    pub track: &'a Track,
    pub low: &'a Pyramid,
    pub high: &'a Pyramid,
    pub colour: Color32,
}

/// Draw a band with at most one point per pixel column: it is only a tint behind its curves, which keep the extremes.
pub(super) fn draw_band(
    plot: &mut PlotUi<'_>,
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
