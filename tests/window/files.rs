//! Opening, saving, exporting, dropping.

use crate::driver::Window;
use eframe::egui::{Key, Modifiers};
use elbow::experiment::{Activation, Data, Experiment, Latent, Layer, Length, Source, Training};
use std::path::{Path, PathBuf};

/// An experiment that trains in a moment.
pub fn small(epochs: f64) -> Experiment {
    Experiment {
        name: "small".into(),
        data: Data { source: Source::Shapes { count: 600, size: 32 }, validation: 100, ..Data::default() },
        encoder: vec![Layer::dense(32, Activation::Relu)],
        latent: Latent { dimension: 2, ..Latent::default() },
        training: Training { batch: 100, length: Length::Epochs(epochs), ..Training::default() },
        ..Experiment::default()
    }
}

/// A file with it.
pub fn small_experiment(folder: &Path, epochs: f64) -> PathBuf {
    let path = folder.join("small.ron");
    small(epochs).save(&path).expect("the folder is writable");
    path
}

#[test]
fn an_experiment_is_saved_and_found_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("mine.ron");
    let mut window = Window::open();
    window.enter("Latent dimension", "6");
    window.key(Modifiers::COMMAND, Key::S);
    window.enter("Path", &path.display().to_string());
    window.until_shown("Saved");
    assert_eq!(Experiment::load(&path).expect("it was saved"), window.state().experiment);

    // The second time there is nothing to ask.
    window.enter("Latent dimension", "8");
    window.key(Modifiers::COMMAND, Key::S);
    assert_eq!(Experiment::load(&path).expect("it was saved").latent.dimension, 8);

    let mut other = Window::open();
    other.key(Modifiers::COMMAND, Key::O);
    other.enter("Path", &path.display().to_string());
    assert_eq!(other.state().experiment, window.state().experiment);
    assert_eq!(other.state().recent, [path]);
}

/// The SVG that a right click saves of a part of the window.
fn drawing(window: &mut Window, part: &str, path: &Path) -> String {
    window.right_click(part);
    window.click("Save drawing as SVG…");
    window.enter("Path", &path.display().to_string());
    window.until("the drawing is written", |_| path.is_file());
    std::fs::read_to_string(path).expect("it is text")
}

#[test]
fn the_latent_space_leaves_as_a_drawing_with_all_its_points() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut window = Window::open_with(&small_experiment(folder.path(), 1_000.0));
    window.train();
    window.pause();
    window.until_shown("Scatter of ");
    let scatter = window.name_starting("Scatter of ");
    let svg = drawing(&mut window, &scatter, &folder.path().join("scatter.svg"));
    let points: usize = scatter.split(' ').nth(2).and_then(|count| count.parse().ok()).expect("a count");
    assert!(points >= 50 && svg.matches("<circle").count() >= points, "{scatter}: a circle for each point");
    assert!(svg.contains("z₁</text>") && svg.contains("z₂</text>"), "names of axes are text");
}

#[test]
fn the_codes_of_all_images_leave_in_every_format_and_again_as_they_are_now() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut window = Window::open_with(&small_experiment(folder.path(), 1_000.0));
    window.until_ready();
    window.until_shown("Scatter of ");
    let export = |window: &mut Window, name: &str| {
        let path = folder.path().join(name);
        // The latent space has the first of these buttons.
        window.click_first("Export…");
        window.until_shown("Save codes");
        window.check_names();
        window.enter("Path", &path.display().to_string());
        window.until_shown(&format!("Saved {}", path.display()));
        std::fs::read(path).expect("it was saved")
    };
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    let first = text(export(&mut window, "codes.csv"));
    let header = first.lines().next().expect("a header");
    assert!(
        header.starts_with("index,split,label,") && header.ends_with("mean_0,mean_1,deviation_0,deviation_1"),
        "{header}"
    );
    // 600 images for training and validation, and a tenth of so many for the test.
    assert_eq!(first.lines().count(), 1 + 660);
    assert!(window.state().recent.iter().all(|path| !path.ends_with("codes.csv")), "it opens nothing");

    let step = window.session().status.step;
    window.train();
    window.pause();
    assert!(window.session().status.step > step);
    let second = text(export(&mut window, "again.csv"));
    assert_ne!(first, second, "the codes are those of the model as it is now");
    assert!(export(&mut window, "codes.npz").starts_with(b"PK"));
    assert!(export(&mut window, "codes.parquet").starts_with(b"PAR1"));
    let projected = text(export(&mut window, "codes.tsv"));
    let beside = std::fs::read_to_string(folder.path().join("codes.metadata.tsv")).expect("it is beside");
    assert_eq!(
        (projected.lines().count(), beside.lines().count()),
        (660, 661),
        "means, and a line for each with a head"
    );

    window.click_first("Export…");
    window.enter("Path", &folder.path().join("codes.docx").display().to_string());
    window.until_shown("codes.docx");
    assert!(window.shows(".parquet"), "it says which endings there are");
}

