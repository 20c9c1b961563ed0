//! The pictures of the bundled experiments, made by training them: `examples/preset_pictures.rs` writes them.

use super::textures;
use super::theme::Theme;
use eframe::egui::{self, Color32, ColorImage, Rect, TextureHandle, TextureOptions, Ui, pos2};
use std::collections::HashMap;

/// `assets/presets/NAME.png` under its name.
macro_rules! pictures {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_bytes!(concat!("../../assets/presets/", $name, ".png")))),*]
    };
}

/// The picture of every preset, as PNG.
static PICTURES: &[(&str, &[u8])] = pictures![
    "beta-sweep",
    "beta-tcvae-shapes",
    "burda-2015",
    "burda-2015-2l",
    "burda-2015-k50",
    "continuous-bernoulli",
    "factor-vae-shapes",
    "fashion-conv",
    "flow-posterior-banana",
    "iwae-vs-vae",
    "kingma-2013",
    "linear-ppca",
    "miwae-mnist",
    "mnist-2d",
    "mnist-conv",
    "mnist-mlp",
    "posterior-collapse",
    "posterior-collapse-free-bits",
    "posterior-collapse-sigma",
    "score-function-noise",
    "shapes-conv",
    "sigma-vae",
    "svae-sphere",
    "toy-curve",
    "toy-moons",
    "vamp-prior",
    "wine",
];

/// Pictures on the graphics card, each from when it is first seen.
#[derive(Default)]
pub struct PresetPictures {
    textures: HashMap<&'static str, Option<TextureHandle>>,
}

impl PresetPictures {
    /// Whether a preset has a picture.
    pub fn has(name: &str) -> bool {
        PICTURES.iter().any(|(picture, _)| *picture == name)
    }

    /// Paint a preset's picture as large as it fits into the middle of `rect`.
    pub fn paint(&mut self, ui: &Ui, name: &'static str, rect: Rect) {
        let texture = self.textures.entry(name).or_insert_with(|| load(ui.ctx(), name));
        ui.painter().rect_filled(rect, 4.0, Theme::of(ui.ctx()).image_background);
        let Some(texture) = texture else { return };
        let size = texture.size_vec2();
        let size = size * (rect.width() / size.x).min(rect.height() / size.y);
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        let shown = Rect::from_center_size(rect.center(), size);
        ui.painter().image(texture.id(), shown, whole, Color32::WHITE);
    }
}

fn load(ctx: &egui::Context, name: &str) -> Option<TextureHandle> {
    let (_, bytes) = PICTURES.iter().find(|(picture, _)| *picture == name)?;
    let picture = image::load_from_memory(bytes).ok()?.to_rgb8();
    let size = [picture.width() as usize, picture.height() as usize];
    Some(textures::load(ctx, name, ColorImage::from_rgb(size, picture.as_raw()), TextureOptions::LINEAR))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::presets;

    #[test]
    fn item_16_every_preset_has_a_picture_and_all_are_small() {
        let ctx = egui::Context::default();
        for preset in presets() {
            let picture = load(&ctx, preset.name).unwrap_or_else(|| panic!("{}: no picture", preset.name));
            let [width, height] = picture.size();
            assert!(width > height && height >= 88, "{}: {width} × {height}", preset.name);
        }
        assert_eq!(PICTURES.len(), presets().len());
        let bytes: usize = PICTURES.iter().map(|(_, bytes)| bytes.len()).sum();
        assert!(bytes < 200_000, "{bytes} bytes");
    }
}
