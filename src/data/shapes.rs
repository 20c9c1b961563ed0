//! Procedural images with known factors, in the manner of dSprites (Matthey et al. 2017): a white square, ellipse or
//! heart on black, anti-aliased, at one of 6 scales, 40 orientations and 32 × 32 positions.

use super::ImageShape;
use super::bytes::ByteImages;
use super::factors::{Factor, FactorTable};
use crate::random::{Purpose, Stream};
use std::ops::Range;

/// Side of the grid of sample points whose mean is a pixel's grey level.
const SAMPLES: usize = 4;

/// The kind of a drawn shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A square, whose side is √2 times the radius of its circumscribed circle.
    Square,
    /// An ellipse, half as wide as it is long.
    Ellipse,
    /// A heart.
    Heart,
}

impl Shape {
    /// All kinds of shape; the index of a kind in this list is its label.
    pub const ALL: [Self; 3] = [Self::Square, Self::Ellipse, Self::Heart];

    /// The kind's name, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Square => "square",
            Self::Ellipse => "ellipse",
            Self::Heart => "heart",
        }
    }
}

/// The factors that an image was drawn from; they are independent and uniform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Factors {
    /// The level of each factor, in the order of [`Factors::NAMES`]; level j is below `LEVELS[j]`.
    pub levels: [u8; 5],
}

impl Factors {
    /// The name of each factor, in the order of [`Factors::levels`].
    pub const NAMES: [&'static str; 5] = ["shape", "scale", "rotation", "x", "y"];
    /// The number of levels of each factor.
    pub const LEVELS: [u8; 5] = [3, 6, 40, 32, 32];

    /// The kind of shape, the first factor.
    pub fn shape(&self) -> Shape {
        Shape::ALL[usize::from(self.levels[0])]
    }

    /// The scale, from 0.5 to 1.
    pub fn scale(&self) -> f32 {
        0.5 + 0.1 * f32::from(self.levels[1])
    }

    /// The rotation in radians, anticlockwise, from 0 to below 2π.
    pub fn rotation(&self) -> f32 {
        f32::from(self.levels[2]) / 40.0 * std::f32::consts::TAU
    }

    /// The horizontal position, from 0 (left) to 1 (right).
    pub fn x(&self) -> f32 {
        f32::from(self.levels[3]) / 31.0
    }

    /// The vertical position, from 0 (top) to 1 (bottom).
    pub fn y(&self) -> f32 {
        f32::from(self.levels[4]) / 31.0
    }
}

/// The endless sequence of images of a seed; image `counter` is a function of seed, side and `counter` alone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shapes {
    stream: Stream,
    side: usize,
}

impl Shapes {
    /// Images of `side × side` pixels.
    pub fn new(seed: u64, side: usize) -> Self {
        Self { stream: Stream::new(seed, Purpose::Shapes), side }
    }

    /// The factors of image `counter`.
    pub fn factors(&self, counter: u64) -> Factors {
        let mut bits = [0; 5];
        self.stream.fill_bits(counter, &mut bits);
        // Multiply-shift, one word a factor.
        let level = |i: usize| ((u64::from(bits[i]) * u64::from(Factors::LEVELS[i])) >> 32) as u8;
        Factors { levels: std::array::from_fn(level) }
    }

    /// The factors of the images of some counters, range by range.
    pub fn factor_table(&self, counters: &[Range<u64>]) -> FactorTable {
        let named = Factors::NAMES.iter().zip(Factors::LEVELS).enumerate();
        // Shapes have no order.
        let factor = |(i, (&name, levels)): (usize, (&&str, u8))| Factor {
            name: name.to_string(),
            levels: levels.into(),
            categorical: i == 0,
            level_names: if i == 0 { Shape::ALL.map(|shape| shape.name().into()).into() } else { Vec::new() },
        };
        let levels = counters.iter().cloned().flatten().flat_map(|counter| self.factors(counter).levels).collect();
        FactorTable { factors: named.map(factor).collect(), levels, random_order: true }
    }

    /// Draw `count` images from image `first` on, labelled by shape.
    pub fn draw(&self, first: u64, count: usize) -> ByteImages {
        let area = self.side * self.side;
        let mut pixels = vec![0; count * area];
        let mut labels = Vec::with_capacity(count);
        for (counter, image) in (first..).zip(pixels.chunks_exact_mut(area)) {
            let factors = self.factors(counter);
            labels.push(factors.levels[0]);
            render(&factors, self.side, image);
        }
        let shape = ImageShape { channels: 1, height: self.side, width: self.side };
        ByteImages { shape, pixels, labels: Some(labels) }
    }
}

/// Radius of the circumscribed circle at scale 1, as a share of the image's side.
const RADIUS: f32 = 0.22;

/// Draw one image on black.
fn render(factors: &Factors, side: usize, image: &mut [u8]) {
    match factors.shape() {
        Shape::Square => fill(factors, side, image, |u, v| u.abs().max(v.abs()) <= std::f32::consts::FRAC_1_SQRT_2),
        Shape::Ellipse => fill(factors, side, image, |u, v| u * u + 4.0 * v * v <= 1.0),
        Shape::Heart => fill(factors, side, image, |u, v| {
            // (x² + y² − 1)³ ≤ x²y³, whose circumscribed circle has centre (0, ¼) and radius 1¼.
            let (x, y) = (1.25 * u, 1.25 * v + 0.25);
            let r = x * x + y * y - 1.0;
            r * r * r <= x * x * y * y * y
        }),
    }
}

