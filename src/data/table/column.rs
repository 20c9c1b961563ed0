//! One column of a table while it is read.

use std::collections::BTreeMap;

/// Most levels of a category.
pub const LEVELS_MOST: usize = 1_000;

/// The values of a column, one for each row.
pub enum Cells {
    /// No value has been seen yet: the number of rows, all of them missing.
    Unknown(usize),
    /// Numbers; NaN where missing.
    Numbers(Vec<f32>),
    /// Words: the level of each row, `None` where missing, and the number of each level.
    Words { rows: Vec<Option<u16>>, levels: BTreeMap<String, u16> },
}

/// The kind of a column's values: numbers, or names of categories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Numbers if the column's first value is one, else a category.
    Guessed,
    Numbers,
    /// Names of categories, also where they are numbers.
    Category,
}

/// A column with its name.
pub struct Reading {
    pub name: String,
    pub kind: Kind,
    pub cells: Cells,
}

impl Reading {
    pub fn new(name: &str, kind: Kind) -> Self {
        Self { name: name.to_owned(), kind, cells: Cells::Unknown(0) }
    }

    /// Add a row's cell; `None` is a missing one.
    ///
    /// # Errors
    /// A word among numbers, a number that is not finite, too many levels: what is wrong, and the mend.
    pub fn add(&mut self, cell: Option<&str>, decimal_comma: bool) -> Result<(), String> {
        if let (Cells::Unknown(missing), Some(cell)) = (&self.cells, cell) {
            let missing = *missing;
            let is_number = match self.kind {
                Kind::Guessed => number(cell, decimal_comma).is_some(),
                kind => kind == Kind::Numbers,
            };
            self.cells = match is_number {
                true => Cells::Numbers(vec![f32::NAN; missing]),
                false => Cells::Words { rows: vec![None; missing], levels: BTreeMap::new() },
            };
        }
        match (&mut self.cells, cell) {
            (Cells::Unknown(missing), _) => *missing += 1,
            (Cells::Numbers(values), None) => values.push(f32::NAN),
            (Cells::Numbers(values), Some(cell)) => {
                let value = number(cell, decimal_comma).ok_or_else(|| {
                    format!(
                        "`{}` is no number, as the others are; name it in `missing`, the column in `categories`, \
                         or leave the column out",
                        shortened(cell)
                    )
                })?;
                let value = value as f32;
                if !value.is_finite() {
                    return Err(format!("`{}` is not a finite number of single precision", shortened(cell)));
                }
                values.push(value);
            }
            (Cells::Words { rows, .. }, None) => rows.push(None),
            (Cells::Words { rows, levels }, Some(cell)) => {
                let next = levels.len();
                let level = match levels.get(cell) {
                    Some(&level) => level,
                    None if next >= LEVELS_MOST => {
                        return Err(format!(
                            "the column has more than {LEVELS_MOST} different words; leave it out, as in `-{}`",
                            self.name
                        ));
                    }
                    None => *levels.entry(cell.to_owned()).or_insert(next as u16),
                };
                rows.push(Some(level));
            }
        }
        Ok(())
    }

    /// Number of entries that the column becomes: one for numbers, one for each level of a category.
    pub fn width(&self) -> usize {
        match &self.cells {
            Cells::Unknown(_) | Cells::Numbers(_) => 1,
            Cells::Words { levels, .. } => levels.len(),
        }
    }
}

/// A cell as a number; thousands are not grouped.
pub fn number(cell: &str, decimal_comma: bool) -> Option<f64> {
    let parse = |cell: &str| cell.parse::<f64>().ok().filter(|value| !value.is_nan());
    match decimal_comma && cell.contains(',') {
        true => parse(&cell.replacen(',', ".", 1)),
        false => parse(cell),
    }
}

/// A cell for a message.
fn shortened(cell: &str) -> String {
    const MOST: usize = 40;
    match cell.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &cell[..end]),
        None => cell.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cells: &[Option<&str>], category: bool) -> Result<Reading, String> {
        let mut column = Reading::new("size", if category { Kind::Category } else { Kind::Guessed });
        cells.iter().try_for_each(|cell| column.add(*cell, false))?;
        Ok(column)
    }

    #[test]
    fn the_first_value_decides_between_numbers_and_words() {
        let numbers = read(&[None, Some("1.5"), None, Some("-2e3")], false).unwrap();
        let Cells::Numbers(values) = &numbers.cells else { panic!("words") };
        assert!(values[0].is_nan() && values[2].is_nan());
        assert_eq!([values[1], values[3]], [1.5, -2_000.0]);
        let words = read(&[None, Some("b"), Some("1"), Some("b")], false).unwrap();
        let Cells::Words { rows, levels } = &words.cells else { panic!("numbers") };
        assert_eq!((rows[0], rows[1], words.width()), (None, Some(levels["b"]), 2));
        assert!(matches!(read(&[Some("3"), Some("4")], true).unwrap().cells, Cells::Words { .. }));
        assert!(matches!(read(&[None, None], false).unwrap().cells, Cells::Unknown(2)));
    }

    #[test]
    fn a_word_among_numbers_and_what_is_not_finite_are_errors() {
        assert!(read(&[Some("1"), Some("n/a")], false).err().is_some_and(|error| error.contains("`n/a` is no number")));
        assert!(read(&[Some("inf")], false).err().is_some_and(|error| error.contains("finite")));
        assert!(read(&[Some("1e60")], false).err().is_some_and(|error| error.contains("finite")));
        let many: Vec<String> = (0..=LEVELS_MOST).map(|i| format!("w{i}")).collect();
        let many: Vec<Option<&str>> = many.iter().map(|word| Some(word.as_str())).collect();
        assert!(read(&many, false).err().is_some_and(|error| error.contains("-size")));
    }

    #[test]
    fn a_comma_is_a_decimal_point_where_it_separates_no_cells() {
        assert_eq!(number("1,5", true), Some(1.5));
        assert_eq!(number("1,5", false), None);
        assert_eq!(number("NaN", false), None);
    }
}
