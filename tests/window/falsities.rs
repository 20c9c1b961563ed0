//! Nothing that the window shows is false, and nothing that was trained is lost.

use crate::driver::Window;
use crate::files::{small, small_experiment};
use eframe::egui::{Key, Modifiers};
use elbow::experiment::{Experiment, preset};
use elbow::train::RunFolder;
use elbow::worker::{ReplacedRun, RunState};
use std::path::{Path, PathBuf};

/// An experiment in a file.
fn write(folder: &Path, name: &str, change: impl FnOnce(&mut Experiment)) -> PathBuf {
    let mut experiment = Experiment { name: name.into(), ..small(100_000.0) };
    change(&mut experiment);
    let path = folder.join(format!("{name}.ron"));
    experiment.save(&path).expect("the folder is writable");
    path
}

/// The experiment of the run, with all edits.
fn of_run(window: &Window) -> Experiment {
    window.session().status.experiment.as_deref().cloned().expect("there is a run")
}

#[test]
fn item_01_opening_another_experiment_edits_no_run_and_both_are_told_apart() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut window = Window::open_with(&small_experiment(folder.path(), 100_000.0));
    window.train();
    let run = of_run(&window);
    let diverging = write(folder.path(), "diverging", |experiment| experiment.training.learning_rate = 1_000.0);
    let unchanged = |window: &mut Window, what: &str| {
        let step = window.session().status.step;
        window.frames(5);
        window.until("it trains on", |window| window.session().status.step > step + 5);
        assert_eq!(of_run(window), run, "{what} has edited the run");
        assert!(window.session().with_history(|history| history.marks.is_empty()), "{what} has left a mark");
    };
    // The drawing of the network has the run's numbers as long as it is the run's network.
    const MEASURED: &str = "E[log p(x|z)]  −";
    window.until_shown(MEASURED);
    // Opened.
    window.key(Modifiers::COMMAND, Key::O);
    window.enter("Path", &diverging.display().to_string());
    assert_eq!(window.state().experiment.training.learning_rate, 1_000.0);
    unchanged(&mut window, "opening a file");
    assert!(window.shows("Differs from the run in learning rate"));
    assert!(window.shows("the form holds another experiment"));
    assert_eq!(window.title(), "small (run), diverging (form) – Elbow");
    assert!(window.has("Run: Pause run"));
    // Dropped, undone, a preset, a new one.
    window.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.state().experiment, run);
    unchanged(&mut window, "Undo");
    assert_eq!(window.title(), "small – Elbow");
    window.drop_file(&diverging);
    unchanged(&mut window, "dropping a file");
    assert!(window.shows(MEASURED));
    window.key(Modifiers::COMMAND, Key::N);
    unchanged(&mut window, "Ctrl+N");
    window.choose("Preset", "burda-2015-k50");
    unchanged(&mut window, "a preset");
    assert!(!window.shows(MEASURED) && window.shows("the form's"), "another network has none of the run's numbers");
    // The form is another experiment's: a hand on it does not reach the run.
    window.enter("Samples K", "7");
    unchanged(&mut window, "K of another experiment");

    // A kept run is listed with what it was trained with.
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::K);
    window.pause();
    let saved = folder.path().join("saved");
    window.save_run(&saved);
    window.until_shown("Saved the run");
    assert_eq!(RunFolder::at(&saved).experiment().expect("it was saved"), run);
    assert!(window.has("Run: Resume run"), "the button says which of the two goes on");
}

#[test]
fn item_01_a_hand_on_the_field_in_which_alone_they_differ_reaches_the_run() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut window = Window::open_with(&small_experiment(folder.path(), 100_000.0));
    window.train();
    window.enter("Samples K", "3");
    window.until("K has arrived", |window| window.session().status.samples == 3);
    // Undo puts the form back, not the run.
    window.key(Modifiers::COMMAND, Key::Z);
    window.frames(5);
    assert_eq!((window.state().experiment.objective.samples, window.session().status.samples), (1, 3));
    assert!(window.shows("Differs from the run in K"));
    window.enter("Samples K", "5");
    window.until("K has arrived", |window| window.session().status.samples == 5);
    assert!(!window.shows("Differs from the run"));
}

