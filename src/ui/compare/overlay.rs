//! The curves of the compared runs, prepared for a pane's plots: one for each run, and for the seeds of a setting their
//! mean with its band.

use super::look::{Look, legend_key};
use crate::ui::curves::{Mean, Pyramid, Series, Smoothing, Spread, Track, XAxis};
use crate::ui::plot::{Band, CurveId, LegendKey, RunCurve};
use crate::ui::runs::{Compared, Group, Runs};
use crate::ui::theme::Theme;
use std::collections::BTreeMap;

/// Widths of the curve of a run and of a mean over several, in points.
const WIDTHS: [f32; 2] = [1.3, 1.8];

/// Curves of the compared runs for a pane, kept from frame to frame.
#[derive(Default)]
pub struct Overlay {
    /// Smoothed curves, by the number of their run.
    smoothed: BTreeMap<u64, Smoothing>,
    /// Means over seeds, by the number of their group.
    means: BTreeMap<(u64, Series), Kept>,
    /// Number of reports that curves are averaged over.
    window: f32,
}

/// A mean, with what it was made of beside the runs.
struct Kept {
    axis: XAxis,
    spread: Spread,
    window: f32,
    reports: usize,
    mean: Mean,
}

/// The lines and bands of the compared runs in a plot.
#[derive(Default)]
pub struct Drawing<'a> {
    pub lines: Vec<RunCurve<'a>>,
    pub bands: Vec<Band<'a>>,
}

impl Overlay {
    /// Take in the new reports of a curve of all compared runs; `window` is the number of reports that it is averaged
    /// over.
    pub fn update(&mut self, runs: &Runs, series: Series, axis: XAxis, window: f32) {
        self.window = window;
        self.means.retain(|(number, _), _| runs.groups().iter().any(|group| group.number == *number));
        self.smoothed.retain(|number, _| runs.shown().any(|run| run.curves.run() == *number));
        for run in runs.shown() {
            if let (Series::Reports(quantity, _), Some(source)) = (series, series.source(&run.curves)) {
                let smoothed = self.smoothed.entry(run.curves.run()).or_default();
                smoothed.update(&run.curves, source, quantity, window);
            }
        }
        for group in runs.groups().iter().filter(|group| group.members.len() > 1) {
            let spread = runs.spread;
            let reports = runs.members(group).map(|run| series.y(&run.curves).len()).sum();
            let current =
                |kept: &Kept| (kept.axis, kept.spread, kept.window, kept.reports) == (axis, spread, window, reports);
            if self.means.get(&(group.number, series)).is_some_and(current) {
                continue;
            }
            let members = runs.members(group);
            let curves: Vec<(&[f64], &[f32])> =
                members.map(|run| (series.track(&run.curves).x(axis), self.y(run, series).values())).collect();
            let mean = Mean::of(&curves, spread);
            self.means.insert((group.number, series), Kept { axis, spread, window, reports, mean });
        }
    }

    /// The smoothed curve of a run.
    fn y<'a>(&'a self, run: &'a Compared, series: Series) -> &'a Pyramid {
        match (series, series.source(&run.curves), self.smoothed.get(&run.curves.run())) {
            (Series::Reports(quantity, _), Some(source), Some(smoothed)) => {
                smoothed.curve(&run.curves, source, quantity)
            }
            _ => series.y(&run.curves),
        }
    }

    /// The mean of a group, where it has several runs.
    pub fn mean(&self, group: &Group, series: Series) -> Option<&Mean> {
        self.means.get(&(group.number, series)).map(|kept| &kept.mean)
    }

    /// The number under which the drawing of a group's curve is kept. A mean may change where a run catches up with
    /// another, without having a place more.
    fn number(&self, group: &Group, series: Series) -> u64 {
        let reports = self.means.get(&(group.number, series)).map_or(0, |kept| kept.reports as u64);
        group.number.wrapping_add(reports)
    }

