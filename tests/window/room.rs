//! Room for what is looked at: panes alone, layouts, knobs, the gallery, the palette, context menus, help.

use crate::driver::Window;
use crate::files::small_experiment;
use eframe::egui::{Key, Modifiers, Vec2};
use elbow::experiment::presets;
use elbow::worker::Asker;

const COMMAND_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

#[test]
fn item_13_a_pane_is_maximised_by_a_double_click_and_presented_by_a_key() {
    let mut window = Window::open();
    window.until_ready();
    assert!(window.has("Reconstructions") && window.has("Traversals"));
    window.double_click("Ledger");
    assert!(window.has("Ledger") && !window.has("Traversals") && !window.has("Reconstructions"), "it is alone");
    assert!(window.has("Samples K"), "the form stays");
    window.key(Modifiers::NONE, Key::Escape);
    assert!(window.has("Traversals"), "Escape brings all back");

    window.key(Modifiers::COMMAND, Key::M);
    assert!(!window.has("Traversals"), "the pane that was looked at last is alone");
    window.key(Modifiers::COMMAND, Key::Num6);
    assert!(window.has("Traversals") && !window.has("Ledger"), "another takes its place");
    let width = window.size().x;
    window.key(Modifiers::NONE, Key::F11);
    assert!(!window.has("Samples K") && !window.has("File"), "a presentation has no form and no bars");
    assert!(window.size().x < 0.7 * width, "all is larger: {} of {width} points", window.size().x);
    window.check_names();
    window.key(Modifiers::NONE, Key::F11);
    assert!(window.has("Samples K") && window.has("Reconstructions"));
    assert_eq!(window.size().x, width);
}

#[test]
fn item_13_a_presentation_does_not_outlive_its_window() {
    let mut window = Window::open();
    window.key(Modifiers::NONE, Key::F11);
    let kept = window.keep();
    drop(window);
    let window = Window::reopen(kept);
    assert!(window.has("Samples K") && window.has("Traversals"));
}

#[test]
fn item_13_layouts_are_saved_chosen_and_reset() {
    let mut window = Window::open();
    window.key(Modifiers::COMMAND, Key::Num6);
    assert!(!window.has("Traversals"));
    window.key(COMMAND_SHIFT, Key::W);
    window.enter("Layout name", "lecture");
    window.key(COMMAND_SHIFT, Key::L);
    assert!(window.has("Traversals"));
    let kept = window.keep();
    drop(window);

    let mut window = Window::reopen(kept);
    let open = |window: &mut Window| {
        window.click("View");
        let layouts = window.name_starting("Layouts");
        window.click(&layouts);
    };
    open(&mut window);
    window.click("lecture");
    assert!(!window.has("Traversals"), "the layout that was saved is chosen");
    open(&mut window);
    window.click("Forget layout lecture");
    open(&mut window);
    assert!(!window.has("lecture"));
}

#[test]
fn item_13_each_width_has_a_layout_in_which_the_tables_fit() {
    for (width, height) in [(1280.0, 800.0), (1600.0, 1000.0), (1920.0, 1080.0)] {
        let mut window = Window::open_sized(width, height, 1.0);
        for key in [Key::G, Key::D, Key::J] {
            window.key(Modifiers::COMMAND, key);
        }
        for pane in ["Gradient lab pane", "Rate–distortion pane", "Evaluation pane"] {
            if window.has(pane) {
                let place = window.place(pane);
                assert!(place.width() >= 300.0, "{pane} at {width}: {place}");
            }
        }
        let evaluation = window.place("Evaluation pane");
        assert!(evaluation.width() >= 540.0 && evaluation.height() >= 320.0, "at {width}: {evaluation}");
        let samples = window.place("Prior samples pane");
        assert_eq!(samples.left() > evaluation.right() + 400.0, width == 1920.0, "a third column where there is room");
    }
}

#[test]
fn item_14_the_knobs_are_in_sight_without_scrolling() {
    for (width, height, scale) in [(1280.0, 800.0, 1.0), (960.0, 500.0, 2.0), (800.0, 480.0, 1.0)] {
        let window = Window::open_sized(width, height, scale);
        for knob in ["Samples K", "β", "Learning rate", "Batch size", "Run length"] {
            let place = window.place(knob);
            assert!(place.top() > 0.0 && place.bottom() < height, "{knob} at {width}×{height}: {place}");
            assert!(place.width() >= 40.0, "{knob}: {place}");
        }
        assert!(!window.shows("log σ²: "), "the drawing has folded");
    }
    let window = Window::open_sized(1600.0, 1000.0, 1.0);
    assert!(window.shows("log σ²: "), "there is room for the drawing");
}

