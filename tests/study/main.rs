//! Studies through the real binary: run, broken off, gone on with, looked at.

mod cluster;
mod kills;
mod run;
mod scale;
mod slurm;
mod support;
