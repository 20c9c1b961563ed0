//! Training from the window: start, look, edit, pause, end.

use crate::driver::Window;
use crate::files::small_experiment;
use eframe::egui::{Key, Modifiers};
use elbow::data::Split;
use elbow::experiment::{Experiment, Length, Schedule};
use elbow::explore::Question;
use elbow::worker::{Asker, RunState};

#[test]
fn space_trains_views_are_answered_and_edits_reach_the_run() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut window = Window::open_with(&small_experiment(folder.path(), 1_000.0));
    window.until_ready();
    window.key(Modifiers::NONE, Key::Space);
    window.until("steps are taken", |window| window.session().status.step > 20);
    window.until("pictures are drawn", |window| {
        ["reconstructions", "prior samples", "traversals", "latent space: scatter"]
            .iter()
            .all(|&name| window.session().answer(Asker(name)).is_some_and(|answered| answered.step > 0))
    });

    window.enter("Samples K", "4");
    window.enter("β", "2");
    window.enter("Learning rate", "5e-4");
    window.enter("Batch size", "50");
    window.until("the edits have arrived", |window| {
        let status = &window.session().status;
        status.samples == 4 && status.beta == 2.0 && status.batch == 50 && (status.learning_rate - 5e-4).abs() < 1e-12
    });
    assert_eq!(window.session().with_history(|history| history.marks.len()), 4, "each edit is marked once");
    assert!(!window.shows("Differs from the run"), "a live edit needs no restart");
    assert_eq!(window.session().status.state, RunState::Running);
    window.until_shown("img/s");
    assert_eq!(window.texts("img/s").len(), 1, "two speeds would differ");

    window.click("Run: Pause");
    window.until("it has paused", |window| window.session().status.state == RunState::Paused);
    let step = window.session().status.step;
    window.click("Take one step");
    window.until("one step is taken", |window| window.session().status.step == step + 1);

    window.enter("Latent dimension", "3");
    window.until_shown("Differs from the run in latent dimension");
    window.click("Restart to apply");
    window.until("it has begun anew", |window| {
        let status = &window.session().status;
        status.experiment.as_ref().is_some_and(|experiment| experiment.latent.dimension == 3) && status.step > 0
    });
    window.check_names();
}

#[test]
fn from_image_takes_no_pane_s_answer_and_who_is_hidden_is_answered_no_more() {
    const SCATTER: Asker = Asker("latent space: scatter");
    const FROM_IMAGE: Asker = Asker("sculptor: from image");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut window = Window::open_with(&small_experiment(folder.path(), 100_000.0));
    window.until_ready();
    // The latent space looks at training images.
    let kept = window.keep().replace("scatter:(split:test,", "scatter:(split:train,");
    drop(window);
    let mut window = Window::reopen(kept);
    window.until_ready();
    let serial = |window: &Window, asker| window.session().answer(asker).map_or(0, |answered| answered.serial);
    window.until("the scatter is answered", |window| serial(window, SCATTER) > 0);
    window.key(Modifiers::COMMAND, Key::Num7);
    window.click("From image");
    window.until("the image's code is known", |window| serial(window, FROM_IMAGE) > 0);
    window.frames(5);
    let answered = window.session().answer(SCATTER).expect("it was answered");
    assert_eq!(answered.question, Question::Scatter { split: Split::Train, count: 2_000 });

    // Training on, whoever is in sight is answered again, and nobody else.
    let known = serial(&window, FROM_IMAGE);
    window.key(Modifiers::NONE, Key::Space);
    let is_answered_twice = |window: &mut Window, asker| {
        for _ in 0..2 {
            let before = serial(window, asker);
            window.until("a newer answer", |window| serial(window, asker) > before);
        }
    };
    is_answered_twice(&mut window, SCATTER);
    assert_eq!(serial(&window, FROM_IMAGE), known, "it was withdrawn");
    window.key(Modifiers::COMMAND, Key::Num3);
    is_answered_twice(&mut window, Asker("reconstructions"));
    let last = serial(&window, SCATTER);
    is_answered_twice(&mut window, Asker("reconstructions"));
    assert_eq!(serial(&window, SCATTER), last, "it is hidden");
}

#[test]
fn a_finished_run_is_extended_and_a_new_seed_starts_over() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut window = Window::open_with(&small_experiment(folder.path(), 1.0));
    window.train_to_the_end();
    window.until_shown("The run is finished");
    let end = window.session().status.step;
    window.key(Modifiers::NONE, Key::Space);
    window.until_shown("further epochs");
    window.click("Extend");
    window.until("it goes on", |window| window.session().status.step > end);

    window.click("Restart with a new seed");
    let seed = window.state().experiment.seed;
    window.until("another seed trains", |window| {
        window.session().status.experiment.as_ref().is_some_and(|experiment| experiment.seed == seed)
    });
    window.click("Stop");
    window.until("it has stopped", |window| matches!(window.session().status.state, RunState::Finished(_)));
}

