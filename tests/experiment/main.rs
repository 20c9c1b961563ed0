//! The experiment room through its public face.

mod memory;
mod plan;
mod presets;
mod problems;
mod set;
mod study;
mod text;
