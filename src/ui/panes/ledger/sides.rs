//! The two sides of the identity, each with the ELBO at its foot: log p(x) less KL[q ‖ p(z|x)], and E_q[log p(x|z)]
//! less KL[q ‖ p(z)]. Side by side on one scale, since over each other one band would hide the other.

use crate::ui::compare::{Drawing, Overlay};
use crate::ui::curves::{LedgerQuantity, Series};
use crate::ui::pane::PaneContext;
use crate::ui::plot::{Band, Dash, RunCurve, RunPlot, Viewport, number_text};
use eframe::egui::Ui;

/// A side of the identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// log p(x) − KL[q(z|x) ‖ p(z|x)].
    Evidence,
    /// E_q[log p(x|z)] − KL[q(z|x) ‖ p(z)].
    Terms,
}

impl Side {
    /// The side's title, for screen readers and in the chart's corner.
    fn title(self) -> &'static str {
        match self {
            Self::Evidence => "log p(x) − KL[q‖p(z|x)]",
            Self::Terms => "E[log p(x|z)] − KL[q‖p(z)]",
        }
    }

    /// Draw the side; returns whether the pointer is over it.
    pub fn show(
        self,
        ui: &mut Ui,
        context: &PaneContext<'_>,
        view: &mut Viewport,
        others: &mut Overlay,
        height: f32,
        x_labels: bool,
    ) -> bool {
        use LedgerQuantity::{Elbo, LogPx, Reconstruction, Sum};
        let (theme, curves) = (context.theme, context.curves);
        let ledger = curves.ledger();
        let track = ledger.track();
        let (high, colour) = match self {
            Self::Evidence => (ledger.y(Sum), theme.gap),
            Self::Terms => (ledger.y(Reconstruction), theme.kl),
        };
        let band = Band { track, low: ledger.y(Elbo), high, colour: theme.pane.lerp_to_gamma(colour, 0.3) };
        let line = |quantity, colour, width: f32| RunCurve {
            id: None,
            track,
            y: ledger.y(quantity),
            colour,
            width,
            dots: width > 0.0 && track.len() < 40,
            dash: Dash::Solid,
            of: "",
        };
        let elbo = line(Elbo, theme.elbo, 2.0);
        // The level of the other side is not drawn, but both sides are of one scale.
        let own = match self {
            Self::Evidence => [line(Reconstruction, theme.reconstruction, 0.0), line(LogPx, theme.evidence, 2.5), elbo],
            Self::Terms => [line(LogPx, theme.evidence, 0.0), line(Reconstruction, theme.reconstruction, 2.0), elbo],
        };
        // Of each other run what stands at the top of this side.
        let series = Series::Ledger(if self == Self::Evidence { LogPx } else { Reconstruction });
        others.update(context.runs, series, view.axis(), 1.0);
        let Drawing { mut lines, mut bands } = others.drawing(context.runs, series, theme);
        lines.extend(own);
        bands.push(band);
        let legend = if self == Self::Evidence { others.legend(theme, context.runs, series) } else { Vec::new() };
        let plot = RunPlot {
            id: self.title(),
            title: self.title(),
            unit: "nats",
            height,
            width: None,
            log: false,
            from_zero: false,
            x_labels,
            legend: &legend,
            mark_labels: self == Self::Evidence,
            on_training: context.status.validates_on_training,
            y_label: &number_text,
        };
        plot.show_over(ui, view, curves, &lines, &bands).0.hovered()
    }
}
