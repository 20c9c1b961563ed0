//! The results of evaluations: log p(x) by every method, their agreement, and the gap in its parts.

use crate::estimate::Estimate;
use crate::experiment::Experiment;
use crate::files::utc;
use crate::train::KeptEvaluation;
use crate::ui::context_menu;
use crate::ui::controls::{action_enabled, empty_state, progress};
use crate::ui::empty::{before_training, empty_with_button};
use crate::ui::families::{Family, said};
use crate::ui::format;
use crate::ui::noun;
use crate::ui::pane::{Pane, PaneContext, Request};
use crate::ui::term::explained;
use crate::ui::theme::{Theme, space};
use crate::worker::{Command, EvaluatedState, Evaluation, EvaluationRequest, History, Verdict};
use eframe::egui::{ComboBox, Grid, Label, RichText, ScrollArea, Ui, vec2};
use serde::{Deserialize, Serialize};

/// The content of the pane, said while there is none.
const TITLE: &str = "log p(x), the gap, and whether the methods agree";
/// The effect of the button that starts an evaluation.
const EVALUATE: &str = "Measure the bound, log p(x) and the gap on many images, between training steps.";

/// The pane with the evaluations that are kept with the run, and the one in progress.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EvaluationPane {
    #[serde(skip)]
    kept: Vec<KeptEvaluation>,
    /// The number of the run that the evaluations are of.
    #[serde(skip)]
    run: u64,
    /// The place of the shown evaluation among those that are kept.
    #[serde(skip)]
    place: usize,
    /// The evaluation that is shown, or the reason why it cannot be.
    #[serde(skip)]
    shown: Option<Result<Box<Evaluation>, String>>,
}

impl Pane for EvaluationPane {
    fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        context.theme.pane_frame().show(ui, |ui| {
            let measuring = context.status.job(EvaluationRequest::KIND).is_some();
            if measuring || !self.kept.is_empty() {
                progress_ui(ui, context);
                self.choice_ui(ui);
            }
            match &self.shown {
                Some(Ok(found)) => found_ui(ui, found, context.status.experiment.as_deref()),
                Some(Err(why)) => empty_state(ui, "This evaluation cannot be shown", why),
                None if measuring => empty_state(ui, TITLE, "The table comes when all of it is measured."),
                None => empty_ui(ui, context),
            }
        });
    }
}

impl EvaluationPane {
    /// Take over the evaluations of a run's history; a new one is shown at once.
    pub fn follow(&mut self, history: &History) {
        if (self.run, self.kept.len()) != (history.run, history.evaluations.len()) {
            self.run = history.run;
            self.kept.clone_from(&history.evaluations);
            self.show(self.kept.len().saturating_sub(1));
        }
    }

    fn show(&mut self, place: usize) {
        self.place = place;
        let read = |kept: &KeptEvaluation| {
            let why = |error| format!("Another version of Elbow may have made it: {error}");
            Evaluation::deserialize(&kept.evaluation).map(Box::new).map_err(why)
        };
        self.shown = self.kept.get(place).map(read);
    }

    /// The list of evaluations, where there are several.
    fn choice_ui(&mut self, ui: &mut Ui) {
        if self.kept.len() < 2 {
            return;
        }
        let mut chosen = None;
        ui.name_inputs("Evaluation shown", |ui| {
            let list = ComboBox::from_id_salt("kept").width((ui.available_width() - space::L).clamp(120.0, 460.0));
            list.selected_text(title(&self.kept[self.place])).truncate().show_ui(ui, |ui| {
                for (place, kept) in self.kept.iter().enumerate().rev() {
                    if ui.selectable_label(place == self.place, title(kept)).clicked() {
                        chosen = Some(place);
                    }
                }
            });
        });
        ui.add_space(space::XS);
        if let Some(place) = chosen {
            self.show(place);
        }
    }
}

/// `log p(x) −86.52 ± 0.02: 1000 of the test split after step 5000, by …; 2026-11-30 12:05 UTC`
fn title(kept: &KeptEvaluation) -> String {
    let log_px = kept.estimate("log_px").map_or_else(
        || "log p(x) not known".into(),
        |it| format!("log p(x) {}", format::with_error(it.value, it.se, 2)),
    );
    format!("{log_px}: {}; {}", kept.told(), utc(kept.at))
}

/// The pane before the first evaluation.
fn empty_ui(ui: &mut Ui, context: &mut PaneContext<'_>) {
    if context.status.experiment.is_none() {
        return before_training(ui, context, TITLE, "Press Train (Space) to see a model that can be evaluated.");
    }
    let hint = "log p(x) by every method that the model allows, the gap KL[q(z|x) ‖ p(z|x)] and its parts, measured \
                beside training.";
    if empty_with_button(ui, TITLE, hint, "Evaluate…", EVALUATE) {
        context.requests.push(Request::Evaluate);
    }
}

