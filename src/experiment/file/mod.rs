//! Experiments as RON text: reading, writing, and saying what is wrong with a text.

mod explain;
mod habits;
mod migrate;
pub(super) mod nearest;
pub(super) mod paths;
mod print;
pub(super) mod tree;

pub(super) use explain::{at_place, explain, message};
pub(super) use habits::{habit, lookalike};
pub(super) use migrate::migrate;
pub(super) use print::pretty;

use super::{Experiment, ExperimentError};
use crate::files::{self, WriteError};
use ron::extensions::Extensions;
use std::io::{self, Read};
use std::path::Path;

/// First line of every experiment written.
const HEADER: &str = "// An Elbow experiment: `elbow train` runs it. Fields left out keep their defaults.\n";

/// Longest file read; no experiment comes near it.
const BYTES_MAX: u64 = 1 << 24;

/// How experiments are read and written: `limit: 100` for `limit: Some(100)`.
pub(super) fn options() -> ron::Options {
    ron::Options::default().with_default_extension(Extensions::IMPLICIT_SOME)
}

/// The complaint about a name with a control character, which neither window titles nor folder names may have; `None`
/// for a name without one.
pub(super) fn control_character(name: &str) -> Option<String> {
    let found = name.chars().find(|c| c.is_control())?;
    Some(format!("the name holds a control character (U+{:04X}); leave it out", u32::from(found)))
}

/// The text of a file that a person wrote.
pub(super) fn read_text(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    let length = std::fs::File::open(path)?.take(BYTES_MAX + 1).read_to_end(&mut bytes)?;
    match length as u64 > BYTES_MAX {
        true => Err(io::Error::other("the file is too large to be one")),
        false => habits::decode(&bytes).map_err(io::Error::other),
    }
}

impl Experiment {
    /// Read an experiment from RON text; error messages call the text `file`. Texts of older format versions are
    /// brought up to date.
    ///
    /// Only the syntax and the types are checked; [`Experiment::problems`] judges the values.
    ///
    /// # Errors
    /// The first mistake in the text, with line, column, field and mend, or a format version that this build does not
    /// know.
    pub fn from_ron(text: &str, file: &str) -> Result<Self, ExperimentError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let text = migrate(file, text)?;
        let experiment: Self = options().from_str(&text).map_err(|error| explain(file, &text, &error))?;
        if let Some(message) = control_character(&experiment.name) {
            let tree = tree::Node::parse(&text).ok();
            let place =
                tree.as_ref().and_then(|root| root.field(&text, "name")).map_or(0, |field| field.value.span.start);
            return Err(at_place(file, &text, place, Some("name".into()), message));
        }
        Ok(experiment)
    }

    /// The experiment as RON text, laid out for editing by hand.
    ///
    /// # Errors
    /// [`ExperimentError::Unwritable`] if a path in the experiment is not Unicode.
    pub fn to_ron(&self) -> Result<String, ExperimentError> {
        let text = options().without_recursion_limit().to_string(self);
        let text = text.map_err(|error| ExperimentError::Unwritable(error.to_string()))?;
        Ok(format!("{HEADER}{}\n", pretty(&text)))
    }

    /// Read an experiment's file. Relative paths in it are relative to the file's folder, or, if nothing is there, to
    /// the folder in which Elbow was started. In the returned experiment all paths are absolute.
    ///
    /// # Errors
    /// The errors of [`Experiment::from_ron`]; a file that cannot be read or is not text.
    pub fn load(path: &Path) -> Result<Self, ExperimentError> {
        let file = path.display().to_string();
        let text = read_text(path).map_err(|source| ExperimentError::Read { file: file.clone(), source })?;
        let mut experiment = Self::from_ron(&text, &file)?;
        paths::resolve(&mut experiment.data.source, path);
        Ok(experiment)
    }

    /// The text that [`save`](Self::save) writes to `path`.
    ///
    /// # Errors
    /// An experiment that RON cannot hold.
    pub fn text_for(&self, path: &Path) -> Result<String, ExperimentError> {
        let mut experiment = self.clone();
        paths::settle(&mut experiment.data.source, path);
        experiment.to_ron()
    }

    /// Write a file, whole or not at all. Paths in it are whole, so that it can be read from anywhere; those below its
    /// own folder start there.
    ///
    /// # Errors
    /// The errors of [`Experiment::to_ron`]; a file that cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), ExperimentError> {
        let text = self.text_for(path)?;
        files::write(path, text).map_err(|WriteError { path, source }| {
            let file = path.display().to_string();
            ExperimentError::Write { file, source }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{arbitrary, presets};
    use proptest::prelude::*;

    proptest! {
        /// Every experiment is read back as it was written, whatever its numbers and names; and the layout keeps to its
        /// width.
        #[test]
        fn every_experiment_survives_the_round_trip(experiment in arbitrary::experiment()) {
            let text = experiment.to_ron().unwrap();
            prop_assert_eq!(Experiment::from_ron(&text, "test.ron").unwrap(), experiment);
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = Experiment::from_ron(&text, "test.ron");
        }

        /// Presets with a piece cut out, doubled or replaced.
        #[test]
        fn no_damaged_preset_makes_it_panic(
            preset in prop::sample::select(presets()),
            cut in (any::<prop::sample::Index>(), 0..40_usize),
            piece in prop_oneof![
                ".{0,3}",
                "[()\\[\\]:,\"/*\\\\0-9.eE-]{0,6}",
                Just("None".to_string()),
                Just("Some(".to_string())
            ],
        ) {
            let text = preset.text;
            let boundary = |at: usize| (at..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap();
            let start = boundary(cut.0.index(text.len()));
            let end = boundary((start + cut.1).min(text.len()));
            let damaged = format!("{}{piece}{}", &text[..start], &text[end..]);
            match Experiment::from_ron(&damaged, "test.ron") {
                Ok(experiment) => {
                    experiment.problems(experiment.image_shape_hint());
                }
                Err(error) => prop_assert!(error.to_string().starts_with("test.ron")),
            }
        }

        /// Assignments never panic, and change nothing when they fail.
        #[test]
        fn assignments_change_one_field_or_nothing(
            path in "[a-z\\[\\]0-9._]{0,12}|training\\.[a-z]{1,6}|encoder\\[[01]\\]\\.units|latent\\.dimension|\
                     name|data.source",
            value in any::<String>(),
        ) {
            let before = Experiment::default();
            let mut after = before.clone();
            if after.set(&format!("{path}={value}")).is_err() {
                prop_assert_eq!(after, before);
            }
        }

        /// Names may be anything at all.
        #[test]
        fn text_needs_no_quotes(name in "[a-zA-Z(][a-zA-Z0-9 ()\\[\\],:'\\\\é/-]{1,20}") {
            let mut experiment = Experiment::default();
            experiment.set(&format!("name={name}")).unwrap();
            prop_assert_eq!(experiment.name, name.trim());
        }
    }
}