#[test]
fn item_14_the_length_of_a_run_is_a_knob() {
    let mut window = Window::open();
    window.enter("Run length", "7");
    assert_eq!(window.state().experiment.training.length.epochs(), Some(7.0));
    window.choose("β schedule", "linear ramp");
    window.enter("β", "4");
    assert_eq!(window.state().experiment.objective.beta.end(), 4.0);
    assert!(!window.has("β at the end"), "it is the knob");
    window.enter("Samples K", "0");
    assert!(window.state().experiment.objective.samples > 0, "an edit ends at the limits");
}

#[test]
fn item_14_nothing_is_cut_in_a_small_window() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut window = Window::open_sized_with(&small_experiment(folder.path(), 1_000.0), 900.0, 560.0);
    window.until_ready();
    window.key(Modifiers::NONE, Key::Space);
    // It is behind another tab.
    window.key(Modifiers::COMMAND, Key::Num2);
    window.until("reports have come", |window| window.shows("active,"));
    let order = window.place("By index");
    let count = window.texts("active,").into_iter().next().expect("it is shown");
    assert!(!order.intersects(count), "{order} {count}");
    // Two jobs in the status bar beside the figures of the run.
    window.key(Modifiers::COMMAND, Key::L);
    window.enter("Importance samples", "20000");
    window.click("Evaluate");
    window.key(COMMAND_SHIFT, Key::G);
    window.until("both jobs run", |window| window.session().status.jobs.len() == 2);
    let mut places = Vec::new();
    for text in ["Cancel", "η ", "β 1", "K 1", "batch 100", "GiB"] {
        places.extend(window.texts(text).into_iter().filter(|place| place.top() > 530.0));
    }
    assert!(places.len() >= 2);
    for (i, a) in places.iter().enumerate() {
        assert!(a.right() <= 900.0, "{a}");
        for b in &places[i + 1..] {
            assert!(!a.shrink(1.0).intersects(*b), "{a} {b}");
        }
    }
}

#[test]
fn item_14_at_900_by_600_the_bound_has_a_plot_and_no_row_of_controls_is_cut() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut window = Window::open_sized_with(&small_experiment(folder.path(), 1.0), 900.0, 600.0);
    window.train_to_the_end();
    window.until("pictures are drawn", |window| window.has("Reshuffle"));
    // The plot's name is written in it too.
    let pane = window.place("Bound pane");
    let plot = window.texts("ELBO and E[log p(x|z)]").into_iter().max_by(|a, b| a.height().total_cmp(&b.height()));
    let plot = plot.expect("it is drawn, over that of the KL");
    assert!(plot.height() >= 80.0 && plot.bottom() <= pane.bottom(), "{plot} in {pane}");
    // What is drawn lies in one place, a tab each.
    for (key, pane, names) in [
        (Key::Num5, "Prior samples pane", &["New noise", "Means"][..]),
        (Key::Num6, "Traversals pane", &["Image"]),
        (Key::Num4, "Reconstructions pane", &["Reshuffle", "Test"]),
    ] {
        if !window.has(pane) {
            window.key(Modifiers::COMMAND, key);
        }
        window.until("pictures are drawn", |window| names.iter().all(|name| window.has(name)));
        let pane = window.place(pane);
        for name in names {
            let place = window.place(name);
            assert!(place.right() <= pane.right() && place.left() >= pane.left(), "{name}: {place} in {pane}");
        }
    }
    for place in window.texts("Export…") {
        assert!(place.right() <= 900.0, "{place}");
    }
}

#[test]
fn item_15_a_right_click_copies_saves_and_leads_on() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut window = Window::open_with(&small_experiment(folder.path(), 1.0));
    window.train_to_the_end();
    window.until_shown("The run is finished");
    window.right_click("KL");
    for line in ["Reset zoom", "Save values as CSV…", "Copy picture", "Save picture as PNG…", "Show in the guide"] {
        assert!(window.has(line), "{line}");
    }
    assert!(window.shows("Drag with the right button to zoom into a box."));
    window.click("Save values as CSV…");
    let table = folder.path().join("kl.csv");
    window.enter("Path", &table.display().to_string());
    window.until_shown("Saved");
    let text = std::fs::read_to_string(&table).expect("it was written");
    assert!(text.starts_with("curve,source,quantity,step,value\n") && text.contains(",KL,"), "{text}");

    let tile = window.name_starting("ELBO −");
    window.right_click(&tile);
    let line = window.name_starting("Copy −");
    let copied = window.click_to_copy(&line);
    assert_eq!(copied.map(|text| format!("Copy {text}")), Some(line));

    window.right_click("Prior samples: 64 images");
    assert!(window.has("Copy this image") && window.has("Save this image as PNG…"));
    window.click("Show in the guide");
    assert!(window.has("Room"), "the page about the window has this heading");
    window.right_click("Log");
    window.click("Maximise");
    assert!(!window.has("Traversals"));
}

