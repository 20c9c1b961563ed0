//! The list of sources of images.

use super::choice::{AnyWord, Choice, Named, OneOf, Switch, Text, Word, choices, words};
use crate::experiment::ImageShape;
use std::path::{Path, PathBuf};

const COUNT: usize = 20_000;
const SIDE: usize = 32;
const MOONS: ToySet = ToySet::Moons;

/// A path that the user has yet to choose.
const NOWHERE: PathBuf = PathBuf::new();

/// A text that is guessed or not needed.
const EMPTY: String = String::new();

const GUESSED: Axes = Axes::Auto;
const GUESSED_LEVELS: Levels = Levels::Auto;
const KNOWN: MaskOnes = MaskOnes::Known;

const STANDARDISE: Scaling = Scaling::Standardise;
const GUESSED_HEADER: Header = Header::Auto;

words! {
    /// The meaning of an array's axes. N counts images.
    Axes;

    Auto: "guessed", "By the number of axes and their lengths; the log says how the array was understood.";
    Vectors: "N×D", "Each image is a row of D numbers, drawn one pixel high.";
    Square: "N×D, square", "Each image is a row of D numbers, the rows of a square grey picture one after the other.";
    Grey: "N×H×W", "Grey images.";
    ChannelsLast: "N×H×W×C", "Images with 1 or 3 channels, channels last (TensorFlow, matplotlib).";
    ChannelsFirst: "N×C×H×W", "Images with 1 or 3 channels, channels first (PyTorch).";
    Matlab: "…×N", "MATLAB's order: images are counted by the last axis, as in H×W×C×N, H×W×N or D×N.";
}

words! {
    /// How the values of an array become levels from 0 to 1.
    Levels;

    Auto: "guessed", "By the type and the values; the log says which values became 0 and 1.";
    Type: "by type", "The smallest and largest value of the type: 0 to 255 of unsigned bytes; 0 to 1 of floats.";
    Range: "by range", "The smallest and the largest value of the images' array become 0 and 1.";
    Numbers: "none", "The numbers as they are: for likelihoods of real numbers; NaN is a missing value.";
}

words! {
    /// The meaning of the ones of a mask. A mask is an array of 0 and 1, or of booleans.
    MaskOnes;

    Known: "known", "1 (true) marks a value that is known, 0 (false) one that is missing.";
    Missing: "missing", "1 (true) marks a value that is missing, as in NumPy's masked arrays; 0 (false) a known one.";
}

words! {
    /// The treatment of pictures that cannot be read.
    Unreadable;

    Refuse: "refuse", "Nothing is trained, and the pictures that cannot be read are named.";
    Skip: "leave out", "They are left out, counted, and named in the log.";
}

words! {
    /// The transform of a table's columns of numbers. It is computed on the training rows, kept with the run and undone
    /// wherever values are shown or written.
    Scaling;

    Standardise: "standardise", "Each column (or all of a sequence together) gets mean 0 and standard deviation 1.";
    MinMax: "0 to 1", "The smallest value becomes 0 and the largest 1.";
    None: "none", "The numbers as they are; counts need this.";
}

words! {
    /// Whether a table's first row has the names of its columns.
    Header;

    Auto: "guessed", "It has them unless all of its cells are numbers or missing.";
    Yes: "names", "The first row names the columns.";
    No: "no names", "The first row is data; columns are called by their numbers.";
}

