//! Where a point stands, as its files say.

use super::outcome::PointResult;
use super::point_folder::PointFolder;
use super::sign::{Doing, Sign};
use crate::experiment::study::StudyEvaluation;
use serde::Serialize;

/// Where a point stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "state", content = "why")]
pub enum PointState {
    /// Nothing has been done.
    Waiting,
    /// A process is at work on it.
    Running,
    /// It was begun, and nobody is at work on it: it goes on where it was.
    Begun,
    /// It failed; why. It is left alone until a retry is asked for.
    Failed(String),
    /// Trained, and measured as the study asks.
    Done,
}

impl PointState {
    /// One word.
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

/// Where a point stands, with what its files say.
#[derive(Clone, Debug, PartialEq)]
pub struct PointStatus {
    /// In one word.
    pub state: PointState,
    /// The last sign of life.
    pub sign: Option<Sign>,
    /// What came of it; of a point whose study asks for another evaluation since, the old one.
    pub result: Option<PointResult>,
}

impl PointStatus {
    /// Read the files of a point whose study asks for `evaluate`.
    pub fn read(folder: &PointFolder, evaluate: Option<&StudyEvaluation>) -> Self {
        if !folder.path().is_dir() {
            return Self { state: PointState::Waiting, sign: None, result: None };
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

    /// How much of the point is done, from 0 to 1.
    pub fn share(&self) -> f64 {
        match (&self.state, &self.sign) {
            (PointState::Done, _) => 1.0,
            (PointState::Waiting, _) => 0.0,
            (_, sign) => sign.as_ref().map_or(0.0, |sign| sign.share.clamp(0.0, 1.0)),
        }
    }

    /// Optimiser steps taken, as far as is known.
    pub fn step(&self) -> Option<u64> {
        let result = self.result.as_ref().map(|result| result.training.step);
        result.or_else(|| self.sign.as_ref().map(|sign| sign.step))
    }

    /// What its process does, if one is at work.
    pub fn doing(&self) -> Option<Doing> {
        self.sign.as_ref().filter(|_| self.state == PointState::Running).map(|sign| sign.doing)
    }
}
