//! A part of the window as SVG: the shapes that are painted there, with text as text, and pictures as pictures.

use super::dot;
use super::textures::{Content, contents};
use super::theme::strong_family;
use crate::export::{RgbImage, base64, escaped, png_bytes};
use eframe::egui::epaint::{
    BandShape, CircleShape, ClippedShape, ColorMode, EllipseShape, PathShape, RectShape, TextShape, TextureId,
};
use eframe::egui::{Color32, ColorImage, Context, FontFamily, LayerId, Mesh, Pos2, Rect, Shape, Stroke};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

/// All that has been painted so far in this frame within `rect` (points), as an SVG file on a ground of this colour.
pub fn svg(ctx: &Context, rect: Rect, ground: Color32) -> String {
    let mut drawing = Drawing { rect, ground, textures: contents(ctx), text: String::new(), clips: Vec::new() };
    ctx.graphics(|layers| {
        for ClippedShape { clip_rect, shape, .. } in
            layers.get(LayerId::background()).into_iter().flat_map(|l| l.all_entries())
        {
            let clip = clip_rect.intersect(rect);
            if clip.is_positive() && shape.visual_bounding_rect().intersects(clip) {
                let clip = drawing.clip(clip);
                let _ = write!(drawing.text, "<g clip-path=\"url(#c{clip})\">");
                drawing.shape(shape);
                drawing.text += "</g>\n";
            }
        }
    });
    let (width, height) = (rect.width(), rect.height());
    let clips: String = drawing.clips.iter().enumerate().map(|(number, clip)| {
        let Rect { min, .. } = clip.translate(-rect.min.to_vec2());
        format!(
            "<clipPath id=\"c{number}\"><rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"/></clipPath>",
            min.x, min.y, clip.width(), clip.height()
        )
    }).collect();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" font-family=\"Inter, Helvetica, Arial, sans-serif\">\n<defs>{clips}</defs>\n<rect \
         width=\"{width}\" height=\"{height}\"{}/>\n{}</svg>\n",
        filled(ground),
        drawing.text
    )
}

/// A drawing in the making.
struct Drawing {
    rect: Rect,
    ground: Color32,
    textures: HashMap<TextureId, Content>,
    text: String,
    clips: Vec<Rect>,
}

impl Drawing {
    /// The number of a clip.
    fn clip(&mut self, clip: Rect) -> usize {
        match self.clips.iter().position(|known| *known == clip) {
            Some(number) => number,
            None => {
                self.clips.push(clip);
                self.clips.len() - 1
            }
        }
    }

    fn at(&self, p: Pos2) -> [f32; 2] {
        [p.x - self.rect.min.x, p.y - self.rect.min.y]
    }

    fn points(&self, points: impl IntoIterator<Item = Pos2>) -> String {
        let mut text = String::new();
        for p in points.into_iter().filter(|p| p.x.is_finite() && p.y.is_finite()) {
            let [x, y] = self.at(p);
            let _ = write!(text, "{x:.2},{y:.2} ");
        }
        text
    }

    fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Noop | Shape::Callback(_) => {}
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| self.shape(shape)),
            Shape::Circle(CircleShape { center, radius, fill, stroke }) => {
                let [x, y] = self.at(*center);
                let look = filled(*fill) + &stroked(*stroke);
                let _ = write!(self.text, "<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"{radius:.2}\"{look}/>");
            }
            Shape::Ellipse(EllipseShape { center, radius, fill, stroke, angle }) => {
                let [x, y] = self.at(*center);
                let look = filled(*fill) + &stroked(*stroke);
                let turn = angle.to_degrees();
                let _ = write!(
                    self.text,
                    "<ellipse cx=\"{x:.2}\" cy=\"{y:.2}\" rx=\"{:.2}\" ry=\"{:.2}\" transform=\"rotate({turn:.2} \
                     {x:.2} {y:.2})\"{look}/>",
                    radius.x, radius.y
                );
            }
            Shape::LineSegment { points, stroke } => {
                self.line(points.iter().copied(), false, Color32::TRANSPARENT, *stroke)
            }
            Shape::Path(PathShape { points, closed, fill, stroke }) => {
                let colour = match &stroke.color {
                    ColorMode::Solid(colour) => *colour,
                    ColorMode::UV(colour) => {
                        let bounds = Rect::from_points(points);
                        points.first().map_or(Color32::TRANSPARENT, |&p| colour(bounds, p))
                    }
                };
                self.line(points.iter().copied(), *closed, *fill, Stroke::new(stroke.width, colour));
            }
            Shape::Band(BandShape { points, fill, stroke, .. }) => {
                let upper = points.iter().map(|p| Pos2::new(p.x, p.y.min));
                let lower = points.iter().rev().map(|p| Pos2::new(p.x, p.y.max));
                self.line(upper.chain(lower), true, *fill, *stroke);
            }
            Shape::Rect(rect) => self.rectangle(rect),
            Shape::Text(text) => self.words(text),
            Shape::Mesh(mesh) => self.mesh(mesh),
            Shape::QuadraticBezier(curve) => {
                self.line(
                    curve.flatten(None),
                    curve.closed,
                    curve.fill,
                    solid(curve.stroke.width, &curve.stroke.color),
                );
            }
            Shape::CubicBezier(curve) => {
                self.line(
                    curve.flatten(None),
                    curve.closed,
                    curve.fill,
                    solid(curve.stroke.width, &curve.stroke.color),
                );
            }
        }
    }

    fn line(&mut self, points: impl IntoIterator<Item = Pos2>, closed: bool, fill: Color32, stroke: Stroke) {
        let points = self.points(points);
        let kind = if closed { "polygon" } else { "polyline" };
        let look = filled(fill) + &stroked(stroke);
        let _ = write!(self.text, "<{kind} points=\"{points}\" stroke-linejoin=\"round\"{look}/>");
    }

    fn rectangle(&mut self, shape: &RectShape) {
        if let Some(brush) = &shape.brush {
            self.textured(brush.fill_texture_id, shape.rect, brush.uv, shape.fill);
            return;
        }
        let [x, y] = self.at(shape.rect.min);
        let look = filled(shape.fill) + &stroked(shape.stroke);
        let _ = write!(
            self.text,
            "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{:.2}\" height=\"{:.2}\" rx=\"{}\"{look}/>",
            shape.rect.width(),
            shape.rect.height(),
            shape.corner_radius.nw
        );
    }

    /// Text, a piece for each colour within a row, as wide as on the screen: where the font is not installed, another
    /// one's letters take the same room.
    fn words(&mut self, shape: &TextShape) {
        let [left, top] = self.at(shape.pos);
        let turn = shape.angle.to_degrees();
        let sections = &shape.galley.job.sections;
        let face = sections.first().map_or("", |section| face(&section.format.font_id.family));
        for placed in &shape.galley.rows {
            let colour_of = |first: u32| {
                let own = placed.row.visuals.mesh.vertices.get(first as usize).map(|vertex| vertex.color);
                let own = own.filter(|&colour| colour != Color32::PLACEHOLDER).unwrap_or(shape.fallback_color);
                shape.override_text_color.unwrap_or(own).gamma_multiply(shape.opacity_factor)
            };
            // Spaces have no vertices, and so no colour of their own: they go with what is before them.
            let pieces = placed.row.glyphs.chunk_by(|a, b| {
                b.chr == ' ' || a.chr == ' ' || colour_of(a.first_vertex) == colour_of(b.first_vertex)
            });
            for piece in pieces {
                let text: String = piece.iter().map(|glyph| glyph.chr).collect();
                let Some(first) = piece.iter().find(|glyph| glyph.chr != ' ') else { continue };
                let start = piece[0];
                // Where a text has several sizes, from the height of this one's line.
                let size = match sections.as_slice() {
                    [one] => one.format.font_id.size,
                    _ => first.font_height / 1.21,
                };
                let (x, y) = (placed.pos.x + start.pos.x, placed.pos.y + start.pos.y);
                let end = piece[piece.len() - 1];
                let width = end.pos.x + end.advance_width - start.pos.x;
                let _ = write!(
                    self.text,
                    "<text transform=\"translate({left:.2} {top:.2}) rotate({turn:.2})\" x=\"{x:.2}\" y=\"{y:.2}\" \
                     font-size=\"{size:.1}\" textLength=\"{width:.2}\" lengthAdjust=\"spacingAndGlyphs\" \
                     xml:space=\"preserve\"{face}{}>{}</text>",
                    filled(colour_of(first.first_vertex)),
                    escaped(&text)
                );
            }
        }
    }

    /// A part of a texture that fills a rectangle.
    fn textured(&mut self, texture: TextureId, rect: Rect, uv: Rect, colour: Color32) {
        let [x, y] = self.at(rect.min);
        match self.textures.get(&texture) {
            Some(Content::Picture { image, smooth }) => {
                let Some(png) = png(image, uv, self.ground) else { return };
                let rendering = if *smooth { "auto" } else { "pixelated" };
                let _ = write!(
                    self.text,
                    "<image x=\"{x:.2}\" y=\"{y:.2}\" width=\"{:.2}\" height=\"{:.2}\" \
                     preserveAspectRatio=\"none\" style=\"image-rendering:{rendering}\" \
                     href=\"data:image/png;base64,{png}\"/>",
                    rect.width(),
                    rect.height()
                );
            }
            Some(&Content::Dot { hole }) => {
                let radius = 0.5 * dot::RADIUS * rect.width();
                let (fill, stroke) = match hole > 0.0 {
                    true => (Color32::TRANSPARENT, Stroke::new((1.0 - hole) * radius, colour)),
                    false => (colour, Stroke::NONE),
                };
                let radius = radius - 0.5 * stroke.width;
                self.shape(&Shape::Circle(CircleShape { center: rect.center(), radius, fill, stroke }));
            }
            // The font's, which text has no need of.
            None => {}
        }
    }

    /// A strip of one colour as its outline, and other triangles in the mean colour of their corners; rectangles of
    /// textures as what they show.
    fn mesh(&mut self, mesh: &Mesh) {
        if mesh.texture_id != TextureId::default() {
            for corners in mesh.vertices.chunks_exact(4) {
                let rect = Rect::from_points(&[0, 1, 2, 3].map(|i: usize| corners[i].pos));
                let uv = Rect::from_points(&[0, 1, 2, 3].map(|i: usize| corners[i].uv));
                self.textured(mesh.texture_id, rect, uv, corners[0].color);
            }
            return;
        }
        // As triangles side by side it would have seams.
        if let Some((outline, colour)) = strip(mesh) {
            self.line(outline, true, colour, Stroke::NONE);
            return;
        }
        for corners in mesh.indices.chunks_exact(3) {
            let vertices = [0, 1, 2].map(|i| mesh.vertices[corners[i] as usize]);
            let mean = |channel: usize| {
                (vertices.iter().map(|v| u32::from(v.color.to_array()[channel])).sum::<u32>() / 3) as u8
            };
            let colour = Color32::from_rgba_premultiplied(mean(0), mean(1), mean(2), mean(3));
            self.line(vertices.map(|v| v.pos), true, colour, Stroke::NONE);
        }
    }
}