words! {
    /// A set of points with one or two coordinates, whose density is known. Each is drawn on its own latent-variable
    /// model: a place on a curve, and Gaussian noise.
    ToySet;

    Moons: "two moons", "Two half circles that reach into each other, each a label.";
    Ring: "ring", "A circle, which no Gaussian code can be wrapped around without a seam.";
    Gaussians: "eight Gaussians", "A mixture of eight Gaussians on a circle, each a label.";
    Banana: "banana", "A Gaussian that is bent along a parabola.";
    Pinwheel: "pinwheel", "Five curved arms, each a label (after Johnson et al. 2016).";
    Curve: "noisy curve", "One coordinate, f(z) with z ~ N(0, 1) as on the tour's first page: the density has bumps.";
}

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

    Toy {
        set: ToySet = MOONS in AnyWord, "Set", "Where the points lie.";
        count: usize = COUNT in 10..=1_000_000, "Point count", "How many points to draw from the seed; a tenth as many \
         again for the test.", "the number of points must be";
        noise: f64 = 0.1 in 0.02..=1.0, "Noise", "The standard deviation of the Gaussian noise about the set's curve.";
    }:
        "toy",
        "Points with one or two coordinates and a known density: moons, a ring, a mixture, a curve.",
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

    Arrays {
        file: PathBuf = NOWHERE in Named("an NPY, NPZ or HDF5 file"), "File", "An NPY file with one \
         array, or an NPZ, HDF5 or MATLAB 7.3 file with several.";
        images: String = EMPTY in Text("guessed"), "Images", "The name of the images' array in the file; guessed where \
         it is empty.";
        axes: Axes = GUESSED in AnyWord, "Axes", "The meaning of the array's axes.";
        levels: Levels = GUESSED_LEVELS in AnyWord, "Levels", "Which values of the array become 0 (black) and 1 \
         (white).";
        labels: Option<PathBuf> = None in Named("an array in the file, or an NPY file"), "Labels", "The labels' array, \
         numbers or texts, one for each image: its name in the file, or an NPY file.";
        factors: Option<PathBuf> = None in Named("an array in the file, or an NPY file"), "Factors", "The known \
         factors of each image, N × factors, for disentanglement scores: the array's name in the file, or an NPY file.";
        factor_names: String = EMPTY in Text("by number"), "Factor names", "The factors' names, with commas between \
         them; a star marks one whose values have no order: shape*, scale, x, y.";
        mask: Option<PathBuf> = None in Named("an array in the file, or an NPY file"), "Mask", "Which values are known: \
         an array of 0 and 1 of the images' shape, or of one channel for all colours: its name in the file, or an NPY \
         file.";
        mask_ones: MaskOnes = KNOWN in AnyWord, "Mask's ones", "The meaning of a 1 (true) in the mask.";
        test_images: Option<PathBuf> = None in Named("an array in the file, or an NPY file"), "Test images", "The test \
         images' array; without one a tenth of the images is held out.";
        test_labels: Option<PathBuf> = None in Named("an array in the file, or an NPY file"), "Test labels", "The \
         test images' labels.";
        test_factors: Option<PathBuf> = None in Named("an array in the file, or an NPY file"), "Test factors", "The \
         known factors of the test images, as many as those of the training images.";
        test_mask: Option<PathBuf> = None in Named("an array in the file, or an NPY file"), "Test mask", "Which values \
         of the test images are known; without one all are.";
    }:
        "arrays",
        "NumPy's files (.npy, .npz), HDF5 (.h5) and MATLAB 7.3 (.mat): images, labels, factors.",
        "";

    Cifar {
        path: PathBuf = NOWHERE in Named("the folder of CIFAR's binary version, or one of its .bin files"), "Folder", "\
         The folder with data_batch_1.bin … (CIFAR-10) or train.bin (CIFAR-100), or one such file.";
        coarse: bool = false in Switch("superclasses"), "Labels", "Label images of CIFAR-100 by their 20 superclasses \
         instead of the 100 classes.";
    }:
        "CIFAR",
        "CIFAR-10 and CIFAR-100, 50,000 + 10,000 colour images, 32×32, in their binary version.",
        "Krizhevsky 2009";

    Parquet {
        path: PathBuf = NOWHERE in Named("a Parquet file, or a folder of them"), "File", "A Parquet file, or the \
         folder of a Hugging Face data set: train-….parquet, validation-…, test-… are splits.";
        image: String = EMPTY in Text("guessed"), "Pictures", "The column of pictures, bytes or structs with bytes; \
         guessed where it is empty.";
        label: String = EMPTY in Text("guessed"), "Labels", "The column of labels, whole numbers or texts; guessed \
         where it is empty.";
        factors: String = EMPTY in Text("none"), "Factors", "The columns of known factors, with commas between them; a \
         star marks one whose values have no order: shape*, scale.";
        width: usize = 64 in 1..=ImageShape::SIDE_MAX, "Width", "Images are resized to this width in pixels.", "the \
         width in pixels must be";
        height: usize = 64 in 1..=ImageShape::SIDE_MAX, "Height", "Images are resized to this height in pixels.", "the \
         height in pixels must be";
        rgb: bool = false in Switch("RGB"), "Colour", "Three channels instead of one.";
        background: f64 = 1.0 in 0.0..=1.0, "Background", "The grey level that transparent pixels are laid over: 0 is \
         black, 1 white.";
    }:
        "Parquet",
        "Pictures in Parquet files, as Hugging Face stores them, resized.",
        "";

    Folder {
        path: PathBuf = NOWHERE in Named("a folder of pictures"), "Folder", "Its pictures and those \
         of its sub-folders, which are labels; sub-folders called train, validation and test are splits.";
        width: usize = 64 in 1..=ImageShape::SIDE_MAX, "Width", "Images are resized to this width in pixels.", "the \
         width in pixels must be";
        height: usize = 64 in 1..=ImageShape::SIDE_MAX, "Height", "Images are resized to this height in pixels.", "the \
         height in pixels must be";
        rgb: bool = false in Switch("RGB"), "Colour", "Three channels instead of one.";
        background: f64 = 1.0 in 0.0..=1.0, "Background", "The grey level that transparent pixels are laid over: 0 is \
         black, 1 white.";
        table: Option<PathBuf> = None in Named("a table (CSV) with a row for each picture"), "Table", "A CSV file with \
         a row for each picture: its file's name, a label, factors.";
        label: String = EMPTY in Text("label"), "Label", "The table's column of labels; they take the place of \
         sub-folders.";
        factors: String = EMPTY in Text("none"), "Factors", "The table's columns of known factors, with commas between \
         them; a star marks one whose values have no order: shape*, scale.";
    }:
        "image folder",
        "PNG, JPEG, TIFF, WebP, BMP and GIF, resized; sub-folders are labels or splits.",
        "";

    Wine:
        "wine",
        "178 wines of three cultivars, 13 measurements each, built in: a small table.",
        "Aeberhard & Forina 1992, UCI";

    Table {
        path: PathBuf = NOWHERE in Named("a table (.csv, .tsv, .parquet), or a folder of .parquet"), "File", "Rows \
         of values: text with commas, semicolons or tabs between them, gzip or not; or a Parquet file, or a folder of \
         them: train-….parquet, validation-…, test-… are splits.";
        columns: String = EMPTY in Text("all"), "Columns", "The columns to use, with commas between them: names, \
         numbers from 1, or ranges such as 2-14; a minus before a name leaves it out: -id.";
        label: String = EMPTY in Text("none"), "Label", "The column that has each row's label: its name, or its number \
         from 1. It is shown and never trained on.";
        categories: String = EMPTY in Text("those of words"), "Categories", "Columns of numbers that are names of \
         categories, with commas between them. A column of words is a category by itself.";
        missing: String = EMPTY in Text("NA, N/A, NaN, null, ?"), "Missing", "The words that stand for a missing \
         value, with commas between them. An empty cell is always missing.";
        scaling: Scaling = STANDARDISE in AnyWord, "Scaling", "The transform of columns of numbers, undone \
         wherever values are shown.";
        header: Header = GUESSED_HEADER in AnyWord, "First row", "Whether the first row of a text has the columns' \
         names.";
        sequence: bool = false in Switch("a row is a sequence"), "Sequence", "The columns are one quantity at \
         successive times: drawn as a line, and scaled together.";
        test: Option<PathBuf> = None in Named("a table with the same columns"), "Test file", "The test rows; without \
         them, and without a folder's own, a tenth of the rows is held out.";
    }:
        "table",
        "Rows of numbers and words (CSV, TSV, Parquet) as vectors.",
        "";
}

