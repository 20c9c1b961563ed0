//! The experiment panel, the menus, the layout.

use crate::driver::Window;
use eframe::egui::{Key, Modifiers};
use elbow::experiment::{
    Activation, BetaSchedule, DecoderLayers, Layer, Likelihood, Optimiser, Schedule, Source, presets,
};

#[test]
fn an_architecture_is_built_through_the_form() {
    let mut window = Window::open();
    window.click("Encoder layer 2: remove");
    window.enter("Encoder layer 1 units", "300");
    window.choose("Encoder layer 1 activation", "tanh");
    window.click("Encoder: add a dense layer");
    window.enter("Encoder layer 2 units", "100");
    window.click("Encoder layer 2: more fields");
    window.choose("Encoder layer 2 norm", "layer");
    window.click("Encoder layer 2: duplicate");
    window.click("Encoder layer 2: move up");
    window.enter("Latent dimension", "5");
    window.choose("Decoder layers", "its own list");

    let experiment = window.state().experiment.clone();
    let units: Vec<(usize, Activation)> = experiment
        .encoder
        .iter()
        .map(|layer| match *layer {
            Layer::Dense { units, activation, .. } => (units, activation),
            _ => panic!("{layer:?} is dense"),
        })
        .collect();
    // The new layers take over the activation of the one before.
    assert_eq!(units, [(100, Activation::Tanh), (300, Activation::Tanh), (100, Activation::Tanh)]);
    assert_eq!(experiment.latent.dimension, 5);
    let DecoderLayers::Layers(decoder) = &experiment.decoder.layers else { panic!("the decoder has its own list") };
    assert_eq!(decoder.len(), 3, "it starts as the mirror");
    assert!(experiment.problems(experiment.image_shape_hint()).iter().all(|problem| !problem.is_error()));
    window.check_names();
}

#[test]
fn a_wrong_layer_is_marked_where_it_is_and_training_waits() {
    let mut window = Window::open();
    window.until_ready();
    window.click("Encoder: add a convolution layer");
    window.frames(3);
    assert!(window.shows("encoder layer 3: 4×4 convolution"), "the reason is shown");
    assert!(window.shows("does not fit yet"));
    window.key(Modifiers::NONE, Key::Space);
    assert_eq!(window.session().status.step, 0);
    window.click("Encoder layer 3: remove");
    window.frames(3);
    assert!(!window.shows("does not fit yet"));
}

/// Who adds several layers presses the same place again.
#[test]
fn the_row_that_adds_layers_stays_under_the_pointer() {
    let mut window = Window::open();
    let (at, before) = (window.place("Encoder: add a dense layer").center(), window.state().experiment.encoder.len());
    for more in 1..=3 {
        window.press(at);
        window.frames(12);
        assert_eq!(window.state().experiment.encoder.len(), before + more);
    }
}

/// A layer that was unfolded says nothing of one at the same place in another network.
#[test]
fn another_experiment_s_layers_come_folded() {
    let mut window = Window::open();
    window.click("Encoder layer 1: more fields");
    assert!(window.has("Encoder layer 1: fold"));
    window.choose("Preset", "burda-2015");
    assert!(window.has("Encoder layer 1: more fields") && !window.has("Encoder layer 1: fold"));
}

#[test]
fn layers_are_reordered_by_dragging() {
    let mut window = Window::open();
    let before = window.state().experiment.encoder.clone();
    window.drag("Encoder layer 1: drag to reorder", "Encoder layer 2: drag to reorder", 8.0);
    let after = &window.state().experiment.encoder;
    assert_eq!(*after, [before[1].clone(), before[0].clone()]);
    window.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.state().experiment.encoder, before, "a drag is one edit");
}

#[test]
#[cfg(target_os = "linux")]
fn what_does_not_fit_into_memory_is_refused_with_the_estimate() {
    let mut window = Window::open();
    // 784 × a million weights, twice. (K and the batch size are no danger: their rows are worked on in pieces.)
    window.enter("Encoder layer 1 units", "1000000");
    window.until_shown("a training step needs about");
    window.key(Modifiers::COMMAND, Key::R);
    let small = |layer: &Layer| matches!(layer, Layer::Dense { units: ..=1_000, .. });
    assert!(window.session().running().is_none_or(|running| running.encoder.iter().all(small)));
}

