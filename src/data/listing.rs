//! What lies in a folder: pictures, sub-folders, and all that is passed over.

use super::DataError;
use super::bytes::thousands;
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Loose pictures, and those of each sub-folder under its name.
pub(super) type Classes = (Vec<PathBuf>, Vec<(String, Vec<PathBuf>)>);

/// Endings of pictures that are not read: a folder of them is surely meant.
const OTHER_PICTURES: [&str; 26] = [
    "apng", "avif", "bmp", "cr2", "dng", "eps", "exr", "gif", "heic", "heif", "ico", "jfif", "jp2", "jpe", "jxl",
    "nef", "pbm", "pgm", "pnm", "ppm", "psd", "svg", "tga", "tif", "tiff", "webp",
];

/// Kinds of files named in a message.
const KINDS: usize = 12;

/// The pictures and the sub-folders of a folder, each sorted by name; hidden ones left out.
pub(super) struct Listing {
    pub files: Vec<PathBuf>,
    pub folders: Vec<PathBuf>,
}

impl Listing {
    /// List a folder. What is neither a picture nor a folder is noted; opening a pipe or a device would hang.
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

    /// The pictures here, and those of the sub-folders that have any.
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
    ["png", "jpg", "jpeg"].contains(&ending(path).as_str())
}

fn ending(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_lowercase()
}

/// What a folder holds besides what is read.
#[derive(Default)]
pub(super) struct PassedOver {
    /// How many files have each ending.
    kinds: BTreeMap<String, usize>,
    /// Pipes, sockets, devices.
    special: Vec<PathBuf>,
    /// Folders too deep to be read.
    folders: Vec<PathBuf>,
    /// Loose pictures, and folders, beside those of splits.
    loose: usize,
    beside: Vec<String>,
    /// Whether there are pictures among it, or what is called one.
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

    /// Pictures and folders that lie beside the folders of splits.
    pub fn beside_splits(&mut self, loose: usize, folders: Vec<String>) {
        self.pictures |= loose > 0 || !folders.is_empty();
        (self.loose, self.beside) = (loose, folders);
    }

    /// All of it in words; `None` for nothing.
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
            _ => format!("{}; only .png, .jpg and .jpeg are read", parts.join("; ")),
        })
    }
}
