//! For tests: the states that a kill or a power cut may leave of a disk. The calls of this thread are recorded while
//! [`record`] runs; [`crashes`] and [`power_cuts`] list the possible states.

use super::disk::folder_of;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A call that changes the disk, recorded after it was done.
#[derive(Clone, Debug)]
pub enum Step {
    /// The content of a file was written under this name and synced; the name itself has not been synced.
    Content(PathBuf, Vec<u8>),
    /// Bytes were appended after the given number of bytes of a file, and synced.
    Append(PathBuf, usize, Vec<u8>),
    Folder(PathBuf),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
    /// The names in this folder were synced.
    Sync(PathBuf),
}

impl Step {
    /// The folder whose names the call changes.
    fn folder(&self) -> Option<&Path> {
        match self {
            Self::Content(path, _) | Self::Folder(path) | Self::Rename(_, path) | Self::Remove(path) => {
                Some(folder_of(path))
            }
            Self::Append(..) | Self::Sync(_) => None,
        }
    }

    /// The first half of the call, if it can be cut off half-way.
    fn half(&self) -> Option<Self> {
        let Self::Append(path, from, content) = self else { return None };
        Some(Self::Append(path.clone(), *from, content[..content.len() / 2].into()))
    }
}

thread_local! {
    static STEPS: RefCell<Option<Vec<Step>>> = const { RefCell::new(None) };
}

/// Note a call, if this thread records.
pub fn note(step: impl FnOnce() -> Step) {
    STEPS.with_borrow_mut(|steps| {
        if let Some(steps) = steps {
            steps.push(step());
        }
    });
}

/// Note that a file's content was synced.
pub fn note_content(path: &Path) {
    note(|| Step::Content(path.into(), std::fs::read(path).unwrap_or_default()));
}

/// Note that a folder is about to be removed, name by name.
pub fn note_removal(path: &Path) {
    for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            note_removal(&entry.path());
        } else {
            note(|| Step::Remove(entry.path()));
        }
    }
    if path.is_dir() {
        note(|| Step::Remove(path.into()));
    }
}

/// Run `work`, and return the calls that it makes.
pub fn record(work: impl FnOnce()) -> Vec<Step> {
    STEPS.set(Some(Vec::new()));
    work();
    STEPS.take().unwrap_or_default()
}

/// A disk: each name with a file's content, or `None` for a folder.
pub type Disk = BTreeMap<PathBuf, Option<Vec<u8>>>;

/// The files and folders at `root` and below it.
pub fn disk(root: &Path) -> Disk {
    let mut found = Disk::from([(root.to_owned(), None)]);
    for entry in std::fs::read_dir(root).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(disk(&path));
        } else {
            let content = std::fs::read(&path).ok();
            found.insert(path, content);
        }
    }
    found
}

/// Make a folder hold exactly the files and folders of `disk`.
pub fn restore(root: &Path, disk: &Disk) {
    std::fs::remove_dir_all(root).unwrap();
    // Folders sort before what is in them.
    for (path, content) in disk {
        match content {
            None => std::fs::create_dir(path).unwrap(),
            Some(content) => std::fs::write(path, content).unwrap(),
        }
    }
}

/// The possible states of a disk, which was `before`, when the sequence is cut off after any of its calls, or in the
/// middle of one.
pub fn crashes(before: &Disk, steps: &[Step]) -> BTreeSet<Disk> {
    let cut_off = |end: usize| {
        let half = steps.get(end).and_then(Step::half);
        let halfway = half.map(|half| [&steps[..end], &[half]].concat());
        let states = power_cuts(before, &steps[..end]).into_iter();
        states.chain(halfway.map(|steps| power_cuts(before, &steps)).into_iter().flatten())
    };
    (0..=steps.len()).flat_map(cut_off).collect()
}

/// The possible states after a power cut at the end of these calls: any subset of the names that are not synced. The
/// state after a kill, with all of them, is one of these.
pub fn power_cuts(before: &Disk, steps: &[Step]) -> BTreeSet<Disk> {
    let pending: Vec<usize> = (0..steps.len()).filter(|&i| steps[i].folder().is_some() && !is_safe(steps, i)).collect();
    assert!(pending.len() <= 12, "{} names are not synced: {pending:?} of {steps:?}", pending.len());
    let state = |kept: u32| {
        let is_lost = |i| pending.iter().position(|&p| p == i).is_some_and(|bit| kept & (1 << bit) == 0);
        let mut disk = before.clone();
        (0..steps.len()).filter(|&i| !is_lost(i)).for_each(|i| apply(&mut disk, &steps[i]));
        disk
    };
    (0..1_u32 << pending.len()).map(state).collect()
}

/// Whether a step outlives a power cut: its folder was synced later, or is gone for good.
fn is_safe(done: &[Step], i: usize) -> bool {
    let Some(folder) = done[i].folder() else { return true };
    (i + 1..done.len()).any(|later| match &done[later] {
        Step::Sync(synced) => synced == folder,
        Step::Remove(removed) => folder.starts_with(removed) && is_safe(done, later),
        _ => false,
    })
}

fn apply(disk: &mut Disk, step: &Step) {
    match step {
        // A file whose folder's own name was lost is lost with it.
        Step::Content(path, content) if has_folder(disk, path) => {
            disk.insert(path.clone(), Some(content.clone()));
        }
        Step::Append(path, from, content) => {
            if let Some(Some(present)) = disk.get_mut(path) {
                present.truncate(*from);
                present.extend(content);
            }
        }
        Step::Folder(path) if has_folder(disk, path) => {
            disk.entry(path.clone()).or_insert(None);
        }
        Step::Rename(from, to) => {
            let moved: Vec<PathBuf> = disk.keys().filter(|path| path.starts_with(from)).cloned().collect();
            if !moved.is_empty() {
                disk.retain(|path, _| !path.starts_with(to));
            }
            for path in moved {
                let content = disk.remove(&path).unwrap();
                let rest = path.strip_prefix(from).unwrap();
                disk.insert(if rest.as_os_str().is_empty() { to.clone() } else { to.join(rest) }, content);
            }
        }
        Step::Remove(path) if !disk.keys().any(|other| other != path && other.starts_with(path)) => {
            disk.remove(path);
        }
        _ => {}
    }
}

fn has_folder(disk: &Disk, path: &Path) -> bool {
    disk.get(folder_of(path)) == Some(&None)
}
