//! Items that stay in their file and are read as they are needed: for arrays larger than the memory.

use super::array::{Element, Scale};
use super::bytes::channels_first;
use super::item::Content;
use super::{DataError, ImageShape};
use memmap2::Mmap;
use std::borrow::Cow;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// Items one after the other in a file, each `channels × height × width` elements.
#[derive(Clone, Debug)]
pub(super) struct Mapped {
    map: Arc<Mmap>,
    /// Bytes before the first item.
    start: usize,
    count: usize,
    shape: ImageShape,
    reading: Reading,
    /// The levels of the values 0 to 255.
    levels: Arc<[u8; 256]>,
    /// Whether any value is NaN.
    pub incomplete: bool,
}

/// How the elements of a mapped file become values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Reading {
    pub element: Element,
    pub scale: Scale,
    /// Whether values become grey levels of one byte, else numbers.
    pub as_bytes: bool,
    /// Whether an item has its channels last, `height × width × channels`.
    pub channels_last: bool,
}

impl Reading {
    /// Whether the bytes of the file are the grey levels themselves.
    fn is_plain(&self) -> bool {
        self.as_bytes && self.element.is_byte() && self.scale == Scale { low: 0.0, high: 255.0 }
    }
}

impl Mapped {
    /// Map `count` items that begin `start` bytes into a file. The file must not be changed or cut while the map is in
    /// use.
    ///
    /// # Errors
    /// The file cannot be opened or mapped, or is too short.
    pub fn open(
        path: &Path,
        start: usize,
        count: usize,
        shape: ImageShape,
        reading: Reading,
        incomplete: bool,
    ) -> Result<Self, DataError> {
        let file = File::open(path).map_err(|error| DataError::of_file(path, format!("cannot be opened: {error}")))?;
        // SAFETY: the map is only read. That nobody changes the file while it is mapped, the guide asks of the user;
        // the values that are read would then be others, and reading beyond a new end would end the process.
        let map = unsafe { Mmap::map(&file) };
        let map = map.map_err(|error| DataError::of_file(path, format!("cannot be mapped into memory: {error}")))?;
        let bytes = (count as u64).checked_mul((shape.pixels() * reading.element.size) as u64);
        let end = bytes.and_then(|bytes| bytes.checked_add(start as u64));
        if end.is_none_or(|end| end > map.len() as u64) {
            return Err(DataError::of_file(path, "is shorter than its header says; fetch the file again"));
        }
        let levels = Arc::new(reading.scale.levels_of_bytes());
        Ok(Self { map: Arc::new(map), start, count, shape, reading, levels, incomplete })
    }

    pub fn count(&self) -> usize {
        self.count
    }

    /// The bytes of the file that item `index` is.
    fn range(&self, index: usize) -> std::ops::Range<usize> {
        let length = self.shape.pixels() * self.reading.element.size;
        self.start + index * length..self.start + (index + 1) * length
    }

    /// The values of item `index`.
    pub fn content(&self, index: usize) -> Content<'_> {
        let Reading { element, scale, as_bytes, channels_last } = self.reading;
        let raw = &self.map[self.range(index)];
        let interleaved = channels_last && self.shape.channels > 1;
        if self.reading.is_plain() && !interleaved {
            return Content::Bytes(Cow::Borrowed(raw));
        }
        let numbers = || {
            let mut numbers = Vec::with_capacity(self.shape.pixels());
            element.numbers(raw, &mut numbers);
            numbers
        };
        if as_bytes {
            let mut levels: Vec<u8> = match element.is_byte() {
                true => raw.iter().map(|&byte| self.levels[usize::from(byte)]).collect(),
                false => numbers().iter().map(|&number| scale.level(number)).collect(),
            };
            if interleaved {
                channels_first(&mut levels, self.shape);
            }
            return Content::Bytes(Cow::Owned(levels));
        }
        let mut values: Vec<f32> = numbers().iter().map(|&number| scale.number(number)).collect();
        if interleaved {
            channels_first(&mut values, self.shape);
        }
        Content::Floats(Cow::Owned(values))
    }

    /// Ask the system to read item `index` from the disk soon, so that several come at once.
    #[cfg(unix)]
    pub fn expect(&self, index: usize) {
        let range = self.range(index);
        // Nothing is lost where the system does not listen.
        let _ = self.map.advise_range(memmap2::Advice::WillNeed, range.start, range.len());
    }

    /// Other systems are not asked.
    #[cfg(not(unix))]
    pub fn expect(&self, _: usize) {}
}

/// Two are equal where they are items of one map.
impl PartialEq for Mapped {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.map, &other.map) && (self.start, self.count) == (other.start, other.count)
    }
}
