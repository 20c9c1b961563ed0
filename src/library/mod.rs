//! The library of runs: every run folder below the library's own folder and the folders that were added to it, read
//! without opening a tensor, kept up to date while others write, filtered, sorted, and set aside when it is deleted.
//!
//! ```text
//! library.ron                       which folders belong to it, how large it may grow
//! runs/00001795928640-12-name/      a run that a window kept
//! .trash/…                          runs that were deleted, until the trash is emptied
//! ```
//!
//! [`RunSummary`] is what a table shows of a run. [`Library`] reads them on a thread, and again only what has changed.
//! [`Filter`] and [`View`] choose and order rows for the window and for `elbow runs` alike.

mod column;
mod fields;
mod filter;
#[cfg(test)]
mod measure;
mod metrics;
mod notes;
mod places;
mod reader;
#[cfg(test)]
pub mod samples;
mod settings;
mod shelf;
mod small_file;
mod state;
mod summary;
mod table;
mod thread;
mod trash;
mod view;

pub use column::{Column, Value, date};
pub use fields::Fields;
pub use filter::{Expression, Filter, FilterError, column_of};
pub use metrics::Bound;
pub use notes::Notes;
pub use places::holds_runs;
pub use settings::Settings;
pub use shelf::Library;
pub use state::RunState;
pub use summary::RunSummary;
pub use table::{csv, json, markdown, short_names, text};
pub use thread::{Notify, Scan};
pub use trash::Trashed;
pub use view::{Sort, View};
