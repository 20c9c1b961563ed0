//! What can go wrong on the way to a file.

use crate::files::WriteError;
use std::path::PathBuf;

/// An export that could not be made, or an exported file that could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("there are no images to lay out")]
    Empty,
    #[error("cannot draw images of {0} channels: only grey (1) and RGB (3) can be exported")]
    Channels(usize),
    #[error("the image stack holds {found} numbers, which is not what its shape says")]
    Shape { found: usize },
    #[error("a grid needs at least 1 column; set `columns` to 1 or more")]
    NoColumns,
    #[error("a scale of 0 leaves nothing to see; set `scale` to 1 or more")]
    NoScale,
    #[error(
        "the grid would be {width:.0} × {height:.0} pixels, above the limit of {side} a side and {millions} million in all; \
         use fewer images, a smaller scale or less padding"
    )]
    TooLarge { width: f64, height: f64, side: usize, millions: usize },
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error("cannot read {}: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("cannot write {}: {reason}", path.display())]
    Encode { path: PathBuf, reason: String },
    #[error("{} is not a readable PNG: {reason}", path.display())]
    NotPng { path: PathBuf, reason: String },
    #[error(
        "{} carries no experiment: it was not exported by Elbow, or an image editor has removed its metadata; \
         use the original file or the experiment's RON",
        path.display()
    )]
    NoExperiment { path: PathBuf },
}
