//! Files that are there whole or not at all, and tables as CSV.
//!
//! Every durable write of the program passes through [`write_with`], every folder that is replaced as one through
//! [`FolderReplacement`]: what a power cut, a full disk or a second process may do is answered there and nowhere else.

pub mod csv;
mod disk;
mod folder;
mod target;
#[cfg(test)]
pub mod trace;
mod user;
mod write;

pub use folder::{FolderReplacement, newest_whole};
pub use user::{user_cache, user_data};
pub use write::{WriteError, create_parent, write, write_with};
