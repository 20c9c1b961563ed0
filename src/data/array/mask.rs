//! A mask: an array of 0 and 1 that says which values of the images are known.

use super::file::Array;
use super::images::Understood;
use crate::data::bytes::{MAX_BYTES, thousands};
use crate::data::{Cancelled, DataError};
use crate::experiment::MaskOnes;

/// Names that masks usually have. They are not taken by their name alone: an array of that name may as well say which
/// pixels are of some object.
const NAMES: [&str; 6] = ["mask", "masks", "train_mask", "mask_train", "observed", "missing"];

/// Whether an array might be the images' mask.
pub fn might_be(array: &Array, images: &Understood<'_>) -> bool {
    NAMES.iter().any(|name| array.name.eq_ignore_ascii_case(name))
        && array.element.is_number()
        && images.layout.walk_mask(images.array, array).is_some()
}

/// For each value of all images, in the order of a stack, whether it is known.
///
/// # Errors
/// The array is no mask of the images: its shape is another, or it has other values than 0 and 1.
pub fn read(
    array: &Array,
    images: &Understood<'_>,
    ones: MaskOnes,
    cancelled: Cancelled<'_>,
) -> Result<Vec<bool>, DataError> {
    let layout = &images.layout;
    let walk = layout.walk_mask(images.array, array).filter(|_| array.element.is_number());
    let Some((mut walk, shared)) = walk else {
        let of_images = images.array.describe();
        return Err(array.wrong(format!(
            "is {}, which is no mask of the images {of_images}: a mask has 0 and 1 (false and true) in their shape, or \
             without their axis of channels; name another array",
            array.describe()
        )));
    };
    array.announced()?;
    let (count, pixels) = (layout.count, layout.shape.pixels());
    let values = count as u64 * pixels as u64;
    let mut known = Vec::new();
    if values > MAX_BYTES || known.try_reserve_exact(values as usize).is_err() {
        let values = thousands(values);
        return Err(
            array.wrong(format!("a mask is held in memory, where {values} values do not fit; use fewer images"))
        );
    }
    known.resize(values as usize, false);
    let mut strange = None;
    array.numbers(cancelled, &mut |numbers| {
        walk.next(numbers.len(), |i, place| {
            let value = numbers[i];
            if value != 0.0 && value != 1.0 {
                strange = Some(value);
            }
            known[place] = (value == 1.0) == (ones == MaskOnes::Known);
        });
        match strange {
            None => Ok(()),
            Some(value) => Err(array.wrong(format!(
                "has the value {value}; a mask has 0 and 1 (false and true), and nothing else; name another array"
            ))),
        }
    })?;
    if shared {
        let plane = layout.shape.height * layout.shape.width;
        for image in known.chunks_exact_mut(pixels) {
            (1..layout.shape.channels).for_each(|channel| image.copy_within(..plane, channel * plane));
        }
    }
    Ok(known)
}

/// The mask of the `kept` images (all where it is `None`) of one for all images, `pixels` values each.
pub fn of_kept(known: Vec<bool>, kept: Option<&[u32]>, pixels: usize) -> Vec<bool> {
    match kept {
        None => known,
        Some(kept) => kept.iter().flat_map(|&number| &known[number as usize * pixels..][..pixels]).copied().collect(),
    }
}
