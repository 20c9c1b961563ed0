//! A stack of images as one picture: square cells on a regular grid, magnified pixel by pixel, labelled.

use super::font::{self, GLYPH_HEIGHT};
use super::rgb_image::RgbImage;
use super::{ExportError, vector_chart};
use crate::data::Images;

/// Longest side of a grid in pixels.
const MAX_SIDE: usize = 32_768;
/// Width and height of a vector's chart in pixels, before it is magnified.
const CHART: [usize; 2] = [96, 64];
/// Largest number of pixels in a grid; 64 million are 192 MB before compression.
const MAX_PIXELS: usize = 64_000_000;

/// The layout of a stack of images on a grid. Images are placed row by row, from left to right.
#[derive(Clone, Debug, PartialEq)]
pub struct GridOptions {
    /// Number of images per row; a shorter stack takes fewer.
    pub columns: usize,
    /// Side of an image's pixel in pixels of the picture (nearest neighbour).
    pub scale: usize,
    /// Width of the background between and around images, in pixels of the picture.
    pub padding: usize,
    /// Whether labels are drawn.
    pub labels: bool,
    /// Colour of the background, in sRGB.
    pub background: [u8; 3],
}

impl Default for GridOptions {
    fn default() -> Self {
        Self { columns: 8, scale: 2, padding: 4, labels: true, background: [255; 3] }
    }
}

impl GridOptions {
    /// A layout of unmagnified images edge to edge, without labels.
    pub fn one_to_one(columns: usize) -> Self {
        Self { columns, scale: 1, padding: 0, labels: false, ..Self::default() }
    }
}

/// The labels of rows and columns. Missing and empty labels leave their place blank.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GridLabels {
    /// The label beside each row, from the top.
    pub rows: Vec<String>,
    /// The label above each column, from the left.
    pub columns: Vec<String>,
}

/// Lay out a stack of grey or RGB images, or of vectors, each as a chart. Levels outside [0, 1] are clamped; NaN
/// becomes black.
///
/// # Errors
/// An empty stack, a number of channels other than 1 or 3, a scale or column count of 0, or a grid above 32,768 pixels
/// per side or 64 million pixels.
pub fn grid(images: &Images, options: &GridOptions, labels: &GridLabels) -> Result<RgbImage, ExportError> {
    check(images, options)?;
    let charts;
    let images = match images.columns {
        None => images,
        Some(_) => {
            charts = vector_chart::pictures(images, CHART, None, false);
            &charts
        }
    };
    let layout = Layout::new(images, options, labels)?;
    let mut picture = RgbImage::filled(layout.width, layout.height, options.background);
    for index in 0..images.count {
        let (left, top) = layout.corner(index % layout.columns, index / layout.columns);
        draw_image(&mut picture, images, index, options.scale, left, top);
    }
    if options.labels {
        layout.draw_labels(&mut picture, labels, ink_on(options.background));
    }
    Ok(picture)
}

fn check(images: &Images, options: &GridOptions) -> Result<(), ExportError> {
    if !matches!(images.channels, 1 | 3) {
        return Err(ExportError::Channels(images.channels));
    }
    if images.count == 0 || images.height == 0 || images.width == 0 {
        return Err(ExportError::Empty);
    }
    let numbers =
        [images.channels, images.height, images.width].iter().try_fold(images.count, |n, &side| n.checked_mul(side));
    if numbers != Some(images.pixels.len()) {
        return Err(ExportError::Shape { found: images.pixels.len() });
    }
    if options.columns == 0 {
        return Err(ExportError::NoColumns);
    }
    if options.scale == 0 {
        return Err(ExportError::NoScale);
    }
    Ok(())
}

fn draw_image(picture: &mut RgbImage, images: &Images, index: usize, scale: usize, left: usize, top: usize) {
    let image = images.image(index);
    let plane = images.height * images.width;
    for y in 0..images.height * scale {
        for x in 0..images.width * scale {
            let at = (y / scale) * images.width + x / scale;
            // Grey images repeat their one channel.
            let level = |channel: usize| byte(image[at + plane * (channel % images.channels)]);
            picture.set(left + x, top + y, [level(0), level(1), level(2)]);
        }
    }
}

/// A level in [0, 1] as a byte; the cast takes NaN to 0.
fn byte(level: f32) -> u8 {
    (level.clamp(0.0, 1.0) * 255.0).round() as u8
}

/// The colour of text: black on light backgrounds, white on dark ones (by the luma of Rec. 601).
fn ink_on([red, green, blue]: [u8; 3]) -> [u8; 3] {
    let luma = 299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue);
    if luma >= 128_000 { [0; 3] } else { [255; 3] }
}

