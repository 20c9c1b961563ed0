//! The data that the five boxes are drawn from.

use crate::data::Noun;
use crate::explore::OneStep;
use crate::ui::image_grid::Atlas;
use crate::ui::theme::Theme;

/// A step with its pictures.
pub struct Boxes<'a> {
    pub theme: &'a Theme,
    pub step: &'a OneStep,
    /// The noun for one item of the data: image, row or point.
    pub noun: Noun,
    /// The images, and the decoded means.
    pub atlases: &'a [Atlas; 2],
    /// Step and gradient norm of the steps seen.
    pub norms: &'a [(u64, f64)],
}

impl Boxes<'_> {
    /// The heading over the numbers of the minibatch's first item.
    pub fn first(&self) -> &'static str {
        match self.noun {
            Noun::Image => "first image",
            Noun::Row => "first row",
            Noun::Point => "first point",
        }
    }
}
