//! Columns of rows, and the trait of the files that rows are written to.

use std::io;

/// A column of some rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The column's name.
    pub name: String,
    /// The shape of one row's value: empty for a number or a text, `[d]` for a vector.
    pub shape: Vec<usize>,
    /// The values, row by row.
    pub values: Values,
}

/// The values of a [`Column`].
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Whole numbers.
    Whole(Vec<i64>),
    /// Real numbers in single precision.
    Single(Vec<f32>),
    /// Real numbers in double precision.
    Double(Vec<f64>),
    /// Texts.
    Text(Vec<String>),
}

impl Column {
    /// A column with one value a row.
    pub fn new(name: impl Into<String>, values: Values) -> Self {
        Self { name: name.into(), shape: Vec::new(), values }
    }

    /// A column with a vector, or an array of any shape, a row.
    pub fn block(name: impl Into<String>, shape: &[usize], values: Vec<f32>) -> Self {
        Self { name: name.into(), shape: shape.to_vec(), values: Values::Single(values) }
    }

    /// Number of values in one row.
    pub(super) fn width(&self) -> usize {
        self.shape.iter().product()
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        let count = match &self.values {
            Values::Whole(values) => values.len(),
            Values::Single(values) => values.len(),
            Values::Double(values) => values.len(),
            Values::Text(values) => values.len(),
        };
        count / self.width().max(1)
    }

    /// The names of the column's values in a table of plain columns: `mean_0`, `mean_1`, …; `draws_0_1` in a matrix.
    pub(in crate::export) fn names(&self) -> Vec<String> {
        self.shape.iter().fold(vec![self.name.clone()], |names, &side| {
            names.iter().flat_map(|name| (0..side).map(move |i| format!("{name}_{i}"))).collect()
        })
    }
}

/// A file that rows are written to, some at a time.
pub(super) trait Sink {
    /// Take some rows; every call has the same columns.
    fn push(&mut self, columns: &[Column]) -> io::Result<()>;

    /// Write the rest, and end the file.
    fn finish(self: Box<Self>) -> io::Result<()>;
}