#[test]
fn item_08_extending_asks_what_the_schedule_shall_do_and_says_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = small_experiment(folder.path(), 1.0);
    let mut experiment = Experiment::load(&path).expect("it is there");
    experiment.training.schedule = Schedule::Cosine { floor: 0.0 };
    experiment.save(&path).expect("the folder is writable");
    let mut window = Window::open_with(&path);
    window.until_ready();
    window.click("Run: Train");
    let is_over = |window: &Window| matches!(window.session().status.state, RunState::Finished(_));
    window.until("it has finished", is_over);
    let end = window.session().status.step;

    // A rate of 0 is said before anything is done.
    window.key(Modifiers::NONE, Key::Space);
    window.until_shown("Nothing is learned at that");
    window.click("is spread over the new length");
    assert!(!window.shows("Nothing is learned at that"));
    window.enter("Further epochs", "1");
    window.click("Extend");
    window.until("it goes on, to its new end", |window| is_over(window) && window.session().status.step > end);
    let training = |window: &Window| window.session().status.experiment.as_ref().map(|it| it.training.clone());
    assert_eq!(training(&window).map(|it| (it.length, it.schedule_epochs)), Some((Length::Epochs(2.0), None)));
    window.key(Modifiers::COMMAND, Key::Num9);
    window.until_shown("spread over 2 epochs anew: the learning rate goes from 0.000e0 to 5.000e-4");

    window.key(Modifiers::NONE, Key::Space);
    window.until_shown("keeps its end at epoch 2.0, and its value there");
    window.click("Extend");
    window.until("the plan is another", |window| training(window).is_some_and(|it| it.schedule_epochs == Some(2.0)));
    assert_eq!(Some(&window.state().experiment.training), training(&window).as_ref(), "the form says what is trained");
    window.until_shown("has ended, at epoch 2, and keeps its end value: the learning rate stays at 0.000e0");
    window.click("Stop");
    window.until("it has stopped", is_over);

    // A warm restart.
    window.key(Modifiers::COMMAND, Key::E);
    window.click("begins anew, over what is left");
    window.until_shown("Training goes on at a learning rate of 0.001");
    window.click("Extend");
    window.until("the plan is another", |window| training(window).is_some_and(|it| it.schedule_start.is_some()));
    assert_eq!(Some(&window.state().experiment.training), training(&window).as_ref(), "the form says what is trained");
    window.click("Stop");
    window.until("it has stopped", is_over);
    window.until_shown("the learning rate goes from 0.000e0 to 1.000e-3");
}

#[test]
fn a_run_is_compared_with_the_one_before_and_with_a_saved_one() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let saved = folder.path().join("saved");
    let mut window = Window::open_with(&small_experiment(folder.path(), 1.0));
    window.train_to_the_end();
    window.save_run(&saved);
    window.until_shown("Saved the run");

    window.click("Restart with a new seed");
    window.until("another run has begun", |window| window.session().status.run > 1 && window.session().status.step > 0);
    window.click("Compare runs");
    window.until("the run before is at hand", |window| window.has("Show small, 1"));
    window.key(Modifiers::NONE, Key::Escape);
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::A);
    window.enter("Path", &saved.display().to_string());
    window.click("Compare runs");
    window.until("so is the saved one", |window| window.has("Show saved, 2"));
    window.check_names();
    window.click("Forget saved, 2");
    assert!(!window.has("Show saved, 2"));
}

#[test]
fn log_px_is_evaluated_from_the_window() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut window = Window::open_with(&small_experiment(folder.path(), 1.0));
    window.until_ready();
    window.evaluate();
}

#[test]
fn missing_data_are_said_and_the_window_lives_on() {
    let mut window = Window::open();
    window.until_ready();
    window.click_first("Data");
    window.choose("Source", "IDX files");
    window.enter("Training images", "/nowhere/images-idx3-ubyte");
    window.key(Modifiers::COMMAND, Key::R);
    window.until_shown("there is no such file");
    window.choose("Preset", "mnist-2d");
    window.until_ready();
}

#[test]
fn item_17_an_empty_pane_starts_the_training() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut window = Window::open_with(&small_experiment(folder.path(), 1.0));
    window.until_ready();
    window.click_first("Start training");
    window.until("steps are taken", |window| window.session().status.step > 0);
}

#[test]
fn a_model_that_is_only_built_is_not_said_to_train() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut window = Window::open_with(&small_experiment(folder.path(), 1.0));
    window.until_ready();
    window.key(Modifiers::COMMAND, Key::Num9);
    assert!(window.shows("small: on "), "the log says where the model was built");
    assert!(!window.shows("training on"));
}
