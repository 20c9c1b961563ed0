//! The model drawn as it is: families of q(z|x), priors, spheres.

use crate::driver::Window;
use crate::files::small;
use eframe::egui::{Key, Modifiers};
use elbow::experiment::{Experiment, Posterior, Prior};
use elbow::worker::RunState;
use std::path::{Path, PathBuf};

/// A file with a small experiment and a change.
fn changed(folder: &Path, change: impl FnOnce(&mut Experiment)) -> PathBuf {
    let mut experiment = small(1.0);
    change(&mut experiment);
    let path = folder.join("changed.ron");
    experiment.save(&path).expect("the folder is writable");
    path
}

#[test]
fn item_11_the_drawing_of_the_network_names_the_family_s_own_numbers() {
    let mut window = Window::open();
    assert!(window.has("log σ²: 2") && window.shows("ε ~ N(0, I),  K = 1"));
    window.choose("Preset", "svae-sphere");
    window.frames(3);
    assert!(window.has("μ: 3") && window.has("κ: 1") && !window.shows("log σ²"));
    assert!(window.shows("w ~ e^κw, v uniform across μ") && window.shows("p(z) uniform on the sphere"));
    window.choose("Preset", "flow-posterior-banana");
    window.frames(3);
    assert!(window.has("u, w, b: 16 × 5") && window.shows("p(z) ring"));
    assert!(window.has("p(x|z) · Gaussian, σ fixed: μ 1×28×28 · σ fixed"));
    window.choose("Preset", "burda-2015-2l");
    window.frames(3);
    assert!(window.has("h₁: 100") && window.has("h₂: 50") && window.shows("ε₁, ε₂ ~ N(0, I)"));
    window.check_names();
}

/// Frames until a number of a field is known.
fn number(window: &Window, name: &str) -> f64 {
    let value = window.control(name).value().unwrap_or_default();
    value.replace('−', "-").trim().parse().unwrap_or_else(|_| panic!("{name} says {value:?}"))
}

#[test]
fn item_11_a_sphere_turns_and_the_sculptor_keeps_to_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = changed(folder.path(), |experiment| {
        experiment.latent.dimension = 3;
        experiment.set_posterior(Posterior::VonMisesFisher);
    });
    let mut window = Window::open_with(&path);
    window.until_ready();
    window.until_shown("posterior means on the sphere");
    let turned = |window: &mut Window| window.keep().get("turn:(yaw:");
    let before = turned(&mut window);
    let name = window.name_of("posterior means on the sphere");
    window.control(&name).focus();
    window.frames(2);
    window.key(Modifiers::NONE, Key::ArrowRight);
    assert_ne!(turned(&mut window), before, "an arrow key turns it");

    window.key(Modifiers::COMMAND, Key::P);
    window.until_shown("True posterior on the sphere over z₁ and z₂");
    window.check_names();

    window.key(Modifiers::COMMAND, Key::Num7);
    window.until("the sculptor is shown", |window| window.has("z₃ value"));
    let length = |window: &Window| {
        ["z₁ value", "z₂ value", "z₃ value"].map(|name| number(window, name).powi(2)).iter().sum::<f64>()
    };
    assert!((length(&window) - 1.0).abs() < 0.02, "{}", length(&window));
    window.enter("z₁ value", "0.8");
    assert!((number(&window, "z₁ value") - 0.8).abs() < 1e-9 && (length(&window) - 1.0).abs() < 0.02);
    // Its KL is no sum over dimensions, and stands beside none of them.
    window.click("Run: Train");
    window.until("it has finished", |window| matches!(window.session().status.state, RunState::Finished(_)));
    window.until_shown("nats for all dimensions together");
    window.check_names();
}

#[test]
fn item_11_pseudo_inputs_are_shown_as_pictures() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = changed(folder.path(), |experiment| {
        experiment.latent.prior = Prior::VampPrior { pseudo_inputs: 20 };
    });
    let mut window = Window::open_with(&path);
    window.until_ready();
    window.click("Inputs u");
    window.until_shown("Pseudo-inputs: 20 images");
    window.click("Components");
    window.until_shown("Components of the prior: 20 images");
    window.check_names();
    // Another prior has none: its samples are shown again.
    window.choose("Preset", "mnist-2d");
    window.key(Modifiers::COMMAND, Key::R);
    window.until_shown("Prior samples: 64 images");
    assert!(!window.has("Inputs u"));
}