/// A part of a picture on a ground of this colour, as the text of a PNG file; `None` where the part has no pixels.
fn png(image: &ColorImage, uv: Rect, ground: Color32) -> Option<String> {
    let [width, height] = image.size;
    let side = |from: f32, to: f32, pixels: usize| {
        let at = |share: f32| ((share * pixels as f32).round().max(0.0) as usize).min(pixels);
        at(from)..at(to)
    };
    let (columns, rows) = (side(uv.left(), uv.right(), width), side(uv.top(), uv.bottom(), height));
    let over = |colour: &Color32| {
        // Colours of egui are multiplied with their opacity.
        let below = |channel: u8| (u32::from(channel) * u32::from(255 - colour.a()) / 255) as u8;
        let ([r, g, b, _], ground) = (colour.to_array(), ground.to_array());
        [(r, ground[0]), (g, ground[1]), (b, ground[2])].map(|(own, ground)| own.saturating_add(below(ground)))
    };
    let rows_of = |row: usize| &image.pixels[row * width..][columns.clone()];
    let pixels = rows.clone().flat_map(rows_of).flat_map(over).collect();
    let picture = RgbImage { width: columns.len(), height: rows.len(), pixels };
    png_bytes(Path::new("a part of a picture"), &picture, &[]).ok().map(|bytes| base64(&bytes))
}

/// The outline of a strip of triangles and its colour, if a mesh is such a strip and has one colour.
fn strip(mesh: &Mesh) -> Option<(Vec<Pos2>, Color32)> {
    let colour = mesh.vertices.first()?.color;
    let is_strip = mesh.indices.len() + 6 == 3 * mesh.vertices.len()
        && mesh.indices.chunks_exact(3).enumerate().all(|(at, corners)| {
            let mut corners = [corners[0], corners[1], corners[2]];
            corners.sort_unstable();
            corners == [0, 1, 2].map(|corner| at as u32 + corner)
        });
    if !is_strip || mesh.vertices.iter().any(|vertex| vertex.color != colour) {
        return None;
    }
    let places = || mesh.vertices.iter().map(|vertex| vertex.pos);
    Some((places().step_by(2).chain(places().skip(1).step_by(2).rev()).collect(), colour))
}

