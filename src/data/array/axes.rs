//! The meaning of an array's axes.

use super::file::Array;
use super::walk::{Axis, Walk};
use crate::data::bytes::{MAX_COUNT, thousands};
use crate::data::{Column, Columns, DataError, ImageShape};
use crate::experiment::Axes;

/// The things that an axis of an array counts: images, channels, rows, columns or pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Image,
    Channel,
    Row,
    Column,
    /// Pixels of an image, row by row.
    Pixel,
}

/// An array as a stack of images.
#[derive(Clone, Debug)]
pub struct Layout {
    pub shape: ImageShape,
    pub count: usize,
    /// The choice by which the axes are understood, never [`Axes::Auto`].
    pub axes: Axes,
    roles: Vec<Role>,
}

/// Most numbers of a row that is drawn as bars; a longer one is drawn as a line.
const BARS_MOST: usize = 32;

/// Smallest side of a square picture that rows of bytes are taken for.
const SQUARE_SIDE: usize = 8;

impl Layout {
    /// Understand an array's axes as `axes` says, or guess.
    pub fn of(array: &Array, axes: Axes) -> Result<Self, DataError> {
        let axes = if axes == Axes::Auto { guess(array)? } else { axes };
        let (rank, wants) = (array.shape.len(), wants(axes));
        let roles = roles(axes, rank).ok_or_else(|| {
            array.wrong(format!("has {rank} axes, but data.source.axes says {wants}; choose other axes"))
        })?;
        let length = |role| roles.iter().zip(&array.shape).find(|(it, _)| **it == role).map_or(1, |(_, &side)| side);
        let count = length(Role::Image);
        let mut shape =
            ImageShape { channels: length(Role::Channel), height: length(Role::Row), width: length(Role::Column) };
        let pixels = length(Role::Pixel);
        match axes {
            Axes::Square => {
                let side = pixels.isqrt();
                if side * side != pixels {
                    let message = format!("its rows have {pixels} values, which is no square; choose other axes");
                    return Err(array.wrong(message));
                }
                (shape.height, shape.width) = (side, side);
            }
            _ if roles.contains(&Role::Pixel) => shape.width = pixels,
            _ => {}
        }
        let layout = Self { shape, count, axes, roles };
        layout.check(array)?;
        Ok(layout)
    }

    fn check(&self, array: &Array) -> Result<(), DataError> {
        let Self { shape, count, .. } = *self;
        if count == 0 {
            return Err(array.wrong(format!("holds no images (it is {})", array.describe())));
        }
        if count > MAX_COUNT {
            let most = thousands(MAX_COUNT as u64);
            return Err(array.wrong(format!("holds more than the {most} images that can be held")));
        }
        let (understood, sides) = (self.describe(), 1..=ImageShape::SIDE_MAX);
        if self.is_vectors() {
            return match shape.width {
                1..=Columns::MOST => Ok(()),
                _ => {
                    let most = thousands(Columns::MOST as u64);
                    Err(array.wrong(format!("is understood as {understood}, of 1 to {most} values; choose other axes")))
                }
            };
        }
        if !sides.contains(&shape.height) || !sides.contains(&shape.width) {
            let most = ImageShape::SIDE_MAX;
            let message = format!("is understood as {understood}, but a side must be 1 to {most} pixels");
            return Err(array.wrong(format!("{message}; choose data.source.axes, or another array")));
        }
        if ![1, 3].contains(&shape.channels) {
            let message = format!("is understood as {understood}, but there must be 1 channel (grey) or 3 (RGB)");
            return Err(array.wrong(format!("{message}; choose data.source.axes, or save fewer channels")));
        }
        Ok(())
    }

    /// Whether the items are rows of numbers, which are no pictures.
    pub fn is_vectors(&self) -> bool {
        self.axes == Axes::Vectors || self.axes == Axes::Matlab && self.roles.contains(&Role::Pixel)
    }

    /// The columns of rows of numbers, all on one scale: `low` and `high` are the values that become 0 and 1. `None`
    /// for pictures.
    pub fn columns(&self, low: f64, high: f64) -> Option<Columns> {
        let column = |n: usize| Column { offset: low, scale: high - low, ..Column::number(format!("column {n}")) };
        let width = self.shape.width;
        self.is_vectors().then(|| Columns { list: (1..=width).map(column).collect(), sequence: width > BARS_MOST })
    }

    /// The images that the array is understood as, in words.
    pub fn describe(&self) -> String {
        let ImageShape { channels, height, width } = self.shape;
        let count = thousands(self.count as u64);
        match (self.axes, channels) {
            _ if self.is_vectors() => format!("{count} vectors of {width}"),
            (_, 1) => format!("{count} grey images of {height} × {width} ({})", wants(self.axes)),
            (_, 3) => format!("{count} RGB images of {height} × {width} ({})", wants(self.axes)),
            _ => format!("{count} images of {height} × {width} with {channels} channels ({})", wants(self.axes)),
        }
    }

