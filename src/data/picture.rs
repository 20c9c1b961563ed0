//! One picture, made an image of a given shape: checked, decoded, turned upright, laid over a backdrop
//! where it is transparent, and resized.

use super::bytes::channels_first;
use super::{DataError, ImageShape, Images, jpeg};
use crate::files::contained;
use image::imageops::{FilterType, resize};
use image::{DynamicImage, GrayImage, ImageDecoder, ImageReader, Luma, Rgb, RgbImage};
use std::fs::{self, File};
use std::io::{Cursor, Read};
use std::path::Path;

/// Longest side of a picture that is decoded, in pixels, before it is resized.
const MAX_SIDE: u32 = 16_384;

/// Largest size of a picture in bytes, both as a file and decoded.
const MAX_PICTURE_BYTES: u64 = 512 << 20;

/// The grey level that transparent pixels are laid over: 0 is black, 255 white.
pub(super) type Backdrop = u8;

/// Read one picture (PNG, JPEG, TIFF, WebP, BMP, GIF) and resize it to `shape`, with values in [0, 1]. Transparent
/// parts become white.
///
/// # Errors
/// A file that is missing, too large, damaged or not a picture; the message names it.
pub fn read_picture(path: &Path, shape: ImageShape) -> Result<Images, DataError> {
    let mut bytes = vec![0; shape.pixels()];
    read_into(path, shape, Backdrop::MAX, &mut bytes)?;
    let ImageShape { channels, height, width } = shape;
    let pixels = bytes.into_iter().map(|byte| f32::from(byte) / 255.0).collect();
    Ok(Images { count: 1, channels, height, width, pixels, columns: None })
}

/// Decode one picture's file, turn it upright, make it grey or RGB, and resize it, into `out` as `channels × height ×
/// width` bytes. Returns whether any part of the picture was transparent.
pub(super) fn read_into(path: &Path, shape: ImageShape, backdrop: Backdrop, out: &mut [u8]) -> Result<bool, DataError> {
    let wrong = |message: String| DataError::of_file(path, format!("{message}; remove or replace the file"));
    let bytes = read(path).map_err(wrong)?;
    bytes_into(&bytes, shape, backdrop, out).map_err(wrong)
}

/// [`read_into`] for the bytes of a picture's file. The error is a sentence without its subject, the file's name.
pub(super) fn bytes_into(bytes: &[u8], shape: ImageShape, backdrop: Backdrop, out: &mut [u8]) -> Result<bool, String> {
    let picture = contained(|| decode(bytes)).unwrap_or_else(|panic| Err(format!("cannot be decoded: {panic}")))?;
    let (width, height) = (shape.width as u32, shape.height as u32);
    let transparent;
    if shape.channels == 1 {
        let grey;
        (grey, transparent) = opaque_grey(picture, backdrop);
        out.copy_from_slice(&resize(&grey, width, height, FilterType::Triangle));
    } else {
        let colour;
        (colour, transparent) = opaque_rgb(picture, backdrop);
        out.copy_from_slice(&resize(&colour, width, height, FilterType::Triangle));
        channels_first(out, shape);
    }
    Ok(transparent)
}

fn opaque_grey(picture: DynamicImage, backdrop: Backdrop) -> (GrayImage, bool) {
    if !picture.color().has_alpha() {
        return (picture.into_luma8(), false);
    }
    let picture = picture.into_luma_alpha8();
    let (width, height) = picture.dimensions();
    let transparent = picture.pixels().any(|pixel| pixel.0[1] < u8::MAX);
    let over = |x, y| {
        let [grey, alpha] = picture.get_pixel(x, y).0;
        Luma([lay_over(grey, alpha, backdrop)])
    };
    (GrayImage::from_fn(width, height, over), transparent)
}

fn opaque_rgb(picture: DynamicImage, backdrop: Backdrop) -> (RgbImage, bool) {
    if !picture.color().has_alpha() {
        return (picture.into_rgb8(), false);
    }
    let picture = picture.into_rgba8();
    let (width, height) = picture.dimensions();
    let transparent = picture.pixels().any(|pixel| pixel.0[3] < u8::MAX);
    let over = |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0;
        Rgb([red, green, blue].map(|level| lay_over(level, alpha, backdrop)))
    };
    (RgbImage::from_fn(width, height, over), transparent)
}

/// A level of this opacity over the backdrop: α·level + (1 − α)·backdrop, rounded.
fn lay_over(level: u8, alpha: u8, backdrop: Backdrop) -> u8 {
    let [level, alpha, backdrop] = [level, alpha, backdrop].map(u32::from);
    ((level * alpha + backdrop * (255 - alpha) + 127) / 255) as u8
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let unreadable = |error: std::io::Error| format!("cannot be read: {error}");
    // Opening a pipe would wait for somebody to write.
    let metadata = fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err("is no regular file".into());
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(MAX_PICTURE_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_PICTURE_BYTES { Err(too_large()) } else { Ok(bytes) }
}

fn too_large() -> String {
    format!("is larger than the {} MiB a picture may have", MAX_PICTURE_BYTES >> 20)
}

fn decode(bytes: &[u8]) -> Result<DynamicImage, String> {
    let undecodable = |error: image::ImageError| format!("cannot be decoded: {error}");
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let mut reader = reader.map_err(|error| format!("cannot be read: {error}"))?;
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_PICTURE_BYTES);
    reader.limits(limits);
    // Of an animation this is the first frame.
    let mut decoder = reader.into_decoder().map_err(undecodable)?;
    if decoder.total_bytes() > MAX_PICTURE_BYTES {
        return Err(too_large());
    }
    if bytes.starts_with(&[0xff, 0xd8]) {
        jpeg::check(bytes).map_err(|damage| format!("cannot be decoded: {damage}"))?;
    }
    // Cameras store how they were held instead of turning the picture.
    let orientation = decoder.orientation().map_err(undecodable)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(undecodable)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}
