//! The ledger: every term of the identity, measured independently during training.

mod sides;
mod terms;

use crate::data::Split;
use crate::ui::compare::{Column, Drawing, Overlay, hover_rows};
use crate::ui::controls::{checkbox, choice, empty_state, make_room, text_width};
use crate::ui::curves::{Curves, LedgerQuantity, Series, XAxis};
use crate::ui::empty::{before_training, empty_with_button};
use crate::ui::format;
use crate::ui::icons::{Icon, icon_button};
use crate::ui::noun;
use crate::ui::pane::{Pane, PaneContext, Request};
use crate::ui::plot::{Band, Dash, RunCurve, RunPlot, Viewport, axis_ui, fit_button, number_text};
use crate::ui::theme::{Theme, space};
use crate::worker::{LedgerEntry, LedgerOptions, RunState, ledger_csv};
use eframe::egui::{
    self, Align, Layout, Popup, PopupAnchor, PopupCloseBehavior, Rect, TextStyle, Tooltip, Ui, UiBuilder, pos2, vec2,
};
use serde::{Deserialize, Serialize};
use sides::Side;
use terms::{TERMS, equation_ui, light_ui};

/// The two sides of the identity lie side by side where each has at least this width.
const CHART_MIN: f32 = 240.0;
const GAP: f32 = space::M;
/// Height of the residual's plot, where the charts above keep at least `CHART_HEIGHT`.
const RESIDUAL_HEIGHT: f32 = 104.0;
const HEADING: f32 = 18.0;
const CHART_HEIGHT: f32 = 130.0;
/// The compared runs' values at the pointer.
const COMPARED: [(&str, LedgerQuantity); 4] = [
    ("log p(x)", LedgerQuantity::LogPx),
    ("ELBO", LedgerQuantity::Elbo),
    ("E[log p(x|z)]", LedgerQuantity::Reconstruction),
    ("residual", LedgerQuantity::Residual),
];

/// The effect of keeping the ledger.
const KEPT: &str = "Measure the identity while the model trains; takes up to a fifth of the time.";

/// The pane with the identity over the course of training.
#[derive(Serialize, Deserialize)]
#[serde(default)]
pub struct LedgerPane {
    axis: XAxis,
    /// Whether the ledger is kept.
    kept: bool,
    images: usize,
    samples: usize,
    #[serde(skip)]
    view: Viewport,
    #[serde(skip)]
    others: Overlay,
}

impl Default for LedgerPane {
    fn default() -> Self {
        let LedgerOptions { images, samples } = LedgerOptions::default();
        Self { axis: XAxis::Step, kept: true, images, samples, view: Viewport::default(), others: Overlay::default() }
    }
}

impl Pane for LedgerPane {
    fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        context.theme.pane_frame().show(ui, |ui| {
            let Some(entry) = context.curves.ledger().latest() else {
                self.empty_ui(ui, context);
                return;
            };
            let pane = ui.max_rect();
            let looked_at = context.curves.looked_at();
            let entry = looked_at.and_then(|mark| context.curves.ledger().at(mark.step)).unwrap_or(entry);
            equation_ui(ui, context.status.experiment.as_deref(), entry);
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing = vec2(space::L, 2.0);
                light_ui(ui, entry);
                source_ui(ui, context, entry);
            });
            ui.add_space(space::XS);
            self.bar_ui(ui, context, pane);
            self.charts_ui(ui, context);
        });
    }
}

impl LedgerPane {
    /// The options of the worker's ledger; `None` if it is not kept.
    pub fn options(&self) -> Option<LedgerOptions> {
        self.kept.then_some(LedgerOptions { images: self.images, samples: self.samples })
    }