/// The controls that start an evaluation, or show its progress and cancel it.
fn progress_ui(ui: &mut Ui, context: &mut PaneContext<'_>) {
    ui.horizontal(|ui| {
        ui.set_row_height(space::ROW);
        match context.status.job(EvaluationRequest::KIND) {
            Some(done) => {
                progress(ui, done.share(), done.what, (ui.available_width() - 90.0).max(60.0));
                if action_enabled(ui, true, "Cancel", "Stop this evaluation; nothing of it is kept.") {
                    context.commands.push(Command::Cancel(EvaluationRequest::KIND));
                }
            }
            None => {
                if action_enabled(ui, context.status.experiment.is_some(), "Evaluate…", EVALUATE) {
                    context.requests.push(Request::Evaluate);
                }
            }
        }
    });
    ui.add_space(space::S);
}

fn found_ui(ui: &mut Ui, found: &Evaluation, experiment: Option<&Experiment>) {
    ScrollArea::both().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 3.0;
        ui.spacing_mut().interact_size.y = 16.0;
        identity_ui(ui, found, experiment);
        methods_ui(ui, found);
        agreement_ui(ui, found);
        parts_ui(ui, found, experiment);
        scores_ui(ui, found);
        for warning in &found.warnings {
            let theme = Theme::of(ui.ctx());
            ui.add(Label::new(RichText::new(format!("⚠ {warning}")).color(theme.warning)).wrap());
        }
    });
}

/// A heading over a table.
fn heading(ui: &mut Ui, text: &str, meaning: &str) {
    let theme = Theme::of(ui.ctx());
    ui.add_space(space::S);
    ui.label(theme.strong(text)).on_hover_text(meaning);
}

/// A number that a right click copies.
fn value_ui(ui: &mut Ui, value: &str) {
    let text = Theme::of(ui.ctx()).strong(value);
    context_menu::number_ui(ui, text, "evaluation");
}

fn number(estimate: Estimate) -> String {
    format::with_error(estimate.value, estimate.se, 3)
}

/// The terms of the identity in lines, the error of the measurement and the error over images in columns of their own.
fn identity_ui(ui: &mut Ui, found: &Evaluation, experiment: Option<&Experiment>) {
    let theme = Theme::of(ui.ctx());
    let noun = noun::of(ui.ctx());
    let (one, many) = (noun.one(), noun.many());
    let images = format::count(found.images as u64);
    let samples = format::counted(found.bound_samples, "sample");
    let kind = found.split.adjective();
    let state = if found.state == EvaluatedState::Kept { ", a kept state of the run" } else { "" };
    let text = format!(
        "{images} {kind} {}, {}; the bound from {samples} of z of each {one}; the model after step {}{state}",
        noun.of(found.images),
        noun.nats(),
        format::count(found.step)
    );
    ui.add(Label::new(theme.muted(text)).wrap());
    Grid::new("identity").num_columns(4).spacing(vec2(16.0, 3.0)).show(ui, |ui| {
        let columns = [
            ("", String::new()),
            ("", String::new()),
            (
                "± measurement",
                format!("How far off the number may be for these very {many}: the error of sampling, or of the lattice."),
            ),
            (
                &format!("± over {many}"),
                format!("How far another choice of as many {many} may be off: the standard error over {many}."),
            ),
        ];
        for (column, meaning) in columns {
            ui.label(theme.muted(column)).on_hover_text(meaning);
        }
        ui.end_row();
        for term in &found.identity {
            let meaning = meaning_of(&term.name, &found.method, experiment);
            explained(ui.label(&*term.name), entry_of(&term.name), &meaning);
            value_ui(ui, &format::fixed(term.value, 3));
            for se in [term.measurement_se, term.images_se] {
                ui.label(if se.is_nan() { "not known".to_owned() } else { format::fixed(se, 3) });
            }
            ui.end_row();
        }
        if let Some(residual) = found.residual {
            let meaning = format!(
                "log p(x) − KL[q(z|x) ‖ p(z|x)] − ELBO of the lines above: zero up to its error, which is measured over \
                 the {many}; that of quadrature is part of it."
            );
            explained(ui.label("Residual"), "Residual", &meaning);
            value_ui(ui, &format::fixed(residual.value, 5));
            ui.label(if residual.se.is_nan() { "not known".to_owned() } else { format::fixed(residual.se, 5) });
            let (words, colour) = match found.verdict() {
                None => (format!("of one {one}: not judged"), theme.text_muted),
                Some(Verdict::Holds) => ("● the terms add up".into(), theme.success),
                Some(Verdict::Doubtful) => ("▲ in doubt: over 3 standard errors".into(), theme.warning),
                Some(Verdict::Broken) => ("▲ not zero: one of the terms is wrong".into(), theme.error),
            };
            ui.colored_label(colour, words);
            ui.end_row();
        }
        let meaning = format!("Latent dimensions whose posterior mean varies over {many}; of two layers (h₁ + h₂).");
        explained(ui.label("Active units"), "Active unit", &meaning);
        value_ui(ui, &found.active_units_text());
        ui.end_row();
    });
}

