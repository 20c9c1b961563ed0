//! The studies that come with Elbow.

use super::{StudyError, StudyFile};
use std::path::Path;

/// A bundled study.
#[derive(Clone, Copy, Debug)]
pub struct BundledStudy {
    /// The study's name for `elbow study`.
    pub name: &'static str,
    /// The study's text as written by hand, comments included.
    pub text: &'static str,
}

impl BundledStudy {
    /// The study's subject: the line at the head of its text.
    pub fn first_line(&self) -> &'static str {
        self.text.lines().next().unwrap_or_default().trim_start_matches("//").trim()
    }
}

/// `presets/studies/NAME.ron` under its name.
macro_rules! bundled {
    ($($name:literal),* $(,)?) => {
        &[$(BundledStudy { name: $name, text: include_str!(concat!("../../../presets/studies/", $name, ".ron")) }),*]
    };
}

static STUDIES: &[BundledStudy] = bundled!["beta-grid", "k-and-bound", "latent-dimension", "likelihoods", "optimisers"];

/// All bundled studies.
pub fn studies() -> &'static [BundledStudy] {
    STUDIES
}

/// The bundled study of this name, or else the study in this file.
///
/// # Errors
/// The argument is neither a bundled study, whose names the message lists, nor a file; or as for [`StudyFile::load`].
pub fn load_study(argument: &str) -> Result<StudyFile, StudyError> {
    if let Some(bundled) = STUDIES.iter().find(|study| study.name == argument) {
        return StudyFile::from_ron(bundled.text, &format!("presets/studies/{argument}.ron"));
    }
    let path = Path::new(argument);
    if path.exists() || path.extension().is_some() || path.components().count() > 1 {
        return StudyFile::load(path);
    }
    let known = STUDIES.iter().map(|study| study.name).collect();
    Err(StudyError::NoSuchStudy { name: argument.to_string(), known })
}
