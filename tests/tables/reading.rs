//! Reading: columns, missing values, categories, scales; and what is refused.

use crate::{fixture, load, table};
use elbow::data::{Dataset, Split};
use elbow::experiment::{Data, Experiment, Source};
use std::path::Path;

/// A table with this text, read with these changes; the folder lives as long as the test.
fn read(text: &str, changes: &[&str]) -> Result<Dataset, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("table.csv");
    std::fs::write(&path, text).expect("a file");
    load(table(&path, changes)).map_err(|error| error.0.replace(&folder.path().display().to_string(), ""))
}

/// All rows of a data set in their own scales, training rows first.
fn rows(dataset: &Dataset) -> Vec<Vec<f64>> {
    let columns = dataset.columns().expect("a table");
    let of = |split| {
        let indices: Vec<usize> = (0..dataset.len(split)).collect();
        let images = dataset.gather(split, &indices);
        (0..images.count).map(|row| columns.own(images.image(row))).collect::<Vec<_>>()
    };
    [of(Split::Train), of(Split::Test)].concat()
}

fn names(dataset: &Dataset) -> Vec<String> {
    dataset.columns().expect("a table").list.iter().map(|column| column.name.clone()).collect()
}

#[test]
fn the_wines_that_are_built_in_are_read_and_standardised_on_the_training_rows() {
    let data = Data { source: Source::Wine, validation: 20, ..Data::default() };
    let dataset = Dataset::load(&data, 0, &mut |_| {}).expect("built in");
    assert_eq!([Split::Train, Split::Validation, Split::Test].map(|split| dataset.len(split)), [141, 20, 17]);
    assert_eq!(dataset.label_names().as_ref(), ["cultivar 1", "cultivar 2", "cultivar 3"]);
    let columns = dataset.columns().expect("a table");
    assert_eq!((columns.len(), columns.list[0].name.as_str()), (13, "alcohol"));
    let train = dataset.gather(Split::Train, &(0..141).collect::<Vec<_>>());
    for (entry, column) in columns.list.iter().enumerate() {
        let values: Vec<f64> = (0..141).map(|row| f64::from(train.image(row)[entry])).collect();
        let mean = values.iter().sum::<f64>() / 141.0;
        let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 141.0;
        assert!(mean.abs() < 1e-5 && (variance - 1.0).abs() < 1e-4, "{}: {mean} {variance}", column.name);
    }
    // The first wine of the file, wherever the splits have put it.
    let first = [14.23, 1.71, 2.43, 15.6, 127.0];
    let found = rows(&dataset).iter().any(|row| row.iter().zip(first).all(|(a, b)| (a - b).abs() < 1e-4 * b));
    let validated = dataset.gather(Split::Validation, &(0..20).collect::<Vec<_>>());
    let among = (0..20).any(|row| (columns.own(validated.image(row))[0] - first[0]).abs() < 1e-3);
    assert!(found || among);
}

#[test]
fn columns_are_chosen_and_categories_become_levels() {
    let text = "id,size,colour,weight\n1,2.5,red,10\n2,3.5,blue,20\n3,,red,30\n4,NA,green,40\n";
    let dataset = read(text, &["columns=-id", "scaling=None"]).expect("a good table");
    assert_eq!(names(&dataset), ["size", "colour: blue", "colour: green", "colour: red", "weight"]);
    assert!(dataset.is_incomplete());
    let mut all = rows(&dataset);
    all.sort_by(|a, b| a[4].total_cmp(&b[4]));
    assert_eq!(all[0], [2.5, 0.0, 0.0, 1.0, 10.0]);
    assert_eq!(all[1], [3.5, 1.0, 0.0, 0.0, 20.0]);
    assert!(all[2][0].is_nan() && all[3][0].is_nan());
    assert_eq!(dataset.columns().expect("a table").categories(), std::slice::from_ref(&(1..4)));
    let dataset = read(text, &["columns=size, 4", "categories=weight", "label=colour"]).expect("a good table");
    assert_eq!(names(&dataset), ["size", "weight: 10", "weight: 20", "weight: 30", "weight: 40"]);
    assert_eq!(dataset.label_names().as_ref(), ["blue", "green", "red"]);
}

