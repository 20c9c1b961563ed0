//! Textures whose content stays on the host as well: the graphics device gives none back, and a drawing of the window
//! (SVG) needs it.

use super::dot::dot;
use eframe::egui::{ColorImage, Context, Id, TextureFilter, TextureHandle, TextureId, TextureOptions};
use std::collections::HashMap;
use std::sync::Arc;

/// The content of a texture.
#[derive(Clone)]
pub enum Content {
    /// A picture, and whether it is smooth where it is magnified.
    Picture { image: Arc<ColorImage>, smooth: bool },
    /// A round dot in the colour of the shape that it fills; `hole` is the share of its radius that is empty.
    Dot { hole: f32 },
}

type Kept = HashMap<TextureId, Content>;

/// A texture of a picture.
pub fn load(ctx: &Context, name: &str, image: ColorImage, options: TextureOptions) -> TextureHandle {
    let image = Arc::new(image);
    let handle = ctx.load_texture(name, image.clone(), options);
    keep(ctx, handle.id(), picture(image, options));
    handle
}

/// Another picture for a texture.
pub fn set(ctx: &Context, texture: &mut TextureHandle, image: ColorImage, options: TextureOptions) {
    let image = Arc::new(image);
    texture.set(image.clone(), options);
    keep(ctx, texture.id(), picture(image, options));
}

/// A texture of a dot, which the colour of a shape is multiplied with.
pub fn load_dot(ctx: &Context, hole: f32) -> TextureHandle {
    let handle = ctx.load_texture("dot", dot(hole), TextureOptions::LINEAR);
    keep(ctx, handle.id(), Content::Dot { hole });
    handle
}

/// The content of all textures that were made here.
pub fn contents(ctx: &Context) -> HashMap<TextureId, Content> {
    ctx.data(|data| data.get_temp(kept_id())).unwrap_or_default()
}

fn picture(image: Arc<ColorImage>, options: TextureOptions) -> Content {
    Content::Picture { image, smooth: options.magnification == TextureFilter::Linear }
}

/// Keep a content, and let those of textures go that are no more.
fn keep(ctx: &Context, id: TextureId, content: Content) {
    let textures = ctx.tex_manager();
    ctx.data_mut(|data| {
        let kept = data.get_temp_mut_or_default::<Kept>(kept_id());
        let textures = textures.read();
        kept.retain(|id, _| textures.meta(*id).is_some());
        kept.insert(id, content);
    });
}

fn kept_id() -> Id {
    Id::unique("the content of textures")
}

#[cfg(test)]
mod tests {
    use super::*;
    use eframe::egui::Color32;

    #[test]
    fn the_content_of_a_texture_is_kept_as_long_as_the_texture() {
        let ctx = Context::default();
        let image = |grey| ColorImage::filled([2, 1], Color32::from_gray(grey));
        let mut first = load(&ctx, "first", image(1), TextureOptions::NEAREST);
        set(&ctx, &mut first, image(2), TextureOptions::LINEAR);
        let Some(Content::Picture { image, smooth: true }) = contents(&ctx).remove(&first.id()) else { panic!("kept") };
        assert_eq!(image.pixels[0], Color32::from_gray(2));
        let id = first.id();
        drop(first);
        let dot = load_dot(&ctx, 0.5);
        let kept = contents(&ctx);
        assert!(!kept.contains_key(&id) && matches!(kept[&dot.id()], Content::Dot { hole: 0.5 }));
    }
}
