//! Runs beside each other, and experiments one after another.

use crate::driver::Window;
use crate::files::small;
use eframe::egui::{Key, Modifiers, Vec2};
use elbow::experiment::{Activation, Data, Experiment, Layer, Length, Source};
use elbow::train::RunFolder;
use elbow::worker::{Command, ReplacedRun, RunState, WorkerOptions, spawn};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const COMMAND_SHIFT: Modifiers = Modifiers { shift: true, ..Modifiers::COMMAND };

/// Train an experiment without a window and save the run.
fn saved(folder: &Path, name: &str, experiment: Experiment) -> PathBuf {
    let path = folder.join(name);
    let client = spawn(WorkerOptions::default());
    client.send(Command::Start(Box::new(experiment)));
    let until = |what: &str, so: &dyn Fn() -> bool| {
        let start = Instant::now();
        while !so() {
            assert!(start.elapsed() < Duration::from_secs(120), "waited in vain until {what}: {:?}", client.status());
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    until("it has finished", &|| matches!(client.status().state, RunState::Finished(_)));
    client.send(Command::Save(path.clone()));
    until("it is saved", &|| client.is_settled(&client.status()));
    path
}

/// An experiment that trains in a moment on one thread, even where many tests share the processor.
fn tiny(steps: u64) -> Experiment {
    let mut experiment = Experiment { encoder: vec![Layer::dense(4, Activation::Relu)], ..small(1.0) };
    experiment.data = Data { source: Source::Shapes { count: 80, size: 32 }, validation: 10, ..experiment.data };
    experiment.training.batch = 10;
    experiment.training.shards = 1;
    experiment.training.length = Length::Steps(steps);
    experiment
}

/// A file with it.
fn tiny_experiment(folder: &Path, steps: u64) -> PathBuf {
    let path = folder.join("tiny.ron");
    tiny(steps).save(&path).expect("the folder is writable");
    path
}

/// With another K and seed.
fn with(samples: usize, seed: u64) -> Experiment {
    let mut experiment = Experiment { seed, ..tiny(8) };
    experiment.objective.samples = samples;
    experiment
}

fn compare(window: &mut Window, run: &Path) {
    window.key(COMMAND_SHIFT, Key::A);
    window.enter("Path", &run.display().to_string());
}

/// Where the entries of the queue stand, by the beginning of the word for it.
fn standing(window: &Window) -> Vec<String> {
    let word = |text: String| text.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default().to_owned();
    window.state().queue.entries().iter().map(|entry| word(format!("{:?}", entry.state))).collect()
}

#[test]
fn experiments_are_queued_and_trained_one_after_another_while_the_form_is_free() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let replaced = folder.path().join("replaced");
    let mut window = Window::keeping(&tiny_experiment(folder.path(), 8), &replaced);
    window.until_ready();
    for samples in ["2", "3"] {
        window.enter("Samples K", samples);
        window.key(COMMAND_SHIFT, Key::Enter);
        window.until("the first trains", |window| window.session().status.last_step > 0);
    }
    // While the first trains, or the second: no edit of the form is theirs.
    window.enter("Samples K", "7");
    window.until("both are trained", |window| standing(window) == ["Finished", "Finished"]);
    let entries = window.state().queue.entries();
    assert_eq!(entries.iter().map(|it| it.experiment.objective.samples).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(window.state().experiment.objective.samples, 7, "the form is as it was left");
    let run = window.session().status.experiment.clone().expect("the second is there");
    assert_eq!(run.objective.samples, 3);
    assert_eq!(window.session().with_history(|history| history.marks.len()), 0);
    let kept = ReplacedRun::list(&replaced);
    assert_eq!(kept.len(), 1, "the first was kept: {kept:?}");

    window.key(Modifiers::COMMAND, Key::W);
    window.until_shown("K = 2");
    window.check_names();
    assert_eq!(window.nameless(), [""; 0]);
    window.click("Clear what is over");
    window.until_shown("Nothing waits to be trained");
}

#[test]
fn a_run_that_fails_is_marked_and_the_next_one_starts() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let lost = Data {
        source: Source::Idx { images: folder.path().join("lost"), labels: None, test_images: None, test_labels: None },
        ..Data::default()
    };
    let broken = folder.path().join("broken.ron");
    Experiment { name: "broken".into(), data: lost, ..tiny(8) }.save(&broken).expect("the folder is writable");
    let good = tiny_experiment(folder.path(), 8);
    let mut window = Window::open_with(&good);
    window.until_ready();
    window.key(Modifiers::COMMAND, Key::W);
    for file in [&broken, &good] {
        window.drop_file(file);
        window.key(COMMAND_SHIFT, Key::Enter);
    }
    window.until("both are over", |window| standing(window) == ["Failed", "Finished"]);
    window.until_shown("failed: ");
}

#[test]
fn what_waits_survives_the_window_and_a_paused_or_stopped_run_starts_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut window = Window::open_with(&tiny_experiment(folder.path(), 1_000_000));
    window.until_ready();
    window.click("Run: Train");
    window.until("steps are taken", |window| window.session().status.step > 5);
    window.enter("Latent dimension", "3");
    window.key(COMMAND_SHIFT, Key::Enter);
    assert_eq!(standing(&window), ["Running", "Waiting"]);
    window.click("Run: Pause run");
    window.until("it has paused", |window| window.session().is_waiting());
    window.frames(10);
    assert_eq!(standing(&window), ["Running", "Waiting"]);
    window.click("Stop");
    window.until("it has stopped", |window| standing(window) == ["Ended", "Waiting"]);
    window.frames(10);
    assert!(window.state().queue.is_held());
    assert_eq!(standing(&window), ["Ended", "Waiting"]);

    let kept = window.keep();
    drop(window);
    let beside = Window::beside(kept.clone());
    assert_eq!(standing(&beside), [""; 0], "another window trains what waits in this one");
    assert_eq!(beside.state().experiment.latent.dimension, 3, "all else is as it was left");
    drop(beside);
    let mut window = Window::reopen(kept);
    window.frames(10);
    assert_eq!(standing(&window), ["Ended", "Waiting"], "nothing starts by itself in a new window");
    window.key(Modifiers::COMMAND, Key::W);
    window.click("Go on");
    window.until("the queue goes on", |window| {
        let status = &window.session().status;
        status.step > 0 && status.experiment.as_ref().is_some_and(|it| it.latent.dimension == 3)
    });
    window.click(&window.name_starting("Cancel small"));
    window.until("it is cancelled", |window| standing(window) == ["Ended", "Ended"]);
    window.until("it has stopped", |window| matches!(window.session().status.state, RunState::Finished(_)));
}

