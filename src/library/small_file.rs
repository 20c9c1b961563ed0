//! Small files in RON that a user may edit: notes of a run, settings of the library.

use crate::files;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;

/// Largest such file that is read, in bytes.
const MOST: u64 = 1 << 20;

/// Read a value; where there is no file, the default one.
///
/// # Errors
/// A file that cannot be read, with its path and a mend.
pub fn read<T: DeserializeOwned + Default>(path: &Path) -> Result<T, String> {
    if !path.is_file() {
        return Ok(T::default());
    }
    let wrong = |what: String| format!("{}: {what}; mend the file or delete it", path.display());
    let bytes = files::read(path, MOST).map_err(|error| wrong(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| wrong("it is not text in UTF-8".into()))?;
    ron::from_str(&text).map_err(|error| wrong(error.to_string()))
}

/// Write a value, whole or not at all.
///
/// # Errors
/// The disk's error, which names the path.
pub fn write(path: &Path, value: &impl Serialize) -> Result<(), String> {
    let text = ron::ser::to_string_pretty(value, ron::ser::PrettyConfig::default());
    let text = text.map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    files::write(path, text + "\n").map_err(|error| error.to_string())
}
