//! Binarisation: from grey levels to the values that the likelihood gets.

use super::item::Item;
use crate::experiment::Binarisation;
use crate::random::{Purpose, Stream};

/// Number of pixels drawn from one block of the random generator: 128 bits, 16 for each pixel.
const PIXELS_PER_BLOCK: usize = 8;

/// Turns the grey levels of images, bytes or numbers, into the values that the model gets, by an experiment's
/// [`Binarisation`].
#[derive(Debug)]
pub(super) struct Binariser {
    pub mode: Binarisation,
    dynamic: Stream,
    evaluation: Stream,
    fixed: Stream,
}

impl Binariser {
    pub fn new(mode: Binarisation, seed: u64) -> Self {
        Self {
            mode,
            dynamic: Stream::new(seed, Purpose::Binarise),
            evaluation: Stream::new(seed, Purpose::BinariseEvaluation),
            fixed: Stream::new(seed, Purpose::BinariseFixed),
        }
    }

    /// Binarise one image of a training batch: the `position`-th image of step `step`. `number` is the image's number
    /// in the data set.
    pub fn train(&self, grey: Item<'_>, number: u64, step: u64, position: usize, out: &mut [f32]) {
        match self.mode {
            Binarisation::Dynamic => {
                let blocks = out.len().div_ceil(PIXELS_PER_BLOCK);
                draw(&self.dynamic, step, (position * blocks) as u32, grey, out);
            }
            _ => self.evaluate(grey, number, out),
        }
    }

    /// Binarise an image outside training; the result is a function of the image's `number` alone.
    pub fn evaluate(&self, grey: Item<'_>, number: u64, out: &mut [f32]) {
        match self.mode {
            Binarisation::Dynamic => draw(&self.evaluation, number, 0, grey, out),
            Binarisation::Fixed => draw(&self.fixed, number, 0, grey, out),
            Binarisation::Threshold(level) => threshold(grey, level, out),
            Binarisation::None => to_unit(grey, out),
        }
    }

    /// The expectation of a binarised image over the draws of training.
    pub fn expect(&self, grey: Item<'_>, number: u64, out: &mut [f32]) {
        match self.mode {
            Binarisation::Dynamic => to_unit(grey, out),
            _ => self.evaluate(grey, number, out),
        }
    }
}

/// Grey levels as numbers: byte 0 is 0, byte 255 is 1; numbers stay as they are.
pub(super) fn to_unit(grey: Item<'_>, out: &mut [f32]) {
    match grey {
        Item::Bytes(grey) => {
            for (value, &grey) in out.iter_mut().zip(grey) {
                *value = f32::from(grey) / 255.0;
            }
        }
        Item::Floats(values) => out.copy_from_slice(values),
    }
}

/// 1 where the grey level is at least `level`, else 0.
fn threshold(grey: Item<'_>, level: f64, out: &mut [f32]) {
    match grey {
        Item::Bytes(grey) => {
            let first = (0..=u8::MAX).find(|&grey| f64::from(grey) / 255.0 >= level).map_or(256, u16::from);
            for (value, &grey) in out.iter_mut().zip(grey) {
                *value = f32::from(u8::from(u16::from(grey) >= first));
            }
        }
        Item::Floats(values) => {
            for (out, &value) in out.iter_mut().zip(values) {
                *out = f32::from(u8::from(f64::from(value) >= level));
            }
        }
    }
}

/// Each pixel 1 with a probability that is its grey level, else 0, from 16 random bits a pixel.
fn draw(stream: &Stream, counter: u64, first_block: u32, grey: Item<'_>, out: &mut [f32]) {
    match grey {
        Item::Bytes(grey) => draw_by(stream, counter, first_block, grey, compare, out),
        Item::Floats(values) => draw_by(stream, counter, first_block, values, compare_numbers, out),
    }
}

/// [`draw`], by a function that draws the pixels of one block of the generator.
fn draw_by<T: Copy + Default>(
    stream: &Stream,
    counter: u64,
    first_block: u32,
    grey: &[T],
    compare: impl Fn(&[T; PIXELS_PER_BLOCK], &[u32; 4]) -> [f32; PIXELS_PER_BLOCK],
    out: &mut [f32],
) {
    const BLOCKS: usize = 64;
    let mut words = [[0u32; 4]; BLOCKS];
    let chunk = BLOCKS * PIXELS_PER_BLOCK;
    for (index, (grey, out)) in grey.chunks(chunk).zip(out.chunks_mut(chunk)).enumerate() {
        let words = &mut words[..grey.len().div_ceil(PIXELS_PER_BLOCK)];
        stream.fill_bits_from(counter, first_block.wrapping_add((index * BLOCKS) as u32), words.as_flattened_mut());
        let (grey, grey_rest) = grey.as_chunks::<PIXELS_PER_BLOCK>();
        let (out, out_rest) = out.as_chunks_mut::<PIXELS_PER_BLOCK>();
        for ((out, grey), words) in out.iter_mut().zip(grey).zip(&*words) {
            *out = compare(grey, words);
        }
        if let Some(words) = words.get(grey.len()) {
            let mut last = [T::default(); PIXELS_PER_BLOCK];
            last[..grey_rest.len()].copy_from_slice(grey_rest);
            out_rest.copy_from_slice(&compare(&last, words)[..out_rest.len()]);
        }
    }
}

/// The random bits of pixel `i` of a block.
fn bits_of(words: &[u32; 4], i: usize) -> u16 {
    (words[i / 2] >> (16 * (i % 2))) as u16
}

/// [`compare`] for numbers: pixel v is 1 with probability v, to within 2⁻¹⁶; never at 0, always at 1.
fn compare_numbers(grey: &[f32; PIXELS_PER_BLOCK], words: &[u32; 4]) -> [f32; PIXELS_PER_BLOCK] {
    std::array::from_fn(|i| {
        let threshold = (grey[i] * 65_536.0).round();
        if f32::from(bits_of(words, i)) < threshold { 1.0 } else { 0.0 }
    })
}

/// Draw eight pixels from one block of the generator, 16 bits r for each: the pixel is 1 where max(r − 1, 0) <
/// 257·grey.
///
/// A pixel with grey > 0 is 1 with probability (257·grey + 1)/2¹⁶, which is within 2⁻¹⁶ of grey/255; one with grey 0
/// never, one with grey 255 always. All numbers fit 16-bit lanes.
fn compare(grey: &[u8; PIXELS_PER_BLOCK], words: &[u32; 4]) -> [f32; PIXELS_PER_BLOCK] {
    std::array::from_fn(|i| if bits_of(words, i).saturating_sub(1) < u16::from(grey[i]) * 257 { 1.0 } else { 0.0 })
}
