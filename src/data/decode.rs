//! Pictures decoded on all processors, and a tally of those that are transparent or cannot be read.

use super::bytes::thousands;
use super::{Cancelled, DataError};

/// Number of pictures that each thread decodes between two reports of progress.
const STRETCH: usize = 32;

/// Number of files that a message about several files names.
const NAMED: usize = 10;

/// Number of pictures that are decoded between two reports of progress.
pub(super) fn stretch() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from) * STRETCH
}

/// A tally of decoded pictures: how many there were, how many transparent, and which cannot be read.
#[derive(Default)]
pub(super) struct Tally {
    count: usize,
    /// Number of pictures that are transparent somewhere and were laid over the backdrop.
    pub transparent: usize,
    /// The number and the error of each picture that cannot be read.
    bad: Vec<(u32, String)>,
}

impl Tally {
    /// Note what became of the picture of a number: whether it was transparent, or why it cannot be read.
    pub fn note(&mut self, number: u32, outcome: Result<bool, DataError>) {
        self.count += 1;
        match outcome {
            Ok(transparent) => self.transparent += usize::from(transparent),
            Err(error) => self.bad.push((number, error.0)),
        }
    }

    /// Note `count` pictures that were decoded before, `transparent` of them with transparent pixels.
    pub fn known(&mut self, count: usize, transparent: usize) {
        self.count += count;
        self.transparent += transparent;
    }

    /// The numbers, ascending, of the pictures that cannot be read.
    pub fn unreadable(&self) -> Vec<u32> {
        let mut numbers: Vec<u32> = self.bad.iter().map(|(number, _)| *number).collect();
        numbers.sort_unstable();
        numbers
    }

    /// All pictures that cannot be read as one message, the first ten by name, after the words `what`; `None` if all
    /// can.
    pub fn complaint(&self, what: &str) -> Option<String> {
        if self.bad.is_empty() {
            return None;
        }
        let [bad, count] = [self.bad.len(), self.count].map(|n| thousands(n as u64));
        let mut lines = vec![format!("{bad} of {count} images {what}:")];
        lines.extend(self.bad.iter().take(NAMED).map(|(_, message)| format!("  {message}")));
        if self.bad.len() > NAMED {
            lines.push(format!("  and {} more", thousands((self.bad.len() - NAMED) as u64)));
        }
        Some(lines.join("\n"))
    }

    /// All pictures that cannot be read as an error.
    pub fn check(&self) -> Result<(), DataError> {
        match self.bad.as_slice() {
            [(_, only)] => Err(DataError(only.clone())),
            _ => self.complaint("cannot be used").map_or(Ok(()), |message| Err(DataError(message))),
        }
    }
}

/// Decodes a picture into its place; the result says whether the picture has transparent pixels.
type Decode<'a, P> = dyn Fn(&P, &mut [u8]) -> Result<bool, DataError> + Sync + 'a;

/// Decode each of up to [`stretch`] pictures into its place in `pixels`, `size` bytes each; what became of each, in
/// order.
pub(super) fn side_by_side<P: Sync>(
    pictures: &[P],
    size: usize,
    pixels: &mut [u8],
    decode: &Decode<P>,
    cancelled: Cancelled<'_>,
) -> Result<Vec<Result<bool, DataError>>, DataError> {
    let work = |pictures: &[P], pixels: &mut [u8]| {
        let places = pictures.iter().zip(pixels.chunks_exact_mut(size));
        places
            .map(|(picture, out)| match cancelled() {
                true => Err(DataError::cancelled()),
                false => Ok(decode(picture, out)),
            })
            .collect::<Result<Vec<_>, _>>()
    };
    let mut parts = pictures.chunks(STRETCH).zip(pixels.chunks_mut(STRETCH * size));
    let Some((own_pictures, own_pixels)) = parts.next() else { return Ok(Vec::new()) };
    std::thread::scope(|scope| {
        let mut helpers = Vec::new();
        for (pictures, pixels) in parts {
            let builder = std::thread::Builder::new().name("elbow-pictures".into());
            let helper = builder.spawn_scoped(scope, move || work(pictures, pixels));
            helpers.push(helper.map_err(|error| DataError(format!("cannot start a thread to read images: {error}")))?);
        }
        let mut outcomes = work(own_pictures, own_pixels)?;
        for helper in helpers {
            match helper.join() {
                Ok(more) => outcomes.extend(more?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok(outcomes)
    })
}
