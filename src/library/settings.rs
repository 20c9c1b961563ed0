//! The folders that belong to the library, and its largest size.

use super::small_file;
use crate::files;
use crate::train::RunFolder;
use serde::{Deserialize, Serialize};
use std::fs::DirEntry;
use std::path::{Path, PathBuf};

/// The folder for deleted runs.
const TRASH: &str = ".trash";
/// Bytes of a gigabyte.
const GIGABYTE: f64 = 1e9;

/// The folders that belong to the library, and its largest size. The window and the command line share them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Where runs are kept; none for `runs` in the user's data.
    pub folder: Option<PathBuf>,
    /// Further folders with runs or studies in them.
    pub added: Vec<PathBuf>,
    /// Gigabytes from which on the window asks what may go.
    pub gigabytes: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { folder: None, added: Vec::new(), gigabytes: 20.0 }
    }
}

impl Settings {
    /// Read the settings in the folder of the user's data; where there are none, the first ones.
    ///
    /// # Errors
    /// A file that cannot be read, by its name.
    pub fn load(data: &Path) -> Result<Self, String> {
        small_file::read(&file(data))
    }

    /// Write the settings into the folder of the user's data.
    ///
    /// # Errors
    /// The disk's error, which names the path.
    pub fn save(&self, data: &Path) -> Result<(), String> {
        files::create_folder(data).map_err(|error| error.to_string())?;
        small_file::write(&file(data), self)
    }

    /// Where runs are kept.
    pub fn runs(&self, data: &Path) -> PathBuf {
        self.folder.clone().unwrap_or_else(|| data.join("runs"))
    }

    /// Every folder that runs are looked for in: the library's own, those of the window's studies, those in which runs
    /// are set aside or older versions kept them, those that were added.
    pub fn roots(&self, data: &Path) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(data).into_iter().flatten().flatten();
        let is_aside = |entry: &DirEntry| entry.file_name().to_string_lossy().starts_with("last-run");
        let mut roots = vec![self.runs(data), data.join("replaced-runs"), data.join("studies")];
        roots.extend(entries.filter(is_aside).map(|entry| entry.path()));
        roots.extend(self.added.iter().cloned());
        roots
    }

    /// Where deleted runs go, the first that is on a run's disk; and where they may be.
    pub fn trash(&self, data: &Path) -> Vec<PathBuf> {
        let roots = [self.runs(data)].into_iter().chain(self.added.iter().cloned());
        // A root that is a run itself has its trash beside it.
        let beside = |root: PathBuf| match RunFolder::at(&root).is_run() {
            true => root.parent().map_or(root.clone(), Path::to_path_buf),
            false => root,
        };
        [data.to_owned()].into_iter().chain(roots.map(beside)).map(|folder| folder.join(TRASH)).collect()
    }

    /// The bytes from which on the window asks what may go.
    pub fn limit(&self) -> u64 {
        (self.gigabytes.max(0.0) * GIGABYTE) as u64
    }
}

fn file(data: &Path) -> PathBuf {
    data.join("library.ron")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_back_and_a_damaged_file_is_named() {
        let data = tempfile::tempdir().unwrap();
        let data = data.path().join("not/there");
        assert_eq!(Settings::load(&data), Ok(Settings::default()));
        let settings = Settings { folder: Some("/disk/runs".into()), added: vec!["/mnt/gpu".into()], gigabytes: 0.5 };
        settings.save(&data).unwrap();
        assert_eq!(Settings::load(&data), Ok(settings.clone()));
        assert_eq!(settings.limit(), 500_000_000);
        assert_eq!(settings.roots(&data)[0], Path::new("/disk/runs"));
        std::fs::write(data.join("library.ron"), "(gigabytes: many)").unwrap();
        assert!(Settings::load(&data).unwrap_err().contains("library.ron"));
    }
}
