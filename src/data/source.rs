//! Reading a source of images, of whichever kind.

use super::bytes::{MAX_BYTES, MAX_COUNT, thousands};
use super::decode::Tally;
use super::folder::{Folder, Pictures};
use super::loaded::Loaded;
use super::parquet::{self, ParquetImages};
use super::picture::Backdrop;
use super::picture_table::PictureTable;
use super::shapes::{Shape, Shapes};
use super::split::{FIRST_TEST, Splits};
use super::stack::Stack;
use super::toy::Toy;
use super::{Cancelled, Column, Columns, DataError, ImageShape, array, cifar, idx, mnist, table};
use crate::experiment::{Data, Source, Unreadable};
use std::path::Path;

/// Bytes of a table that is read to find out how wide it is.
const GLANCE: u64 = 1 << 20;

/// The images' shape that a source's files announce in their headers; whether a header is right shows only when the
/// whole file is read. The width of a table of up to 1 MiB is found by reading it. `None` for sources whose shape does
/// not depend on files, for larger tables, and where a file is missing or cannot be read.
pub fn announced_shape(source: &Source) -> Option<ImageShape> {
    match source {
        Source::Idx { images, .. } => match idx::idx_content(images).ok()? {
            idx::IdxContent::Images(shape) => Some(shape),
            idx::IdxContent::Labels => None,
        },
        Source::Table { .. } => {
            let (_, width) = table::table_size(source, GLANCE).ok()??;
            Some(ImageShape { channels: 1, height: 1, width })
        }
        source => array::Wanted::of(source)?.shape().ok(),
    }
}

/// Whether a source is an array whose items are rows of real numbers, by its header: numbers that a model gets as they
/// are, not grey levels to binarise. False where the file cannot be read.
pub fn holds_rows(source: &Source) -> bool {
    array::Wanted::of(source).is_some_and(|wanted| wanted.is_rows().unwrap_or(false))
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
            Source::Toy { set, count, noise } => {
                progress(&format!("drawing {} points", thousands(*count as u64)));
                draw_toy(Toy { set: *set, noise: *noise }, *count, seed)
            }
            Source::Idx { images, labels, test_images, test_labels } => {
                progress(&format!("reading {}", images.display()));
                let training = idx::read_images(images, labels.as_deref(), cancelled)?;
                let Some(test_images) = test_images else {
                    let mut loaded = Self::plain(training, None::<Stack>);
                    if let Some(unused) = test_labels {
                        loaded.warnings.push(format!("{}: not read, as there are no test_images", unused.display()));
                    }
                    return Ok(loaded);
                };
                progress(&format!("reading {}", test_images.display()));
                let test = idx::read_images(test_images, test_labels.as_deref(), cancelled)?;
                Ok(Self::plain(training, Some(test)))
            }
            Source::Table { .. } => table::read(&data.source, progress, cancelled),
            Source::Wine => table::wine(cancelled),
            Source::Arrays { .. } => {
                let Some(wanted) = array::Wanted::of(&data.source) else { unreachable!("these are arrays") };
                let mut keep = |count, test| match data.limit {
                    Some(_) => Ok(Some(Splits::draw(data, seed, count, test, 0)?.among(count))),
                    None => Ok(None),
                };
                let (read, count, kept) = array::read(&wanted, &mut keep, progress, cancelled)?;
                let array::Read { training, test, label_names, columns, factors, notes, warnings } = read;
                Ok(Self { label_names, columns, factors, notes, warnings, count, kept, ..Self::plain(training, test) })
            }
            Source::Cifar { path, coarse } => {
                progress(&format!("reading {}", path.display()));
                let cifar::Cifar { training, test, label_names, notes } = cifar::read(path, *coarse, cancelled)?;
                Ok(Self { label_names, notes, ..Self::plain(training, test) })
            }
            Source::Parquet { path, image, label, factors, width, height, rgb, background } => {
                progress(&format!("looking at {}", path.display()));
                let shape = ImageShape { channels: if *rgb { 3 } else { 1 }, height: *height, width: *width };
                check_side(shape)?;
                let mut images = ParquetImages::find(&parquet::Wanted { path, image, label, factors })?;
                let mut notes = std::mem::take(&mut images.notes);
                let count = images.training.count();
                let [own_test, own_validation] =
                    [&images.test, &images.validation].map(|set| set.as_ref().map_or(0, |set| set.count()));
                let kept = match data.limit {
                    Some(_) => Some(Splits::draw(data, seed, count, own_test, own_validation)?.among(count)),
                    None => None,
                };
                let backdrop = (background * 255.0).round() as Backdrop;
                let mut tally = Tally::default();
                let read = images.read(shape, backdrop, kept.as_deref(), &mut tally, progress, cancelled)?;
                let parquet::Read { training, validation, test, label_names, factors } = read;
                notes.extend(factors.as_ref().map(|it| format!("{}: factors: {}", path.display(), it.describe())));
                let factors = factors.filter(|table| !table.factors.is_empty());
                let warnings = left_out(data.unreadable, &tally)?.into_iter().collect();
                notes.extend(describe_transparent(path, tally.transparent, backdrop));
                let unreadable = tally.unreadable();
                let read = Self { label_names, notes, warnings, unreadable, ..Self::plain(training, test) };
                Ok(Self { count, kept, validation: validation.map(Stack::from), factors, ..read })
            }
            Source::Folder { path, width, height, rgb, background, table, label, factors } => {
                progress(&format!("listing {}", path.display()));
                let mut folder = Folder::list(path)?;
                let mut known = None;
                if let Some(table) = table {
                    let table = PictureTable::read(table, label, factors)?;
                    folder.relabel(path, &table)?;
                    known = table.factors(&table.rows_of(path, &folder.files())?)?;
                }
                let Folder { mut training, validation, test, label_names, mut notes, warnings } = folder;
                notes.extend(known.as_ref().map(|it| format!("{}: factors: {}", path.display(), it.describe())));
                let shape = ImageShape { channels: if *rgb { 3 } else { 1 }, height: *height, width: *width };
                check_side(shape)?;
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
                let mut read = |set: Pictures, number: &dyn Fn(usize) -> u32| {
                    set.read(number, shape, backdrop, &mut tally, progress, cancelled)
                };
                let own = |first: usize| move |i: usize| (first + i) as u32;
                let training = read(training, &|i| kept.as_ref().map_or(i as u32, |kept: &Vec<u32>| kept[i]))?;
                let test = test.map(|set| read(set, &own(count))).transpose()?;
                let validation = validation.map(|set| read(set, &own(count + own_test))).transpose()?;
                let mut warnings = warnings;
                warnings.extend(left_out(data.unreadable, &tally)?);
                let unreadable = tally.unreadable();
                notes.extend(describe_transparent(path, tally.transparent, backdrop));
                let read = Self { label_names, notes, warnings, unreadable, ..Self::plain(training, test) };
                let factors = known.filter(|table| !table.factors.is_empty());
                Ok(Self { count, kept, validation: validation.map(Stack::from), factors, ..read })
            }
        }
    }
}

