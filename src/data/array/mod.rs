//! Arrays in files: NumPy's NPY and NPZ, HDF5 and MATLAB 7.3. An array (`file.rs`) is a shape, a type and a stream of
//! elements; what its axes and values mean is decided beside it (`images.rs`).
//!
//! A header is not trusted: nothing is allocated for what it claims before as many bytes were there.

mod axes;
mod element;
mod factors;
mod file;
mod hdf5;
mod header;
mod images;
mod labels;
mod levels;
mod mask;
mod npy;
mod npz;
mod open;
mod source;
mod walk;

pub use element::{Element, Kind};
pub use file::array_content;
pub use levels::Scale;
pub use source::{Read, Wanted, read};
