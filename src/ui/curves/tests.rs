use super::*;
use crate::data::Split;
use crate::estimate::Estimate;
use crate::evidence::Method;
use crate::train::{Deed, DeedKind, Report};
use crate::worker::{History, LedgerEntry, Mark};
use proptest::prelude::*;

#[test]
fn all_that_was_done_to_a_run_is_marked_once_in_order() {
    let mut history = History { run: 1, ..History::default() };
    history.reports = (0..10).map(|i| report(10 * i, Split::Train, -100.0)).collect();
    history.marks.push(Mark { step: 40, epoch: 0.4, seconds: 4.0, text: "β = 4".into() });
    let deed = |step, kind, detail: &str| Deed::now(step, 0.01 * step as f64, kind, detail.into());
    history.deeds = vec![
        deed(0, DeedKind::Begun, "Elbow"),
        deed(20, DeedKind::Forked, "of another at step 20"),
        deed(40, DeedKind::Edited, "β = 4"),
        deed(60, DeedKind::Extended, "length 90 steps"),
        deed(50, DeedKind::Resumed, "Elbow, on another machine"),
    ];
    let mut curves = Curves::default();
    curves.sync(&history);
    let marks: Vec<(u64, &str)> = curves.marks().iter().map(|mark| (mark.step, mark.text.as_str())).collect();
    assert_eq!(marks, [(20, "fork"), (40, "β = 4"), (50, "resumed"), (60, "length 90 steps")]);
    assert_eq!(curves.deeds().len(), 5);
    // The cursor of a kept state lies at its report on every axis, or at the nearest.
    curves.look_at(Some(31));
    let looked = curves.looked_at().expect("it is looked at");
    assert_eq!((looked.step, curves.report_at(31).map(|report| report.step)), (31, Some(30)));
    curves.look_at(None);
    assert!(curves.looked_at().is_none());
}

fn report(step: u64, split: Split, elbo: f64) -> Report {
    Report {
        step,
        epoch: step as f64 / 100.0,
        images: step * 100,
        seconds: step as f64 * 0.01,
        split,
        whole: false,
        elbo,
        elbo_se: 0.5,
        reconstruction: elbo + 20.0,
        kl: 20.0,
        kl_per_dimension: vec![12.0, 8.0],
        iwae: elbo + 1.0,
        samples: 5,
        beta: 4.0,
        learning_rate: 1e-3,
        gradient_norm: if split == Split::Train { 3.0 } else { f64::NAN },
        images_per_second: 1e4,
    }
}

fn entry(step: u64) -> LedgerEntry {
    let estimate = |value| Estimate { value, se: 0.1 };
    LedgerEntry {
        step,
        epoch: step as f64 / 100.0,
        seconds: step as f64 * 0.01,
        images: 64,
        method: Method::Quadrature,
        samples: 0,
        reconstruction: estimate(-180.0),
        kl: 20.0,
        elbo: estimate(-200.0),
        log_px: estimate(-197.0),
        posterior_kl: estimate(3.0),
        residual: estimate(0.0),
        effective_samples: 0.0,
        degenerate: 0,
    }
}

fn brute_force(values: &[f32]) -> Option<[f32; 2]> {
    let finite: Vec<f32> = values.iter().copied().filter(|v| v.is_finite()).collect();
    let min = finite.iter().copied().reduce(f32::min)?;
    let max = finite.iter().copied().reduce(f32::max)?;
    Some([min, max])
}

fn series() -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(prop_oneof![8 => -1e3f32..1e3, 1 => Just(f32::NAN), 1 => Just(f32::INFINITY)], 0..2_000)
}

