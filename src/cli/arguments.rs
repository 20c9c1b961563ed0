//! Arguments that several commands share.

use crate::data::Split;
use crate::experiment::{DeviceChoice, Experiment, Extension, cores};
use crate::train::At;
use crate::worker::LoadOptions;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// The training device, as an argument.
#[derive(Clone, Copy, ValueEnum)]
pub enum DeviceArg {
    /// A hardware GPU if there is one, else the CPU.
    Auto,
    Cpu,
    /// A GPU through wgpu; a software adapter counts as one.
    Wgpu,
}

impl From<DeviceArg> for DeviceChoice {
    fn from(device: DeviceArg) -> Self {
        match device {
            DeviceArg::Auto => Self::Auto,
            DeviceArg::Cpu => Self::Cpu,
            DeviceArg::Wgpu => Self::Wgpu,
        }
    }
}

/// The number of shards, as an argument.
#[derive(Clone, Copy)]
pub enum ShardsArg {
    /// As many as suit this machine.
    Auto,
    Number(usize),
}

impl ShardsArg {
    /// The number that `text` says; its limits are the experiment's.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            text => text.parse().map(Self::Number).map_err(|_| "give a number, or auto for this machine".into()),
        }
    }

    /// The number of shards for an experiment on this machine.
    pub fn of(self, experiment: &Experiment) -> usize {
        match self {
            Self::Auto => experiment.suited_shards(cores()),
            Self::Number(number) => number,
        }
    }
}

/// The effect of a change of the run's length on the schedule of its learning rate.
#[derive(Clone, Copy, Default, ValueEnum)]
pub enum ScheduleArg {
    /// A schedule that was planned to end with the run ends where it was planned to, and then keeps its end value.
    #[default]
    Keep,
    /// The schedule is spread over the new length: the learning rate jumps to its value in a run of that length.
    Stretch,
    /// The schedule begins anew, at its first value, and is spread over what is left of the new length.
    Restart,
}

impl ScheduleArg {
    /// The effect on the schedule of a run that has come to this epoch.
    pub fn at(self, epoch: f64) -> Extension {
        match self {
            Self::Keep => Extension::KeepSchedule,
            Self::Stretch => Extension::StretchSchedule,
            Self::Restart => Extension::RestartSchedule { epoch },
        }
    }
}

/// The split, as an argument.
#[derive(Clone, Copy, ValueEnum)]
pub enum SplitArg {
    Train,
    Validation,
    Test,
}

impl From<SplitArg> for Split {
    fn from(split: SplitArg) -> Self {
        match split {
            SplitArg::Train => Self::Train,
            SplitArg::Validation => Self::Validation,
            SplitArg::Test => Self::Test,
        }
    }
}

/// The arguments for a trained run and the device to evaluate it on.
#[derive(Args)]
pub struct RunArgs {
    /// A folder that `elbow train … --out DIR` wrote.
    #[arg(value_name = "RUN_DIR")]
    pub run: PathBuf,
    /// The device to compute on; by default the one in the experiment.
    #[arg(long, value_enum)]
    pub device: Option<DeviceArg>,
    /// Go on where the data are not those that the run was trained on.
    #[arg(long)]
    pub other_data: bool,
    /// Look at these images in place of the run's own: a folder of pictures, a file of images, mnist, shapes, or a
    /// source as an experiment's file has it. They are not divided: every split has all of them.
    #[arg(long, value_name = "SOURCE")]
    pub data: Option<String>,
    /// The state of the run: best, the one with the highest bound on the validation images; last; or a step whose state
    /// was kept, which `elbow history` lists. By default last, and best where the run has converged.
    #[arg(long, value_name = "best|last|STEP")]
    pub at: Option<At>,
}

impl RunArgs {
    /// How the run is read.
    pub fn options(&self) -> LoadOptions {
        LoadOptions {
            device: self.device.map(Into::into),
            other_data: self.other_data,
            data: self.data.clone(),
            at: self.at,
        }
    }
}
