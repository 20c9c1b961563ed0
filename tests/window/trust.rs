//! Runs that are not as they were left: other data, an experiment that was changed by hand.

use crate::driver::Window;
use crate::files::small;
use eframe::egui::{Key, Modifiers};
use elbow::experiment::{Experiment, Source};
use elbow::train::{DeedKind, RunFolder};
use elbow::worker::RunState;
use std::path::{Path, PathBuf};

/// Write an IDX file of 200 images of 12 × 12 pixels.
fn write_images(path: &Path, pixel: impl Fn(usize) -> u8) {
    let header = [0, 0, 8, 3].into_iter().chain([200_u32, 12, 12].into_iter().flat_map(u32::to_be_bytes));
    let bytes: Vec<u8> = header.chain((0..200 * 144).map(pixel)).collect();
    std::fs::write(path, bytes).expect("the folder is writable");
}

/// A saved run of an experiment on such images: the images' file and the run's folder.
fn saved_run(folder: &Path) -> (PathBuf, PathBuf) {
    let images = folder.join("images.idx");
    write_images(&images, |i| (i * i % 251) as u8);
    let mut experiment = small(100_000.0);
    let source = Source::Idx { images: images.clone(), labels: None, test_images: None, test_labels: None };
    experiment.data.source = source;
    experiment.data.validation = 20;
    let file = folder.join("small.ron");
    experiment.save(&file).expect("the folder is writable");
    let mut window = Window::open_with(&file);
    window.train();
    window.pause();
    let run = folder.join("run");
    window.save_run(&run);
    window.until_shown("Saved the run");
    (images, run)
}

#[test]
fn item_05_a_run_whose_data_have_changed_goes_on_only_where_that_is_chosen() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (images, run) = saved_run(folder.path());
    let step = RunFolder::at(&run).progress().expect("it was saved").step;
    write_images(&images, |i| (i * i % 241) as u8);

    let mut window = Window::open();
    window.until_ready();
    let before = window.session().status.experiment.clone();
    let open = |window: &mut Window| {
        window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::O);
        window.enter("Path", &run.display().to_string());
        window.until_shown("is not the data that this run was trained on");
    };
    open(&mut window);
    assert!(window.shows("but other ones"), "the dialog says what differs");
    window.click("Cancel");
    window.until("the run that was there is there", |window| window.session().status.state == RunState::Paused);
    assert_eq!(window.session().status.experiment, before, "nothing was read");

    open(&mut window);
    window.click("Go on with these data");
    window.until_shown("Read the run in");
    window.until("the run is the one that was read", |window| window.session().status.step == step);
    window.session().with_history(|history| {
        assert!(history.marks.iter().any(|mark| mark.text == "other data" && mark.step == step), "the plots say it");
        assert!(history.deeds.iter().any(|deed| deed.kind == DeedKind::OtherData), "the history says it");
    });
    // It trains on.
    window.key(Modifiers::NONE, Key::Space);
    window.until("it trains", |window| window.session().status.step > step);
}

#[test]
fn an_experiment_that_was_changed_in_its_run_folder_is_told_of() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (_, run) = saved_run(folder.path());
    let file = run.join("experiment.ron");
    let mut experiment = Experiment::load(&file).expect("it was saved");
    experiment.training.learning_rate = 0.25;
    experiment.save(&file).expect("the folder is writable");

    let mut window = Window::open_with(&run);
    window.until_shown("experiment.ron was changed after the run was saved (training.learning_rate: 0.001 → 0.25)");
    window.until_shown("Read the run in");
    let step = window.session().status.step;
    window.session().with_history(|history| {
        let marked = |text: &str| history.marks.iter().any(|mark| mark.text.contains(text) && mark.step == step);
        assert!(marked("learning_rate: 0.001 → 0.25"), "the plots mark where it goes on: {:?}", history.marks);
    });
    assert_eq!(window.session().status.learning_rate, 0.25);
}
