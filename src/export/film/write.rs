//! Films as files: animated PNG, and GIF.

use super::shot::Frame;
use crate::export::{ExportError, RgbImage};
use crate::files::{self, WriteError};
use gif::{AnyExtension, Extension, Repeat};
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

/// Write a film: as GIF where the file's name ends so, else as animated PNG. Text metadata (keys and UTF-8 values) are
/// iTXt chunks in a PNG and comments in a GIF. The film repeats for ever. The file is written whole or not at all; its
/// missing parent folders are created. Where it makes the file smaller, only the pixels of a frame are written that the
/// frame before does not have already. A frame of a GIF has at most 256 colours: grey pictures are exact, others
/// nearly.
///
/// # Errors
/// There are no frames, they are larger than the format allows, or the file cannot be written.
pub fn write_film(path: &Path, frames: &[Frame], metadata: &[(&str, &str)]) -> Result<(), ExportError> {
    let Some(first) = frames.first() else { return Err(ExportError::Empty) };
    let encode = |reason: String| ExportError::Encode { path: path.to_owned(), reason };
    if frames.iter().any(|frame| (frame.picture.width, frame.picture.height) != size(&first.picture)) {
        return Err(encode("its pictures are of several sizes".into()));
    }
    files::create_parent(path)?;
    let software = ("Software", concat!("Elbow ", env!("CARGO_PKG_VERSION")));
    let metadata: Vec<(&str, &str)> = metadata.iter().copied().chain([software]).collect();
    let is_gif = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gif"));
    let written = files::write_with(path, |file| {
        if is_gif { gif_file(file, frames, &metadata) } else { png_file(file, frames, &metadata) }
    });
    written.map_err(|error| match error {
        Failed::Io(source) => WriteError { path: path.to_owned(), source }.into(),
        Failed::Encoding(reason) => encode(reason),
    })
}

fn size(picture: &RgbImage) -> (usize, usize) {
    (picture.width, picture.height)
}

/// Why a film was not written.
enum Failed {
    Io(std::io::Error),
    Encoding(String),
}

impl From<std::io::Error> for Failed {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<png::EncodingError> for Failed {
    fn from(error: png::EncodingError) -> Self {
        match error {
            png::EncodingError::IoError(source) => Self::Io(source),
            other => Self::Encoding(other.to_string()),
        }
    }
}

impl From<gif::EncodingError> for Failed {
    fn from(error: gif::EncodingError) -> Self {
        match error {
            gif::EncodingError::Io(source) => Self::Io(source),
            other => Self::Encoding(other.to_string()),
        }
    }
}

fn png_file(file: &mut BufWriter<&File>, frames: &[Frame], metadata: &[(&str, &str)]) -> Result<(), Failed> {
    let too_large = |pixels| Failed::Encoding(format!("{pixels} pixels are too many"));
    let side = |pixels: usize| u32::try_from(pixels).map_err(|_| too_large(pixels));
    let (width, height) = size(&frames[0].picture);
    let mut encoder = png::Encoder::new(file, side(width)?, side(height)?);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_animated(side(frames.len())?, 0)?;
    for (key, value) in metadata {
        encoder.add_itxt_chunk((*key).to_owned(), (*value).to_owned())?;
    }
    let mut writer = encoder.write_header()?;
    writer.set_blend_op(png::BlendOp::Over)?;
    for (frame, before) in with_before(frames) {
        writer.set_frame_delay(units(frame.seconds, 1_000.0), 1_000)?;
        let whole = changed(&frame.picture, None);
        let pixels = match before.map(|before| changed(&frame.picture, Some(before))) {
            Some(changes) if png_cost(&frame.picture, &changes)? < png_cost(&frame.picture, &whole)? => changes,
            _ => whole,
        };
        writer.write_image_data(&pixels)?;
    }
    Ok(writer.finish()?)
}

/// How many bytes these pixels of a picture, with opacity, take: holes in a smooth picture may cost more than they
/// spare.
fn png_cost(picture: &RgbImage, pixels: &[u8]) -> Result<usize, Failed> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, picture.width as u32, picture.height as u32);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(bytes.len())
}

