//! The panes through their accessibility trees: values shown, buttons that push the right commands.

mod bench;
mod bound;
mod compared;
mod cost;
mod data;
mod evaluation;
mod every_pane;
mod extend;
mod gradients;
mod latent_space;
mod latents;
mod ledger;
mod microscope;
mod names;
mod pictures;
mod prior;
mod questions;
mod rate_distortion;
mod reconstructions;
mod runs;
mod sculptor;
mod traversals;

use crate::explore::Question;
use crate::ui::pane::{ExportGrid, Request};
use crate::worker::Command;
use bench::{Bench, evaluation, gradients};
use eframe::egui::{Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

const LARGE: Vec2 = vec2(760.0, 480.0);

/// A run that has been evaluated and whose gradients were measured.
fn measured(dimension: usize) -> Bench {
    let mut bench = Bench::running(dimension);
    bench.keep(&evaluation());
    bench.panes.gradients.put(Box::new(gradients(true)));
    bench
}

/// The questions among the commands of the pane.
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
