//! The chosen runs beside the present one, in every plot of runs: their curves, their legend, their values at the
//! pointer, and the list in which they are chosen.

mod asks;
mod chosen;
mod hover;
mod look;
mod overlay;
mod row_menu;

pub use asks::ChosenAsks;
pub use chosen::runs_button;
pub use hover::{Column, hover_rows};
pub use look::{Look, legend_keys};
pub use overlay::{Drawing, Overlay};
