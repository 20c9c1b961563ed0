//! Compared runs in every plot.

use super::bench::{Bench, harness};
use super::{LARGE, click};
use crate::experiment::Experiment;
use crate::ui::compare::ChosenAsks;
use crate::ui::pane::Request;
use crate::ui::panes::PaneKind;
use eframe::egui::pos2;
use egui_kittest::kittest::{NodeT, Queryable};
use std::sync::Arc;

/// Seeds of one setting are one row, with the standard error of their mean, and one dot a dimension.
#[test]
fn seeds_of_a_setting_are_one_curve_in_every_plot() {
    for kind in [PaneKind::Bound, PaneKind::Ledger, PaneKind::Optimisation, PaneKind::RateDistortion, PaneKind::Kl] {
        let mut bench = Bench::running(2);
        for seed in 1..=3 {
            let mut history = bench.history.clone();
            history.reports.iter_mut().for_each(|report| {
                report.elbo += seed as f64;
                report.reconstruction += seed as f64;
            });
            let mut curves = crate::ui::curves::Curves::default();
            curves.sync(&history);
            let mut experiment = Experiment { seed, ..Experiment::default() };
            experiment.latent.dimension = 2;
            experiment.objective.samples = 16;
            bench.runs.keep(Some(Arc::new(experiment)), curves, true);
        }
        bench.runs.poll(bench.status.experiment.as_ref());
        let mut harness = harness(bench, kind, LARGE, true);
        // Over a bar, or over a plot.
        let x = if kind == PaneKind::Kl { 80.0 } else { 300.0 };
        harness.hover_at(pos2(x, 300.0));
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
fn item_15_a_right_click_on_a_compared_run_offers_what_can_be_done_with_it() {
    let mut bench = Bench::running(2);
    for name in ["first", "second"] {
        let experiment = Experiment { name: name.into(), ..Experiment::default() };
        bench.runs.keep(Some(Arc::new(experiment)), bench.curves.clone(), true);
    }
    bench.runs.poll(bench.status.experiment.as_ref());
    let mut harness = harness(bench, PaneKind::Bound, LARGE, true);
    click(&mut harness, "Compare runs");
    harness.get_by_label("Run second, 2").click_secondary();
    harness.run_steps(4);
    harness.get_by_label_contains("Copy ELBO −");
    click(&mut harness, "Show it alone");
    let requests = &harness.state().requests;
    let [first, second] = [(0, false), (1, true)].map(|(run, shown)| ChosenAsks::Show(run, shown));
    assert!(
        matches!(&requests[..], [Request::Chosen(a), Request::Chosen(b)] if *a == first && *b == second),
        "{requests:?}"
    );
}
