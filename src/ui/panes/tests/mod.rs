//! The panes through their accessibility trees: values shown, buttons that push the right commands.

mod bench;
mod extend;
mod runs;

use super::*;
use crate::data::Split;
use crate::estimate::Estimate;
use crate::experiment::Experiment;
use crate::explore::{Answer, Question, Sampler, Start, Subject};
use crate::sliced::Progress;
use crate::train::Report;
use crate::ui::compare::ChosenAsks;
use crate::ui::pane::{ExportGrid, Request};
use crate::ui::theme::Theme;
use crate::worker::{Asker, Command, EvaluationRequest, GradientRequest, LedgerOptions};
use bench::{Bench, answer, evaluation, gradients, harness};
use eframe::egui::{self, Vec2, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use std::any::Any;
use std::sync::Arc;

/// A run that has been evaluated and whose gradients were measured.
fn measured(dimension: usize) -> Bench {
    let mut bench = Bench::running(dimension);
    bench.panes.evaluation.put(Box::new(evaluation()));
    bench.panes.gradients.put(Box::new(gradients(true)));
    bench
}

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

const LARGE: Vec2 = vec2(760.0, 480.0);

/// What was asked, without the answers' noise.
fn asked(harness: &Harness<'_, Bench>) -> Vec<Question> {
    let asks = harness.state().commands.iter().filter_map(|command| match command {
        Command::Ask(_, question) => Some(question.clone()),
        _ => None,
    });
    asks.collect()
}

fn click(harness: &mut Harness<'_, Bench>, label: &str) {
    harness.get_by_label(label).click();
    harness.run_steps(4);
}

fn exported(harness: &Harness<'_, Bench>) -> ExportGrid {
    let grids = harness.state().requests.iter().filter_map(|request| match request {
        Request::ExportGrid(grid) => Some(grid.clone()),
        _ => None,
    });
    let grids: Vec<ExportGrid> = grids.collect();
    assert_eq!(grids.len(), 1);
    assert_eq!(grids[0].images.pixels.len(), grids[0].images.count * grids[0].images.pixels_per_image());
    grids.into_iter().next().expect("just counted")
}

#[test]
fn the_newest_validation_report_is_shown_with_its_error_and_units() {
    let harness = harness(Bench::running(2), PaneKind::Bound, LARGE, true);
    let report = harness.state().history.reports.last().expect("a report");
    assert!(report.whole && report.step == 60_000);
    harness.get_by_label(&format!("ELBO −{:.1} ± 0.3", -report.elbo));
    harness.get_by_label(&format!("E[log p(x|z)] −{:.1}", -report.reconstruction));
    harness.get_by_label("KL 25.0");
    harness.get_by_label("nats per image, all validation images, step 60\u{2009}000");
    assert!(harness.query_by_label_contains("β·KL").is_none());
}

#[test]
fn the_weighted_kl_has_its_own_tile_where_beta_is_not_one() {
    let mut bench = Bench::running(2);
    bench.history.reports.iter_mut().for_each(|report| report.beta = 4.0);
    bench.curves = Default::default();
    bench.status.beta = 4.0;
    let harness = harness(bench, PaneKind::Bound, LARGE, false);
    harness.get_by_label("β·KL (β = 4) 100.0");
}

#[test]
fn a_curve_is_hidden_by_its_tile_and_kept_so() {
    let mut harness = harness(Bench::running(2), PaneKind::Bound, LARGE, true);
    assert!(harness.query_by_label("KL").is_some(), "the lower plot");
    click(&mut harness, "KL 25.0");
    assert!(harness.query_by_label("KL").is_none());
    let kept = ron::to_string(&harness.state().panes).expect("panes are plain data");
    let mut again = Bench::running(2);
    again.panes = ron::from_str(&kept).expect("what was written can be read");
    let harness = bench::harness(again, PaneKind::Bound, LARGE, true);
    assert!(harness.query_by_label("KL").is_none());
}

#[test]
fn other_runs_are_listed_shown_and_named_at_the_pointer() {
    let mut bench = Bench::running(2);
    let mut experiment = Experiment { name: "before".into(), ..Experiment::default() };
    experiment.latent.dimension = 2;
    experiment.objective.samples = 16;
    let curves = bench.curves.clone();
    bench.runs.keep(Some(Arc::new(experiment)), curves.clone(), true);
    bench.runs.keep(None, curves, false);
    bench.runs.poll(bench.status.experiment.as_ref());
    let mut harness = harness(bench, PaneKind::Bound, LARGE, true);
    // Over the upper plot.
    harness.hover_at(pos2(400.0, 200.0));
    harness.run_steps(4);
    harness.get_by_label("K = 16");
    click(&mut harness, "Compare runs");
    harness.get_by_label_contains("at step 60\u{2009}000; K = 16");
    click(&mut harness, "Show a run, 2");
    click(&mut harness, "Forget before, 1");
    click(&mut harness, "Keep this run");
    let requests = &harness.state().requests;
    assert!(
        matches!(
            requests[..],
            [
                Request::Chosen(ChosenAsks::Show(1, true)),
                Request::Chosen(ChosenAsks::Forget(0)),
                Request::Chosen(ChosenAsks::KeepThis)
            ]
        ),
        "{requests:?}"
    );
}

/// A run that ended at step 1 000 has no value at step 30 000: its last one is said to be that.
#[test]
fn item_14_beyond_its_end_a_compared_run_is_said_to_have_ended() {
    let mut bench = Bench::running(2);
    let mut history = bench.history.clone();
    history.reports.retain(|report| report.step <= 1_000);
    let mut short = crate::ui::curves::Curves::default();
    short.sync(&history);
    let mut experiment = Experiment { name: "short".into(), ..Experiment::default() };
    experiment.latent.dimension = 2;
    experiment.objective.samples = 4;
    bench.runs.keep(Some(Arc::new(experiment)), short, true);
    bench.runs.poll(bench.status.experiment.as_ref());
    let mut harness = harness(bench, PaneKind::Bound, LARGE, true);
    harness.hover_at(pos2(400.0, 200.0));
    harness.run_steps(4);
    harness.get_by_label("K = 4");
    harness.get_by_label("ended at step 1\u{2009}000");
}

/// Seeds of one setting are one row, with the standard error of their mean, and one dot a dimension.
#[test]
fn seeds_of_a_setting_are_one_curve_in_every_plot() {
    for kind in [PaneKind::Bound, PaneKind::Ledger, PaneKind::Optimisation, PaneKind::RateDistortion, PaneKind::Kl] {
        let mut bench = Bench::running(2);
        for seed in 1..=3 {
            let mut history = bench.history.clone();
            history.reports.iter_mut().for_each(|report| report.elbo += seed as f64);
            let mut curves = crate::ui::curves::Curves::default();
            curves.sync(&history);
            let mut experiment = Experiment { seed, ..Experiment::default() };
            experiment.latent.dimension = 2;
            experiment.objective.samples = 16;
            bench.runs.keep(Some(Arc::new(experiment)), curves, true);
        }
        bench.runs.poll(bench.status.experiment.as_ref());
        let mut harness = harness(bench, kind, LARGE, true);
        harness.hover_at(pos2(400.0, 300.0));
        harness.run_steps(4);
        // In the plane the name is painted.
        let named = harness.query_all_by_label_contains("K = 16 (3 seeds)").count();
        assert_eq!(named, usize::from(kind != PaneKind::RateDistortion), "{kind:?}");
        if kind == PaneKind::Bound {
            // Of 1, 2 and 3 the standard error is √(1 / 3).
            let labels = || {
                harness.query_all_by_label_contains("±").map(|node| {
                    let node = node.accesskit_node();
                    node.label().or(node.value()).unwrap_or_default()
                })
            };
            let labels: Vec<String> = labels().collect();
            assert!(labels.iter().any(|label| label.ends_with("± 0.58")), "{labels:?}");
        }
    }
}

#[test]
fn panes_of_an_older_window_can_be_read() {
    let panes: Panes = ron::from_str("(prior: (seed: 7))").expect("missing fields have defaults");
    assert!(ron::to_string(&panes).expect("plain data").contains("seed:7"));
}

#[test]
fn the_curves_can_be_saved_as_a_table_and_as_a_picture() {
    let mut harness = harness(Bench::running(2), PaneKind::Bound, LARGE, true);
    click(&mut harness, "Export");
    click(&mut harness, "Values as CSV…");
    click(&mut harness, "Export");
    click(&mut harness, "Picture as PNG…");
    let requests = &harness.state().requests;
    let [Request::ExportTable { csv, .. }, Request::ExportScreenshot { rect, .. }] = requests.as_slice() else {
        panic!("{requests:?}");
    };
    let rows: Vec<&str> = csv.lines().collect();
    assert_eq!(rows.len(), 1 + harness.state().history.reports.len());
    let fields = |row: &str| row.split(',').count();
    assert!(rows.iter().all(|row| fields(row) == fields(rows[0])));
    assert!(rows[1].starts_with("20,0.04,0.05,train,false,"));
    let validation = rows.iter().find(|row| row.contains("validation")).expect("a validation row");
    assert!(validation.contains(",,"), "validation has no gradient: {validation}");
    assert!(rect.width() > 600.0 && rect.height() > 300.0);
}

#[test]
fn the_ledger_writes_the_identity_out_and_says_that_it_holds() {
    let mut bench = Bench::running(2);
    let entry = bench.history.ledger.last_mut().expect("an entry");
    let estimate = |value, se| Estimate { value, se };
    (entry.log_px, entry.posterior_kl) = (estimate(-101.0, 0.05), estimate(3.21, 0.04));
    (entry.elbo, entry.reconstruction, entry.kl) = (estimate(-104.2, 0.02), estimate(-79.1, 0.02), 25.1);
    entry.residual = estimate(-0.01, 0.03);
    bench.curves = Default::default();
    let mut harness = harness(bench, PaneKind::Ledger, LARGE, true);
    for term in [
        "log p(x) −101.00 ± 0.05",
        "KL[q(z|x) ‖ p(z|x)] 3.21 ± 0.04",
        "ELBO −104.20 ± 0.02",
        "E_q[log p(x|z)] −79.10 ± 0.02",
        "KL[q(z|x) ‖ p(z)] 25.10",
        "The identity holds.  Residual −0.010 ± 0.030 nats",
    ] {
        harness.get_by_label(term);
    }
    harness.get_by_label_contains("64 validation images · importance sampling, 500 samples (42 effective)");
    // Both sides of the equation, each with its own band.
    harness.get_by_label("log p(x) − KL[q‖p(z|x)]");
    harness.get_by_label("E[log p(x|z)] − KL[q‖p(z)]");
    // A light for every verdict, in words.
    for (residual, words) in [(-0.12, "In doubt"), (0.5, "do not add up")] {
        let state = harness.state_mut();
        state.history.ledger.last_mut().expect("an entry").residual.value = residual;
        state.curves = Default::default();
        harness.run_steps(2);
        assert!(harness.query_by_label_contains(words).is_some(), "{words}");
    }
}

/// A few images in the ledger, all of them in the bound: why the two differ is written beside.
#[test]
fn item_18_the_ledger_says_why_the_bound_shows_another_number() {
    let mut bench = Bench::running(2);
    bench.status.validation_images = 5_000;
    let elbo = bench.curves.newest().expect("a report").elbo;
    let mut harness = harness(bench, PaneKind::Ledger, LARGE, true);
    harness.get_by_label_contains("64 of 5\u{2009}000 validation images");
    harness.get_by_label(&format!("all 5\u{2009}000: ELBO −{:.1} at step 60\u{2009}000", -elbo));
    // Nothing was held out: these are training images, and they are called that.
    harness.state_mut().status.validates_on_training = true;
    harness.run_steps(2);
    harness.get_by_label_contains("64 of 5\u{2009}000 training images");
    assert!(harness.query_by_label_contains("validation images").is_none());
}

/// Side by side or one over the other, every term has its own colour, and its chart of the same height.
#[test]
fn item_06_both_sides_of_the_identity_are_drawn_apart() {
    for theme in [&Theme::DARK, &Theme::LIGHT] {
        let colours = [theme.evidence, theme.gap, theme.elbo, theme.reconstruction, theme.kl];
        assert!((0..5).all(|i| (0..i).all(|j| colours[i] != colours[j])));
    }
    for (size, beside) in [(LARGE, true), (vec2(340.0, 420.0), false)] {
        let harness = harness(Bench::running(2), PaneKind::Ledger, size, true);
        let [left, right] =
            ["log p(x) − KL[q‖p(z|x)]", "E[log p(x|z)] − KL[q‖p(z)]"].map(|name| harness.get_by_label(name).rect());
        // One over the other, the lower one has the labels of the common axis.
        let labels = if beside { 1.0 } else { 20.0 };
        assert!((left.height() - right.height()).abs() < labels, "{left} {right}");
        assert!(!left.shrink(1.0).intersects(right), "{size}: {left} {right}");
        assert_eq!(left.right() <= right.left(), beside, "{size}: {left} {right}");
    }
}

#[test]
fn item_03_training_images_are_not_called_validation() {
    let mut bench = Bench::running(2);
    (bench.status.validates_on_training, bench.status.validation_images) = (true, 60_000);
    let mut harness = harness(bench, PaneKind::Bound, LARGE, true);
    harness.get_by_label("nats per image, all 60\u{2009}000 training images, step 60\u{2009}000");
    harness.get_by_label("Training batches");
    harness.get_by_label("Training images");
    harness.hover_at(pos2(400.0, 200.0));
    harness.run_steps(4);
    harness.get_by_label("all training images");
    let said = |text: &str| harness.query_by_label_contains(text).is_some();
    assert!(!said("alidation"));
}

#[test]
fn the_ledger_is_set_and_saved_from_its_pane() {
    let mut harness = harness(Bench::running(2), PaneKind::Ledger, LARGE, false);
    assert_eq!(harness.state().panes.ledger.options(), Some(LedgerOptions { images: 64, samples: 500 }));
    click(&mut harness, "Options");
    click(&mut harness, "256");
    click(&mut harness, "2 k");
    assert_eq!(harness.state().panes.ledger.options(), Some(LedgerOptions { images: 256, samples: 2_000 }));
    click(&mut harness, "Keep the ledger");
    assert_eq!(harness.state().panes.ledger.options(), None);
    harness.key_press(egui::Key::Escape);
    harness.run_steps(2);
    click(&mut harness, "Export");
    click(&mut harness, "Values as CSV…");
    let requests = &harness.state().requests;
    let [Request::ExportTable { csv, .. }] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!(csv.lines().count(), 1 + harness.state().history.ledger.len());
    assert!(csv.starts_with("step,epoch,seconds,images,method,samples,reconstruction,"));
}

#[test]
fn empty_panes_say_what_to_do() {
    let others = [PaneKind::Gradients, PaneKind::Log, PaneKind::Runs, PaneKind::Queue];
    for kind in PaneKind::of_the_run().filter(|kind| !others.contains(kind)) {
        let harness = harness(Bench::empty(), kind, LARGE, true);
        assert!(harness.query_by_label_contains("Press Train (Space) to see").is_some());
        assert!(harness.state().commands.is_empty(), "no model, no question");
    }
}

#[test]
fn a_question_is_asked_once_and_again_when_it_or_the_run_changes() {
    let mut harness = harness(Bench::running(2), PaneKind::Reconstructions, vec2(420.0, 480.0), true);
    let question = |choice| Question::Reconstructions { split: Split::Test, count: 16, choice };
    assert_eq!(asked(&harness), [question(0)]);
    click(&mut harness, "Reshuffle");
    assert_eq!(asked(&harness), [question(0), question(1)]);
    click(&mut harness, "Options");
    click(&mut harness, "First images");
    assert_eq!(asked(&harness)[2..], [question(0)]);
    harness.state_mut().status.run = 2;
    harness.run_steps(3);
    assert_eq!(asked(&harness).len(), 4);
    // Out of sight it wants nothing; in sight again it asks anew.
    harness.state_mut().shown = false;
    harness.run_steps(3);
    assert!(matches!(harness.state().commands.last(), Some(Command::Unask(_))));
    assert_eq!(asked(&harness).len(), 4);
    harness.state_mut().shown = true;
    harness.run_steps(3);
    assert_eq!(asked(&harness).len(), 5);
}

#[test]
fn the_answer_of_another_run_is_not_shown() {
    let mut harness = harness(Bench::running(2), PaneKind::PriorSamples, LARGE, true);
    assert!(harness.query_by_label("Prior samples: 64 images").is_some());
    harness.state_mut().answering = false;
    harness.state_mut().status.run = 2;
    harness.run_steps(3);
    assert!(harness.query_by_label_contains("64 images").is_none());
    harness.get_by_label("The model is asked for samples from the prior.");
}

#[test]
fn a_late_answer_is_marked() {
    let mut harness = harness(Bench::running(2), PaneKind::PriorSamples, LARGE, true);
    harness.get_by_label("step 12\u{2009}300");
    harness.state_mut().answering = false;
    click(&mut harness, "New noise");
    assert!(matches!(asked(&harness).last(), Some(Question::PriorSamples { seed: 1, .. })));
    harness.get_by_label("updating…");
}

#[test]
fn samples_that_are_not_of_the_prior_say_so() {
    let mut harness = harness(Bench::running(2), PaneKind::PriorSamples, LARGE, true);
    assert!(harness.query_by_label_contains("fitted to q(z)").is_none());
    click(&mut harness, "Options");
    click(&mut harness, "Mixture");
    assert!(matches!(asked(&harness).last(), Some(Question::PriorSamples { sampler: Sampler::Mixture, .. })));
    harness.get_by_label("z from a mixture fitted to q(z): not the model's prior.");
    click(&mut harness, "Export…");
    let exported = exported(&harness);
    assert_eq!(exported.suggested_name, "samples-mixture.png");
    assert_eq!(exported.row_labels, ["mixture fitted to q(z)"]);
}

#[test]
fn means_and_draws_are_two_pictures_of_one_answer() {
    let mut harness = harness(Bench::running(2), PaneKind::PriorSamples, LARGE, true);
    click(&mut harness, "Export…");
    let means = exported(&harness);
    harness.state_mut().requests.clear();
    click(&mut harness, "Draws");
    click(&mut harness, "Export…");
    let draws = exported(&harness);
    assert_eq!((means.columns, means.images.count), (8, 64));
    assert!(draws.images.pixels.iter().all(|p| *p == 0.0 || *p == 1.0));
    assert_ne!(means.images.pixels, draws.images.pixels);
    assert_eq!(asked(&harness).len(), 1);
}

#[test]
fn reconstructions_are_saved_in_labelled_blocks_of_three_rows() {
    let mut harness = harness(Bench::running(2), PaneKind::Reconstructions, vec2(360.0, 480.0), true);
    click(&mut harness, "Export…");
    let grid = exported(&harness);
    let blocks = 16usize.div_ceil(grid.columns);
    assert_eq!(grid.row_labels.len(), 3 * blocks);
    assert_eq!(grid.row_labels[..4], ["input", "mean", "draw", "input"]);
    assert_eq!(grid.images.count, 3 * blocks * grid.columns);
    let Answer::Reconstructions { inputs, means, .. } = answer(&asked(&harness)[0], 2) else { unreachable!() };
    // The second block's first mean.
    assert_eq!(grid.images.image(4 * grid.columns), means.image(grid.columns));
    assert_eq!(grid.images.image(0), inputs.image(0));
}

#[test]
fn traversals_name_their_rows_and_start_where_they_are_told() {
    let mut harness = harness(Bench::running(20), PaneKind::Traversals, LARGE, true);
    click(&mut harness, "Export…");
    let grid = exported(&harness);
    assert_eq!((grid.columns, grid.images.count), (11, 110));
    assert_eq!(grid.row_labels[0], "z₃  3.10 nats");
    assert_eq!(grid.column_labels[0], "−2.0");
    click(&mut harness, "Draw");
    click(&mut harness, "Redraw");
    let last = asked(&harness).pop();
    assert!(matches!(last, Some(Question::Traversals { start: Start::Draw { seed: 1 }, .. })), "{last:?}");
}

#[test]
fn a_click_on_a_traversal_takes_the_sculptor_there() {
    let mut harness = harness(Bench::running(20), PaneKind::Traversals, LARGE, true);
    let grid = harness.get_by_label("Traversals: 110 images").rect();
    // The last column of the first row: z₃ at its largest.
    harness.get_by_label("Traversals: 110 images").hover();
    let at = pos2(grid.right() - 8.0, grid.top() + 30.0);
    harness.hover_at(at);
    harness.run_steps(2);
    harness.drag_at(at);
    harness.run_steps(1);
    harness.drop_at(at);
    harness.run_steps(2);
    let requests = &harness.state().requests;
    let Some(Request::Sculpt(z)) = requests.first() else { panic!("{requests:?}") };
    assert_eq!(z.len(), 20);
    assert!((z[2] - 2.05).abs() < 1e-6 && z.iter().filter(|v| **v != 0.0).count() == 1, "{z:?}");
}

#[test]
fn the_latent_space_asks_only_for_what_it_shows() {
    let mut harness = harness(Bench::running(2), PaneKind::LatentSpace, LARGE, true);
    let prior = Question::Prior { axes: [0, 1] };
    assert_eq!(asked(&harness), [Question::Scatter { split: Split::Test, count: 2_000 }, prior]);
    harness.get_by_label("Scatter of 2000 posterior means on z₁ and z₂");
    click(&mut harness, "Manifold");
    let commands = &harness.state().commands;
    assert!(commands.iter().any(|c| matches!(c, Command::Unask(latent_space::scatter::ASKER))));
    assert!(matches!(asked(&harness).last(), Some(Question::Manifold { side: 16, axes: [0, 1], .. })));
    assert!(harness.query_by_label("Manifold: 256 images").is_some());
}

#[test]
fn the_widest_axes_are_shown_first() {
    let mut bench = Bench::running(20);
    for report in &mut bench.history.reports {
        report.kl_per_dimension = (0..20).map(|d| if d == 11 || d == 4 { 3.0 } else { 0.1 }).collect();
    }
    bench.curves = Default::default();
    let harness = harness(bench, PaneKind::LatentSpace, LARGE, true);
    assert!(harness.query_by_label("Scatter of 2000 posterior means on z₅ and z₁₂").is_some());
}

#[test]
fn a_click_on_a_point_takes_the_sculptor_there() {
    let mut harness = harness(Bench::running(2), PaneKind::LatentSpace, LARGE, true);
    let plot = harness.get_by_label("Scatter of 2000 posterior means on z₁ and z₂").rect();
    // The middle of label 0 is at z = (0.9, 0): right of the centre.
    for right in 0..20 {
        let at = plot.center() + vec2(4.0 * right as f32 + 30.0, 0.0);
        harness.hover_at(at);
        harness.run_steps(1);
        harness.drag_at(at);
        harness.run_steps(1);
        harness.drop_at(at);
        harness.run_steps(1);
    }
    let requests = &harness.state().requests;
    let sculpted: Vec<&Vec<f32>> =
        requests.iter().filter_map(|request| if let Request::Sculpt(z) = request { Some(z) } else { None }).collect();
    // Its image goes under the microscope.
    let inspected = |r: &&Request| matches!(r, Request::Inspect { split: Split::Test, .. });
    assert!(!sculpted.is_empty() && requests.iter().filter(inspected).count() == sculpted.len());
    assert!(sculpted.iter().all(|z| z[0] > 0.0 && z[1].abs() < 0.3), "{sculpted:?}");
}

/// Where the sculptor is.
fn sculpted(harness: &Harness<'_, Bench>) -> Vec<f32> {
    let point = |question| if let Question::Sculptor { z } = question { Some(z) } else { None };
    asked(harness).into_iter().rev().find_map(point).expect("it has asked")
}

#[test]
fn the_sculptor_asks_at_every_move() {
    let mut harness = harness(Bench::running(2), PaneKind::Sculptor, LARGE, true);
    let z = sculpted;
    assert_eq!(z(&harness), [0.0, 0.0]);
    click(&mut harness, "Random");
    let random = z(&harness);
    assert!(random.iter().all(|v| *v != 0.0 && v.abs() < 5.0));
    click(&mut harness, "Prior mean");
    assert_eq!(z(&harness), [0.0, 0.0]);
    // The pad: its upper right quarter is z₁ > 0, z₂ > 0.
    let pad = harness.get_by_label_contains("Latent plane").rect();
    let at = pad.center() + 0.25 * pad.size() * vec2(1.0, -1.0);
    harness.hover_at(at);
    harness.run_steps(1);
    harness.drag_at(at);
    harness.run_steps(2);
    harness.drop_at(at);
    harness.run_steps(2);
    let moved = z(&harness);
    assert!(moved.iter().all(|v| (v - 1.75).abs() < 0.05), "{moved:?}");
    harness.state_mut().panes.sculptor.go_to(vec![1.0, -2.0]);
    harness.run_steps(2);
    assert_eq!(z(&harness), [1.0, -2.0]);
}

#[test]
fn the_sculptor_goes_to_an_image() {
    let mut harness = harness(Bench::running(2), PaneKind::Sculptor, LARGE, true);
    click(&mut harness, "From image");
    let questions = asked(&harness);
    let question = Question::Scatter { split: Split::Test, count: 2_000 };
    assert!(questions.contains(&question));
    let Answer::Scatter { points, .. } = answer(&question, 2) else { panic!("{questions:?}") };
    assert_eq!(sculpted(&harness), points[0].mean);
}

#[test]
fn from_image_leaves_the_latent_space_alone_and_asks_no_longer_than_it_needs() {
    let scatter = latent_space::scatter::ASKER;
    let mut bench = Bench::running(2);
    bench.answer(scatter, Question::Scatter { split: Split::Train, count: 500 });
    let before = bench.answers[&scatter].clone();
    let mut harness = harness(bench, PaneKind::Sculptor, LARGE, true);
    click(&mut harness, "From image");
    let state = harness.state();
    assert!(Arc::ptr_eq(&state.answers[&scatter], &before), "the other pane's answer is as it was");
    let asks = state.commands.iter().filter_map(|command| match command {
        Command::Ask(asker, Question::Scatter { .. }) => Some(*asker),
        _ => None,
    });
    let asks: Vec<_> = asks.collect();
    assert!(asks.len() == 1 && asks[0] != scatter, "{asks:?}");
    let withdrawn = |command: &Command| matches!(command, Command::Unask(asker) if *asker == asks[0]);
    assert!(state.commands.iter().any(withdrawn), "{:?}", state.commands);

    // The last answer is of an older model: the next click waits for a newer one.
    harness.state_mut().answering = false;
    click(&mut harness, "Prior mean");
    click(&mut harness, "From image");
    assert!(matches!(asked(&harness).last(), Some(Question::Scatter { .. })));
    // Out of sight, nothing is awaited of the worker.
    harness.state_mut().shown = false;
    harness.run_steps(2);
    let commands = &harness.state().commands;
    assert_eq!(commands.iter().filter(|command| withdrawn(command)).count(), 2);
}

#[test]
fn sliders_follow_the_latent_dimension_and_show_the_kl() {
    let mut harness = harness(Bench::running(20), PaneKind::Sculptor, LARGE, true);
    harness.get_by_label("z₁");
    harness.get_by_label("z₁ value");
    // Another run of three dimensions.
    let mut bench = Bench::running(3);
    bench.status.run = 2;
    bench.history.run = 2;
    bench.panes = std::mem::take(&mut harness.state_mut().panes);
    let harness = bench::harness(bench, PaneKind::Sculptor, LARGE, true);
    assert!(matches!(asked(&harness).last(), Some(Question::Sculptor { z }) if z.len() == 3));
    assert!(harness.query_by_label("z₄").is_none());
}

/// Names where the data have them, numbers where they are numbers.
#[test]
fn item_12_labels_have_their_names() {
    let mut bench = Bench::running(2);
    bench.status.label_names = ["square", "ellipse", "heart"].map(String::from).to_vec().into();
    let mut harness = harness(bench, PaneKind::LatentSpace, LARGE, true);
    for name in ["Label square", "Label ellipse", "Label heart", "Label 7"] {
        harness.get_by_label(name);
    }
    harness.state_mut().status.label_names = Arc::default();
    harness.run_steps(2);
    harness.get_by_label("Label 0");
    let status = crate::worker::Status { label_names: ["cats".to_owned()].to_vec().into(), ..Default::default() };
    assert_eq!([status.label_text(0), status.label_text(1)], ["cats", "label 1"]);
}

#[test]
fn a_click_on_a_reconstruction_puts_the_image_under_the_microscope() {
    let mut harness = harness(Bench::running(2), PaneKind::Reconstructions, vec2(620.0, 300.0), true);
    let grid = harness.get_all_by_label_contains("Reconstructions: ").next().expect("a block").rect();
    let at = grid.right_top() + vec2(-8.0, 8.0);
    harness.hover_at(at);
    harness.run_steps(1);
    harness.drag_at(at);
    harness.run_steps(1);
    harness.drop_at(at);
    harness.run_steps(2);
    let requests = &harness.state().requests;
    let [Request::Inspect { split: Split::Test, index }] = requests.as_slice() else { panic!("{requests:?}") };
    assert!(*index > 0);
}

/// The questions for the heat map.
fn looked(harness: &Harness<'_, Bench>) -> Vec<Question> {
    asked(harness).into_iter().filter(|question| matches!(question, Question::Microscope { .. })).collect()
}

#[test]
fn the_microscope_shows_the_numbers_of_an_image_and_decodes_what_is_pointed_at() {
    let mut harness = harness(Bench::running(2), PaneKind::Microscope, LARGE, true);
    let image = |index| Subject::Image { split: Split::Test, index };
    let question = |subject| Question::Microscope { subject, axes: None, side: 64, draws: 200 };
    assert_eq!(asked(&harness), [question(image(0)), Question::MicroscopeBest { subject: image(0), axes: [0, 1] }]);
    for row in [
        "log p(x) −101.00 ± 0.06",
        "ELBO −104.20 ± 0.03",
        "KL[q‖p(z|x)] 3.20 ± 0.05",
        "−  approximation 1.10 ± 0.07",
        "L[q*] −102.10 ± 0.03",
        "−  amortisation 2.10 ± 0.02",
        "ESS of q 63 / 2\u{2009}000",
    ] {
        harness.get_by_label(row);
    }
    // The picture is 3.2 wide around (0.2, 0.1): its right edge is z₁ = 1.8.
    let map = harness.get_by_label("True posterior over z₁ and z₂").rect();
    harness.hover_at(map.left_top() + vec2(40.0, 4.0));
    harness.run_steps(3);
    let Some(Question::MicroscopePoint { z }) = asked(&harness).pop() else { panic!("{:?}", asked(&harness)) };
    assert!(z[0] < -1.3 && z[1] > 1.6, "{z:?}");
    harness.get_by_label("E[x|z] at the pointer");
    harness.state_mut().panes.microscope.inspect(Split::Validation, 7);
    harness.run_steps(2);
    let validation = Subject::Image { split: Split::Validation, index: 7 };
    assert!(asked(&harness).contains(&question(validation)));
}

/// With a heavy tail log p(x) is too low, and so are the gaps: amber, and said.
#[test]
fn item_02_the_microscope_says_which_numbers_rest_on_weights_that_cannot_be_trusted() {
    let harness = harness(Bench::running(5), PaneKind::Microscope, LARGE, true);
    harness.get_by_label("log p(x) −101.00 ± 0.06, not to be trusted");
    harness.get_by_label("KL[q‖p(z|x)] 3.20 ± 0.05, not to be trusted");
    harness.get_by_label("ESS 3 / 1\u{2009}000, not to be trusted");
    harness.get_by_label("L[q*] −102.10 ± 0.03");
    harness.get_by_label_contains("Pareto k = 0.91 is above 0.67");
}

/// log p(x) below L[q*] by eight of its errors: not a gap of −8.15 ± 0.96.
#[test]
fn item_02_a_gap_that_is_negative_beyond_its_error_is_unknown() {
    let question = Question::MicroscopeBest { subject: Subject::Image { split: Split::Test, index: 0 }, axes: [0, 1] };
    let Answer::MicroscopeBest(mut best) = answer(&question, 2) else { panic!("q*") };
    best.terms.log_px = Estimate { value: -110.25, se: 0.96 };
    best.terms.posterior_kl = Estimate { value: -0.01, se: 0.02 };
    let mut harness = harness(Bench::running(2), PaneKind::Microscope, LARGE, true);
    harness.state_mut().give(Asker("microscope: best q"), question, Answer::MicroscopeBest(best));
    harness.run_steps(2);
    harness.get_by_label("−  approximation unknown, not to be trusted");
    harness.get_by_label("KL[q‖p(z|x)] −0.01 ± 0.02");
}

#[test]
fn drawing_and_masking_ask_about_the_changed_image() {
    let mut harness = harness(Bench::running(2), PaneKind::Microscope, LARGE, false);
    let drag = |harness: &mut Harness<'_, Bench>| {
        let canvas = harness.get_by_label_contains("Image").rect();
        harness.hover_at(canvas.center());
        harness.run_steps(1);
        harness.drag_at(canvas.center());
        harness.run_steps(2);
        harness.drop_at(canvas.center());
        harness.run_steps(3);
    };
    let before = asked(&harness).len();
    drag(&mut harness);
    let Some(Question::Microscope { subject: Subject::Drawn { pixels, seen }, .. }) = looked(&harness).pop() else {
        panic!("{:?}", asked(&harness).len())
    };
    assert!(asked(&harness).len() > before && pixels[14 * 28 + 14] == 1.0 && seen.iter().all(|seen| *seen));
    click(&mut harness, "Mask");
    drag(&mut harness);
    let Some(Question::Microscope { subject: Subject::Drawn { seen, .. }, .. }) = looked(&harness).pop() else {
        panic!("{:?}", asked(&harness).len())
    };
    assert!(!seen[14 * 28 + 14]);
    assert!(harness.query_by_label_contains("pixels masked").is_some());
    click(&mut harness, "Reset");
    let image = Subject::Image { split: Split::Test, index: 0 };
    assert!(matches!(looked(&harness).pop(), Some(Question::Microscope { subject, .. }) if subject == image));
}

