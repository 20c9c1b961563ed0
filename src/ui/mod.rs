//! The window.

pub mod curves;
pub mod format;
pub mod pane;
pub mod theme;
