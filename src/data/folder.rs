//! A folder of pictures, resized to one shape. Sub-folders, one level down, are labels; sub-folders called
//! train, validation and test are splits, which may have sub-folders for labels in turn.

use super::bytes::{ByteImages, MAX_BYTES, thousands};
use super::cache::{Decoded, DecodedCache, SMALLEST};
use super::decode::{Pace, Tally, side_by_side, stretch};
use super::listing::{Classes, KINDS_READ, Listing, PassedOver};
use super::picture::{Backdrop, read_into};
use super::picture_table::PictureTable;
use super::{Cancelled, DataError, ImageShape, Split};
use std::path::{Path, PathBuf};

/// The pictures of a folder and the names of their labels.
pub(super) struct Folder {
    pub training: Pictures,
    /// The validation pictures, if the folder has a sub-folder for them.
    pub validation: Option<Pictures>,
    pub test: Option<Pictures>,
    pub label_names: Vec<String>,
    /// How the folder was understood and which files were ignored, in sentences for the user.
    pub notes: Vec<String>,
    pub warnings: Vec<String>,
}

/// Paths of pictures in order of name, with a label each if there are labels.
#[derive(Default)]
pub(super) struct Pictures {
    files: Vec<PathBuf>,
    labels: Option<Vec<u8>>,
}

impl Folder {
    /// List the pictures of the folder itself and, with labels, of its sub-folders.
    pub fn list(path: &Path) -> Result<Self, DataError> {
        let mut passed = PassedOver::default();
        let root = Listing::read(path, &mut passed)?;
        let mut folder = match splits(&root.folders) {
            Some(splits) => Self::list_splits(path, root, splits, &mut passed)?,
            None => {
                let (mut sets, label_names, warnings) = label(path, vec![root.with_classes(&mut passed)?]);
                let training = sets.pop().unwrap_or_default();
                Self { training, validation: None, test: None, label_names, notes: Vec::new(), warnings }
            }
        };
        if folder.training.files.is_empty() {
            let message = format!("holds no pictures ({KINDS_READ}), nor does any of its sub-folders");
            let instead = passed.words().map_or(String::new(), |words| format!("; it holds {words}"));
            return Err(DataError::of_file(path, format!("{message}{instead}")));
        }
        if let Some(words) = passed.words() {
            let message = format!("{}: passed over: {words}", path.display());
            // A note will do for what nobody would take for a picture.
            let list = if passed.pictures { &mut folder.warnings } else { &mut folder.notes };
            list.push(message);
        }
        Ok(folder)
    }

    /// Each split from its own sub-folder.
    fn list_splits(
        path: &Path,
        root: Listing,
        splits: Vec<(Split, PathBuf)>,
        passed: &mut PassedOver,
    ) -> Result<Self, DataError> {
        let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let names = splits.iter().map(|(split, folder)| format!("{} from {}/", split.name(), name(folder)));
        let names = names.collect::<Vec<_>>().join(", ");
        let mut notes = vec![format!("{}: its sub-folders are splits, not labels: {names}", path.display())];
        let others = root.folders.iter().filter(|folder| !splits.iter().any(|(_, split)| split == *folder));
        passed.beside_splits(root.files.len(), others.map(|folder| name(folder)).collect());
        let mut listed = Vec::new();
        for (_, folder) in &splits {
            listed.push(Listing::read(folder, passed)?.with_classes(passed)?);
        }
        let (sets, label_names, warnings) = label(path, listed);
        let mut folder = Self {
            training: Pictures::default(),
            validation: None,
            test: None,
            label_names,
            notes: Vec::new(),
            warnings,
        };
        for ((split, path), set) in splits.into_iter().zip(sets) {
            match split {
                _ if set.files.is_empty() => notes.push(format!("{}: holds no images", path.display())),
                Split::Train => folder.training = set,
                Split::Validation => folder.validation = Some(set),
                Split::Test => folder.test = Some(set),
            }
        }
        folder.notes = notes;
        Ok(folder)
    }
}

impl Folder {
    /// The paths of all pictures in the order of their numbers: training, test, validation.
    pub fn files(&self) -> Vec<PathBuf> {
        let sets = [Some(&self.training), self.test.as_ref(), self.validation.as_ref()];
        sets.into_iter().flatten().flat_map(|set| set.files.iter().cloned()).collect()
    }

    /// Take the labels of a table in place of the sub-folders, if it has any.
    pub fn relabel(&mut self, path: &Path, table: &PictureTable) -> Result<(), DataError> {
        let Some((names, labels)) = table.labels()? else { return Ok(()) };
        for set in [Some(&mut self.training), self.validation.as_mut(), self.test.as_mut()].into_iter().flatten() {
            let rows = table.rows_of(path, &set.files)?;
            set.labels = Some(rows.into_iter().map(|row| labels[row]).collect());
        }
        self.label_names = names;
        Ok(())
    }
}

