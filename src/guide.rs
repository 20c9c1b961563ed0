//! The guide: one page for each subject, read in the repository (`assets/guide`) and in the window's help. This module
//! has the pages as text; the window draws them.

mod glossary;

pub use glossary::{Term, term_named, terms};

/// A page of the guide.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// The page's title in lists, which is also the page's heading.
    pub title: &'static str,
    /// The page's file name in `assets/guide`, for example `ledger.md`. Links between pages use it.
    pub file: &'static str,
    /// The page's text: CommonMark with tables.
    pub text: &'static str,
}

macro_rules! pages {
    ($($title:literal: $file:literal,)*) => {
        &[$(Page { title: $title, file: $file, text: include_str!(concat!("../assets/guide/", $file)) },)*]
    };
}

/// The pages of the tour, in their order: variational inference from its beginning, each page with a live picture and
/// one thing to do.
pub const TOUR: &[Page] = pages! {
    "A latent-variable model": "tour/01-model.md",
    "log p(x) is an integral": "tour/02-integral.md",
    "The identity": "tour/03-identity.md",
    "The two terms": "tour/04-terms.md",
    "Monte Carlo": "tour/05-monte-carlo.md",
    "The gradient": "tour/06-gradient.md",
    "The algorithm": "tour/07-algorithm.md",
    "Two things at once": "tour/08-two-things.md",
    "After we have learned": "tour/09-after.md",
    "What can go wrong": "tour/10-wrong.md",
};

/// Every page of the guide, in the order to read them.
pub const PAGES: &[Page] = pages! {
    "Start here": "start.md",
    "The window": "window.md",
    "Comparing runs, and the queue": "comparing.md",
    "The ledger": "ledger.md",
    "Measuring log p(x)": "evidence.md",
    "The posterior microscope": "microscope.md",
    "The gradient lab": "gradients.md",
    "Experiments and presets": "experiments.md",
    "Likelihoods, posteriors, priors": "models.md",
    "Objectives": "objectives.md",
    "Where others differ": "differences.md",
    "Data": "data.md",
    "Tables and missing values": "tables.md",
    "The command line": "command-line.md",
    "Take results away": "take-away.md",
    "Studies": "studies.md",
    "Outgrow one machine": "clusters.md",
    "The library of runs": "runs.md",
    "Run folders": "run-folder.md",
    "The history of a run": "history.md",
    "What Elbow promises": "promises.md",
    "Devices and determinism": "devices.md",
    "Speed": "speed.md",
    "Elbow as a library": "library.md",
    "Extending Elbow": "extending.md",
    "Glossary": "glossary.md",
    "Sources": "sources.md",
};

/// The index in [`PAGES`] of the page that a link target such as `ledger.md` names; `None` for a link that leads
/// out of the guide.
pub fn page_of_link(target: &str) -> Option<usize> {
    PAGES.iter().position(|page| page.file == target)
}
