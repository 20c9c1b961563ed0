//! Images as arrays in a file, or as numbered PNG files in a folder: what other programs compute with.

use super::records::write;
use crate::data::Images;
use crate::export::{Column, GridLabels, GridOptions, grid, png_bytes};
use crate::files;
use crate::worker::Failure;
use std::path::{Path, PathBuf};

/// Where images go.
pub enum ImagesOut {
    /// An archive of arrays.
    Array(PathBuf),
    /// A folder of numbered PNG files.
    Folder(PathBuf),
}

/// Some images that go to one array, or to files with one ending of their names.
pub struct Part {
    /// The array's name.
    pub name: &'static str,
    /// The end of a PNG file's name, behind its number.
    pub suffix: &'static str,
    /// The images.
    pub images: Images,
}

impl ImagesOut {
    /// The kind of output that the path of `--out` asks for: an archive where it ends in `.npz`, else a folder.
    pub fn of(path: &Path) -> Result<Self, Failure> {
        let refused = |why: &str| Err(Failure::Input(format!("--out {}: {why}", path.display())));
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
        match extension.as_deref() {
            Some("npz") if path.is_dir() => refused("this is a folder; name a file in it"),
            Some("npz") => Ok(Self::Array(path.to_owned())),
            _ if path.is_file() => {
                refused("name an archive of arrays (.npz) or a folder, in which each image is a PNG")
            }
            _ => Ok(Self::Folder(path.to_owned())),
        }
    }

    /// Write the images that `next` gives, some at a time, with the same names each time; returns how many of the first
    /// name there were.
    pub fn write(&self, mut next: impl FnMut() -> Result<Option<Vec<Part>>, Failure>) -> Result<usize, Failure> {
        match self {
            Self::Array(path) => write(path, || {
                let column = |part: Part| {
                    let Images { channels, height, width, pixels, .. } = part.images;
                    Column::block(part.name, &[channels, height, width], pixels)
                };
                Ok(next()?.map(|parts| parts.into_iter().map(column).collect()))
            }),
            Self::Folder(folder) => {
                let mut count = 0;
                while let Some(parts) = next()? {
                    for part in &parts {
                        picture_files(folder, part, count)?;
                    }
                    count += parts.first().map_or(0, |part| part.images.count);
                }
                Ok(count)
            }
        }
    }
}

/// Write each image as a PNG of its own size, numbered from `first` on.
fn picture_files(folder: &Path, part: &Part, first: usize) -> Result<(), Failure> {
    let Part { suffix, images, .. } = part;
    files::create_folder(folder).map_err(Failure::run)?;
    for index in 0..images.count {
        let one = images.alike(1, images.image(index).to_vec());
        let picture = grid(&one, &GridOptions::one_to_one(1), &GridLabels::default()).map_err(Failure::run)?;
        let path = folder.join(format!("{:06}{suffix}.png", first + index));
        let bytes = png_bytes(&path, &picture, &[]).map_err(Failure::run)?;
        // Thousands of them: waiting for the disk after each would take longer than making them.
        files::write_lightly(&path, bytes).map_err(Failure::run)?;
    }
    Ok(())
}
