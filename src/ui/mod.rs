//! The window.

mod action;
mod app;
mod banner;
mod check;
pub mod controls;
pub mod curves;
mod dialogs;
mod drop;
mod form;
pub mod format;
mod icons;
pub mod image_grid;
mod log;
mod menu;
mod network;
mod next_move;
pub mod pane;
pub mod pane_bar;
pub mod panes;
mod screenshot;
mod session;
mod shortcuts;
mod state;
mod status_bar;
mod text;
pub mod theme;
mod tiles;
mod toasts;
mod toolbar;
mod undo;
mod window;

pub use app::{App, AppOptions};
pub use session::Session;
pub use state::State;
pub use window::{UiOptions, run};
