//! Records as text: comma-separated, and in the form of the Embedding Projector.

use super::column::{Column, Sink, Values};
use crate::files::{self, csv::quoted};
use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Comma-separated text with a header.
pub struct Csv<'a, W> {
    file: &'a mut W,
    begun: bool,
}

impl<'a, W: Write> Csv<'a, W> {
    pub fn new(file: &'a mut W) -> Self {
        Self { file, begun: false }
    }
}

impl<W: Write> Sink for Csv<'_, W> {
    fn push(&mut self, columns: &[Column]) -> io::Result<()> {
        let columns: Vec<&Column> = columns.iter().collect();
        if !std::mem::replace(&mut self.begun, true) {
            self.file.write_all(header(&columns, ',').as_bytes())?;
        }
        self.file.write_all(lines(&columns, ',').as_bytes())
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        Ok(())
    }
}

/// Tab-separated vectors, with the other columns in a file of metadata beside them; where there are no vectors, one
/// table with a header.
pub struct Projector<'a, W> {
    file: &'a mut W,
    metadata: PathBuf,
    /// The text of the metadata; `None` before the first rows, and where there are no vectors.
    text: Option<String>,
    begun: bool,
}

impl<'a, W: Write> Projector<'a, W> {
    pub fn new(file: &'a mut W, path: &Path) -> Self {
        Self { file, metadata: path.with_extension("metadata.tsv"), text: None, begun: false }
    }
}

impl<W: Write> Sink for Projector<'_, W> {
    fn push(&mut self, columns: &[Column]) -> io::Result<()> {
        let vectors = columns.iter().find(|column| column.shape.len() == 1);
        let others: Vec<&Column> = columns.iter().filter(|column| column.shape.is_empty()).collect();
        let first = !std::mem::replace(&mut self.begun, true);
        let Some(vectors) = vectors else {
            if first {
                self.file.write_all(header(&others, '\t').as_bytes())?;
            }
            return self.file.write_all(lines(&others, '\t').as_bytes());
        };
        // The Projector takes a single column of metadata without a header, and several with one.
        let start = || if others.len() > 1 { header(&others, '\t') } else { String::new() };
        self.text.get_or_insert_with(start).push_str(&lines(&others, '\t'));
        self.file.write_all(lines(&[vectors], '\t').as_bytes())
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        match self.text {
            Some(text) => files::write(&self.metadata, text).map_err(|error| error.source),
            None => Ok(()),
        }
    }
}

fn header(columns: &[&Column], separator: char) -> String {
    let names: Vec<String> =
        columns.iter().flat_map(|column| column.names()).map(|name| field(&name, separator).into_owned()).collect();
    names.join(&separator.to_string()) + "\n"
}

fn lines(columns: &[&Column], separator: char) -> String {
    let rows = columns.first().map_or(0, |column| column.rows());
    let mut text = String::new();
    for row in 0..rows {
        let mut first = true;
        for column in columns {
            let width = column.width();
            for place in row * width..(row + 1) * width {
                if !std::mem::take(&mut first) {
                    text.push(separator);
                }
                // Rust prints every float so that reading it gives the same float.
                let written = match &column.values {
                    Values::Whole(values) => write!(text, "{}", values[place]),
                    Values::Single(values) => write!(text, "{}", values[place]),
                    Values::Double(values) => write!(text, "{}", values[place]),
                    Values::Text(values) => write!(text, "{}", field(&values[place], separator)),
                };
                written.expect("a string takes any text");
            }
        }
        text.push('\n');
    }
    text
}

/// A text as one field. Tab-separated text has no quotes: a tab or a line break becomes a space.
fn field(text: &str, separator: char) -> Cow<'_, str> {
    match separator {
        '\t' => text.replace(['\t', '\n', '\r'], " ").into(),
        _ => quoted(text, separator),
    }
}
