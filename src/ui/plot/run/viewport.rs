//! The visible range of a pane's plots, and their curves as last drawn.

use super::curve::{CurveId, RunCurve};
use super::trace::Trace;
use crate::ui::curves::{Columns, Curves, Track, XAxis, extents};
use eframe::egui;
use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::rc::Rc;

/// Share of the visible reports, from the start of a run, that may lie outside the picture: the bound changes by
/// hundreds of nats in the first steps, which would flatten everything later.
const TRANSIENT: f64 = 0.04;

/// The visible range of a pane's plots, kept from frame to frame.
#[derive(Default)]
pub struct Viewport {
    run: u64,
    /// The pane whose plots lie in parts of it and share their range; `None` if the plots share a parent.
    pub(super) link: Option<egui::Id>,
    pub(super) axis: XAxis,
    /// The range from the first report to the newest, of all runs shown.
    pub(super) full: (f64, f64),
    /// The range of x that the user zoomed to; `None` follows the run.
    pub(super) zoomed: Option<RangeInclusive<f64>>,
    /// Whether to show everything again.
    pub(super) reset: bool,
    /// The x under the pointer, in any of the plots.
    pub(super) hovered: Option<f64>,
    pub(super) hovered_next: Option<f64>,
    /// The curves as last drawn, by plot and index in it, since most frames bring no new reports.
    pub(super) drawn: HashMap<(egui::Id, usize), Drawn>,
}

/// A curve as it was drawn last.
pub(super) struct Drawn {
    of: DrawnOf,
    reports: usize,
    columns: Rc<Columns>,
    pub(super) trace: Trace,
    /// The least and the largest y to show, and how many values are left out.
    extremes: Option<([f32; 2], usize)>,
}

/// Everything that a curve is made of, beside its reports.
#[derive(PartialEq)]
struct DrawnOf {
    id: Option<CurveId>,
    axis: XAxis,
    visible: RangeInclusive<f64>,
    /// The range of x whose y shall be visible.
    fitted: RangeInclusive<f64>,
    columns: usize,
}

impl Viewport {
    /// Must be called once per frame, before plots that also show other runs.
    pub fn begin_beside<'a>(&mut self, curves: &'a Curves, others: impl IntoIterator<Item = &'a Curves>, axis: XAxis) {
        if self.run != curves.run() || self.axis != axis {
            *self = Self { run: curves.run(), axis, reset: true, ..Self::default() };
        }
        self.full = full_range(others.into_iter().chain([curves]), axis);
        self.hovered = self.hovered_next.take();
    }

    /// The plots lie in several parts of a pane, of which this is the whole.
    pub fn link(&mut self, pane: egui::Id) {
        self.link = Some(pane);
    }

    /// Must be called once per frame, after the plots.
    pub fn end(&mut self) {
        self.reset = false;
    }

    pub fn reset(&mut self) {
        self.zoomed = None;
        self.reset = true;
    }

    /// The horizontal axis.
    pub fn axis(&self) -> XAxis {
        self.axis
    }

    pub fn is_zoomed(&self) -> bool {
        self.zoomed.is_some()
    }

    /// The x under the pointer.
    pub fn hovered(&self) -> Option<f64> {
        self.hovered
    }

    /// Work out anew the curves of a plot whose reports or x have changed. Gives the least and the largest y to show,
    /// and how many reports are left out.
    pub(super) fn draw(&mut self, plot: egui::Id, lines: &[RunCurve<'_>], columns: usize) -> ([f32; 2], usize) {
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
            let extremes = line.extremes(of.axis, &of.visible, &of.fitted);
            self.drawn.insert((plot, i), Drawn { of, reports: line.y.len(), columns, trace, extremes });
        }
        let extremes = (0..lines.len()).filter_map(|i| self.drawn.get(&(plot, i))?.extremes);
        let nothing = ([f32::INFINITY, f32::NEG_INFINITY], 0);
        extremes.fold(nothing, |(a, left), (b, out)| ([a[0].min(b[0]), a[1].max(b[1])], left.max(out)))
    }

    /// The visible range of x.
    pub fn visible(&self) -> RangeInclusive<f64> {
        self.zoomed.clone().unwrap_or(self.full.0..=self.full.1)
    }
}

/// The range from the start of the runs to the newest report.
fn full_range<'a>(runs: impl Iterator<Item = &'a Curves>, axis: XAxis) -> (f64, f64) {
    let ranges = runs.filter_map(|curves| curves.x_range(axis)).map(RangeInclusive::into_inner);
    let (first, last) = ranges.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or((0.0, 1.0));
    // A run whose early reports are not here starts where they do.
    let first = if first > 0.5 * last { first } else { 0.0 };
    (first, if last > first { step_beyond(last) } else { first + 1.0 })
}

/// `x`, rounded up to one of a few hundred steps between powers of two: the end of the axis then stays in place for a
/// while as a run grows, at most a pixel or two ahead of it.
fn step_beyond(x: f64) -> f64 {
    let step = 2f64.powf(x.log2().floor() - 9.0);
    (x / step).ceil() * step
}