impl ToySet {
    /// The set's name in the form.
    pub fn name(self) -> &'static str {
        self.words()[self.place()].0
    }

    /// The number of coordinates of a point: 1 or 2.
    pub fn dimension(self) -> usize {
        if self == Self::Curve { 1 } else { 2 }
    }
}

impl Source {
    /// The images' shape, where it is known without reading a file.
    pub(crate) fn known_shape(&self) -> Option<ImageShape> {
        match *self {
            Self::Mnist => Some(ImageShape { channels: 1, height: 28, width: 28 }),
            Self::Shapes { size, .. } => Some(ImageShape { channels: 1, height: size, width: size }),
            Self::Folder { width, height, rgb, .. } | Self::Parquet { width, height, rgb, .. } => {
                Some(ImageShape { channels: if rgb { 3 } else { 1 }, height, width })
            }
            Self::Cifar { .. } => Some(ImageShape { channels: 3, height: 32, width: 32 }),
            Self::Wine => Some(ImageShape { channels: 1, height: 1, width: 13 }),
            Self::Toy { set, .. } => Some(ImageShape { channels: 1, height: 1, width: set.dimension() }),
            Self::Idx { .. } | Self::Arrays { .. } | Self::Table { .. } => None,
        }
    }

    /// Whether the items are vectors by the source's nature: they are never binarised.
    pub fn is_table(&self) -> bool {
        matches!(self, Self::Table { .. } | Self::Wine | Self::Toy { .. })
    }