#[test]
fn with_more_dimensions_the_plane_of_largest_mismatch_is_kept_until_another_is_chosen() {
    let mut harness = harness(Bench::running(20), PaneKind::Microscope, LARGE, true);
    harness.get_by_label("True posterior over z₁ and z₄");
    let axes = |harness: &Harness<'_, Bench>| match looked(harness).pop() {
        Some(Question::Microscope { axes, .. }) => axes,
        other => panic!("{other:?}"),
    };
    assert_eq!(axes(&harness), Some([0, 3]));
    click(&mut harness, "Options");
    click(&mut harness, "Largest mismatch");
    // Asked afresh, then kept again.
    let asks: Vec<Question> = looked(&harness);
    assert!(matches!(asks[asks.len() - 2], Question::Microscope { axes: None, .. }), "{asks:?}");
    assert_eq!(axes(&harness), Some([0, 3]));
}

#[test]
fn a_run_that_gives_way_to_another_keeps_its_path() {
    let mut harness = harness(Bench::running(2), PaneKind::RateDistortion, LARGE, true);
    let subset = |r: &&Report| r.split == Split::Validation && !r.whole;
    let last = harness.state().history.reports.iter().rev().find(subset).expect("a validation report");
    harness.get_by_label(&format!("Rate {:.1} nats, distortion {:.1} nats", last.kl, -last.reconstruction));
    let state = harness.state_mut();
    state.history.run = 2;
    state.history.reports.truncate(300);
    state.history.reports.iter_mut().for_each(|report| report.kl *= 0.5);
    harness.run_steps(3);
    click(&mut harness, "Export…");
    let requests = &harness.state().requests;
    let [Request::ExportTable { csv, .. }] = requests.as_slice() else { panic!("{requests:?}") };
    let rows: Vec<&str> = csv.lines().collect();
    // 600 validation reports of the first run, then the 50 of the second.
    assert_eq!(rows.len(), 1 + 600 + 50);
    click(&mut harness, "Forget earlier");
    harness.state_mut().requests.clear();
    click(&mut harness, "Export…");
    let requests = &harness.state().requests;
    let [Request::ExportTable { csv, .. }] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!(csv.lines().count(), 51);
}

