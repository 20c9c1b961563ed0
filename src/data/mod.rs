//! Images on the host: sources, splits, binarisation, seeded batches.

mod dataset;
mod error;
mod images;
mod split;

pub use crate::experiment::ImageShape;
pub use dataset::Dataset;
pub use error::DataError;
pub use images::Images;
pub use split::Split;