#[test]
fn item_01_an_experiment_that_cannot_be_built_leaves_the_run_and_says_so() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut window = Window::open_with(&small_experiment(folder.path(), 100_000.0));
    window.train();
    window.pause();
    window.click_first("Data");
    window.choose("Source", "IDX files");
    window.enter("Training images", "/nowhere/images-idx3-ubyte");
    window.key(Modifiers::COMMAND, Key::R);
    window.until_shown("there is no such file");
    assert_eq!(window.session().running().map(|running| running.data.clone()), Some(of_run(&window).data));
    assert!(window.shows("Differs from the run in data"));
}

#[test]
fn item_04_a_folder_with_another_run_is_replaced_only_by_who_says_so() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let saved = folder.path().join("saved");
    let mut window = Window::open_with(&write(folder.path(), "first", |_| ()));
    window.train();
    window.pause();
    window.save_run(&saved);
    window.until_shown("Saved the run");
    drop(window);

    let mut window = Window::open_with(&write(folder.path(), "second", |_| ()));
    window.train();
    window.pause();
    window.save_run(&saved);
    window.frames(10);
    assert!(window.shows("This folder holds the run of first at step"), "Enter alone replaces nothing");
    assert_eq!(RunFolder::at(&saved).experiment().expect("it is there").name, "first");
    window.click("Replace");
    window.until_shown("Saved the run");
    assert_eq!(RunFolder::at(&saved).experiment().expect("it is there").name, "second");

    // A folder of something else is not to be written into at all.
    window.save_run(folder.path());
    assert!(window.shows("This folder holds other files"));
    assert!(!window.is_enabled("Save"));
}

#[test]
fn item_04_a_restart_keeps_the_trained_model_and_undo_brings_it_back() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let replaced = folder.path().join("replaced");
    let mut window = Window::keeping(&write(folder.path(), "mine", |_| ()), &replaced);
    window.train();
    window.pause();
    let (step, run) = (window.session().status.step, window.session().status.run);
    window.key(Modifiers::COMMAND, Key::R);
    window.until("another run trains", |window| window.session().status.run > run && window.session().status.step > 0);
    window.until_shown("The run of mine, at step");
    window.pause();
    assert_eq!(ReplacedRun::list(&replaced).iter().map(|run| run.step).collect::<Vec<_>>(), [step]);
    window.click("Undo");
    window.until("the model is back", |window| window.session().status.step == step);
    window.until_shown("The run of mine is back");
    assert!(window.state().recent.is_empty() || !window.state().recent[0].starts_with(&replaced));
    // Both are at hand.
    assert_eq!(ReplacedRun::list(&replaced).len(), 2);
    window.click("File");
    window.click("Replaced runs");
    assert!(window.shows("mine, step "));
}

#[test]
fn item_04_an_autosaved_run_is_deleted_only_after_asking() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let saved = folder.path().join("last-run");
    let mut window = Window::open_with(&write(folder.path(), "mine", |_| ()));
    window.train();
    window.pause();
    window.save_run(&saved);
    window.until_shown("Saved the run");
    drop(window);

    // Continued, it is no suggestion to save among Elbow's own folders.
    let mut window = Window::after_crash(&saved);
    window.click("Continue");
    window.until_shown("The run of mine is back");
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::E);
    let suggested = window.control("Path").value().expect("a path is suggested");
    assert!(suggested.contains("mine-run") && !Path::new(&suggested).starts_with(folder.path()), "{suggested}");
    drop(window);

    let mut window = Window::after_crash(&saved);
    assert!(window.shows("The last run, mine, at step"));
    window.click("Discard");
    assert!(RunFolder::at(&saved).is_run());
    window.click("Keep it");
    window.click("Discard");
    window.click("Delete the run");
    assert!(!RunFolder::at(&saved).is_run());
    assert!(!window.shows("The last run"));
}

#[test]
fn item_07_messages_leave_by_the_clock_and_cover_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut window = Window::open_with(&small_experiment(folder.path(), 1.0));
    window.until_ready();
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::C);
    window.frames(2);
    let text = "The experiment was copied as RON.";
    let message = window.place(text);
    // The line over the panes is nobody else's.
    for pane in ["Ledger", "Reconstructions", "Latent space"] {
        assert!(window.place(pane).top() >= message.bottom(), "{pane} is covered");
    }
    assert!(window.place("Run: Train").bottom() <= message.top());
    // No frame for a while, as on an idle window.
    window.sleep(5.5);
    assert!(!window.shows(text), "it was to stay for five seconds");
    // Three at once: the rest is in the log.
    for _ in 0..3 {
        window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::C);
    }
    assert_eq!(window.count("Dismiss this message"), 2);
    window.key(Modifiers::COMMAND, Key::Num9);
    window.sleep(20.0);
    assert_eq!(window.count("Dismiss this message"), 0);
    assert_eq!(window.count(text), 4, "the log has them all");
}

