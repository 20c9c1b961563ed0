//! The numbers of the image under the microscope, in nats: the way down from log p(x) to the bound, whether the samples
//! behind it can be trusted, and the meaning of the map's colours.

use crate::estimate::Estimate;
use crate::evidence::Method;
use crate::evidence::marginal::threshold;
use crate::experiment::Experiment;
use crate::explore::{BestPosterior, Microscope};
use crate::ui::context_menu::{self, Target};
use crate::ui::families::{Family, said};
use crate::ui::format;
use crate::ui::noun;
use crate::ui::term::explained;
use crate::ui::theme::{Theme, space};
use eframe::egui::{Align2, Color32, Label, RichText, Role, Sense, Stroke, TextStyle, Ui, WidgetInfo, vec2};

/// Least and greatest width of the numbers, in points.
pub const WIDTH: [f32; 2] = [204.0, 260.0];
const ROW: f32 = 17.0;
const GAP: f32 = 2.0;

/// Height of the numbers under the images, in points.
pub fn height(seen: &Microscope, best: Option<&BestPosterior>) -> f32 {
    let evidence = best.map_or(&seen.evidence, |best| &best.evidence);
    let rows = 8 + usize::from(evidence.samples > 0) + 3 * usize::from(evidence.degenerate);
    rows as f32 * (ROW + GAP) + space::M
}

/// A line of the table.
struct Row<'a> {
    /// The line that stands for the row's distribution on the map: its colour, and whether it is dashed.
    line: Option<(Color32, bool)>,
    name: &'a str,
    /// The entry of the glossary about it.
    term: &'static str,
    value: String,
    meaning: &'a str,
    /// Whether the value can be trusted.
    trusted: bool,
}

impl Row<'_> {
    fn show(self, ui: &mut Ui) {
        let theme = Theme::of(ui.ctx());
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width().min(WIDTH[1]), ROW), Sense::CLICK);
        let painter = ui.painter();
        let middle = rect.left_center();
        match self.line {
            Some((colour, false)) => {
                painter.line_segment([middle, middle + vec2(10.0, 0.0)], Stroke::new(3.0, colour));
            }
            Some((colour, true)) => {
                for start in [0.0, 6.0] {
                    let from = middle + vec2(start, 0.0);
                    painter.line_segment([from, from + vec2(4.0, 0.0)], Stroke::new(3.0, colour));
                }
            }
            None => {}
        }
        let font = TextStyle::Body.resolve(ui.style());
        // The sign of what is taken away stands where others have their line.
        let bare = self.name.strip_prefix("−  ");
        if bare.is_some() {
            painter.text(middle + vec2(5.0, 0.0), Align2::CENTER_CENTER, "−", font.clone(), theme.text_muted);
        }
        let bare = bare.unwrap_or(self.name);
        painter.text(middle + vec2(15.0, 0.0), Align2::LEFT_CENTER, bare, font.clone(), theme.text);
        let ink = if self.trusted { theme.text_strong } else { theme.warning };
        painter.text(rect.right_center(), Align2::RIGHT_CENTER, &self.value, font, ink);
        let doubt = if self.trusted { "" } else { ", not to be trusted" };
        let spoken = format!("{} {}{doubt}", self.name, self.value);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
        context_menu::offer(&response, Target { rect, stem: "microscope" }, |ui| {
            context_menu::copy_ui(ui, &self.value)
        });
        explained(response, self.term, self.meaning);
    }
}

pub fn numbers_ui(ui: &mut Ui, experiment: Option<&Experiment>, seen: &Microscope, best: Option<&BestPosterior>) {
    let theme = Theme::of(ui.ctx());
    ui.spacing_mut().item_spacing.y = GAP;
    // The steps belong together: with q* all are of the parameters that it is of.
    let (terms, evidence) = best.map_or((&seen.terms, &seen.evidence), |best| (&best.terms, &best.evidence));
    let (how, trusted) = (terms.method.how(), !evidence.degenerate);
    let number = |Estimate { value, se }: Estimate| format::with_error(value, se, 2);
    // A gap that is negative for certain shows that one of its ends is wrong.
    let gap = |estimate: Estimate| (format::gap(estimate, 2), trusted && format::gap(estimate, 2) != format::UNKNOWN);
    let noun = noun::of(ui.ctx());
    let one = noun.one();
    let meaning = format!("The evidence of this {one}, {how}; the heat map is its true posterior p(z|x).");
    let line = Some((theme.evidence, false));
    Row { line, name: "log p(x)", term: "log p(x), evidence", value: number(terms.log_px), meaning: &meaning, trusted }
        .show(ui);
    if let Some(best) = best {
        let approximation =
            Estimate { value: terms.log_px.value - best.elbo.value, se: terms.log_px.se.hypot(best.elbo.se) };
        let (value, trusted) = gap(approximation);
        let meaning = "log p(x) − L[q*]: what even the best member of q's family cannot reach (Cremer et al. 2018).";
        let meaning = &said(meaning, &[Family::Posterior], experiment);
        Row { line: None, name: "−  approximation", term: "Approximation gap", value, meaning, trusted }.show(ui);
        let meaning = &noun.say("The bound with q*, the best member of q's family for this image alone (dashed).");
        let line = Some((theme.weighted_kl, true));
        Row { line, name: "L[q*]", term: "Approximation gap", value: number(best.elbo), meaning, trusted: true }
            .show(ui);
        let meaning = &noun.say("L[q*] − L[q]: what is lost by one encoder serving all images.");
        let value = number(best.amortisation_gap);
        Row { line: None, name: "−  amortisation", term: "Amortisation gap", value, meaning, trusted: true }.show(ui);
    }
    let meaning = &noun.say("The bound for this image, with the encoder's q (solid).");
    let line = Some((theme.elbo, false));
    Row { line, name: "ELBO", term: "ELBO", value: number(terms.elbo), meaning, trusted: true }.show(ui);
    let meaning = format!("How far q is from the true posterior, {how}: log p(x) − ELBO, measured by itself.");
    let (value, known) = gap(terms.posterior_kl);
    Row { line: None, name: "KL[q‖p(z|x)]", term: "The gap", value, meaning: &meaning, trusted: known }.show(ui);

    let of = |effective: f64, all: usize| format!("{} / {}", format::fixed(effective, 0), format::count(all as u64));
    if evidence.samples > 0 {
        let value = of(evidence.effective_samples, evidence.samples);
        let meaning = format!("Effective sample size: how many of the samples carry the weight of log p(x), {how}.");
        Row { line: None, name: "ESS", term: "Importance sampling", value, meaning: &meaning, trusted }.show(ui);
    }
    if terms.method != Method::Importance {
        let value = of(seen.effective_samples, seen.samples);
        let meaning = "How many of as many importance samples from q would count: few where q misses the posterior. \
                       Nothing here rests on them.";
        Row { line: None, name: "ESS of q", term: "Importance sampling", value, meaning, trusted: true }.show(ui);
    }
    ui.label(theme.muted(format!("nats, for this {one}, {how}")));
    if let (false, Some(k)) = (trusted, evidence.pareto_k) {
        let text = format!(
            "⚠ Pareto k = {} is above {}: the weights' tail is too heavy. log p(x) is too low, and so are the gaps.",
            format::fixed(k, 2),
            format::fixed(threshold(evidence.samples), 2)
        );
        ui.add(Label::new(RichText::new(text).color(theme.warning)).wrap());
    }
}