    fn empty_ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        let title = "log p(x) − KL[q‖p(z|x)] = ELBO = E[log p(x|z)] − KL[q‖p(z)]";
        match &context.status.state {
            _ if !self.kept => {
                let hint =
                    "The ledger is off. Kept, it measures every term of the identity by itself through training.";
                self.kept = empty_with_button(ui, title, hint, "Keep the ledger", KEPT);
            }
            RunState::Running => empty_state(ui, title, "The first entry is being measured."),
            RunState::Paused | RunState::Finished(_) if context.status.last_step > 0 => {
                empty_state(ui, title, "An entry of this model is being measured.");
            }
            _ => {
                let hint = "Press Train (Space) to see every term of the identity measured by itself.";
                before_training(ui, context, title, hint);
            }
        }
    }

    fn bar_ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>, pane: Rect) {
        let Self { axis, kept, images, samples, view, .. } = self;
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(space::S, space::XS);
            ui.set_row_height(space::ROW);
            axis_ui(ui, axis);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = space::XS;
                let button = icon_button(ui, Icon::Export, "Export", true);
                Popup::menu(&button).show(|ui| export_ui(ui, context, pane));
                let button = icon_button(ui, Icon::Options, "Options", true);
                Popup::from_toggle_button_response(&button)
                    .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
                    .show(|ui| options_ui(ui, kept, images, samples));
                context.compare_button(ui);
                fit_button(ui, view);
            });
        });
        ui.add_space(space::S);
    }

    fn charts_ui(&mut self, ui: &mut Ui, context: &PaneContext<'_>) {
        let curves = context.curves;
        self.view.begin_beside(curves, context.runs.shown().map(|run| &run.curves), self.axis);
        self.view.link(ui.scope_id());
        let room = ui.available_rect_before_wrap();
        let beside = room.width() >= 2.0 * CHART_MIN + GAP;
        let rows = if beside { 1.0 } else { 2.0 };
        let residual = room.height() >= rows * CHART_HEIGHT + RESIDUAL_HEIGHT;
        let height = (room.height() - if residual { RESIDUAL_HEIGHT } else { 0.0 }).max(80.0 * rows);
        let width = if beside { 0.5 * (room.width() - GAP) } else { room.width() };
        let mut hovered = false;
        for (i, side) in [Side::Evidence, Side::Terms].into_iter().enumerate() {
            let at = if beside { vec2(i as f32 * (width + GAP), 0.0) } else { vec2(0.0, i as f32 * 0.5 * height) };
            let part = Rect::from_min_size(room.min + at, vec2(width, height / rows));
            let mut ui = ui.new_child(UiBuilder::new().id_salt(i).max_rect(part).layout(Layout::top_down(Align::Min)));
            ui.spacing_mut().item_spacing.y = 0.0;
            let x_labels = !residual && (beside || i == 1);
            hovered |= side.show(&mut ui, context, &mut self.view, &mut self.others, part.height(), x_labels);
        }
        if residual {
            let part = Rect::from_min_max(pos2(room.left(), room.top() + height), room.max);
            let mut ui = ui.new_child(UiBuilder::new().id_salt(2).max_rect(part).layout(Layout::top_down(Align::Min)));
            ui.spacing_mut().item_spacing.y = 0.0;
            hovered |= self.residual_ui(&mut ui, context);
        }
        ui.advance_cursor_after_rect(room);
        self.view.end();
        // A menu is not written over.
        hovered &= !Popup::is_any_open(ui.ctx());
        if let (true, Some(x)) = (hovered, self.view.hovered()) {
            let layer = ui.layer_id();
            let tip = Tooltip::always_open(ui.ctx().clone(), layer, ui.scope_id().with("entry"), PopupAnchor::Pointer);
            tip.gap(16.0).show(|ui| {
                hover_ui(ui, curves, self.axis, x);
                let text = |value: f64| format::fixed(value, 2);
                let column = |(name, quantity)| Column { name, series: Series::Ledger(quantity), text: &text };
                let columns = COMPARED.map(column);
                hover_rows(ui, context.runs, &mut self.others, self.axis, x, &columns);
            });
        }
    }

    /// Draw the residual of the identity with two standard errors on either side; returns whether the pointer is over
    /// the plot.
    fn residual_ui(&mut self, ui: &mut Ui, context: &PaneContext<'_>) -> bool {
        use LedgerQuantity::{Residual, ResidualHigh, ResidualLow};
        let (theme, curves) = (context.theme, context.curves);
        let heading = vec2(ui.available_width(), HEADING);
        ui.allocate_ui_with_layout(heading, Layout::left_to_right(Align::Max), |ui| {
            ui.label(theme.muted("Residual log p(x) − KL[q‖p(z|x)] − ELBO, ± 2 standard errors"));
        });
        let ledger = curves.ledger();
        let track = ledger.track();
        let band = Band {
            track,
            low: ledger.y(ResidualLow),
            high: ledger.y(ResidualHigh),
            colour: theme.pane.lerp_to_gamma(theme.text_muted, 0.25),
        };
        let line = |quantity, width| RunCurve {
            id: None,
            track,
            y: ledger.y(quantity),
            colour: theme.text,
            width,
            dots: false,
            dash: Dash::Solid,
            of: "",
        };
        let plot = RunPlot {
            id: "residual",
            title: "log p(x) − KL[q‖p(z|x)] − ELBO",
            unit: "",
            height: RESIDUAL_HEIGHT - HEADING,
            width: None,
            log: false,
            from_zero: true,
            x_labels: true,
            legend: &[],
            mark_labels: false,
            on_training: context.status.validates_on_training,
            y_label: &number_text,
        };
        let series = Series::Ledger(Residual);
        self.others.update(context.runs, series, self.axis, 1.0);
        let Drawing { mut lines, mut bands } = self.others.drawing(context.runs, series, theme);
        lines.extend([line(Residual, 1.5), line(ResidualLow, 0.0), line(ResidualHigh, 0.0)]);
        bands.push(band);
        let (response, transform) = plot.show_over(ui, &mut self.view, curves, &lines, &bands);
        let zero = transform.position_from_point_y(0.0);
        let dashes = [pos2(transform.frame().left(), zero), pos2(transform.frame().right(), zero)];
        let stroke = egui::Stroke::new(1.0, theme.success);
        ui.painter_at(*transform.frame()).extend(egui::Shape::dashed_line(&dashes, stroke, 4.0, 3.0));
        response.hovered()
    }
}

