//! The positions and labels of an axis's ticks.

use egui_plot::{GridInput, GridMark};

/// Ticks at 1, 2 or 5 times a power of ten, or at round times, at least `spacing` points apart.
pub fn ticks(input: &GridInput, spacing: f64, time: bool, whole: bool) -> Vec<GridMark> {
    // `base_step_size` is the length of `grid_spacing.min`, one point.
    let least = input.base_step_size * spacing;
    let (low, high) = input.bounds;
    if !(least > 0.0 && least.is_finite() && low.is_finite() && high.is_finite()) {
        return Vec::new();
    }
    let mut step = if time { round_time(least) } else { round_number(least) };
    if whole {
        step = step.max(1.0);
    }
    let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
    (first..=last.min(first + 200)).map(|i| GridMark { value: i as f64 * step, step_size: step }).collect()
}

/// Ticks for a logarithmic axis whose input is in decades: powers of ten where many decades are visible, also 2 and 5
/// times these where few are, and round numbers within one decade.
pub fn log_ticks(input: &GridInput, spacing: f64) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    let apart = input.base_step_size * spacing;
    if !(apart > 0.0 && high - low < 100.0) {
        return Vec::new();
    }
    // A little more than the labels need, so that rounding does not drop them.
    let mark = |value: f64| GridMark { value: value.log10(), step_size: 1.1 * apart };
    if apart < 0.1 {
        // The ticks of the values themselves, spaced as the widest gap needs.
        let (bottom, top) = (10f64.powf(low), 10f64.powf(high));
        let step = round_number(bottom * (10f64.powf(apart) - 1.0));
        let first = (bottom / step).ceil() as i64;
        let mut marks: Vec<GridMark> = Vec::new();
        for value in (first..first + 400).map(|i| i as f64 * step).take_while(|v| *v <= top) {
            if marks.last().is_none_or(|last| value.log10() - last.value >= apart) {
                marks.push(mark(value));
            }
        }
        return marks;
    }
    let multiples: &[f64] = if apart <= 0.301 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let decades = (low.floor() as i32..=high.ceil() as i32).step_by(apart.ceil() as usize);
    let values = decades.flat_map(|decade| multiples.iter().map(move |m| m * 10f64.powi(decade)));
    values.map(mark).filter(|m| (low..=high).contains(&m.value)).collect()
}

fn round_number(least: f64) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|&s| s >= least * (1.0 - 1e-9)).unwrap_or(10.0 * power)
}

fn round_time(least: f64) -> f64 {
    const ROUND: [f64; 12] = [1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_800.0, 3_600.0, 7_200.0];
    if least < 1.0 {
        return round_number(least);
    }
    ROUND.into_iter().find(|&s| s >= least).unwrap_or_else(|| 3_600.0 * round_number(least / 3_600.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_apart() {
        let values = |low, high, points: f64, spacing, time, whole| -> Vec<f64> {
            let input = GridInput { bounds: (low, high), base_step_size: (high - low) / points };
            ticks(&input, spacing, time, whole).iter().map(|m| m.value).collect()
        };
        assert_eq!(values(0.0, 1_000.0, 500.0, 90.0, false, true), [0.0, 200.0, 400.0, 600.0, 800.0, 1000.0]);
        assert_eq!(values(-107.3, -98.2, 100.0, 32.0, false, false), [-105.0, -100.0]);
        // Under a step there are no ticks.
        assert_eq!(values(0.0, 2.0, 900.0, 90.0, false, true), [0.0, 1.0, 2.0]);
        assert_eq!(values(0.0, 150.0, 500.0, 90.0, true, false), [0.0, 30.0, 60.0, 90.0, 120.0, 150.0]);
        assert_eq!(
            values(0.0, 20_000.0, 500.0, 90.0, true, false),
            [0.0, 3_600.0, 7_200.0, 10_800.0, 14_400.0, 18_000.0]
        );
        let decades = |low: f64, high: f64| -> Vec<f64> {
            let input = GridInput { bounds: (low.log10(), high.log10()), base_step_size: (high / low).log10() / 160.0 };
            log_ticks(&input, 32.0).iter().map(|m| (1e6 * 10f64.powf(m.value)).round() / 1e6).collect()
        };
        assert_eq!(decades(0.9, 1_100.0), [1.0, 10.0, 100.0, 1_000.0]);
        assert_eq!(decades(4.0, 110.0), [5.0, 10.0, 20.0, 50.0, 100.0]);
        assert_eq!(decades(6.1, 9.3), [7.0, 8.0, 9.0]);
        assert!(values(0.0, f64::NAN, 500.0, 90.0, false, false).is_empty());
    }
}
