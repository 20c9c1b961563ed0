//! **Elbow**, the ELBO workbench: describe a variational autoencoder, train it, and watch
//!
//! ```text
//! log p(x) − KL[q(z|x) ‖ p(z|x)]  =  ELBO  =  E_q[log p(x|z)] − KL[q(z|x) ‖ p(z)]
//! ```
//!
//! term by term while it learns. All information is in **nats per image**.
//!
//! This crate is the program without its `main`: the window and the command line use what it offers.
//!
//! # Example
//!
//! Train a small model on drawn shapes, and measure its bound before and after:
//!
//! ```
//! use elbow::data::{Dataset, Split};
//! use elbow::experiment::{Activation, Binarisation, Data, DeviceChoice, Experiment};
//! use elbow::experiment::{Latent, Layer, Length, Source, Training};
//! use elbow::train::{Trainer, TrainingDevice};
//! use std::sync::Arc;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // What to run, as plain data. A run is a function of its experiment.
//! let experiment = Experiment {
//!     data: Data {
//!         source: Source::Shapes { count: 500, size: 32 },
//!         binarisation: Binarisation::Threshold(0.5),
//!         validation: 100,
//!         ..Data::default()
//!     },
//!     encoder: vec![Layer::dense(32, Activation::Tanh)],
//!     latent: Latent { dimension: 2, ..Latent::default() },
//!     training: Training { batch: 50, length: Length::Steps(60), ..Training::default() },
//!     ..Experiment::default()
//! };
//!
//! // Its images, split and binarised on the host; then the model, on the CPU.
//! let dataset = Dataset::load(&experiment.data, experiment.seed, &mut |_doing| ())?;
//! let device = TrainingDevice::open(DeviceChoice::Cpu)?;
//! let mut trainer = Trainer::new(experiment, Arc::new(dataset), device)?;
//!
//! let before = trainer.measure(Split::Validation, None)?;
//! while trainer.step()?.finished.is_none() {}
//! let after = trainer.measure(Split::Validation, None)?;
//!
//! // ELBO = E_q[log p(x|z)] − KL[q(z|x) ‖ p(z)], in nats per image.
//! assert!(after.elbo > before.elbo);
//! assert!((after.elbo - (after.reconstruction - after.kl)).abs() < 1e-6 * after.elbo.abs());
//! # Ok(())
//! # }
//! ```
//!
//! The folder `examples` has whole programs: training without a window, measuring log p(x), a likelihood of one's own.
//!
//! # Rooms
//!
//! A module imports only from modules above it in this list. The modules from [`kernels`] to [`worker`] know burn, the
//! others do not; only `ui` knows egui. `src/README.md` is the map of the sources, checked by a test: which module may
//! import which, how data flow, where to add things.
//!
//! - [`random`], [`estimate`], `files`, [`sliced`]: counter-based random numbers; a number with its standard error;
//!   files that are written whole or not at all, and tables; long work in slices.
//! - [`tour`]: the mathematics of the tour: a model with one latent dimension, exactly.
//! - [`experiment`]: what to run, as plain data that is a preset, a file and a checkpoint's header.
//! - [`data`]: images on the host, their splits, binarisation, seeded batches.
//! - [`kernels`]: the operations that models are written in, for CPU and GPU.
//! - [`model`]: p(x, z) and q(z|x), built from an experiment. It returns distributions and knows no loss.
//! - [`objective`]: what is trained: bounds, gradient estimators, KL terms, penalties.
//! - [`evidence`]: what is measured: log p(x), the gap, the aggregate posterior, scores.
//! - [`train`]: the [`Trainer`](train::Trainer), reports, the [`RunFolder`](train::RunFolder).
//! - [`explore`]: questions asked of a model, with answers on the host.
//! - [`worker`]: the thread that owns every tensor, and its protocol.
//! - [`study`]: many runs: points in a folder, engines that run them, tables.
//! - [`library`]: every run that was kept: summaries without tensors, filters, tables, the trash.
//! - [`export`]: grids of images as PNG, tables.
//! - [`cli`], `ui`: the command line, and the window (feature `gui`). [`guide`]: the pages that both show.

/// The allocator of the `elbow` binary, so that tests measure the memory and speed that a user gets.
#[cfg(test)]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub mod estimate;
pub(crate) mod files;
pub mod guide;
pub mod random;
pub mod sliced;
pub mod tour;

pub mod experiment;

pub mod data;

pub mod kernels;

pub mod model;

pub mod objective;

pub mod evidence;

pub mod train;

pub mod explore;

pub mod worker;

pub mod study;

pub mod library;

pub mod export;

pub mod cli;
#[cfg(feature = "gui")]
pub mod ui;
