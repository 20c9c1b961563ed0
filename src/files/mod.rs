//! Files that are written whole or not at all, locks between processes, and tables as CSV.
//!
//! Every durable write of the program goes through [`write_with`] or, where a file grows, through [`append`]; every
//! folder that is replaced as a whole through [`FolderReplacement`]. Power cuts, full disks and second processes are
//! dealt with there and nowhere else.

mod append;
mod contained;
pub mod csv;
mod disk;
mod folder;
mod growing;
mod left_over;
mod lock;
mod name;
mod parquet_pages;
mod read;
mod target;
#[cfg(test)]
pub mod trace;
mod user;
mod write;

pub use append::{append, append_line};
pub use contained::contained;
pub use disk::remove_all;
pub use folder::{FolderReplacement, beside, complete_replacement, newest_whole};
pub use growing::Growing;
pub use left_over::{is_temporary, remove_left_over};
pub use lock::{Lock, LockError, holder_of, host, now, utc};
pub use name::safe_name;
pub use parquet_pages::ParquetReader;
pub use read::{read, read_from};
pub use user::{user_cache, user_data};
pub use write::{WriteError, create_folder, create_parent, set_aside, write, write_lightly, write_with};
