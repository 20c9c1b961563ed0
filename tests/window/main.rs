//! The window, driven through its real widgets: what a user sees, clicks and types.

mod clipboard;
mod compare;
mod deeds;
mod driver;
mod falsities;
mod families;
mod files;
mod form;
mod history;
mod library;
mod room;
mod run;
mod studies;
