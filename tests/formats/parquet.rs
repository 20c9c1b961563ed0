//! Parquet files of pictures, as pyarrow and Hugging Face's `datasets` write them.

use super::{all_images, expected, good, load, load_data};
use elbow::data::{Split, guess_source};
use elbow::experiment::{Binarisation, Data, Source, Unreadable};
use std::path::Path;

fn source(path: &Path, change: impl FnOnce(&mut String, &mut String)) -> Source {
    let mut source = Source::parquet(path, 4);
    let Source::Parquet { image, label, width, rgb, .. } = &mut source else { unreachable!("Parquet") };
    (*width, *rgb) = (5, true);
    change(image, label);
    source
}

const NAMES: [&str; 3] = ["cat", "dog", "émeu"];

#[test]
fn a_data_set_of_hugging_face_is_read_with_its_splits_and_names() {
    let folder = good("parquet");
    assert_eq!(guess_source(&folder).expect("Parquet"), Source::parquet(&folder, 64));
    let dataset = load(source(&folder, |_, _| {})).expect("Parquet");
    assert_eq!((dataset.len(Split::Train), dataset.len(Split::Test)), (6, 2));
    for (split, first, count) in [(Split::Train, 0, 6), (Split::Test, 6, 2)] {
        for n in 0..count {
            let pixels = dataset.gather_grey(split, &[n]).pixels;
            let bytes: Vec<u8> = pixels.iter().map(|x| (x * 255.0).round() as u8).collect();
            assert_eq!(bytes, expected(first + n, 3));
            let label = dataset.label(split, n).expect("a label");
            assert_eq!(dataset.label_name(label), NAMES[(first + n) % 3]);
        }
    }
    // A limit decodes only what it keeps, and labels stay with their pictures.
    let data = Data { binarisation: Binarisation::None, validation: 1, limit: Some(3), ..Data::default() };
    let some = load_data(Data { source: source(&folder, |_, _| {}), ..data }).expect("Parquet");
    let all = all_images(&dataset);
    assert!(all_images(&some).iter().all(|image| all.contains(image)));
    assert_eq!(some.len(Split::Train), 2);
}

#[test]
fn columns_are_guessed_or_named_and_labels_may_be_texts() {
    let file = good("plain.parquet");
    for label in ["", "name"] {
        let dataset = load(source(&file, |_, column| *column = label.into())).expect("Parquet");
        let mut wanted: Vec<_> = (0..6).map(|n| (NAMES[n % 3].to_owned(), expected(n, 3))).collect();
        wanted.sort();
        assert_eq!(all_images(&dataset), wanted, "{label}");
    }
    let missing = load(source(&file, |image, _| *image = "photo".into())).expect_err("refused");
    assert!(missing.contains("no column `photo`") && missing.contains("`image.bytes`"), "{missing}");
    let label = load(source(&file, |_, label| *label = "kind".into())).expect_err("refused");
    assert!(label.contains("no column `kind`") && label.contains("`label`"), "{label}");
    let numbers = load(source(&good("numbers.parquet"), |_, _| {})).expect_err("refused");
    assert!(numbers.contains("no column of pictures"), "{numbers}");
}

#[test]
fn columns_of_numbers_and_texts_are_factors_in_every_split() {
    let folder = good("parquet");
    let with = |names: &str| {
        let mut source = source(&folder, |_, _| {});
        let Source::Parquet { factors, .. } = &mut source else { unreachable!("Parquet") };
        *factors = names.into();
        source
    };
    for limit in [None, Some(3)] {
        let data = Data { binarisation: Binarisation::None, validation: 0, limit, ..Data::default() };
        let dataset = load_data(Data { source: with("name, scale, label*"), ..data }).expect("Parquet");
        let factors: Vec<_> =
            dataset.known_factors().iter().map(|it| (it.name.as_str(), it.levels, it.categorical)).collect();
        assert_eq!(factors, [("name", 3, true), ("scale", 3, false), ("label", 3, true)]);
        assert_eq!(dataset.known_factors()[0].level_names, NAMES);
        for split in [Split::Train, Split::Test] {
            for index in 0..dataset.len(split) {
                let n = dataset.number(split, index) as u8;
                assert_eq!(dataset.factor_levels(split, index), Some(&[n % 3, n / 3, n % 3][..]), "{split:?} {index}");
            }
        }
    }
    for (names, words) in [
        ("colour", "data.source.factors: has no column `colour` of numbers or texts; its columns are `image.bytes`"),
        ("scale, gaps", "row 2, column `gaps`: has no value"),
        ("image.bytes", "has no column `image.bytes` of numbers or texts"),
        ("scale, scale", "two factors are named `scale`"),
    ] {
        let error = load(with(names)).expect_err("refused");
        assert!(error.contains(".parquet") && error.contains(words), "{words} in {error}");
    }
}

#[test]
fn pictures_that_cannot_be_read_are_named_and_may_be_left_out() {
    let broken = source(&good("broken.parquet"), |_, _| {});
    let error = load(broken.clone()).expect_err("refused");
    for words in ["2 of 6 images cannot be used", "row 1: cannot be", "row 2: has no picture"] {
        assert!(error.contains(words), "{words} in {error}");
    }
    let data = Data { source: broken, binarisation: Binarisation::None, validation: 0, ..Data::default() };
    let dataset = load_data(Data { unreadable: Unreadable::Skip, ..data }).expect("the rest");
    let found: Vec<Vec<u8>> = all_images(&dataset).into_iter().map(|(_, bytes)| bytes).collect();
    assert!(found.len() >= 3 && found.iter().all(|bytes| (0..4).any(|n| *bytes == expected(n, 3))));
    assert!(dataset.warnings().iter().any(|it| it.contains("2 of 6 images cannot be read and are left out")));
}

#[test]
fn what_is_no_parquet_is_refused_by_name() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let whole = std::fs::read(good("plain.parquet")).expect("a fixture");
    let path = folder.path().join("broken.parquet");
    for bytes in [&b"PAR1"[..], &whole[..whole.len() / 2], &[&b"PAR1"[..], &whole[100..]].concat()] {
        std::fs::write(&path, bytes).expect("a file");
        let error = load(source(&path, |_, _| {})).map(|_| ()).expect_err("refused");
        assert!(error.starts_with(&path.display().to_string()), "{error}");
    }
    let error = load(source(&folder.path().join("nowhere"), |_, _| {})).map(|_| ()).expect_err("refused");
    assert!(error.contains("no such file or folder"), "{error}");
}
