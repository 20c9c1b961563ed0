//! Parquet files as tables: the same rows as those of a CSV file.

use super::{good, load, load_data};
use elbow::data::{Dataset, Split, guess_source};
use elbow::experiment::{Binarisation, Data, Scaling, Source};
use std::path::Path;

fn table(path: &Path, change: impl FnOnce(&mut Source)) -> Source {
    let mut source = Source::table(path);
    change(&mut source);
    source
}

fn choose(source: &mut Source, chosen: &str, labels: &str, words: &str) {
    let Source::Table { columns, label, categories, .. } = source else { unreachable!("a table") };
    (*columns, *label, *categories) = (chosen.into(), labels.into(), words.into());
}

/// All rows of a table, by their numbers, with the names of their labels.
fn rows(dataset: &Dataset) -> Vec<(u32, String, Vec<Option<f32>>)> {
    let mut rows = Vec::new();
    for split in [Split::Train, Split::Test] {
        for index in 0..dataset.len(split) {
            let row = dataset.gather_grey(split, &[index]).pixels;
            let label = dataset.label(split, index).map_or_else(String::new, |label| dataset.label_name(label));
            let row = row.into_iter().map(|value| (!value.is_nan()).then_some(value)).collect();
            rows.push((dataset.number(split, index), label, row));
        }
    }
    rows.sort_by_key(|(number, ..)| *number);
    rows
}

fn names(dataset: &Dataset) -> Vec<String> {
    dataset.columns().expect("columns").list.iter().map(|column| column.name.clone()).collect()
}

#[test]
fn rows_of_parquet_are_those_of_the_same_table_as_csv() {
    for file in ["rows.parquet", "rows-v2.parquet"] {
        for (columns, label, categories) in [
            ("", "", ""),
            ("", "site", ""),
            ("real, count, kind", "kind", ""),
            ("-single, -day", "flag", "byte"),
            ("2-4", "1", "3"),
            ("-kind, -site", "", ""),
        ] {
            let both = [file, "rows.csv"].map(|name| {
                load(table(&good(name), |source| choose(source, columns, label, categories)))
                    .unwrap_or_else(|error| panic!("{name}, {columns}: {error}"))
            });
            let what = format!("{file}: {columns}; {label}; {categories}");
            assert_eq!(names(&both[0]), names(&both[1]), "{what}");
            assert_eq!(rows(&both[0]), rows(&both[1]), "{what}");
            assert_eq!(both[0].fingerprint().difference(both[1].fingerprint()), None, "{what}");
        }
    }
    let dataset = load(table(&good("rows.parquet"), |_| {})).expect("a table");
    assert!(dataset.is_incomplete());
    let note = "column passed over, having neither numbers nor texts: `list.list.element`";
    assert!(dataset.notes().iter().any(|it| it.contains(note)), "{:?}", dataset.notes());
    let found = names(&dataset);
    assert_eq!(found[5..8], ["kind: a", "kind: b, c", "kind: émeu"]);
    let plain = load(table(&good("rows.parquet"), |source| {
        let Source::Table { scaling, columns, .. } = source else { unreachable!("a table") };
        (*scaling, *columns) = (Scaling::None, "count, byte, large, flag, price, day, instant".into());
    }));
    let row = &rows(&plain.expect("a table"))[4].2;
    let large = (2_f64.powi(63) + 4.0 * 2_f64.powi(40)) as f32;
    assert_eq!(*row, [3_995.0, 204.0, large, 1.0, -5.0, 400.0, 4.25].map(Some));
}

#[test]
fn a_parquet_file_is_a_table_or_pictures_by_its_columns() {
    for (name, is_table) in
        [("rows.parquet", true), ("numbers.parquet", true), ("plain.parquet", false), ("broken.parquet", false)]
    {
        let source = guess_source(&good(name)).expect("Parquet");
        assert_eq!(matches!(source, Source::Table { .. }), is_table, "{name}");
        assert_eq!(matches!(source, Source::Parquet { .. }), !is_table, "{name}");
    }
}

#[test]
fn test_rows_may_be_in_another_file_of_either_kind() {
    for (training, test) in [("rows.parquet", "rows.csv"), ("rows.csv", "rows-v2.parquet")] {
        let source = table(&good(training), |source| {
            choose(source, "real, kind", "site", "");
            let Source::Table { test: file, .. } = source else { unreachable!("a table") };
            *file = Some(good(test));
        });
        let dataset = load_data(Data { source, binarisation: Binarisation::None, validation: 0, ..Data::default() });
        let dataset = dataset.unwrap_or_else(|error| panic!("{training}, {test}: {error}"));
        assert_eq!((dataset.len(Split::Train), dataset.len(Split::Test)), (20, 20));
        let of = |split| dataset.gather_grey(split, &(0..20).collect::<Vec<_>>()).pixels;
        let bits = |values: Vec<f32>| values.into_iter().map(f32::to_bits).collect::<Vec<_>>();
        assert_eq!(bits(of(Split::Train)), bits(of(Split::Test)));
    }
}