/// The attributes of a font other than that of plain text.
fn face(family: &FontFamily) -> &'static str {
    match family {
        FontFamily::Monospace => " font-family=\"monospace\"",
        family if *family == strong_family() => " font-weight=\"600\"",
        FontFamily::Name(name) if name.starts_with("formula ") => {
            match (name.contains("Bold"), name.contains("Italic")) {
                (false, true) => " font-family=\"KaTeX_Math, serif\" font-style=\"italic\"",
                (true, true) => " font-family=\"KaTeX_Math, serif\" font-style=\"italic\" font-weight=\"700\"",
                (true, false) => " font-family=\"KaTeX_Main, serif\" font-weight=\"700\"",
                (false, false) => " font-family=\"KaTeX_Main, serif\"",
            }
        }
        FontFamily::Name(_) | FontFamily::Proportional => "",
    }
}

fn solid(width: f32, colour: &ColorMode) -> Stroke {
    match colour {
        ColorMode::Solid(colour) => Stroke::new(width, *colour),
        ColorMode::UV(_) => Stroke::NONE,
    }
}

/// The attributes of a fill.
fn filled(colour: Color32) -> String {
    paint("fill", colour)
}

fn stroked(stroke: Stroke) -> String {
    if stroke.width <= 0.0 || stroke.color.a() == 0 {
        return String::new();
    }
    format!("{} stroke-width=\"{:.2}\"", paint("stroke", stroke.color), stroke.width)
}

