//! The cost of a frame of a pane.

use super::bench::Bench;
use crate::ui::panes::PaneKind;
use crate::ui::theme::Theme;
use eframe::egui::{self, vec2};

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
