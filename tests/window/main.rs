//! The window, driven through its real widgets: what a user sees, clicks and types.

mod clipboard;
mod compare;
#[cfg(target_os = "linux")]
mod cost;
mod deeds;
mod driver;
mod evaluations;
mod falsities;
mod families;
mod files;
mod form;
mod history;
mod library;
mod memory;
mod room;
mod run;
#[cfg(unix)]
mod slurm;
mod studies;
mod tables;
mod tour;
mod trust;
