//! The identity written out in large numbers, with a light that says whether it holds.

use crate::experiment::Experiment;
use crate::ui::context_menu::{self, Target};
use crate::ui::families::{Family, said};
use crate::ui::format;
use crate::ui::noun;
use crate::ui::term::{explained, explained_with};
use crate::ui::theme::{Theme, space, value_style};
use crate::worker::{LedgerEntry, Verdict};
use eframe::egui::{
    Align2, Color32, Painter, Rect, Response, Role, Sense, Stroke, TextStyle, Ui, Vec2, WidgetInfo, pos2, vec2,
};

/// Below this width of the pane, standard errors appear only in tooltips.
const COMPACT: f32 = 600.0;
const OPERATOR: f32 = 14.0;
const HEIGHT: f32 = 40.0;

/// One term of the identity.
pub struct LedgerTerm {
    pub name: &'static str,
    /// The term's symbol in full.
    pub symbol: &'static str,
    /// The name of its entry in the glossary.
    pub term: &'static str,
    /// The distributions that the entry speaks of.
    families: &'static [Family],
    pub value: fn(&LedgerEntry) -> (f64, f64),
    pub colour: fn(&Theme) -> Color32,
    /// The sign before the term.
    operator: &'static str,
    /// Widths of the term: for "−1234.56 ± 0.02" and for "−1234.5"; a KL needs less.
    widths: [f32; 2],
}

/// log p(x) − KL[q ‖ p(z|x)] = ELBO = E_q[log p(x|z)] − KL[q ‖ p(z)].
pub const TERMS: [LedgerTerm; 5] = [
    LedgerTerm {
        name: "log p(x)",
        symbol: "log p(x)",
        term: "log p(x), evidence",
        families: &[Family::Likelihood, Family::Prior],
        value: |e| (e.log_px.value, e.log_px.se),
        colour: |t| t.evidence,
        operator: "",
        widths: [128.0, 84.0],
    },
    LedgerTerm {
        name: "KL[q‖p(z|x)]",
        symbol: "KL[q(z|x) ‖ p(z|x)]",
        term: "The gap",
        families: &[Family::Posterior],
        value: |e| (e.posterior_kl.value, e.posterior_kl.se),
        colour: |t| t.gap,
        operator: "−",
        widths: [104.0, 82.0],
    },
    LedgerTerm {
        name: "ELBO",
        symbol: "ELBO",
        term: "ELBO",
        families: &Family::ALL,
        value: |e| (e.elbo.value, e.elbo.se),
        colour: |t| t.elbo,
        operator: "=",
        widths: [128.0, 84.0],
    },
    LedgerTerm {
        name: "E[log p(x|z)]",
        symbol: "E_q[log p(x|z)]",
        term: "E_q[log p(x|z)]",
        families: &[Family::Likelihood, Family::Posterior],
        value: |e| (e.reconstruction.value, e.reconstruction.se),
        colour: |t| t.reconstruction,
        operator: "=",
        widths: [128.0, 84.0],
    },
    LedgerTerm {
        name: "KL[q‖p(z)]",
        symbol: "KL[q(z|x) ‖ p(z)]",
        term: "KL[q(z|x) ‖ p(z)]",
        families: &[Family::Posterior, Family::Prior],
        value: |e| (e.kl, f64::NAN),
        colour: |t| t.kl,
        operator: "−",
        widths: [76.0, 66.0],
    },
];

/// The equation, term by term; it wraps where the pane is narrow. A click on a term opens its page of the guide.
pub fn equation_ui(ui: &mut Ui, experiment: Option<&Experiment>, entry: &LedgerEntry) {
    let theme = Theme::of(ui.ctx());
    let compact = ui.available_width() < COMPACT;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(space::XS, space::XS);
        for term in &TERMS {
            let (value, se) = (term.value)(entry);
            let width = term.widths[usize::from(compact)];
            let operator = if term.operator.is_empty() { 0.0 } else { OPERATOR + space::XS };
            let (rect, response) = ui.allocate_exact_size(vec2(operator + width, HEIGHT), Sense::click());
            let large = value_style().resolve(ui.style());
            let painter = ui.painter();
            if operator > 0.0 {
                let at = pos2(rect.left() + 0.5 * OPERATOR, rect.bottom());
                painter.text(at, Align2::CENTER_BOTTOM, term.operator, large, theme.text_muted);
            }
            let rect = Rect::from_min_max(pos2(rect.left() + operator, rect.top()), rect.max);
            term_ui(ui, rect, term, value, se, compact);
            let spoken = format!("{} {}", term.symbol, format::with_error(value, se, 2));
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
            context_menu::offer(&response, Target { rect, stem: "ledger" }, |ui| {
                context_menu::copy_ui(ui, &format::with_error(value, se, 4));
            });
            explained_with(response, term.term, |ui| {
                let families = said("", term.families, experiment);
                ui.label(theme.muted(families.trim_start()));
                ui.label(theme.strong(format!("{} {}", format::with_error(value, se, 4), noun::of(ui.ctx()).nats())));
                ui.label(theme.muted("Measured by itself."));
            });
        }
    });
}

