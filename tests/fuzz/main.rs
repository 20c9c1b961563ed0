//! The readers of files and texts from outside, given damaged ones: seeded mutations of the files in `corpus`. Nothing
//! panics, memory stays within bounds, and every refusal names the file or text that it refuses.
//!
//! Each body is run on every file of its corpus, then on `ELBOW_FUZZ` mutations of them (by default a few hundred).

#[path = "../support/dice.rs"]
mod dice;
mod driver;
mod memory;
mod mutate;
mod runs;

use driver::{Scratch, fuzz};
use elbow::data::Dataset;
use elbow::experiment::{Binarisation, Data, Experiment, Scaling, Source};
use elbow::export::read_experiment;

/// Bytes that a small file may make a reader take.
const FAIR: usize = 8 << 20;

#[test]
fn experiments_as_ron() {
    let scratch = Scratch::new("experiment.ron");
    fuzz("ron", FAIR, |bytes| {
        let path = scratch.write(bytes);
        let experiment = scratch.named(Experiment::load(&path))?;
        let problems = experiment.problems(experiment.image_shape_hint());
        assert!(problems.iter().all(|problem| !problem.to_string().is_empty()));
        // What was read is written as the same.
        let text = experiment.to_ron().map_err(|error| error.to_string())?;
        let again = Experiment::from_ron(&text, "again").expect("what was written is read");
        assert_eq!(format!("{again:?}"), format!("{experiment:?}"));
        Ok(())
    });
}

/// Read images as training images.
fn read_images(scratch: &Scratch, bytes: &[u8]) -> Result<(), String> {
    let source = Source::Idx { images: scratch.write(bytes), labels: None, test_images: None, test_labels: None };
    read_source(scratch, source)
}

/// Read a source without holding out images for validation.
fn read_source(scratch: &Scratch, source: Source) -> Result<(), String> {
    let data = Data { source, binarisation: Binarisation::None, validation: 0, ..Data::default() };
    let images = Dataset::load(&data, 0, &mut |_| {});
    // A file that is whole and has too few images is told by their number.
    match images {
        Err(error) if error.to_string().starts_with("the data has ") => Err(error.to_string()),
        images => scratch.named(images).map(|_| ()),
    }
}

#[test]
fn images_as_idx() {
    let scratch = Scratch::new("images.idx");
    fuzz("idx", FAIR, |bytes| read_images(&scratch, bytes));
}

#[test]
fn images_as_gzip() {
    let scratch = Scratch::new("images.idx.gz");
    fuzz("gzip", FAIR, |bytes| read_images(&scratch, bytes));
}

#[test]
fn an_array_as_npy() {
    let scratch = Scratch::new("images.npy");
    fuzz("npy", FAIR, |bytes| read_source(&scratch, Source::arrays(&scratch.write(bytes))));
}

#[test]
fn arrays_as_npz() {
    let scratch = Scratch::new("images.npz");
    fuzz("npz", FAIR, |bytes| read_source(&scratch, Source::arrays(&scratch.write(bytes))));
}

#[test]
fn images_under_a_mask() {
    let scratch = Scratch::new("images.npz");
    fuzz("mask", FAIR, |bytes| {
        let mut source = Source::arrays(&scratch.write(bytes));
        if let Source::Arrays { mask, .. } = &mut source {
            *mask = Some("mask".into());
        }
        read_source(&scratch, source)
    });
}

#[test]
fn arrays_as_hdf5() {
    let scratch = Scratch::new("images.h5");
    fuzz("hdf5", FAIR, |bytes| read_source(&scratch, Source::arrays(&scratch.write(bytes))));
}

#[test]
fn images_as_cifar() {
    let scratch = Scratch::new("data_batch_1.bin");
    fuzz("cifar", FAIR, |bytes| {
        let path = scratch.write(bytes);
        read_source(&scratch, Source::Cifar { path, coarse: false })
    });
}

#[test]
fn pictures_in_parquet() {
    let scratch = Scratch::new("pictures.parquet");
    fuzz("parquet", FAIR, |bytes| {
        let mut source = Source::parquet(&scratch.write(bytes), 4);
        let plain = read_source(&scratch, source.clone());
        // Of the labels' numbers as factors too.
        if let Source::Parquet { factors, .. } = &mut source {
            *factors = "label*".into();
        }
        let _ = read_source(&scratch, source);
        plain
    });
}

#[test]
fn rows_of_a_table() {
    let scratch = Scratch::new("rows.csv");
    // Its label's and categories' columns too, so that all that a column can be is met.
    fuzz("table", FAIR, |bytes| {
        let path = scratch.write(bytes);
        let plain = read_source(&scratch, Source::table(&path));
        let mut chosen = Source::table(&path);
        if let Source::Table { columns, label, categories, scaling, .. } = &mut chosen {
            (*columns, *label, *categories) = ("1-2".into(), "1".into(), "2".into());
            *scaling = Scaling::MinMax;
        }
        // What is right for all columns need not be right for these.
        let _ = read_source(&scratch, chosen);
        plain
    });
}

#[test]
fn rows_in_parquet() {
    let scratch = Scratch::new("rows.parquet");
    fuzz("rows", FAIR, |bytes| {
        let path = scratch.write(bytes);
        let plain = read_source(&scratch, Source::table(&path));
        let mut chosen = Source::table(&path);
        if let Source::Table { columns, label, categories, .. } = &mut chosen {
            (*columns, *label, *categories) = ("1-3".into(), "1".into(), "2".into());
        }
        let _ = read_source(&scratch, chosen);
        plain
    });
}

#[test]
fn the_experiment_in_a_png() {
    let scratch = Scratch::new("picture.png");
    // The decoder's own limit is 64 MiB.
    fuzz("png", FAIR + (64 << 20), |bytes| {
        let text = scratch.named(read_experiment(&scratch.write(bytes)))?;
        // What is in it is the RON reader's affair.
        let _ = Experiment::from_ron(&text, "picture.png");
        Ok(())
    });
}

#[test]
fn assignments() {
    fuzz("set", FAIR, |bytes| {
        let assignment = String::from_utf8_lossy(bytes);
        let before = Experiment::default();
        let mut experiment = before.clone();
        match experiment.set(&assignment) {
            Ok(()) => {
                let text = experiment.to_ron().expect("it is written");
                Experiment::from_ron(&text, "changed").expect("what was written is read");
                Ok(())
            }
            Err(error) => {
                assert_eq!(experiment, before, "an error changes nothing");
                let message = error.to_string();
                assert!(message.contains(&*assignment), "{assignment:?} is not in {message}");
                Err(message)
            }
        }
    });
}
