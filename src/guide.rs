//! The guide: one page a subject, the same text in the repository (`assets/guide`) and in the window's help. The
//! library knows the pages as text; how they are drawn is the window's affair.

/// A page of the guide.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Its name in lists, which is also its heading.
    pub title: &'static str,
    /// Its file in `assets/guide`: `ledger.md`. Links from page to page use it.
    pub file: &'static str,
    /// CommonMark with tables.
    pub text: &'static str,
}

macro_rules! pages {
    ($($title:literal: $file:literal,)*) => {
        /// Every page, in the order to read them.
        pub const PAGES: &[Page] = &[
            $(Page { title: $title, file: $file, text: include_str!(concat!("../assets/guide/", $file)) },)*
        ];
    };
}

pages! {
    "Start here": "start.md",
    "The window": "window.md",
    "The ledger": "ledger.md",
    "Measuring log p(x)": "evidence.md",
    "The posterior microscope": "microscope.md",
    "The gradient lab": "gradients.md",
    "Experiments and presets": "experiments.md",
    "Likelihoods, posteriors, priors": "models.md",
    "Objectives": "objectives.md",
    "Where others differ": "differences.md",
    "Data": "data.md",
    "The command line": "command-line.md",
    "Run folders": "run-folder.md",
    "Devices and determinism": "devices.md",
    "Speed": "speed.md",
    "Elbow as a library": "library.md",
    "Extending Elbow": "extending.md",
}

/// The place in [`PAGES`] of the page that a link leads to, if it leads to one.
pub fn page_of_link(target: &str) -> Option<usize> {
    PAGES.iter().position(|page| page.file == target)
}