/// Say on which images and how the ledger was measured, and why the Bound pane shows other numbers.
fn source_ui(ui: &mut Ui, context: &PaneContext<'_>, entry: &LedgerEntry) {
    let theme = Theme::of(ui.ctx());
    let how = match entry.samples {
        0 => entry.method.short_name().to_owned(),
        samples => {
            let [samples, effective] =
                [samples as f64, entry.effective_samples].map(|n| format::count(n.round() as u64));
            format!("{}, {samples} samples ({effective} effective)", entry.method.short_name())
        }
    };
    let (kind, all) = (context.status.validation(), context.status.validation_images);
    let images = if entry.images < all {
        format!("{} of {}", entry.images, format::count(all as u64))
    } else {
        entry.images.to_string()
    };
    let (noun, all_measured) = (context.status.noun, entry.images >= all);
    let many = if all_measured { noun.of(entry.images) } else { noun.many() };
    let text = format!("{images} {kind} {many} · {how} · step {}", format::count(entry.step));
    make_room(ui, text_width(ui, &text, TextStyle::Small));
    ui.add(egui::Label::new(theme.muted(text)).truncate()).on_hover_text(format!(
        "How log p(x) and KL[q ‖ p(z|x)] were measured, always on the same {0}; ± is the error of the measurement. \
             The effective sample size (median over {0}) says how many samples carry the weight.",
        noun.many()
    ));
    let other = context.curves.newest().filter(|report| entry.images < all && report.split == Split::Validation);
    if let Some(report) = other {
        let elbo = format::fixed(report.elbo, 1);
        let text = format!("all {}: ELBO {elbo} at step {}", format::count(all as u64), format::count(report.step));
        make_room(ui, text_width(ui, &text, TextStyle::Small));
        ui.add(egui::Label::new(theme.muted(text)).truncate()).on_hover_text(format!(
            "What the Bound pane shows is of all these {}; the ledger measures a few of them, which cost it much \
                 more. The two differ by how the few are chosen, and by the steps between.",
            noun.many()
        ));
    }
    if entry.degenerate > 0 {
        let [few, all] = [entry.degenerate, entry.images].map(|n| format::count(n as u64));
        let text = format!("Pareto k too large for {few} of {all}");
        make_room(ui, text_width(ui, &text, TextStyle::Small));
        ui.add(egui::Label::new(theme.muted(text).color(theme.warning)).truncate()).on_hover_text(format!(
            "The importance weights of these {} have a heavy tail (its shape k, Vehtari et al. 2024): few samples \
                 carry them, so log p(x) and the gap are both somewhat too small. More samples help.",
            noun.many()
        ));
    }
}

