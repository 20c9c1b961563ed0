//! The time that is left of a study, from the paces of its points.

use super::status::{PointState, PointStatus};

/// Seconds until all of these points are done, if as many stay at work as are now; `None` while none is at work, or
/// before any point has shown its pace. Points that have failed do not count.
///
/// A point's pace is the seconds that a process takes for a whole point. Points that have not begun are taken to need
/// the mean pace of those that are done, or else of those at work. A study is not over before its slowest point.
pub fn seconds_left<'a>(points: impl Iterator<Item = &'a PointStatus>) -> Option<f64> {
    let mut done = Mean::default();
    let mut at_work = Mean::default();
    // Seconds that are known, and shares of points of which only the mean pace is known.
    let (mut seconds, mut shares, mut running, mut slowest) = (0.0, 0.0, 0_u32, 0.0_f64);
    for point in points {
        match point.state {
            PointState::Done => done.add(point.result.as_ref().and_then(|result| result.pace)),
            PointState::Failed(_) => {}
            PointState::Waiting | PointState::Begun => shares += 1.0 - point.share(),
            PointState::Running => {
                running += 1;
                at_work.add(point.sign.as_ref().and_then(|sign| sign.pace));
                match point.seconds_left() {
                    Some(left) => {
                        seconds += left;
                        slowest = slowest.max(left);
                    }
                    None => shares += 1.0 - point.share(),
                }
            }
        }
    }
    let pace = done.value().or_else(|| at_work.value());
    if running == 0 || (shares > 0.0 && pace.is_none()) {
        return None;
    }
    let left = (seconds + shares * pace.unwrap_or(0.0)) / f64::from(running);
    Some(left.max(slowest))
}

/// A time in few digits, since it is an estimate: `40 s`, `12 min`, `3.5 h`, `4 days`.
pub fn in_words(seconds: f64) -> String {
    match seconds.max(0.0) {
        s if s < 100.0 => format!("{s:.0} s"),
        s if s < 6_000.0 => format!("{:.0} min", s / 60.0),
        s if s < 172_800.0 => format!("{:.1} h", s / 3_600.0),
        s => format!("{:.0} days", s / 86_400.0),
    }
}

#[derive(Default)]
struct Mean {
    sum: f64,
    count: u32,
}

impl Mean {
    fn add(&mut self, value: Option<f64>) {
        if let Some(value) = value.filter(|value| value.is_finite()) {
            self.sum += value;
            self.count += 1;
        }
    }

    fn value(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / f64::from(self.count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{PointResult, Sign, Trained};

    fn point(state: PointState, share: f64, pace: Option<f64>) -> PointStatus {
        let sign = Sign { share, pace, ..Sign::new() };
        PointStatus { state, sign: Some(sign), result: None }
    }

    fn done(pace: f64) -> PointStatus {
        let training = Trained {
            why: String::new(),
            step: 1,
            epoch: 1.0,
            seconds: 1.0,
            images_per_second: None,
            device: String::new(),
            elbo: None,
            elbo_se: None,
            best_elbo: None,
        };
        let result = PointResult { training, evaluate: None, evaluation: None, pace: Some(pace) };
        PointStatus { state: PointState::Done, sign: None, result: Some(result) }
    }

    #[test]
    fn the_time_left_follows_from_the_paces_of_points() {
        let left = |points: &[PointStatus]| seconds_left(points.iter());
        let waiting = || point(PointState::Waiting, 0.0, None);
        assert_eq!(left(&[done(10.0), waiting()]), None, "nobody is at work");
        assert_eq!(left(&[point(PointState::Running, 0.0, None), waiting()]), None, "no pace is known yet");
        // Half a point of 10 s and one and a half of those that were done in 20 s, two at a time.
        let points = [
            done(20.0),
            point(PointState::Running, 0.5, Some(10.0)),
            point(PointState::Running, 0.5, None),
            waiting(),
            point(PointState::Failed("why".into()), 0.9, None),
        ];
        let found = left(&points).unwrap();
        assert!((found - (5.0 + 1.5 * 20.0) / 2.0).abs() < 2.0, "{found}: the clock may have moved on by a second");
        // The slowest decides the end.
        let found = left(&[point(PointState::Running, 0.0, Some(100.0)), point(PointState::Running, 0.9, Some(1.0))]);
        assert!(found.is_some_and(|left| (left - 100.0).abs() < 2.0), "{found:?}");
    }

    #[test]
    fn times_are_told_in_a_word() {
        let words = [3.4, 99.0, 700.0, 9_000.0, 400_000.0].map(in_words);
        assert_eq!(words, ["3 s", "99 s", "12 min", "2.5 h", "5 days"]);
    }
}