#[test]
fn two_seeds_are_one_curve_with_a_band() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let runs = [1, 2].map(|seed| saved(folder.path(), &format!("run-{seed}"), with(5, seed)));
    let mut window = Window::open_with(&tiny_experiment(folder.path(), 8));
    window.until_ready();
    window.click("Run: Train");
    window.until("it has finished", |window| matches!(window.session().status.state, RunState::Finished(_)));
    runs.iter().for_each(|run| compare(&mut window, run));
    window.click("Compare runs");
    window.until("both are read", |window| window.has("Show run-1, 1") && window.has("Show run-2, 2"));
    window.until_shown("Standard error");
    window.key(Modifiers::NONE, Key::Escape);
    window.hover(window.place("ELBO").center() + Vec2::new(0.0, 10.0));
    window.until_shown("K = 5 (2 seeds)");
    window.click("Compare runs");
    window.click("Differences of run-2, 2");
    window.until_shown("Differences of two experiments");
    window.until("the field is named", |window| window.count("K") == 1);
    window.check_names();
}

#[test]
fn pictures_of_several_runs_stand_side_by_side() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut larger = with(1, 3);
    larger.data.source = Source::Shapes { count: 80, size: 64 };
    let runs = [("one", with(1, 1)), ("five", with(5, 1)), ("larger", larger)];
    let runs = runs.map(|(name, experiment)| saved(folder.path(), name, experiment));
    let mut window = Window::open_with(&tiny_experiment(folder.path(), 8));
    window.until_ready();
    runs.iter().for_each(|run| compare(&mut window, run));
    window.key(Modifiers::COMMAND, Key::H);
    window.until("two have pictures", |window| window.texts(": 8 images").len() == 4);
    window.until_shown("another shape");
    window.click("Samples");
    window.until("all have samples", |window| window.texts(": 10 images").len() == 3);
    window.check_names();
}

/// The model that another process saves is asked as soon as it is there; the run is not locked by being looked at.
#[test]
fn a_followed_run_shows_its_newest_pictures() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = saved(folder.path(), "followed", with(1, 1));
    let mut longer = with(1, 1);
    longer.training.length = Length::Steps(12);
    let later = saved(folder.path(), "later", longer);
    let held = RunFolder::at(&run).lock().expect("nobody else trains it");
    let mut window = Window::open_with(&tiny_experiment(folder.path(), 8));
    window.until_ready();
    compare(&mut window, &run);
    window.key(Modifiers::COMMAND, Key::H);
    window.until("its pictures are there", |window| window.texts(": 8 images").len() >= 2 && window.shows("step 8"));
    // As a process replaces it: the progress last.
    for file in [
        "experiment.ron",
        "checkpoint/model.safetensors",
        "checkpoint/optimiser.safetensors",
        "checkpoint/history.json",
        "checkpoint/progress.json",
    ] {
        std::fs::copy(later.join(file), run.join(file)).expect("the folder is writable");
    }
    window.until_shown("step 12");
    drop(held);
    drop(RunFolder::at(&run).lock().expect("it was never locked by being looked at"));
}
