//! Requests of the form to the window.

/// A request of the panel, beside the edits that it makes itself.
#[derive(Clone, Debug, PartialEq)]
pub enum FormEvent {
    /// Choose a bundled experiment.
    Presets,
    /// Train what the form says from the start.
    Restart,
    /// Choose the file or folder of this field.
    Browse(String),
}