#[test]
fn an_evaluation_is_a_table_that_says_whether_the_methods_agree() {
    let mut harness = harness(measured(2), PaneKind::Evaluation, LARGE, true);
    for text in [
        "−101.020 ± 0.000",
        "quadrature over z − importance sampling from q(z|x)",
        "0.013 ± 0.010",
        "● agree",
        "−0.02000",
        "● the terms add up",
        "± measurement",
        "± over images",
        "0.780",
        "1.100 ± 0.020",
        "Disentanglement, 10\u{2009}000 training images",
        "0.321",
        "⚠ 3 images have heavy tails",
    ] {
        assert!(harness.query_all_by_label(text).next().is_some(), "{text}");
    }
    click(&mut harness, "Evaluate…");
    assert!(matches!(harness.state().requests.as_slice(), [Request::Evaluate]));
    harness.state_mut().status.jobs = vec![(EvaluationRequest::KIND, Progress { done: 1, all: 4, what: "quadrature" })];
    harness.run_steps(2);
    click(&mut harness, "Cancel");
    assert!(harness.state().commands.iter().any(|command| matches!(command, Command::Cancel(EvaluationRequest::KIND))));
}

/// Of one image no error is known: no verdict, and it is said.
#[test]
fn item_03_an_evaluation_of_one_image_is_not_judged() {
    let mut found = evaluation();
    (found.images, found.residual) = (1, Some(Estimate { value: 0.4, se: f64::NAN }));
    found.identity.iter_mut().for_each(|term| term.images_se = f64::NAN);
    let mut bench = Bench::running(2);
    bench.panes.evaluation.put(Box::new(found));
    let harness = harness(bench, PaneKind::Evaluation, LARGE, true);
    harness.get_by_label("of one image: not judged");
    harness.get_by_label_contains("1 test image, nats per image; the bound from 25 samples");
    assert_eq!(harness.query_all_by_label("not known").count(), 6);
}

