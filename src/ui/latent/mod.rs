//! Latent space on the screen: a plane or a ball, and the outlines of distributions on it.

mod ball;
mod outline;

pub use ball::{Ball, Turn, paint_density};
pub use outline::{Style, paint_contours_over, paint_line, paint_outline};

/// A function from a place of a view to its position on the screen and whether it lies in front: on a ball half of all
/// places do not.
pub type Place<'a> = dyn Fn([f32; 3]) -> (eframe::egui::Pos2, bool) + 'a;
