//! The schedule of the learning rate over a run.

use crate::experiment::{Schedule, Training};

/// The learning rate of a training after `epochs` epochs of `steps_per_epoch` steps each.
pub fn learning_rate(training: &Training, epochs: f64, steps_per_epoch: f64) -> f64 {
    training.learning_rate * factor_of(training, epochs, steps_per_epoch)
}

/// The factor on the learning rate of a training after `epochs` epochs of `steps_per_epoch` steps each.
pub fn factor_of(training: &Training, epochs: f64, steps_per_epoch: f64) -> f64 {
    let since = (epochs - training.scheduled_from()).max(0.0);
    factor(training.schedule, since, training.scheduled_epochs(steps_per_epoch))
}

/// The factor on the learning rate `epochs` epochs after the schedule has begun; a schedule that has an end is spread
/// over `length` epochs.
pub fn factor(schedule: Schedule, epochs: f64, length: f64) -> f64 {
    match schedule {
        Schedule::Constant => 1.0,
        Schedule::Cosine { floor } => {
            let progress = if length > 0.0 { (epochs / length).clamp(0.0, 1.0) } else { 1.0 };
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
    use crate::experiment::{Extension, Length};

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
    fn item_08_after_a_restart_the_factor_is_that_of_a_run_of_the_rest() {
        let schedules = [
            Schedule::Cosine { floor: 0.1 },
            Schedule::Exponential { rate: 0.9 },
            Schedule::Step { every: 3.0, factor: 0.5 },
            Schedule::Burda,
        ];
        for schedule in schedules {
            let mut training = Training { schedule, ..Training::default() };
            training.extend(Length::Epochs(35.0), Extension::RestartSchedule { epoch: 20.5 }, 100.0);
            for since in [0.0, 0.3, 4.0, 14.5, 20.0] {
                let fresh = factor(schedule, since, 14.5);
                assert_eq!(factor_of(&training, 20.5 + since, 100.0), fresh, "{schedule:?}, {since}");
            }
            assert_eq!(factor_of(&training, 3.0, 100.0), 1.0, "before its beginning");
        }
    }

    #[test]
    fn a_cosine_ends_at_its_floor() {
        let at = |epochs| factor(Schedule::Cosine { floor: 0.1 }, epochs, 10.0);
        assert_eq!((at(0.0), at(10.0), at(15.0)), (1.0, 0.1, 0.1));
        assert!((at(5.0) - 0.55).abs() < 1e-12);
    }
}
