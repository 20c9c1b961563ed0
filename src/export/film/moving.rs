//! Films of one state of a run: a way through latent space, a place of it at a time.

use super::caption::captioned;
use super::scale::{drawn, scale_of};
use super::shot::{FilmOptions, Frame, Shot, caption};
use crate::data::Images;
use crate::explore::{Answer, Interpolations, Traversal, Walk, z_name};
use crate::export::vector_chart::Range;
use crate::export::{ExportError, GridLabels, GridOptions, RgbImage, grid};

/// The mark of the present place on a plane: its radius and the width of its edge, in pixels.
const MARK: (f32, f32) = (7.0, 2.0);
const MARK_INK: [u8; 3] = [0xd5, 0x5e, 0x00];
const PAPER: [u8; 3] = [255; 3];
/// Space between the plane and the image at the present place, in pixels.
const SPACE: usize = 12;

/// The pictures of a way through latent space, which comes back to its beginning.
pub fn moving_frames(shot: &Shot, options: &FilmOptions) -> Result<Vec<Frame>, ExportError> {
    let range = scale_of([&shot.answer], options.draws);
    let pictures: Vec<(RgbImage, String)> = match &shot.answer {
        Answer::Traversals { traversal, means } => traversals(traversal, means, options.scale, range)?,
        Answer::Interpolations(found) => interpolations(found, options.scale, range)?,
        Answer::Walk(walk) => on_plane(walk, range)?,
        _ => return Err(ExportError::Empty),
    };
    let text = caption(shot);
    let frame = |(picture, place): (RgbImage, String)| Frame {
        picture: captioned(&picture, &format!("{text}   {place}")),
        seconds: options.seconds,
    };
    Ok(pictures.into_iter().map(frame).collect())
}

/// The places 0 … n − 1 and back, without the two ends twice.
fn there_and_back(count: usize) -> impl Iterator<Item = usize> {
    (0..count).chain((1..count.saturating_sub(1)).rev())
}

/// An image for each latent dimension, side by side, all at one value of theirs.
fn traversals(
    traversal: &Traversal,
    means: &Images,
    side: usize,
    range: Option<Range>,
) -> Result<Vec<(RgbImage, String)>, ExportError> {
    let (means, scale) = drawn(means, side, range);
    let (rows, steps) = (traversal.axes.len(), traversal.values.len());
    let labels =
        GridLabels { rows: Vec::new(), columns: traversal.axes.iter().map(|axis| z_name(axis.dimension)).collect() };
    let layout = GridOptions { columns: rows.max(1), scale, ..GridOptions::default() };
    let at = |step: usize| {
        let pixels = (0..rows).flat_map(|row| means.image(row * steps + step)).copied().collect();
        let picture = grid(&means.alike(rows, pixels), &layout, &labels)?;
        Ok((picture, format!("z = {:+.2}", traversal.values[step])))
    };
    there_and_back(steps).map(at).collect()
}

/// A row for each pair: its first image, the image on the way, its second image.
fn interpolations(
    found: &Interpolations,
    side: usize,
    range: Option<Range>,
) -> Result<Vec<(RgbImage, String)>, ExportError> {
    let Interpolations { ends, shares, inputs, means } = found;
    let both = inputs.alike(inputs.count + means.count, [&inputs.pixels[..], &means.pixels].concat());
    let (both, scale) = drawn(&if both.is_incomplete() { both.marked() } else { both }, side, range);
    let layout = GridOptions { columns: 3, scale, ..GridOptions::default() };
    let labels = GridLabels {
        rows: ends.iter().map(|[a, b]| format!("{a} → {b}")).collect(),
        columns: ["x", "", "x"].map(String::from).to_vec(),
    };
    let at = |step: usize| {
        let row = |pair: usize| [2 * pair, inputs.count + pair * shares.len() + step, 2 * pair + 1];
        let pixels = (0..ends.len()).flat_map(row).flat_map(|index| both.image(index)).copied().collect();
        let picture = grid(&both.alike(3 * ends.len(), pixels), &layout, &labels)?;
        Ok((picture, format!("{:3.0} %", 100.0 * shares[step])))
    };
    there_and_back(shares.len()).map(at).collect()
}

/// The plane with the present place marked, and beside it the image there, as high as the plane.
fn on_plane(walk: &Walk, range: Option<Range>) -> Result<Vec<(RgbImage, String)>, ExportError> {
    let Walk { axes, grid: plane, values, places, z, means } = walk;
    let side = values.len();
    let (plane, _) = drawn(plane, 1, range);
    let plane = grid(&plane, &GridOptions::one_to_one(side), &GridLabels::default())?;
    let cell = [plane.width, plane.height].map(|pixels| pixels as f32 / side.max(1) as f32);
    let (means, _) = drawn(means, 1, range);
    let layout = GridOptions { scale: (plane.height / means.height.max(1)).max(1), ..GridOptions::one_to_one(1) };
    let at = |(step, (place, z)): (usize, (&[f32; 2], &[f32; 2]))| {
        let image = grid(&means.alike(1, means.image(step).to_vec()), &layout, &GridLabels::default())?;
        let (width, height) = (plane.width + SPACE + image.width, plane.height.max(image.height));
        let mut picture = RgbImage::filled(width, height, PAPER);
        picture.put(&plane, 0, 0);
        picture.put(&image, plane.width + SPACE, 0);
        mark(&mut picture, [(place[0] + 0.5) * cell[0], (side as f32 - 0.5 - place[1]) * cell[1]]);
        Ok((picture, format!("{} = {:+.2}   {} = {:+.2}", z_name(axes[0]), z[0], z_name(axes[1]), z[1])))
    };
    places.iter().zip(z).enumerate().map(at).collect()
}

/// A ring with a light edge, which is seen on light and on dark images.
fn mark(picture: &mut RgbImage, [x, y]: [f32; 2]) {
    let (radius, edge) = MARK;
    let reach = (radius + edge).ceil() as i64;
    for (dx, dy) in (-reach..=reach).flat_map(|dy| (-reach..=reach).map(move |dx| (dx, dy))) {
        let at = [x as i64 + dx, y as i64 + dy].map(|at| usize::try_from(at).unwrap_or(usize::MAX));
        let away = (dx as f32).hypot(dy as f32);
        let ink = match away {
            _ if at[0] >= picture.width || at[1] >= picture.height => continue,
            _ if away > radius + edge || away < radius - 2.0 * edge => continue,
            _ if away > radius || away < radius - edge => PAPER,
            _ => MARK_INK,
        };
        picture.set(at[0], at[1], ink);
    }
}
