//! The bound, live: the ELBO, its two terms and the weighted KL over the run, in nats per image.

mod readout;

use crate::train::Report;
use crate::ui::compare::{Column, Drawing, Overlay, hover_rows, legend_keys};
use crate::ui::controls;
use crate::ui::curves::{Curves, Measured, Quantity, ReportSource, Series, Smoothing, XAxis};
use crate::ui::empty::before_training;
use crate::ui::format;
use crate::ui::icons::{Icon, icon_button};
use crate::ui::pane::{Pane, PaneContext, Request};
use crate::ui::plot::{CurveId, DRAWN, Dash, RunCurve, RunPlot, Viewport, axis_ui, fit_button, number_text};
use crate::ui::theme::space;
use eframe::egui::{Align, Label, Layout, Popup, PopupAnchor, Rect, Slider, TextStyle, Tooltip, Ui, vec2};
use readout::{BoundTerm, ELBO, IWAE, KL, RECONSTRUCTION, WEIGHTED_KL, csv, hover_table, tile_details};
use serde::{Deserialize, Serialize};

/// Widths of a tile: for "−1234.5 ± 12.3" and for "−1234.5".
const TILE_WIDTHS: [f32; 2] = [132.0, 92.0];
/// Below this height of the pane, in points, the plot comes first: one row of tiles, one of controls.
const COMPACT: f32 = 260.0;
/// Width of a tile, in points, where a compact pane is too narrow for three in a row: without the error of the ELBO,
/// which its tooltip has.
const TILE_COMPACT: f32 = 80.0;
/// Below this height the two plots become one.
const HEIGHT_OF_TWO: f32 = 180.0;
/// From this height on each term has a plot of its own beside other runs.
const HEIGHT_OF_THREE: f32 = 300.0;
/// The KL plot's share of the height.
const KL_SHARE: f32 = 0.36;
/// Largest number of reports that smoothing covers.
const SMOOTHING_MAX: f32 = 1_000.0;

/// The pane with the plot of the bound.
#[derive(Serialize, Deserialize)]
#[serde(default)]
pub struct BoundPane {
    axis: XAxis,
    /// Number of reports that the curves are averaged over; 1 does not smooth.
    smoothing: f32,
    show_elbo: bool,
    show_iwae: bool,
    show_reconstruction: bool,
    show_kl: bool,
    show_weighted_kl: bool,
    show_training: bool,
    show_validation: bool,
    #[serde(skip)]
    view: Viewport,
    #[serde(skip)]
    smoothed: Smoothing,
    #[serde(skip)]
    others: Overlay,
    /// The compared runs' values at the pointer.
    #[serde(skip)]
    others_at_pointer: Overlay,
}

impl Default for BoundPane {
    fn default() -> Self {
        Self {
            axis: XAxis::Step,
            smoothing: 1.0,
            show_elbo: true,
            show_iwae: true,
            show_reconstruction: true,
            show_kl: true,
            show_weighted_kl: true,
            show_training: true,
            show_validation: true,
            view: Viewport::default(),
            smoothed: Smoothing::default(),
            others: Overlay::default(),
            others_at_pointer: Overlay::default(),
        }
    }
}

impl Pane for BoundPane {
    fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        context.theme.pane_frame().show(ui, |ui| {
            let Some(newest) = context.curves.newest() else {
                let hint = "Press Train (Space) to see the ELBO and its terms, in nats per image.";
                before_training(ui, context, "The bound, as it is learnt", hint);
                return;
            };
            let pane = ui.max_rect();
            let compact = pane.height() < COMPACT;
            let looked_at = context.curves.looked_at().and_then(|mark| context.curves.report_at(mark.step));
            self.tiles_ui(ui, context, looked_at.as_ref().unwrap_or(newest), compact);
            self.bar_ui(ui, context, pane, compact);
            self.plots_ui(ui, context);
        });
    }
}

impl BoundPane {
    fn shown(&mut self, term: BoundTerm) -> &mut bool {
        match term.quantity {
            Quantity::Reconstruction => &mut self.show_reconstruction,
            Quantity::Kl => &mut self.show_kl,
            Quantity::WeightedKl => &mut self.show_weighted_kl,
            Quantity::Iwae => &mut self.show_iwae,
            _ => &mut self.show_elbo,
        }
    }

