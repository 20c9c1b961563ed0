//! PNG files that carry the experiment and the step they were made from.

use super::{ExportError, RgbImage};
use crate::files::{self, WriteError};
use std::fs::File;
use std::io::{BufReader, Write};
use std::path::Path;

/// Metadata key of the experiment, in RON.
pub const EXPERIMENT_KEY: &str = "elbow-experiment";
/// Metadata key of the number of optimiser steps that the model had taken.
pub const STEP_KEY: &str = "elbow-step";

/// Metadata key of what was done to the run, in short.
pub const PROVENANCE_KEY: &str = "elbow-provenance";

/// Write a picture as an 8-bit RGB PNG with the given text metadata (keys and UTF-8 values, as iTXt chunks) and the key
/// `Software`. The file is written whole or not at all; its missing parent folders are created.
///
/// # Errors
/// The file cannot be written, or a key is not 1–79 characters of Latin-1.
pub fn write_png(path: &Path, image: &RgbImage, metadata: &[(&str, &str)]) -> Result<(), ExportError> {
    files::create_parent(path)?;
    files::write_with(path, |file| encode(file, image, metadata)).map_err(failed(path))
}

/// A picture as the bytes of a PNG file, with the metadata of [`write_png`].
///
/// # Errors
/// The picture has too many pixels, or a key is not 1–79 characters of Latin-1; `path` is named.
pub fn png_bytes(path: &Path, image: &RgbImage, metadata: &[(&str, &str)]) -> Result<Vec<u8>, ExportError> {
    let mut bytes = Vec::new();
    encode(&mut bytes, image, metadata).map_err(failed(path))?;
    Ok(bytes)
}

fn failed(path: &Path) -> impl Fn(png::EncodingError) -> ExportError {
    move |error| match error {
        png::EncodingError::IoError(source) => WriteError { path: path.to_owned(), source }.into(),
        other => ExportError::Encode { path: path.to_owned(), reason: other.to_string() },
    }
}

fn encode(file: impl Write, image: &RgbImage, metadata: &[(&str, &str)]) -> Result<(), png::EncodingError> {
    let side = |pixels: usize| {
        u32::try_from(pixels).map_err(|_| std::io::Error::other(format!("{pixels} pixels are too many")))
    };
    let mut encoder = png::Encoder::new(file, side(image.width)?, side(image.height)?);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let software = ("Software", concat!("Elbow ", env!("CARGO_PKG_VERSION")));
    for (key, value) in metadata.iter().chain([&software]) {
        encoder.add_itxt_chunk(key.to_string(), value.to_string())?;
    }
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&image.pixels)?;
    writer.finish()
}

/// The experiment, in RON, from a PNG that [`write_png`] wrote.
///
/// # Errors
/// The file cannot be read, is not a PNG, or carries no experiment.
pub fn read_experiment(path: &Path) -> Result<String, ExportError> {
    let read = |source| ExportError::Read { path: path.to_owned(), source };
    let file = File::open(path).map_err(read)?;
    let not_png = |error: png::DecodingError| match error {
        png::DecodingError::IoError(source) if source.kind() != std::io::ErrorKind::UnexpectedEof => read(source),
        other => ExportError::NotPng { path: path.to_owned(), reason: other.to_string() },
    };
    let mut reader = png::Decoder::new(BufReader::new(file)).read_info().map_err(not_png)?;
    let find = |info: &png::Info<'_>| info.utf8_text.iter().find(|chunk| chunk.keyword == EXPERIMENT_KEY).cloned();
    let chunk = match find(reader.info()) {
        Some(chunk) => Some(chunk),
        // Other programs move text behind the pixels.
        None => {
            reader.finish().map_err(not_png)?;
            find(reader.info())
        }
    };
    let mut chunk = chunk.ok_or_else(|| ExportError::NoExperiment { path: path.to_owned() })?;
    // Other programs compress it too; the limit of 2 MiB keeps a crafted chunk from filling memory.
    chunk.decompress_text().map_err(not_png)?;
    chunk.get_text().map_err(not_png)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn picture() -> RgbImage {
        RgbImage { width: 5, height: 3, pixels: (0..45).map(|i| i * 5).collect() }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn any_experiment_text_and_the_pixels_read_back(text in "\\PC{0,40}(\n\\PC{0,20}){0,4}") {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("grid.png");
            write_png(&path, &picture(), &[(EXPERIMENT_KEY, &text), (STEP_KEY, "12")]).unwrap();
            prop_assert_eq!(read_experiment(&path).unwrap(), text);

            let mut reader = png::Decoder::new(BufReader::new(File::open(&path).unwrap())).read_info().unwrap();
            let mut pixels = vec![0; 45];
            let info = reader.next_frame(&mut pixels).unwrap();
            prop_assert_eq!((info.width, info.height, info.color_type), (5, 3, png::ColorType::Rgb));
            prop_assert_eq!(pixels, picture().pixels);
            let keys: Vec<_> = reader.info().utf8_text.iter().map(|chunk| chunk.keyword.as_str()).collect();
            prop_assert_eq!(keys, [EXPERIMENT_KEY, STEP_KEY, "Software"]);
        }
    }

    /// A PNG with an experiment behind its pixels, compressed: as an image editor may leave it.
    #[test]
    fn text_behind_the_pixels_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("edited.png");
        let mut writer = png::Encoder::new(File::create(&path).unwrap(), 1, 1).write_header().unwrap();
        writer.write_image_data(&[0]).unwrap();
        let mut chunk = png::text_metadata::ITXtChunk::new(EXPERIMENT_KEY, "(version: 1)");
        chunk.compress_text().unwrap();
        writer.write_text_chunk(&chunk).unwrap();
        writer.finish().unwrap();
        assert_eq!(read_experiment(&path).unwrap(), "(version: 1)");
    }

    #[test]
    fn refusals_name_the_file_and_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("some.png");
        let message = || read_experiment(&path).unwrap_err().to_string();
        assert!(message().contains("cannot read") && message().contains("some.png"), "{}", message());
        std::fs::write(&path, "no PNG at all").unwrap();
        assert!(message().contains("not a readable PNG"), "{}", message());
        std::fs::write(&path, "").unwrap();
        assert!(message().contains("not a readable PNG"), "{}", message());
        write_png(&path, &picture(), &[("Comment", "a")]).unwrap();
        assert!(message().contains("carries no experiment"), "{}", message());
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        assert!(message().contains("not a readable PNG"), "{}", message());
        assert!(write_png(&path, &picture(), &[("", "empty key")]).is_err());
    }
}
