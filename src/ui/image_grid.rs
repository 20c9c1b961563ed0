//! Images as square cells on a regular grid that fills its room: crisp at any magnification, with labels, one texture
//! for a whole stack.
//!
//! Where an image pixel is a whole number of screen pixels it is drawn as that square. At another magnification the
//! texture is magnified by the next whole number first and filtered down when it is drawn, so that every image pixel
//! has the same size and edges as sharp as the screen allows.

use super::context_menu::{self, MenuAsks, Target};
use super::format::counted;
use super::noun;
use super::textures;
use super::theme::Theme;
use crate::data::Images;
use crate::export::vector_chart::pictures;
use eframe::egui::emath::GuiRounding;
use eframe::egui::{
    self, Align2, Color32, ColorImage, Mesh, Pos2, Rect, Response, Role, Sense, Shape, Stroke, StrokeKind, TextStyle,
    TextureFilter, TextureHandle, TextureOptions, Ui, Vec2, WidgetInfo, pos2, vec2,
};
use std::cell::Cell;

/// Width and height of the chart of a vector, in pixels of its texture.
const CHART: [usize; 2] = [180, 120];
/// Gap between cells, in points.
pub const GAP: f32 = 2.0;
/// Space between the grid and its labels, in points.
const LABEL_GAP: f32 = 6.0;
/// Share of its side that a cell may lose so that an image pixel is a whole number of screen pixels.
const WHOLE_FOR: f32 = 0.04;
/// From this magnification on, pixels a screen pixel wider or narrower than their neighbours pass for equal.
const LARGE: f32 = 6.0;
/// Texels that a texture is magnified to at most, so that a new answer costs no frame.
const TEXELS_MAX: usize = 3 << 20;

/// A stack of images on the graphics card, uploaded once for each new answer.
#[derive(Default)]
pub struct Atlas {
    key: Option<(u64, u64)>,
    /// Whether vectors were drawn for the dark palette.
    dark: bool,
    texture: Option<TextureHandle>,
    count: usize,
    /// Height and width of an image in pixels.
    size: [usize; 2],
    /// Number of images in a row of the texture.
    per_row: usize,
    rows: usize,
    /// Number of times that each pixel is repeated in the texture, along either axis.
    magnified: usize,
    /// Number of repetitions that would be crisp at the size drawn last.
    wanted: Cell<usize>,
}

impl Atlas {
    /// Upload `images` unless `key` (run and serial of their answer) is already there.
    pub fn update(&mut self, ctx: &egui::Context, key: (u64, u64), images: &Images) {
        let dark = Theme::of(ctx).dark;
        if images.columns.is_some() && (self.key != Some(key) || self.dark != dark) {
            // A vector is a chart; one is enough for each answer.
            let charts = pictures(images, CHART, None, dark);
            (self.key, self.dark) = (None, dark);
            self.update(ctx, key, &charts);
            return;
        } else if images.columns.is_some() {
            return;
        }
        let wanted = self.wanted.get().max(1);
        if self.key == Some(key) && self.magnified == wanted {
            return;
        }
        self.key = Some(key);
        self.magnified = wanted;
        self.count = images.count;
        self.size = [images.height, images.width];
        if images.count == 0 || images.pixels_per_image() == 0 {
            self.texture = None;
            return;
        }
        self.per_row = (images.count as f32).sqrt().ceil() as usize;
        self.rows = images.count.div_ceil(self.per_row);
        let [width, height] = [self.per_row * images.width, self.rows * images.height];
        let longest_allowed = ctx.input(|i| i.max_texture_side).max(1);
        let fits =
            |times: usize| width.max(height) * times <= longest_allowed && width * height * times * times <= TEXELS_MAX;
        let shrink = width.max(height).div_ceil(longest_allowed).max(1);
        let times = (1..=wanted).rev().find(|&times| fits(times)).unwrap_or(1);
        let atlas = magnified(paint(images, self.per_row, self.rows, shrink), times);
        let magnification = if wanted > 1 { TextureFilter::Linear } else { TextureFilter::Nearest };
        let options = TextureOptions { magnification, ..TextureOptions::LINEAR };
        match &mut self.texture {
            Some(texture) => textures::set(ctx, texture, atlas, options),
            None => self.texture = Some(textures::load(ctx, "images", atlas, options)),
        }
    }

    /// Width of an image over its height.
    fn aspect(&self) -> f32 {
        self.size[1] as f32 / self.size[0].max(1) as f32
    }