/// The sub-folders that are splits. `None` unless one of them is for training and every sub-folder that looks like a
/// split is one.
fn splits(folders: &[PathBuf]) -> Option<Vec<(Split, PathBuf)>> {
    let mut found = Vec::new();
    for folder in folders {
        let split = match folder.file_name()?.to_string_lossy().to_lowercase().as_str() {
            "train" | "training" => Split::Train,
            "val" | "valid" | "validation" | "dev" => Split::Validation,
            "test" | "testing" => Split::Test,
            _ => continue,
        };
        found.push((split, folder.clone()));
    }
    // Two folders for one split would be two of something else.
    let of = |wanted: Split| found.iter().filter(|(split, _)| *split == wanted).count();
    let one_each = [Split::Train, Split::Validation, Split::Test].map(of).into_iter().all(|count| count <= 1);
    (one_each && of(Split::Train) == 1 && (found.len() > 1 || folders.len() == 1)).then_some(found)
}

/// Pictures with their labels, which mean the same in all sets; the labels' names; what is odd about them.
fn label(path: &Path, sets: Vec<Classes>) -> (Vec<Pictures>, Vec<String>, Vec<String>) {
    let mut warnings = Vec::new();
    let mut names: Vec<String> = sets.iter().flat_map(|(_, classes)| classes).map(|(name, _)| name.clone()).collect();
    // As the paths are sorted: by bytes.
    names.sort_unstable();
    names.dedup();
    let loose = sets.iter().any(|(loose, _)| !loose.is_empty());
    if loose && !names.is_empty() {
        warnings.push(format!(
            "{}: images lie both in the folder and in its sub-folders, so sub-folders are not used as labels",
            path.display()
        ));
    } else if names.len() > 256 {
        warnings.push(format!(
            "{}: {} sub-folders are more than the 256 labels there can be, so they are not used as labels",
            path.display(),
            thousands(names.len() as u64)
        ));
    }
    // One class for all tells nothing.
    let labelled = !loose && (2..=256).contains(&names.len());
    let pictures = sets.into_iter().map(|(mut files, classes)| {
        let mut labels = Vec::new();
        for (name, inside) in classes {
            let label = names.binary_search(&name).unwrap_or_default();
            labels.resize(labels.len() + inside.len(), label as u8);
            files.extend(inside);
        }
        Pictures { files, labels: labelled.then_some(labels) }
    });
    let pictures = pictures.collect();
    if !labelled {
        names.clear();
    }
    (pictures, names, warnings)
}

impl Pictures {
    /// How many pictures there are.
    pub fn count(&self) -> usize {
        self.files.len()
    }

    /// Leave only the pictures of these numbers, in ascending order.
    pub fn keep(&mut self, numbers: &[u32]) {
        self.files = numbers.iter().map(|&number| std::mem::take(&mut self.files[number as usize])).collect();
        self.labels = self.labels.take().map(|labels| numbers.iter().map(|&n| labels[n as usize]).collect());
    }

    /// Decode every picture and resize it to `shape` (1 channel: grey; 3: RGB), on all processors. `tally` counts
    /// transparent pictures and collects those that cannot be read under their `number` in the source.
    pub fn read(
        self,
        number: &dyn Fn(usize) -> u32,
        shape: ImageShape,
        backdrop: Backdrop,
        tally: &mut Tally,
        progress: &mut dyn FnMut(&str),
        cancelled: Cancelled<'_>,
    ) -> Result<ByteImages, DataError> {
        let count = self.files.len();
        let n = shape.pixels();
        if count as u64 * n as u64 > MAX_BYTES {
            return Err(DataError(format!(
                "{} images of {} × {} pixels are more than the {} GiB that can be held; choose a smaller size",
                thousands(count as u64),
                shape.width,
                shape.height,
                MAX_BYTES >> 30
            )));
        }
        let cache = DecodedCache::of_user().filter(|_| count >= SMALLEST);
        let place = match &cache {
            None => None,
            Some(cache) => {
                let mut comparing = |done: usize| {
                    let [done, count] = [done + 1, count].map(|n| thousands(n as u64));
                    progress(&format!("comparing image {done} of {count} with what was decoded before"));
                };
                cache.place(&self.files, shape, backdrop, &mut comparing, cancelled)?
            }
        };
        let kept = cache.as_ref().zip(place.as_ref()).and_then(|(cache, place)| cache.read(place, count * n));
        if let Some(Decoded { pixels, transparent }) = kept {
            tally.known(count, transparent as usize);
            return Ok(ByteImages { shape, pixels, labels: self.labels });
        }
        let mut pixels = vec![0; count * n];
        let stretch = stretch();
        let decode = |file: &PathBuf, out: &mut [u8]| read_into(file, shape, backdrop, out);
        let pace = Pace::begin(count);
        let (mut done, before) = (0, (tally.unreadable().len(), tally.transparent));
        for (files, pixels) in self.files.chunks(stretch).zip(pixels.chunks_mut(stretch * n)) {
            let [number_of, all] = [done + 1, count].map(|n| thousands(n as u64));
            progress(&format!("reading image {number_of} of {all}{}", pace.left(done)));
            for outcome in side_by_side(files, n, pixels, &decode, cancelled)? {
                tally.note(number(done), outcome);
                done += 1;
            }
        }
        if let (Some(cache), Some(place)) = (cache, place)
            && tally.unreadable().len() == before.0
        {
            progress("keeping the decoded images for the next start");
            cache.keep(&place, &pixels, (tally.transparent - before.1) as u64);
        }
        Ok(ByteImages { shape, pixels, labels: self.labels })
    }
}