proptest! {
    #[test]
    fn extremes_are_those_of_the_values(values in series(), a in 0usize..2_100, b in 0usize..2_100) {
        let mut pyramid = Pyramid::default();
        values.iter().for_each(|&v| pyramid.push(v));
        let (a, b) = (a.min(b), a.max(b));
        let within = &values[a.min(values.len())..b.min(values.len())];
        prop_assert_eq!(pyramid.extremes(a..b), brute_force(within));
        let sensible = [-300.0, 500.0];
        let is_inside = |v: &f32| (sensible[0]..=sensible[1]).contains(v);
        let inside: Vec<f32> = within.iter().copied().filter(is_inside).collect();
        let outside = within.iter().filter(|v| v.is_finite() && !is_inside(v)).count();
        prop_assert_eq!(pyramid.extremes_within(a..b, sensible), (brute_force(&inside), outside));
    }

    #[test]
    fn a_curve_ascends_keeps_the_extremes_and_is_no_longer_than_the_screen_allows(
        values in series(), low in -10.0f64..2_000.0, width in 0.0f64..2_000.0, columns in 1usize..200,
    ) {
        // Uneven, with repeated x.
        let x: Vec<f64> = (0..values.len()).map(|i| (i / 2) as f64 * 1.5).collect();
        let mut pyramid = Pyramid::default();
        values.iter().for_each(|&v| pyramid.push(v));
        let range = low..=low + width;
        let points = extents(&x, &pyramid, &Columns::new(&x, range.clone(), columns, None), None);
        prop_assert!(points.len() <= 2 * columns + 2);
        prop_assert!(points.windows(2).all(|p| p[0].x <= p[1].x));
        let inside: Vec<f32> =
            x.iter().zip(&values).filter(|(x, _)| range.contains(x)).map(|(_, &v)| v).collect();
        if width > 0.0 && let Some([min, max]) = brute_force(&inside) {
            prop_assert!(points.iter().any(|p| p.low <= f64::from(min)));
            prop_assert!(points.iter().any(|p| p.high >= f64::from(max)));
        }
    }

    #[test]
    fn a_curve_that_grows_is_drawn_as_if_it_had_been_whole(
        values in prop::collection::vec(-5.0f32..5.0, 2..3_000), cut in 0.0f64..1.0, columns in 1usize..60,
        low in -10.0f64..900.0, width in 1.0f64..1_500.0,
    ) {
        let x: Vec<f64> = (0..values.len()).map(|i| (i / 2) as f64).collect();
        let range = low..=low + width;
        let cut = (cut * values.len() as f64) as usize;
        let mut y = Pyramid::default();
        values[..cut].iter().for_each(|&v| y.push(v));
        let before = Columns::new(&x[..cut], range.clone(), columns, None);
        let known = extents(&x[..cut], &y, &before, None);
        values[cut..].iter().for_each(|&v| y.push(v));
        let now = Columns::new(&x, range.clone(), columns, Some(&before));
        prop_assert_eq!(&now, &Columns::new(&x, range, columns, None));
        prop_assert_eq!(extents(&x, &y, &now, Some((&before, &known))), extents(&x, &y, &now, None));
    }

    #[test]
    fn smoothing_in_parts_equals_smoothing_at_once(
        values in prop::collection::vec(-5.0f64..5.0, 1..200), cut in 0usize..200,
    ) {
        let mut history = History { run: 1, ..History::default() };
        let (mut curves, mut in_parts) = (Curves::default(), Smoothing::default());
        for (i, &v) in values.iter().enumerate() {
            history.reports.push(report(i as u64, Split::Train, v));
            if i == cut {
                curves.sync(&history);
                in_parts.update(&curves, ReportSource::Training, Quantity::Elbo, 9.0);
            }
        }
        curves.sync(&history);
        let mut at_once = Smoothing::default();
        in_parts.update(&curves, ReportSource::Training, Quantity::Elbo, 9.0);
        at_once.update(&curves, ReportSource::Training, Quantity::Elbo, 9.0);
        let a = in_parts.curve(&curves, ReportSource::Training, Quantity::Elbo).values();
        prop_assert_eq!(a, at_once.curve(&curves, ReportSource::Training, Quantity::Elbo).values());
        // By hand: Σ kᵗ⁻ⁱ xᵢ / Σ kᵗ⁻ⁱ with k = 1 − 1/9.
        let k = 1.0f64 - 1.0 / f64::from(9.0f32);
        let weights: Vec<f64> = (0..values.len()).rev().map(|age| k.powi(age as i32)).collect();
        let mean = weights.iter().zip(&values).map(|(w, v)| w * v).sum::<f64>() / weights.iter().sum::<f64>();
        prop_assert!((f64::from(a[a.len() - 1]) - mean).abs() < 1e-4);
    }
}