#[test]
fn the_gradient_lab_draws_fits_and_recommends() {
    let mut harness = harness(measured(2), PaneKind::Gradients, LARGE, true);
    harness.get_by_label(
        "signal-to-noise ratio of the encoder's gradient against K: IWAE, reparameterised slope −0.50; IWAE, DReG slope \
         0.50",
    );
    // 0.5·√K / √(0.004 + K/1000) is greatest at the largest K for DReG, and that of the plain gradient at the smallest.
    // 64 is the largest K that the lab has tried, and that is said.
    harness.get_by_label(
        "Recommended for the encoder: IWAE, DReG with K = 64, the most signal for a second of work. It is the largest K \
         tried: a larger one may be better still.",
    );
    harness.get_by_label("−0.50 ± 0.00");
    harness.get_by_label("16 train images, 64 estimates of each gradient, step 12\u{2009}300");
    // At K = 1: 0.5 / √0.005.
    harness.get_by_label("7.07");
    harness.get_by_label("5.00 ms");
    click(&mut harness, "IWAE, DReG");
    assert!(harness.query_by_label_contains("against K: IWAE, reparameterised slope −0.50").is_some());
    assert!(harness.query_by_label_contains("DReG slope").is_none(), "its curve is hidden");
    click(&mut harness, "Decoder");
    harness.get_by_label("signal-to-noise ratio of the decoder's gradient against K: IWAE, reparameterised slope 0.50");
    click(&mut harness, "Bound");
    harness.get_by_label("variance of the bound, nats² per image² against K: IWAE, reparameterised slope −1.00");
    assert_eq!(harness.query_all_by_label("−102.50 ± 0.30").count(), 2);
    click(&mut harness, "Export…");
    let requests = &harness.state().requests;
    let [Request::ExportTable { csv, .. }] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!(csv.lines().count(), 1 + 2 * 7);
    assert!(csv.lines().all(|line| line.matches(',').count() >= 8));
}

