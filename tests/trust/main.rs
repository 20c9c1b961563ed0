//! Elbow's promises about faults from outside: kills, bad files, full disks, readers that leave.

mod campaign;
#[path = "../support/dice.rs"]
mod dice;
mod history;
mod integrity;
mod output;
#[cfg(unix)]
#[path = "../support/pipe.rs"]
mod pipe;
mod plan;
mod runs;
mod soak;
mod support;
mod tables;

/// The binary's own allocator, so that the measured memory is what a user gets.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