    /// The terms to show. The importance-weighted bound is left out while K = 1, where it is the ELBO, and β·KL while β
    /// = 1.
    fn terms(curves: &Curves, beta: f64) -> Vec<BoundTerm> {
        let latest = curves.track(ReportSource::Training).latest();
        let weighted = beta != 1.0 || latest.is_some_and(|report| report.beta != 1.0);
        let several = curves.newest().is_some_and(|report| report.samples > 1);
        let all = [(ELBO, true), (IWAE, several), (RECONSTRUCTION, true), (KL, true), (WEIGHTED_KL, weighted)];
        all.into_iter().filter_map(|(term, there)| there.then_some(term)).collect()
    }

    fn tiles_ui(&mut self, ui: &mut Ui, context: &PaneContext<'_>, newest: &Report, compact: bool) {
        let three = TILE_WIDTHS[0] + 2.0 * (TILE_WIDTHS[1] + space::L);
        let narrow = compact && ui.available_width() < three;
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(space::L, space::XS);
            for term in Self::terms(context.curves, newest.beta) {
                let shown = self.shown(term);
                let error = match term.quantity {
                    Quantity::Elbo if newest.elbo_se.is_finite() && !narrow => {
                        format!("± {}", format::fixed(newest.elbo_se, 1))
                    }
                    _ => String::new(),
                };
                let full = TILE_WIDTHS[usize::from(term.quantity != Quantity::Elbo)];
                let width = if narrow { TILE_COMPACT } else { full };
                let value = format::fixed(term.of(newest), 1);
                let name = match term.quantity {
                    Quantity::Iwae => format!("{} (K = {})", term.name, newest.samples),
                    Quantity::WeightedKl => {
                        format!("β·KL (β = {})", format::scientific(newest.beta))
                    }
                    _ => term.name.to_owned(),
                };
                let colour = term.colour(context.theme);
                let response = controls::value_ui(ui, &name, &value, &error, colour, *shown, width);
                if response.clicked() {
                    *shown = !*shown;
                }
                let hidden = !*shown;
                response.on_hover_ui(|ui| tile_details(ui, context.status, term, newest, hidden));
            }
        });
        let step = format::count(newest.step);
        let (text, meaning) = match context.curves.looked_at() {
            None => {
                let (what, meaning) = measured_on(context);
                (format!("{}, {what}, step {step}", context.status.noun.nats()), meaning)
            }
            Some(mark) => {
                let at = format::count(mark.step);
                let nearest = if mark.step == newest.step { String::new() } else { format!(", nearest to step {at}") };
                let meaning = "Of the report that is nearest to the kept state that is looked at.";
                (format!("{}, the report of step {step}{nearest}", context.status.noun.nats()), meaning.into())
            }
        };
        let caption = Label::new(context.theme.muted(text));
        ui.add(if compact { caption.truncate() } else { caption.wrap() }).on_hover_text(meaning);
        ui.add_space(space::S);
    }

    fn bar_ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>, pane: Rect, compact: bool) {
        let buttons = 3.0 * (space::ROW + space::XS);
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(space::S, space::XS);
            ui.set_row_height(space::ROW);
            axis_ui(ui, &mut self.axis);
            if !compact {
                self.curves_ui(ui, context, buttons);
            }
            controls::make_room(ui, buttons - space::XS);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = space::XS;
                let button = icon_button(ui, Icon::Export, "Export", true);
                Popup::menu(&button).show(|ui| export_ui(ui, context, pane));
                context.compare_button(ui);
                fit_button(ui, &mut self.view);
            });
        });
        ui.add_space(space::S);
    }

    /// Which curves are drawn and how smooth, in the row of the controls, which leaves room for `buttons`.
    fn curves_ui(&mut self, ui: &mut Ui, context: &PaneContext<'_>, buttons: f32) {
        let theme = context.theme;
        let Self { smoothing, show_training, show_validation, .. } = self;
        let meaning = "Averages over the training batches since the last report (faint).";
        let faint = theme.faint(theme.elbo);
        let on_training = context.status.validates_on_training;
        let noun = context.status.noun;
        let many = noun.many();
        let name = if on_training { "Training batches" } else { "Training" };
        controls::legend_toggle(ui, show_training, name, faint, 1.5, meaning);
        let (name, meaning) = match on_training {
            true => (
                format!("Training {many}"),
                format!(
                    "The β = 1 bound on the training {many}, always the same: none were held out. Dots are all of them."
                ),
            ),
            false => (
                "Validation".into(),
                format!(
                    "The β = 1 bound on {many} held out of training. Dots are all of them, measured at the end of an \
                     epoch; the line between is measured on a part of them, and moved by how far that part was off \
                     there."
                ),
            ),
        };
        controls::legend_toggle(ui, show_validation, &name, theme.elbo, 2.0, &meaning);
        let reach = smoothing.round();
        let meaning = format!("Average each curve over about {reach} reports, older ones weighing less.");
        let slider = Slider::new(smoothing, 1.0..=SMOOTHING_MAX).logarithmic(true);
        // A shorter slider rather than a second row for the buttons.
        let caption = controls::text_width(ui, "Smoothing", TextStyle::Small) + 2.0 * space::S;
        let length = (ui.available_size_before_wrap().x - caption - buttons).clamp(28.0, 72.0);
        controls::slider(ui, "Smoothing", &meaning, length, slider);
    }

    fn plots_ui(&mut self, ui: &mut Ui, context: &PaneContext<'_>) {
        let curves = context.curves;
        self.view.begin_beside(curves, context.runs.shown().map(|run| &run.curves), self.axis);
        let terms = Self::terms(curves, context.status.beta);
        let (above, below): (Vec<BoundTerm>, Vec<BoundTerm>) = terms
            .iter()
            .filter(|t| *self.shown(**t))
            .partition(|t| !matches!(t.quantity, Quantity::Kl | Quantity::WeightedKl));
        let height = ui.available_height().max(80.0);
        let two = height >= HEIGHT_OF_TWO && !above.is_empty() && !below.is_empty();
        let of_reconstruction = |term: &BoundTerm| term.quantity == Quantity::Reconstruction;
        let bounds = above.iter().any(|term| !of_reconstruction(term));
        // Beside other runs each term has a plot of its own, since a plot has one curve of each.
        let three = two && height >= HEIGHT_OF_THREE && !context.runs.groups().is_empty() && bounds;
        let groups: Vec<(&str, Vec<BoundTerm>, f32)> = if three && above.iter().any(of_reconstruction) {
            let (reconstruction, bound) = above.into_iter().partition(of_reconstruction);
            let lower = (height / 3.0).round();
            vec![("ELBO", bound, height - 2.0 * lower), ("E[log p(x|z)]", reconstruction, lower), ("KL", below, lower)]
        } else if two {
            let lower = (KL_SHARE * height).round();
            vec![("ELBO and E[log p(x|z)]", above, height - lower), ("KL", below, lower)]
        } else {
            vec![("Bound", above.into_iter().chain(below).collect(), height)]
        };
        let last = groups.len() - 1;
        let mut hovering = false;
        ui.spacing_mut().item_spacing.y = 0.0;
        for (i, (title, terms, height)) in groups.iter().enumerate() {
            hovering |= self.plot_ui(ui, context, title, terms, *height, i == 0, i == last);
        }
        self.view.end();
        // A menu is not written over.
        hovering &= !Popup::is_any_open(ui.ctx());
        if let (true, Some(x)) = (hovering, self.view.hovered()) {
            let layer = ui.layer_id();
            let tip =
                Tooltip::always_open(ui.ctx().clone(), layer, ui.scope_id().with("readout"), PopupAnchor::Pointer);
            let sources: Vec<ReportSource> = DRAWN.into_iter().filter(|&s| self.is_shown(s)).collect();
            let held_out = self.show_validation;
            tip.gap(16.0).show(|ui| {
                let on_training = context.status.validates_on_training;
                hover_table(ui, curves, self.axis, x, &terms, &sources, on_training);
                let text = |value: f64| format::fixed(value, 2);
                let column = |term: &BoundTerm| Column {
                    name: term.name,
                    series: Series::Reports(term.quantity, held_out),
                    text: &text,
                };
                let columns: Vec<Column<'_>> = terms.iter().map(column).collect();
                hover_rows(ui, context.runs, &mut self.others_at_pointer, self.axis, x, &columns);
            });
        }
    }

    fn is_shown(&self, source: ReportSource) -> bool {
        match source {
            ReportSource::Training => self.show_training,
            ReportSource::Validation | ReportSource::WholeValidation => self.show_validation,
        }
    }

    /// Draw a plot; returns whether the pointer is over it.
    #[expect(clippy::too_many_arguments, reason = "a plot's place among its neighbours")]
    fn plot_ui(
        &mut self,
        ui: &mut Ui,
        context: &PaneContext<'_>,
        title: &str,
        terms: &[BoundTerm],
        height: f32,
        first: bool,
        last: bool,
    ) -> bool {
        let (theme, curves) = (context.theme, context.curves);
        let smoothing = self.smoothing.round();
        for term in terms {
            for source in DRAWN {
                self.smoothed.update(curves, source, term.quantity, smoothing);
            }
        }
        // Of each other run one curve a plot: the first of its terms.
        let series = terms.first().map(|term| Series::Reports(term.quantity, self.show_validation));
        let Drawing { mut lines, bands } = match series {
            Some(series) => {
                self.others.update(context.runs, series, self.axis, smoothing);
                self.others.drawing(context.runs, series, theme)
            }
            None => Drawing::default(),
        };
        // Validation is drawn over training, and dots over lines.
        for source in DRAWN.into_iter().filter(|&s| self.is_shown(s)) {
            // The ELBO over the importance-weighted bound, which begins where it leaves it.
            let iwae = |term: &&BoundTerm| term.quantity == Quantity::Iwae;
            for term in terms.iter().filter(iwae).chain(terms.iter().filter(|term| !iwae(term))) {
                let track = curves.track(source);
                let colour = term.colour(theme);
                let whole = source == ReportSource::WholeValidation;
                let (colour, width) = match source {
                    ReportSource::Training => (theme.faint(colour), 1.2),
                    // Where the fixed subset has its own line, the whole set is dots on thin air.
                    ReportSource::WholeValidation if !curves.track(ReportSource::Validation).is_empty() => {
                        (colour, 0.0)
                    }
                    _ => (colour, 2.0),
                };
                let y = self.smoothed.curve(curves, source, term.quantity);
                let id = Some(CurveId { run: curves.run(), source, quantity: term.quantity, smoothing });
                lines.push(RunCurve { id, track, y, colour, width, dots: whole, dash: Dash::Solid, of: "" });
            }
        }
        let legend = if first { legend_keys(theme, context.runs) } else { Vec::new() };
        let plot = RunPlot {
            id: title,
            title,
            unit: "nats",
            height,
            width: None,
            log: false,
            from_zero: title == "KL",
            x_labels: last,
            mark_labels: first,
            on_training: context.status.validates_on_training,
            legend: &legend,
            y_label: &number_text,
        };
        plot.show_over(ui, &mut self.view, curves, &lines, &bands).0.hovered()
    }
}