    /// A folder of pictures, each resized to `side × side` grey pixels.
    pub fn folder(path: &Path, side: usize) -> Self {
        Self::Folder {
            path: path.to_owned(),
            width: side,
            height: side,
            rgb: false,
            background: 1.0,
            table: None,
            label: String::new(),
            factors: String::new(),
        }
    }

    /// Parquet files, each picture resized to `side × side` grey pixels.
    pub fn parquet(path: &Path, side: usize) -> Self {
        Self::Parquet {
            path: path.to_owned(),
            image: String::new(),
            label: String::new(),
            factors: String::new(),
            width: side,
            height: side,
            rgb: false,
            background: 1.0,
        }
    }

    /// A table, with everything else guessed.
    pub fn table(path: &Path) -> Self {
        Self::Table {
            path: path.to_owned(),
            columns: EMPTY,
            label: EMPTY,
            categories: EMPTY,
            missing: EMPTY,
            scaling: STANDARDISE,
            header: GUESSED_HEADER,
            sequence: false,
            test: None,
        }
    }

    /// A file of arrays, with everything else guessed.
    pub fn arrays(file: &Path) -> Self {
        Self::Arrays {
            file: file.to_owned(),
            images: String::new(),
            axes: Axes::Auto,
            levels: Levels::Auto,
            labels: None,
            factors: None,
            factor_names: String::new(),
            mask: None,
            mask_ones: MaskOnes::Known,
            test_images: None,
            test_labels: None,
            test_factors: None,
            test_mask: None,
        }
    }

    /// Whether a mask says which values are known.
    pub fn has_mask(&self) -> bool {
        matches!(self, Self::Arrays { mask, test_mask, .. } if mask.is_some() || test_mask.is_some())
    }

    /// Whether an array beside the images is named by its file, not by its name within the images' file.
    pub fn is_array_file(path: &Path) -> bool {
        path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("npy"))
    }

    /// Whether the images are in files of the user's.
    pub fn names_files(&self) -> bool {
        !matches!(self, Self::Mnist | Self::Shapes { .. } | Self::Toy { .. } | Self::Wine)
    }

    /// The source's name in a word or two, for lists of runs.
    pub fn summary(&self) -> String {
        let file = |path: &Path, otherwise: &str| {
            path.file_name().map_or(otherwise.to_owned(), |name| name.to_string_lossy().into_owned())
        };
        match self {
            Self::Mnist | Self::Wine => self.name().to_owned(),
            Self::Shapes { size, .. } => format!("shapes {size}×{size}"),
            Self::Toy { set, .. } => set.name().to_owned(),
            Self::Idx { images, .. } => file(images, "IDX"),
            Self::Arrays { file: path, .. } => file(path, "arrays"),
            Self::Cifar { path, .. } => file(path, "CIFAR"),
            Self::Parquet { path, .. } => file(path, "Parquet"),
            Self::Folder { path, .. } => file(path, "folder"),
            Self::Table { path, .. } => file(path, "table"),
        }
    }

    /// The number of training images, where it is known without reading a file.
    pub(in crate::experiment) fn known_count(&self) -> Option<usize> {
        match self {
            Self::Mnist => Some(60_000),
            // The test rows are among them.
            Self::Wine => Some(178),
            // The test images are drawn in addition.
            Self::Shapes { count, .. } | Self::Toy { count, .. } => Some(*count),
            Self::Idx { .. }
            | Self::Arrays { .. }
            | Self::Cifar { .. }
            | Self::Parquet { .. }
            | Self::Table { .. }
            | Self::Folder { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{Data, Experiment};

    #[test]
    fn half_of_the_shapes_can_be_held_out() {
        let warned = |validation: usize| {
            let source = Source::Shapes { count: 100, size: 32 };
            let experiment =
                Experiment { data: Data { source, validation, ..Data::default() }, ..Experiment::default() };
            experiment.problems(None).iter().any(|problem| problem.path == "data.validation")
        };
        assert!(!warned(50) && warned(51));
    }
}
