//! The window.

pub mod controls;
pub mod curves;
pub mod format;
pub mod image_grid;
pub mod pane;
pub mod panes;
pub mod theme;
