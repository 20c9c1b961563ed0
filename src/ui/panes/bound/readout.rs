//! The numbers of the bound's plot: the tiles above it, the table at the pointer, and the CSV.

use crate::guide::term_named;
use crate::train::Report;
use crate::ui::curves::{Curves, Quantity, ReportSource, XAxis};
use crate::ui::families::{Family, said};
use crate::ui::format;
use crate::ui::noun;
use crate::ui::term::term_ui;
use crate::ui::theme::Theme;
use crate::worker::Status;
use eframe::egui::{self, Color32, RichText, Ui};
use std::f64::consts::LN_2;
use std::fmt::Write;

/// A term of the bound as a curve, with its name and its entry in the glossary.
#[derive(Clone, Copy)]
pub struct BoundTerm {
    pub quantity: Quantity,
    pub name: &'static str,
    /// The name of its entry in the glossary.
    pub term: &'static str,
    /// The distributions that the entry speaks of.
    pub families: &'static [Family],
}

pub const ELBO: BoundTerm = BoundTerm { quantity: Quantity::Elbo, name: "ELBO", term: "ELBO", families: &Family::ALL };

pub const RECONSTRUCTION: BoundTerm = BoundTerm {
    quantity: Quantity::Reconstruction,
    name: "E[log p(x|z)]",
    term: "E_q[log p(x|z)]",
    families: &[Family::Likelihood, Family::Posterior],
};

pub const KL: BoundTerm = BoundTerm {
    quantity: Quantity::Kl,
    name: "KL",
    term: "KL[q(z|x) ‖ p(z)]",
    families: &[Family::Posterior, Family::Prior],
};

pub const WEIGHTED_KL: BoundTerm = BoundTerm {
    quantity: Quantity::WeightedKl,
    name: "β·KL",
    term: "β",
    families: &[Family::Posterior, Family::Prior],
};

pub const IWAE: BoundTerm = BoundTerm { quantity: Quantity::Iwae, name: "IWAE", term: "IWAE", families: &Family::ALL };

impl BoundTerm {
    pub fn colour(self, theme: &Theme) -> Color32 {
        match self.quantity {
            Quantity::Reconstruction => theme.reconstruction,
            Quantity::Kl => theme.kl,
            Quantity::WeightedKl => theme.weighted_kl,
            Quantity::Iwae => theme.iwae,
            _ => theme.elbo,
        }
    }

    pub fn of(self, report: &Report) -> f64 {
        match self.quantity {
            Quantity::Reconstruction => report.reconstruction,
            Quantity::Kl => report.kl,
            Quantity::WeightedKl => report.beta * report.kl,
            Quantity::Iwae => report.iwae,
            _ => report.elbo,
        }
    }
}

/// Bits per dimension of `nats` per image with `pixels` values: −nats / (pixels · ln 2).
pub fn bits_per_dimension(nats: f64, pixels: usize) -> f64 {
    -nats / (pixels as f64 * LN_2)
}

/// The tooltip of a tile.
pub fn tile_details(ui: &mut Ui, status: &Status, term: BoundTerm, report: &Report, hidden: bool) {
    let theme = Theme::of(ui.ctx());
    ui.set_max_width(320.0);
    if let Some(entry) = term_named(term.term) {
        term_ui(ui, entry);
        ui.label(theme.muted(said("", term.families, status.experiment.as_deref()).trim_start().to_owned()));
    }
    let value = term.of(report);
    let mut line = format!("{} {}", format::fixed(value, 3), status.noun.nats());
    if term.quantity == Quantity::Elbo && report.elbo_se.is_finite() {
        let _ = write!(line, ", standard error {}", format::fixed(report.elbo_se, 3));
    }
    ui.label(theme.strong(line));
    let pixels = status.image_shape.map(|shape| shape.pixels());
    if let (Quantity::Elbo, Some(pixels)) = (term.quantity, pixels) {
        let bits = bits_per_dimension(value, pixels);
        ui.label(theme.muted(format!("{} bits per dimension ({pixels} dimensions)", format::fixed(bits, 4))));
    }
    ui.label(theme.muted(if hidden { "Click to show its curves." } else { "Click to hide its curves." }));
}

/// The table at the pointer: the nearest report of each source, all its values.
pub fn hover_table(
    ui: &mut Ui,
    curves: &Curves,
    axis: XAxis,
    x: f64,
    terms: &[BoundTerm],
    sources: &[ReportSource],
    on_training: bool,
) {
    let theme = Theme::of(ui.ctx());
    let nearest = |source: ReportSource| curves.track(source).nearest(axis, x).map(|i| (source, i));
    let columns: Vec<(ReportSource, usize)> = sources.iter().filter_map(|&s| nearest(s)).collect();
    ui.spacing_mut().interact_size.y = 16.0;
    egui::Grid::new("hover table").num_columns(columns.len() + 1).spacing([16.0, 2.0]).show(ui, |ui| {
        ui.label(theme.muted(noun::of(ui.ctx()).nats()));
        for (source, _) in &columns {
            ui.label(theme.muted(source.name(on_training)));
        }
        ui.end_row();
        // Reports of different sources stand at different steps.
        for (axis, name) in [(XAxis::Step, "step"), (XAxis::Epoch, "epoch"), (XAxis::Time, "time")] {
            ui.label(theme.muted(name));
            for &(source, i) in &columns {
                let x = curves.track(source).x(axis)[i];
                let text = match axis {
                    XAxis::Step => format::count(x as u64),
                    XAxis::Epoch => format::fixed(x, 2),
                    XAxis::Time => format::duration(x),
                };
                ui.label(theme.muted(text));
            }
            ui.end_row();
        }
        for term in terms {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 6.0;
                let (dot, _) = ui.allocate_exact_size(egui::vec2(8.0, 16.0), egui::Sense::hover());
                ui.painter().circle_filled(dot.center(), 3.0, term.colour(theme));
                ui.label(term.name);
            });
            for &(source, i) in &columns {
                let track = curves.track(source);
                let value = track.y(term.quantity).get(i);
                let text = match term.quantity {
                    Quantity::Elbo => format::with_error(value, track.y(Quantity::ElboError).get(i), 2),
                    _ => format::fixed(value, 2),
                };
                ui.label(RichText::new(text).color(theme.text_strong));
            }
            ui.end_row();
        }
    });
}

/// Every report of every source, in the columns of `metrics.csv`. A measurement of a part of the validation images is
/// marked `estimated` where it has been corrected to stand for all: the table of the run folder has it as it was.
pub fn csv(curves: &Curves) -> String {
    let mut text = String::from(
        "step,epoch,seconds,split,whole,elbo,elbo_se,reconstruction,kl,beta_kl,gradient_norm,learning_rate,\
         images_per_second,iwae\n",
    );
    for source in ReportSource::ALL {
        let track = curves.track(source);
        for i in 0..track.len() {
            let (split, whole) = match source {
                ReportSource::Training => ("train", "false"),
                ReportSource::Validation if i < curves.uncorrected() => ("validation", "false"),
                ReportSource::Validation => ("validation", "estimated"),
                ReportSource::WholeValidation => ("validation", "true"),
            };
            let [step, epoch, seconds] = XAxis::ALL.map(|axis| track.x(axis)[i]);
            // Writing to a string cannot fail.
            let _ = write!(text, "{step},{epoch},{seconds},{split},{whole}");
            for quantity in Quantity::ALL {
                let value = track.y(quantity).values()[i];
                // An empty field is a missing value in every reader of CSV.
                let _ = if value.is_nan() { write!(text, ",") } else { write!(text, ",{value}") };
            }
            text.push('\n');
        }
    }
    text
}
