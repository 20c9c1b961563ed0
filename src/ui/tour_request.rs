//! Requests of the tour, and of the pane that shows one step: models to load, panes to look at.

/// A request of the tour to the app.
#[derive(Clone, Debug, PartialEq)]
pub enum TourAsks {
    /// Put a preset into the form, and prepare a run of it, paused before its first step.
    Load(&'static str),
    /// Put a preset into the form, and bring a pane into sight that shows what the preset is about.
    Look(&'static str, TourPlace),
    /// Bring a pane into sight.
    Show(TourPlace),
    /// Open a page of the tour, counted from 1.
    Page(usize),
    /// Open a page of the guide, by its file name.
    Guide(String),
    /// Set the number of images per step, of the form and of the run.
    Batch(usize),
}

/// A pane that the tour leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TourPlace {
    OneStep,
    Ledger,
    LatentSpace,
    Density,
    KlPerDimension,
    Microscope,
    GradientLab,
    /// The form's data and likelihood.
    Experiment,
}
