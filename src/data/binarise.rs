//! Binarisation: from grey bytes to the values that the likelihood gets.

use crate::experiment::Binarisation;
use crate::random::{Purpose, Stream};

/// Number of pixels drawn from one block of the random generator: 128 bits, 16 for each pixel.
const PIXELS_PER_BLOCK: usize = 8;

/// Turns the bytes of images into values in [0, 1] by an experiment's [`Binarisation`].
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
    pub fn train(&self, grey: &[u8], number: u64, step: u64, position: usize, out: &mut [f32]) {
        match self.mode {
            Binarisation::Dynamic => {
                let blocks = grey.len().div_ceil(PIXELS_PER_BLOCK);
                draw(&self.dynamic, step, (position * blocks) as u32, grey, out);
            }
            _ => self.evaluate(grey, number, out),
        }
    }

    /// Binarise an image outside training; the result is a function of the image's `number` alone.
    pub fn evaluate(&self, grey: &[u8], number: u64, out: &mut [f32]) {
        match self.mode {
            Binarisation::Dynamic => draw(&self.evaluation, number, 0, grey, out),
            Binarisation::Fixed => draw(&self.fixed, number, 0, grey, out),
            Binarisation::Threshold(level) => threshold(grey, level, out),
            Binarisation::None => to_unit(grey, out),
        }
    }

    /// The expectation of a binarised image over the draws of training.
    pub fn expect(&self, grey: &[u8], number: u64, out: &mut [f32]) {
        match self.mode {
            Binarisation::Dynamic => to_unit(grey, out),
            _ => self.evaluate(grey, number, out),
        }
    }
}

/// Grey levels as numbers: 0 is 0, 255 is 1.
pub(super) fn to_unit(grey: &[u8], out: &mut [f32]) {
    for (value, &grey) in out.iter_mut().zip(grey) {
        *value = f32::from(grey) / 255.0;
    }
}

/// 1 where grey/255 is at least `level`.
fn threshold(grey: &[u8], level: f64, out: &mut [f32]) {
    let first = (0..=u8::MAX).find(|&grey| f64::from(grey) / 255.0 >= level).map_or(256, u16::from);
    for (value, &grey) in out.iter_mut().zip(grey) {
        *value = f32::from(u8::from(u16::from(grey) >= first));
    }
}

/// Each pixel 1 with probability grey/255, else 0, from 16 random bits a pixel.
fn draw(stream: &Stream, counter: u64, first_block: u32, grey: &[u8], out: &mut [f32]) {
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
            let mut last = [0; PIXELS_PER_BLOCK];
            last[..grey_rest.len()].copy_from_slice(grey_rest);
            out_rest.copy_from_slice(&compare(&last, words)[..out_rest.len()]);
        }
    }
}

/// Draw eight pixels from one block of the generator, 16 bits r for each: the pixel is 1 where max(r − 1, 0) <
/// 257·grey.
///
/// A pixel with grey > 0 is 1 with probability (257·grey + 1)/2¹⁶, which is within 2⁻¹⁶ of grey/255; one with grey 0
/// never, one with grey 255 always. All numbers fit 16-bit lanes.
fn compare(grey: &[u8; PIXELS_PER_BLOCK], words: &[u32; 4]) -> [f32; PIXELS_PER_BLOCK] {
    std::array::from_fn(|i| {
        let bits = (words[i / 2] >> (16 * (i % 2))) as u16;
        if bits.saturating_sub(1) < u16::from(grey[i]) * 257 { 1.0 } else { 0.0 }
    })
}
