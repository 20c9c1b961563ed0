//! The items of a source with their labels, factors and columns, as its reader returns them.

use super::Columns;
use super::factors::FactorTable;
use super::stack::Stack;
use super::toy::Toy;
use crate::experiment::Scaling;

/// The images of a source, as read.
pub(super) struct Loaded {
    pub training: Stack,
    /// Number of training images that the source has.
    pub count: usize,
    /// The numbers, ascending, of the training images that were read; `None` if all were.
    pub kept: Option<Vec<u32>>,
    /// The source's own test images, if it has any.
    pub test: Option<Stack>,
    /// The source's own validation images, if it has any.
    pub validation: Option<Stack>,
    /// The names of the labels 0, 1, …; empty if labels are plain numbers.
    pub label_names: Vec<String>,
    /// The names and scales of the entries if the items are vectors; `None` for images.
    pub columns: Option<Columns>,
    /// The transform of columns of numbers that the experiment asks for; its numbers are found on the training rows.
    pub scaling: Scaling,
    /// The law that the items are drawn from, where it is known.
    pub toy: Option<Toy>,
    /// The known factors of all training images, read or not, and of the source's own test and validation images where
    /// it tells them.
    pub factors: Option<FactorTable>,
    /// The numbers, ascending, of images that cannot be read and are left out.
    pub unreadable: Vec<u32>,
    /// How the source was understood, in sentences for the user.
    pub notes: Vec<String>,
    pub warnings: Vec<String>,
}

impl Loaded {
    /// Training and test items without anything else.
    pub fn plain(training: impl Into<Stack>, test: Option<impl Into<Stack>>) -> Self {
        let (training, test) = (training.into(), test.map(Into::into));
        let count = training.count();
        Self {
            training,
            count,
            kept: None,
            test,
            validation: None,
            label_names: Vec::new(),
            columns: None,
            scaling: Scaling::None,
            toy: None,
            factors: None,
            unreadable: Vec::new(),
            notes: Vec::new(),
            warnings: Vec::new(),
        }
    }
}
