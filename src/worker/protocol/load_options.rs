//! How a run folder is read: what a command asks for, and what an event gives back to ask again with.

use crate::experiment::DeviceChoice;
use crate::train::At;

/// How a run folder is read.
#[derive(Clone, Debug, Default)]
pub struct LoadOptions {
    /// The device, where it is another than the experiment says.
    pub device: Option<DeviceChoice>,
    /// Go on where the data are not those that the run was trained on, if their images have the same shape.
    pub other_data: bool,
    /// Look at these images in place of the run's own, undivided; named as
    /// [`source_named`](crate::data::source_named) reads it.
    pub data: Option<String>,
    /// The state to look at; by default the last, or the best where the run has converged.
    pub at: Option<At>,
}