fn options_ui(ui: &mut Ui, kept: &mut bool, images: &mut usize, samples: &mut usize) {
    ui.set_width(300.0);
    checkbox(ui, kept, "Keep the ledger").on_hover_text(KEPT);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(space::S, space::S);
        ui.set_row_height(space::ROW);
        let noun = noun::of(ui.ctx());
        let meaning = format!("How many {} are measured; always the same ones, chosen to stand for all.", noun.many());
        choice(ui, noun.heading(), &meaning, images, &[(32, "32"), (64, "64"), (128, "128"), (256, "256")]);
        let meaning =
            format!("Importance samples of each {}: more see the true posterior better, and take longer.", noun.one());
        choice(ui, "Samples", &meaning, samples, &[(100, "100"), (500, "500"), (2_000, "2 k"), (5_000, "5 k")]);
    });
}

fn export_ui(ui: &mut Ui, context: &mut PaneContext<'_>, pane: Rect) {
    if ui.button("Values as CSV…").on_hover_text("Every entry of this run as a table.").clicked() {
        let csv = ledger_csv(context.curves.ledger().entries());
        context.requests.push(Request::ExportTable { suggested_name: "ledger.csv".into(), csv });
        ui.close();
    }
    if ui.button("Picture as PNG…").on_hover_text("This pane as it is on the screen.").clicked() {
        context.requests.push(Request::ExportScreenshot { suggested_name: "ledger.png".into(), rect: pane });
        ui.close();
    }
}

/// All terms of the entry nearest to `x`.
fn hover_ui(ui: &mut Ui, curves: &Curves, axis: XAxis, x: f64) {
    let theme = Theme::of(ui.ctx());
    let ledger = curves.ledger();
    let Some(entry) = ledger.track().nearest(axis, x).and_then(|i| ledger.entries().get(i)) else { return };
    ui.spacing_mut().interact_size.y = 16.0;
    egui::Grid::new("ledger entry").num_columns(2).spacing([16.0, 2.0]).show(ui, |ui| {
        ui.label(theme.muted("step"));
        ui.label(theme.muted(format!("{}  (epoch {})", format::count(entry.step), format::fixed(entry.epoch, 2))));
        ui.end_row();
        for term in &TERMS {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 6.0;
                let (dot, _) = ui.allocate_exact_size(vec2(8.0, 16.0), egui::Sense::hover());
                ui.painter().circle_filled(dot.center(), 3.0, (term.colour)(theme));
                ui.label(term.symbol);
            });
            let (value, se) = (term.value)(entry);
            ui.label(theme.strong(format::with_error(value, se, 3)));
            ui.end_row();
        }
        ui.label("residual");
        ui.label(theme.strong(format::with_error(entry.residual.value, entry.residual.se, 3)));
        ui.end_row();
    });
}
