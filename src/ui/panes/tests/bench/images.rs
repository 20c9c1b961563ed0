//! Made-up images of 28×28 pixels.

use crate::data::Images;

/// Rings, bars and crosses, bent by z.
pub fn picture(kind: usize, a: f32, b: f32, soft: f32) -> Vec<f32> {
    let side = 28;
    let mut pixels = Vec::with_capacity(side * side);
    for i in 0..side * side {
        let x = ((i % side) as f32 - 13.5) / 9.0;
        let y = ((i / side) as f32 - 13.5) / 9.0;
        let (x, y) = (x + 0.35 * a * y, y * (1.0 + 0.15 * b));
        let distance = match kind % 4 {
            0 => (x.hypot(y) - 0.8).abs(),
            1 => x.abs().max(y.abs() - 0.9),
            2 => ((x.hypot(y + 0.5) - 0.45).abs()).min((x.hypot(y - 0.45) - 0.5).abs()),
            _ => (y + 0.9).abs().max(x.abs() - 0.6).min((x - 0.6 + 0.6 * (y + 0.9)).abs().max(y.abs() - 0.95)),
        };
        pixels.push((1.0 - (distance - 0.16) / soft).clamp(0.0, 1.0));
    }
    pixels
}

/// A stack of images by their index.
pub fn stack(count: usize, image: impl Fn(usize) -> Vec<f32>) -> Images {
    Images { count, channels: 1, height: 28, width: 28, pixels: (0..count).flat_map(image).collect(), columns: None }
}
