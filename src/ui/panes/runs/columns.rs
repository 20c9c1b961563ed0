//! The table's columns and their order.

use crate::library::Column;
use crate::ui::controls::checkbox;
use crate::ui::icons::{Icon, icon_button};
use crate::ui::theme::{Theme, space};
use eframe::egui::{Align, Layout, ScrollArea, Ui, vec2};
use serde::{Deserialize, Serialize};

/// The columns in their order, each with whether it is shown. A field without a path stands for all fields in which the
/// runs differ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Columns(Vec<(Column, bool)>);

/// The place of the fields that differ.
fn fields() -> Column {
    Column::Field(String::new())
}

impl Default for Columns {
    /// Name, ELBO and differing fields stand first: in a small window there is room for little more.
    fn default() -> Self {
        let hidden = [Column::Epoch, Column::Time, Column::Experiment, Column::Size, Column::Folder];
        let first = [Column::State, Column::Star, Column::Name, Column::Elbo, fields(), Column::LogPx];
        let others = Column::ALL.into_iter().filter(|column| !first.contains(column));
        // Columns of times and steps come last.
        let (of_time, others): (Vec<_>, Vec<_>) = others.partition(|column| {
            matches!(column, Column::Date | Column::Step | Column::Epoch | Column::Time | Column::Experiment)
        });
        let all = first.iter().cloned().chain(others).chain(of_time);
        Self(all.map(|column| (column.clone(), !hidden.contains(&column))).collect())
    }
}

impl Columns {
    /// The columns of a table whose runs differ in these fields. The study's is left out where there is none.
    pub fn shown(&self, differing: &[String], has_studies: bool) -> Vec<Column> {
        let mut shown = Vec::new();
        for (column, _) in self.0.iter().filter(|(_, shown)| *shown) {
            match column {
                Column::Field(path) if path.is_empty() => {
                    shown.extend(differing.iter().cloned().map(Column::Field));
                }
                Column::Study if !has_studies => {}
                column => shown.push(column.clone()),
            }
        }
        shown
    }

    /// Add columns that have come since these were kept.
    pub fn mend(&mut self) {
        for (column, shown) in Self::default().0 {
            if !self.0.iter().any(|(known, _)| *known == column) {
                self.0.push((column, shown));
            }
        }
    }

    /// The list of columns, to choose and to order.
    pub fn ui(&mut self, ui: &mut Ui) {
        let theme = Theme::of(ui.ctx());
        ui.horizontal(|ui| {
            ui.label(theme.strong("Columns"));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.button("As at first").on_hover_text("The columns and their order of a new library.").clicked() {
                    *self = Self::default();
                }
            });
        });
        let (mut moved, last) = (None, self.0.len() - 1);
        ScrollArea::vertical().max_height(420.0).show(ui, |ui| {
            for (index, (column, shown)) in self.0.iter_mut().enumerate() {
                let (title, about) = words(column);
                ui.allocate_ui_with_layout(
                    vec2(ui.available_width(), space::ROW),
                    Layout::left_to_right(Align::Center),
                    |ui| {
                        let response = checkbox(ui, shown, title).on_hover_text(about);
                        response.accessible_name(format!("Show column {title}"));
                        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                            let down = icon_button(ui, Icon::Down, &format!("Move {title} right"), index < last);
                            let up = icon_button(ui, Icon::Up, &format!("Move {title} left"), index > 0);
                            if up.clicked() {
                                moved = Some((index, index.saturating_sub(1)));
                            } else if down.clicked() {
                                moved = Some((index, index + 1));
                            }
                        });
                    },
                );
            }
        });
        if let Some((from, to)) = moved {
            self.0.swap(from, to.min(last));
        }
    }
}

/// The title and what it says.
fn words(column: &Column) -> (&str, &str) {
    match column {
        Column::Star => ("Star", column.words().2),
        Column::Field(_) => {
            ("Fields that differ", "A column for each field of the experiments in which the runs differ.")
        }
        column => (column.words().1, column.words().2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_that_differ_stand_in_their_place_and_new_columns_are_added() {
        let columns = Columns::default();
        let shown = columns.shown(&["seed".into(), "objective.beta".into()], false);
        let at = |column: &Column| shown.iter().position(|shown| shown == column);
        assert_eq!(at(&Column::LogPx), at(&Column::Field("objective.beta".into())).map(|at| at + 1));
        assert_eq!(at(&Column::Elbo), at(&Column::Name).map(|at| at + 1), "it is in sight in a small window");
        assert!(at(&Column::Study).is_none() && at(&Column::Folder).is_none() && at(&Column::Name).is_some());
        assert!(columns.shown(&[], true).contains(&Column::Study));

        let mut old: Columns = ron::from_str("[(Name, true), (Notes, false)]").expect("plain data");
        old.mend();
        assert_eq!(old.0.len(), columns.0.len());
        assert_eq!(old.0[..2], [(Column::Name, true), (Column::Notes, false)]);
    }
}
