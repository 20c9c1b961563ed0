//! Pictures of every pane for the eye.

use super::bench::{Bench, harness};
use super::{click, measured};
use crate::ui::panes::PaneKind;
use eframe::egui::{self, pos2, vec2};
use egui_kittest::kittest::Queryable;

/// Pictures of every pane for the eye: `ELBOW_PICTURES=/tmp/pictures cargo test --release --lib pictures -- --ignored`.
#[test]
#[ignore = "writes pictures for the eye; nothing is asserted"]
fn pictures_of_every_pane() {
    let Ok(folder) = std::env::var("ELBOW_PICTURES") else { return };
    std::fs::create_dir_all(&folder).expect("a folder for pictures");
    let sizes = [(620.0, 420.0), (340.0, 320.0)];
    let kinds = PaneKind::ALL.iter().map(|&kind| (kind.title(), kind));
    for (name, kind) in kinds.chain([("Manifold", PaneKind::LatentSpace)]) {
        let prepared = |mut bench: Bench| {
            if name == "Manifold" {
                bench.panes.latent_space.show_manifold();
            }
            bench
        };
        for dimension in [1, 2, 20] {
            for (size, dark) in sizes.into_iter().zip([true, false]).chain([(sizes[0], false)]) {
                let mut harness = harness(prepared(measured(dimension)), kind, vec2(size.0, size.1), dark);
                let picture = harness.render().expect("a picture");
                let shade = if dark { "dark" } else { "light" };
                picture.save(format!("{folder}/{name}_{dimension}_{}_{shade}.png", size.0)).expect("a file");
                if harness.query_by_label("Options").is_some() {
                    click(&mut harness, "Options");
                    let picture = harness.render().expect("a picture");
                    picture
                        .save(format!("{folder}/{name}_{dimension}_{}_{shade}_options.png", size.0))
                        .expect("a file");
                    harness.key_press(egui::Key::Escape);
                    harness.run_steps(2);
                }
                harness.hover_at(pos2(0.4 * size.0, 0.55 * size.1));
                harness.run_steps(40);
                let picture = harness.render().expect("a picture");
                picture.save(format!("{folder}/{name}_{dimension}_{}_{shade}_hover.png", size.0)).expect("a file");
            }
        }
        let mut harness = harness(prepared(Bench::empty()), kind, vec2(sizes[1].0, sizes[1].1), true);
        harness.render().expect("a picture").save(format!("{folder}/{name}_empty.png")).expect("a file");
    }
}
