//! Images on the host: sources, splits, binarisation, seeded batches.

mod batches;
mod binarise;
mod bytes;
mod dataset;
mod error;
mod idx;
mod images;
mod mnist;
mod split;

pub use crate::experiment::ImageShape;
pub use batches::{Batch, Batches, Position};
pub use bytes::MAX_BYTES;
pub use dataset::Dataset;
pub use error::DataError;
pub use images::Images;
pub use split::Split;
