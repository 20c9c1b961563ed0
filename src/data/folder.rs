//! A folder of PNG and JPEG images, brought to one size. Sub-folders, one level down, are labels.

use super::bytes::{ByteImages, MAX_BYTES, thousands};
use super::{DataError, ImageShape, Images};
use image::imageops::{FilterType, resize};
use image::{DynamicImage, ImageDecoder, ImageReader};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The longest side of a picture that is decoded.
const MAX_SIDE: u32 = 16_384;

/// The most bytes that a picture may have, in its file or decoded.
const MAX_PICTURE_BYTES: u64 = 512 << 20;

/// Pictures that each thread decodes between two words of progress.
const STRETCH: usize = 32;

/// The pictures of a folder, in order of name, and what their labels mean.
pub(super) struct Folder {
    files: Vec<PathBuf>,
    labels: Option<Vec<u8>>,
    pub label_names: Vec<String>,
    pub warnings: Vec<String>,
}

impl Folder {
    /// List the pictures: those of the sub-folders, labelled, and those of the folder itself.
    pub fn list(path: &Path) -> Result<Self, DataError> {
        let (mut files, folders) = entries(path)?;
        let mut labels = Vec::new();
        let mut label_names = Vec::new();
        let mut warnings = Vec::new();
        let loose = files.len();
        for folder in folders {
            let (inside, _) = entries(&folder)?;
            if !inside.is_empty() {
                labels.resize(labels.len() + inside.len(), label_names.len());
                files.extend(inside);
                label_names.push(folder.file_name().unwrap_or_default().to_string_lossy().into_owned());
            }
        }
        if files.is_empty() {
            let message = "holds no PNG or JPEG images (.png, .jpg, .jpeg), nor does any of its sub-folders";
            return Err(DataError::of_file(path, message));
        }
        if loose > 0 && !labels.is_empty() {
            warnings.push(format!(
                "{}: images lie both in the folder and in its sub-folders, so sub-folders are not used as labels",
                path.display()
            ));
        } else if label_names.len() > 256 {
            warnings.push(format!(
                "{}: {} sub-folders are more than the 256 labels there can be, so they are not used as labels",
                path.display(),
                thousands(label_names.len() as u64)
            ));
        }
        // One class for all tells nothing.
        let labelled = loose == 0 && (2..=256).contains(&label_names.len());
        if !labelled {
            label_names.clear();
        }
        let labels = labelled.then(|| labels.into_iter().map(|label| label as u8).collect());
        Ok(Self { files, labels, label_names, warnings })
    }

    /// How many pictures there are.
    pub fn count(&self) -> usize {
        self.files.len()
    }

    /// Leave only the pictures of these numbers, in ascending order.
    pub fn keep(&mut self, numbers: &[u32]) {
        self.files = numbers.iter().map(|&number| std::mem::take(&mut self.files[number as usize])).collect();
        self.labels = self.labels.take().map(|labels| numbers.iter().map(|&n| labels[n as usize]).collect());
    }

    /// Decode every picture and bring it to `shape` (1 channel: grey; 3: RGB), on all processors.
    pub fn read(self, shape: ImageShape, progress: &mut dyn FnMut(&str)) -> Result<ByteImages, DataError> {
        let count = self.files.len();
        let n = shape.pixels();
        if count as u64 * n as u64 > MAX_BYTES {
            return Err(DataError(format!(
                "{} images of {} × {} pixels are more than the {} GiB that can be held; choose a smaller size",
                thousands(count as u64),
                shape.width,
                shape.height,
                MAX_BYTES >> 30
            )));
        }
        let mut pixels = vec![0; count * n];
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let stretch = threads * STRETCH;
        for (i, (files, pixels)) in self.files.chunks(stretch).zip(pixels.chunks_mut(stretch * n)).enumerate() {
            progress(&format!("reading image {} of {}", thousands((i * stretch) as u64 + 1), thousands(count as u64)));
            read_side_by_side(files, shape, pixels)?;
        }
        Ok(ByteImages { shape, pixels, labels: self.labels })
    }
}

