//! The state of a point, as its files say.

use super::outcome::PointResult;
use super::point_folder::PointFolder;
use super::sign::{Doing, Sign};
use crate::experiment::study::StudyEvaluation;
use serde::Serialize;

/// The state of a point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "state", content = "why")]
pub enum PointState {
    /// Nothing has been done.
    Waiting,
    /// A process is at work on the point.
    Running,
    /// The point was begun and no process is at work on it; the next one goes on where it was.
    Begun,
    /// The point failed, for the reason given; it is left alone until a retry is asked for.
    Failed(String),
    /// Trained, and measured as the study asks.
    Done,
}

impl PointState {
    /// The state in one word.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Begun => "begun",
            Self::Failed(_) => "failed",
            Self::Done => "done",
        }
    }
}

/// The state of a point, with the content of its files.
#[derive(Clone, Debug, PartialEq)]
pub struct PointStatus {
    /// The state.
    pub state: PointState,
    /// The last sign of life of the point's process.
    pub sign: Option<Sign>,
    /// The point's result; that of an earlier evaluation, if the study asks for another one now.
    pub result: Option<PointResult>,
}

impl PointStatus {
    /// The state of a point that nothing has been done for.
    pub fn waiting() -> Self {
        Self { state: PointState::Waiting, sign: None, result: None }
    }

    /// Read the files of a point whose study asks for `evaluate`.
    pub fn read(folder: &PointFolder, evaluate: Option<&StudyEvaluation>) -> Self {
        if !folder.path().is_dir() {
            return Self::waiting();
        }
        let result = folder.result();
        if result.as_ref().is_some_and(|result| result.evaluate.as_ref() == evaluate) {
            return Self { state: PointState::Done, sign: None, result };
        }
        let sign = folder.sign();
        let alive = sign.as_ref().is_some_and(Sign::is_alive);
        let state = match folder.failure() {
            _ if alive => PointState::Running,
            Some(failure) => PointState::Failed(failure.message),
            None if folder.run().is_run() => PointState::Begun,
            None => PointState::Waiting,
        };
        Self { state, sign, result }
    }

    /// The share of the point that is done, from 0 to 1.
    pub fn share(&self) -> f64 {
        match (&self.state, &self.sign) {
            (PointState::Done, _) => 1.0,
            (PointState::Waiting, _) => 0.0,
            (_, sign) => sign.as_ref().map_or(0.0, |sign| sign.share.clamp(0.0, 1.0)),
        }
    }

    /// Seconds until the point is done, if a process is at work on it whose pace is known.
    pub fn seconds_left(&self) -> Option<f64> {
        self.sign.as_ref().filter(|_| self.state == PointState::Running)?.seconds_left()
    }

    /// Optimiser steps taken, as far as is known.
    pub fn step(&self) -> Option<u64> {
        let result = self.result.as_ref().map(|result| result.training.step);
        result.or_else(|| self.sign.as_ref().map(|sign| sign.step))
    }

    /// The activity of the point's process, if one is at work.
    pub fn doing(&self) -> Option<Doing> {
        self.sign.as_ref().filter(|_| self.state == PointState::Running).map(|sign| sign.doing)
    }
}
