//! Pictures decoded on all processors, and a tally of those that are transparent or cannot be read.

use super::bytes::thousands;
use super::{Cancelled, DataError};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Number of pictures that there are for each thread between two reports of progress.
const STRETCH: usize = 32;

/// Number of files that a message about several files names.
const NAMED: usize = 10;

/// Number of pictures that are decoded between two reports of progress.
pub(super) fn stretch() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from) * STRETCH
}

/// How fast pictures are decoded, and so how long the rest takes.
pub(super) struct Pace {
    begun: Instant,
    all: usize,
}

impl Pace {
    /// Seconds from which on the time that is left is told.
    const SETTLED: f64 = 2.0;

    /// Begin to decode `all` pictures.
    pub fn begin(all: usize) -> Self {
        Self { begun: Instant::now(), all }
    }

    /// The time that is left when `done` pictures are decoded, to stand behind their number: ", 12 s left". Empty at
    /// the beginning, when nobody knows.
    pub fn left(&self, done: usize) -> String {
        Self::words(self.begun.elapsed().as_secs_f64(), done, self.all)
    }

    fn words(seconds: f64, done: usize, all: usize) -> String {
        if seconds < Self::SETTLED || done == 0 {
            return String::new();
        }
        let left = seconds / done as f64 * all.saturating_sub(done) as f64;
        match left {
            ..90.0 => format!(", {} s left", left.ceil()),
            _ => format!(", {} min left", (left / 60.0).ceil()),
        }
    }
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
/// order. Each thread takes the next picture when it is done with one, so that none waits long for another that has
/// larger pictures or less of a processor.
pub(super) fn side_by_side<P: Sync>(
    pictures: &[P],
    size: usize,
    pixels: &mut [u8],
    decode: &Decode<P>,
    cancelled: Cancelled<'_>,
) -> Result<Vec<Result<bool, DataError>>, DataError> {
    let left = Mutex::new(pictures.iter().zip(pixels.chunks_exact_mut(size)).enumerate());
    let work = || {
        let mut outcomes = Vec::new();
        while let Some((place, (picture, out))) = next(&left) {
            if cancelled() {
                return Err(DataError::cancelled());
            }
            outcomes.push((place, decode(picture, out)));
        }
        Ok(outcomes)
    };
    let mut outcomes = std::thread::scope(|scope| {
        let mut helpers = Vec::new();
        for _ in 1..pictures.len().div_ceil(STRETCH) {
            let builder = std::thread::Builder::new().name("elbow-pictures".into());
            let helper = builder.spawn_scoped(scope, work);
            helpers.push(helper.map_err(|error| DataError(format!("cannot start a thread to read images: {error}")))?);
        }
        let mut outcomes = work()?;
        for helper in helpers {
            match helper.join() {
                Ok(more) => outcomes.extend(more?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok::<_, DataError>(outcomes)
    })?;
    outcomes.sort_unstable_by_key(|(place, _)| *place);
    Ok(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
}

/// The next of what is left. A thread that panics does so while it decodes, not while it takes.
fn next<I: Iterator>(left: &Mutex<I>) -> Option<I::Item> {
    left.lock().unwrap_or_else(PoisonError::into_inner).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_is_that_of_the_rest_at_the_same_pace() {
        assert_eq!(Pace::words(1.9, 500, 1_000), "");
        assert_eq!(Pace::words(5.0, 0, 1_000), "");
        assert_eq!(Pace::words(4.0, 250, 1_000), ", 12 s left");
        assert_eq!(Pace::words(10.0, 100, 2_000), ", 4 min left");
        assert_eq!(Pace::words(10.0, 100, 100), ", 0 s left");
    }

    #[test]
    fn what_becomes_of_each_picture_stands_at_its_place_whichever_thread_decodes_it() {
        let pictures: Vec<usize> = (0..3 * STRETCH + 5).collect();
        let mut pixels = vec![0; 2 * pictures.len()];
        let decode = |&picture: &usize, out: &mut [u8]| {
            // Every seventh takes longer.
            (0..if picture % 7 == 0 { 2_000 } else { 1 }).for_each(|i| out[1] = (picture + i - i) as u8);
            out[0] = picture as u8;
            if picture % 10 == 3 { Err(DataError(picture.to_string())) } else { Ok(picture % 2 == 0) }
        };
        let found = side_by_side(&pictures, 2, &mut pixels, &decode, &|| false).expect("not called off");
        for (picture, outcome) in found.iter().enumerate() {
            match outcome {
                Err(error) => assert_eq!((picture % 10, error.0.clone()), (3, picture.to_string())),
                Ok(transparent) => assert_eq!(*transparent, picture % 2 == 0),
            }
            assert_eq!(pixels[2 * picture..][..2], [picture as u8; 2]);
        }
        assert_eq!(found.len(), pictures.len());
        assert!(side_by_side(&pictures, 2, &mut pixels, &decode, &|| true).is_err());
    }
}