fn paint(what: &str, colour: Color32) -> String {
    if colour.a() == 0 {
        return format!(" {what}=\"none\"");
    }
    let [r, g, b, a] = colour.to_srgba_unmultiplied();
    let opacity = if a == 255 { String::new() } else { format!(" {what}-opacity=\"{:.3}\"", f32::from(a) / 255.0) };
    format!(" {what}=\"#{r:02x}{g:02x}{b:02x}\"{opacity}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::theme::Theme;
    use crate::ui::{formula, textures};
    use eframe::egui::{CentralPanel, FontId, RawInput, TextureOptions, pos2, vec2};

    #[test]
    fn what_is_painted_is_drawn_and_text_is_text() {
        let ctx = Context::default();
        let rect = Rect::from_min_size(pos2(10.0, 10.0), vec2(180.0, 80.0));
        let mut drawn = String::new();
        let input =
            RawInput { screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(300.0, 200.0))), ..RawInput::default() };
        let _ = ctx.run_ui(input, |ui| {
            CentralPanel::default().show(ui, |ui| {
                ui.label("nats & more");
                let painter = ui.painter();
                painter.line_segment([pos2(20.0, 50.0), pos2(120.0, 60.0)], Stroke::new(2.0, Color32::RED));
                painter.circle_filled(pos2(60.0, 60.0), 5.0, Color32::from_rgb(0, 128, 255));
                painter.text(
                    pos2(250.0, 180.0),
                    eframe::egui::Align2::LEFT_TOP,
                    "outside",
                    FontId::default(),
                    Color32::RED,
                );
            });
            drawn = svg(ui.ctx(), rect, Color32::WHITE);
        });
        assert!(drawn.contains(">nats &amp; more</text>"), "{drawn}");
        assert!(
            drawn.contains("points=\"10.00,40.00 110.00,50.00 \"") && drawn.contains("stroke=\"#ff0000\""),
            "{drawn}"
        );
        assert!(drawn.contains("<circle cx=\"50.00\" cy=\"50.00\" r=\"5.00\" fill=\"#0080ff\"/>"), "{drawn}");
        assert!(!drawn.contains("outside"), "{drawn}");
    }

    #[test]
    fn text_has_its_face_and_its_width() {
        let ctx = Context::default();
        Theme::install(&ctx);
        let screen = Rect::from_min_size(Pos2::ZERO, vec2(300.0, 200.0));
        let input = || RawInput { screen_rect: Some(screen), ..RawInput::default() };
        let mut drawn = String::new();
        let mut width = 0.0;
        // Fonts come with the second frame.
        for _ in 0..2 {
            let _ = ctx.run_ui(input(), |ui| {
                let theme = Theme::of(ui.ctx());
                width = ui.label("0.25 nats").rect.width();
                ui.label(theme.strong("bold"));
                formula::left_ui(ui, "z");
                drawn = svg(ui.ctx(), screen, Color32::WHITE);
            });
        }
        let text = |content: &str| {
            let end = drawn.find(&format!(">{content}</text>")).unwrap_or_else(|| panic!("{content}: {drawn}"));
            &drawn[drawn[..end].rfind("<text").unwrap_or_default()..end]
        };
        let plain = text("0.25 nats");
        let length = plain.split("textLength=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a width");
        assert!((length.parse::<f32>().unwrap() - width).abs() < 1.0, "{length} of {width}");
        assert!(!plain.contains("font-weight"), "{plain}");
        assert!(text("bold").contains("font-weight=\"600\""), "{drawn}");
        assert!(text("z").contains("font-style=\"italic\""), "{drawn}");
    }

    #[test]
    fn an_area_of_one_colour_is_one_shape() {
        let ctx = Context::default();
        let screen = Rect::from_min_size(Pos2::ZERO, vec2(100.0, 100.0));
        let mut drawn = String::new();
        let _ = ctx.run_ui(RawInput { screen_rect: Some(screen), ..RawInput::default() }, |ui| {
            let mut mesh = Mesh::default();
            for (at, height) in [(0.0, 10.0), (20.0, 30.0), (40.0, 20.0)] {
                mesh.colored_vertex(pos2(at, 50.0), Color32::RED);
                mesh.colored_vertex(pos2(at, 50.0 - height), Color32::RED);
            }
            (0..4).for_each(|corner| mesh.add_triangle(corner, corner + 1, corner + 2));
            ui.painter().add(Shape::mesh(mesh));
            drawn = svg(ui.ctx(), screen, Color32::WHITE);
        });
        assert_eq!(drawn.matches("<polygon").count(), 1, "{drawn}");
        let outline = "0.00,50.00 20.00,50.00 40.00,50.00 40.00,30.00 20.00,20.00 0.00,40.00 ";
        assert!(drawn.contains(outline), "{drawn}");
    }

    #[test]
    fn pictures_are_in_the_drawing_and_dots_are_circles() {
        let ctx = Context::default();
        let rect = Rect::from_min_size(Pos2::ZERO, vec2(100.0, 100.0));
        let image = ColorImage::new([2, 1], vec![Color32::from_rgb(9, 8, 7), Color32::from_white_alpha(0)]);
        let picture = textures::load(&ctx, "picture", image, TextureOptions::NEAREST);
        let (dot, ring) = (textures::load_dot(&ctx, 0.0), textures::load_dot(&ctx, 0.5));
        let mut drawn = String::new();
        let _ = ctx.run_ui(RawInput { screen_rect: Some(rect), ..RawInput::default() }, |ui| {
            let whole = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
            let at = |x: f32| Rect::from_min_size(pos2(x, 10.0), vec2(24.0, 24.0));
            ui.painter().image(picture.id(), at(0.0), whole, Color32::WHITE);
            for (texture, x) in [(&dot, 30.0), (&ring, 60.0)] {
                ui.painter().image(texture.id(), at(x), whole, Color32::RED);
            }
            drawn = svg(ui.ctx(), rect, Color32::BLACK);
        });
        let file = drawn.split("base64,").nth(1).and_then(|rest| rest.split('"').next()).expect("a picture");
        let pixels = RgbImage { width: 2, height: 1, pixels: vec![9, 8, 7, 0, 0, 0] };
        let png = png_bytes(Path::new("expected"), &pixels, &[]).unwrap();
        assert_eq!(file, base64(&png), "the part that is transparent has the ground's colour");
        assert!(drawn.contains("width=\"24.00\" height=\"24.00\"") && drawn.contains("image-rendering:pixelated"));
        assert!(drawn.contains("<circle cx=\"42.00\" cy=\"22.00\" r=\"10.00\" fill=\"#ff0000\"/>"), "{drawn}");
        assert!(drawn.contains("r=\"7.50\" fill=\"none\" stroke=\"#ff0000\" stroke-width=\"5.00\""), "{drawn}");
    }
}