/// The pictures and the sub-folders of a folder, each sorted by name; hidden ones left out.
fn entries(path: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>), DataError> {
    let unreadable = |error: std::io::Error| {
        DataError::of_file(
            path,
            match error.kind() {
                ErrorKind::NotFound => "there is no such folder; check the path".to_string(),
                ErrorKind::NotADirectory => "is a file, not a folder of images; give the folder it lies in".to_string(),
                _ => format!("cannot be listed: {error}"),
            },
        )
    };
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let path = entry.path();
        if path.is_dir() {
            folders.push(path);
        } else if is_picture(&path) {
            files.push(path);
        }
    }
    files.sort_unstable();
    folders.sort_unstable();
    Ok((files, folders))
}

fn is_picture(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    ["png", "jpg", "jpeg"].contains(&extension.as_str())
}

/// [`read_one`] for each file, on up to [`STRETCH`] files a thread. Of several errors, the first file's.
fn read_side_by_side(files: &[PathBuf], shape: ImageShape, pixels: &mut [u8]) -> Result<(), DataError> {
    let work = |files: &[PathBuf], pixels: &mut [u8]| {
        files.iter().zip(pixels.chunks_exact_mut(shape.pixels())).try_for_each(|(file, out)| read_one(file, shape, out))
    };
    let mut parts = files.chunks(STRETCH).zip(pixels.chunks_mut(STRETCH * shape.pixels()));
    let Some((own_files, own_pixels)) = parts.next() else { return Ok(()) };
    std::thread::scope(|scope| {
        let mut helpers = Vec::new();
        for (files, pixels) in parts {
            let builder = std::thread::Builder::new().name("elbow-pictures".into());
            let helper = builder.spawn_scoped(scope, move || work(files, pixels));
            helpers.push(helper.map_err(|error| DataError(format!("cannot start a thread to read images: {error}")))?);
        }
        work(own_files, own_pixels)?;
        helpers.into_iter().try_for_each(|helper| match helper.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })
}

/// One PNG or JPEG as an image of this shape, resized, with values from 0 to 1.
///
/// # Errors
/// A file that is missing, too large or no picture; names it.
pub fn read_picture(path: &Path, shape: ImageShape) -> Result<Images, DataError> {
    let mut bytes = vec![0; shape.pixels()];
    read_one(path, shape, &mut bytes)?;
    let ImageShape { channels, height, width } = shape;
    let pixels = bytes.into_iter().map(|byte| f32::from(byte) / 255.0).collect();
    Ok(Images { count: 1, channels, height, width, pixels })
}

/// Decode one picture, upright, grey or RGB, resized; `channels × height × width` bytes.
fn read_one(path: &Path, shape: ImageShape, out: &mut [u8]) -> Result<(), DataError> {
    let picture = decode(path)?;
    let (width, height) = (shape.width as u32, shape.height as u32);
    if shape.channels == 1 {
        out.copy_from_slice(&resize(&picture.into_luma8(), width, height, FilterType::Triangle));
    } else {
        out.copy_from_slice(&resize(&picture.into_rgb8(), width, height, FilterType::Triangle));
        super::bytes::channels_first(out, shape);
    }
    Ok(())
}

fn decode(path: &Path) -> Result<DynamicImage, DataError> {
    let wrong = |message: String| DataError::of_file(path, format!("{message}; remove or replace the file"));
    let unreadable = |error: std::io::Error| wrong(format!("cannot be read: {error}"));
    let undecodable = |error: image::ImageError| wrong(format!("cannot be decoded: {error}"));
    let too_large = || wrong(format!("is larger than the {} MiB a picture may have", MAX_PICTURE_BYTES >> 20));
    if fs::metadata(path).map_err(unreadable)?.len() > MAX_PICTURE_BYTES {
        return Err(too_large());
    }
    let mut reader = ImageReader::open(path).and_then(ImageReader::with_guessed_format).map_err(unreadable)?;
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_PICTURE_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(undecodable)?;
    if decoder.total_bytes() > MAX_PICTURE_BYTES {
        return Err(too_large());
    }
    // Cameras store how they were held instead of turning the picture.
    let orientation = decoder.orientation().map_err(undecodable)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(undecodable)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}
