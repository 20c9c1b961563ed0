//! The context in which the model's methods declare their parameters.

use super::parameters::Specs;
use crate::experiment::Plan;
use std::ops::Range;

/// Everything that a method needs in order to declare its parameters.
pub struct Layout<'a> {
    pub(super) specs: &'a mut Specs,
    pub(super) plan: &'a Plan,
    /// Mean of the training images, `pixels` long, or empty if it is not known.
    pub(super) training_mean: &'a [f32],
    /// The entries of each category of a table's rows, in order.
    pub(super) categories: &'a [Range<usize>],
}
