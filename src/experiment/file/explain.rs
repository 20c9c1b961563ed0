//! The errors of the RON parser in the words of an experiment's author: the place, the field, the mistake, and the text
//! to write instead.

use super::habits;
use super::nearest::did_you_mean;
use super::tree::Node;
use crate::experiment::ExperimentError;
use ron::error::{Error, Position, SpannedError};

/// The error of a text that serde could not read.
pub fn explain(file: &str, text: &str, error: &SpannedError) -> ExperimentError {
    let tree = Node::parse(text);
    let end = offset(text, &error.span.end);
    if let Some((at, message)) = habits::lookalike(text).filter(|&(at, _)| at <= end) {
        let field = field(text, at, &error.code, &tree);
        return at_place(file, text, at, field, message);
    }
    let mut offset = offset(text, &error.span.start);
    // The place is that of the value, not of the space before it.
    let rest = text[offset..].trim_start();
    if !rest.is_empty() {
        offset = text.len() - rest.len();
    }
    // With a point for its comma, a number is a tree's leaf again.
    let mended = habits::decimal_comma(text, offset).map(|at| format!("{}.{}", &text[..at], &text[at + 1..]));
    let field = match mended.and_then(|mended| Some(Node::parse(&mended).ok()?.path_at(&mended, offset))) {
        Some(path) if habitual(&error.code) => (!path.is_empty()).then_some(path),
        _ => field(text, offset, &error.code, &tree),
    };
    let habit = habits::habit(text, offset, tree.as_ref().ok()).filter(|_| habitual(&error.code));
    at_place(file, text, offset, field, habit.unwrap_or_else(|| message(&error.code, tree.is_ok())))
}

/// Whether an error is of the kind that a habit of writing makes.
fn habitual(error: &Error) -> bool {
    matches!(
        error,
        Error::ExpectedInteger
            | Error::ExpectedFloat
            | Error::ExpectedIdentifier
            | Error::ExpectedComma
            | Error::ExpectedMapColon
            | Error::ExpectedStructLikeEnd
            | Error::ExpectedArrayEnd
            | Error::ExpectedOptionEnd
            | Error::NoSuchStructField { .. }
            | Error::SuggestRawIdentifier(_)
            | Error::InvalidIntegerDigit { .. }
    )
}

/// An error with its place in words.
pub fn at_place(file: &str, text: &str, offset: usize, field: Option<String>, message: String) -> ExperimentError {
    let before = &text[..offset];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    ExperimentError::Syntax {
        file: file.to_string(),
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        field,
        message,
    }
}

/// The place in bytes of a line and column counted from 1, columns in characters.
fn offset(text: &str, position: &Position) -> usize {
    let line_start: usize = text.split_inclusive('\n').take(position.line.saturating_sub(1)).map(str::len).sum();
    let line = &text[line_start..];
    line_start + line.char_indices().nth(position.col.saturating_sub(1)).map_or(line.len(), |(at, _)| at)
}

/// The field that an error is about.
fn field(text: &str, offset: usize, error: &Error, tree: &Result<Node, super::tree::Broken>) -> Option<String> {
    let path = match (tree, error) {
        (Ok(root), Error::MissingStructField { field, .. }) => match root.path_at(text, offset) {
            path if path.is_empty() => field.to_string(),
            path => format!("{path}.{field}"),
        },
        (Ok(root), _) => {
            // Behind the value means the value.
            let before = text[..offset].trim_end().char_indices().next_back().map_or(offset, |(at, _)| at);
            let behind = text[offset..].starts_with([',', ')', ']']);
            root.path_at(text, if behind { before } else { offset })
        }
        // Both stopped at the same place.
        (Err(broken), _) if broken.offset.abs_diff(offset) <= 1 => broken.path.clone(),
        (Err(_), _) => String::new(),
    };
    (!path.is_empty()).then_some(path)
}

/// The mistake and how to mend it. `whole`: all brackets, commas and quotes are in order.
pub fn message(error: &Error, whole: bool) -> String {
    let list = |names: &[&str]| names.join(", ");
    match error {
        Error::NoSuchStructField { expected, found, outer } => {
            let owner = outer.as_ref().map_or(String::new(), |outer| format!(" in {outer}"));
            let near = did_you_mean(found, expected);
            match list(expected) {
                known if known.is_empty() => format!("there is no field `{found}`{owner}; it has no fields"),
                known => format!("there is no field `{found}`{owner}{near} Its fields are {known}"),
            }
        }
        Error::NoSuchEnumVariant { expected, found, outer } => {
            let kind = outer.as_ref().map_or("choice".to_string(), |outer| outer.clone());
            let near = did_you_mean(found, expected);
            format!("there is no {kind} `{found}`{near} Choose from {}", list(expected))
        }
        Error::MissingStructField { field: "version", .. } => "the version is missing; add `version: 1`".into(),
        Error::MissingStructField { field, outer } => {
            let owner = outer.as_deref().unwrap_or("this");
            format!("{owner} needs the field `{field}`; add `{field}: …`")
        }
        Error::DuplicateStructField { field, .. } => format!("the field `{field}` stands here twice; remove one"),
        Error::ExpectedInteger => "expected a whole number".into(),
        Error::IntegerOutOfBounds => {
            "the number is out of range; write a whole number, not negative and not as large".into()
        }
        Error::ExpectedFloat => "expected a number".into(),
        Error::ExpectedBoolean => "expected `true` or `false`".into(),
        Error::ExpectedString => "expected a text in quotes: \"…\"".into(),
        Error::ExpectedStringEnd => "the text is not closed; add a `\"`".into(),
        Error::ExpectedArray => "expected a list in square brackets: `[…]`".into(),
        Error::ExpectedIdentifier => "expected a name".into(),
        Error::ExpectedNamedStructLike("Experiment")
        | Error::ExpectedDifferentStructName { expected: "Experiment", .. } => {
            "an experiment is a group in parentheses: `(version: 1, …)`".into()
        }
        Error::ExpectedNamedStructLike("Study") | Error::ExpectedDifferentStructName { expected: "Study", .. } => {
            "a study is a group in parentheses: `(version: 1, base: …, axes: […])`".into()
        }
        Error::ExpectedNamedStructLike(_) => "expected fields in parentheses: `(field: value, …)`".into(),
        Error::ExpectedStructLike => {
            "expected `(` after the name: write `Name(field: value)`, or `Name()` to keep all defaults".into()
        }
        Error::ExpectedMapColon => "a colon is missing between the field's name and its value".into(),
        Error::ExpectedComma | Error::ExpectedStructLikeEnd | Error::ExpectedArrayEnd | Error::ExpectedOptionEnd => {
            match whole {
                // Well-formed, but serde stopped within a value: `3.5` for a whole number, `Relu()` for `Relu`.
                true => "this value does not fit here; a whole number or a plain name is expected".into(),
                false => "a comma or a closing bracket is missing before this".into(),
            }
        }
        Error::Eof => "the text ends too early; a closing `)`, `]` or `\"` is missing".into(),
        Error::TrailingCharacters => "nothing may follow the experiment's closing parenthesis".into(),
        Error::UnclosedBlockComment => "the comment is not closed; add `*/`".into(),
        Error::ExceededRecursionLimit => "nested too deeply".into(),
        other => {
            let text = other.to_string();
            let mut chars = text.chars();
            chars.next().map_or(text.clone(), |first| first.to_lowercase().chain(chars).collect())
        }
    }
}