/// Positions of everything in the picture, in pixels.
struct Layout {
    columns: usize,
    width: usize,
    height: usize,
    /// Width of the row labels, left of the grid.
    left: usize,
    /// Height of the column labels, above the grid.
    top: usize,
    padding: usize,
    cell_width: usize,
    cell_height: usize,
    /// Side of a font's pixel in pixels of the picture.
    magnification: usize,
    /// Whether column labels are written upwards, because one is wider than its column.
    upright: bool,
}

impl Layout {
    fn new(images: &Images, options: &GridOptions, labels: &GridLabels) -> Result<Self, ExportError> {
        let columns = options.columns.min(images.count);
        let rows = images.count.div_ceil(columns);
        let magnification = (options.scale / 2).max(1);
        // In floating point first, where absurd options cannot overflow.
        let side = |count: usize, pixels: usize| {
            let padding = options.padding as f64;
            padding + count as f64 * (pixels as f64 * options.scale as f64 + padding)
        };
        within_limits(side(columns, images.width), side(rows, images.height))?;

        let widest = |texts: &[String], count: usize| {
            let longest = texts.iter().take(count).map(|text| font::width(text)).max().unwrap_or(0);
            if options.labels { longest * magnification } else { 0 }
        };
        let (widest_row, widest_column) = (widest(&labels.rows, rows), widest(&labels.columns, columns));
        let (cell_width, cell_height) = (images.width * options.scale, images.height * options.scale);
        let upright = widest_column + magnification > cell_width + options.padding;
        let margin = 2 * magnification;
        let left = if widest_row > 0 { margin + widest_row + margin } else { 0 };
        let top = match widest_column {
            0 => 0,
            _ if upright => margin + widest_column + margin,
            _ => margin + GLYPH_HEIGHT * magnification,
        };
        let width = left + options.padding + columns * (cell_width + options.padding);
        let height = top + options.padding + rows * (cell_height + options.padding);
        within_limits(width as f64, height as f64)?;
        let padding = options.padding;
        Ok(Self { columns, width, height, left, top, padding, cell_width, cell_height, magnification, upright })
    }

    /// The top left corner of a cell.
    fn corner(&self, column: usize, row: usize) -> (usize, usize) {
        let along = |from, position, cell| from + self.padding + position * (cell + self.padding);
        (along(self.left, column, self.cell_width), along(self.top, row, self.cell_height))
    }

    fn draw_labels(&self, picture: &mut RgbImage, labels: &GridLabels, ink: [u8; 3]) {
        let margin = 2 * self.magnification;
        let line = GLYPH_HEIGHT * self.magnification;
        // Cells smaller than a line of text carry every second, third, … label.
        let every = |cell: usize| line.div_ceil(cell + self.padding);

        let rows = (self.height - self.top - self.padding) / (self.cell_height + self.padding);
        for (row, text) in labels.rows.iter().enumerate().take(rows).step_by(every(self.cell_height)) {
            let middle = self.corner(0, row).1 + self.cell_height / 2;
            let x = self.left - margin - font::width(text) * self.magnification;
            self.draw_text(picture, text, ink, |dx, dy| (Some(x + dx), (middle + dy).checked_sub(line / 2)));
        }
        let step = if self.upright { every(self.cell_width) } else { 1 };
        for (column, text) in labels.columns.iter().enumerate().take(self.columns).step_by(step) {
            let middle = self.corner(column, 0).0 + self.cell_width / 2;
            if self.upright {
                // Read from below: what runs right in the font runs up in the picture.
                let bottom = self.top - margin;
                self.draw_text(picture, text, ink, |dx, dy| {
                    ((middle + dy).checked_sub(line / 2), Some(bottom - 1 - dx))
                });
            } else {
                let half = font::width(text) * self.magnification / 2;
                self.draw_text(picture, text, ink, |dx, dy| ((middle + dx).checked_sub(half), Some(margin + dy)));
            }
        }
    }

    /// Draw magnified text. `place` maps a pixel of the text to the picture; pixels outside the picture are left out.
    fn draw_text(
        &self,
        picture: &mut RgbImage,
        text: &str,
        ink: [u8; 3],
        place: impl Fn(usize, usize) -> (Option<usize>, Option<usize>),
    ) {
        let m = self.magnification;
        for (x, y) in font::ink(text) {
            for (dx, dy) in (0..m * m).map(|i| (x * m + i % m, y * m + i / m)) {
                if let (Some(x), Some(y)) = place(dx, dy)
                    && x < picture.width
                    && y < picture.height
                {
                    picture.set(x, y, ink);
                }
            }
        }
    }
}

fn within_limits(width: f64, height: f64) -> Result<(), ExportError> {
    if width <= MAX_SIDE as f64 && height <= MAX_SIDE as f64 && width * height <= MAX_PIXELS as f64 {
        Ok(())
    } else {
        Err(ExportError::TooLarge { width, height, side: MAX_SIDE, millions: MAX_PIXELS / 1_000_000 })
    }
}

#[cfg(test)]
mod tests;