/// The images on which the newest numbers were measured, in short and at length.
fn measured_on(context: &PaneContext<'_>) -> (String, String) {
    let (kind, many) = (context.status.validation(), context.status.noun.many());
    let all = match context.status.validation_images {
        0 => format!("all {kind} {many}"),
        count => format!("all {} {kind} {many}", format::count(count as u64)),
    };
    match context.curves.measured() {
        Measured::Batches => {
            ("training batches".into(), "Averages over the training batches since the last report.".into())
        }
        Measured::Part => (
            format!("a fixed part of the {kind} {many}"),
            format!(
                "Always the same {many}, chosen to stand for all. From the end of the first epoch on, where all are \
                 measured, these numbers are corrected by how far the part is off."
            ),
        ),
        Measured::Whole => (all, format!("± is the standard error over these {many}.")),
        Measured::Estimated { since } => (
            format!("{all} (from a part of them, corrected at step {})", format::count(since)),
            format!(
                "Between two epochs a fixed part of the {many} is measured. At the end of an epoch the part and the \
                 whole are, with the same model: their difference is added since, so that the curve meets the whole \
                 there. ± is the standard error over the whole."
            ),
        ),
    }
}

fn export_ui(ui: &mut Ui, context: &mut PaneContext<'_>, pane: Rect) {
    if ui.button("Values as CSV…").on_hover_text("Every report of this run as a table.").clicked() {
        let csv = csv(context.curves);
        context.requests.push(Request::ExportTable { suggested_name: "bound.csv".into(), csv });
        ui.close();
    }
    if ui.button("Picture as PNG…").on_hover_text("This plot as it is on the screen.").clicked() {
        context.requests.push(Request::ExportScreenshot { suggested_name: "bound.png".into(), rect: pane });
        ui.close();
    }
}
