//! The paths in an experiment: absolute in memory, relative in a file that lies above the data.

use crate::experiment::Source;
use std::path::{Component, Path, PathBuf, absolute};

/// Make the paths of an experiment that was read from `file` absolute. A relative path starts at the file's folder, or,
/// if nothing is there, at the folder in which Elbow was started.
pub fn resolve(source: &mut Source, file: &Path) {
    paths(source).into_iter().for_each(|path| resolve_path(path, file));
}

/// Make a path that was read from `file` whole, as [`resolve`] does.
pub fn resolve_path(path: &mut PathBuf, file: &Path) {
    let Some(folder) = folder_of(file) else { return };
    let beside = whole(&folder.join(&*path));
    *path = match (beside, whole(path)) {
        (Some(beside), Some(here)) if !beside.exists() && here.exists() => here,
        (Some(beside), _) => beside,
        (None, _) => return,
    };
}

/// Prepare the paths of an experiment for writing to `file`: relative to the file's folder where they lie below it,
/// else absolute, so that they lead to the same place from anywhere.
pub fn settle(source: &mut Source, file: &Path) {
    let folder = folder_of(file);
    for path in paths(source) {
        let Some(whole) = whole(path) else { continue };
        let below = folder.as_ref().and_then(|folder| whole.strip_prefix(folder).ok());
        *path = match below {
            Some(below) if below.as_os_str().is_empty() => ".".into(),
            Some(below) => below.to_path_buf(),
            None => whole,
        };
    }
}

fn folder_of(file: &Path) -> Option<PathBuf> {
    whole(absolute(file).ok()?.parent()?)
}

/// The absolute form of a path, with `..` resolved if the path exists.
fn whole(path: &Path) -> Option<PathBuf> {
    let whole = absolute(path).ok()?;
    let turns = whole.components().any(|part| part == Component::ParentDir);
    Some(if turns { whole.canonicalize().unwrap_or(whole) } else { whole })
}

/// The files and folders that a source names; an empty path is yet to be filled in.
fn paths(source: &mut Source) -> Vec<&mut PathBuf> {
    let mut paths = match source {
        Source::Mnist | Source::Wine | Source::Shapes { .. } | Source::Toy { .. } => Vec::new(),
        Source::Idx { images, labels, test_images, test_labels } => {
            [Some(images), labels.as_mut(), test_images.as_mut(), test_labels.as_mut()].into_iter().flatten().collect()
        }
        Source::Arrays { file, labels, factors, mask, test_images, test_labels, test_factors, test_mask, .. } => {
            let beside = [labels, factors, mask, test_images, test_labels, test_factors, test_mask];
            let beside = beside.into_iter().filter_map(Option::as_mut);
            // Others are names of arrays in the file.
            std::iter::once(file).chain(beside.filter(|path| Source::is_array_file(path))).collect()
        }
        Source::Folder { path, table, .. } => std::iter::once(path).chain(table).collect(),
        Source::Table { path, test, .. } => std::iter::once(path).chain(test).collect(),
        Source::Cifar { path, .. } | Source::Parquet { path, .. } => vec![path],
    };
    paths.retain(|path| !path.as_os_str().is_empty());
    paths
}
