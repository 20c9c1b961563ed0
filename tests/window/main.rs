//! The window, driven through its real widgets: what a user sees, clicks and types.

mod driver;
mod files;
mod form;
mod run;