#[test]
fn the_gradient_lab_asks_shows_its_progress_and_is_cancelled() {
    let mut harness = harness(Bench::running(2), PaneKind::Gradients, LARGE, false);
    harness.get_by_label("How much of a gradient is signal, and what K does to it");
    click(&mut harness, "Measure");
    let commands = &harness.state().commands;
    let asked = commands.iter().find_map(|command| match command {
        Command::Begin(request) => (request.as_ref() as &dyn Any).downcast_ref::<GradientRequest>().cloned(),
        _ => None,
    });
    let asked = asked.expect("a request");
    assert_eq!((asked.images, asked.repeats, &asked.samples[..]), (16, 64, &[1, 2, 4, 8, 16, 32, 64][..]));
    harness.state_mut().status.jobs =
        vec![(GradientRequest::KIND, Progress { done: 1, all: 2, what: "estimating gradients" })];
    harness.state_mut().panes.gradients.put(Box::new(gradients(false)));
    harness.run_steps(2);
    harness.get_by_label_contains("The best so far for the encoder: IWAE, DReG");
    click(&mut harness, "Cancel");
    assert!(harness.state().commands.iter().any(|command| matches!(command, Command::Cancel(GradientRequest::KIND))));
    harness.state_mut().status.jobs.clear();
    harness.run_steps(2);
    harness.get_by_label_contains("cancelled before its end");
}

