//! What Elbow promises about faults from outside: kills, bad files, full disks, readers that leave.

mod output;
mod plan;
mod runs;
mod support;
mod tables;
