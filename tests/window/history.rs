//! The time slider: looking at kept states while the run goes on, live again, playing, forks, A | B, films.

use crate::driver::Window;
use crate::files::small;
use eframe::egui::{Key, Modifiers};
use elbow::experiment::{Activation, Data, Experiment, Layer, Source};
use elbow::worker::{Asker, RunState};
use std::path::{Path, PathBuf};

/// A file with an experiment that trains in a moment on one thread, even where many tests share the processor.
fn small_experiment(folder: &Path, epochs: f64) -> PathBuf {
    let mut experiment = Experiment { encoder: vec![Layer::dense(4, Activation::Relu)], ..small(epochs) };
    experiment.data = Data { source: Source::Shapes { count: 80, size: 32 }, validation: 10, ..experiment.data };
    experiment.training.batch = 10;
    experiment.training.shards = 1;
    let path = folder.join("small.ron");
    experiment.save(&path).expect("the folder is writable");
    path
}

/// A window whose run has taken some steps and waits.
fn paused_after_steps(window: &mut Window, steps: u64) {
    window.until_ready();
    window.key(Modifiers::NONE, Key::Space);
    window.until("steps are taken", |window| window.session().status.last_step > steps);
    window.click("Run: Pause");
    window.until("it has paused", |window| window.session().status.state == RunState::Paused);
}

fn looks_at(window: &Window, step: u64) -> bool {
    let status = &window.session().status;
    status.looks_back && status.step == step
}

#[test]
fn the_slider_takes_every_pane_to_a_kept_state_while_training_goes_on_and_live_returns() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut window = Window::open_with(&small_experiment(folder.path(), 100_000.0));
    window.until_ready();
    for name in ["Live", "Earlier state", "Play history", "Fork…"] {
        assert!(!window.is_enabled(name), "there is nothing to look back at");
    }
    assert!(window.is_enabled("Film…"), "of a way through latent space");
    window.key(Modifiers::NONE, Key::Space);
    window.until("states are kept", |window| window.session().status.last_step > 5);
    assert!(!window.is_enabled("Live"));

    // The first place of the slider, at its left end.
    let slider = window.name_starting("Time slider");
    let at = window.place(&slider);
    window.press(eframe::egui::pos2(at.left() + 4.0, at.center().y));
    window.until("the run at step 0 is looked at", |window| looks_at(window, 0));
    window.until("every pane shows it", |window| {
        ["reconstructions", "prior samples", "traversals", "latent space: scatter"]
            .iter()
            .all(|&name| window.session().answer(Asker(name)).is_some_and(|answered| answered.step == 0))
    });
    window.until_shown("looking at step 0 of");
    window.until_shown("at step 0");
    let before = window.session().status.last_step;
    window.until("training goes on", |window| window.session().status.last_step > before + 2);
    assert!(looks_at(&window, 0), "and what is looked at stays");

    window.key(Modifiers::ALT, Key::ArrowRight);
    window.until("the next state", |window| looks_at(window, 1));
    window.key(Modifiers::ALT, Key::ArrowLeft);
    window.until("the state before", |window| looks_at(window, 0));
    window.check_names();
    window.click("Live");
    window.until("the run itself", |window| !window.session().status.looks_back);
    let live = window.session().status.step;
    window.until("panes follow it", |window| {
        window.session().answer(Asker("prior samples")).is_some_and(|answered| answered.step >= live)
    });
    assert!(!window.shows("looking at step"));
}

#[test]
fn a_live_edit_reaches_the_run_while_an_earlier_state_is_looked_at_and_leaves_a_mark() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut window = Window::open_with(&small_experiment(folder.path(), 100_000.0));
    paused_after_steps(&mut window, 6);
    window.key(Modifiers::ALT, Key::ArrowLeft);
    window.until("a kept state", |window| window.session().status.looks_back);
    let (step, last) = (window.session().status.step, window.session().status.last_step);
    window.enter("β", "2");
    window.until("the edit is marked", |window| window.session().with_history(|history| history.marks.len() == 1));
    assert!(looks_at(&window, step), "it is still looked at");
    let mark = window.session().with_history(|history| history.marks[0].clone());
    assert_eq!((mark.step, mark.text.as_str()), (last, "β = 2"));
    assert!(!window.shows("Differs from the run"), "form and run agree");
}

