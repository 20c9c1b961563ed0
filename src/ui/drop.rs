//! Recognition of a file or folder that is opened or dropped on the window, by its content rather than its name alone.

use crate::data::{IdxContent, array_content, guess_source, idx_content, table_size};
use crate::experiment::study::{Study, StudyFile};
use crate::experiment::{Data, Experiment, Source};
use crate::export::read_experiment;
use crate::library::holds_runs;
use crate::study::StudyFolder;
use crate::train::RunFolder;
use std::path::{Path, PathBuf};

/// The content of a path, and so what to do with it.
#[derive(Debug)]
pub enum Dropped {
    /// An experiment, from a RON file or from a PNG's metadata; `file` is where Save should write it.
    Experiment {
        experiment: Box<Experiment>,
        file: Option<PathBuf>,
    },
    Run(PathBuf),
    /// A study, for the form.
    Study(Box<Study>),
    /// The folder of a study, to follow.
    StudyFolder(PathBuf),
    /// A folder with runs or studies in it.
    Runs(PathBuf),
    /// A picture, to look at under the microscope.
    Picture(PathBuf),
    /// Data, for the form.
    Data(Box<Data>),
}

/// Look at a path. `data` is the form's data, of which a dropped file may change a part.
///
/// # Errors
/// A message that says what the path does not contain, and what would be accepted.
pub fn look(path: &Path, data: &Data) -> Result<Dropped, String> {
    if path.is_dir() {
        return folder(path, data);
    }
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("ron") if StudyFile::is_at(path) => {
            // The file of a study's folder stands for the folder.
            let folder = path.parent().map(StudyFolder::at).filter(|_| path.ends_with("study.ron"));
            if let Some(folder) = folder.filter(StudyFolder::is_planned) {
                return Ok(Dropped::StudyFolder(folder.path().to_owned()));
            }
            let file = StudyFile::load(path).map_err(|error| error.to_string())?;
            Ok(Dropped::Study(Box::new(file.study)))
        }
        Some("ron") => {
            let experiment = Experiment::load(path).map_err(|error| error.to_string())?;
            Ok(Dropped::Experiment { experiment: Box::new(experiment), file: Some(path.to_owned()) })
        }
        Some("png") => {
            // A PNG of another program's is a picture like any other.
            let Ok(text) = read_experiment(path) else { return Ok(Dropped::Picture(path.to_owned())) };
            let name = path.display().to_string();
            let experiment = Experiment::from_ron(&text, &name).map_err(|error| error.to_string())?;
            Ok(Dropped::Experiment { experiment: Box::new(experiment), file: None })
        }
        Some("jpg" | "jpeg" | "tif" | "tiff" | "webp" | "bmp" | "gif") => Ok(Dropped::Picture(path.to_owned())),
        Some("csv" | "tsv") => checked(Source::table(path), data),
        Some("npy" | "npz" | "h5" | "hdf5" | "mat" | "parquet") => source(path, data),
        Some("bin") if idx_content(path).is_err() => source(path, data),
        _ => idx(path, data),
    }
}

fn folder(path: &Path, data: &Data) -> Result<Dropped, String> {
    if RunFolder::at(path).is_run() {
        return Ok(Dropped::Run(path.to_owned()));
    }
    if StudyFolder::at(path).is_study() {
        return Ok(Dropped::StudyFolder(path.to_owned()));
    }
    if holds_runs(path) {
        return Ok(Dropped::Runs(path.to_owned()));
    }
    checked(guess_source(path).map_err(|error| error.to_string())?, data)
}

/// A file of data begins a new source, unless it is an array of labels for the arrays that there are.
fn source(path: &Path, data: &Data) -> Result<Dropped, String> {
    let mut source = data.source.clone();
    match &mut source {
        Source::Arrays { labels, .. } if holds_labels(path) => *labels = Some(path.to_owned()),
        source => *source = guess_source(path).map_err(|error| error.to_string())?,
    }
    checked(source, data)
}

/// Whether a file is an NPY array of one number or text for each image.
fn holds_labels(path: &Path) -> bool {
    Source::is_array_file(path)
        && array_content(path).is_ok_and(|shapes| matches!(&shapes[..], [shape] if shape.len() == 1))
}

/// Bytes of a table that is read as it is dropped, so that one that is damaged is refused at once.
const TABLE_GLANCE: u64 = 16 << 20;

/// A source for the form; a table of no more than so many bytes is read first.
fn checked(source: Source, data: &Data) -> Result<Dropped, String> {
    table_size(&source, TABLE_GLANCE).map_err(|error| error.to_string())?;
    Ok(Dropped::Data(Box::new(Data { source, ..data.clone() })))
}

