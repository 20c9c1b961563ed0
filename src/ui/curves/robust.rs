//! The range of values that a picture shows: a run that diverges reaches 10³⁰ nats in a few steps, and a picture of all
//! its values shows nothing else.

/// A value beyond which a run has diverged, in nats: no image has so much information.
const ABSURD: f64 = 1e9;

/// The range in which sensible values lie; `None` where there is none. A value is left out only if it is far beyond all
/// others: twenty times their spread, and a thousand times their middle.
pub fn sensible_range(values: impl Iterator<Item = f64>) -> Option<[f64; 2]> {
    let mut values: Vec<f64> = values.filter(|value| value.abs() < ABSURD).collect();
    values.sort_by(f64::total_cmp);
    let at = |share: f64| values.get((share * (values.len() as f64 - 1.0)).round() as usize);
    let (low, middle, high) = (at(0.1)?, at(0.5)?, at(0.9)?);
    let reach = (20.0 * (high - low)).max(1e3 * (1.0 + middle.abs()));
    Some([middle - reach, middle + reach])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_09_a_diverged_end_is_left_out_and_a_usual_run_is_whole() {
        let usual: Vec<f64> = (0..100).map(|i| -540.0 + 400.0 * (1.0 - (-0.1 * f64::from(i)).exp())).collect();
        let [low, high] = sensible_range(usual.iter().copied()).expect("there are values");
        assert!(usual.iter().all(|value| (low..high).contains(value)));
        let diverged = usual.iter().copied().chain([-3e6, -1e30, f64::NEG_INFINITY, f64::NAN]);
        let [low, high] = sensible_range(diverged.clone()).expect("there are values");
        assert!(low > -3e6 && usual.iter().all(|value| (low..high).contains(value)));
        // A term that is nothing for a long time and then something is no fault.
        let late = [0.0; 50].into_iter().chain([20.0, 30.0]);
        assert!(sensible_range(late).is_some_and(|[_, high]| high > 30.0));
        assert_eq!(sensible_range([-1e30, f64::NAN].into_iter()), None);
    }
}
