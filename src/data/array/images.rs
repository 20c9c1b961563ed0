//! The images of an array.

use super::axes::Layout;
use super::file::Array;
use super::levels::{Found, Scale};
use crate::data::bytes::{ByteImages, MAX_BYTES, thousands};
use crate::data::mapped::{Mapped, Reading};
use crate::data::stack::{Stack, Values};
use crate::data::{Cancelled, DataError, hold};
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
    /// The values that become 0 (black) and 1 (white), with the range of all values that are known by the mask `known`
    /// of all images, if there is one.
    pub fn scale(
        &self,
        levels: Levels,
        known: Option<&[bool]>,
        cancelled: Cancelled<'_>,
    ) -> Result<(Scale, Found), DataError> {
        let element = self.array.element;
        if element.is_byte() && levels == Levels::Type {
            let found = Found { min: 0.0, max: 255.0, ..Found::default() };
            return Ok((Scale { low: 0.0, high: 255.0 }, found));
        }
        let mut found = Found::default();
        if element.is_byte() && known.is_none() {
            let mut occurs = [false; 256];
            self.array.stream(cancelled, &mut |bytes| {
                bytes.iter().for_each(|&byte| occurs[usize::from(byte)] = true);
                Ok(())
            })?;
            (0..=u8::MAX).filter(|&byte| occurs[usize::from(byte)]).for_each(|byte| found.add(f64::from(byte)));
        } else {
            self.known_values(known, cancelled, |value| found.add(value))?;
        }
        Ok((Scale::of(self.array, levels, found)?, found))
    }

    /// Give each value that is known by the mask `known` of all images, if there is one, to `take`.
    fn known_values(
        &self,
        known: Option<&[bool]>,
        cancelled: Cancelled<'_>,
        mut take: impl FnMut(f64),
    ) -> Result<(), DataError> {
        let mut walk = self.layout.walk(self.array, None);
        self.array.numbers(cancelled, &mut |numbers| {
            match known {
                None => numbers.iter().copied().for_each(&mut take),
                Some(known) => walk.next(numbers.len(), |i, place| {
                    if known[place] {
                        take(numbers[i]);
                    }
                }),
            }
            Ok(())
        })
    }

    /// Number of values of the `kept` images (all where it is `None`).
    fn values(&self, kept: Option<&[u32]>) -> u64 {
        kept.map_or(self.layout.count, <[u32]>::len) as u64 * self.layout.shape.pixels() as u64
    }

    /// The number of values of the `kept` images (all where it is `None`).
    ///
    /// # Errors
    /// With `bytes_each` bytes for each value they are more than can be held, or than the file can have.
    pub fn check_size(&self, kept: Option<&[u32]>, bytes_each: u64) -> Result<usize, DataError> {
        self.array.announced()?;
        let values = self.values(kept);
        if values.saturating_mul(bytes_each) > MAX_BYTES {
            let (described, most) = (self.layout.describe(), MAX_BYTES >> 30);
            return Err(self.array.wrong(format!(
                "{described} are more than the {most} GiB that can be held; use fewer with data.limit, or save them as \
                 an NPY file in C order, of which no more is read than is needed"
            )));
        }
        Ok(values as usize)
    }

    /// Where the array's elements begin in its file, if the `kept` images (all where it is `None`) are so many, with so
    /// many bytes for each value, that they had better stay there.
    pub fn stays(&self, kept: Option<&[u32]>, bytes_each: u64) -> Result<Option<usize>, DataError> {
        let large = self.values(kept).saturating_mul(bytes_each) > hold::most().min(MAX_BYTES);
        if large && self.layout.is_one_by_one(self.array) { self.array.start() } else { Ok(None) }
    }

    /// All images, left in the file, in which the first begins after `start` bytes.
    pub fn mapped(&self, start: usize, scale: Scale, as_bytes: bool, incomplete: bool) -> Result<Stack, DataError> {
        let Layout { shape, count, axes, .. } = self.layout;
        let reading =
            Reading { element: self.array.element, scale, as_bytes, channels_last: axes == Axes::ChannelsLast };
        let mapped = Mapped::open(&self.array.path, start, count, shape, reading, incomplete)?;
        Ok(Stack { shape, values: Values::Mapped(mapped), observed: None, labels: None })
    }

    /// Number of values that are missing, and of those beyond the scale's ends, among those that are known by the mask
    /// `known`, if there is one.
    pub fn doubtful(
        &self,
        scale: Scale,
        known: Option<&[bool]>,
        cancelled: Cancelled<'_>,
    ) -> Result<[u64; 2], DataError> {
        let mut found = [0; 2];
        self.known_values(known, cancelled, |value| {
            found[0] += u64::from(value.is_nan());
            found[1] += u64::from(scale.cuts(value));
        })?;
        Ok(found)
    }

    /// Room for the values of the `kept` images.
    fn room<T: Clone + Default>(&self, kept: Option<&[u32]>) -> Result<Vec<T>, DataError> {
        let (mut room, values) = (Vec::new(), self.check_size(kept, size_of::<T>() as u64)?);
        if room.try_reserve_exact(values).is_err() {
            return Err(self.array.wrong(format!("its {} values do not fit into memory", thousands(values as u64))));
        }
        room.resize(values, T::default());
        Ok(room)
    }

    /// Read the `kept` images (all where it is `None`) as bytes; also the number of values beyond the scale's ends,
    /// which are cut to them. A value that is unknown by the mask `known` of these images, if there is one, is 0.
    pub fn read_bytes(
        &self,
        scale: Scale,
        kept: Option<&[u32]>,
        known: Option<&[bool]>,
        cancelled: Cancelled<'_>,
    ) -> Result<(Stack, u64), DataError> {
        let mut pixels = self.room(kept)?;
        let (mut walk, mut beyond) = (self.layout.walk(self.array, kept), 0_u64);
        let mut put = |place: usize, level: u8, cut: bool| {
            pixels[place] = level;
            beyond += u64::from(cut && known.is_none_or(|known| known[place]));
        };
        if self.array.element.is_byte() {
            let levels = scale.levels_of_bytes();
            self.array.stream(cancelled, &mut |bytes| {
                walk.next(bytes.len(), |i, place| {
                    put(place, levels[usize::from(bytes[i])], scale.cuts(f64::from(bytes[i])));
                });
                Ok(())
            })?;
        } else {
            self.array.numbers(cancelled, &mut |numbers| {
                walk.next(numbers.len(), |i, place| put(place, scale.level(numbers[i]), scale.cuts(numbers[i])));
                Ok(())
            })?;
        }
        let unknown = pixels.iter_mut().zip(known.into_iter().flatten()).filter(|(_, known)| !**known);
        unknown.for_each(|(pixel, _)| *pixel = 0);
        Ok((ByteImages { shape: self.layout.shape, pixels, labels: None }.into(), beyond))
    }

    /// Read the `kept` images (all where it is `None`) as numbers on the scale, NaN where a value is missing, also by
    /// the mask `known` of these images, if there is one.
    pub fn read_numbers(
        &self,
        scale: Scale,
        kept: Option<&[u32]>,
        known: Option<&[bool]>,
        cancelled: Cancelled<'_>,
    ) -> Result<Stack, DataError> {
        let mut values = self.room(kept)?;
        let mut walk = self.layout.walk(self.array, kept);
        self.array.numbers(cancelled, &mut |numbers| {
            walk.next(numbers.len(), |i, place| values[place] = scale.number(numbers[i]));
            Ok(())
        })?;
        let unknown = values.iter_mut().zip(known.into_iter().flatten()).filter(|(_, known)| !**known);
        unknown.for_each(|(value, _)| *value = f32::NAN);
        Ok(Stack::of_numbers(self.layout.shape, values))
    }
}
