//! The dot that points of latent space are drawn as.

use eframe::egui::{Color32, ColorImage};

/// A round dot with a soft edge, drawn once and copied for each point; `hole` is the share of its radius that is empty.
pub fn disc(hole: f32) -> ColorImage {
    const SIDE: usize = 24;
    let centre = 0.5 * (SIDE as f32 - 1.0);
    let pixels = (0..SIDE * SIDE).map(|i| {
        let (x, y) = ((i % SIDE) as f32 - centre, (i / SIDE) as f32 - centre);
        let radius = 0.5 * SIDE as f32 - 2.0;
        let edge = |radius: f32| (radius - x.hypot(y)).clamp(-1.0, 1.0) * 0.5 + 0.5;
        let cover = edge(radius) * if hole > 0.0 { 1.0 - edge(hole * radius) } else { 1.0 };
        Color32::from_white_alpha((255.0 * cover) as u8)
    });
    ColorImage::new([SIDE, SIDE], pixels.collect())
}
