//! Evaluations that are kept with their run: made in the window or at the command line, found again in both.

use crate::driver::Window;
use crate::files::small_experiment;
use eframe::egui::{Key, Modifiers};
use elbow::train::RunFolder;
use std::path::Path;
use std::process::Command;

fn elbow(arguments: &[&str], run: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_elbow")).arg(arguments[0]).arg(run).args(&arguments[1..]).output();
    let output = output.expect("the binary starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it is text")
}

#[test]
fn an_evaluation_survives_the_window_and_stands_in_the_library() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = folder.path().join("data/runs/mine");
    let mut window = Window::open_with(&small_experiment(folder.path(), 1.0));
    window.until_ready();
    window.key(Modifiers::NONE, Key::Space);
    window.until_shown("The run is finished");
    window.key(Modifiers::COMMAND, Key::J);
    window.click("Evaluate…");
    window.enter("Images to evaluate", "4");
    window.enter("Importance samples", "20");
    window.click("Evaluate");
    window.until("it is evaluated", |window| window.session().with_history(|history| history.evaluations.len() == 1));
    let step = window.session().status.step;
    let told = format!("the model after step {step}");
    window.until_shown(&told);
    std::fs::create_dir_all(folder.path().join("data/runs")).expect("a folder");
    window.save_run(&run);
    window.until_shown("Saved the run");
    drop(window);
    assert_eq!(RunFolder::at(&run).evaluations().0.len(), 1, "it was saved with the run");

    let found: serde_json::Value = serde_json::from_str(&elbow(
        &["eval", "--images", "3", "--samples", "30", "--gap-images", "0", "--json"],
        &run,
    ))
    .expect("an object");
    assert_eq!((found["step"].as_u64(), found["images"].as_u64()), (Some(step), Some(3)));
    let listed = elbow(&["eval", "--kept"], &run);
    assert_eq!(listed.lines().count(), 3, "a head and two rows: {listed}");
    assert!(listed.lines().nth(2).is_some_and(|row| row.contains("last") && row.contains("test")), "{listed}");

    let mut window = Window::open_with(&run);
    window.until("it is read", |window| window.session().with_history(|history| history.evaluations.len() == 2));
    window.key(Modifiers::COMMAND, Key::J);
    window.until_shown("3 test images, nats per image");
    window.click("Evaluation shown");
    let first = window.name_of("4 of the test split after");
    window.click(&first);
    window.until_shown("4 test images, nats per image");
    window.check_names();

    // The newest stands in the library, and can be looked for.
    let mut window = Window::with_library(&folder.path().join("data"));
    window.key(Modifiers::COMMAND, Key::T);
    window.until_shown("1 run");
    window.enter("Filter runs", "log_px > -100000 and active_units >= 0");
    window.until("it passes", |window| !window.shows("0 of 1 run") && window.has("small"));
    let row = &found["log_px"].as_f64().expect("it was measured");
    assert!(window.shows(&format!("{row:.2}").replace('-', "−")), "{row}");
    window.enter("Filter runs", "log_px > 100000");
    window.until_shown("0 of 1 run");
}
