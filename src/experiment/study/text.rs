//! Studies as RON text: reading, writing, and explaining mistakes.

use super::{Base, STUDY_VERSION, Study, StudyError};
use crate::experiment::file::{at_place, explain, migrate, options, paths, pretty, read_text, tree::Node};
use crate::experiment::{ExperimentError, Problem};
use crate::files::{self, WriteError};
use std::path::Path;

/// First line of every study written.
const HEADER: &str = "// A study of Elbow's: `elbow study` runs it. Fields left out keep their defaults.\n";

/// A study with the text that it was read from, which gives a problem its line.
#[derive(Clone, Debug)]
pub struct StudyFile {
    /// The study.
    pub study: Study,
    /// The file's name in messages.
    pub file: String,
    text: String,
}

impl StudyFile {
    /// Whether a file holds a study rather than an experiment: it has a base.
    pub fn is_at(path: &Path) -> bool {
        let text = read_text(path).unwrap_or_default();
        Node::parse(&text).is_ok_and(|root| root.field(&text, "base").is_some())
    }

    /// Read a study from text; `file` is the text's name in messages.
    ///
    /// # Errors
    /// The first mistake in the text, with line, column, field and mend.
    pub fn from_ron(text: &str, file: &str) -> Result<Self, StudyError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        check_version(text, file)?;
        let text = migrate_base(text, file)?;
        let study: Study = options().from_str(&text).map_err(|error| explain(file, &text, &error))?;
        Ok(Self { study, file: file.to_string(), text })
    }

    /// Read a study's file. Relative paths in it start at its folder; the study has them in full.
    ///
    /// # Errors
    /// As for [`from_ron`](Self::from_ron); or the file cannot be read or is not text.
    pub fn load(path: &Path) -> Result<Self, StudyError> {
        let file = path.display().to_string();
        let text = read_text(path).map_err(|source| StudyError::Read { file: file.clone(), source })?;
        let mut loaded = Self::from_ron(&text, &file)?;
        match &mut loaded.study.base {
            Base::Preset(_) => {}
            Base::File(base) => paths::resolve_path(base, path),
            Base::Experiment(experiment) => paths::resolve(&mut experiment.data.source, path),
        }
        Ok(loaded)
    }

    /// A problem with its place in the file: `file, line 7, axes[1].field: …`.
    pub fn say(&self, problem: &Problem) -> String {
        match self.line_of(&problem.path) {
            Some(line) => format!("{}, line {line}, {problem}", self.file),
            None => format!("{}: {problem}", self.file),
        }
    }

    /// The line of the innermost part of a problem's path that the file has. `Zip` and the like are passed through.
    fn line_of(&self, path: &str) -> Option<usize> {
        let root = Node::parse(&self.text).ok()?;
        let first = path.split(['.', '[']).next().unwrap_or_default();
        root.field(&self.text, first)?;
        let ends = path.char_indices().filter(|(_, c)| matches!(c, '.' | '[')).map(|(at, _)| at);
        let mut ends: Vec<usize> = ends.chain([path.len()]).collect();
        ends.reverse();
        let node = ends.into_iter().find_map(|end| root.find(&self.text, &path[..end]).ok())?;
        Some(self.text[..node.span.start].matches('\n').count() + 1)
    }
}

impl Study {
    /// The study as text that is pleasant to edit by hand.
    ///
    /// # Errors
    /// A path in the study is not Unicode.
    pub fn to_ron(&self) -> Result<String, StudyError> {
        let text = options().without_recursion_limit().to_string(self);
        let text = text.map_err(|error| ExperimentError::Unwritable(error.to_string()))?;
        Ok(format!("{HEADER}{}\n", pretty(&text)))
    }

    /// Write a study's file, whole or not at all. Paths in it are whole, so that it can be read from anywhere.
    ///
    /// # Errors
    /// As for [`to_ron`](Self::to_ron); or the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), StudyError> {
        let mut study = self.clone();
        if let Base::Experiment(experiment) = &mut study.base {
            paths::settle(&mut experiment.data.source, path);
        }
        let text = study.to_ron()?;
        files::write(path, text).map_err(|WriteError { path, source }| {
            let file = path.display().to_string();
            StudyError::Write { file, source }
        })
    }
}

/// Refuse a study of a version that this build does not know.
fn check_version(text: &str, file: &str) -> Result<(), ExperimentError> {
    let Ok(root) = Node::parse(text) else { return Ok(()) };
    let Some(field) = root.field(text, "version") else { return Ok(()) };
    let place = &field.value.span;
    let message = match text[place.clone()].parse::<u64>() {
        Ok(version) if version > u64::from(STUDY_VERSION) => {
            format!(
                "written by a newer Elbow: study version {version}, this one reads up to {STUDY_VERSION}; please \
                 update Elbow"
            )
        }
        Ok(0) => format!("there is no study version 0; the oldest is {STUDY_VERSION}"),
        _ => return Ok(()),
    };
    Err(at_place(file, text, place.start, Some("version".into()), message))
}

/// Bring the experiment in a study up to date.
fn migrate_base(text: &str, file: &str) -> Result<String, ExperimentError> {
    let base = Node::parse(text).ok().and_then(|root| {
        let base = root.field(text, "base")?.value.unwrapped();
        base.field(text, "version").map(|_| base.span.clone())
    });
    let Some(place) = base else { return Ok(text.to_string()) };
    let migrated = migrate(file, &text[place.clone()])?;
    Ok(format!("{}{migrated}{}", &text[..place.start], &text[place.end..]))
}

#[cfg(test)]
mod tests {
    use super::super::arbitrary;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_study_survives_the_round_trip(study in arbitrary::study()) {
            let text = study.to_ron().unwrap();
            prop_assert_eq!(StudyFile::from_ron(&text, "test.ron").unwrap().study, study);
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = StudyFile::from_ron(&text, "test.ron");
        }

        /// Judging never panics, and a study without errors has points.
        #[test]
        fn a_study_without_errors_has_points(study in arbitrary::study()) {
            let errors = study.problems().iter().filter(|problem| problem.is_error()).count();
            if errors == 0 {
                prop_assert!(!study.points().unwrap().points.is_empty());
            }
        }
    }
}