    fn uv(&self, index: usize) -> Rect {
        let size = vec2(1.0 / self.per_row as f32, 1.0 / self.rows as f32);
        let corner = vec2((index % self.per_row) as f32 * size.x, (index / self.per_row) as f32 * size.y);
        // A hair inside, so that rounding cannot pick a neighbour's texel.
        Rect::from_min_size(corner.to_pos2(), size)
            .shrink2(1e-3 * size / vec2(self.size[1] as f32, self.size[0] as f32))
    }

    /// Ask for a texture that is crisp where an image is `size` points large.
    fn want(&self, ctx: &egui::Context, size: Vec2) {
        let times = repeats(size.max_elem() * ctx.pixels_per_point() / self.longest());
        if self.wanted.replace(times).max(1) != times {
            ctx.request_repaint();
        }
    }

    /// The longer side of an image in its own pixels.
    fn longest(&self) -> f32 {
        self.size[0].max(self.size[1]).max(1) as f32
    }

    /// Paint image `index` into `rect`.
    pub fn paint_image(&self, painter: &egui::Painter, index: usize, rect: Rect) {
        if let Some(texture) = &self.texture
            && index < self.count
        {
            painter.image(texture.id(), rect, self.uv(index), Color32::WHITE);
        }
    }
}

/// Number of times that each pixel of a texture is repeated before the texture is drawn at a magnification.
fn repeats(magnification: f32) -> usize {
    let whole = (magnification - magnification.round()).abs() < 1e-3;
    if whole || magnification <= 1.0 || magnification > LARGE { 1 } else { magnification.ceil() as usize }
}

/// Every pixel as a square of `times` × `times`.
fn magnified(image: ColorImage, times: usize) -> ColorImage {
    if times == 1 {
        return image;
    }
    let [width, height] = image.size;
    let mut pixels = Vec::with_capacity(width * height * times * times);
    for row in image.pixels.chunks_exact(width.max(1)) {
        let start = pixels.len();
        pixels.extend(row.iter().flat_map(|&colour| std::iter::repeat_n(colour, times)));
        for _ in 1..times {
            pixels.extend_from_within(start..start + width * times);
        }
    }
    ColorImage::new([width * times, height * times], pixels)
}

/// All images side by side, each pixel the mean of `shrink × shrink` of its own.
fn paint(images: &Images, per_row: usize, rows: usize, shrink: usize) -> ColorImage {
    let (height, width) = ((images.height / shrink).max(1), (images.width / shrink).max(1));
    let stride = per_row * width;
    let mut colours = vec![Color32::BLACK; stride * rows * height];
    let plane = images.height * images.width;
    let mut levels: [Vec<u8>; 3] = Default::default();
    for index in 0..images.count {
        for (levels, plane) in levels.iter_mut().zip(images.image(index).chunks_exact(plane)) {
            levels.clear();
            shrunk_levels(plane, images.width, shrink, levels);
        }
        let corner = (index / per_row) * height * stride + (index % per_row) * width;
        for y in 0..height {
            let [red, green, blue] = levels.each_ref().map(|levels| levels.get(y * width..(y + 1) * width));
            let row = &mut colours[corner + y * stride..][..width];
            let Some(red) = red else { continue };
            match (green, blue) {
                (Some(green), Some(blue)) => {
                    for (colour, ((&r, &g), &b)) in row.iter_mut().zip(red.iter().zip(green).zip(blue)) {
                        *colour = Color32::from_rgb(r, g, b);
                    }
                }
                _ => row.iter_mut().zip(red).for_each(|(colour, &grey)| *colour = Color32::from_gray(grey)),
            }
        }
    }
    ColorImage::new([stride, rows * height], colours)
}

/// The levels, 0 to 255, of one channel of an image, each the mean of `shrink × shrink` pixels. Pixels left over at the
/// right and at the bottom are dropped.
fn shrunk_levels(plane: &[f32], width: usize, shrink: usize, levels: &mut Vec<u8>) {
    // The conversion saturates, and rounds down.
    let level = |value: f32| (255.0 * value + 0.5) as u8;
    if shrink == 1 {
        levels.extend(plane.iter().map(|&value| level(value)));
        return;
    }
    let (down, right) = (shrink.min(plane.len() / width), shrink.min(width));
    for rows in plane.chunks_exact(down * width) {
        for x in (0..=width - right).step_by(right) {
            let sum: f32 = rows.chunks_exact(width).flat_map(|row| &row[x..x + right]).sum();
            levels.push(level(sum / (down * right) as f32));
        }
    }
}

