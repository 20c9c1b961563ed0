//! The list of runs to compare with: which are drawn, how they differ, and what can be done with them.

use super::asks::ChosenAsks;
use super::look::Look;
use super::row_menu::row_menu;
use crate::ui::controls::{action, action_enabled, checkbox, choice};
use crate::ui::curves::Spread;
use crate::ui::format;
use crate::ui::icons::{Icon, explained_icon_button, icon_button};
use crate::ui::runs::{Compared, Runs};
use crate::ui::theme::{Theme, space};
use eframe::egui::{
    Align, Label, Layout, Popup, PopupCloseBehavior, Rect, RectAlign, RichText, Role, ScrollArea, Sense, Stroke, Ui,
    WidgetInfo, pos2, vec2,
};

/// Width of the list of runs.
const WIDTH: f32 = 380.0;
/// Height of the list; more runs are scrolled.
const HEIGHT: f32 = 320.0;
/// Height of a run in the list.
const ROW: f32 = 36.0;

/// The button that opens the list of runs. `has_curves` says whether the present run can be kept.
pub fn runs_button(ui: &mut Ui, runs: &Runs, has_curves: bool, asks: &mut Vec<ChosenAsks>) {
    let meaning = "Compare with other runs: those before this one, and run folders.";
    let button = explained_icon_button(ui, Icon::Compare, "Compare runs", meaning, true);
    Popup::from_toggle_button_response(&button)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .align(RectAlign::BOTTOM_END)
        .width(WIDTH)
        .show(|ui| {
            ui.set_width(WIDTH);
            list_ui(ui, runs, has_curves, asks);
        });
}

fn list_ui(ui: &mut Ui, runs: &Runs, has_curves: bool, asks: &mut Vec<ChosenAsks>) {
    let theme = Theme::of(ui.ctx());
    let list = runs.list();
    ui.horizontal(|ui| {
        ui.label(theme.strong("Compare with"));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            for (name, shown, meaning) in
                [("None", false, "Draw none of these runs."), ("All", true, "Draw all of these runs.")]
            {
                if list.len() > 1 && action_enabled(ui, list.iter().any(|run| run.shown != shown), name, meaning) {
                    asks.extend((0..list.len()).map(|index| ChosenAsks::Show(index, shown)));
                }
            }
        });
    });
    if list.is_empty() {
        let hint =
            "No other run yet. The run that a restart replaces is listed here, for as long as the window is open.";
        ui.add(Label::new(theme.muted(hint)).wrap());
    }
    ui.add_space(space::XS);
    ScrollArea::vertical().max_height(HEIGHT).show_rows(ui, ROW, list.len(), |ui, shown| {
        for index in shown {
            run_ui(ui, theme, index, &list[index], runs, asks);
        }
    });
    if runs.reading() > 0 {
        ui.label(theme.muted("Reading run folders…"));
    }
    if runs.groups().iter().any(|group| group.members.len() > 1) {
        let mut spread = runs.spread;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            let meaning = "Runs that differ in the seed alone are drawn as their mean. The band around it is the \
                           standard error of the mean, or goes from the smallest to the largest value.";
            let bands = [(Spread::StandardError, "Standard error"), (Spread::Range, "Range")];
            choice(ui, "Band over seeds", meaning, &mut spread, &bands);
        });
        if spread != runs.spread {
            asks.push(ChosenAsks::Spread(spread));
        }
    }
    ui.separator();
    ui.horizontal(|ui| {
        if action_enabled(ui, has_curves, "Keep this run", "Keep this run's curves as they are now.") {
            asks.push(ChosenAsks::KeepThis);
        }
        let mut closes = |name: &str, meaning: &str, ask| {
            if action(ui, name, meaning) {
                asks.push(ask);
                ui.close();
            }
        };
        closes("Open a run folder…", "Read the curves of a saved run.", ChosenAsks::Open);
        let meaning = "Reconstructions and prior samples of the chosen runs, of the same images and the same noise.";
        closes("Side by side", meaning, ChosenAsks::SideBySide);
    });
}

/// A compared run: whether it is shown, its look, its description, and what can be done with it.
fn run_ui(ui: &mut Ui, theme: &Theme, index: usize, run: &Compared, runs: &Runs, asks: &mut Vec<ChosenAsks>) {
    // Under the controls of the row, which take their own clicks.
    let rect = Rect::from_min_size(ui.cursor().min, vec2(WIDTH, ROW));
    let row = ui.interact(rect, ui.scope_id().with(("run", index)), Sense::click());
    row.widget_info(|| WidgetInfo::labeled(Role::Row, true, format!("Run {}, {}", run.name, index + 1)));
    if row.clicked() {
        asks.push(ChosenAsks::Show(index, !run.shown));
    }
    row_menu(&row, index, runs.list(), asks);
    ui.allocate_ui_with_layout(vec2(WIDTH, ROW), Layout::right_to_left(Align::Center), |ui| {
        ui.set_min_height(ROW);
        if icon_button(ui, Icon::Remove, &format!("Forget {}, {}", run.name, index + 1), true).clicked() {
            asks.push(ChosenAsks::Forget(index));
        }
        let name = format!("Differences of {}, {}", run.name, index + 1);
        let meaning = "The fields in which it differs from this run, or from another, as a table.";
        if explained_icon_button(ui, Icon::Info, &name, meaning, run.experiment.is_some()).clicked() {
            asks.push(ChosenAsks::Differences(index));
            ui.close();
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let mut shown = run.shown;
            let name = format!("Show {}, {}", run.name, index + 1);
            if checkbox(ui, &mut shown, "").accessible_name(name).changed() {
                asks.push(ChosenAsks::Show(index, shown));
            }
            let (swatch, _) = ui.allocate_exact_size(vec2(18.0, space::ROW), Sense::hover());
            if run.shown {
                // As it is drawn: seeds of one setting have one look.
                let group = runs.groups().iter().find(|group| group.members.contains(&index));
                let look = Look::of(theme, group.map_or(run.look, |group| group.look));
                let ends = [pos2(swatch.left(), swatch.center().y), pos2(swatch.right(), swatch.center().y)];
                ui.painter().extend(look.dash.shapes(&ends, Stroke::new(2.0, look.colour)));
            }
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
