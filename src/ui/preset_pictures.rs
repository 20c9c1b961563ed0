//! The pictures of the bundled experiments, made by training them: `examples/preset_pictures.rs` writes them.

use super::theme::Theme;
use eframe::egui::{self, Color32, ColorImage, Rect, TextureHandle, TextureOptions, Ui, pos2};
use std::collections::HashMap;

/// `assets/presets/NAME.png` under its name.
macro_rules! pictures {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_bytes!(concat!("../../assets/presets/", $name, ".png")))),*]
    };
}

/// The presets that have a picture.
static PICTURES: &[(&str, &[u8])] = pictures![];

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
    Some(ctx.load_texture(name, ColorImage::from_rgb(size, picture.as_raw()), TextureOptions::LINEAR))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::presets;

    #[test]
    fn item_16_every_picture_is_of_a_preset_and_all_are_small() {
        let ctx = egui::Context::default();
        for (name, _) in PICTURES {
            assert!(presets().iter().any(|preset| preset.name == *name), "{name} is no preset");
            assert!(load(&ctx, name).is_some(), "{name}: no picture");
        }
        let bytes: usize = PICTURES.iter().map(|(_, bytes)| bytes.len()).sum();
        assert!(bytes < 400_000, "{bytes} bytes");
    }
}