#[test]
fn item_14_the_run_s_buttons_have_words_where_there_is_room() {
    for (width, has_room) in [(1280.0, true), (1000.0, false)] {
        let window = Window::open_sized(width, 800.0, 1.0);
        for word in ["Stop", "Restart", "New seed"] {
            assert_eq!(window.paints_exactly(word), has_room, "{word} at {width}");
        }
        assert!(window.has("Restart with a new seed"), "the name is there in any case");
    }
}

/// A hand that is about to click finds what it saw where it saw it, at the first start too, with the word of welcome.
#[test]
fn nothing_moves_because_a_step_was_taken() {
    for (width, height) in [(1600.0, 1000.0), (1280.0, 800.0), (960.0, 528.0)] {
        let mut window = Window::open_sized(width, height, 1.0);
        window.until_ready();
        assert!(window.has("Take the tour"));
        window.until("pictures are drawn", |window| window.session().answer(Asker("reconstructions")).is_some());
        window.frames(20);
        let before = window.places();
        window.click("Take one step");
        window.until("the step is taken", |window| window.session().status.step == 1);
        window.until("it is seen", |window| {
            let answered = window.session().answer(Asker("reconstructions"));
            answered.is_some_and(|answered| answered.step == 1)
        });
        window.frames(20);
        let after = window.places();
        let moved: Vec<_> = before.iter().filter(|(name, at)| after.get(*name).is_some_and(|it| it != *at)).collect();
        assert!(moved.is_empty(), "at {width} × {height} these have moved: {moved:?}");
        let gone: Vec<_> = before.keys().filter(|name| !after.contains_key(*name)).collect();
        assert!(before.len() > 60 && gone.len() < 8, "of {} these are gone: {gone:?}", before.len());
        assert!(window.has("Take the tour"), "the welcome stays until it is used or closed");
    }
}

#[test]
fn item_15_ctrl_y_redoes() {
    let mut window = Window::open();
    window.enter("Latent dimension", "7");
    window.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.state().experiment.latent.dimension, 2);
    window.key(Modifiers::COMMAND, Key::Y);
    assert_eq!(window.state().experiment.latent.dimension, 7);
}

#[test]
fn item_16_the_gallery_opens_from_menu_key_and_welcome_and_is_searched() {
    let mut window = Window::open();
    window.click("Browse presets");
    for preset in presets() {
        assert!(window.has(preset.name), "{}", preset.name);
    }
    window.check_names();
    window.type_text("banana");
    assert!(window.has("flow-posterior-banana") && !window.has("burda-2015"));
    window.key(Modifiers::NONE, Key::Enter);
    assert_eq!(window.state().experiment.name, "flow-posterior-banana");
    assert!(!window.has("Browse presets"), "the welcome is over");

    window.choose("File", "Presets…");
    window.click("svae-sphere");
    assert_eq!(window.state().experiment.name, "svae-sphere");
    window.key(COMMAND_SHIFT, Key::P);
    assert!(window.has("Search presets"));
    window.key(Modifiers::NONE, Key::Escape);
    assert!(!window.has("Search presets"));
}

#[test]
fn item_16_the_palette_finds_actions_presets_panes_runs_and_fields() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut window = Window::open();
    let find = |window: &mut Window, text: &str| {
        window.key(Modifiers::COMMAND, Key::K);
        window.type_text(text);
        window.check_names();
        window.key(Modifiers::NONE, Key::Enter);
    };
    find(&mut window, "sigma-vae");
    assert_eq!(window.state().experiment.name, "sigma-vae");
    find(&mut window, "log");
    assert!(window.has("Warnings and errors only"), "the pane is in sight");
    find(&mut window, "posterior q");
    window.frames(30);
    assert!(window.place("Posterior q(z|x)").bottom() < 1000.0);
    find(&mut window, "seed");
    window.frames(30);
    assert!(window.has("Seed"), "its group has unfolded");
    find(&mut window, "light");
    find(&mut window, "maximise");
    assert!(!window.has("Traversals"));
    // What was opened lately is there too.
    let path = small_experiment(folder.path(), 1.0);
    window.drop_file(&path);
    find(&mut window, "sigma-vae");
    find(&mut window, "presets");
    window.key(Modifiers::NONE, Key::Escape);
    find(&mut window, "small.ron");
    assert_eq!(window.state().experiment.name, "small");
}

