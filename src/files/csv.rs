//! Tables as comma-separated text (RFC 4180, with `\n` at the end of each line). A table that a run writes grows at its
//! end. A last line without `\n` is half a row, of a writer that is at work or was interrupted, and is ignored.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Largest table file that is read, in bytes.
const MOST: u64 = 1 << 30;

/// The error of a table that cannot be written or read: the file, the line where there is one, and the reason.
#[derive(Debug, thiserror::Error)]
#[error("{}{}: {what}", .path.display(), .line.map(|line| format!(", line {line}")).unwrap_or_default())]
pub struct TableError {
    path: PathBuf,
    line: Option<usize>,
    what: String,
}

impl TableError {
    /// The fault of a table's file, or with one of its lines, counted from 1.
    pub fn new(path: &Path, line: Option<usize>, what: String) -> Self {
        Self { path: path.to_owned(), line, what }
    }
}

/// Write a table's text as a file: the whole file appears, or nothing changes.
///
/// # Errors
/// The table's file cannot be written.
pub fn write(path: &Path, text: &str) -> Result<(), TableError> {
    super::write(path, text).map_err(|error| TableError::new(path, None, format!("cannot write: {}", error.source)))
}

/// Make a file hold a table's text. If the file holds the beginning of the text, or nothing yet, only the missing rows
/// are appended. A file with any other content, such as rows beyond the checkpoint from which a run continued, is
/// replaced as a whole.
///
/// # Errors
/// The table's file cannot be written.
pub fn grow(path: &Path, text: &str) -> Result<(), TableError> {
    let present = super::read(path, MOST).unwrap_or_default();
    let rows = present.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
    if rows == 0 || !text.as_bytes().starts_with(&present[..rows]) {
        return write(path, text);
    }
    if present == text.as_bytes() {
        return Ok(());
    }
    super::append(path, rows as u64, &text.as_bytes()[rows..])
        .map_err(|error| TableError::new(path, None, format!("cannot write: {}", error.source)))
}

/// Remove a table's file, if there is one.
///
/// # Errors
/// The file is there and cannot be removed.
pub fn remove(path: &Path) -> Result<(), TableError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(TableError::new(path, None, format!("cannot write: {error}")))
        }
        _ => Ok(()),
    }
}

/// Read a table as one value per row, made by `value` of the row's fields; a missing file has no rows. The table's
/// columns begin with `columns`, and its fields need no quotes.
///
/// # Errors
/// The file cannot be read, has other columns, or has a row of which `value` makes none; the message names the line.
pub fn values<T>(
    path: &Path,
    columns: &[&str],
    value: impl Fn(&[&str]) -> Result<T, String>,
) -> Result<Vec<T>, TableError> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let table = TableFile::read(path)?;
    let (header, rows) = table.rows()?;
    if !header.starts_with(columns) {
        return Err(table.error(1, format!("the columns are {header:?} where {columns:?} are expected")));
    }
    let rows = rows.iter().enumerate();
    rows.map(|(i, fields)| value(fields).map_err(|what| table.error(i + 2, what))).collect()
}

/// The content of a table's file, with its path for error messages.
pub struct TableFile {
    path: PathBuf,
    text: String,
}