#[test]
fn numbers_and_separators_of_other_places_are_read() {
    let dataset = read("a;b\n1,5;2\n2,5;4\n", &["scaling=None"]).expect("semicolons");
    let mut all = rows(&dataset);
    all.sort_by(|a, b| a[0].total_cmp(&b[0]));
    assert_eq!(all, [[1.5, 2.0], [2.5, 4.0]]);
    let dataset = read("\u{feff}a\tb\r\n1\t2\r\n3\t4\r\n", &["scaling=None"]).expect("tabs, a mark, carriage returns");
    assert_eq!(names(&dataset), ["a", "b"]);
    let dataset = read("1,2\n3,4\n5,6\n", &["scaling=None"]).expect("no names");
    assert_eq!((names(&dataset), rows(&dataset).len()), (vec!["column 1".into(), "column 2".into()], 3));
    let dataset = read("0,1\n3,4\n5,6\n", &["header=Yes"]).expect("numbers as names");
    assert_eq!((names(&dataset), rows(&dataset).len()), (vec!["0".into(), "1".into()], 2));
    let dataset = read("a,\"b, c\"\n1,2\n3,4\n", &["columns=b, c"]).expect("a comma in a name");
    assert_eq!(names(&dataset), ["b, c"]);
    let dataset = read("a,b\n1,-\n3,4\n", &["missing=-"]).expect("a word for missing");
    assert!(dataset.is_incomplete());
}

#[test]
fn the_test_file_has_the_columns_of_the_training_file_by_name_and_its_scales() {
    let folder = tempfile::tempdir().expect("a folder");
    let [train, test] = ["train.csv", "test.csv"].map(|name| folder.path().join(name));
    std::fs::write(&train, "a,b,c\n0,x,1\n10,y,2\n").expect("a file");
    std::fs::write(&test, "c,b,a,extra\n5,x,20,9\n").expect("a file");
    let of = |test: &Path| {
        let mut source = table(&train, &["columns=-c", "scaling=MinMax"]);
        if let Source::Table { test: it, .. } = &mut source {
            *it = Some(test.to_owned());
        }
        load(source)
    };
    let dataset = of(&test).expect("two good tables");
    assert_eq!([dataset.len(Split::Train), dataset.len(Split::Test)], [2, 1]);
    assert_eq!(dataset.gather(Split::Test, &[0]).pixels, [2.0, 1.0, 0.0]);
    std::fs::write(&test, "a,b\n1,z\n").expect("a file");
    let error = of(&test).expect_err("an unknown level").0;
    assert!(error.contains("test.csv") && error.contains("`z`"), "{error}");
    std::fs::write(&test, "a\n1\n").expect("a file");
    let error = of(&test).expect_err("a missing column").0;
    assert!(error.contains("`b` is no column") && error.contains("train.csv"), "{error}");
}

#[test]
fn a_column_without_values_in_one_of_the_two_files_moves_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let [train, test] = ["train.csv", "test.csv"].map(|name| folder.path().join(name));
    std::fs::write(&train, "a,b,c,d,e\n1,,3,x,5\n2,,4,y,6\n").expect("a file");
    std::fs::write(&test, "a,b,c,d,e\n,7,,,8\n").expect("a file");
    let mut source = table(&train, &["scaling=None"]);
    if let Source::Table { test: it, .. } = &mut source {
        *it = Some(test);
    }
    let dataset = load(source).expect("two good tables");
    let row = dataset.gather(Split::Test, &[0]).pixels;
    let known: Vec<Option<f32>> = row.iter().map(|&value| (!value.is_nan()).then_some(value)).collect();
    // a, c, the two levels of d, e: b has no value to learn from.
    assert_eq!(known, [None, None, None, None, Some(8.0)]);
}

