//! Vectors as charts: each entry at its place from left to right, in the model's scale, so that columns of different
//! units share one axis; the axis of a sequence, which has one scale, shows the values in the columns' own scale. The
//! pictures and the window share the code of the drawing.

mod drawing;
mod raster;
mod stacks;

pub use drawing::{Canvas, Chart, Frame, Ink, Range, Series, Style, draw, range_of, short};
pub use raster::Raster;
pub use stacks::{
    all_lines, axis_title, imputed, of_imputations, of_reconstructions, of_samples, of_traversals, paired, pictures,
    range_of_all, walk,
};
