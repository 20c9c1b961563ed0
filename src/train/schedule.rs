//! The schedule of the learning rate over a run.

use crate::experiment::{Schedule, Training};

/// The learning rate of a training after `epochs` epochs of `steps_per_epoch` steps each.
pub fn learning_rate(training: &Training, epochs: f64, steps_per_epoch: f64) -> f64 {
    training.learning_rate * factor_of(training, epochs, steps_per_epoch)
}

/// The factor on the learning rate of a training after `epochs` epochs of `steps_per_epoch` steps each.
pub fn factor_of(training: &Training, epochs: f64, steps_per_epoch: f64) -> f64 {
    factor(training.schedule, epochs, training.scheduled_epochs(steps_per_epoch))
}

/// The factor on the learning rate after `epochs` epochs; a schedule that has an end is spread over `length` epochs.
pub fn factor(schedule: Schedule, epochs: f64, length: f64) -> f64 {
    match schedule {
        Schedule::Constant => 1.0,
        Schedule::Cosine { floor } => {
            let progress = (epochs / length).clamp(0.0, 1.0);
            floor + (1.0 - floor) * 0.5 * (1.0 + (std::f64::consts::PI * progress).cos())
        }
        Schedule::Exponential { rate } => rate.powf(epochs.floor()),
        Schedule::Step { every, factor } => factor.powf((epochs / every).floor()),
        Schedule::Burda => {
            // Stage i lasts 3^i epochs, so it ends at (3^(i+1) − 1)/2; the last stage has no end.
            let stage = (0..7).find(|&i| epochs < f64::from((3_i32.pow(i + 1) - 1) / 2)).unwrap_or(7);
            10_f64.powf(-f64::from(stage) / 7.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn burda_stages_last_three_to_the_i_epochs() {
        let at = |epochs| factor(Schedule::Burda, epochs, 1.0);
        let stage = |i: i32| 10_f64.powf(-f64::from(i) / 7.0);
        for (epochs, i) in
            [(0.0, 0), (0.99, 0), (1.0, 1), (3.9, 1), (4.0, 2), (12.9, 2), (13.0, 3), (39.9, 3), (40.0, 4)]
        {
            assert!((at(epochs) - stage(i)).abs() < 1e-12, "epoch {epochs}");
        }
        assert!((at(1093.0) - stage(7)).abs() < 1e-12 && (at(3279.0) - stage(7)).abs() < 1e-12);
    }

    #[test]
    fn a_cosine_ends_at_its_floor() {
        let at = |epochs| factor(Schedule::Cosine { floor: 0.1 }, epochs, 10.0);
        assert_eq!((at(0.0), at(10.0), at(15.0)), (1.0, 0.1, 0.1));
        assert!((at(5.0) - 0.55).abs() < 1e-12);
    }
}
