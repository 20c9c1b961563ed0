//! The dot that points of latent space are drawn as.

use eframe::egui::{Color32, ColorImage};

/// Side of the dot's picture in pixels.
const SIDE: usize = 24;
/// The dot's radius as a share of half of the side: the rest is for its soft edge.
pub const RADIUS: f32 = 1.0 - 4.0 / SIDE as f32;

/// A round dot with a soft edge, drawn once and copied for each point; `hole` is the share of its radius that is empty.
pub fn dot(hole: f32) -> ColorImage {
    let half = 0.5 * SIDE as f32;
    let centre = half - 0.5;
    let pixels = (0..SIDE * SIDE).map(|i| {
        let (x, y) = ((i % SIDE) as f32 - centre, (i / SIDE) as f32 - centre);
        let edge = |radius: f32| (radius - x.hypot(y)).clamp(-1.0, 1.0) * 0.5 + 0.5;
        let cover = edge(RADIUS * half) * if hole > 0.0 { 1.0 - edge(hole * RADIUS * half) } else { 1.0 };
        Color32::from_white_alpha((255.0 * cover) as u8)
    });
    ColorImage::new([SIDE, SIDE], pixels.collect())
}
