//! The image under the microscope, to draw on and to mask.

use crate::data::{ImageShape, Images};
use crate::explore::Subject;
use crate::ui::context_menu::{self, Target};
use crate::ui::image_grid::Atlas;
use crate::ui::noun;
use crate::ui::theme::Theme;
use eframe::egui::{
    CursorIcon, Mesh, Pos2, Rect, Role, Sense, Shape, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2,
};

/// The effect of dragging the pointer over the image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tool {
    #[default]
    Draw,
    Erase,
    Mask,
    Unmask,
}

/// An image with the user's changes.
#[derive(Default)]
pub struct Canvas {
    /// The changed image; empty until the first stroke.
    image: Images,
    seen: Vec<bool>,
    /// A number that grows with each change.
    strokes: u64,
    atlas: Atlas,
}

impl Canvas {
    /// Whether the user has changed the image.
    pub fn is_edited(&self) -> bool {
        !self.seen.is_empty()
    }

    /// Return to the image of the data set.
    pub fn reset(&mut self) {
        (self.image, self.seen) = (Images::default(), Vec::new());
        self.strokes += 1;
    }

    /// Replace the image by one from elsewhere.
    pub fn put(&mut self, image: Images) {
        self.seen = vec![true; image.pixels.len()];
        self.image = image;
        self.strokes += 1;
    }

    /// Whether there is no changed image, or one of this shape.
    pub fn fits(&self, shape: ImageShape) -> bool {
        let Images { channels, height, width, .. } = self.image;
        !self.is_edited() || (channels, height, width) == (shape.channels, shape.height, shape.width)
    }

    /// The changed image as the subject of a question; `None` for an unchanged image of the data set.
    pub fn subject(&self) -> Option<Subject> {
        self.is_edited()
            .then(|| Subject::Drawn { pixels: self.image.pixels.as_slice().into(), seen: self.seen.as_slice().into() })
    }

    /// Draw the image in a square of `side` points, and let dragging change it. `input` is the image of the last
    /// answer.
    pub fn show(&mut self, ui: &mut Ui, key: (u64, u64), input: &Images, tool: Tool, brush: f32, side: f32) {
        let theme = Theme::of(ui.ctx());
        let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::click_and_drag());
        let longest = input.height.max(input.width).max(1) as f32;
        let size = vec2(input.width as f32, input.height as f32) * (side / longest);
        let frame = Rect::from_center_size(rect.center(), size);
        let pixel = side / longest;
        // The other button opens the menu.
        let draws = ui.input(|input| input.pointer.primary_down());
        if let Some(pointer) = response.interact_pointer_pos().filter(|_| draws) {
            if !self.is_edited() {
                self.put(input.clone());
            }
            self.stroke((pointer - frame.min) / pixel, tool, brush);
        }
        let shown = if self.is_edited() { &self.image } else { input };
        let key = if self.is_edited() { (u64::MAX, self.strokes) } else { key };
        self.atlas.update(ui.ctx(), key, shown);
        let painter = ui.painter_at(rect.expand(1.0));
        let border = Stroke::new(1.0, theme.image_border);
        painter.rect(frame.expand(1.0), 2.0, theme.image_background, border, StrokeKind::Inside);
        self.atlas.paint_image(&painter, 0, frame);
        let mut veil = Mesh::default();
        let plane = shown.height * shown.width;
        for i in (0..plane).filter(|&i| self.seen.get(i) == Some(&false)) {
            let corner = frame.min + vec2((i % shown.width) as f32, (i / shown.width) as f32) * pixel;
            veil.add_colored_rect(Rect::from_min_size(corner, Vec2::splat(pixel)), theme.warning.gamma_multiply(0.55));
        }
        painter.add(Shape::mesh(veil));
        if let Some(pointer) = response.hover_pos() {
            painter.circle_stroke(pointer, brush * pixel, Stroke::new(1.0, theme.accent));
        }
        let hidden = self.seen.iter().filter(|seen| !**seen).count() / input.channels.max(1);
        let spoken = match (self.is_edited(), hidden) {
            (false, _) => "Image".to_owned(),
            (true, 0) => "Image, drawn on".to_owned(),
            (true, hidden) => format!("Image, {hidden} pixels masked"),
        };
        let noun = noun::of(ui.ctx());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, noun.say(&spoken)));
        context_menu::offer(&response, Target { rect: frame, stem: "image" }, |_| {});
        let meaning = match tool {
            Tool::Draw => "Drag to draw white: the posterior moves with the image.",
            Tool::Erase => "Drag to draw black.",
            Tool::Mask => "Drag to hide pixels: they leave the likelihood, and the posterior widens.",
            Tool::Unmask => "Drag to see hidden pixels again.",
        };
        response.on_hover_cursor(CursorIcon::Crosshair).on_hover_text(noun.say(meaning));
    }

    /// Change the pixels around a point of the image, given in pixels.
    fn stroke(&mut self, at: Vec2, tool: Tool, brush: f32) {
        let (height, width) = (self.image.height, self.image.width);
        let at: Pos2 = at.to_pos2();
        let mut changed = false;
        for i in 0..height * width {
            let centre = pos2((i % width) as f32 + 0.5, (i / width) as f32 + 0.5);
            if centre.distance(at) > brush {
                continue;
            }
            for place in (0..self.image.channels).map(|channel| channel * height * width + i) {
                let before = (self.image.pixels[place], self.seen[place]);
                match tool {
                    Tool::Draw => self.image.pixels[place] = 1.0,
                    Tool::Erase => self.image.pixels[place] = 0.0,
                    Tool::Mask => self.seen[place] = false,
                    Tool::Unmask => self.seen[place] = true,
                }
                changed |= before != (self.image.pixels[place], self.seen[place]);
            }
        }
        self.strokes += u64::from(changed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strokes_change_the_pixels_under_them_in_every_channel() {
        let mut canvas = Canvas::default();
        assert!(!canvas.is_edited() && canvas.subject().is_none());
        canvas.put(Images { count: 1, channels: 3, height: 4, width: 5, pixels: vec![0.5; 60], columns: None });
        canvas.stroke(vec2(2.5, 1.5), Tool::Draw, 0.6);
        canvas.stroke(vec2(0.5, 0.5), Tool::Mask, 0.6);
        canvas.stroke(vec2(4.5, 3.5), Tool::Erase, 0.6);
        let Some(Subject::Drawn { pixels, seen }) = canvas.subject() else { panic!("an edited image") };
        for channel in 0..3 {
            assert_eq!(pixels[channel * 20 + 7], 1.0);
            assert_eq!(pixels[channel * 20 + 19], 0.0);
            assert!(!seen[channel * 20]);
        }
        assert_eq!(pixels.iter().filter(|p| **p == 0.5).count(), 54);
        assert_eq!(seen.iter().filter(|seen| !**seen).count(), 3);
        canvas.stroke(vec2(0.5, 0.5), Tool::Unmask, 0.6);
        let Some(Subject::Drawn { seen, .. }) = canvas.subject() else { panic!("an edited image") };
        assert!(seen.iter().all(|seen| *seen));
        canvas.reset();
        assert!(canvas.subject().is_none());
    }
}
