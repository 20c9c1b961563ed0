//! The content of a folder: pictures, sub-folders, and everything that is ignored.

use super::DataError;
use super::bytes::thousands;
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The pictures of the folder itself, and those of each sub-folder with its name.
pub(super) type Classes = (Vec<PathBuf>, Vec<(String, Vec<PathBuf>)>);

/// Endings of pictures that Elbow does not read: a folder of such pictures was surely meant.
const OTHER_PICTURES: [&str; 20] = [
    "apng", "avif", "cr2", "dng", "eps", "exr", "heic", "heif", "ico", "jp2", "jxl", "nef", "pbm", "pgm", "pnm", "ppm",
    "psd", "svg", "tga", "xcf",
];

/// Endings of pictures that are read.
const PICTURES: [&str; 11] = ["png", "jpg", "jpeg", "jpe", "jfif", "tif", "tiff", "webp", "bmp", "dib", "gif"];

/// The kinds of pictures that are read, in words.
pub(super) const KINDS_READ: &str = "PNG, JPEG, TIFF, WebP, BMP and GIF";

/// Number of kinds of files that a message names.
const KINDS: usize = 12;

/// The pictures and the sub-folders of a folder, each sorted by name, without hidden ones.
pub(super) struct Listing {
    pub files: Vec<PathBuf>,
    pub folders: Vec<PathBuf>,
}

impl Listing {
    /// List a folder. Entries that are neither a file nor a folder are noted but never opened, since opening a pipe or
    /// a device would hang.
    pub fn read(path: &Path, passed: &mut PassedOver) -> Result<Self, DataError> {
        let unreadable = |error: std::io::Error| {
            DataError::of_file(
                path,
                match error.kind() {
                    ErrorKind::NotFound => format!("there is no such folder{}; check the path", super::looked_in(path)),
                    ErrorKind::NotADirectory => {
                        "is a file, not a folder of images; give the folder it lies in".to_string()
                    }
                    _ => format!("cannot be listed: {error}"),
                },
            )
        };
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        for entry in fs::read_dir(path).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let path = entry.path();
            match fs::metadata(&path) {
                Ok(metadata) if metadata.is_dir() => folders.push(path),
                Ok(metadata) if metadata.is_file() => match is_picture(&path) {
                    true => files.push(path),
                    false => passed.file(&path),
                },
                // A link to nothing is a picture that cannot be read, if it is called one.
                Err(_) if is_picture(&path) => files.push(path),
                Err(_) => passed.file(&path),
                Ok(_) => passed.special(&path),
            }
        }
        files.sort_unstable();
        folders.sort_unstable();
        Ok(Self { files, folders })
    }

    /// The folder's pictures, and those of its sub-folders that have any.
    pub fn with_classes(self, passed: &mut PassedOver) -> Result<Classes, DataError> {
        let mut classes = Vec::new();
        for folder in self.folders {
            let inside = Self::read(&folder, passed)?;
            inside.folders.iter().for_each(|deeper| passed.folder(deeper));
            if !inside.files.is_empty() {
                classes.push((folder.file_name().unwrap_or_default().to_string_lossy().into_owned(), inside.files));
            }
        }
        Ok((self.files, classes))
    }
}

fn is_picture(path: &Path) -> bool {
    PICTURES.contains(&ending(path).as_str())
}

fn ending(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_lowercase()
}

/// The entries of a folder that are ignored.
#[derive(Default)]
pub(super) struct PassedOver {
    /// Number of files with each ending.
    kinds: BTreeMap<String, usize>,
    /// Pipes, sockets and devices.
    special: Vec<PathBuf>,
    /// Folders at a depth that is not read.
    folders: Vec<PathBuf>,
    /// Number of pictures and folders beside the folders of splits.
    loose: usize,
    beside: Vec<String>,
    /// Whether pictures, or files named like pictures, are among the ignored entries.
    pub pictures: bool,
}

impl PassedOver {
    fn file(&mut self, path: &Path) {
        let ending = ending(path);
        self.pictures |= OTHER_PICTURES.contains(&ending.as_str());
        *self.kinds.entry(ending).or_default() += 1;
    }

    fn special(&mut self, path: &Path) {
        self.pictures |= is_picture(path);
        self.special.push(path.to_path_buf());
    }

    fn folder(&mut self, path: &Path) {
        self.folders.push(path.to_path_buf());
    }

    /// Note pictures and folders that lie beside the folders of splits.
    pub fn beside_splits(&mut self, loose: usize, folders: Vec<String>) {
        self.pictures |= loose > 0 || !folders.is_empty();
        (self.loose, self.beside) = (loose, folders);
    }

    /// The ignored entries in words; `None` if there are none.
    pub fn words(&self) -> Option<String> {
        let mut parts = Vec::new();
        let files: usize = self.kinds.values().sum();
        if files > 0 {
            let mut kinds: Vec<(&String, &usize)> = self.kinds.iter().collect();
            kinds.sort_by_key(|&(ending, &count)| (std::cmp::Reverse(count), ending));
            let name = |&(ending, count): &(&String, &usize)| match ending.as_str() {
                "" => format!("{} without ending", thousands(*count as u64)),
                ending => format!("{} .{ending}", thousands(*count as u64)),
            };
            let mut named: Vec<String> = kinds.iter().take(KINDS).map(name).collect();
            if kinds.len() > KINDS {
                named.push("…".into());
            }
            let noun = if files == 1 { "file" } else { "files" };
            parts.push(format!("{} other {noun} ({})", thousands(files as u64), named.join(", ")));
        }
        if self.loose > 0 {
            parts.push(format!("{} images beside the folders of splits", thousands(self.loose as u64)));
        }
        if !self.beside.is_empty() {
            parts.push(format!("the folders {} beside those of splits", self.beside.join(", ")));
        }
        match self.folders.as_slice() {
            [] => {}
            [only] => parts.push(format!("a folder inside a sub-folder ({})", only.display())),
            [first, ..] => parts.push(format!(
                "{} folders inside sub-folders ({}, …)",
                thousands(self.folders.len() as u64),
                first.display()
            )),
        }
        match self.special.as_slice() {
            [] => {}
            [only] => parts.push(format!("{}, which is no regular file", only.display())),
            [first, ..] => parts.push(format!(
                "{} that are no regular files ({}, …)",
                thousands(self.special.len() as u64),
                first.display()
            )),
        }
        (!parts.is_empty()).then(|| match files {
            0 => parts.join("; "),
            _ => format!("{}; only {KINDS_READ} are read", parts.join("; ")),
        })
    }
}