impl TableFile {
    /// Read a table's file.
    ///
    /// # Errors
    /// The file cannot be read, is too large, or is not text.
    pub fn read(path: &Path) -> Result<Self, TableError> {
        let wrong = |what: String| TableError::new(path, None, format!("cannot read: {what}"));
        let bytes = super::read(path, MOST).map_err(|error| wrong(error.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|_| wrong("it is not text in UTF-8".into()))?;
        Ok(Self { path: path.to_owned(), text })
    }

    /// The error of line `line` of the file, counted from 1; `what` says what is wrong with it.
    pub fn error(&self, line: usize, what: String) -> TableError {
        TableError::new(&self.path, Some(line), what)
    }

    /// The header's fields and those of every other complete line, split at commas. Only for tables whose fields need
    /// no quotes.
    ///
    /// # Errors
    /// The file is empty.
    pub fn rows(&self) -> Result<(Vec<&str>, Vec<Vec<&str>>), TableError> {
        let rows = self.text.rfind('\n').map_or(0, |end| end + 1);
        let mut lines = self.text[..rows].lines().map(|line| line.split(',').collect::<Vec<_>>());
        let header = lines.next().ok_or_else(|| self.error(1, "the file is empty".into()))?;
        Ok((header, lines.collect()))
    }
}

/// A table as CSV text: the header, then one line per row. Fields with a comma, a quote or a line break are quoted.
/// Pass numbers as they are, not formatted: Rust prints every float so that reading it gives the same float.
pub fn table<Row>(header: impl IntoIterator<Item = impl Display>, rows: impl IntoIterator<Item = Row>) -> String
where
    Row: IntoIterator,
    Row::Item: Display,
{
    let mut text = String::new();
    push_line(&mut text, header);
    text + &lines(rows)
}

/// Rows of a table as CSV text, as in [`table`].
pub fn lines<Row>(rows: impl IntoIterator<Item = Row>) -> String
where
    Row: IntoIterator,
    Row::Item: Display,
{
    let mut text = String::new();
    for row in rows {
        push_line(&mut text, row);
    }
    text
}

/// A text as one field of a table whose fields this character separates: in quotes where it has a separator, a quote or
/// a line break.
pub fn quoted(text: &str, separator: char) -> Cow<'_, str> {
    if text.contains([separator, '"', '\n', '\r']) {
        Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(text)
    }
}

fn push_line(text: &mut String, fields: impl IntoIterator<Item = impl Display>) {
    for (column, field) in fields.into_iter().enumerate() {
        if column > 0 {
            text.push(',');
        }
        text.push_str(&quoted(&field.to_string(), ','));
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::super::trace::{self, Step};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fields_are_quoted_where_needed() {
        let text = table(["step", "note, long"], [["1", "plain"], ["2", "say \"hi\"\nthere"]]);
        assert_eq!(text, "step,\"note, long\"\n1,plain\n2,\"say \"\"hi\"\"\nthere\"\n");
    }

    #[test]
    fn item_02_rows_that_are_written_are_never_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.csv");
        let read = || std::fs::read_to_string(&path).unwrap();
        let steps = |text: &str| trace::record(|| grow(&path, text).unwrap());
        grow(&path, "a\n1\n").unwrap();
        assert!(matches!(&steps("a\n1\n2\n")[..], [Step::Append(_, 4, rest)] if rest == b"2\n"));
        assert!(steps("a\n1\n2\n").is_empty(), "there is nothing to write");
        // Half a row goes, and so does one that looks like a part of what follows.
        for torn in ["3", "3,4", "345"] {
            std::fs::write(&path, format!("a\n1\n2\n{torn}")).unwrap();
            assert_eq!(TableFile::read(&path).unwrap().rows().unwrap().1.len(), 2);
            assert!(matches!(&steps("a\n1\n2\n34\n")[..], [Step::Append(_, 6, _)]));
            assert_eq!(read(), "a\n1\n2\n34\n");
        }
        // Other rows, another header, fewer rows, no table at all.
        for other in ["a\n1\n3\n", "b\n1\n", "b\n", "a"] {
            assert!(!steps(other).iter().any(|step| matches!(step, Step::Append(..))), "{other}");
            assert_eq!(read(), other);
        }
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
        fn floats_read_back_exactly(
            values in prop::collection::vec(any::<f64>().prop_filter("a number", |v| !v.is_nan()), 1..6),
        ) {
            let read = parse(&table(["v"], values.iter().map(|v| [v])));
            let back: Vec<f64> = read[1..].iter().map(|row| row[0].parse().unwrap()).collect();
            prop_assert_eq!(back, values);
        }
    }
}
