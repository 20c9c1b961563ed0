//! The pane of data.

use super::bench::{Bench, harness};
use super::{LARGE, click};
use crate::experiment::{Data, Likelihood, Source, ToySet};
use crate::ui::pane::Request;
use crate::ui::panes::PaneKind;
use eframe::egui::{Context, Vec2, vec2};
use egui_kittest::kittest::Queryable;
use std::path::Path;
use std::time::{Duration, Instant};

/// A window whose form names `source`, once it has been looked at.
fn looked(source: Source) -> Bench {
    let mut bench = Bench::empty();
    bench.data = Data { source, validation: 10, ..Data::default() };
    bench.looked.look(&Context::default(), &bench.data, 0);
    let start = Instant::now();
    while bench.looked.doing().is_some() {
        assert!(start.elapsed() < Duration::from_secs(60), "the look does not end");
        std::thread::sleep(Duration::from_millis(5));
        bench.looked.renew();
    }
    bench
}

#[test]
fn before_a_look_the_pane_offers_one() {
    let mut harness = harness(Bench::empty(), PaneKind::Data, LARGE, true);
    assert!(harness.query_by_label("Look before you train").is_some());
    click(&mut harness, "Look at the data");
    assert!(matches!(harness.state().requests[..], [Request::LookAtData]), "{:?}", harness.state().requests);
}

#[test]
fn what_was_found_is_shown_with_its_doubts() {
    let tall: Vec2 = vec2(760.0, 1_400.0);
    let mut harness = harness(looked(Source::Shapes { count: 60, size: 32 }), PaneKind::Data, tall, false);
    for words in ["Training images", "square", "factor rotation", "Mean ± deviation"] {
        assert!(harness.query_by_label(words).is_some(), "{words}");
    }
    for words in ["Data by label: 36 images", "Histogram of the values", "Mean: 1 image"] {
        assert!(harness.query_by_label_contains(words).is_some(), "{words}");
    }
    assert!(harness.query_by_label_contains("of grey ones it is no density").is_some(), "what the Bernoulli would say");
    // The sign says what the colour does, and the form's own likelihood is named.
    assert!(
        harness.query_by_label("Bernoulli fits").is_some() && harness.query_by_label("Poisson does not fit").is_some()
    );
    assert!(harness.query_by_label("continuous Bernoulli fits").is_some());
    assert!(harness.query_by_label("in the form").is_some() && harness.query_by_label("Use Bernoulli").is_none());
    click(&mut harness, "Use continuous Bernoulli");
    let asked = &harness.state().requests[..];
    assert!(matches!(asked, [Request::TakeLikelihood(Likelihood::ContinuousBernoulli)]), "{asked:?}");
    harness.state_mut().data.source = Source::Shapes { count: 70, size: 32 };
    harness.run_steps(2);
    assert!(harness.query_by_label_contains("the form says something else now").is_some());
    assert!(harness.query_by_label("Use continuous Bernoulli").is_none(), "of other data nothing is known");
    if let Ok(folder) = std::env::var("ELBOW_PICTURES") {
        std::fs::create_dir_all(&folder).expect("a folder for pictures");
        harness.render().expect("a picture").save(format!("{folder}/Data_shapes.png")).expect("a file");
    }
}

#[test]
fn a_table_is_shown_column_by_column_in_its_own_scales() {
    let tall: Vec2 = vec2(1_000.0, 1_400.0);
    let mut harness = harness(looked(Source::Wine), PaneKind::Data, tall, false);
    for words in ["Training rows", "Constant columns", "proline", "278 to 1680", "Some rows of each label"] {
        assert!(harness.query_by_label(words).is_some(), "{words}");
    }
    for words in ["Histogram of alcohol", "12 rows cultivar 2"] {
        assert!(harness.query_by_label_contains(words).is_some(), "{words}");
    }
    assert!(harness.query_by_label("Mean").is_none() && harness.query_by_label("Missing").is_none());
    if let Ok(folder) = std::env::var("ELBOW_PICTURES") {
        std::fs::create_dir_all(&folder).expect("a folder for pictures");
        harness.render().expect("a picture").save(format!("{folder}/Data_wine.png")).expect("a file");
    }
}

#[test]
fn points_of_a_toy_lie_on_a_plane() {
    let source = Source::Toy { set: ToySet::Moons, count: 1_000, noise: 0.1 };
    let mut harness = harness(looked(source), PaneKind::Data, vec2(760.0, 1_000.0), false);
    assert!(harness.query_by_label("Training points").is_some() && harness.query_by_label("Constant points").is_some());
    assert!(harness.query_by_label("600 points").is_some(), "300 of each label");
    assert!(harness.query_by_label("Histogram of the values").is_none());
    if let Ok(folder) = std::env::var("ELBOW_PICTURES") {
        harness.render().expect("a picture").save(format!("{folder}/Data_toy.png")).expect("a file");
    }
}

#[test]
fn an_array_of_rows_is_shown_as_a_table_is() {
    let rows = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/good/real.npy");
    let mut harness = harness(looked(Source::arrays(&rows)), PaneKind::Data, vec2(760.0, 1_000.0), true);
    for words in ["Training rows", "column 4", "Rows that stand for all"] {
        assert!(harness.query_by_label(words).is_some(), "{words}");
    }
    if let Ok(folder) = std::env::var("ELBOW_PICTURES") {
        harness.render().expect("a picture").save(format!("{folder}/Data_array.png")).expect("a file");
    }
}

#[test]
fn data_that_cannot_be_read_are_named() {
    let harness = harness(looked(Source::arrays("/nowhere/x.npz".as_ref())), PaneKind::Data, LARGE, true);
    assert!(harness.query_by_label_contains("/nowhere/x.npz: there is no such file").is_some());
    assert!(harness.query_by_label("Look at the data").is_some());
}
