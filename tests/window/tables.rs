//! Rows of a table in the window: dropped, trained on, and shown as charts in their own scales; missing values,
//! imputed.

use crate::driver::Window;
use eframe::egui::{Key, Modifiers};
use elbow::experiment::{Length, Likelihood, Missing, Source, preset};
use std::path::{Path, PathBuf};

/// The wines with a third of the values hidden, and a run that is over soon.
fn wines(folder: &Path, missing: Missing) -> PathBuf {
    let mut experiment = preset("mnist-2d").expect("bundled");
    experiment.data.source = Source::Wine;
    experiment.data.validation = 20;
    experiment.decoder.likelihood = Likelihood::GaussianPerPixel;
    experiment.training.batch = 32;
    experiment.data.missing = missing;
    experiment.training.length = Length::Epochs(20.0);
    let path = folder.join("wines.ron");
    experiment.save(&path).expect("the folder is writable");
    path
}

#[test]
fn rows_of_a_table_are_charts_with_the_columns_names() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut window = Window::open_with(&wines(folder.path(), Missing::None));
    window.train();
    window.until("charts of rows", |window| window.shows("its mean reconstruction and a draw"));
    window.click("By column");
    window.until_shown("od280/od315_of_diluted_wines");
    window.until("lines of prior samples", |window| window.shows("rows as lines"));
    window.check_names();
}

#[test]
fn missing_values_are_imputed_with_their_error() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut window = Window::open_with(&wines(folder.path(), Missing::Random { fraction: 0.3, seed: 1 }));
    window.train();
    window.until("the choice of views", |window| window.has("Imputed"));
    window.click("Imputed");
    window.until("an error", |window| window.shows("imputed values"));
    window.until("charts of rows", |window| window.shows("missing"));
    window.check_names();
}

#[test]
fn a_dropped_table_becomes_the_data_source() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("mine.csv");
    let rows: String = (0..50).map(|row| format!("{row},{}\n", row * row)).collect();
    std::fs::write(&path, format!("a,b\n{rows}")).expect("a file");
    let mut window = Window::open();
    let before = window.state().experiment.clone();
    window.drop_file(&path);
    let data = &window.state().experiment.data;
    assert!(matches!(&data.source, Source::Table { path: it, .. } if *it == path));
    assert_eq!(data.held_out(45), 4);
    // A Bernoulli is no density of rows: the likelihood changes with the data, and back with them.
    assert_eq!(before.decoder.likelihood, Likelihood::Bernoulli);
    assert_eq!(window.state().experiment.decoder.likelihood, Likelihood::ByColumn);
    window.until_shown("by column in place of Bernoulli");
    window.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.state().experiment, before);
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert_eq!(window.state().experiment.decoder.likelihood, Likelihood::ByColumn);
    // Numbers of a table are never binarised, and the form does not ask.
    window.click_first("Data");
    window.until("its fields are shown", |window| window.has("Scaling"));
    assert!(!window.has("Binarisation"));
    // Some of the rows, once they have been looked at.
    window.until_shown("50 rows · 2 columns");

    let broken = folder.path().join("broken.csv");
    std::fs::write(&broken, "a,b\n1,2\n3\n").expect("a file");
    window.drop_file(&broken);
    window.until_shown("line 3");
    window.key(Modifiers::NONE, Key::Escape);
}

#[test]
fn a_likelihood_that_is_none_of_the_data_is_mended_by_a_click() {
    let mut window = Window::open();
    let rows = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/good/rows.parquet");
    window.drop_file(&rows);
    assert!(matches!(window.state().experiment.data.source, Source::Table { .. }));
    window.until_shown("20 rows");
    // The Data pane says what fits, in words beside the colour, and takes one that does.
    window.until("verdicts", |window| window.has("Bernoulli does not fit") && window.has("by column fits"));
    assert!(!window.has("Use Bernoulli"));
    window.until("a density that fits", |window| window.has("Use by column") || window.shows("in the form"));
}
