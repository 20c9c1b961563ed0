//! Names that every file system takes.

/// A text as part of a file's name: letters, digits, `-`, `_` and `.` stay, everything else becomes `-`.
pub fn safe_name(text: &str) -> String {
    text.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect()
}
