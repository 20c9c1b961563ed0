//! `columns.csv`: the columns of a table's rows, with the transform between their own scales and the model's.

use crate::data::{Column, Columns};
use crate::files::csv;

const HEADER: [&str; 4] = ["column", "category", "offset", "scale"];

/// The text of `columns.csv`: one line for each entry of a vector. The model's value is (value − offset) / scale;
/// `category` is the number of the category that the entry is a level of, empty for a number.
pub fn csv(columns: &Columns) -> String {
    let row = |column: &Column| {
        // A reader splits at commas.
        let name = column.name.replace(',', ";").replace(['"', '\n'], " ");
        let category = column.category.map_or(String::new(), |category| category.to_string());
        [name, category, column.offset.to_string(), column.scale.to_string()]
    };
    csv::table(HEADER, columns.list.iter().map(row))
}
