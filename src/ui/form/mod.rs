//! The experiment as a form.

mod choice;
mod data;
mod event;
mod fields;
mod go_to;
mod knobs;
mod latent;
mod layers;
mod marks;
mod objective;
mod panel;
mod preview;
mod relation;
mod section;
mod study_line;
#[cfg(test)]
mod tests;
mod training;
mod vary;

pub use event::{FormEvent, VaryAsk};
pub use fields::format_real;
pub use go_to::{FIELDS, GoTo};
pub use layers::activation_name;
pub use marks::Marks;
pub use panel::{Facts, experiment_ui};
pub use preview::Preview;
pub use relation::{Built, errors_text};