#[test]
fn a_damaged_table_is_refused_in_one_sentence_with_its_line_and_column() {
    for (text, changes, parts) in [
        ("", &[][..], &["table.csv", "is empty"][..]),
        ("a,b\n", &[], &["no rows"]),
        ("a,b\n1,2\n3\n", &[], &["line 3", "1 cells", "2"]),
        ("a,b\n1,2\n3,x\n", &[], &["line 3", "column 2", "`b`", "`x` is no number"]),
        ("a,b\n1,2\n3,inf\n", &[], &["line 3", "column 2", "finite"]),
        ("a,b\n1,2\n3,4\n", &["columns=c"], &["data.source.columns", "`c` is no column", "`a`, `b`"]),
        ("a,b\n1,2\n3,4\n", &["label=9"], &["data.source.label", "`9` is no column"]),
        ("a,b\n1,2\n3,4\n", &["categories=z"], &["data.source.categories", "`z`"]),
        ("a,b\n1,2\n3,4\n", &["columns=a", "label=a"], &["no column is left"]),
        ("a,b\n\u{0},2\n", &[], &["zero bytes"]),
        ("a,b\n,\n,\n", &[], &["0 numbers a row"]),
        ("a\n1\n", &[], &["at least two"]),
    ] {
        let error = read(text, changes).expect_err(text);
        assert!(parts.iter().all(|part| error.contains(part)), "{text:?}: {error}");
        assert!(!error.contains('\n') && error.len() < 400, "{text:?}: {error}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let error = load(table(&folder.path().join("none.csv"), &[])).expect_err("no file").0;
    assert!(error.contains("no such file"), "{error}");
    std::fs::write(folder.path().join("latin.csv"), b"a,b\n1,\xe4\n").expect("a file");
    let error = load(table(&folder.path().join("latin.csv"), &[])).expect_err("not UTF-8").0;
    assert!(error.contains("line 2, column 2") && error.contains("UTF-8"), "{error}");
}

#[test]
fn a_compressed_table_of_digits_is_read_as_its_maker_wrote_it() {
    let mut source = table(&fixture("digits.csv.gz"), &["label=digit", "scaling=MinMax", "sequence=true"]);
    if let Source::Table { test, .. } = &mut source {
        *test = Some(fixture("digits-test.csv.gz"));
    }
    let dataset = load(source).expect("a good table");
    assert_eq!([dataset.len(Split::Train), dataset.len(Split::Test)], [1_500, 297]);
    let columns = dataset.columns().expect("a table");
    assert!(columns.list.iter().all(|column| (column.offset, column.scale) == (0.0, 16.0)));
    // scikit-learn's first digit is a 0, whose first row is 0 0 5 13 9 1 0 0.
    let first = dataset.gather(Split::Train, &[0]).pixels;
    assert_eq!(first[..8], [0.0, 0.0, 5.0, 13.0, 9.0, 1.0, 0.0, 0.0].map(|v: f32| v / 16.0));
    assert_eq!(dataset.label(Split::Train, 0), Some(0));
    assert_eq!(dataset.label_names().len(), 10);
}

#[test]
fn the_transform_and_the_columns_survive_an_experiment_file() {
    let mut experiment = Experiment::default();
    experiment.set("data.source=Table(path: \"t.csv\", scaling: MinMax, sequence: true)").expect("a source");
    let text = experiment.to_ron().expect("text");
    assert_eq!(Experiment::from_ron(&text, "t.ron").expect("what was written").data, experiment.data);
}

/// Rows drawn at random, written with quotes and read back.
#[test]
fn what_is_written_is_read_back() {
    use proptest::prelude::*;
    let cell = prop_oneof![Just(f32::NAN), any::<i16>().prop_map(f32::from), (-1e6_f32..1e6)];
    let rows_of = proptest::collection::vec(proptest::collection::vec(cell, 3), 2..20);
    proptest!(ProptestConfig::with_cases(40), |(values in rows_of, quoted in any::<bool>())| {
        prop_assume!((0..3).all(|column| values.iter().any(|row| !row[column].is_nan())));
        let write = |value: &f32| match (value.is_nan(), quoted) {
            (true, _) => String::new(),
            (false, true) => format!("\"{value}\""),
            (false, false) => value.to_string(),
        };
        let mut text = "a,b,c\n".to_owned();
        for row in &values {
            text += &(row.iter().map(write).collect::<Vec<_>>().join(",") + "\n");
        }
        let dataset = read(&text, &["scaling=None", "header=Yes"]).expect("a good table");
        let bits = |row: &[f64]| row.iter().map(|v| if v.is_nan() { 0 } else { (*v as f32).to_bits() }).collect::<Vec<_>>();
        let mut found: Vec<Vec<u32>> = rows(&dataset).iter().map(|row| bits(row)).collect();
        let mut expected: Vec<Vec<u32>> =
            values.iter().map(|row| bits(&row.iter().map(|v| f64::from(*v)).collect::<Vec<_>>())).collect();
        found.sort();
        expected.sort();
        prop_assert_eq!(found, expected);
    });
}