    /// Whether the images are counted by the first axis and each lies in the file row by row, so that one can be read
    /// without the others.
    pub fn is_one_by_one(&self, array: &Array) -> bool {
        self.axes != Axes::Matlab && (!array.fortran || array.shape.len() < 2)
    }

    /// The places of the array's elements in a stack of the `kept` images (all where it is `None`), each
    /// `channels × height × width`.
    pub fn walk(&self, array: &Array, kept: Option<&[u32]>) -> Walk {
        self.walk_over(&self.roles, array, kept)
    }

    /// The places of a mask's elements in a stack of all images of `images`, and whether the mask has one channel for
    /// all of an image's, whose elements belong to the first. `None` where its axes are neither those of the images nor
    /// those without channels.
    pub fn walk_mask(&self, images: &Array, mask: &Array) -> Option<(Walk, bool)> {
        if mask.shape == images.shape {
            return Some((self.walk(mask, None), false));
        }
        let axes = self.roles.iter().copied().zip(images.shape.iter().copied());
        let (roles, shape): (Vec<Role>, Vec<usize>) = axes.filter(|(role, _)| *role != Role::Channel).unzip();
        (mask.shape == shape).then(|| (self.walk_over(&roles, mask, None), true))
    }

    fn walk_over(&self, roles: &[Role], array: &Array, kept: Option<&[u32]>) -> Walk {
        let ImageShape { height, width, .. } = self.shape;
        let step = |role| match role {
            Role::Image => self.shape.pixels(),
            Role::Channel => height * width,
            Role::Row => width,
            Role::Column | Role::Pixel => 1,
        };
        let axis = |(&role, &len): (&Role, &usize)| match (role, kept) {
            (Role::Image, Some(kept)) => Axis::Chosen { len, step: step(role), chosen: kept.to_vec() },
            _ => Axis::Steps { len, step: step(role) },
        };
        let mut axes: Vec<Axis> = roles.iter().zip(&array.shape).map(axis).collect();
        if array.fortran {
            axes.reverse();
        }
        Walk::new(axes)
    }
}

/// The meaning of an array's axes, guessed by their number and lengths.
///
/// # Errors
/// The lengths allow no meaning.
fn guess(array: &Array) -> Result<Axes, DataError> {
    let channels = |side: usize| side == 1 || side == 3;
    Ok(match array.shape[..] {
        [_] => Axes::Vectors,
        [_, pixels] => {
            let side = pixels.isqrt();
            let square = side >= SQUARE_SIDE && side * side == pixels && array.element.is_byte();
            if square { Axes::Square } else { Axes::Vectors }
        }
        [first, second, third] if first == second && third > second && first > 1 => Axes::Matlab,
        [_, _, _] => Axes::Grey,
        [.., last] if channels(last) => Axes::ChannelsLast,
        [_, second, _, _] if channels(second) => Axes::ChannelsFirst,
        [_, _, third, _] if channels(third) => Axes::Matlab,
        [_, _, _, _] => {
            let message = "none of its axes has the length 1 or 3, so that none are channels";
            return Err(array.wrong(format!("is {}: {message}; choose data.source.axes", array.describe())));
        }
        _ => {
            let message = "images are N × D, N × H × W, N × H × W × C or N × C × H × W";
            return Err(array.wrong(format!("is {}: {message}; choose another array", array.describe())));
        }
    })
}

fn wants(axes: Axes) -> &'static str {
    match axes {
        Axes::Auto => "any axes",
        Axes::Vectors => "N × D",
        Axes::Square => "N × D, square",
        Axes::Grey => "N × H × W",
        Axes::ChannelsLast => "N × H × W × C",
        Axes::ChannelsFirst => "N × C × H × W",
        Axes::Matlab => "MATLAB's order, N last",
    }
}

fn roles(axes: Axes, rank: usize) -> Option<Vec<Role>> {
    use Role::{Channel, Column, Image, Pixel, Row};
    Some(match (axes, rank) {
        (Axes::Vectors, 1) => vec![Image],
        (Axes::Vectors | Axes::Square, 2) => vec![Image, Pixel],
        (Axes::Grey, 3) => vec![Image, Row, Column],
        (Axes::ChannelsLast, 4) => vec![Image, Row, Column, Channel],
        (Axes::ChannelsFirst, 4) => vec![Image, Channel, Row, Column],
        (Axes::Matlab, 2) => vec![Pixel, Image],
        (Axes::Matlab, 3) => vec![Row, Column, Image],
        (Axes::Matlab, 4) => vec![Row, Column, Channel, Image],
        _ => return None,
    })
}
