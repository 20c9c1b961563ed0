//! Where runs are: run folders below a folder, and the points of studies.

use crate::study::StudyFolder;
use crate::train::RunFolder;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How many folders deep runs are looked for.
const DEPTH: usize = 3;

/// A run folder that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The run folder.
    pub folder: PathBuf,
    /// The name of the study that it is a point of, if it is one.
    pub study: Option<Arc<str>>,
}

/// Find the run folders at and below a folder, at most three folders deep; the points of a study bear its name. Hidden
/// folders are passed over, and so are links, which may lead in a circle.
pub fn find(root: &Path, found: &mut dyn FnMut(Place)) {
    visit(root, None, DEPTH, found);
}

fn visit(folder: &Path, study: Option<&Arc<str>>, depth: usize, found: &mut dyn FnMut(Place)) {
    let run = RunFolder::at(folder);
    if run.is_run() || run.is_unsaved() {
        return found(Place { folder: folder.to_owned(), study: study.cloned() });
    }
    if depth == 0 {
        return;
    }
    let here = StudyFolder::at(folder).is_study().then(|| {
        let name = folder.file_name().map_or_else(|| folder.display().to_string(), |name| name.display().to_string());
        Arc::<str>::from(name)
    });
    let mut below: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .filter(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."))
        .map(|entry| entry.path())
        .collect();
    // The newest first: those are looked for most.
    below.sort_unstable_by(|a, b| b.cmp(a));
    for folder in below {
        visit(&folder, here.as_ref().or(study), depth - 1, found);
    }
}

/// Whether runs or a study are found at or below a folder.
pub fn holds_runs(root: &Path) -> bool {
    let mut found = StudyFolder::at(root).is_study();
    if !found {
        find(root, &mut |_| found = true);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn runs_and_points_are_found_and_hidden_folders_are_not() {
        let root = tempfile::tempdir().unwrap();
        for run in ["a", "deep/b", "deep/study/0000-beta=1", "deep/study/0001-beta=4", ".trash/c", "too/deep/for/d"] {
            fs::create_dir_all(root.path().join(run).join("checkpoint")).unwrap();
            fs::write(root.path().join(run).join("experiment.ron"), "()").unwrap();
        }
        fs::create_dir_all(root.path().join("begun")).unwrap();
        fs::write(root.path().join("begun/.unsaved"), "").unwrap();
        fs::write(root.path().join("deep/study/study.ron"), "()").unwrap();
        let mut found = Vec::new();
        find(root.path(), &mut |place| found.push(place));
        let names: Vec<String> = found
            .iter()
            .map(|place| {
                let path = place.folder.strip_prefix(root.path()).unwrap().display().to_string();
                place.study.as_ref().map_or(path.clone(), |study| format!("{study}: {path}"))
            })
            .collect();
        let expected = ["study: deep/study/0001-beta=4", "study: deep/study/0000-beta=1", "deep/b", "begun", "a"];
        assert_eq!(names, expected);
        // A run folder itself.
        let mut found = Vec::new();
        find(&root.path().join("a"), &mut |place| found.push(place.folder));
        assert_eq!(found, [root.path().join("a")]);
    }
}