#[test]
fn playing_goes_from_the_first_state_to_the_run_itself() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut window = Window::open_with(&small_experiment(folder.path(), 100_000.0));
    paused_after_steps(&mut window, 5);
    window.click("Speed 2/s");
    window.click("Speed 5/s");
    window.click("Play history");
    window.until("the first state", |window| looks_at(window, 0));
    window.until("a later one", |window| window.session().status.looks_back && window.session().status.step > 2);
    window.until("the run itself", |window| !window.session().status.looks_back);
    window.frames(30);
    assert!(!window.session().status.looks_back, "it does not begin again");
    assert!(window.rests(), "and nothing plays on");
}

#[test]
fn a_fork_from_the_state_looked_at_knows_its_parent_whose_curves_stay_beside_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let kept = folder.path().join("kept");
    let mut window = Window::keeping(&small_experiment(folder.path(), 100_000.0), &kept);
    paused_after_steps(&mut window, 6);
    let last = window.session().status.last_step;
    window.key(Modifiers::ALT, Key::ArrowLeft);
    window.key(Modifiers::ALT, Key::ArrowLeft);
    window.until("a kept state", |window| window.session().is_settled() && window.session().status.looks_back);
    let step = window.session().status.step;
    // What a fork may change and a live edit may not.
    window.click("Device");
    window.enter("Seed", "77");
    window.click("Fork…");
    window.until_shown("Fork from here");
    window.until_shown("seed");
    window.click("Fork");
    window.until("the fork waits at its first step", |window| {
        let status = &window.session().status;
        status.run == 2 && status.state == RunState::Paused && status.last_step == step
    });
    let status = &window.session().status;
    assert_eq!(status.run_experiment.as_ref().map(|experiment| experiment.seed), Some(77));
    let (reports, deeds) = window
        .session()
        .with_history(|history| (history.reports.iter().map(|report| report.step).max(), history.deeds.clone()));
    assert!(reports.is_some_and(|newest| newest <= step), "the parent's reports up to there: {reports:?}");
    let fork = deeds.last().expect("it is told");
    assert_eq!((fork.kind, fork.step), (elbow::train::DeedKind::Forked, step));
    // The parent is saved as it was, and drawn beside the fork.
    let parents = elbow::worker::ReplacedRun::list(&kept);
    assert_eq!(parents.iter().map(|parent| parent.step).collect::<Vec<_>>(), [last]);
    assert!(fork.detail.contains(&parents[0].folder.display().to_string()), "{}", fork.detail);
    window.click_first("Compare runs");
    window.until_shown("ELBO");
    assert!(!window.texts("at step").is_empty());
    window.key(Modifiers::NONE, Key::Escape);
    window.key(Modifiers::NONE, Key::Space);
    window.until("it trains on", |window| window.session().status.last_step > step + 3);
}

#[test]
fn a_fork_that_does_not_fit_leaves_the_run_as_it_was() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let kept = folder.path().join("kept");
    let mut window = Window::keeping(&small_experiment(folder.path(), 100_000.0), &kept);
    paused_after_steps(&mut window, 4);
    let last = window.session().status.last_step;
    window.enter("Latent dimension", "5");
    window.click("Fork…");
    window.click("Fork");
    window.until_shown("the parameters of the run to fork do not fit");
    window.until("the run is as it was", |window| {
        let status = &window.session().status;
        (status.run, status.last_step, status.state.clone()) == (1, last, RunState::Paused)
    });
    assert!(elbow::worker::ReplacedRun::list(&kept).is_empty(), "nothing was kept for nothing");
}

