//! The settings in their order, and whether the seeds tell them from the best.

use super::digest::Digest;
use super::view::View;
use crate::study::verdict::{Rival, Verdict, more_seeds};
use crate::ui::controls::{action, empty_state};
use crate::ui::format;
use crate::ui::studies::StudyAsks;
use crate::ui::theme::space;
use eframe::egui::{Grid, ScrollArea, Ui, vec2};

/// Most settings that are listed.
const LISTED: usize = 200;

pub fn best_ui(ui: &mut Ui, view: &View<'_>, asks: &mut Vec<StudyAsks>) {
    let Digest { verdict: Some((verdict, term)), names, .. } = view.digest else {
        return empty_state(ui, "No verdict yet", "The best setting is told once points are done and measured.");
    };
    let theme = view.theme;
    let name = |place: usize| names.get(place).map_or("?", String::as_str);
    ui.horizontal_wrapped(|ui| {
        ui.set_row_height(space::ROW);
        ui.label(theme.strong(format!("First: {}", name(verdict.best))));
        if action(ui, "Open as experiment", "Put the first setting in the form, with its best seed.") {
            match best_point(view, verdict).map(|number| view.experiment(number)) {
                Some(Ok(experiment)) => asks.push(StudyAsks::Use(Box::new(experiment))),
                Some(Err(error)) => asks.push(StudyAsks::Wrong(error)),
                None => {}
            }
        }
    });
    ui.add_space(space::XS);
    let decimals = term.decimals.min(2);
    ScrollArea::both().auto_shrink(false).show(ui, |ui| {
        Grid::new("settings").num_columns(5).striped(true).spacing(vec2(20.0, 4.0)).min_row_height(22.0).show(
            ui,
            |ui| {
                let title = format!("{} ± over seeds", term.title);
                for heading in ["setting", &title, "behind the first", "shared seeds", "told apart"] {
                    ui.label(theme.muted(heading));
                }
                ui.end_row();
                ui.label(theme.strong(name(verdict.best)));
                ui.label(theme.strong(format::with_error(verdict.mean.value, verdict.mean.se, decimals)));
                ui.label("");
                ui.label(verdict.seeds.to_string());
                ui.end_row();
                for rival in verdict.rivals.iter().take(LISTED) {
                    ui.label(name(rival.setting));
                    ui.label(format::with_error(rival.mean.value, rival.mean.se, decimals));
                    ui.label(format::with_error(rival.behind.value, rival.behind.se, decimals));
                    ui.label(rival.shared.to_string());
                    let text = told(rival);
                    if rival.apart {
                        ui.label(text)
                    } else {
                        ui.colored_label(theme.warning, text)
                    };
                    ui.end_row();
                }
            },
        );
    });
}

/// Whether the seeds tell a setting from the first.
fn told(rival: &Rival) -> String {
    match (rival.apart, rival.shared, more_seeds(rival)) {
        (true, ..) => "yes".into(),
        (false, 0 | 1, _) => "not by so few seeds".into(),
        (false, _, Some(more)) => format!("no; by about {more} more"),
        (false, _, None) => "no: equal".into(),
    }
}

/// The point of the best setting whose value is the highest.
fn best_point(view: &View<'_>, verdict: &Verdict) -> Option<usize> {
    let term = &view.digest.verdict.as_ref()?.1;
    let group = view.seen.table.groups().into_iter().nth(verdict.best)?;
    let known = group.points.into_iter().filter_map(|point| Some((point.number, term.of(point)?.value)));
    known.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(number, _)| number)
}