/// A folder with copies of fixtures under other names.
fn folder_of(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, fixture) in files {
        std::fs::copy(good(fixture), folder.path().join(name)).expect("a copy");
    }
    folder
}

#[test]
fn a_folder_of_parquet_files_is_one_table_whose_splits_their_names_tell() {
    let bits = |dataset: &Dataset, split| {
        let all: Vec<usize> = (0..dataset.len(split)).collect();
        dataset.gather_grey(split, &all).pixels.into_iter().map(f32::to_bits).collect::<Vec<_>>()
    };
    let load = |source| {
        let data = Data { source, binarisation: Binarisation::None, validation: 0, ..Data::default() };
        load_data(data).expect("a table")
    };
    let with = |path: &Path, test: Option<&str>| {
        load(table(path, |source| {
            choose(source, "real, kind", "site", "");
            let Source::Table { test: file, .. } = source else { unreachable!("a table") };
            *file = test.map(good);
        }))
    };
    let one = with(&good("rows.parquet"), Some("rows.csv"));
    let folder = folder_of(&[
        ("train-00000-of-00002.parquet", "rows.parquet"),
        ("train-00001-of-00002.parquet", "rows-v2.parquet"),
        ("validation-00000-of-00001.parquet", "rows.parquet"),
        ("test-00000-of-00001.parquet", "rows-v2.parquet"),
    ]);
    assert_eq!(guess_source(folder.path()).expect("Parquet"), Source::table(folder.path()));
    let several = with(folder.path(), None);
    let note = "2 files of train, 1 file of validation, 1 file of test";
    assert!(several.notes().iter().any(|it| it.ends_with(note)), "{:?}", several.notes());
    let lengths = [Split::Train, Split::Validation, Split::Test].map(|split| several.len(split));
    assert_eq!(lengths, [40, 20, 20]);
    assert_eq!(bits(&several, Split::Train), bits(&one, Split::Train).repeat(2));
    assert_eq!(bits(&several, Split::Validation), bits(&one, Split::Train));
    assert_eq!(bits(&several, Split::Test), bits(&one, Split::Train));
    // A test table that is named takes the place of the folder's own, a folder's test files too.
    let named = with(folder.path(), Some("rows.csv"));
    assert_eq!((named.len(Split::Train), bits(&named, Split::Test)), (40, bits(&one, Split::Test)));
    // Names that tell nothing: all rows are for training.
    let plain = folder_of(&[("a.parquet", "rows.parquet"), ("b.parquet", "rows.parquet")]);
    let plain = with(plain.path(), Some("rows.csv"));
    assert_eq!(bits(&plain, Split::Train), bits(&one, Split::Train).repeat(2));
}

#[test]
fn a_file_of_a_folder_that_does_not_go_with_the_others_is_named() {
    let refused = |files: &[(&str, &str)], words: &[&str]| {
        let folder = folder_of(files);
        let error = load(table(folder.path(), |_| {})).map(|_| ()).expect_err("refused");
        assert!(words.iter().all(|words| error.contains(words)), "{words:?} in {error}");
    };
    refused(
        &[("a.parquet", "rows.parquet"), ("b.parquet", "words.parquet")],
        &["b.parquet", "has other columns than", "a.parquet; a table in several files needs the same columns in each"],
    );
    refused(&[("train.parquet", "rows.parquet"), ("test.parquet", "words.parquet")], &["need the columns of"]);
    refused(
        &[("a.parquet", "words.parquet"), ("b.parquet", "words.parquet")],
        &["a.parquet, row 4, column 1 (`x`): `four` is no number"],
    );
    refused(&[("a.txt", "rows.parquet")], &["holds no Parquet files (.parquet)"]);
}

#[test]
fn every_malformed_table_in_parquet_is_refused_in_words() {
    let refused = |path: &Path, columns: &str| {
        let error = load(table(path, |source| choose(source, columns, "", ""))).map(|_| ()).expect_err("refused");
        assert!(error.starts_with(&path.display().to_string()), "names the file: {error}");
        error
    };
    for (name, columns, words) in [
        ("rows-lz4.parquet", "", "compressed by lz4, which is not read; write it with snappy, gzip or zstd"),
        ("rows.parquet", "colour", "data.source.columns: `colour` is no column; the columns are `real`, `single`"),
        ("rows.parquet", "list", "`list` is no column"),
        ("broken.parquet", "picture.bytes", "`picture.bytes` is no column"),
        ("nowhere.parquet", "", "there is no such file"),
    ] {
        let error = refused(&good(name), columns);
        assert!(error.contains(words), "{words} in {error}");
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("cut.parquet");
    let whole = std::fs::read(good("rows.parquet")).expect("a fixture");
    for bytes in [&whole[..4], &whole[..whole.len() / 2], &[&whole[..4], &whole[200..]].concat()] {
        std::fs::write(&path, bytes).expect("a file");
        refused(&path, "");
    }
    // A word among numbers is named with its row, as a line of CSV is.
    let words = refused(&good("words.parquet"), "");
    assert!(words.contains("row 4, column 1 (`x`): `four` is no number"), "{words}");
}