/// An IDX file: images begin a new source, labels go with the images of the present source.
fn idx(path: &Path, data: &Data) -> Result<Dropped, String> {
    let content = idx_content(path).map_err(|error| {
        format!(
            "{error}. Elbow opens experiments and studies (.ron), its own PNGs, run folders, folders of studies, image \
             folders, IDX files, tables (.csv, .tsv, .parquet), arrays (.npy, .npz, .h5, .mat), Parquet files of \
             pictures, CIFAR's .bin files, and pictures to look at under the microscope."
        )
    })?;
    let is_test = path.file_name().is_some_and(|name| {
        let name = name.to_string_lossy().to_lowercase();
        name.starts_with("t10k") || name.contains("test")
    });
    let mut source = data.source.clone();
    match (&mut source, content, is_test) {
        (Source::Idx { test_images, .. }, IdxContent::Images(_), true) => *test_images = Some(path.to_owned()),
        (Source::Idx { test_labels, .. }, IdxContent::Labels, true) => *test_labels = Some(path.to_owned()),
        (Source::Idx { labels, .. }, IdxContent::Labels, false) => *labels = Some(path.to_owned()),
        (_, IdxContent::Labels, _) => {
            return Err(format!("{} holds labels: drop the images that they belong to first.", path.display()));
        }
        (_, IdxContent::Images(_), _) => {
            source = Source::Idx { images: path.to_owned(), labels: None, test_images: None, test_labels: None };
        }
    }
    Ok(Dropped::Data(Box::new(Data { source, ..data.clone() })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn idx_file(folder: &Path, name: &str, header: &[u8]) -> PathBuf {
        let path = folder.join(name);
        fs::write(&path, header).expect("a temporary file");
        path
    }

    #[test]
    fn idx_files_are_told_by_their_header_and_gather_in_one_source() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let images = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4];
        let labels = [0, 0, 8, 1, 0, 0, 0, 1, 7];
        let images_path = idx_file(folder.path(), "some.bin", &images);
        let labels_path = idx_file(folder.path(), "other.bin", &labels);
        let test_path = idx_file(folder.path(), "t10k-images", &images);

        assert!(
            look(&labels_path, &Data::default()).is_err_and(|message| message.contains("images that they belong to"))
        );
        let mut data = Data::default();
        for path in [&images_path, &labels_path, &test_path] {
            let Ok(Dropped::Data(found)) = look(path, &data) else { panic!("{} is data", path.display()) };
            data = *found;
        }
        let expected = Source::Idx {
            images: images_path,
            labels: Some(labels_path),
            test_images: Some(test_path),
            test_labels: None,
        };
        assert_eq!(data.source, expected);
    }

    #[test]
    fn every_kind_of_data_is_told_by_what_it_is() {
        let good = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/good").join(name);
        let dropped = |name: &str, data: &Data| match look(&good(name), data) {
            Ok(Dropped::Data(data)) => data.source,
            other => panic!("{name} is data, not {other:?}"),
        };
        for name in ["grey.npy", "named.npz", "several.h5", "matlab.mat"] {
            assert_eq!(dropped(name, &Data::default()), Source::arrays(&good(name)));
        }
        let arrays = Data { source: Source::arrays(&good("grey.npy")), ..Data::default() };
        assert!(matches!(dropped("labels.npy", &arrays), Source::Arrays { labels: Some(_), .. }));
        for name in ["plain.parquet", "parquet"] {
            assert!(matches!(dropped(name, &Data::default()), Source::Parquet { .. }));
        }
        assert_eq!(dropped("rows.parquet", &Data::default()), Source::table(&good("rows.parquet")));
        assert!(matches!(dropped("pictures", &Data::default()), Source::Folder { .. }));
        assert!(matches!(look(&good("pictures/rgb-0.webp"), &Data::default()), Ok(Dropped::Picture(_))));
    }

    #[test]
    fn folders_are_runs_or_images_and_nonsense_says_what_would_do() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert!(matches!(look(folder.path(), &Data::default()), Ok(Dropped::Data(_))));
        fs::write(folder.path().join("experiment.ron"), "").expect("a temporary file");
        assert!(matches!(look(folder.path(), &Data::default()), Ok(Dropped::Run(_))));
        let nonsense = idx_file(folder.path(), "letter.txt", b"Dear Sir");
        assert!(look(&nonsense, &Data::default()).is_err_and(|message| message.contains("run folders")));
    }
}
