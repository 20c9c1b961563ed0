//! The pane about Elbow: version, identity, licences.

use super::Page;
use crate::ui::pane::PaneContext;
use crate::ui::theme::space;
use eframe::egui::{self, Label, RichText, Ui};
use serde::{Deserialize, Serialize};

/// The identity that the program is about.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AboutPane {}

impl Page for AboutPane {
    fn content(&self, ui: &mut Ui, context: &PaneContext<'_>) {
        let theme = context.theme;
        ui.label(theme.strong(concat!("Elbow ", env!("CARGO_PKG_VERSION"), ", the ELBO workbench")));
        let what = "Describe a variational autoencoder, train it, and watch every term of";
        ui.add(Label::new(what).wrap());
        egui::Frame::new().fill(theme.canvas).corner_radius(8).inner_margin(space::L).show(ui, |ui| {
            ui.vertical_centered(|ui| {
                let line = |text: &str| RichText::new(text).size(15.0);
                ui.label(line("log p(x) − KL[q(z|x) ‖ p(z|x)]").color(theme.text_strong));
                ui.label(line("=  ELBO  =").color(theme.elbo));
                ui.label(line("E_q[log p(x|z)] − KL[q(z|x) ‖ p(z)]").color(theme.text_strong));
            });
        });
        let why = "The left side says why the bound is one: a KL is never negative. The right side is what can be \
                   computed.";
        ui.add(Label::new(why).wrap());
        let licence = "MIT or Apache-2.0. MNIST: CC BY-SA 3.0, Yann LeCun and Corinna Cortes.";
        ui.add(Label::new(theme.muted(licence)).wrap());
    }
}