fn gif_file(file: &mut BufWriter<&File>, frames: &[Frame], metadata: &[(&str, &str)]) -> Result<(), Failed> {
    let too_large = |pixels| Failed::Encoding(format!("a GIF has at most 65,535 pixels a side, not {pixels}"));
    let side = |pixels: usize| u16::try_from(pixels).map_err(|_| too_large(pixels));
    let (width, height) = size(&frames[0].picture);
    let (width, height) = (side(width)?, side(height)?);
    let mut encoder = gif::Encoder::new(file, width, height, &[])?;
    encoder.set_repeat(Repeat::Infinite)?;
    for (key, value) in metadata {
        let comment = format!("{key}: {value}");
        encoder.write_raw_extension(AnyExtension(Extension::Comment as u8), &[comment.as_bytes()])?;
    }
    for (frame, before) in with_before(frames) {
        let encoded = |before: Option<&RgbImage>| {
            let mut picture = gif_frame(width, height, &frame.picture, before);
            picture.make_lzw_pre_encoded();
            picture
        };
        let whole = encoded(None);
        let changes = before.map(|before| encoded(Some(before)));
        let smaller = changes.filter(|changes| changes.buffer.len() < whole.buffer.len());
        let mut picture = smaller.unwrap_or(whole);
        picture.dispose = gif::DisposalMethod::Keep;
        picture.delay = units(frame.seconds, 100.0);
        encoder.write_lzw_pre_encoded_frame(&picture)?;
    }
    // The end of the file is written here, so that a failure is told; it would be lost when the encoder is dropped.
    encoder.into_inner()?;
    Ok(())
}

/// A time in units of which there are `each` in a second, at least one unit.
fn units(seconds: f64, each: f64) -> u16 {
    (seconds * each).round().clamp(1.0, f64::from(u16::MAX)) as u16
}

/// Each frame with the picture before it.
fn with_before(frames: &[Frame]) -> impl Iterator<Item = (&Frame, Option<&RgbImage>)> {
    frames.iter().scan(None, |last, frame| Some((frame, last.replace(&frame.picture))))
}

/// A picture with opacity: clear where the picture before is the same, which costs next to nothing in a file.
fn changed(picture: &RgbImage, before: Option<&RgbImage>) -> Vec<u8> {
    let old = before.map_or(&[][..], |before| &before.pixels);
    let pixel = |(place, new): (usize, &[u8])| match old.get(3 * place..3 * place + 3) {
        Some(old) if old == new => [0; 4],
        _ => [new[0], new[1], new[2], 255],
    };
    picture.pixels.chunks_exact(3).enumerate().flat_map(pixel).collect()
}

/// Grey pictures exactly, others in the 256 colours that suit them best; clear where the picture before is the same.
fn gif_frame(width: u16, height: u16, picture: &RgbImage, before: Option<&RgbImage>) -> gif::Frame<'static> {
    let mut pixels = changed(picture, before);
    let grey = picture.pixels.chunks_exact(3).all(|pixel| pixel[0] == pixel[1] && pixel[1] == pixel[2]);
    if !grey {
        return gif::Frame::from_rgba_speed(width, height, &mut pixels, 10);
    }
    let palette: Vec<u8> = (0..=255).flat_map(|level| [level; 3]).collect();
    let mut used = [false; 256];
    pixels.chunks_exact(4).filter(|pixel| pixel[3] > 0).for_each(|pixel| used[usize::from(pixel[0])] = true);
    // A level that no pixel has stands for what is clear.
    let clear = (0..=255).find(|&level| !used[usize::from(level)]);
    let own = picture.pixels.chunks_exact(3).map(|pixel| pixel[0]);
    let levels = pixels.chunks_exact(4).zip(own).map(|(pixel, own)| match clear {
        Some(clear) if pixel[3] == 0 => clear,
        _ => own,
    });
    gif::Frame::from_palette_pixels(width, height, levels.collect::<Vec<_>>(), palette, clear)
}
