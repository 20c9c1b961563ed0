//! Studies in the window: fields of the form that are varied, and the folders of studies that are run or followed.

mod axes;
mod counted;
mod follow;
mod list;
mod queue;
mod runner;
mod values;
mod varied;

pub use axes::{described, field_of};
pub use counted::{Count, Counted};
pub use follow::Seen;
pub use list::{OpenStudy, Start, Studies, StudyAsks, Told};
pub use queue::word;
pub use values::{read_values, written_values};
pub use varied::Varied;