/// Side of a cell in points, a whole number of screen pixels: the largest that lets `columns` × `rows` cells into
/// `size`, but never less than `minimum`. Where little is lost by it, an image pixel is a whole number of screen
/// pixels.
pub fn cell_side(size: Vec2, columns: usize, rows: usize, atlas: &Atlas, pixels_per_point: f32, minimum: f32) -> f32 {
    let gaps = |n: usize| GAP * n.saturating_sub(1) as f32;
    let fits = ((size.x - gaps(columns)) / columns.max(1) as f32).min((size.y - gaps(rows)) / rows.max(1) as f32);
    // A hair more, so that rounding does not cost a pixel that is there.
    let side = (fits.max(minimum) * pixels_per_point + 1e-3).floor();
    let whole = (side / atlas.longest()).floor() * atlas.longest();
    let side = if whole >= (1.0 - WHOLE_FOR) * side && whole >= minimum * pixels_per_point { whole } else { side };
    side / pixels_per_point
}

/// The number of columns (from `1..=count`) at which `count` groups of `rows_each` cells, one below the other, are
/// largest in `size`; among equals, the one that leaves the fewest cells of the last row empty.
pub fn best_columns(size: Vec2, count: usize, rows_each: usize, atlas: &Atlas, pixels_per_point: f32) -> usize {
    let score = |columns: usize| {
        let rows = count.div_ceil(columns);
        let side = cell_side(size, columns, rows * rows_each, atlas, pixels_per_point, 1.0);
        // In whole pixels, so that equals are equal.
        ((side * pixels_per_point).round() as i64, -((rows * columns - count) as i64), columns)
    };
    (1..=count.max(1)).max_by_key(|&columns| score(columns)).unwrap_or(1)
}

/// The options for drawing a grid.
pub struct ImageGrid<'a> {
    /// The grid's name for screen readers, e.g. "Prior samples".
    pub name: &'a str,
    pub columns: usize,
    /// Side of a cell in points, from [`cell_side`].
    pub side: f32,
    pub gap: f32,
    /// The labels to the left of the rows; empty for none.
    pub row_labels: &'a [String],
    /// Width of the row labels, so that the grid stays in place when they change.
    pub row_label_width: f32,
    /// The labels above the columns; empty for none.
    pub column_labels: &'a [String],
}

/// The pointer's actions on a grid.
pub struct GridResponse {
    pub response: Response,
    pub hovered: Option<usize>,
    pub clicked: Option<usize>,
}

