//! The tour in the window: how it opens, and how the requests of its pages are carried out.

use super::App;
use crate::ui::panes::PaneKind;
use crate::ui::tour_request::{TourAsks, TourPlace};
use eframe::egui::Context;

/// Seconds after which a new window has the size that it keeps.
const SETTLED: f64 = 3.0;

impl App {
    /// Open the tour at a page, counted from 1.
    pub(super) fn open_tour(&mut self, page: Option<usize>) {
        self.state.welcomed = true;
        if let Some(page) = page {
            self.state.panes.tour.open(page);
        }
        self.show_pane(PaneKind::Tour);
    }

    /// Have the form folded where the tour opens in a narrow or small window, which has no room for both.
    pub(super) fn make_room_for(&mut self, kind: PaneKind) {
        self.makes_room |= kind == PaneKind::Tour && self.state.solo.pane().is_none();
    }

    /// Fold the form once the size of the window is known: a desktop may make a new window smaller than it asks to be.
    pub(super) fn fold_form(&mut self, ctx: &Context) {
        if !self.makes_room {
            return;
        }
        let is_tight = self.state.room.is_tight();
        if is_tight {
            self.state.experiment_shown = false;
        }
        self.makes_room = !is_tight && ctx.input(|input| input.time) < SETTLED;
    }

    pub(super) fn tour_asks(&mut self, asks: TourAsks) {
        match asks {
            TourAsks::Load(preset) => {
                self.use_preset(preset);
                // Also where a trained model is in the way: it is kept among the replaced runs.
                if self.check.sound() && self.session.changed(&self.state.experiment) {
                    self.session.prepare(&self.state.experiment);
                }
            }
            TourAsks::Look(preset, place) => {
                self.use_preset(preset);
                self.tour_shows(place);
            }
            TourAsks::Show(place) => self.tour_shows(place),
            TourAsks::Page(page) => self.open_tour(Some(page)),
            TourAsks::Guide(file) => {
                self.state.panes.guide.open(&file);
                self.show_pane(PaneKind::Guide);
            }
            TourAsks::Batch(batch) => self.set_batch(batch),
        }
    }

    fn tour_shows(&mut self, place: TourPlace) {
        let kind = match place {
            TourPlace::OneStep => PaneKind::OneStep,
            TourPlace::Ledger => PaneKind::Ledger,
            TourPlace::LatentSpace => PaneKind::LatentSpace,
            TourPlace::Density => PaneKind::Density,
            TourPlace::KlPerDimension => PaneKind::Kl,
            TourPlace::Microscope => PaneKind::Microscope,
            TourPlace::GradientLab => PaneKind::Gradients,
            TourPlace::Experiment => {
                self.state.experiment_shown = true;
                return;
            }
        };
        // In a window with one pane the tour stays in front: the other is a tab away.
        if self.state.solo.pane().is_none() {
            self.show_pane(kind);
        } else {
            crate::ui::tiles::show(&mut self.state.layout, kind);
        }
    }

    /// Set the batch size as a hand on the form would.
    fn set_batch(&mut self, batch: usize) {
        let before = self.state.experiment.clone();
        self.state.experiment.training.batch = batch;
        self.session.form_edited(&before, &self.state.experiment);
        if self.state.experiment != before {
            self.state.undo.record(before, None);
        }
        // A run before its first step is prepared anew.
        self.check.renew(&self.state.experiment, None);
        self.prepare();
    }
}