#[test]
fn a_run_that_is_opened_has_its_history_and_its_marks() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let saved = folder.path().join("run");
    let mut window = Window::open_with(&small_experiment(folder.path(), 100_000.0));
    paused_after_steps(&mut window, 6);
    window.enter("β", "3");
    window.until("the edit is marked", |window| window.session().with_history(|history| history.marks.len() == 1));
    window.save_run(&saved);
    window.until_shown("Saved the run");
    drop(window);
    let mut window = Window::open_with(&saved);
    window.until_ready();
    window.until("its states are there", |window| window.session().status.stops.len() > 4);
    window.key(Modifiers::NONE, Key::Space);
    window.until("it goes on", |window| {
        window.session().with_history(|history| history.deeds.iter().any(|deed| deed.kind.name() == "resumed"))
    });
    window.key(Modifiers::ALT, Key::ArrowLeft);
    window.until("a kept state", |window| window.session().status.looks_back);
    window.until("the edit and the resume are marked on the curves", |window| {
        window.paints("β = 3") && window.paints("resumed")
    });
}

#[test]
fn a_and_b_are_two_states_of_one_run_on_the_same_images() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut window = Window::open_with(&small_experiment(folder.path(), 100_000.0));
    paused_after_steps(&mut window, 6);
    window.key(Modifiers::COMMAND, Key::H);
    // Alone, so that no tab has the name of a choice.
    window.key(Modifiers::COMMAND, Key::M);
    window.click("A | B");
    window.key(Modifiers::ALT, Key::ArrowLeft);
    window.until("a kept state", |window| window.session().status.looks_back);
    let pinned = window.session().status.step;
    window.click("Pin as B");
    window.key(Modifiers::ALT, Key::ArrowLeft);
    window.until("an earlier one", |window| window.session().status.step < pinned);
    let step = window.session().status.step;
    let answers = |window: &Window| {
        let of = |name| window.session().answer(Asker(name)).map(|answered| answered.step);
        (of("a | b: a"), of("a | b: b"))
    };
    for view in ["Reconstructions", "Samples", "Traversals", "Latent space"] {
        window.click_last(view);
        window.until("both are answered", |window| answers(window) == (Some(step), Some(pinned)));
        window.until_shown(&format!("A · the slider · step {step}"));
        window.until_shown(&format!("B · this run at step {pinned}"));
    }
    window.until_shown("turned onto A by Procrustes");
    let question = |name| window.session().answer(Asker(name)).map(|answered| answered.question.clone());
    assert_eq!(question("a | b: a"), question("a | b: b"), "the same images and the same noise");
    window.check_names();
}

#[test]
fn a_film_is_made_of_all_kept_states_while_the_run_trains() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut window = Window::open_with(&small_experiment(folder.path(), 100_000.0));
    window.until_ready();
    window.key(Modifiers::NONE, Key::Space);
    window.until("states are kept", |window| window.session().status.last_step > 4);
    for name in ["film.png", "film.gif"] {
        let path = folder.path().join(name);
        window.click("Film…");
        window.enter("Path", &path.display().to_string());
        if window.has("Make film") {
            window.click("Make film");
        }
        window.until("the film is written", |_| path.is_file());
        window.until_shown("Saved");
        let bytes = std::fs::read(&path).expect("it is there");
        assert!(bytes.starts_with(if name.ends_with("gif") { b"GIF89a" } else { b"\x89PNG\r\n" }), "{name}");
    }
    let experiment = elbow::export::read_experiment(&folder.path().join("film.png")).expect("it has the experiment");
    assert!(experiment.contains("encoder"), "{experiment}");
    // A way through latent space, of the run as it is.
    let path = folder.path().join("way.gif");
    window.click("Film…");
    window.click("Through latent space");
    window.click("Interpolations");
    window.enter("Path", &path.display().to_string());
    if window.has("Make film") {
        window.click("Make film");
    }
    window.until("the film of the way is written", |_| path.is_file());
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::Indexed);
    let mut decoder = options.read_info(std::fs::File::open(&path).expect("it is there")).expect("a GIF");
    let mut frames = 0;
    while decoder.read_next_frame().expect("a frame").is_some() {
        frames += 1;
    }
    assert_eq!(frames, 60, "31 places there, 29 back");
}
