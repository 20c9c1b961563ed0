//! A curve on the screen: a line where each report has a place of its own, a band from the smallest to the largest
//! value where many share a pixel column. Its triangles are kept from frame to frame, since most frames bring neither
//! new reports nor another view, and a plot of many runs has thousands of triangles.

use crate::ui::curves::Extent;
use crate::ui::plot::dash::Dash;
use eframe::egui::epaint::{BandPoint, BandShape, Mesh, PathShape, TessellationOptions, Tessellator};
use eframe::egui::{Color32, Context, Painter, Pos2, Rangef, Rect, Shape, Stroke, pos2};
use egui_plot::PlotTransform;
use std::sync::Arc;

/// Least distance between dots, in points of the screen.
const DOT_SPACING: f32 = 6.0;
const DOT_RADIUS: f32 = 3.0;
/// Radius of a report between two gaps, which no line would show.
const LONE_RADIUS: f32 = 1.5;
/// Nothing is drawn further from the window's corner, in points of the screen.
const FAR: f32 = 1e5;
/// Opacity of a band that is much wider than its line, so that what lies behind it stays visible.
const BAND_OPACITY: f32 = 0.6;

/// The style of a curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Style {
    pub colour: Color32,
    /// Width of the line; 0 for none.
    pub width: f32,
    /// Whether reports are also drawn as dots, where there is room for them.
    pub dots: bool,
    /// The kind of line.
    pub dash: Dash,
    /// Whether y is the decimal logarithm.
    pub log: bool,
}

/// A curve, with its triangles of the last frame.
#[derive(Default)]
pub struct Trace {
    extents: Vec<Extent>,
    painted: Option<Painted>,
}

struct Painted {
    placing: Placing,
    lines: Arc<Mesh>,
    /// The dots' positions and radii.
    dots: Vec<(Pos2, f32)>,
}

/// Everything that the triangles depend on, beside the extents.
#[derive(Clone, Copy, PartialEq)]
struct Placing {
    frame: Rect,
    /// x and y at the frame's lower left and upper right corner.
    corners: [[f64; 2]; 2],
    pixels_per_point: f32,
    options: TessellationOptions,
    style: Style,
}

/// An extent on the screen, where y points down.
struct Placed {
    x: f32,
    top: f32,
    bottom: f32,
}

impl Placed {
    fn new(extent: &Extent, transform: &PlotTransform, log: bool) -> Option<Self> {
        let y = |value: f64| transform.position_from_point_y(if log { value.log10() } else { value });
        let (top, bottom) = (y(extent.high), y(extent.low));
        // A logarithm of nothing or less is a gap as well.
        let is_there = !extent.is_gap() && top.is_finite() && bottom.is_finite();
        // Far outside, where triangles would lose their shape.
        let near = |y: f32| y.clamp(-FAR, FAR);
        let x = transform.position_from_point_x(extent.x);
        is_there.then(|| Self { x, top: near(top), bottom: near(bottom) })
    }

    fn is_single(&self) -> bool {
        self.top == self.bottom
    }
}

impl Trace {
    pub fn new(extents: Vec<Extent>) -> Self {
        Self { extents, painted: None }
    }

    pub fn extents(&self) -> &[Extent] {
        &self.extents
    }

    /// Draw the curve at the positions given by `transform`.
    pub fn paint(&mut self, ctx: &Context, painter: &Painter, transform: &PlotTransform, style: Style) {
        let placing = Placing {
            frame: *transform.frame(),
            corners: [transform.bounds().min(), transform.bounds().max()],
            pixels_per_point: ctx.pixels_per_point(),
            options: ctx.tessellation_options(|options| *options),
            style,
        };
        if self.painted.as_ref().is_none_or(|painted| painted.placing != placing) {
            self.painted = Some(Painted::new(&self.extents, transform, placing));
        }
        let Some(Painted { lines, dots, .. }) = &self.painted else { return };
        painter.add(Shape::Mesh(lines.clone()));
        // Not part of the triangles: egui stamps small discs from a texture.
        painter.extend(dots.iter().map(|&(place, radius)| Shape::circle_filled(place, radius, style.colour)));
    }
}

impl Painted {
    fn new(extents: &[Extent], transform: &PlotTransform, placing: Placing) -> Self {
        let placed: Vec<Option<Placed>> =
            extents.iter().map(|extent| Placed::new(extent, transform, placing.style.log)).collect();
        let mut painted = Self { placing, lines: Arc::default(), dots: Vec::new() };
        // Lines need neither the texture of the font nor its discs.
        let mut tessellator = Tessellator::new(placing.pixels_per_point, placing.options, [1, 1], Vec::new());
        let mut lines = Mesh::default();
        for segment in placed.split(Option::is_none).filter(|segment| !segment.is_empty()) {
            let segment: Vec<&Placed> = segment.iter().flatten().collect();
            painted.add_dots(&segment);
            if placing.style.width > 0.0 && segment.len() > 1 {
                add_line(&mut tessellator, &segment, placing.style, &mut lines);
            }
        }
        painted.lines = Arc::new(lines);
        painted
    }

    fn add_dots(&mut self, segment: &[&Placed]) {
        let crowded = DOT_SPACING * segment.len() as f32 > self.placing.frame.width();
        let radius = match (self.placing.style.dots, segment.len()) {
            (true, _) if !crowded => DOT_RADIUS,
            // A dotted line.
            (true, _) | (false, 1) => LONE_RADIUS,
            _ => return,
        };
        for placed in segment {
            if self.dots.last().is_none_or(|(last, _)| placed.x >= last.x + DOT_SPACING) {
                self.dots.push((pos2(placed.x, placed.top), radius));
                if !placed.is_single() {
                    self.dots.push((pos2(placed.x, placed.bottom), radius));
                }
            }
        }
    }
}

fn add_line(tessellator: &mut Tessellator, segment: &[&Placed], style: Style, lines: &mut Mesh) {
    if style.dash != Dash::Solid {
        // Through the middle of what shares a column: dashes would be lost in a band.
        let places: Vec<Pos2> =
            segment.iter().map(|placed| pos2(placed.x, 0.5 * (placed.top + placed.bottom))).collect();
        for piece in style.dash.shapes(&places, Stroke::new(style.width, style.colour)) {
            tessellator.tessellate_shape(piece, lines);
        }
    } else if segment.iter().all(|placed| placed.is_single()) {
        let places = segment.iter().map(|placed| pos2(placed.x, placed.top)).collect();
        tessellator.tessellate_path(&PathShape::line(places, Stroke::new(style.width, style.colour)), lines);
    } else {
        let half = 0.5 * style.width;
        let height: f32 = segment.iter().map(|placed| placed.bottom - placed.top).sum();
        let wide = height > 3.0 * style.width * segment.len() as f32;
        let colour = style.colour.gamma_multiply(if wide { BAND_OPACITY } else { 1.0 });
        let points = segment
            .iter()
            .map(|placed| BandPoint { x: placed.x, y: Rangef::new(placed.top - half, placed.bottom + half) });
        tessellator.tessellate_band(&BandShape::filled(points.collect::<Vec<_>>(), colour), lines);
    }
}
