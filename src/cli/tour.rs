//! The command `elbow tour`: the tour in the window, or a page of it as text.

use super::{output, window};
use crate::guide::TOUR;
use crate::worker::Failure;
use clap::Args;

/// The arguments of `elbow tour`.
#[derive(Args)]
pub struct TourArgs {
    /// The page, 1 to 10.
    #[arg(value_parser = clap::value_parser!(u64).range(1..=TOUR.len() as u64), default_value_t = 1)]
    page: u64,
    /// Print the page as text (CommonMark with formulas in LaTeX) and open no window.
    #[arg(long)]
    text: bool,
}

pub fn run(args: TourArgs) -> Result<(), Failure> {
    let page = args.page as usize;
    if !args.text {
        return window::show(None, Vec::new(), Some(page));
    }
    output::print(TOUR[page - 1].text)
}
