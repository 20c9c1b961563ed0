//! The dialog that shows in which fields two experiments differ, with the values of both.

use super::frame::modal;
use super::reply::ModalOutcome;
use crate::experiment::Experiment;
use crate::ui::differences::Difference;
use crate::ui::runs::Runs;
use crate::ui::theme::{Theme, space};
use eframe::egui::{Button, ComboBox, Context, Grid, Label, ScrollArea, Ui, vec2};
use std::sync::Arc;

/// Width of a column of values, in points.
const VALUE: f32 = 220.0;
/// Height of the table; more fields are scrolled.
const HEIGHT: f32 = 360.0;

/// A table of the fields in which two experiments differ.
pub struct DifferencesDialog {
    /// Everything that can be compared: the run, the form, and the compared runs.
    all: Vec<(String, Arc<Experiment>)>,
    /// The two that are, by their places.
    chosen: [usize; 2],
    /// The two that the differences are of.
    of: Option<[usize; 2]>,
    differences: Vec<Difference>,
}

impl DifferencesDialog {
    /// The difference of the compared run at a place in the list and the present run, or the form where there is none.
    pub fn new(runs: &Runs, form: &Experiment, place: usize) -> Self {
        let mut all: Vec<(String, Arc<Experiment>)> = Vec::new();
        all.extend(runs.present().map(|run| (format!("this run ({})", run.name), run.clone())));
        all.push((format!("the form ({})", form.name), Arc::new(form.clone())));
        let mut second = 0;
        for (index, run) in runs.list().iter().enumerate() {
            if index == place {
                second = all.len();
            }
            if let Some(experiment) = &run.experiment {
                all.push((format!("{}. {}", index + 1, run.name), experiment.clone()));
            }
        }
        let second = second.min(all.len() - 1);
        Self { all, chosen: [0, second], of: None, differences: Vec::new() }
    }

    pub(super) fn show(&mut self, ctx: &Context) -> ModalOutcome {
        if self.of != Some(self.chosen) {
            let [a, b] = self.chosen.map(|place| &self.all[place].1);
            self.differences = Difference::between(a, b);
            self.of = Some(self.chosen);
        }
        modal(ctx, "Differences of two experiments", 160.0 + 2.0 * VALUE, |ui| {
            let theme = Theme::of(ctx);
            ui.horizontal(|ui| {
                for (side, name) in ["First experiment", "Second experiment"].into_iter().enumerate() {
                    self.choice_ui(ui, side, name);
                }
            });
            ui.add_space(space::S);
            if self.differences.is_empty() {
                ui.label("They differ in nothing: a run of one is a run of the other.");
            } else {
                ScrollArea::vertical().max_height(HEIGHT).show(ui, |ui| self.table_ui(ui, theme));
            }
            ui.label(theme.muted("Names, notes and the device make no difference."));
            ui.horizontal(|ui| {
                if ui.add_enabled(!self.differences.is_empty(), Button::new("Copy as table")).clicked() {
                    ctx.copy_text(self.markdown());
                }
                if ui.button("Close").clicked() { ModalOutcome::Cancel } else { ModalOutcome::StayOpen }
            })
            .inner
        })
    }

    fn choice_ui(&mut self, ui: &mut Ui, side: usize, name: &str) {
        let chosen = &mut self.chosen[side];
        let text = self.all[*chosen].0.clone();
        let combo = ComboBox::from_id_salt(name).width(VALUE).truncate().selected_text(text).show_ui(ui, |ui| {
            for (place, (text, _)) in self.all.iter().enumerate() {
                ui.selectable_value(chosen, place, text);
            }
        });
        combo.response.accessible_name(name);
    }

    fn table_ui(&self, ui: &mut Ui, theme: &Theme) {
        Grid::new("differences").num_columns(3).striped(true).spacing(vec2(space::L, space::XS)).show(ui, |ui| {
            ui.label(theme.muted("field"));
            self.chosen.iter().for_each(|&place| drop(ui.label(theme.muted(&self.all[place].0))));
            ui.end_row();
            for difference in &self.differences {
                ui.label(theme.strong(difference.field())).on_hover_text(difference.path());
                for text in difference.texts() {
                    ui.scope(|ui| {
                        ui.set_max_width(VALUE);
                        ui.add(Label::new(text).wrap());
                    });
                }
                ui.end_row();
            }
        });
    }

    /// The table as Markdown, which spreadsheets and notes both read.
    fn markdown(&self) -> String {
        let cell = |text: &str| text.replace('|', "\\|");
        let [a, b] = self.chosen.map(|place| cell(&self.all[place].0));
        let mut text = format!("| field | {a} | {b} |\n|---|---|---|\n");
        for difference in &self.differences {
            let [a, b] = difference.texts().each_ref().map(|text| cell(text));
            text += &format!("| {} | {a} | {b} |\n", cell(&difference.field()));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_the_values_of_both() {
        let form = Experiment { name: "form".into(), ..Experiment::default() };
        let mut other = Experiment { name: "other".into(), ..form.clone() };
        other.objective.samples = 16;
        other.encoder.clear();
        let mut runs = Runs::default();
        runs.keep(Some(Arc::new(other)), Default::default(), true);
        let mut dialog = DifferencesDialog::new(&runs, &form, 0);
        assert_eq!(dialog.chosen, [0, 1]);
        let ctx = Context::default();
        Theme::install(&ctx);
        ctx.run_ui(Default::default(), |ui| drop(dialog.show(ui.ctx()))).drop_without_applying_deltas();
        let text = dialog.markdown();
        assert!(text.contains("| K | 1 | 16 |") && text.contains("| none |"), "{text}");
    }
}
