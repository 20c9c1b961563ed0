//! What can go wrong on the way to a file.

use crate::files::WriteError;
use std::path::PathBuf;

/// An export that could not be made, or an exported file that could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Nothing to draw: no images, or images without pixels.
    #[error("there are no images to lay out")]
    Empty,
    /// Images of neither 1 nor 3 channels; holds their number.
    #[error("cannot draw images of {0} channels: only grey (1) and RGB (3) can be exported")]
    Channels(usize),
    /// A stack whose pixels are not as many as its shape says.
    #[error("the image stack holds {found} numbers, which is not what its shape says")]
    Shape {
        /// Numbers in the stack.
        found: usize,
    },
    /// A grid of 0 columns.
    #[error("a grid needs at least 1 column; set `columns` to 1 or more")]
    NoColumns,
    /// A magnification of 0.
    #[error("a scale of 0 leaves nothing to see; set `scale` to 1 or more")]
    NoScale,
    /// A picture beyond the limits of [`grid`](super::grid).
    #[error(
        "the grid would be {width:.0} × {height:.0} pixels, above the limit of {side} a side and {millions} million in all; \
         use fewer images, a smaller scale or less padding"
    )]
    TooLarge {
        /// Width that the picture would have, pixels.
        width: f64,
        /// Height that the picture would have, pixels.
        height: f64,
        /// The largest side, pixels.
        side: usize,
        /// The most pixels in all, millions.
        millions: usize,
    },
    /// A file that cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A file that cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The picture cannot be encoded as PNG.
    #[error("cannot write {}: {reason}", path.display())]
    Encode {
        /// The file that was to be written.
        path: PathBuf,
        /// What the encoder says.
        reason: String,
    },
    /// A file that should be a PNG and is none.
    #[error("{} is not a readable PNG: {reason}", path.display())]
    NotPng {
        /// The file.
        path: PathBuf,
        /// What the decoder says.
        reason: String,
    },
    /// A PNG without the text chunk that holds an experiment.
    #[error(
        "{} carries no experiment: it was not exported by Elbow, or an image editor has removed its metadata; \
         use the original file or the experiment's RON",
        path.display()
    )]
    NoExperiment {
        /// The file.
        path: PathBuf,
    },
}