#[test]
fn item_17_help_lies_beside_the_work() {
    let mut window = Window::open();
    window.until_ready();
    window.key(Modifiers::NONE, Key::F1);
    assert!(window.shows("A key without modifier works"));
    window.key(Modifiers::NONE, Key::F2);
    assert!(window.shows("The approximate posterior, whose parameters a network computes from x."));
    assert!(window.shows("Here: diagonal Gaussian"), "the family of this experiment");
    window.key(Modifiers::NONE, Key::F3);
    assert!(window.shows("MIT or Apache-2.0"));
    window.key(Modifiers::NONE, Key::F4);
    assert!(window.has("Page of the guide") || window.has("The ledger"));
    // The work goes on beside it.
    window.key(Modifiers::NONE, Key::Space);
    window.until("it trains", |window| window.session().status.step > 5);
    window.check_names();
    window.key(Modifiers::NONE, Key::F3);
    assert!(!window.shows("MIT or Apache-2.0"), "the same key hides it");
}

/// A term has its formula and its meaning on hover, and its page of the guide on a click: in the form, on panes.
#[test]
fn a_term_is_explained_where_it_stands_and_leads_to_its_page() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut window = Window::open_with(&small_experiment(folder.path(), 1.0));
    window.until_ready();
    // The field bears the label's name, at its right.
    let label = window.texts("Prior p(z)").into_iter().min_by(|a, b| a.left().total_cmp(&b.left()));
    let label = label.expect("it is there").center();
    window.hover(label);
    window.until_shown("The distribution of z before any image is seen.");
    assert!(window.shows("Click for the page of the guide."));
    assert!(!window.shows("A model is"), "the guide is closed");
    window.press(label);
    window.until_shown("A model is");
    window.key(Modifiers::NONE, Key::F4);

    window.key(Modifiers::COMMAND, Key::J);
    window.key(Modifiers::COMMAND, Key::L);
    window.enter("Images to evaluate", "4");
    window.enter("Importance samples", "20");
    window.click("Evaluate");
    window.until_shown("Residual");
    window.press(window.texts("Residual")[0].center());
    window.until_shown("While a model trains, the window measures every term of");
}

#[test]
fn item_17_every_widget_of_the_main_window_has_a_name() {
    for (width, height) in [(1280.0, 800.0), (1920.0, 1080.0)] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut window = Window::open_sized_with(&small_experiment(folder.path(), 1.0), width, height);
        window.train_to_the_end();
        for key in [Key::Num1, Key::I, Key::Num3, Key::P, Key::Num7, Key::D, Key::J, Key::G, Key::Num8, Key::Num9] {
            window.key(Modifiers::COMMAND, key);
            window.check_names();
            assert_eq!(window.nameless(), [""; 0], "with {key:?}");
        }
    }
}

#[test]
fn item_17_kept_runs_and_marks_of_live_edits_survive_reopening() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (kept_runs, run) = (folder.path().join("kept"), folder.path().join("run"));
    let experiment = small_experiment(folder.path(), 1_000.0);
    let mut window = Window::comparing(&kept_runs, None, Some(&experiment));
    window.until_ready();
    window.key(Modifiers::NONE, Key::Space);
    window.until("steps are taken", |window| window.session().status.step > 20);
    window.enter("Samples K", "4");
    window.until("the edit is marked", |window| window.session().with_history(|history| history.marks.len() == 1));
    window.click("Run: Pause");
    window.until("it has paused", |window| window.session().is_waiting());
    window.key(COMMAND_SHIFT, Key::K);
    window.save_run(&run);
    window.until_shown("Saved the run");
    let marks = window.session().with_history(|history| history.marks.clone());
    let state = window.keep();
    drop(window);

    let mut window = Window::comparing(&kept_runs, Some(state), Some(&run));
    window.until_shown("Read the run");
    assert_eq!(window.session().with_history(|history| history.marks.clone()), marks);
    window.click("Compare runs");
    window.until("the kept run is there again", |window| window.has("Show small, 1"));
    window.click("Forget small, 1");
    window.until("its folder is gone", |_| {
        std::fs::read_dir(&kept_runs).is_ok_and(|mut folders| folders.next().is_none())
    });
}

#[test]
fn a_tooltip_does_not_stay_beside_a_dialog() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut window = Window::open_with(&small_experiment(folder.path(), 1.0));
    window.until_ready();
    const TOOLTIP: &str = "what every pane below shows";
    let name = window.texts("small").into_iter().find(|place| place.left() > 350.0).expect("the run's name");
    window.hover(name.center());
    window.frames(40);
    assert!(window.shows(TOOLTIP), "the pointer rests on the run's name");
    window.key(Modifiers::COMMAND, Key::K);
    assert!(window.has("Find an action, pane, preset, run or field"));
    assert!(!window.shows(TOOLTIP), "nothing is left beside the dialog");
    // The pointer is found again as soon as it moves.
    window.key(Modifiers::NONE, Key::Escape);
    window.hover(name.center() + Vec2::new(1.0, 0.0));
    window.frames(40);
    assert!(window.shows(TOOLTIP));
}
