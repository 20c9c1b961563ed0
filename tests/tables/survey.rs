//! A look at a table before anything is trained on it.

use crate::{load, table};
use elbow::data::{ColumnFound, Survey};

/// The look at a table with this text.
fn look(text: &str, changes: &[&str]) -> Survey {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("table.csv");
    std::fs::write(&path, text).expect("a file");
    let dataset = load(table(&path, changes)).expect("a good table");
    Survey::of(&dataset, &mut |_| {}, &|| false).expect("not called off")
}

fn column<'a>(survey: &'a Survey, name: &str) -> &'a ColumnFound {
    survey.columns.iter().find(|column| column.name == name).unwrap_or_else(|| panic!("no column {name}"))
}

#[test]
fn each_column_is_told_in_its_own_scale_with_what_is_missing_and_what_never_changes() {
    let mut text = "size,kind,same,rare\n".to_owned();
    for row in 0..40 {
        let kind = if row % 4 == 0 { "left" } else { "right" };
        let rare = if row % 8 == 0 { row.to_string() } else { String::new() };
        text += &format!("{},{kind},7,{rare}\n", 100 + row);
    }
    let survey = look(&text, &[]);
    let names: Vec<&str> = survey.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["size", "kind: left", "kind: right", "same", "rare"]);
    // Standardised for the model, told as they are in the file.
    let size = column(&survey, "size").known.expect("numbers");
    let near = |a: f64, b: f64| (a - b).abs() < 1e-3;
    assert!(near(size.min, 100.0) && near(size.max, 139.0) && near(size.mean, 119.5), "{size:?}");
    assert!(near(size.deviation, ((40.0_f64 * 40.0 - 1.0) / 12.0).sqrt()), "{size:?}");
    assert_eq!(column(&survey, "size").histogram.iter().sum::<u64>(), 40);
    let left = column(&survey, "kind: left");
    assert!(left.level && left.known.is_some_and(|known| known.mean == 0.25));
    assert!(column(&survey, "same").is_constant() && column(&survey, "same").known.is_some_and(|it| it.min == 7.0));
    assert_eq!(column(&survey, "rare").missing, 35);
    assert_eq!((survey.values.missing, survey.values.constant_pixels, survey.values.empty_pixels), (35, 1, 0));
    assert_eq!(survey.warnings.iter().filter(|said| said.contains("`same`")).count(), 1, "{:?}", survey.warnings);
    let verdict = |name: &str| survey.likelihoods.iter().find(|it| it.likelihood == name).expect("a verdict");
    assert!(verdict("by column").fits && !verdict("Gaussian, σ learned").fits);
    assert!(verdict("Gaussian, σ learned").why.contains("categories"));
}

#[test]
fn a_column_that_is_known_in_no_row_is_left_out_and_named() {
    let survey = look("a,void\n1,\n2,NA\n3,\n4,\n", &[]);
    assert_eq!(survey.columns.len(), 1);
    assert!(survey.warnings.iter().any(|said| said.contains("`void` has no value")), "{:?}", survey.warnings);
}
