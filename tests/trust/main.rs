//! What Elbow promises about faults from outside: kills, bad files, full disks, readers that leave.

#[path = "../support/dice.rs"]
mod dice;
mod integrity;
mod output;
mod plan;
mod runs;
mod support;
mod tables;
