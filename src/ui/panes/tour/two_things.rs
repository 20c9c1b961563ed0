//! Page 8: the ledger's last entries as columns, cut in two.

use super::canvas::Canvas;
use super::stage::{Lesson, Stage};
use crate::estimate::Estimate;
use crate::train::LedgerEntry;
use crate::ui::controls::action;
use crate::ui::format;
use crate::ui::pane::Request;
use crate::ui::theme::space;
use crate::ui::tour_request::{TourAsks, TourPlace};
use eframe::egui::{Align2, Stroke, Ui, vec2};
use serde::{Deserialize, Serialize};

/// Columns at most.
const COLUMNS: usize = 40;
/// Entries that the page asks for.
const ENTRIES: usize = 5;

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TwoThings {
    done: bool,
}

impl Lesson for TwoThings {
    fn is_done(&self) -> bool {
        self.done
    }

    fn picture_ui(&mut self, ui: &mut Ui, stage: &mut Stage<'_, '_>) {
        let context = &mut *stage.context;
        let theme = context.theme;
        let entries = context.curves.ledger().entries();
        let newest = &entries[entries.len().saturating_sub(COLUMNS)..];
        let tops = newest.iter().map(|entry| entry.log_px.value.max(entry.elbo.value));
        let (low, high) =
            newest.iter().zip(tops).fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (entry, top)| {
                (low.min(entry.elbo.value), high.max(top))
            });
        let room = (high - low).max(1.0);
        let range = if newest.is_empty() { 0.0..=1.0 } else { (low - 0.3 * room)..=(high + 0.15 * room) };
        let floor = *range.start();
        let size = vec2(ui.available_width(), stage.height);
        let spoken = format!("The ledger's last {} entries: ELBO and gap", newest.len());
        let plane = Canvas::take(ui, size, 0.0..=newest.len().max(8) as f64, range, &spoken);
        for (i, entry) in newest.iter().enumerate() {
            let (left, right) = (i as f64 + 0.12, i as f64 + 0.88);
            let (elbo, evidence) = (entry.elbo.value, entry.log_px.value);
            plane.bar(left..=right, floor..=elbo, theme.faint(theme.elbo));
            plane.bar(left..=right, elbo..=evidence.max(elbo), theme.gap);
            plane.segment([left, evidence], [right, evidence], Stroke::new(2.0, theme.evidence));
        }
        if newest.is_empty() {
            let text = "The first entry comes soon after training begins.";
            plane.caption(ui, Align2::CENTER_CENTER, 0, text, theme.text);
        }
        ui.horizontal_wrapped(|ui| {
            // A line that is there before the first entry too, so that nothing moves when it comes.
            let told = |name: &str, of: fn(&LedgerEntry) -> Estimate| match newest.last().map(of) {
                Some(Estimate { value, se, .. }) => format!("{name} {}", format::with_error(value, se, 2)),
                None => name.to_owned(),
            };
            for (text, colour) in [
                (told("log p(x)", |entry| entry.log_px), theme.evidence),
                (told("gap", |entry| entry.posterior_kl), theme.gap),
                (told("ELBO", |entry| entry.elbo), theme.elbo),
                (told("residual", |entry| entry.residual), theme.text_muted),
            ] {
                ui.label(theme.muted(text).color(colour));
                ui.add_space(space::S);
            }
        });
        ui.horizontal_wrapped(|ui| {
            if action(ui, "Train or pause", "As the button at the top of the window does.") {
                context.requests.push(Request::Train);
            }
            if action(ui, "Open the ledger", "Every term through training, with its error.") {
                context.requests.push(Request::Tour(TourAsks::Show(TourPlace::Ledger)));
            }
            let plane = context.status.image_shape.is_some_and(|shape| shape.pixels() <= 2);
            if plane && action(ui, "Open Density", "p(x) of the model beside that of the source.") {
                context.requests.push(Request::Tour(TourAsks::Show(TourPlace::Density)));
            }
            let word = if entries.len() == 1 { "entry" } else { "entries" };
            ui.label(theme.muted(format!("{} {word}", entries.len())));
        });
        self.done |= entries.len() >= ENTRIES;
    }
}