/// The entry of the glossary about a term of the identity.
fn entry_of(term: &str) -> &str {
    match term {
        "log p(x)" => "log p(x), evidence",
        "KL[q(z|x) ‖ p(z|x)]" => "The gap",
        other => other,
    }
}

/// The entry of the glossary about a line of the parts.
fn term_of(line: &str) -> &'static str {
    match line {
        line if line.starts_with("approximation gap") => "Approximation gap",
        line if line.starts_with("amortisation gap") => "Amortisation gap",
        line if line.starts_with("effective samples") => "Importance sampling",
        line if line.starts_with("mutual information") || line.starts_with("KL[q(z)") => "Aggregate posterior",
        _ => "",
    }
}

/// The tooltip of a term of the identity: its meaning, with the experiment's families that the term depends on.
fn meaning_of(term: &str, method: &str, experiment: Option<&Experiment>) -> String {
    let (meaning, families): (String, &[Family]) = match term {
        "log p(x)" => (format!("The evidence, by {method}."), &[Family::Prior, Family::Likelihood]),
        "KL[q(z|x) ‖ p(z|x)]" => (format!("The gap, measured by itself, by {method}."), &[Family::Posterior]),
        "ELBO" => ("The bound: the difference of the two lines below it.".into(), &Family::ALL),
        "E_q[log p(x|z)]" => ("The reconstruction term of the bound.".into(), &[Family::Posterior, Family::Likelihood]),
        _ => ("The rate: what the code costs.".into(), &[Family::Posterior, Family::Prior]),
    };
    said(&meaning, families, experiment)
}

fn methods_ui(ui: &mut Ui, found: &Evaluation) {
    let theme = Theme::of(ui.ctx());
    heading(ui, "By method, ± measurement", "log p(x) by every method that was used, the best first.");
    Grid::new("methods").num_columns(5).spacing(vec2(16.0, 3.0)).striped(true).show(ui, |ui| {
        for column in ["method", noun::of(ui.ctx()).many(), "log p(x)", "KL[q‖p(z|x)]", "time"] {
            ui.label(theme.muted(column));
        }
        ui.end_row();
        for measured in &found.methods {
            ui.label(&measured.method);
            ui.label(format::count(measured.images as u64));
            value_ui(ui, &number(Estimate { value: measured.log_px, se: measured.log_px_se }));
            ui.label(measured.posterior_kl.map_or_else(|| "–".to_owned(), number));
            ui.label(format::duration(measured.seconds));
            ui.end_row();
        }
    });
}

fn agreement_ui(ui: &mut Ui, found: &Evaluation) {
    if found.agreement.is_empty() {
        return;
    }
    let theme = Theme::of(ui.ctx());
    let meaning = "Two methods agree where their mean difference is within 3 standard errors and 0.05 nat.";
    heading(ui, "Agreement, ± measurement", meaning);
    Grid::new("agreement").num_columns(4).spacing(vec2(16.0, 3.0)).striped(true).show(ui, |ui| {
        let within = format!("{} within", noun::of(ui.ctx()).many());
        for column in ["", "difference", &within, ""] {
            ui.label(theme.muted(column));
        }
        ui.end_row();
        for pair in &found.agreement {
            ui.label(format!("{} − {}", pair.methods[0], pair.methods[1]));
            value_ui(ui, &number(Estimate { value: pair.difference, se: pair.difference_se }));
            ui.label(format!("{:.0} %", 100.0 * pair.images_within));
            match pair.agree {
                Some(true) => ui.colored_label(theme.success, "● agree"),
                Some(false) => ui.colored_label(theme.error, "▲ differ"),
                None => ui.label(theme.muted("not known")),
            };
            ui.end_row();
        }
    });
}

/// Disentanglement scores.
fn scores_ui(ui: &mut Ui, found: &Evaluation) {
    let Some(scores) = &found.disentanglement else { return };
    let many = noun::of(ui.ctx()).many();
    let meaning = "Scores from 0 to 1 of the posterior means against the known factors.";
    heading(ui, &format!("Disentanglement, {} training {many}", format::count(scores.images as u64)), meaning);
    Grid::new("disentanglement").num_columns(2).spacing(vec2(16.0, 3.0)).show(ui, |ui| {
        for (name, value, meaning) in scores.named() {
            ui.label(name).on_hover_text(meaning);
            value_ui(ui, &format::fixed(value, 3));
            ui.end_row();
        }
    });
}

