//! The system's clipboard.

/// No window opens here, so that only the build can be looked at: without this feature of eframe, copy and paste work
/// within Elbow alone.
#[test]
fn item_05_the_systems_clipboard_is_built_in() {
    let manifest = include_str!("../../Cargo.toml");
    let eframe = manifest.split_once("\neframe = ").expect("eframe is a dependency").1;
    let features = eframe.split_once("features = [").expect("it has features").1;
    let features = features.split_once(']').expect("the list ends").0;
    assert!(features.contains("\"clipboard\""), "{features}");
}
