//! Tables as comma-separated text (RFC 4180, with `\n` between lines).

use std::fmt::Display;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// How large a table may be, in bytes.
const MOST: u64 = 1 << 30;

/// A table that cannot be written or read; names the file and, where there is one, the line.
#[derive(Debug, thiserror::Error)]
#[error("{}{}: {what}", .path.display(), .line.map(|line| format!(", line {line}")).unwrap_or_default())]
pub struct TableError {
    path: PathBuf,
    line: Option<usize>,
    what: String,
}

impl TableError {
    fn new(path: &Path, line: Option<usize>, what: String) -> Self {
        Self { path: path.to_owned(), line, what }
    }
}

/// Write a table's text as a file, whole or not at all.
///
/// # Errors
/// What the disk says.
pub fn write(path: &Path, text: &str) -> Result<(), TableError> {
    super::write(path, text).map_err(|error| TableError::new(path, None, format!("cannot write: {}", error.source)))
}

/// Remove a table's file, if there is one.
///
/// # Errors
/// What the disk says.
pub fn remove(path: &Path) -> Result<(), TableError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(TableError::new(path, None, format!("cannot write: {error}")))
        }
        _ => Ok(()),
    }
}

/// A table file that has been read.
pub struct TableFile {
    path: PathBuf,
    text: String,
}

impl TableFile {
    /// Read a file.
    ///
    /// # Errors
    /// A file that cannot be read, or is no text.
    pub fn read(path: &Path) -> Result<Self, TableError> {
        let wrong = |what: String| TableError::new(path, None, format!("cannot read: {what}"));
        let bytes = super::read(path, MOST).map_err(|error| wrong(error.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|_| wrong("it is not text in UTF-8".into()))?;
        Ok(Self { path: path.to_owned(), text })
    }

    /// What is wrong with a line, counted from 1.
    pub fn error(&self, line: usize, what: String) -> TableError {
        TableError::new(&self.path, Some(line), what)
    }

    /// The header and the other lines, split at commas: for tables whose fields need no quotes.
    ///
    /// # Errors
    /// An empty file.
    pub fn rows(&self) -> Result<(Vec<&str>, Vec<Vec<&str>>), TableError> {
        let mut lines = self.text.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let header = lines.next().ok_or_else(|| self.error(1, "the file is empty".into()))?;
        Ok((header, lines.collect()))
    }
}

/// A table as CSV text: the header, then a line a row. Fields with a comma, a quote or a line break are quoted.
/// Numbers should be given as themselves: Rust prints every float so that it reads back exactly.
pub fn table<Row>(header: impl IntoIterator<Item = impl Display>, rows: impl IntoIterator<Item = Row>) -> String
where
    Row: IntoIterator,
    Row::Item: Display,
{
    let mut text = String::new();
    push_line(&mut text, header);
    for row in rows {
        push_line(&mut text, row);
    }
    text
}

fn push_line(text: &mut String, fields: impl IntoIterator<Item = impl Display>) {
    for (column, field) in fields.into_iter().enumerate() {
        if column > 0 {
            text.push(',');
        }
        let field = field.to_string();
        if field.contains([',', '"', '\n', '\r']) {
            text.push('"');
            text.push_str(&field.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(&field);
        }
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fields_are_quoted_where_needed() {
        let text = table(["step", "note, long"], [["1", "plain"], ["2", "say \"hi\"\nthere"]]);
        assert_eq!(text, "step,\"note, long\"\n1,plain\n2,\"say \"\"hi\"\"\nthere\"\n");
    }

    /// RFC 4180's grammar, read in the plainest way.
    fn parse(text: &str) -> Vec<Vec<String>> {
        let (mut rows, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '"' if quoted && chars.peek() == Some(&'"') => field.push(chars.next().unwrap()),
                '"' => quoted = !quoted,
                ',' if !quoted => row.push(std::mem::take(&mut field)),
                '\n' if !quoted => {
                    row.push(std::mem::take(&mut field));
                    rows.push(std::mem::take(&mut row));
                }
                _ => field.push(c),
            }
        }
        rows
    }

    proptest! {
        #[test]
        fn any_text_reads_back(rows in prop::collection::vec(prop::collection::vec("[a-c,\"\r\n é]{0,6}", 3), 0..5)) {
            let read = parse(&table(["a", "b", "c"], &rows));
            prop_assert_eq!(&read[0], &["a", "b", "c"]);
            prop_assert_eq!(&read[1..], &rows[..]);
        }

        #[test]
        fn floats_read_back_exactly(values in prop::collection::vec(any::<f64>().prop_filter("a number", |v| !v.is_nan()), 1..6)) {
            let read = parse(&table(["v"], values.iter().map(|v| [v])));
            let back: Vec<f64> = read[1..].iter().map(|row| row[0].parse().unwrap()).collect();
            prop_assert_eq!(back, values);
        }
    }
}
