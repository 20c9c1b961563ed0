//! The list of sources of images.

use super::choice::{Choice, Named, OneOf, Switch, choices};
use crate::experiment::ImageShape;
use std::path::{Path, PathBuf};

const COUNT: usize = 20_000;
const SIDE: usize = 32;

/// A path that the user has yet to choose.
const NOWHERE: PathBuf = PathBuf::new();

choices! {
    /// A set of images.
    Source;

    Mnist:
        "MNIST",
        "60,000 + 10,000 handwritten digits, 28×28, built in.",
        "";

    Shapes {
        count: usize = COUNT in 10..=1_000_000, "Image count", "How many images to draw from the seed; a tenth as many \
         again for the test.", "the number of shapes must be";
        size: usize = SIDE in OneOf(&[32, 64]), "Side", "Width and height of the images in pixels.", "the side of a \
         shape's image in pixels must be";
    }:
        "shapes",
        "Squares, ellipses and hearts drawn from known factors: shape, scale, rotation, x, y.",
        "";

    Idx {
        images: PathBuf = NOWHERE in Named("an IDX file (gzip or not)"), "Training images", "The training \
         images: N × H × W, or N × H × W × C with 1 or 3 channels.";
        labels: Option<PathBuf> = None in Named("an IDX file (gzip or not)"), "Training labels", "The training \
         images' labels, if any.";
        test_images: Option<PathBuf> = None in Named("an IDX file (gzip or not)"), "Test images", "The test images; \
         without them a tenth of the training images is held out.";
        test_labels: Option<PathBuf> = None in Named("an IDX file (gzip or not)"), "Test labels", "The test images' \
         labels.";
    }:
        "IDX files",
        "Files in MNIST's format (MNIST, Fashion-MNIST, KMNIST, EMNIST…), gzipped or not.",
        "";

    Folder {
        path: PathBuf = NOWHERE in Named("a folder of PNG or JPEG images"), "Folder", "Its pictures and those \
         of its sub-folders, which are labels; sub-folders called train, validation and test are splits.";
        width: usize = 64 in 1..=ImageShape::SIDE_MAX, "Width", "Images are resized to this width in pixels.", "the \
         width in pixels must be";
        height: usize = 64 in 1..=ImageShape::SIDE_MAX, "Height", "Images are resized to this height in pixels.", "the \
         height in pixels must be";
        rgb: bool = false in Switch("RGB"), "Colour", "Three channels instead of one.";
        background: f64 = 1.0 in 0.0..=1.0, "Background", "The grey level that transparent pixels are laid over: 0 is \
         black, 1 white.";
    }:
        "image folder",
        "PNG and JPEG images, resized; sub-folders are labels or splits.",
        "";
}

impl Source {
    /// The images' shape, where it is known without reading a file.
    pub(in crate::experiment) fn known_shape(&self) -> Option<ImageShape> {
        match *self {
            Self::Mnist => Some(ImageShape { channels: 1, height: 28, width: 28 }),
            Self::Shapes { size, .. } => Some(ImageShape { channels: 1, height: size, width: size }),
            Self::Folder { width, height, rgb, .. } => {
                Some(ImageShape { channels: if rgb { 3 } else { 1 }, height, width })
            }
            Self::Idx { .. } => None,
        }
    }

    /// The source's name in a word or two, for lists of runs.
    pub fn summary(&self) -> String {
        let file = |path: &Path, otherwise: &str| {
            path.file_name().map_or(otherwise.to_owned(), |name| name.to_string_lossy().into_owned())
        };
        match self {
            Self::Mnist => self.name().to_owned(),
            Self::Shapes { size, .. } => format!("shapes {size}×{size}"),
            Self::Idx { images, .. } => file(images, "IDX"),
            Self::Folder { path, .. } => file(path, "folder"),
        }
    }

    /// The number of training images, where it is known without reading a file.
    pub(in crate::experiment) fn known_count(&self) -> Option<usize> {
        match self {
            Self::Mnist => Some(60_000),
            // The test images are drawn in addition.
            Self::Shapes { count, .. } => Some(*count),
            Self::Idx { .. } | Self::Folder { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{Data, Experiment};

    #[test]
    fn all_shapes_but_one_can_be_held_out() {
        let refused = |validation: usize| {
            let source = Source::Shapes { count: 100, size: 32 };
            let experiment =
                Experiment { data: Data { source, validation, ..Data::default() }, ..Experiment::default() };
            experiment.problems(None).iter().any(|problem| problem.path == "data.validation")
        };
        assert!(!refused(99) && refused(100));
    }
}
