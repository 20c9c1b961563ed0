//! One run that is compared with the present one.

use crate::experiment::Experiment;
use crate::train::NewReports;
use crate::ui::curves::Curves;
use crate::ui::setting::Setting;
use crossbeam_channel::Receiver;
use std::path::PathBuf;
use std::sync::Arc;

/// A run that is compared with the present one.
#[derive(Clone, Debug)]
pub struct Compared {
    pub name: String,
    /// The fields of its experiment that differ from the present run, with their values.
    pub differences: String,
    pub curves: Curves,
    pub shown: bool,
    /// The window has kept it by itself, when another took its place.
    pub passing: bool,
    /// The number of its look, a colour and a kind of line, as long as it stands alone.
    pub look: usize,
    /// Where it is read from again when the window opens the next time, if anywhere.
    pub folder: Option<PathBuf>,
    pub experiment: Option<Arc<Experiment>>,
    /// The experiment without its seed.
    pub setting: Option<Setting>,
    /// The new reports of a run, as long as another process trains it.
    pub growing: Option<Receiver<NewReports>>,
}
