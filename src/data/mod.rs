//! Images on the host: sources, splits, binarisation, seeded batches.

mod batches;
mod binarise;
mod bytes;
mod dataset;
mod error;
mod fingerprint;
mod folder;
mod gzip;
mod idx;
mod images;
mod jpeg;
mod listing;
mod mnist;
mod picture;
mod shapes;
mod source;
mod split;

pub use crate::experiment::ImageShape;
pub use batches::{Batch, Batches, Position};
pub use dataset::Dataset;
use error::looked_in;
pub use error::{Cancelled, DataError};
pub use fingerprint::Fingerprint;
pub use idx::{IdxContent, idx_content};
pub use images::Images;
pub use picture::read_picture;
pub use shapes::{Factors, Shape};
pub use split::Split;
