//! A user's name, tags and notes for a run, in a small file beside its other files.

use super::small_file;
use crate::train::RunFolder;
use serde::{Deserialize, Serialize};

/// A user's name, tags, star and notes for a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Notes {
    /// Another name than the experiment's; empty for none.
    pub name: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Whether it is marked with a star.
    pub starred: bool,
    /// Text.
    pub notes: String,
}

impl Notes {
    /// Read the notes of a run; a run without such a file has empty ones.
    ///
    /// # Errors
    /// A file that cannot be read, with its name and what helps.
    pub fn read(run: &RunFolder) -> Result<Self, String> {
        small_file::read(&run.notes_file())
    }

    /// Write the notes of a run, whole or not at all.
    ///
    /// # Errors
    /// The disk's error, which names the path.
    pub fn write(&self, run: &RunFolder) -> Result<(), String> {
        small_file::write(&run.notes_file(), self)
    }

    /// Tags as they are typed: words between commas or spaces, each once.
    pub fn tags_of(text: &str) -> Vec<String> {
        let mut tags: Vec<String> = Vec::new();
        for tag in text.split([',', ' ']).map(str::trim).filter(|tag| !tag.is_empty()) {
            if !tags.iter().any(|known| known == tag) {
                tags.push(tag.to_owned());
            }
        }
        tags
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_come_back_and_a_damaged_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let run = RunFolder::at(folder.path());
        assert_eq!(Notes::read(&run), Ok(Notes::default()));
        let notes = Notes {
            name: "the good \"one\"".into(),
            tags: Notes::tags_of("paper, figure-2  paper"),
            starred: true,
            notes: "two\nlines".into(),
        };
        assert_eq!(notes.tags, ["paper", "figure-2"]);
        notes.write(&run).unwrap();
        assert_eq!(Notes::read(&run), Ok(notes));
        std::fs::write(run.notes_file(), "(starred: perhaps)").unwrap();
        let message = Notes::read(&run).unwrap_err();
        assert!(message.contains("notes.ron") && message.contains("delete it"), "{message}");
    }
}