impl ImageGrid<'_> {
    /// Height of the line of column labels.
    pub fn header_height(ui: &Ui) -> f32 {
        ui.text_style_height(&TextStyle::Small) + LABEL_GAP
    }

    /// Draw the images of atlases at the given indices (`None` leaves a cell empty), row by row from left to right.
    pub fn show(&self, ui: &mut Ui, cells: &[(&Atlas, Option<usize>)]) -> GridResponse {
        let theme = Theme::of(ui.ctx());
        let pixels = ui.ctx().pixels_per_point();
        let columns = self.columns.max(1);
        let rows = cells.len().div_ceil(columns);
        let label_width =
            if self.row_labels.is_empty() { 0.0 } else { self.row_label_width + LABEL_GAP }.round_to_pixels(pixels);
        let header = if self.column_labels.is_empty() { 0.0 } else { Self::header_height(ui) };
        let extent = |n: usize| n as f32 * self.side + n.saturating_sub(1) as f32 * self.gap;
        let size = vec2(label_width + extent(columns), header + extent(rows));
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        let origin = (rect.min + vec2(label_width, header)).round_to_pixels(pixels);
        let cell = |index: usize| {
            let at = vec2((index % columns) as f32, (index / columns) as f32) * (self.side + self.gap);
            Rect::from_min_size((origin + at).round_to_pixels(pixels), Vec2::splat(self.side).round_to_pixels(pixels))
        };
        let grid = Rect::from_min_size(origin, vec2(extent(columns), extent(rows)));
        let hovered = response.hover_pos().and_then(|pointer| self.at(pointer, grid.min, columns, cells.len()));

        if ui.is_rect_visible(rect) {
            let painter = ui.painter();
            painter.rect(
                grid.expand(1.0),
                2.0,
                theme.image_background,
                Stroke::new(1.0, theme.image_border),
                StrokeKind::Outside,
            );
            let mut mesh = Mesh::default();
            for (index, &(atlas, image)) in cells.iter().enumerate() {
                let (Some(texture), Some(image)) = (&atlas.texture, image) else { continue };
                if image >= atlas.count {
                    continue;
                }
                if mesh.texture_id != texture.id() {
                    painter.add(Shape::mesh(std::mem::take(&mut mesh)));
                    mesh.texture_id = texture.id();
                    atlas.want(ui.ctx(), Vec2::splat(self.side));
                }
                mesh.add_rect_with_uv(letterbox(cell(index), atlas.aspect()), atlas.uv(image), Color32::WHITE);
            }
            painter.add(Shape::mesh(mesh));
            let font = TextStyle::Small.resolve(ui.style());
            let pitch = self.side + self.gap;
            let line = ui.text_style_height(&TextStyle::Small);
            for (row, label) in every_fitting(self.row_labels, rows, line / pitch) {
                let at = pos2(rect.left(), cell(row * columns).center().y);
                painter.text(at, Align2::LEFT_CENTER, label, font.clone(), theme.text_muted);
            }
            let widest = |label: &String| painter.layout_no_wrap(label.clone(), font.clone(), theme.text).size().x;
            let width = self.column_labels.iter().map(widest).fold(0.0, f32::max) + 4.0;
            for (column, label) in every_fitting(self.column_labels, columns, width / pitch) {
                let at = pos2(cell(column).center().x, rect.top());
                painter.text(at, Align2::CENTER_TOP, label, font.clone(), theme.text_muted);
            }
            if let Some(index) = hovered {
                painter.rect_stroke(cell(index), 1.0, Stroke::new(2.0, theme.accent), StrokeKind::Outside);
            }
        }
        let clicked = if response.clicked() { hovered } else { None };
        let shown = cells.iter().filter(|(_, image)| image.is_some()).count();
        let noun = noun::of(ui.ctx());
        let spoken = format!("{}: {}", self.name, counted(shown, noun.one()));
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
        self.menu(&response, rect, |pointer| self.at(pointer, grid.min, columns, cells.len()).map(cell));
        GridResponse { response, hovered, clicked }
    }

    /// The menu of the whole grid, and of the image that it was opened over.
    fn menu(&self, response: &Response, whole: Rect, cell_at: impl Fn(Pos2) -> Option<Rect>) {
        let stem = self.name.to_lowercase().replace(' ', "-");
        let opened_over = response.id.with("opened over");
        if response.secondary_clicked()
            && let Some(cell) = response.interact_pointer_pos().and_then(cell_at)
        {
            response.ctx.data_mut(|data| data.insert_temp(opened_over, cell));
        }
        context_menu::offer(response, Target { rect: whole, stem: &stem }, |ui| {
            let Some(cell) = ui.ctx().data(|data| data.get_temp::<Rect>(opened_over)) else { return };
            context_menu::line_ui(ui, "Copy this image", || MenuAsks::CopyPicture(cell));
            let name = format!("{stem}-one.png");
            context_menu::line_ui(ui, "Save this image as PNG…", || MenuAsks::SavePicture { name, rect: cell });
            ui.separator();
        });
    }

    fn at(&self, pointer: Pos2, origin: Pos2, columns: usize, count: usize) -> Option<usize> {
        let cell = (pointer - origin) / (self.side + self.gap);
        if cell.x < 0.0 || cell.y < 0.0 {
            return None;
        }
        let (column, row) = (cell.x as usize, cell.y as usize);
        let index = row * columns + column;
        (column < columns && index < count).then_some(index)
    }
}

/// Every second, third, … of the first `count` labels, counted from the middle, so that labels as large as `extent`
/// cells do not touch.
fn every_fitting(labels: &[String], count: usize, extent: f32) -> impl Iterator<Item = (usize, &String)> {
    let stride = extent.ceil().max(1.0) as usize;
    let middle = count / 2;
    labels.iter().enumerate().take(count).filter(move |(i, _)| i.abs_diff(middle).is_multiple_of(stride))
}

