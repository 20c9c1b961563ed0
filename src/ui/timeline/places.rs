//! The places of the slider: the kept states of a run, and behind them the run as it is.

use crate::train::At;
use crate::worker::{Status, Stop};

/// The places of the slider, from the left; the last is the run itself, live.
#[derive(Clone, Debug)]
pub struct Places<'a> {
    stops: &'a [Stop],
    last: u64,
    now: usize,
}

impl<'a> Places<'a> {
    /// The places of the run in a status.
    pub fn of(status: &'a Status) -> Self {
        // A state of the last step is the run itself.
        let before = status.stops.partition_point(|stop| stop.step < status.last_step);
        let stops = &status.stops[..before];
        let mut places = Self { stops, last: status.last_step, now: stops.len() };
        if status.looks_back {
            // One that is not kept any more is still looked at: its neighbour stands for it.
            places.now = stops.partition_point(|stop| stop.step < status.step).min(stops.len().saturating_sub(1));
        }
        places
    }

    /// These places with another one looked at.
    pub fn at(self, at: At) -> Self {
        let now = match at {
            At::Last => self.stops.len(),
            At::Best => self.stops.iter().position(|stop| stop.is_best).unwrap_or(self.stops.len()),
            At::Step(step) => self.stops.partition_point(|stop| stop.step < step),
        };
        Self { now, ..self }
    }

    /// Number of places.
    pub fn count(&self) -> usize {
        self.stops.len() + 1
    }

    /// The number of the place that is looked at.
    pub fn now(&self) -> usize {
        self.now
    }

    /// Whether the place that is looked at is the run itself.
    pub fn is_live(&self) -> bool {
        self.now >= self.stops.len()
    }

    /// The kept state of a place; `None` for the run itself.
    pub fn stop(&self, place: usize) -> Option<&'a Stop> {
        self.stops.get(place)
    }

    /// The step of a place.
    pub fn step(&self, place: usize) -> u64 {
        self.stop(place).map_or(self.last, |stop| stop.step)
    }

    /// How the worker knows a place.
    pub fn name(&self, place: usize) -> At {
        self.stop(place).map_or(At::Last, |stop| At::Step(stop.step))
    }

    /// The place of the best state.
    pub fn best(&self) -> Option<usize> {
        self.stops.iter().position(|stop| stop.is_best)
    }

    /// The place before (−1) or behind (+1) the one that is looked at; none beyond the ends.
    pub fn next(&self, by: isize) -> Option<usize> {
        self.now.min(self.stops.len()).checked_add_signed(by).filter(|place| *place < self.count())
    }

    /// Where a step lies on the slider, from 0 to 1: by its logarithm, since early steps change most.
    pub fn share(&self, step: u64) -> f32 {
        let log = |step: u64| (step as f64 + 1.0).ln();
        if self.last == 0 { 1.0 } else { (log(step) / log(self.last)).min(1.0) as f32 }
    }

    /// The place that is nearest to a share of the slider.
    pub fn nearest(&self, share: f32) -> usize {
        let away = |place: &usize| (self.share(self.step(*place)) - share).abs();
        (0..self.count()).min_by(|a, b| away(a).total_cmp(&away(b))).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(steps: &[u64], best: u64, last: u64) -> Status {
        let stop = |&step: &u64| Stop { step, bound: None, is_edit: false, is_best: step == best };
        Status { stops: steps.iter().map(stop).collect(), last_step: last, step: last, ..Status::default() }
    }

    #[test]
    fn the_run_itself_is_the_last_place_and_log_spaced_steps_lie_evenly() {
        let status = status(&[0, 1, 3, 7, 15], 7, 15);
        let places = Places::of(&status);
        assert_eq!((places.count(), places.now(), places.is_live()), (5, 4, true), "step 15 is the run itself");
        let shares: Vec<f32> = (0..5).map(|place| places.share(places.step(place))).collect();
        assert!(shares.iter().enumerate().all(|(i, share)| (share - 0.25 * i as f32).abs() < 1e-6), "{shares:?}");
        assert_eq!([0.0, 0.3, 0.6, 0.9, 1.0].map(|share| places.nearest(share)), [0, 1, 2, 4, 4]);
        assert_eq!((places.name(4), places.name(1), places.best()), (At::Last, At::Step(1), Some(3)));
    }

    #[test]
    fn one_goes_back_and_forth_between_the_ends() {
        let mut status = status(&[0, 1, 3], 3, 9);
        (status.looks_back, status.step) = (true, 1);
        let places = Places::of(&status);
        assert_eq!((places.now(), places.next(-1), places.next(1)), (1, Some(0), Some(2)));
        assert_eq!(places.clone().at(At::Step(0)).next(-1), None);
        let live = places.at(At::Last);
        assert!(live.is_live() && live.next(1).is_none() && live.next(-1) == Some(2));
        // A state that was thinned out while it was looked at.
        status.step = 2;
        assert_eq!(Places::of(&status).now(), 2);
    }
}
