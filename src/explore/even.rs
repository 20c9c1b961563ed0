//! Points that fill the unit cube more evenly than random ones, so that a mean over them has less noise.

/// Most dimensions in which the points are used: with more they are no more even than random ones of the same number.
pub const DIMENSIONS_MAX: usize = 6;

/// `count` points of the unit cube with `dimensions` coordinates each, one after another: Kronecker's sequence
/// {½ + i/φ, ½ + i/φ², …} with φ^(d+1) = φ + 1 (Roberts 2018, "The unreasonable effectiveness of quasirandom
/// sequences").
pub fn even_points(count: usize, dimensions: usize) -> Vec<f64> {
    // The root by fixed-point iteration, which converges from anywhere above 1.
    let ratio = (0..64).fold(1.5_f64, |ratio, _| (1.0 + ratio).powf(1.0 / (dimensions as f64 + 1.0)));
    let steps: Vec<f64> = (1..=dimensions).map(|power| ratio.powi(-(power as i32))).collect();
    (1..=count).flat_map(|i| steps.iter().map(move |step| (0.5 + i as f64 * step).fract())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_have_their_share_of_the_points_with_far_less_error_than_at_random() {
        let count = 2_000;
        for dimensions in 1..=3 {
            let points = even_points(count, dimensions);
            assert!(points.iter().all(|x| (0.0..1.0).contains(x)));
            // The root mean square of the errors of 33 boxes, each in units of its standard error at random.
            let mut squares = Vec::new();
            for (corner, side) in (0..11).flat_map(|i| [0.2, 0.35, 0.5].map(|side| (0.05 * f64::from(i), side))) {
                let inside = |point: &&[f64]| point.iter().all(|x| (corner..corner + side).contains(x));
                let found = points.chunks(dimensions).filter(inside).count() as f64 / count as f64;
                let share = f64::powi(side, dimensions as i32);
                squares.push((found - share).powi(2) * count as f64 / (share * (1.0 - share)));
            }
            let error = (squares.iter().sum::<f64>() / squares.len() as f64).sqrt();
            assert!(error < 0.5, "{dimensions}: {error}");
        }
    }
}
