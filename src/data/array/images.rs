//! The images of an array.

use super::axes::Layout;
use super::file::Array;
use super::levels::{Found, Scale};
use crate::data::bytes::{ByteImages, MAX_BYTES, thousands};
use crate::data::{Cancelled, DataError};
use crate::experiment::{Axes, Levels};

/// An array that is understood as images.
pub struct Understood<'a> {
    pub array: &'a Array,
    pub layout: Layout,
}

/// Understand an array as images.
pub fn understand(array: &Array, axes: Axes) -> Result<Understood<'_>, DataError> {
    if !array.element.is_number() {
        return Err(array.wrong("holds texts, not images; name another array in data.source.images"));
    }
    Ok(Understood { array, layout: Layout::of(array, axes)? })
}

impl Understood<'_> {
    /// Find the values that become black and white.
    pub fn scale(&self, levels: Levels, cancelled: Cancelled<'_>) -> Result<(Scale, Found), DataError> {
        let element = self.array.element;
        if element.is_byte() && levels == Levels::Type {
            let found = Found { min: 0.0, max: 255.0, whole: true, not_finite: 0 };
            return Ok((Scale { low: 0.0, high: 255.0 }, found));
        }
        let found = Found::read(self.array, cancelled)?;
        Ok((Scale::of(self.array, levels, found)?, found))
    }

    /// Whether the `kept` images (all where it is `None`) can be held.
    pub fn check_size(&self, kept: Option<&[u32]>) -> Result<u64, DataError> {
        self.array.announced()?;
        let bytes = kept.map_or(self.layout.count, <[u32]>::len) as u64 * self.layout.shape.pixels() as u64;
        if bytes > MAX_BYTES {
            let (described, most) = (self.layout.describe(), MAX_BYTES >> 30);
            return Err(self.array.wrong(format!(
                "{described} are more than the {most} GiB that can be held; use fewer with data.limit"
            )));
        }
        Ok(bytes)
    }

    /// Read the `kept` images (all where it is `None`) as levels; also the number of values beyond the scale's ends.
    pub fn read(
        &self,
        scale: Scale,
        kept: Option<&[u32]>,
        cancelled: Cancelled<'_>,
    ) -> Result<(ByteImages, u64), DataError> {
        let bytes = self.check_size(kept)?;
        let shape = self.layout.shape;
        let mut pixels = Vec::new();
        if pixels.try_reserve_exact(bytes as usize).is_err() {
            return Err(self.array.wrong(format!("its {} bytes do not fit into memory", thousands(bytes))));
        }
        pixels.resize(bytes as usize, 0);
        let (element, mut walk, mut beyond) = (self.array.element, self.layout.walk(self.array, kept), 0_u64);
        let levels: [u8; 256] = std::array::from_fn(|byte| scale.level(byte as f64));
        self.array.stream(cancelled, &mut |bytes| {
            let count = bytes.len() / element.size;
            if element.is_byte() {
                walk.next(count, |i, place| pixels[place] = levels[usize::from(bytes[i])]);
            } else {
                walk.next(count, |i, place| {
                    let value = element.number(&bytes[i * element.size..]);
                    // NaN is beyond both ends.
                    beyond += u64::from(!(scale.low..=scale.high).contains(&value));
                    pixels[place] = scale.level(value);
                });
            }
            Ok(())
        })?;
        Ok((ByteImages { shape, pixels, labels: None }, beyond))
    }
}