/// The parts of the gap, the importance weights, and the parts of the KL term.
fn parts_ui(ui: &mut Ui, found: &Evaluation, experiment: Option<&Experiment>) {
    let table = |ui: &mut Ui, id: &str, lines: &[(&str, String)]| {
        Grid::new(id).num_columns(2).spacing(vec2(16.0, 3.0)).show(ui, |ui| {
            for (name, value) in lines {
                explained(ui.label(*name), term_of(name), "");
                value_ui(ui, value);
                ui.end_row();
            }
        });
    };
    let noun = noun::of(ui.ctx());
    let (one, many) = (noun.one(), noun.many());
    let [effective_of, k_of] = ["effective samples", "Pareto k"].map(|what| format!("{what}, median {one}"));
    let large_k = format!("{many} with too large a k");
    if let Some(split) = &found.gap_split {
        let meaning = format!("With q* the best member of q's family for each {one} by itself (Cremer et al. 2018).");
        let meaning = said(&meaning, &[Family::Posterior], experiment);
        heading(ui, &format!("The gap in two parts, {} {many}, ± measurement", split.images), &meaning);
        let lines = [
            ("approximation gap  log p(x) − L[q*]", format::gap(split.approximation_gap, 3)),
            ("amortisation gap  L[q*] − L[q]", number(split.amortisation_gap)),
        ];
        table(ui, "gap", &lines);
    }
    if let Some(weights) = &found.importance {
        let meaning =
            "How the importance weights are spread: few effective samples or a large k make log p(x) too small.";
        heading(ui, &format!("Importance weights, {} samples", format::count(found.samples as u64)), meaning);
        let shape = |k: Option<f64>| k.map_or_else(|| "–".to_owned(), |k| format::fixed(k, 2));
        let effective = format!(
            "{}  (worst {})",
            format::fixed(weights.effective_samples, 0),
            format::fixed(weights.effective_samples_min, 1)
        );
        let k = format!("{}  (worst {})", shape(weights.pareto_k), shape(weights.pareto_k_max));
        let lines = [(&*effective_of, effective), (&*k_of, k), (&*large_k, weights.degenerate_images.to_string())];
        table(ui, "weights", &lines);
    }
    if let Some(weights) = &found.adaptive {
        let meaning = "Weights under a mixture of q(z|x), the prior and components that a pilot has placed for each \
                       x: it finds modes of p(z|x) that q misses.";
        heading(ui, &format!("Adaptive sampling, {} samples count", format::count(weights.counted as u64)), meaning);
        let shape = |k: Option<f64>| k.map_or_else(|| "–".to_owned(), |k| format::fixed(k, 2));
        let effective = format!(
            "{}  (worst {})",
            format::fixed(weights.effective_samples, 0),
            format::fixed(weights.effective_samples_min, 1)
        );
        let k = format!("{}  (worst {})", shape(weights.pareto_k), shape(weights.pareto_k_max));
        let lines = [
            (&*effective_of, effective),
            (&*k_of, k),
            (&*large_k, weights.degenerate_images.to_string()),
            ("components", weights.components.to_string()),
        ];
        table(ui, "adaptive", &lines);
    }
    if let Some(annealing) = &found.annealing {
        let meaning = "Annealed chains on data simulated from the model bound log p(x) from both sides.";
        heading(ui, &format!("Annealing, {} temperatures, ± measurement", annealing.temperatures), meaning);
        let lines = [
            ("simulated data, lower bound", number(annealing.simulated.lower)),
            ("simulated data, upper bound", number(annealing.simulated.upper)),
            ("acceptance", format!("{:.0} %", 100.0 * annealing.acceptance)),
        ];
        table(ui, "annealing", &lines);
    }
    if let Some(parts) = &found.aggregate {
        heading(ui, &format!("The KL in its parts, ± over {many}"), &parts.estimator);
        let mut lines = vec![
            ("mutual information of x and z", number(parts.mutual_information)),
            ("KL[q(z) ‖ p(z)]", number(parts.marginal_kl)),
        ];
        lines.extend(parts.total_correlation.map(|tc| ("of it, total correlation", number(tc))));
        table(ui, "aggregate", &lines);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{Choice, preset};

    #[test]
    fn item_17_rows_name_the_families_of_the_experiment() {
        let sphere = preset("svae-sphere").expect("a bundled preset");
        let (q, p) = (sphere.latent.posterior.name(), sphere.latent.prior.name());
        let text = meaning_of("KL[q(z|x) ‖ p(z)]", "quadrature", Some(&sphere));
        assert_eq!(text, format!("The rate: what the code costs. Here q(z|x): {q}; p(z): {p}."));
        assert_eq!(meaning_of("log p(x)", "quadrature", None), "The evidence, by quadrature.");
    }
}
