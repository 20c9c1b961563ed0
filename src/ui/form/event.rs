//! Requests of the form to the window.

use crate::experiment::study::FieldValue;

/// A field that is to be varied.
#[derive(Clone, Debug, PartialEq)]
pub struct VaryAsk {
    /// The field's path.
    pub path: String,
    /// The field's label in the form.
    pub label: String,
    /// The alternatives of a field that is a list: as the file writes each, and its name.
    pub alternatives: Vec<(FieldValue, String)>,
}

/// A request of the panel, beside the edits that it makes itself.
#[derive(Clone, Debug, PartialEq)]
pub enum FormEvent {
    /// Choose a bundled experiment.
    Presets,
    /// Train what the form says from the start.
    Restart,
    /// Choose the file or folder of this field.
    Browse(String),
    /// Look at the data that the form names.
    Look,
    /// Vary a field, or change how it varies.
    Vary(VaryAsk),
    /// Vary the field of this path no longer.
    VaryNoLonger(String),
    /// Vary no field at all.
    VaryNothing,
    /// Name, run or save the study that the form stands for.
    Study,
}
