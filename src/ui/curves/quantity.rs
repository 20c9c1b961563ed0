//! The quantities of a run that are plotted, and the horizontal axis.

use crate::data::Split;
use crate::train::Report;
use crate::worker::Mark;
use serde::{Deserialize, Serialize};

/// The kind of reports that make one curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReportSource {
    /// Averages over the training batches since the last report.
    Training,
    /// A fixed part of the validation images, every so often. From the first measurement of the whole split on, it is
    /// corrected by how far the part was off then, so that it estimates the whole and meets it at every epoch.
    Validation,
    /// The whole validation split, measured once per epoch.
    WholeValidation,
}

impl ReportSource {
    pub const ALL: [Self; 3] = [Self::Training, Self::Validation, Self::WholeValidation];

    /// The source of a report; `None` for a split that is not plotted over time.
    pub(super) fn of(report: &Report) -> Option<Self> {
        match (report.split, report.whole) {
            (Split::Train, _) => Some(Self::Training),
            (Split::Validation, false) => Some(Self::Validation),
            (Split::Validation, true) => Some(Self::WholeValidation),
            (Split::Test, _) => None,
        }
    }

    /// In a legend or a table; without held-out images, which `on_training` says, all are training images.
    pub fn name(self, on_training: bool) -> &'static str {
        match (self, on_training) {
            (Self::Training, false) => "training",
            (Self::Training, true) => "training batches",
            (Self::Validation, false) => "validation",
            (Self::Validation, true) => "training set",
            (Self::WholeValidation, false) => "whole validation",
            (Self::WholeValidation, true) => "whole training set",
        }
    }
}

/// A plotted quantity, in nats per image unless stated otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quantity {
    Elbo,
    /// Standard error of the ELBO over images.
    ElboError,
    /// The reconstruction term E_q[log p(x|z)].
    Reconstruction,
    Kl,
    /// The weighted KL term β·KL.
    WeightedKl,
    /// Global norm of the gradient.
    GradientNorm,
    LearningRate,
    /// Images per second.
    Speed,
    /// The importance-weighted bound, where K > 1.
    Iwae,
}

impl Quantity {
    /// In a legend or a table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Elbo => "ELBO",
            Self::ElboError => "standard error of the ELBO",
            Self::Reconstruction => "E[log p(x|z)]",
            Self::Kl => "KL",
            Self::WeightedKl => "β·KL",
            Self::GradientNorm => "gradient norm",
            Self::LearningRate => "learning rate",
            Self::Speed => "images per second",
            Self::Iwae => "importance-weighted bound",
        }
    }

    pub const ALL: [Self; 9] = [
        Self::Elbo,
        Self::ElboError,
        Self::Reconstruction,
        Self::Kl,
        Self::WeightedKl,
        Self::GradientNorm,
        Self::LearningRate,
        Self::Speed,
        Self::Iwae,
    ];

    pub(super) fn of(self, report: &Report) -> f64 {
        match self {
            Self::Elbo => report.elbo,
            Self::ElboError => report.elbo_se,
            Self::Reconstruction => report.reconstruction,
            Self::Kl => report.kl,
            Self::WeightedKl => report.beta * report.kl,
            Self::GradientNorm => report.gradient_norm,
            Self::LearningRate => report.learning_rate,
            Self::Speed => report.images_per_second,
            // With one sample it is the ELBO itself, and no curve of its own.
            Self::Iwae if report.samples <= 1 => f64::NAN,
            Self::Iwae => report.iwae,
        }
    }
}

/// The horizontal axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum XAxis {
    /// Optimiser steps.
    #[default]
    Step,
    /// Passes over the training images.
    Epoch,
    /// Seconds of training.
    Time,
}

impl XAxis {
    pub const ALL: [Self; 3] = [Self::Step, Self::Epoch, Self::Time];

    /// The position of a mark on this axis.
    pub fn of_mark(self, mark: &Mark) -> f64 {
        match self {
            Self::Step => mark.step as f64,
            Self::Epoch => mark.epoch,
            Self::Time => mark.seconds,
        }
    }
}