#[test]
fn only_new_reports_are_copied_and_a_new_run_starts_over() {
    let mut history = History { run: 1, ..History::default() };
    let mut curves = Curves::default();
    history.reports.push(report(1, Split::Train, -500.0));
    history.reports.push(report(1, Split::Validation, -490.0));
    curves.sync(&history);
    // A change to what was copied goes unseen: the history is append-only.
    history.reports[0].elbo = 0.0;
    history.reports.push(report(2, Split::Train, -400.0));
    history.marks.push(Mark { step: 2, epoch: 0.02, seconds: 0.02, text: "β = 4".into() });
    curves.sync(&history);
    let train = curves.track(ReportSource::Training);
    assert_eq!(train.y(Quantity::Elbo).values(), [-500.0, -400.0]);
    assert_eq!(train.y(Quantity::WeightedKl).values(), [80.0, 80.0]);
    assert_eq!(train.latest().map(|r| r.step), Some(2));
    assert_eq!(curves.track(ReportSource::Validation).y(Quantity::Elbo).values(), [-490.0]);
    assert!(curves.track(ReportSource::Validation).y(Quantity::GradientNorm).get(0).is_nan());
    assert_eq!(curves.newest().map(|r| r.split), Some(Split::Validation));
    assert_eq!(curves.marks().len(), 1);
    assert_eq!(curves.x_range(XAxis::Step), Some(1.0..=2.0));

    history = History { run: 2, reports: vec![report(1, Split::Train, -600.0)], ..History::default() };
    let replaced = curves.sync(&history).expect("there was another run");
    assert_eq!(replaced.track(ReportSource::Training).len(), 2);
    assert_eq!(curves.run(), 2);
    assert_eq!(curves.track(ReportSource::Training).y(Quantity::Elbo).values(), [-600.0]);
    assert!(curves.track(ReportSource::Validation).is_empty() && curves.marks().is_empty());
}

/// A part that lies 3 nats above the whole: measured at an epoch's end together, the curve meets the whole there and
/// goes on as the part does. No number alternates between the two.
#[test]
fn item_03_the_part_is_corrected_by_how_far_it_was_off() {
    let mut history = History { run: 1, ..History::default() };
    let mut curves = Curves::default();
    let whole = |report: Report| Report { whole: true, elbo_se: 0.2, ..report };
    history.reports.push(report(1, Split::Validation, -500.0));
    curves.sync(&history);
    assert_eq!(curves.measured(), Measured::Part);
    // The terms are off by 2 and by −1: 12 and 8 nats against 12.5 and 8.5.
    let of_all = Report {
        elbo: -143.0,
        reconstruction: -122.0,
        kl: 21.0,
        kl_per_dimension: vec![12.5, 8.5],
        ..whole(report(100, Split::Validation, 0.0))
    };
    history.reports.extend([report(100, Split::Train, -145.0), report(100, Split::Validation, -140.0), of_all]);
    curves.sync(&history);
    let newest = curves.newest().expect("a report");
    assert_eq!((newest.elbo, newest.reconstruction, newest.kl, newest.elbo_se), (-143.0, -122.0, 21.0, 0.2));
    assert_eq!(curves.measured(), Measured::Whole);
    // One by one as they come, or all at once from a file.
    for step in [110, 120] {
        history.reports.push(report(step, Split::Validation, -139.0));
        curves.sync(&history);
    }
    let mut at_once = Curves::default();
    at_once.sync(&history);
    for curves in [&curves, &at_once] {
        let newest = curves.newest().expect("a report");
        assert_eq!((newest.elbo, newest.kl, &newest.kl_per_dimension), (-142.0, 21.0, &vec![12.5, 8.5]));
        assert!((newest.elbo - (newest.reconstruction - newest.kl)).abs() < 1e-9);
        assert_eq!(curves.measured(), Measured::Estimated { since: 100 });
        let curve = curves.track(ReportSource::Validation).y(Quantity::Elbo).values();
        assert_eq!((curve, curves.uncorrected()), (&[-500.0, -143.0, -142.0, -142.0][..], 1));
        assert_eq!(curves.track(ReportSource::WholeValidation).y(Quantity::Elbo).values(), [-143.0]);
    }
}

