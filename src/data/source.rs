//! Reading a source of images, of whichever kind.

use super::bytes::{ByteImages, MAX_BYTES, thousands};
use super::folder::{Folder, Pictures, Tally};
use super::picture::Backdrop;
use super::shapes::{Shape, Shapes};
use super::split::{FIRST_TEST, Splits};
use super::{Cancelled, DataError, ImageShape, idx, mnist};
use crate::experiment::{Data, Source};

/// The images of a source, as read.
pub(super) struct Loaded {
    pub training: ByteImages,
    /// Number of training images that the source has.
    pub count: usize,
    /// The numbers, ascending, of the training images that were read; `None` if all were.
    pub kept: Option<Vec<u32>>,
    /// The source's own test images, if it has any.
    pub test: Option<ByteImages>,
    /// The source's own validation images, if it has any.
    pub validation: Option<ByteImages>,
    /// The names of the labels 0, 1, …; empty if labels are plain numbers.
    pub label_names: Vec<String>,
    /// The generator of procedural images.
    pub shapes: Option<Shapes>,
    /// How the source was understood, in sentences for the user.
    pub notes: Vec<String>,
    pub warnings: Vec<String>,
}

impl Loaded {
    /// Read a source; procedural images are drawn from the seed. For a folder with `data.limit`, only the pictures that
    /// the splits use are decoded.
    pub fn read(
        data: &Data,
        seed: u64,
        progress: &mut dyn FnMut(&str),
        cancelled: Cancelled<'_>,
    ) -> Result<Self, DataError> {
        match &data.source {
            Source::Mnist => {
                progress("unpacking MNIST");
                let (training, test) = mnist::read()?;
                Ok(Self::plain(training, Some(test)))
            }
            Source::Shapes { count, size } => {
                progress(&format!("drawing {} shapes", thousands(*count as u64)));
                draw_shapes(*count, *size, seed)
            }
            Source::Idx { images, labels, test_images, test_labels } => {
                progress(&format!("reading {}", images.display()));
                let training = idx::read_images(images, labels.as_deref(), cancelled)?;
                let Some(test_images) = test_images else {
                    let mut loaded = Self::plain(training, None);
                    if let Some(unused) = test_labels {
                        loaded.warnings.push(format!("{}: not read, as there are no test_images", unused.display()));
                    }
                    return Ok(loaded);
                };
                progress(&format!("reading {}", test_images.display()));
                let test = idx::read_images(test_images, test_labels.as_deref(), cancelled)?;
                Ok(Self::plain(training, Some(test)))
            }
            Source::Folder { path, width, height, rgb, background } => {
                progress(&format!("listing {}", path.display()));
                let Folder { mut training, validation, test, label_names, mut notes, warnings } = Folder::list(path)?;
                let shape = ImageShape { channels: if *rgb { 3 } else { 1 }, height: *height, width: *width };
                let most = ImageShape::SIDE_MAX;
                if !(1..=most).contains(height) || !(1..=most).contains(width) {
                    let message = "a folder's width and height must be 1 to";
                    return Err(DataError(format!("data.source: {message} {most} pixels, not {width} × {height}")));
                }
                let count = training.count();
                let [own_test, own_validation] =
                    [&test, &validation].map(|set| set.as_ref().map_or(0, Pictures::count));
                let kept = match data.limit {
                    Some(_) => Some(Splits::draw(data, seed, count, own_test, own_validation)?.among(count)),
                    None => None,
                };
                kept.iter().for_each(|kept| training.keep(kept));
                let backdrop = (background * 255.0).round() as Backdrop;
                let mut tally = Tally::default();
                let mut read = |set: Pictures| set.read(shape, backdrop, &mut tally, progress, cancelled);
                let training = read(training)?;
                let test = test.map(&mut read).transpose()?;
                let validation = validation.map(&mut read).transpose()?;
                tally.check()?;
                if tally.transparent > 0 {
                    let count = thousands(tally.transparent as u64);
                    let over = match backdrop {
                        Backdrop::MAX => "white".to_string(),
                        Backdrop::MIN => "black".to_string(),
                        _ => format!("grey of level {background}"),
                    };
                    notes.push(format!("{}: {count} images have transparent pixels: laid over {over}", path.display()));
                }
                Ok(Self { label_names, notes, warnings, count, kept, validation, ..Self::plain(training, test) })
            }
        }
    }

    fn plain(training: ByteImages, test: Option<ByteImages>) -> Self {
        let count = training.count();
        Self {
            training,
            count,
            kept: None,
            test,
            validation: None,
            label_names: Vec::new(),
            shapes: None,
            notes: Vec::new(),
            warnings: Vec::new(),
        }
    }
}

/// Draw `count` training images, and a tenth as many further images for the test.
fn draw_shapes(count: usize, size: usize, seed: u64) -> Result<Loaded, DataError> {
    if ![32, 64].contains(&size) {
        return Err(DataError(format!("data.source: shapes are drawn 32 or 64 pixels wide, not {size}")));
    }
    let most = (MAX_BYTES / (size * size) as u64 / 2) as usize;
    if !(1..=most).contains(&count) {
        return Err(DataError(format!(
            "data.source: {} shapes cannot be drawn; choose a count from 1 to {}",
            thousands(count as u64),
            thousands(most as u64)
        )));
    }
    let shapes = Shapes::new(seed, size);
    let test = shapes.draw(FIRST_TEST, (count / 10).max(1));
    Ok(Loaded {
        label_names: Shape::ALL.map(|shape| shape.name().to_string()).to_vec(),
        shapes: Some(shapes),
        ..Loaded::plain(shapes.draw(0, count), Some(test))
    })
}
