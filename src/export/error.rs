//! The errors of exporting.

use crate::files::WriteError;
use std::path::PathBuf;

/// The error of an export that could not be made, or of an exported file that could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Nothing to draw: no images, or images without pixels.
    #[error("there are no images to lay out")]
    Empty,
    /// Images with neither 1 nor 3 channels; holds their number.
    #[error("cannot draw images of {0} channels: only grey (1) and RGB (3) can be exported")]
    Channels(usize),
    /// A stack of images whose number of pixels does not fit its shape.
    #[error("the image stack holds {found} numbers, which is not what its shape says")]
    Shape {
        /// Number of pixel values in the stack.
        found: usize,
    },
    /// A grid without columns.
    #[error("a grid needs at least 1 column; set `columns` to 1 or more")]
    NoColumns,
    /// A magnification by 0.
    #[error("a scale of 0 leaves nothing to see; set `scale` to 1 or more")]
    NoScale,
    /// A picture beyond the limits of [`grid`](super::grid).
    #[error(
        "the grid would be {width:.0} × {height:.0} pixels, above the limit of {side} a side and {millions} million in \
         all; use fewer images, a smaller scale or less padding"
    )]
    TooLarge {
        /// Width that the picture would have, in pixels.
        width: f64,
        /// Height that the picture would have, in pixels.
        height: f64,
        /// The longest permitted side, in pixels.
        side: usize,
        /// The largest permitted number of pixels, in millions.
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
        /// The system's error.
        source: std::io::Error,
    },
    /// The picture cannot be encoded as PNG.
    #[error("cannot write {}: {reason}", path.display())]
    Encode {
        /// The file that was to be written.
        path: PathBuf,
        /// The encoder's reason.
        reason: String,
    },
    /// A file that should be a PNG and is not.
    #[error("{} is not a readable PNG: {reason}", path.display())]
    NotPng {
        /// The file.
        path: PathBuf,
        /// The decoder's reason.
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
