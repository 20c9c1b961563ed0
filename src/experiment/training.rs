//! Training: optimiser, learning rate, batches, length, and the device.

use super::{Initialisation, Length, Optimiser, Schedule};
use serde::{Deserialize, Serialize};

/// How the bound is optimised, and for how long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// The optimiser: the rule by which parameters follow gradients.
    #[serde(default)]
    pub optimiser: Optimiser,
    /// The optimiser's step size, before the schedule's factor.
    #[serde(default = "default_rate")]
    pub learning_rate: f64,
    /// A factor on the learning rate over the run.
    #[serde(default)]
    pub schedule: Schedule,
    /// Number of epochs over which a schedule with an end ([`Schedule::has_end`]) is spread; it then keeps its end
    /// value. `None` means the length of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule_epochs: Option<f64>,
    /// The epoch at which the schedule begins, where a run was extended with [`Extension::RestartSchedule`]. `None`
    /// means the beginning of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule_start: Option<f64>,
    /// Largest global norm of the gradient; larger gradients are scaled down to it. `None` never scales.
    #[serde(default)]
    pub clip: Option<f64>,
    /// Images per step.
    #[serde(default = "default_batch")]
    pub batch: usize,
    /// When the run ends.
    #[serde(default)]
    pub length: Length,
    /// Distribution of the initial weights.
    #[serde(default)]
    pub initialisation: Initialisation,
    /// Number of parts of a batch that are computed side by side on the CPU. It is part of the experiment, so that a
    /// run is the same on every machine whatever its number of cores. Whatever compares images in training (batch
    /// normalisation's moments, the σ² of `GaussianOptimal`) compares those of one shard, so that the number of shards
    /// is part of the objective too.
    #[serde(default = "default_shards")]
    pub shards: usize,
    /// Number of states that the run keeps on its way: the parameters at log-spaced steps and at every edit, to go back
    /// to. It changes nothing of the training. 0 keeps none.
    #[serde(default = "default_history")]
    pub history: usize,
}

impl Default for Training {
    fn default() -> Self {
        Self {
            optimiser: Optimiser::default(),
            learning_rate: default_rate(),
            schedule: Schedule::default(),
            schedule_epochs: None,
            schedule_start: None,
            clip: None,
            batch: default_batch(),
            length: Length::default(),
            initialisation: Initialisation::default(),
            shards: default_shards(),
            history: default_history(),
        }
    }
}

/// The effect of a change of the length of a run in progress on its schedule.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Extension {
    /// A schedule that has an end ends where it was planned to end, and then keeps its end value; others go on.
    #[default]
    KeepSchedule,
    /// The schedule is spread over the new length, so that the learning rate jumps to its value in a run of that
    /// length.
    StretchSchedule,
    /// The schedule begins anew at an epoch, the present one, and is spread over the rest of the new length: a warm
    /// restart (Loshchilov & Hutter 2017, section 3).
    RestartSchedule {
        /// The epoch, a fraction included.
        epoch: f64,
    },
}

impl Training {
    /// The epoch at which the schedule begins.
    pub fn scheduled_from(&self) -> f64 {
        self.schedule_start.unwrap_or(0.0)
    }

    /// Number of epochs from its [beginning](Self::scheduled_from) over which the schedule is spread, if an epoch has
    /// `steps_per_epoch` steps.
    pub fn scheduled_epochs(&self, steps_per_epoch: f64) -> f64 {
        self.schedule_epochs.unwrap_or_else(|| self.length.in_epochs(steps_per_epoch) - self.scheduled_from())
    }

    /// Set another length of the run; `extension` decides how its schedule goes on.
    pub fn extend(&mut self, length: Length, extension: Extension, steps_per_epoch: f64) {
        (self.schedule_start, self.schedule_epochs) = match extension {
            Extension::KeepSchedule if self.schedule.has_end() => {
                (self.schedule_start, Some(self.scheduled_epochs(steps_per_epoch)))
            }
            Extension::KeepSchedule => (self.schedule_start, None),
            Extension::StretchSchedule => (None, None),
            Extension::RestartSchedule { epoch } => (Some(epoch), None),
        };
        self.length = length;
    }
}

fn default_rate() -> f64 {
    1e-3
}

fn default_batch() -> usize {
    128
}

fn default_shards() -> usize {
    2
}

fn default_history() -> usize {
    40
}

/// The device to train on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeviceChoice {
    /// A hardware GPU through wgpu if there is one, else the CPU.
    #[default]
    Auto,
    /// The CPU, through burn's flex backend.
    Cpu,
    /// A GPU through wgpu; a software adapter counts as one.
    Wgpu,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_08_a_schedule_ends_where_it_was_planned_to_end_however_often_the_run_is_extended() {
        let planned = Training { schedule: Schedule::Cosine { floor: 0.1 }, ..Training::default() };
        let mut training = planned.clone();
        for length in [Length::Epochs(30.0), Length::Steps(4_300), Length::Epochs(50.0)] {
            training.extend(length, Extension::KeepSchedule, 430.0);
            assert_eq!(training.scheduled_epochs(430.0), 20.0);
            assert_eq!(training.length, length);
        }
        training.extend(Length::Steps(4_300), Extension::StretchSchedule, 430.0);
        assert_eq!((training.scheduled_epochs(430.0), training.schedule_epochs), (10.0, None));
        // Nothing need be remembered of a schedule that is a function of the epoch alone.
        let mut constant = Training { schedule: Schedule::Constant, ..planned };
        constant.extend(Length::Epochs(30.0), Extension::KeepSchedule, 430.0);
        assert_eq!(constant.schedule_epochs, None);
    }

    #[test]
    fn item_08_a_schedule_begins_anew_over_the_extension_and_stays_so_when_the_run_is_extended_again() {
        let mut training = Training { schedule: Schedule::Cosine { floor: 0.1 }, ..Training::default() };
        training.extend(Length::Epochs(30.0), Extension::RestartSchedule { epoch: 20.0 }, 430.0);
        assert_eq!((training.scheduled_from(), training.scheduled_epochs(430.0)), (20.0, 10.0));
        training.extend(Length::Epochs(50.0), Extension::KeepSchedule, 430.0);
        assert_eq!((training.scheduled_from(), training.scheduled_epochs(430.0)), (20.0, 10.0));
        training.extend(Length::Epochs(60.0), Extension::RestartSchedule { epoch: 50.0 }, 430.0);
        assert_eq!((training.scheduled_from(), training.scheduled_epochs(430.0)), (50.0, 10.0));
        training.extend(Length::Epochs(70.0), Extension::StretchSchedule, 430.0);
        assert_eq!((training.scheduled_from(), training.scheduled_epochs(430.0)), (0.0, 70.0));
    }
}