/// A run of before: the whole at an epoch's end, without the part beside it. The headline stays with the part.
#[test]
fn item_03_without_a_pair_the_headline_stays_with_one_set_of_images() {
    let mut history = History { run: 1, ..History::default() };
    let mut curves = Curves::default();
    for step in [10, 20, 30] {
        let whole = Report { whole: true, ..report(step + 5, Split::Validation, -143.0) };
        history.reports.extend([report(step, Split::Validation, -140.0), whole]);
        curves.sync(&history);
        assert_eq!((curves.newest().map(|report| report.elbo), curves.measured()), (Some(-140.0), Measured::Part));
    }
}

#[test]
fn item_06_the_range_of_x_holds_the_ledgers_newest_entry() {
    let mut history = History { run: 1, reports: vec![report(338, Split::Train, -200.0)], ..History::default() };
    history.ledger.push(entry(339));
    let mut curves = Curves::default();
    curves.sync(&history);
    assert_eq!(curves.x_range(XAxis::Step), Some(338.0..=339.0));
}

#[test]
fn item_06_with_one_sample_the_importance_weighted_bound_has_no_curve() {
    let one = Report { samples: 1, iwae: -100.0, ..report(1, Split::Train, -100.0) };
    let mut curves = Curves::default();
    curves.sync(&History { run: 1, reports: vec![one, report(2, Split::Train, -99.0)], ..History::default() });
    let iwae = curves.track(ReportSource::Training).y(Quantity::Iwae).values();
    assert!(iwae[0].is_nan() && iwae[1] == -98.0, "{iwae:?}");
}

#[test]
fn the_nearest_report_is_found_and_time_never_runs_back() {
    let mut history = History { run: 1, ..History::default() };
    for step in [10, 20, 15, 40] {
        history.reports.push(report(step, Split::Train, 0.0));
    }
    let mut curves = Curves::default();
    curves.sync(&history);
    let train = curves.track(ReportSource::Training);
    assert_eq!(train.x(XAxis::Step), [10.0, 20.0, 20.0, 40.0]);
    assert_eq!(train.nearest(XAxis::Step, 13.0), Some(0));
    assert_eq!(train.nearest(XAxis::Step, 1e9), Some(3));
    assert_eq!(train.nearest(XAxis::Step, -5.0), Some(0));
    assert_eq!(curves.track(ReportSource::Validation).nearest(XAxis::Step, 1.0), None);
    assert_eq!(train.within(XAxis::Step, &(11.0..=39.0)), 1..3);
}

/// Printed, not asserted: `cargo test --release --lib curves -- --nocapture cost`.
#[test]
fn the_cost_of_ten_million_reports_is_printed() {
    for n in [200_000usize, 10_000_000] {
        let x: Vec<f64> = (0..n).map(|i| i as f64).collect();
        let mut y = Pyramid::default();
        let start = std::time::Instant::now();
        (0..n).for_each(|i| y.push(((i as f32) * 0.01).sin() - 1e3 / (1.0 + i as f32)));
        let filled = start.elapsed();
        // Once to bring it into the caches, as a window that draws it every frame does.
        extents(&x, &y, &Columns::new(&x, 0.0..=n as f64, 1_000, None), None);
        let start = std::time::Instant::now();
        let columns = Columns::new(&x, 0.0..=n as f64, 1_000, None);
        let points = extents(&x, &y, &columns, None);
        let drawn = start.elapsed();
        println!("{n} reports: filled in {filled:?}, one curve of {} points in {drawn:?}", points.len());
        assert!(points.len() <= 2_002);
    }
}
