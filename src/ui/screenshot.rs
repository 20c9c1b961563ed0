//! Pictures of a part of the window, as the screen shows it.

use crate::export::{ExportError, RgbImage, write_png};
use crossbeam_channel::{Receiver, Sender, unbounded};
use eframe::egui::{ColorImage, Context, Rect};
use std::path::PathBuf;
use std::sync::Arc;

/// A picture that has been taken, its part, and the file that it is for; without one it is for the clipboard.
type Shot = (Arc<ColorImage>, Rect, Option<PathBuf>);

/// Pictures that were asked for, and pictures that have been taken.
pub struct Screenshots {
    sender: Sender<Shot>,
    receiver: Receiver<Shot>,
}

impl Default for Screenshots {
    fn default() -> Self {
        let (sender, receiver) = unbounded();
        Self { sender, receiver }
    }
}

impl Screenshots {
    /// Take a picture of `rect` (points) of the next frame and write it to `path`.
    pub fn ask(&self, ctx: &Context, rect: Rect, path: PathBuf) {
        self.take(ctx, rect, Some(path));
    }

    /// Take a picture of `rect` (points) of the next frame for the clipboard.
    pub fn copy(&self, ctx: &Context, rect: Rect) {
        self.take(ctx, rect, None);
    }

    fn take(&self, ctx: &Context, rect: Rect, path: Option<PathBuf>) {
        let pixels = Rect::from_min_max(
            (rect.min.to_vec2() * ctx.pixels_per_point()).to_pos2(),
            (rect.max.to_vec2() * ctx.pixels_per_point()).to_pos2(),
        );
        let (sender, waker) = (self.sender.clone(), ctx.clone());
        ctx.request_screenshot(move |image| {
            // A window that has closed meanwhile no longer cares.
            let _ = sender.send((image, pixels, path));
            waker.request_repaint();
        });
    }

    /// Whether a picture has been taken that is not yet written.
    pub fn has_taken(&self) -> bool {
        !self.receiver.is_empty()
    }

    /// Write the screenshots that have been taken since the last call, and copy those that are for the clipboard.
    /// Returns the outcome for each file.
    pub fn write(&self, ctx: &Context, metadata: &[(&str, &str)]) -> Vec<(PathBuf, Result<(), ExportError>)> {
        let mut written = Vec::new();
        for (image, pixels, path) in self.receiver.try_iter() {
            let picture = cut(&image, pixels);
            match path {
                Some(path) => {
                    let result = write_png(&path, &picture, metadata);
                    written.push((path, result));
                }
                None => ctx.copy_image(ColorImage::from_rgb([picture.width, picture.height], &picture.pixels)),
            }
        }
        written
    }
}

/// The pixels of a part, on an opaque ground.
fn cut(image: &ColorImage, part: Rect) -> RgbImage {
    let side = |value: f32, most: usize| (value.round().max(0.0) as usize).min(most);
    let (left, right) = (side(part.left(), image.width()), side(part.right(), image.width()));
    let (top, bottom) = (side(part.top(), image.height()), side(part.bottom(), image.height()));
    let rows = (top..bottom).flat_map(|y| &image.pixels[y * image.width() + left..y * image.width() + right]);
    let pixels = rows.flat_map(|colour| [colour.r(), colour.g(), colour.b()]).collect();
    RgbImage { width: right - left, height: bottom - top, pixels }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eframe::egui::{Color32, pos2};

    #[test]
    fn a_cut_has_the_pixels_of_its_rectangle() {
        let pixels = (0..12).map(Color32::from_gray).collect();
        let image = ColorImage::new([4, 3], pixels);
        let part = cut(&image, Rect::from_min_max(pos2(1.0, 1.0), pos2(3.0, 9.0)));
        assert_eq!((part.width, part.height), (2, 2));
        let grey: Vec<u8> = part.pixels.chunks(3).map(|rgb| rgb[0]).collect();
        assert_eq!(grey, [5, 6, 9, 10]);
    }
}