#[test]
fn every_group_edits_its_part_of_the_experiment() {
    let mut window = Window::open();
    window.click_first("Data");
    window.choose("Source", "shapes");
    window.enter("Image count", "3000");
    window.choose("Binarisation", "threshold");
    window.choose("Likelihood p(x|z)", "Gaussian, σ fixed");
    window.enter("σ of a pixel", "0.25");
    window.enter("Samples K", "16");
    window.choose("β schedule", "linear ramp");
    window.enter("Ramp epochs", "3");
    window.choose("Optimiser", "SGD");
    window.enter("Learning rate", "2.5e-4");
    window.choose("Schedule", "cosine");
    window.enter("Batch size", "64");
    window.click("Device");
    window.enter("Seed", "42");
    window.check_names();

    let experiment = &window.state().experiment;
    assert_eq!(experiment.data.source, Source::Shapes { count: 3000, size: 32 });
    assert_eq!(experiment.decoder.likelihood, Likelihood::GaussianFixed { sigma: 0.25 });
    assert_eq!(experiment.objective.samples, 16);
    assert_eq!(experiment.objective.beta, BetaSchedule::Warmup { from: 0.0, to: 1.0, epochs: 3.0 });
    assert!(matches!(experiment.training.optimiser, Optimiser::Sgd { .. }));
    assert_eq!(experiment.training.learning_rate, 2.5e-4);
    assert!(matches!(experiment.training.schedule, Schedule::Cosine { .. }));
    assert_eq!((experiment.training.batch, experiment.seed), (64, 42));
}

#[test]
fn undo_takes_back_edit_by_edit() {
    let mut window = Window::open();
    let first = window.state().experiment.clone();
    window.enter("Latent dimension", "7");
    window.click("Encoder: add a dense layer");
    let last = window.state().experiment.clone();
    window.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.state().experiment.encoder, first.encoder);
    assert_eq!(window.state().experiment.latent.dimension, 7);
    window.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.state().experiment, first);
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert_eq!(window.state().experiment, last);
}

#[test]
fn every_preset_can_be_picked_and_all_its_controls_have_names() {
    let mut window = Window::open();
    for preset in presets() {
        window.choose("Preset", preset.name);
        assert_eq!(window.state().experiment.name, preset.name);
        window.check_names();
    }
}

#[test]
fn every_action_is_in_a_menu_and_panes_come_and_go() {
    let mut window = Window::open();
    for (menu, item) in [("File", "Save run…"), ("Edit", "Undo"), ("Run", "Train or pause"), ("Help", "About Elbow")]
    {
        window.click(menu);
        assert!(window.shows(item), "{menu} has {item}");
        window.key(Modifiers::NONE, Key::Escape);
        assert!(!window.shows(item), "Escape closes {menu}");
    }
    assert!(window.has("Traversals"));
    window.key(Modifiers::COMMAND, Key::Num6);
    assert!(!window.has("Traversals"), "Ctrl+6 hides the traversals");
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::L);
    assert!(window.has("Traversals"), "the layout is reset");
}

#[test]
fn space_types_a_space_where_text_is_typed() {
    let mut window = Window::open();
    window.until_ready();
    window.click("Name");
    window.key(Modifiers::NONE, Key::Space);
    window.frames(10);
    assert_eq!(window.session().status.step, 0);
}

#[test]
fn what_was_chosen_is_there_after_closing() {
    let mut window = Window::open();
    window.enter("Latent dimension", "9");
    window.key(Modifiers::COMMAND, Key::Num7);
    assert!(window.has("Sculptor"), "the first press brings it to the front");
    window.key(Modifiers::COMMAND, Key::Num7);
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::B);
    let kept = window.keep();
    drop(window);
    let mut window = Window::reopen(kept);
    assert_eq!(window.state().experiment.latent.dimension, 9);
    assert!(!window.has("Sculptor"));
    window.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.state().experiment.latent.dimension, 2, "undo is kept too");
}
