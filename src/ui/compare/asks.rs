//! Requests of the list of runs to compare with.

use crate::ui::curves::Spread;

/// A request of the list of runs to compare with.
#[derive(Clone, Debug, PartialEq)]
pub enum ChosenAsks {
    /// Show or hide a compared run.
    Show(usize, bool),
    /// Take a compared run off the list.
    Forget(usize),
    /// Keep this run's curves for comparison.
    KeepThis,
    /// Ask the user for a run folder.
    Open,
    /// Choose the band around a mean over seeds.
    Spread(Spread),
    /// Show the table of the fields in which two experiments differ; one is that of the run at this place in the list.
    Differences(usize),
    /// Show pictures of the chosen runs.
    SideBySide,
}