/// The term's name above its value, with its standard error if there is room.
fn term_ui(ui: &Ui, rect: Rect, term: &LedgerTerm, value: f64, se: f64, compact: bool) {
    let theme = Theme::of(ui.ctx());
    let painter = ui.painter();
    let small = TextStyle::Small.resolve(ui.style());
    let name = painter.layout_no_wrap(term.name.to_owned(), small.clone(), theme.text_muted);
    painter.circle_filled(rect.left_top() + vec2(4.0, 0.5 * name.size().y), 3.5, (term.colour)(theme));
    painter.galley(rect.left_top() + vec2(12.0, 0.0), name, theme.text_muted);
    let large = value_style().resolve(ui.style());
    let number = painter.text(
        rect.left_bottom(),
        Align2::LEFT_BOTTOM,
        format::fixed(value, if compact { 1 } else { 2 }),
        large,
        theme.text_strong,
    );
    if se.is_finite() && !compact {
        let at = pos2(number.right() + 5.0, rect.bottom() - 3.5);
        painter.text(at, Align2::LEFT_BOTTOM, format!("± {}", format::fixed(se, 2)), small, theme.text_muted);
    }
}

/// Whether the identity holds, in colour, shape and words.
pub fn light_ui(ui: &mut Ui, entry: &LedgerEntry) -> Response {
    let theme = Theme::of(ui.ctx());
    let verdict = entry.verdict();
    let (words, colour) = match verdict {
        Verdict::Holds => ("The identity holds", theme.success),
        Verdict::Doubtful => ("In doubt: the residual is over 3 standard errors", theme.warning),
        Verdict::Broken => ("The terms do not add up: one of them is wrong", theme.error),
    };
    let residual = format::with_error(entry.residual.value, entry.residual.se, 3);
    let text = format!("{words}.  Residual {residual} nats");
    let font = TextStyle::Body.resolve(ui.style());
    let galley = ui.painter().layout(text.clone(), font, theme.text, ui.available_width() - 22.0);
    let size = vec2(22.0 + galley.size().x, galley.size().y.max(space::ROW - 4.0));
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    lamp(ui.painter(), Rect::from_center_size(rect.left_center() + vec2(8.0, 0.0), Vec2::splat(14.0)), verdict, colour);
    ui.painter().galley(rect.left_center() + vec2(22.0, -0.5 * galley.size().y), galley, theme.text);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &text));
    let meaning = "Each of the three is measured from random numbers of its own, so what is left over is zero up to \
                   its error. Green: zero lies within 3 standard errors. Amber: within 5. Red: beyond.";
    explained(response, "Residual", meaning)
}

/// A disc for green, a diamond for amber, a triangle for red, which can be told apart without colour.
fn lamp(painter: &Painter, rect: Rect, verdict: Verdict, colour: Color32) {
    let (c, r) = (rect.center(), 0.5 * rect.width());
    let edge = Stroke::new(3.0, colour.gamma_multiply(0.3));
    match verdict {
        Verdict::Holds => {
            painter.circle(c, r - 1.5, colour, edge);
        }
        Verdict::Doubtful => {
            let corners = [vec2(0.0, -r), vec2(r, 0.0), vec2(0.0, r), vec2(-r, 0.0)].map(|v| c + v);
            painter.add(eframe::egui::Shape::convex_polygon(corners.to_vec(), colour, edge));
        }
        Verdict::Broken => {
            let corners = [vec2(0.0, -r), vec2(r, 0.8 * r), vec2(-r, 0.8 * r)].map(|v| c + v);
            painter.add(eframe::egui::Shape::convex_polygon(corners.to_vec(), colour, edge));
        }
    }
}
