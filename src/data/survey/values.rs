//! The values of all images: their range, their distribution, and each pixel's mean and deviation.

use serde::Serialize;

/// Number of bars of a histogram.
pub const BARS: usize = 32;

/// The distribution of the values of all images.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Values {
    /// The smallest value.
    pub min: f64,
    /// The largest value.
    pub max: f64,
    /// The mean over all pixels of all images.
    pub mean: f64,
    /// The standard deviation over all pixels of all images.
    pub deviation: f64,
    /// Number of values that are missing, which all the others leave out.
    pub missing: u64,
    /// Number of different values, if they are 256 or fewer.
    pub levels: Option<usize>,
    /// The share of values that are 0.
    pub zeros: f64,
    /// The share of values that are 1.
    pub ones: f64,
    /// Number of values in each of 32 equal parts of the range from the smallest to the largest.
    pub histogram: Vec<u64>,
    /// Number of pixels that have one value in all images.
    pub constant_pixels: usize,
    /// Number of pixels, channels counted apart.
    pub pixels: usize,
    /// The mean of each pixel over all images.
    #[serde(skip)]
    pub mean_image: Vec<f32>,
    /// The standard deviation of each pixel over all images.
    #[serde(skip)]
    pub deviation_image: Vec<f32>,
}

impl Values {
    /// Whether all values are 0 or 1.
    pub fn is_binary(&self) -> bool {
        // Two shares of one whole: their sum is rounded, and another value is more than this.
        self.zeros + self.ones > 1.0 - 1e-12
    }

    /// Whether all values lie in [0, 1].
    pub fn is_unit(&self) -> bool {
        self.min >= 0.0 && self.max <= 1.0
    }
}

/// The first pass over the values, a whole image at a time: their range, and each pixel's mean and deviation.
pub struct Collector {
    missing: u64,
    /// For each pixel: the first value, the sum and the sum of squares of differences from it, and whether it varies.
    pixels: Vec<Pixel>,
    min: f32,
    max: f32,
}

#[derive(Clone, Copy, Default)]
struct Pixel {
    count: u64,
    first: f32,
    sum: f64,
    squares: f64,
    varies: bool,
}

impl Collector {
    /// A collector for images of `pixels` pixels, channels counted apart.
    pub fn new(pixels: usize) -> Self {
        Self { missing: 0, pixels: vec![Pixel::default(); pixels], min: f32::INFINITY, max: f32::NEG_INFINITY }
    }

    pub fn add(&mut self, image: &[f32]) {
        for (pixel, &value) in self.pixels.iter_mut().zip(image) {
            if value.is_nan() {
                self.missing += 1;
                continue;
            }
            if pixel.count == 0 {
                pixel.first = value;
            }
            pixel.count += 1;
            let difference = f64::from(value) - f64::from(pixel.first);
            pixel.sum += difference;
            pixel.squares += difference * difference;
            pixel.varies |= value != pixel.first;
            self.min = self.min.min(value);
            self.max = self.max.max(value);
        }
    }

    /// A counter for the second pass over the values, which needs the range that this first pass has found.
    pub fn counter(&self) -> Counter {
        Counter {
            min: self.min,
            width: (self.max - self.min) / BARS as f32,
            bars: vec![0; BARS],
            zeros: 0,
            ones: 0,
            different: Some(Vec::new()),
        }
    }

    pub fn finish(self, counter: Counter) -> Values {
        let count = |pixel: &Pixel| pixel.count.max(1) as f64;
        let mean = |pixel: &Pixel| f64::from(pixel.first) + pixel.sum / count(pixel);
        let variance = |pixel: &Pixel| (pixel.squares / count(pixel) - (pixel.sum / count(pixel)).powi(2)).max(0.0);
        let all = self.pixels.iter().map(|pixel| pixel.count).sum::<u64>().max(1) as f64;
        let overall = self.pixels.iter().map(|pixel| pixel.count as f64 * mean(pixel)).sum::<f64>() / all;
        let spread = |pixel: &Pixel| pixel.count as f64 * (variance(pixel) + (mean(pixel) - overall).powi(2));
        let spread = self.pixels.iter().map(spread).sum::<f64>();
        Values {
            min: self.min.into(),
            max: self.max.into(),
            mean: overall,
            deviation: (spread / all).sqrt(),
            missing: self.missing,
            levels: counter.different.map(|values| values.len()),
            zeros: counter.zeros as f64 / all,
            ones: counter.ones as f64 / all,
            histogram: counter.bars,
            constant_pixels: self.pixels.iter().filter(|pixel| !pixel.varies).count(),
            pixels: self.pixels.len(),
            mean_image: self.pixels.iter().map(|pixel| mean(pixel) as f32).collect(),
            deviation_image: self.pixels.iter().map(|pixel| variance(pixel).sqrt() as f32).collect(),
        }
    }
}

/// The second pass over the values: a histogram over their range, and counts of zeros, ones and different values.
pub struct Counter {
    min: f32,
    width: f32,
    bars: Vec<u64>,
    zeros: u64,
    ones: u64,
    /// The different values, ascending; `None` once they are more than 256.
    different: Option<Vec<f32>>,
}

impl Counter {
    pub fn add(&mut self, image: &[f32]) {
        let mut last = None;
        for &value in image.iter().filter(|value| !value.is_nan()) {
            let bar = if self.width > 0.0 { ((value - self.min) / self.width) as usize } else { 0 };
            self.bars[bar.min(BARS - 1)] += 1;
            self.zeros += u64::from(value == 0.0);
            self.ones += u64::from(value == 1.0);
            // Neighbours are often equal.
            if last != Some(value) {
                self.note(value);
                last = Some(value);
            }
        }
    }

    fn note(&mut self, value: f32) {
        let Some(values) = &mut self.different else { return };
        if let Err(place) = values.binary_search_by(|known| known.total_cmp(&value)) {
            values.insert(place, value);
            if values.len() > 256 {
                self.different = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_moments_and_counts_are_those_of_the_definition() {
        let images: [[f32; 3]; 4] = [[0.0, 0.5, 1.0], [0.0, 0.25, 0.0], [0.0, 1.0, 1.0], [0.0, 0.75, 0.5]];
        let mut collector = Collector::new(3);
        images.iter().for_each(|image| collector.add(image));
        let mut counter = collector.counter();
        images.iter().for_each(|image| counter.add(image));
        let values = collector.finish(counter);
        let all: Vec<f64> = images.as_flattened().iter().map(|&x| x.into()).collect();
        let mean = all.iter().sum::<f64>() / 12.0;
        let deviation = (all.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 12.0).sqrt();
        assert!((values.mean - mean).abs() < 1e-12 && (values.deviation - deviation).abs() < 1e-12);
        assert_eq!((values.min, values.max, values.levels), (0.0, 1.0, Some(5)));
        assert_eq!((values.constant_pixels, values.pixels), (1, 3));
        assert!((values.zeros - 5.0 / 12.0).abs() < 1e-12 && (values.ones - 3.0 / 12.0).abs() < 1e-12);
        assert_eq!((values.histogram[0], values.histogram[BARS - 1]), (5, 3));
        assert_eq!(values.histogram.iter().sum::<u64>(), 12);
        assert_eq!(values.mean_image[1], 0.625);
        assert!((f64::from(values.deviation_image[2]) - 0.414_578_098_794_425).abs() < 1e-6);
        assert!(!values.is_binary() && values.is_unit());
    }
}