#[test]
fn item_08_a_window_with_nothing_to_do_asks_for_no_frames() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut window = Window::open_with(&small_experiment(folder.path(), 100_000.0));
    window.until_ready();
    window.until("pictures are drawn", |window| {
        window.session().answer(elbow::worker::Asker("reconstructions")).is_some()
    });
    assert!(window.rests(), "ready");
    window.train();
    window.pause();
    assert!(window.rests(), "paused");
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::C);
    assert!(window.rests(), "with a message");
}

#[test]
fn item_09_a_diverged_run_breaks_no_pane() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = write(folder.path(), "diverging", |experiment| experiment.training.learning_rate = 1_000.0);
    let mut window = Window::open_with(&path);
    window.until_ready();
    window.key(Modifiers::COMMAND, Key::D);
    window.click("Run: Train");
    let diverged = |window: &Window| {
        let status = &window.session().status;
        status.step > 50 || matches!(status.state, RunState::Failed(_))
    };
    window.until("it has diverged", diverged);
    window.frames(10);
    assert_eq!(window.longest_number(), None, "a number of many digits is on the screen");
    // Its path stays in the plane when another takes its place.
    let run = window.session().status.run;
    window.key(Modifiers::COMMAND, Key::R);
    window.until("it diverges again", |window| window.session().status.run > run && diverged(window));
    let kept = window.keep();
    drop(window);
    let mut window = Window::reopen(kept);
    window.frames(10);
    assert_eq!(window.longest_number(), None, "after closing");
}

#[test]
fn item_10_what_is_done_takes_no_tab() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut window = Window::open_with(&small_experiment(folder.path(), 1.0));
    window.until_ready();
    window.evaluate();
    assert!(window.shows("The bound, as it is learnt"), "what was looked at stays in sight");
    window.click("Show");
    assert!(!window.shows("The bound, as it is learnt"));

    // Where one pane is alone, it makes way for the one that was asked for. The click before is no part of the double
    // click.
    window.frames(30);
    window.double_click("Reconstructions");
    window.evaluate();
    assert!(window.shows("Reconstructions: ") && !window.has("Evaluation pane"));
    window.click("Show");
    assert!(window.has("Evaluation pane") && !window.shows("Reconstructions: "));
}

#[test]
fn item_10_the_reason_of_an_error_stands_at_its_field_and_at_the_greyed_button() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut window = Window::open_with(&small_experiment(folder.path(), 100_000.0));
    window.train();
    window.pause();
    window.enter("Name", "mnist/2d");
    window.frames(3);
    let reason = "the name also names the run's folder: leave out slashes, colons and control characters";
    let (field, reason) = (window.place("Name"), window.place(reason));
    assert!(reason.top() >= field.bottom() && reason.top() - field.bottom() < 60.0, "{field:?} {reason:?}");
    assert!(window.shows("Cannot train: name: "));
    window.enter("Latent dimension", "3");
    assert!(!window.is_enabled("Restart to apply"));
    window.enter("Name", "mnist-2d");
    window.frames(3);
    assert!(window.is_enabled("Restart to apply"));
    assert!(!window.shows("Cannot train"));
    // A layer that does not fit says so at the head of the form too.
    window.click("Encoder: add a convolution layer");
    window.frames(3);
    assert!(window.shows("Cannot train: encoder"));
}

#[test]
fn item_10_presets_say_nothing_of_a_run_that_there_is_not() {
    let mut window = Window::open();
    window.until_ready();
    assert_eq!(preset("mnist-2d").map(|preset| preset.name).ok(), Some(window.state().experiment.name.clone()));
    assert!(window.shows("The model is this experiment, not trained yet."));
    window.enter("Latent dimension", "5");
    assert!(window.shows("Differs from the model in latent dimension"));
    assert!(!window.has("Restart to apply"), "Train builds it anew");
}

#[test]
fn item_03_an_evaluation_offers_validation_images_only_where_some_are_held_out() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for held_out in [true, false] {
        let path = write(folder.path(), "images", |experiment| {
            experiment.data.validation = if held_out { experiment.data.validation } else { 0 };
        });
        let mut window = Window::open_with(&path);
        window.until_ready();
        window.key(Modifiers::COMMAND, Key::L);
        assert_eq!(window.is_enabled("validation"), held_out);
    }
}
