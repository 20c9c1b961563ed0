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
    /// Number of pixels that have one value in all images in which they are known.
    pub constant_pixels: usize,
    /// Number of pixels that are missing in all images.
    pub empty_pixels: usize,
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

/// The known values of one pixel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Number of images in which the pixel is known; where that is 0, the other fields mean nothing.
    pub count: u64,
    pub min: f32,
    pub max: f32,
    pub mean: f64,
    pub deviation: f64,
}

/// The first pass over the values, a whole image at a time: their range, and each pixel's mean and deviation.
pub struct Collector {
    missing: u64,
    pixels: Vec<Pixel>,
}

/// One pixel so far: the first value, and the sum and the sum of squares of differences from it.
#[derive(Clone, Copy)]
struct Pixel {
    count: u64,
    first: f32,
    min: f32,
    max: f32,
    sum: f64,
    squares: f64,
}

impl Pixel {
    const NEW: Self = Self { count: 0, first: 0.0, min: f32::INFINITY, max: f32::NEG_INFINITY, sum: 0.0, squares: 0.0 };

    fn add(&mut self, value: f32) {
        if self.count == 0 {
            self.first = value;
        }
        self.count += 1;
        let difference = f64::from(value) - f64::from(self.first);
        self.sum += difference;
        self.squares += difference * difference;
        self.min = self.min.min(value);
        self.max = self.max.max(value);
    }

    fn spread(&self) -> Spread {
        let Self { count, min, max, .. } = *self;
        let all = count.max(1) as f64;
        let shift = self.sum / all;
        let variance = (self.squares / all - shift * shift).max(0.0);
        Spread { count, min, max, mean: f64::from(self.first) + shift, deviation: variance.sqrt() }
    }
}

impl Collector {
    /// A collector for images of `pixels` pixels, channels counted apart.
    pub fn new(pixels: usize) -> Self {
        Self { missing: 0, pixels: vec![Pixel::NEW; pixels] }
    }

    pub fn add(&mut self, image: &[f32]) {
        for (pixel, &value) in self.pixels.iter_mut().zip(image) {
            if value.is_nan() {
                self.missing += 1;
            } else {
                pixel.add(value);
            }
        }
    }

    /// The known values of each pixel.
    pub fn spreads(&self) -> Vec<Spread> {
        self.pixels.iter().map(Pixel::spread).collect()
    }

    /// The smallest and the largest value.
    fn range(&self) -> [f32; 2] {
        let first = [f32::INFINITY, f32::NEG_INFINITY];
        self.pixels.iter().fold(first, |[min, max], pixel| [min.min(pixel.min), max.max(pixel.max)])
    }

    /// A counter for the second pass over the values, which needs the range that this first pass has found. With
    /// `parts` above 0 it also counts the values of each pixel, in so many parts of the pixel's own range.
    pub fn counter(&self, parts: usize) -> Counter {
        let [min, max] = self.range();
        let of_pixel = |pixel: &Pixel| Bars::new(pixel.min, pixel.max, parts);
        Counter {
            bars: Bars::new(min, max, BARS),
            pixels: if parts > 0 { self.pixels.iter().map(of_pixel).collect() } else { Vec::new() },
            zeros: 0,
            ones: 0,
            different: Some(Vec::new()),
        }
    }

    pub fn finish(self, counter: Counter) -> Values {
        let [min, max] = self.range().map(f64::from);
        let spreads = self.spreads();
        let all = spreads.iter().map(|pixel| pixel.count).sum::<u64>().max(1) as f64;
        let mean = spreads.iter().map(|pixel| pixel.count as f64 * pixel.mean).sum::<f64>() / all;
        let square = |pixel: &Spread| pixel.deviation.powi(2) + (pixel.mean - mean).powi(2);
        let variance = spreads.iter().map(|pixel| pixel.count as f64 * square(pixel)).sum::<f64>() / all;
        Values {
            min,
            max,
            mean,
            deviation: variance.sqrt(),
            missing: self.missing,
            levels: counter.different.map(|values| values.len()),
            zeros: counter.zeros as f64 / all,
            ones: counter.ones as f64 / all,
            histogram: counter.bars.counts,
            constant_pixels: spreads.iter().filter(|pixel| pixel.count > 0 && pixel.min == pixel.max).count(),
            empty_pixels: spreads.iter().filter(|pixel| pixel.count == 0).count(),
            pixels: spreads.len(),
            mean_image: spreads.iter().map(|pixel| pixel.mean as f32).collect(),
            deviation_image: spreads.iter().map(|pixel| pixel.deviation as f32).collect(),
        }
    }
}

/// A histogram over a range that is known.
struct Bars {
    min: f32,
    width: f32,
    counts: Vec<u64>,
}

impl Bars {
    fn new(min: f32, max: f32, parts: usize) -> Self {
        Self { min, width: (max - min) / parts as f32, counts: vec![0; parts] }
    }

    fn add(&mut self, value: f32) {
        let bar = if self.width > 0.0 { ((value - self.min) / self.width) as usize } else { 0 };
        let last = self.counts.len() - 1;
        self.counts[bar.min(last)] += 1;
    }
}

/// The second pass over the values: a histogram over their range, and counts of zeros, ones and different values.
pub struct Counter {
    bars: Bars,
    /// Of each pixel; empty where they are not wanted.
    pixels: Vec<Bars>,
    zeros: u64,
    ones: u64,
    /// The different values, ascending; `None` once they are more than 256.
    different: Option<Vec<f32>>,
}

impl Counter {
    pub fn add(&mut self, image: &[f32]) {
        for (bars, &value) in self.pixels.iter_mut().zip(image).filter(|(_, value)| !value.is_nan()) {
            bars.add(value);
        }
        let mut last = None;
        for &value in image.iter().filter(|value| !value.is_nan()) {
            self.bars.add(value);
            self.zeros += u64::from(value == 0.0);
            self.ones += u64::from(value == 1.0);
            // Neighbours are often equal.
            if last != Some(value) {
                self.note(value);
                last = Some(value);
            }
        }
    }

    /// The counts of each pixel, in parts of its own range.
    pub fn of_pixels(&self) -> Vec<Vec<u64>> {
        self.pixels.iter().map(|bars| bars.counts.clone()).collect()
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
        let mut counter = collector.counter(2);
        images.iter().for_each(|image| counter.add(image));
        assert_eq!(counter.of_pixels(), [[4, 0], [2, 2], [1, 3]]);
        let spread = collector.spreads()[1];
        assert_eq!((spread.count, spread.min, spread.max, spread.mean), (4, 0.25, 1.0, 0.625));
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

    #[test]
    fn missing_values_are_left_out_and_pixels_without_any_are_counted() {
        let nan = f32::NAN;
        let images: [[f32; 3]; 3] = [[nan, nan, 2.0], [nan, 3.0, nan], [nan, 3.0, 4.0]];
        let mut collector = Collector::new(3);
        images.iter().for_each(|image| collector.add(image));
        let mut counter = collector.counter(0);
        images.iter().for_each(|image| counter.add(image));
        assert!(counter.of_pixels().is_empty());
        let values = collector.finish(counter);
        assert_eq!((values.missing, values.constant_pixels, values.empty_pixels, values.pixels), (5, 1, 1, 3));
        assert_eq!((values.min, values.max, values.mean, values.levels), (2.0, 4.0, 3.0, Some(3)));
        assert!((values.deviation - 0.5_f64.sqrt()).abs() < 1e-12);
    }
}
