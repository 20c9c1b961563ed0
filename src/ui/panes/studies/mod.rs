//! Studies: how the points of many runs stand, and what came of them.

mod best;
mod brushes;
mod cached;
mod details;
mod digest;
mod empty;
mod head;
mod heat;
mod levels;
#[cfg(test)]
mod made;
mod parallel;
mod pick;
mod points;
mod response;
mod response_plot;
mod rows;
mod view;

use crate::ui::controls::empty_state;
use crate::ui::pane::{Pane, PaneContext, Request};
use crate::ui::studies::StudyAsks;
use crate::ui::theme::space;
use brushes::Brushes;
use cached::Cached;
use details::details_ui;
use digest::Digest;
use eframe::egui::Ui;
use head::{Shown, head_ui};
use heat::Cells;
use levels::Levels;
use parallel::Drawn;
use pick::Picked;
use points::{Matrix, MatrixKey, points_ui};
use response::Curve;
use rows::Rows;
use serde::{Deserialize, Serialize};
use view::View;

/// The choices made in the pane.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StudiesPane {
    shown: Shown,
    /// The name of the quantity; `None`: the one that settings are judged by.
    term: Option<String>,
    picked: Picked,
    rows: Rows,
    brushes: Brushes,
    #[serde(skip)]
    matrix: Cached<MatrixKey, Matrix>,
    #[serde(skip)]
    lines: Cached<u64, Drawn>,
    #[serde(skip)]
    curves: Cached<(u64, usize), (Levels, Vec<Curve>)>,
    #[serde(skip)]
    cells: Cached<(u64, [usize; 2]), Cells>,
    /// The number of the point whose details are shown.
    #[serde(skip)]
    point: Option<usize>,
    #[serde(skip)]
    digest: Option<Digest>,
}

impl Pane for StudiesPane {
    fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        let theme = context.theme;
        let mut asks = Vec::new();
        theme.pane_frame().show(ui, |ui| {
            let Some(open) = context.studies.current() else { return empty::empty_ui(ui, theme, &mut asks) };
            let seen = open.seen().cloned();
            if let Some(seen) = &seen {
                Digest::renew(&mut self.digest, seen, self.term.as_deref());
            }
            let digest = self.digest.as_ref().filter(|_| seen.is_some());
            head_ui(ui, theme, context.studies, open, digest, &mut self.shown, &mut self.term, &mut asks);
            let (Some(seen), Some(digest)) = (&seen, digest) else {
                match open.error() {
                    Some(error) => empty_state(ui, "The study cannot be read", error),
                    None => empty_state(ui, "One moment", "The study's folder is read."),
                }
                return;
            };
            let view = View { theme, seen, digest, folder: open.folder() };
            if self.point.is_some_and(|number| view.row(number).is_none()) {
                self.point = None;
            }
            if self.shown.has_points()
                && let Some(number) = self.point
            {
                let here = open.is_run_here();
                details_ui(ui, &view, number, here, &mut self.point, &mut asks);
            }
            ui.add_space(space::XS);
            match self.shown {
                Shown::Points => points_ui(ui, &view, &mut self.picked, &mut self.matrix, &mut self.point),
                Shown::Table => self.rows.ui(ui, &view, &mut self.point, context.requests),
                Shown::Response => response_plot::response_ui(ui, &view, &mut self.picked, &mut self.curves),
                Shown::Heat => heat::heat_ui(ui, &view, &mut self.picked, &mut self.cells),
                Shown::Parallel => {
                    parallel::parallel_ui(ui, &view, &mut self.brushes, &mut self.lines, &mut self.point)
                }
                Shown::Best => best::best_ui(ui, &view, &mut asks),
            }
        });
        context.requests.extend(asks.into_iter().map(|asks: StudyAsks| Request::Study(asks)));
    }
}
