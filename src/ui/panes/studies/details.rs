//! The point that was clicked: what it is, where it stands, and what can be done with it.

use super::view::View;
use crate::ui::controls::action;
use crate::ui::format;
use crate::ui::icons::{Icon, icon_button};
use crate::ui::studies::StudyAsks;
use crate::ui::theme::space;
use eframe::egui::{self, Label, Margin, RichText, ScrollArea, Ui};

/// Most height of the reason why a point failed, in points.
const WHY: f32 = 64.0;

/// A card at the foot of the pane.
pub fn details_ui(
    ui: &mut Ui,
    view: &View<'_>,
    number: usize,
    is_run_here: bool,
    chosen: &mut Option<usize>,
    asks: &mut Vec<StudyAsks>,
) {
    let Some(point) = view.row(number) else { return };
    let theme = view.theme;
    // Buttons stand out on it.
    let fill = ui.visuals().faint_bg_color;
    let frame = egui::Frame::new().fill(fill).corner_radius(6).inner_margin(Margin::symmetric(10, 6));
    egui::Panel::bottom("point").frame(frame).resizable(false).show_separator_line(false).show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.set_row_height(space::ROW);
            ui.label(theme.strong(&point.name));
            let step = point.step.map_or_else(String::new, |step| format!(", step {}", format::count(step)));
            let queue = point.queue.as_ref().map_or_else(String::new, |queue| format!("; in Slurm {queue}"));
            ui.label(theme.muted(format!("{}{step}{queue}", point.standing())));
            let folder = view.seen.records.iter().find(|record| record.number == number);
            let folder = folder.map(|record| view.folder.point(record));
            if let Some(folder) = folder.filter(|folder| folder.run().is_run())
                && action(ui, "Open run", "Read the point's model and curves into this window.")
            {
                asks.push(StudyAsks::OpenRun(folder.path().to_owned()));
            }
            if action(ui, "Open as experiment", "Put the point's experiment in the form.") {
                match view.experiment(number) {
                    Ok(experiment) => asks.push(StudyAsks::Use(Box::new(experiment))),
                    Err(error) => asks.push(StudyAsks::Wrong(error)),
                }
            }
            if point.why.is_some() {
                let hint = if is_run_here { "It is tried after the others." } else { "Run it and what is left." };
                if action(ui, "Retry", hint) {
                    asks.push(StudyAsks::Again(number));
                }
            }
            if icon_button(ui, Icon::Remove, "Close the point", true).clicked() {
                *chosen = None;
            }
        });
        if let Some(why) = &point.why {
            ScrollArea::vertical().max_height(WHY).show(ui, |ui| {
                ui.add(Label::new(RichText::new(why).color(theme.error)).wrap().selectable(true));
            });
        }
        let known = view.digest.terms.iter().take(6).filter_map(|term| {
            let value = term.of(point)?;
            let decimals = term.decimals.min(2);
            // An error that its decimals would show as 0 says nothing.
            let se = if value.se >= 0.5 * 0.1f64.powi(decimals as i32) { value.se } else { f64::NAN };
            Some(format!("{} {}", term.short(), format::with_error(value.value, se, decimals)))
        });
        let known = known.collect::<Vec<_>>().join("  ·  ");
        if !known.is_empty() {
            ui.add(Label::new(theme.muted(known)).wrap());
        }
    });
}
