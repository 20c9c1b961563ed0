//! How a compared run is drawn: its colour and its kind of line.

use crate::ui::plot::{Dash, LegendKey};
use crate::ui::runs::{Group, Runs};
use crate::ui::theme::Theme;
use eframe::egui::Color32;

/// The colour and the kind of line of a compared run, or of those of one setting.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    pub colour: Color32,
    pub dash: Dash,
}

impl Look {
    /// The look of a number: colours come first, and with each further round of them another kind of line.
    pub fn of(theme: &Theme, number: usize) -> Self {
        let colours = theme.runs.len();
        Self { colour: theme.run((number % colours) as u8), dash: Dash::of(number, colours) }
    }

    /// The tint of the band around a mean.
    pub fn tint(self) -> Color32 {
        self.colour.gamma_multiply(0.18)
    }
}

/// The legend of the compared runs.
pub fn legend_keys(theme: &Theme, runs: &Runs) -> Vec<LegendKey> {
    runs.groups().iter().map(|group| legend_key(theme, group)).collect()
}

/// The line of the legend of a run, or of the runs of one setting.
pub fn legend_key(theme: &Theme, group: &Group) -> LegendKey {
    let Look { colour, dash } = Look::of(theme, group.look);
    LegendKey { name: group.name.clone(), colour, dash }
}