fn check_side(shape: ImageShape) -> Result<(), DataError> {
    let (most, ImageShape { height, width, .. }) = (ImageShape::SIDE_MAX, shape);
    match (1..=most).contains(&height) && (1..=most).contains(&width) {
        true => Ok(()),
        false => {
            let message = "the width and height that pictures are resized to must be 1 to";
            Err(DataError(format!("data.source: {message} {most} pixels, not {width} × {height}")))
        }
    }
}

/// A warning about pictures that cannot be read, if they are to be left out; `None` if all can be read.
///
/// # Errors
/// Pictures cannot be read, and are not to be left out.
fn left_out(unreadable: Unreadable, tally: &Tally) -> Result<Option<String>, DataError> {
    match unreadable {
        Unreadable::Refuse => tally.check().map(|()| None),
        Unreadable::Skip => Ok(tally.complaint("cannot be read and are left out")),
    }
}

fn describe_transparent(path: &Path, count: usize, backdrop: Backdrop) -> Option<String> {
    let over = match backdrop {
        Backdrop::MAX => "white".to_string(),
        Backdrop::MIN => "black".to_string(),
        level => format!("grey of level {:.2}", f64::from(level) / 255.0),
    };
    let counted = thousands(count as u64);
    (count > 0).then(|| format!("{}: {counted} images have transparent pixels: laid over {over}", path.display()))
}

/// Draw `count` training points, and a tenth as many further points for the test.
fn draw_toy(toy: Toy, count: usize, seed: u64) -> Result<Loaded, DataError> {
    let sound = (1..=MAX_COUNT).contains(&count) && toy.noise.is_finite() && toy.noise > 0.0;
    if !sound {
        let message = "data.source: a toy set needs at least one point and noise above 0";
        return Err(DataError(format!("{message}, not {count} points and a noise of {}", toy.noise)));
    }
    let test = toy.points(seed, FIRST_TEST, (count / 10).max(1));
    let names: &[&str] = if toy.dimension() == 1 { &["x"] } else { &["x₁", "x₂"] };
    Ok(Loaded {
        label_names: toy.label_names(),
        columns: Some(Columns { list: names.iter().map(|name| Column::number(*name)).collect(), sequence: false }),
        toy: Some(toy),
        ..Loaded::plain(toy.points(seed, 0, count), Some(test))
    })
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
    let test = (count / 10).max(1);
    let counters = [0..count as u64, FIRST_TEST..FIRST_TEST + test as u64];
    Ok(Loaded {
        label_names: Shape::ALL.map(|shape| shape.name().to_string()).to_vec(),
        factors: Some(shapes.factor_table(&counters)),
        ..Loaded::plain(shapes.draw(0, count), Some(shapes.draw(FIRST_TEST, test)))
    })
}
