//! The chosen rows of the table.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// The chosen runs, by their folders, so that they stay chosen however the table is sorted.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    chosen: HashSet<PathBuf>,
    /// The row from which a range is chosen.
    anchor: Option<PathBuf>,
}

/// How a click changes what is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Click {
    /// This row alone.
    Only,
    /// This row too, or no longer.
    Toggle,
    /// All rows from the last one to this.
    Range,
}

impl Selection {
    pub fn has(&self, folder: &Path) -> bool {
        self.chosen.contains(folder)
    }

    pub fn len(&self) -> usize {
        self.chosen.len()
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Drop what is no longer in the table.
    pub fn retain(&mut self, keep: impl Fn(&Path) -> bool) {
        self.chosen.retain(|folder| keep(folder));
    }

    /// Choose these alone.
    pub fn set(&mut self, folders: impl Iterator<Item = PathBuf>) {
        self.chosen = folders.collect();
    }

    /// A click on a row; `rows` are the folders of all rows, in order.
    pub fn click<'a>(&mut self, folder: &Path, click: Click, rows: impl Iterator<Item = &'a Path>) {
        match click {
            Click::Only => {
                self.chosen.clear();
                self.chosen.insert(folder.to_owned());
            }
            Click::Toggle => {
                if !self.chosen.remove(folder) {
                    self.chosen.insert(folder.to_owned());
                }
            }
            Click::Range => {
                let from = self.anchor.clone().unwrap_or_else(|| folder.to_owned());
                let rows: Vec<&Path> = rows.collect();
                let place = |of: &Path| rows.iter().position(|row| *row == of);
                if let (Some(a), Some(b)) = (place(&from), place(folder)) {
                    self.chosen.extend(rows[a.min(b)..=a.max(b)].iter().map(|row| row.to_path_buf()));
                }
                // The range grows and shrinks from where it began.
                return;
            }
        }
        self.anchor = Some(folder.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_chosen_as_everywhere() {
        let rows = ["a", "b", "c", "d"].map(Path::new);
        let mut selection = Selection::default();
        let chosen = |selection: &Selection| -> String {
            rows.iter().filter(|row| selection.has(row)).map(|row| row.display().to_string()).collect()
        };
        for (row, click, expected) in [
            ("b", Click::Only, "b"),
            ("d", Click::Range, "bcd"),
            ("a", Click::Only, "a"),
            ("c", Click::Toggle, "ac"),
            ("a", Click::Toggle, "c"),
            ("c", Click::Range, "abc"),
        ] {
            selection.click(Path::new(row), click, rows.into_iter());
            assert_eq!(chosen(&selection), expected, "{row} {click:?}");
        }
        selection.retain(|folder| folder == Path::new("c"));
        assert_eq!((chosen(&selection), selection.len()), ("c".into(), 1));
    }
}
