//! The comparison with other runs in the plot of the bound: which are shown, how they differ, and their values at the
//! pointer.

use super::readout::BoundTerm;
use crate::ui::controls::{checkbox, shortened};
use crate::ui::curves::{Quantity, XAxis};
use crate::ui::format;
use crate::ui::icons::{Icon, explained_icon_button, icon_button};
use crate::ui::pane::{PaneContext, Request};
use crate::ui::runs::{Compared, Runs, source_of};
use crate::ui::theme::{Theme, space};
use eframe::egui::{
    self, Align, Button, Color32, Label, Layout, Popup, PopupCloseBehavior, RectAlign, RichText, Sense, Ui, vec2,
};

/// Width of the list of runs.
const WIDTH: f32 = 340.0;

/// The button that opens the list of runs.
pub fn runs_button(ui: &mut Ui, context: &mut PaneContext<'_>) {
    let meaning = "Compare with other runs: those before this one, and run folders.";
    let button = explained_icon_button(ui, Icon::Compare, "Compare runs", meaning, true);
    Popup::from_toggle_button_response(&button)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .align(RectAlign::BOTTOM_END)
        .width(WIDTH)
        .show(|ui| {
            ui.set_width(WIDTH);
            list_ui(ui, context);
        });
}

fn list_ui(ui: &mut Ui, context: &mut PaneContext<'_>) {
    let theme = context.theme;
    ui.label(theme.strong("Compare with"));
    let runs = context.runs.list();
    if runs.is_empty() {
        let hint =
            "No other run yet. The run that a restart replaces is listed here, for as long as the window is open.";
        ui.add(Label::new(theme.muted(hint)).wrap());
    }
    for (index, run) in runs.iter().enumerate() {
        run_ui(ui, theme, index, run, context.requests);
    }
    if context.runs.reading() > 0 {
        ui.label(theme.muted("Reading a run folder…"));
    }
    ui.separator();
    ui.horizontal(|ui| {
        let hint = "Keep this run's curves as they are now.";
        if ui.add_enabled(!context.curves.is_empty(), Button::new("Keep this run")).on_hover_text(hint).clicked() {
            context.requests.push(Request::KeepRun);
        }
        if ui.button("Open a run folder…").on_hover_text("Read the curves of a saved run.").clicked() {
            context.requests.push(Request::CompareRun);
            ui.close();
        }
    });
}

/// A compared run: whether it is shown, its colour, its description, and a button that removes it.
fn run_ui(ui: &mut Ui, theme: &Theme, index: usize, run: &Compared, requests: &mut Vec<Request>) {
    ui.allocate_ui_with_layout(vec2(WIDTH, 36.0), Layout::right_to_left(Align::Center), |ui| {
        if icon_button(ui, Icon::Remove, &format!("Forget {}, {}", run.name, index + 1), true).clicked() {
            requests.push(Request::ForgetRun(index));
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let mut shown = run.shown;
            let name = format!("Show {}, {}", run.name, index + 1);
            if checkbox(ui, &mut shown, "").accessible_name(name).changed() {
                requests.push(Request::ShowRun(index, shown));
            }
            let (swatch, _) = ui.allocate_exact_size(vec2(14.0, space::ROW), Sense::hover());
            let stroke = egui::Stroke::new(2.0, theme.run(run.colour));
            ui.painter().hline(swatch.x_range(), swatch.center().y, stroke);
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                ui.add(Label::new(RichText::new(&run.name).color(theme.text_strong)).truncate());
                let summary = summary(run);
                ui.add(Label::new(theme.muted(&summary)).truncate()).on_hover_text(&summary);
            });
        });
    });
}

/// The progress of a compared run, and the fields in which it differs.
fn summary(run: &Compared) -> String {
    let mut text = String::new();
    if let Some(newest) = run.curves.newest() {
        text = format!("ELBO {} at step {}", format::fixed(newest.elbo, 1), format::count(newest.step));
    }
    if !run.differences.is_empty() {
        text = format!("{text}; {}", run.differences);
    }
    text
}

/// In the plot's legend: what tells the run from the others, and its colour.
pub fn legend_of(runs: &Runs, theme: &Theme, run: &Compared) -> (String, Color32) {
    (runs.told_apart(run), theme.run(run.colour))
}

/// The values of the other runs at the pointer: one row per run, one column per term.
pub fn hover_rows(ui: &mut Ui, context: &PaneContext<'_>, axis: XAxis, x: f64, terms: &[BoundTerm], validation: bool) {
    let theme = context.theme;
    if context.runs.shown().next().is_none() {
        return;
    }
    ui.separator();
    ui.spacing_mut().interact_size.y = 16.0;
    egui::Grid::new("compared runs").num_columns(terms.len() + 1).spacing([16.0, 2.0]).show(ui, |ui| {
        ui.label(theme.muted("compared"));
        terms.iter().for_each(|term| drop(ui.label(theme.muted(term.name))));
        ui.end_row();
        for run in context.runs.shown() {
            let track = run.curves.track(source_of(&run.curves, validation));
            let Some(index) = track.nearest(axis, x) else { continue };
            let (name, colour) = legend_of(context.runs, theme, run);
            // Beyond its end a run has no value: its last one is said to be that.
            let last = track.len() - 1;
            let ended = (index == last && track.x(axis)[last] < x).then(|| track.x(XAxis::Step)[last]);
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 6.0;
                let (dot, _) = ui.allocate_exact_size(vec2(8.0, 16.0), Sense::hover());
                ui.painter().circle_filled(dot.center(), 3.0, colour);
                ui.label(shortened(ui, &name, 200.0));
                if let Some(step) = ended {
                    ui.label(theme.muted(format!("ended at step {}", format::count(step as u64))));
                }
            });
            for term in terms {
                let value = track.y(term.quantity).get(index);
                let text = match term.quantity {
                    Quantity::Elbo => format::with_error(value, track.y(Quantity::ElboError).get(index), 2),
                    _ => format::fixed(value, 2),
                };
                let ink = if ended.is_some() { theme.text_muted } else { theme.text_strong };
                ui.label(RichText::new(text).color(ink));
            }
            ui.end_row();
        }
    });
}
