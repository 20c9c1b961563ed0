//! What the methods of the model are laid out with.

use super::parameters::Specs;
use crate::experiment::Plan;

/// What a method needs in order to list its parameters.
pub struct Layout<'a> {
    pub(super) specs: &'a mut Specs,
    pub(super) plan: &'a Plan,
    /// `pixels` long, or empty.
    pub(super) training_mean: &'a [f32],
}
