//! The memory of the machine, and whether an experiment fits into it.

use crate::experiment::{Experiment, ImageShape, Problem, memory_estimate};

/// Resident memory of this process, in bytes.
pub fn resident() -> usize {
    memory_stats::memory_stats().map_or(0, |stats| stats.physical_mem)
}

/// Memory that a process can still get, in bytes; `None` where the system does not say.
pub fn available() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? * 1024)
}

/// The problem of an experiment whose training step would not fit into the free memory; `None` if it fits.
pub fn too_large(experiment: &Experiment, image: ImageShape) -> Option<Problem> {
    let plan = experiment.plan(image).ok()?;
    memory_estimate(experiment, &plan).refuse_above(available()?)
}
