//! The columns of vectors: their names, and the transform between their own scale and the model's.

use std::ops::Range;

/// The entries of a vector: their names, scales and categories.
#[derive(Clone, Debug, PartialEq)]
pub struct Columns {
    /// The entries, in their order.
    pub list: Vec<Column>,
    /// Whether the entries are one quantity at successive times, which is drawn as a line.
    pub sequence: bool,
}

/// One entry of a vector.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The column's name in its file; with a level's name behind it if the entry is one level of a category.
    pub name: String,
    /// The entry as the model gets it is (value − `offset`) / `scale`.
    pub offset: f64,
    /// The width of one unit of the model's in the column's own scale; above 0.
    pub scale: f64,
    /// The number, from 0, of the category that the entry is a level of: 1 for the level that an item has, 0 for the
    /// others. `None` for a column of numbers.
    pub category: Option<usize>,
}

impl Column {
    /// A column of numbers that the model gets as they are.
    pub fn number(name: impl Into<String>) -> Self {
        Self { name: name.into(), offset: 0.0, scale: 1.0, category: None }
    }

    /// A value as the model has it, in the column's own scale.
    pub fn own(&self, value: f32) -> f64 {
        self.offset + self.scale * f64::from(value)
    }

    /// A value of the column's own scale as the model gets it.
    pub fn scaled(&self, value: f64) -> f32 {
        ((value - self.offset) / self.scale) as f32
    }
}

impl Columns {
    /// Most entries of a vector.
    pub const MOST: usize = 1 << 16;

    /// Number of entries of a vector.
    #[expect(clippy::len_without_is_empty, reason = "no vector is empty")]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// The entries of each category, in order; empty if all columns are numbers. The levels of a category are
    /// neighbours.
    pub fn categories(&self) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        let mut last = None;
        for (index, column) in self.list.iter().enumerate() {
            match found.last_mut() {
                Some(range) if column.category.is_some() && column.category == last => range.end = index + 1,
                _ if column.category.is_some() => found.push(index..index + 1),
                _ => {}
            }
            last = column.category;
        }
        found
    }

    /// A vector as the model has it, in the columns' own scales.
    pub fn own(&self, vector: &[f32]) -> Vec<f64> {
        self.list.iter().zip(vector).map(|(column, &value)| column.own(value)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_of_one_category_are_one_range_and_scales_are_undone() {
        let level = |name: &str, category| Column { category: Some(category), ..Column::number(name) };
        let length = Column { offset: 5.0, scale: 2.0, ..Column::number("length") };
        let list =
            vec![length, level("a: x", 0), level("a: y", 0), level("b: u", 1), Column::number("w"), level("c", 2)];
        let columns = Columns { list, sequence: false };
        assert_eq!(columns.categories(), [1..3, 3..4, 5..6]);
        assert_eq!(columns.list[0].scaled(9.0), 2.0);
        assert_eq!(columns.own(&[2.0, 1.0, 0.0, 1.0, 3.0, 1.0]), [9.0, 1.0, 0.0, 1.0, 3.0, 1.0]);
    }
}