    /// Where the curve of a group has values.
    pub fn track<'a>(&'a self, runs: &'a Runs, group: &'a Group, series: Series) -> Option<&'a Track> {
        let alone = || runs.members(group).next().map(|run| series.track(&run.curves));
        self.mean(group, series).map(Mean::track).or_else(alone)
    }

    /// Whether the curve of a group has values: a run that was read may have no ledger.
    pub fn has_values(&self, runs: &Runs, group: &Group, series: Series) -> bool {
        self.track(runs, group, series).is_some_and(|track| !track.is_empty())
    }

    /// The legend of the curves that have values.
    pub fn legend(&self, theme: &Theme, runs: &Runs, series: Series) -> Vec<LegendKey> {
        let drawn = runs.groups().iter().filter(|group| self.has_values(runs, group, series));
        drawn.map(|group| legend_key(theme, group)).collect()
    }

    /// The curves of all groups after the last [`update`](Self::update), to be drawn below those of the present run.
    pub fn drawing<'a>(&'a self, runs: &'a Runs, series: Series, theme: &Theme) -> Drawing<'a> {
        let mut drawing = Drawing::default();
        for group in runs.groups() {
            let look = Look::of(theme, group.look);
            let line = |id, track, y, width| RunCurve {
                id,
                track,
                y,
                colour: look.colour,
                width,
                dots: false,
                dash: look.dash,
                of: group.name.as_str(),
            };
            let Some(first) = runs.members(group).next() else { continue };
            let id = match (series, series.source(&first.curves)) {
                (Series::Reports(quantity, _), Some(source)) => {
                    Some(CurveId { run: self.number(group, series), source, quantity, smoothing: self.window })
                }
                _ => None,
            };
            match self.mean(group, series) {
                Some(mean) => {
                    let (low, high) = (mean.low(), mean.high());
                    drawing.bands.push(Band { track: mean.track(), low, high, colour: look.tint() });
                    drawing.lines.push(line(id, mean.track(), mean.mean(), WIDTHS[1]));
                    // Without width: the band has room.
                    drawing.lines.extend([low, high].map(|edge| line(None, mean.track(), edge, 0.0)));
                }
                None => {
                    let y = self.y(first, series);
                    drawing.lines.push(line(id, series.track(&first.curves), y, WIDTHS[0]));
                }
            }
        }
        drawing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Split;
    use crate::experiment::Experiment;
    use crate::train::Report;
    use crate::ui::curves::{Curves, LedgerQuantity, Quantity};
    use crate::worker::History;
    use std::sync::Arc;

    /// A run that reports every ten steps up to `last`, its ELBO `offset` above its step.
    fn keep(runs: &mut Runs, seed: u64, offset: f64, last: u64) {
        let report = |step: u64| Report {
            step,
            epoch: step as f64 / 10.0,
            images: step,
            seconds: step as f64,
            split: Split::Train,
            whole: false,
            elbo: step as f64 + offset,
            elbo_se: 1.0,
            reconstruction: -80.0,
            kl: 20.0,
            iwae: -100.0,
            samples: 1,
            kl_per_dimension: Vec::new(),
            beta: 1.0,
            learning_rate: 1e-3,
            gradient_norm: 1.0,
            images_per_second: 1e4,
        };
        let reports = (0..=last / 10).map(|i| report(10 * i)).collect();
        let mut curves = Curves::default();
        curves.sync(&History { run: 1, reports, ..History::default() });
        runs.keep(Some(Arc::new(Experiment { seed, ..Experiment::default() })), curves, true);
    }

    #[test]
    fn a_legend_names_the_curves_that_there_are() {
        let elbo = Series::Reports(Quantity::Elbo, true);
        let mut runs = Runs::default();
        let mut overlay = Overlay::default();
        keep(&mut runs, 1, 0.0, 40);
        let theme = Theme::of(&Default::default());
        let mut named = |series| {
            overlay.update(&runs, series, XAxis::Step, 1.0);
            overlay.legend(theme, &runs, series).len()
        };
        assert_eq!(named(elbo), 1);
        assert_eq!(named(Series::Ledger(LedgerQuantity::LogPx)), 0, "it has no ledger");
    }

    #[test]
    fn two_seeds_are_one_curve_with_a_band_and_one_alone_is_itself() {
        let elbo = Series::Reports(Quantity::Elbo, true);
        let mut runs = Runs::default();
        let mut overlay = Overlay::default();
        keep(&mut runs, 1, 0.0, 40);
        overlay.update(&runs, elbo, XAxis::Step, 1.0);
        let drawing = overlay.drawing(&runs, elbo, Theme::of(&Default::default()));
        assert_eq!((drawing.lines.len(), drawing.bands.len()), (1, 0));
        let before = drawing.lines[0].id;

        keep(&mut runs, 2, 2.0, 20);
        overlay.update(&runs, elbo, XAxis::Step, 1.0);
        let drawing = overlay.drawing(&runs, elbo, Theme::of(&Default::default()));
        assert_eq!((drawing.lines.len(), drawing.bands.len()), (3, 1), "a mean, and the edges of its band");
        assert_eq!(
            drawing.lines[0].y.values(),
            [1.0, 11.0, 21.0, 30.0, 40.0],
            "beyond its end the second has no value"
        );
        // Of two values 2 apart the standard error is 1.
        assert_eq!((drawing.bands[0].low.get(1), drawing.bands[0].high.get(1)), (10.0, 12.0));
        assert_ne!(drawing.lines[0].id, before, "its drawing is not kept");

        runs.spread = Spread::Range;
        runs.show(0, false);
        overlay.update(&runs, elbo, XAxis::Step, 1.0);
        assert_eq!(overlay.drawing(&runs, elbo, Theme::of(&Default::default())).bands.len(), 0);
    }
}
