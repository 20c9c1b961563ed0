//! The way of posterior means from one kept state of a run to the next. Between two states the means are not measured
//! but interpolated, and are to be drawn hollow.

use crate::explore::{Question, ScatterPoint};
use crate::ui::questions::Newest;

/// Seconds that the way takes.
const DURATION: f64 = 0.22;

/// The way of the means.
#[derive(Default)]
pub struct Way {
    /// The answer that the means go to, and the question that it answers.
    key: (u64, u64),
    question: Option<Question>,
    from: Vec<Vec<f32>>,
    to: Vec<Vec<f32>>,
    began: Option<f64>,
}

impl Way {
    /// The points to draw at a time while they are on their way; `None` where they have arrived. They set off where
    /// another answer to the same question comes while kept states are looked at.
    pub fn follow(
        &mut self,
        newest: &Newest,
        points: &[ScatterPoint],
        looks_back: bool,
        now: f64,
    ) -> Option<Vec<ScatterPoint>> {
        if self.key != newest.key() {
            let same = self.key.0 == newest.key().0 && self.question.as_ref() == Some(&newest.answered.question);
            let fits = self.to.len() == points.len()
                && self.to.iter().zip(points).all(|(mean, point)| mean.len() == point.mean.len());
            let moves = looks_back && same && fits;
            (self.from, self.began) = if moves { (self.means(now), Some(now)) } else { (Vec::new(), None) };
            self.key = newest.key();
            self.question = Some(newest.answered.question.clone());
            self.to = points.iter().map(|point| point.mean.clone()).collect();
        }
        if self.share(now) >= 1.0 {
            self.began = None;
            return None;
        }
        let means = self.means(now);
        Some(points.iter().zip(means).map(|(point, mean)| ScatterPoint { mean, ..point.clone() }).collect())
    }

    /// How much of the way is done, from 0 to 1.
    fn share(&self, now: f64) -> f32 {
        self.began.map_or(1.0, |began| ((now - began) / DURATION).clamp(0.0, 1.0) as f32)
    }

    fn means(&self, now: f64) -> Vec<Vec<f32>> {
        let share = self.share(now);
        if share >= 1.0 {
            return self.to.clone();
        }
        // Slowly at either end.
        let share = share * share * (3.0 - 2.0 * share);
        let between = |(from, to): (&Vec<f32>, &Vec<f32>)| {
            from.iter().zip(to).map(|(from, to)| from + share * (to - from)).collect()
        };
        self.from.iter().zip(&self.to).map(between).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Split;
    use crate::explore::Answer;
    use crate::worker::Answered;
    use std::sync::Arc;

    fn newest(serial: u64, at: f32, count: usize) -> (Newest, Vec<ScatterPoint>) {
        let question = Question::Scatter { split: Split::Test, count };
        let points: Vec<_> = (0..count)
            .map(|index| ScatterPoint { index, label: None, mean: vec![at, 0.0], deviation: vec![1.0; 2] })
            .collect();
        let answer = Answer::Scatter { points: points.clone(), kl_per_dimension: Vec::new() };
        (
            Newest {
                answered: Arc::new(Answered { serial, run: 1, at: None, step: serial, question, answer }),
                current: true,
            },
            points,
        )
    }

    #[test]
    fn means_go_from_one_kept_state_to_the_next_and_turn_where_they_are() {
        let mut way = Way::default();
        let place = |points: Option<Vec<ScatterPoint>>| points.map(|points| points[0].mean[0]);
        let (first, points) = newest(1, 0.0, 2);
        assert_eq!(place(way.follow(&first, &points, true, 0.0)), None, "there is nothing to come from");
        let (second, points) = newest(2, 1.0, 2);
        assert_eq!(place(way.follow(&second, &points, true, 10.0)), Some(0.0));
        assert_eq!(place(way.follow(&second, &points, true, 10.0 + 0.5 * DURATION)), Some(0.5));
        let (third, points) = newest(3, 5.0, 2);
        assert_eq!(place(way.follow(&third, &points, true, 10.0 + 0.5 * DURATION)), Some(0.5), "no jump");
        assert_eq!(place(way.follow(&third, &points, true, 12.0)), None, "arrived");
        // Other images, and the run itself, are no way.
        let (other, points) = newest(4, 1.0, 3);
        assert_eq!(place(way.follow(&other, &points, true, 13.0)), None);
        let (live, points) = newest(5, 2.0, 3);
        assert_eq!(place(way.follow(&live, &points, false, 13.0)), None);
    }
}
