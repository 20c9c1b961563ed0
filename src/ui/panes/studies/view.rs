//! The study that all views show.

use super::digest::Digest;
use crate::experiment::Experiment;
use crate::study::StudyFolder;
use crate::study::table::PointRow;
use crate::ui::studies::Seen;
use crate::ui::theme::Theme;
use eframe::egui::Color32;

/// A study as it is shown.
pub struct View<'a> {
    pub theme: &'a Theme,
    pub seen: &'a Seen,
    pub digest: &'a Digest,
    pub folder: &'a StudyFolder,
}

impl<'a> View<'a> {
    /// The row of the point of a number.
    pub fn row(&self, number: usize) -> Option<&'a PointRow> {
        let points = &self.seen.table.points;
        points.binary_search_by_key(&number, |point| point.number).ok().map(|place| &points[place])
    }

    /// The experiment of the point of a number, as its folder has it.
    pub fn experiment(&self, number: usize) -> Result<Experiment, String> {
        let record = self.seen.records.iter().find(|record| record.number == number);
        let record = record.ok_or_else(|| format!("the study has no point {number} any more"))?;
        StudyFolder::experiment(&self.seen.study, record).map_err(|problem| problem.to_string())
    }

    /// The colour of a state.
    pub fn state_colour(&self, state: &str) -> Color32 {
        let theme = self.theme;
        match state {
            "done" => theme.pane.lerp_to_gamma(theme.success, 0.35),
            "running" => theme.accent_soft,
            "failed" => theme.pane.lerp_to_gamma(theme.error, 0.4),
            _ => theme.raised,
        }
    }

    /// A colour between the pane's and the accent, for a share from 0 to 1.
    pub fn ramp(&self, share: f64) -> Color32 {
        self.theme.pane.lerp_to_gamma(self.theme.accent, 0.12 + 0.88 * share.clamp(0.0, 1.0) as f32)
    }

    /// The colour of text on [`ramp`](Self::ramp).
    pub fn on_ramp(&self, share: f64) -> Color32 {
        if share > 0.55 { self.theme.on_accent } else { self.theme.text_strong }
    }
}