/// The largest rectangle of this aspect in the middle of a square.
fn letterbox(square: Rect, aspect: f32) -> Rect {
    let size = if aspect >= 1.0 { vec2(1.0, 1.0 / aspect) } else { vec2(aspect, 1.0) };
    Rect::from_center_size(square.center(), size * square.size())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn atlas(count: usize, side: usize) -> Atlas {
        Atlas { count, size: [side, side], per_row: 1, rows: 1, ..Atlas::default() }
    }

    #[test]
    fn item_13_cells_fill_their_room_at_any_scale() {
        let atlas = atlas(64, 28);
        // 300 points for 8 cells and 7 gaps of 2 leave 35.75 points a cell; on a 2× screen 71.5 pixels.
        assert_eq!(cell_side(vec2(300.0, 300.0), 8, 8, &atlas, 1.0, 1.0), 35.0);
        assert_eq!(cell_side(vec2(300.0, 300.0), 8, 8, &atlas, 2.0, 1.0), 35.5);
        // Whole pixels where they cost less than a twenty-fifth of the side: 57 and 56.
        assert_eq!(cell_side(vec2(471.0, 471.0), 8, 8, &atlas, 1.0, 1.0), 56.0);
        // Too little room: as it fits, but never under the minimum.
        assert_eq!(cell_side(vec2(86.0, 86.0), 8, 8, &atlas, 1.0, 1.0), 9.0);
        assert_eq!(cell_side(vec2(86.0, 86.0), 8, 8, &atlas, 1.0, 24.0), 24.0);
        for scale in [1.0, 1.25, 1.5, 2.0] {
            for room in (100..900).step_by(7) {
                let room = room as f32;
                let side = cell_side(vec2(room, room), 8, 8, &atlas, scale, 1.0);
                let used = 8.0 * side + 7.0 * GAP;
                assert!(used <= room + 0.01, "{used} of {room} at {scale}");
                // A pixel a cell is lost to rounding, or a twenty-fifth to whole pixels.
                assert!(room - used <= 8.0 / scale + WHOLE_FOR * room, "{used} of {room} at {scale}");
            }
        }
    }

    #[test]
    fn item_13_pixels_between_whole_magnifications_are_repeated_and_filtered_down() {
        assert_eq!([0.4, 1.0, 1.2, 2.0, 3.4, 5.9, 7.3].map(repeats), [1, 1, 2, 1, 4, 6, 1]);
        let image = ColorImage::new([2, 2], [1, 2, 3, 4].map(Color32::from_gray).to_vec());
        let large = magnified(image, 3);
        assert_eq!(large.size, [6, 6]);
        let grey = |x: usize, y: usize| large[(x, y)].r();
        assert_eq!([grey(0, 0), grey(2, 2), grey(3, 2), grey(2, 3), grey(5, 5)], [1, 1, 2, 3, 4]);
    }

    #[test]
    fn columns_are_chosen_for_the_largest_cells() {
        let atlas = atlas(16, 28);
        assert_eq!(best_columns(vec2(1000.0, 60.0), 16, 1, &atlas, 1.0), 16);
        assert_eq!(best_columns(vec2(400.0, 400.0), 16, 1, &atlas, 1.0), 4);
        assert_eq!(best_columns(vec2(60.0, 1000.0), 16, 1, &atlas, 1.0), 1);
    }

    #[test]
    fn labels_that_would_touch_are_left_out_around_the_middle() {
        let labels: Vec<String> = (-3..=3).map(|i: i32| i.to_string()).collect();
        let shown = |extent| every_fitting(&labels, 7, extent).map(|(i, _)| i).collect::<Vec<_>>();
        assert_eq!(shown(0.9), [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(shown(1.1), [1, 3, 5]);
        assert_eq!(shown(2.5), [0, 3, 6]);
    }

    #[test]
    fn an_atlas_holds_every_pixel_where_it_belongs() {
        // Three 2×2 RGB images, told apart by their red; one pixel of green.
        let mut images = Images { count: 3, channels: 3, height: 2, width: 2, pixels: vec![0.0; 36], columns: None };
        for index in 0..3 {
            images.pixels[index * 12..index * 12 + 4].fill((index + 1) as f32 / 5.0);
        }
        images.pixels[12 + 4 + 3] = 1.0;
        let painted = paint(&images, 2, 2, 1);
        assert_eq!(painted.size, [4, 4]);
        assert_eq!(painted[(0, 0)], Color32::from_rgb(51, 0, 0));
        assert_eq!(painted[(3, 1)], Color32::from_rgb(102, 255, 0));
        assert_eq!(painted[(2, 1)], Color32::from_rgb(102, 0, 0));
        assert_eq!(painted[(1, 3)], Color32::from_rgb(153, 0, 0));
        assert_eq!(painted[(3, 3)], Color32::BLACK);
        // Halved: the mean of each 2×2.
        let small = paint(&images, 2, 2, 2);
        assert_eq!((small.size, small[(1, 0)]), ([2, 2], Color32::from_rgb(102, 64, 0)));
    }
}