/// Each pixel's share of a shape, given as what lies inside it in the unit circle (v up).
fn fill(factors: &Factors, side: usize, image: &mut [u8], inside: impl Fn(f32, f32) -> bool) {
    let length = side as f32;
    let radius = RADIUS * factors.scale() * length;
    // Centres keep to the middle half, so that every shape lies wholly within the image.
    let (x, y) = ((0.25 + 0.5 * factors.x()) * length, (0.25 + 0.5 * factors.y()) * length);
    let (sin, cos) = factors.rotation().sin_cos();
    let reach = |centre: f32| ((centre - radius) as usize)..((centre + radius).ceil() as usize).min(side);
    for row in reach(y) {
        for column in reach(x) {
            let mut hits = 0;
            for sample in 0..SAMPLES * SAMPLES {
                let offset = |k: usize| (k as f32 + 0.5) / SAMPLES as f32;
                let dx = (column as f32 + offset(sample % SAMPLES) - x) / radius;
                let dy = (y - row as f32 - offset(sample / SAMPLES)) / radius;
                hits += usize::from(inside(cos * dx + sin * dy, cos * dy - sin * dx));
            }
            image[row * side + column] = (hits * 255 / (SAMPLES * SAMPLES)) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The area of a shape when its circumscribed circle has radius 1.
    fn area_of(shape: Shape) -> f64 {
        match shape {
            Shape::Square => 2.0,
            Shape::Ellipse => std::f64::consts::FRAC_PI_2,
            // ∮ of the curve in `render`, numerically.
            Shape::Heart => 2.343_662,
        }
    }

    #[test]
    fn a_shape_has_its_area_its_place_and_black_around_it() {
        for side in [32, 64] {
            let shapes = Shapes::new(3, side);
            let images = shapes.draw(0, 2_000);
            let mut area_error = [0.0f64; 3];
            for (counter, image) in (0..).zip(images.pixels.chunks_exact(side * side)) {
                let factors = shapes.factors(counter);
                let radius = f64::from(RADIUS * factors.scale()) * side as f64;
                let (mut area, mut cx, mut cy) = (0.0, 0.0, 0.0);
                for (i, &value) in image.iter().enumerate() {
                    let value = f64::from(value) / 255.0;
                    area += value;
                    cx += value * ((i % side) as f64 + 0.5);
                    cy += value * ((i / side) as f64 + 0.5);
                }
                let truth = area_of(factors.shape()) * radius * radius;
                assert!((area / truth - 1.0).abs() < 0.08, "{factors:?}: area {area}, not {truth}");
                area_error[usize::from(factors.levels[0])] += area / truth - 1.0;
                if factors.shape() != Shape::Heart {
                    let place = |t: f32| (0.25 + 0.5 * f64::from(t)) * side as f64;
                    assert!((cx / area - place(factors.x())).abs() < 0.15, "{factors:?}");
                    assert!((cy / area - place(factors.y())).abs() < 0.15, "{factors:?}");
                }
                let edge = (0..side).flat_map(|i| [i, i * side, i * side + side - 1, (side - 1) * side + i]);
                assert!(edge.into_iter().all(|i| image[i] == 0), "{factors:?} touches the edge");
            }
            // Sampling errors cancel: the mean area is right to a per cent.
            assert!(area_error.iter().all(|error| (error / 660.0).abs() < 0.01), "{area_error:?}");
        }
    }

    #[test]
    fn rotation_is_anticlockwise_and_a_heart_stands_upright() {
        let image = |levels| {
            let mut image = vec![0; 64 * 64];
            render(&Factors { levels }, 64, &mut image);
            image
        };
        // Broad above, pointed below; a quarter turn anticlockwise brings the broad side to the left.
        let upright = image([2, 5, 0, 16, 16]);
        let in_row = |row: usize| (0..64).filter(|&column| upright[row * 64 + column] > 127).count();
        assert!(in_row(27) > 3 * in_row(43) && in_row(43) > 0);
        let turned = image([2, 5, 10, 16, 16]);
        let in_column = |column: usize| (0..64).filter(|&row| turned[row * 64 + column] > 127).count();
        assert!(in_column(27) > 3 * in_column(43) && in_column(43) > 0);
        // The ellipse lies down at rotation 0.
        let lying = image([1, 5, 0, 16, 16]);
        let spread = |along: &dyn Fn(usize) -> usize| {
            (0..64 * 64).filter(|&i| lying[i] > 127).map(along).collect::<std::collections::BTreeSet<_>>().len()
        };
        assert!(spread(&|i| i % 64).abs_diff(2 * spread(&|i| i / 64)) <= 2);
    }

    #[test]
    fn factors_are_uniform_and_independent_of_the_count() {
        let shapes = Shapes::new(9, 32);
        let n = 60_000;
        let mut counts: [Vec<f64>; 5] = Factors::LEVELS.map(|levels| vec![0.0; levels.into()]);
        for counter in 0..n {
            for (counts, level) in counts.iter_mut().zip(shapes.factors(counter).levels) {
                counts[usize::from(level)] += 1.0;
            }
        }
        for counts in counts {
            let expected = n as f64 / counts.len() as f64;
            let chi_squared: f64 = counts.iter().map(|c| (c - expected).powi(2) / expected).sum();
            let freedom = counts.len() as f64 - 1.0;
            assert!((chi_squared - freedom).abs() < 5.0 * (2.0 * freedom).sqrt(), "{counts:?}");
        }
        assert_eq!(shapes.draw(0, 10).pixels[..5 * 1024], shapes.draw(0, 5).pixels);
        assert_eq!(shapes.draw(0, 10).pixels[5 * 1024..], shapes.draw(5, 5).pixels);
        assert_ne!(shapes.draw(0, 10).pixels, Shapes::new(10, 32).draw(0, 10).pixels);
    }
}
