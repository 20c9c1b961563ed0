//! Images on the host: sources, splits, binarisation, seeded batches.

mod batches;
mod binarise;
mod bytes;
mod dataset;
mod error;
mod folder;
mod idx;
mod images;
mod mnist;
mod shapes;
mod source;
mod split;

pub use crate::experiment::ImageShape;
pub use batches::{Batch, Batches, Position};
pub use dataset::Dataset;
pub use error::DataError;
pub(crate) use folder::read_picture;
pub(crate) use idx::{IdxContent, idx_content};
pub use images::Images;
pub use shapes::{Factors, Shape};
pub use split::Split;
