//! The context menu of a run in the list of runs to compare with.

use super::asks::ChosenAsks;
use crate::ui::context_menu::copy_ui;
use crate::ui::format;
use crate::ui::runs::Compared;
use eframe::egui::{Popup, Pos2, Response, Ui};

/// The menu that a right click on a run's row opens. The list is a popup, of which egui keeps one at a time: whether
/// this second one is open, and where, is kept here.
pub(super) fn row_menu(row: &Response, index: usize, list: &[Compared], asks: &mut Vec<ChosenAsks>) {
    let id = row.id.with("menu");
    let clicked = row.secondary_clicked().then(|| row.interact_pointer_pos()).flatten();
    let Some(at) = clicked.or_else(|| row.ctx.data(|data| data.get_temp::<Pos2>(id))) else { return };
    let mut open = true;
    let popup = Popup::menu(row).id(id.with("popup")).at_position(at).open_bool(&mut open);
    popup.show(|ui| lines_ui(ui, index, list, asks));
    row.ctx.data_mut(|data| {
        if open {
            data.insert_temp(id, at);
        } else {
            data.remove::<Pos2>(id);
        }
    });
}

fn lines_ui(ui: &mut Ui, index: usize, list: &[Compared], asks: &mut Vec<ChosenAsks>) {
    let run = &list[index];
    ui.set_min_width(200.0);
    if let Some(newest) = run.curves.newest() {
        copy_ui(ui, &format!("ELBO {}", format::fixed(newest.elbo, 1)));
    }
    copy_ui(ui, &run.name);
    if !run.differences.is_empty() && ui.button("Copy differences").clicked() {
        ui.ctx().copy_text(run.differences.clone());
    }
    ui.separator();
    if ui.button(if run.shown { "Hide its curves" } else { "Show its curves" }).clicked() {
        asks.push(ChosenAsks::Show(index, !run.shown));
    }
    if list.len() > 1 && ui.button("Show it alone").clicked() {
        asks.extend((0..list.len()).map(|other| ChosenAsks::Show(other, other == index)));
    }
    if run.experiment.is_some() && ui.button("Differences as a table…").clicked() {
        asks.push(ChosenAsks::Differences(index));
    }
    ui.separator();
    if ui.button("Forget").clicked() {
        asks.push(ChosenAsks::Forget(index));
    }
}