#[test]
fn idle_dimensions_are_counted() {
    let harness = harness(Bench::running(20), PaneKind::Kl, vec2(420.0, 260.0), true);
    harness.get_by_label("16 active, 4 idle · step 60\u{2009}000");
    harness.get_by_label("KL per latent dimension: 16 of 20 active");
}

/// The cost of a frame with many reports, printed, not asserted: `cargo test --release --lib frame -- --nocapture`.
#[test]
fn the_cost_of_a_frame_with_200_000_reports_is_printed() {
    let mut bench = Bench::running(20);
    let some = bench.history.reports.clone();
    let reports = (0..200_000usize).map(|i| {
        let mut report = some[i % some.len()].clone();
        (report.step, report.epoch, report.seconds) = (i as u64, i as f64 / 300.0, i as f64 * 0.01);
        report
    });
    bench.history.reports = reports.collect();
    bench.curves = Default::default();
    for kind in [PaneKind::Bound, PaneKind::Optimisation] {
        let ctx = egui::Context::default();
        Theme::install(&ctx);
        bench.curves.sync(&bench.history);
        let mut costs: Vec<f64> = (0..60)
            .map(|_| {
                let screen = egui::Rect::from_min_size(egui::Pos2::ZERO, vec2(900.0, 500.0));
                let input = egui::RawInput { screen_rect: Some(screen), ..Default::default() };
                let start = std::time::Instant::now();
                let output = ctx.run_ui(input, |ui| bench.show(ui, kind));
                let shapes = ctx.tessellate(output.shapes, 1.0);
                assert!(!shapes.is_empty());
                1e3 * start.elapsed().as_secs_f64()
            })
            .collect();
        costs.sort_by(f64::total_cmp);
        println!("{}: median {:.2} ms, worst {:.2} ms a frame", kind.title(), costs[30], costs[59]);
    }
}