#[test]
fn a_run_is_saved_read_and_continued() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = folder.path().join("run");
    let mut window = Window::open_with(&small_experiment(folder.path(), 1_000.0));
    window.train();
    window.pause();
    window.save_run(&run);
    window.until_shown("Saved the run");
    let step = window.session().status.step;
    drop(window);

    let mut window = Window::open();
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::O);
    window.enter("Path", &run.display().to_string());
    window.until_shown("Read the run");
    window.until("the model is there", |window| window.session().status.step == step);
    assert_eq!(window.state().experiment.name, "small");
    assert!(window.session().with_history(|history| !history.reports.is_empty()), "its curves are back");
    window.click("Run: Resume");
    window.until("it goes on", |window| window.session().status.step > step);
    drop(window);

    // As after a crash.
    let mut window = Window::after_crash(&run);
    window.until_ready();
    window.click("Continue");
    window.until("the saved run is there", |window| window.session().status.step == step);
}

#[test]
fn a_grid_is_exported_with_its_experiment_and_opens_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let picture = folder.path().join("samples.png");
    let mut window = Window::open_with(&small_experiment(folder.path(), 1.0));
    window.until_ready();
    // Whichever pane of pictures has the last button; the first is for codes.
    window.until("there are pictures", |window| {
        ["reconstructions", "traversals", "prior samples"]
            .iter()
            .all(|asker| window.session().answer(elbow::worker::Asker(asker)).is_some())
    });
    window.click_last("Export…");
    window.until_shown("Export grid");
    window.check_names();
    window.click("1:1 pixels");
    window.enter("Path", &picture.display().to_string());
    window.until_shown("Saved");
    let found = elbow::export::read_experiment(&picture).expect("the picture carries its experiment");
    assert_eq!(Experiment::from_ron(&found, "png").expect("it is RON").name, "small");

    let mut other = Window::open();
    other.drop_file(&picture);
    assert_eq!(other.state().experiment.name, "small");
    assert_eq!(other.state().experiment, window.state().experiment);
}

#[test]
fn what_cannot_be_opened_is_said() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let broken = folder.path().join("broken.ron");
    std::fs::write(&broken, "(version: 1, latent: (dimension: two))").expect("a temporary file");
    let mut window = Window::open();
    let before = window.state().experiment.clone();
    window.drop_file(&broken);
    window.until_shown("broken.ron");
    assert_eq!(window.state().experiment, before);
}

/// `elbow toy-moons`, as `elbow train toy-moons` trains it.
#[test]
fn the_name_of_a_preset_opens_it() {
    let mut window = Window::open_with(Path::new("toy-moons"));
    window.until_ready();
    assert_eq!(window.title(), "toy-moons – Elbow");
    assert_eq!(window.session().status.experiment.as_deref(), Some(&window.state().experiment));
    assert!(window.state().recent.is_empty(), "it is no file");
}

#[test]
fn a_dropped_folder_of_images_becomes_the_data_source() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut window = Window::open();
    window.drop_file(folder.path());
    assert!(matches!(&window.state().experiment.data.source, Source::Folder { path, .. } if path == folder.path()));
}
