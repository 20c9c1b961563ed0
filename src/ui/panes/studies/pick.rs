//! The fields that views of a study are drawn over.

use crate::study::table::Table;
use crate::ui::controls::make_room;
use crate::ui::theme::{Theme, space};
use eframe::egui::{ComboBox, Ui};
use serde::{Deserialize, Serialize};

/// Fields by their names; one that a study does not have gives way to another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Picked {
    /// Along the matrix of points.
    pub column: Option<String>,
    /// Along plots.
    pub x: Option<String>,
    /// Up the heat map.
    pub y: Option<String>,
}

/// The place of a field in a table: the one that is picked, or else the first that `suits`, or else the first.
pub fn place(table: &Table, picked: Option<&String>, suits: impl Fn(&str) -> bool) -> usize {
    let known = picked.and_then(|name| table.fields.iter().position(|field| field == name));
    known.or_else(|| table.fields.iter().position(|field| suits(field))).unwrap_or(0)
}

/// A list of a study's fields after a caption; nothing where there is but one.
pub fn field_ui(ui: &mut Ui, theme: &Theme, caption: &str, table: &Table, place: usize, picked: &mut Option<String>) {
    if table.fields.len() < 2 {
        return;
    }
    make_room(ui, 150.0);
    ui.spacing_mut().item_spacing.x = space::XS;
    ui.label(theme.muted(caption));
    ui.name_inputs(caption, |ui| {
        let name = table.fields.get(place).map_or("", String::as_str);
        ComboBox::from_id_salt(caption).selected_text(name).width(110.0).truncate().show_ui(ui, |ui| {
            for (field, path) in table.fields.iter().zip(&table.paths) {
                if ui.selectable_label(field == name, field).on_hover_text(path).clicked() {
                    *picked = Some(field.clone());
                }
            }
        });
    });
    ui.add_space(space::S);
}
