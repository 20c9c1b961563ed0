//! Answers about the model as labelled grids of images.

use super::{EXPERIMENT_KEY, ExportError, GridLabels, GridOptions, STEP_KEY, grid, write_png};
use crate::data::Images;
use crate::explore::{Answer, Axis};
use std::path::Path;

/// A stack of images with the number of columns and the labels of its grid.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// The images, row by row from left to right.
    pub images: Images,
    /// Number of images per row.
    pub columns: usize,
    /// The labels of rows and columns.
    pub labels: GridLabels,
}

impl Sheet {
    /// Reconstructions, in bands of three rows: the images x, means of p(x|z), draws from p(x|z), with `columns` images
    /// per row. If one band shows all images, their indices in the split are the column labels. `None` for an answer to
    /// another question.
    pub fn reconstructions(answer: &Answer, columns: usize) -> Option<Self> {
        let Answer::Reconstructions { items, inputs, means, draws } = answer else { return None };
        let columns = columns.clamp(1, inputs.count.max(1));
        let bands = inputs.count.div_ceil(columns);
        let mut pixels = Vec::with_capacity(3 * inputs.pixels.len());
        for first in (0..inputs.count).step_by(columns) {
            for stack in [inputs, means, draws] {
                let band = (first..first + columns).map(|index| (index < inputs.count).then(|| stack.image(index)));
                band.for_each(|image| match image {
                    Some(image) => pixels.extend_from_slice(image),
                    // The last band may be short.
                    None => pixels.resize(pixels.len() + inputs.pixels_per_image(), 1.0),
                });
            }
        }
        let images = Images { count: 3 * bands * columns, pixels, ..*inputs };
        let labels = GridLabels {
            rows: (0..bands).flat_map(|_| ["x", "mean", "draw"].map(String::from)).collect(),
            columns: match bands {
                1 => items.iter().map(|item| item.index.to_string()).collect(),
                _ => Vec::new(),
            },
        };
        Some(Self { images, columns, labels })
    }

    /// Traversals: one row per latent dimension, labelled with its KL in nats per image, one column per value of z.
    /// `None` for an answer to another question.
    pub fn traversals(answer: &Answer) -> Option<Self> {
        let Answer::Traversals { traversal, means } = answer else { return None };
        let label = |axis: &Axis| match axis.kl {
            Some(kl) => format!("z{} KL {kl:.2}", axis.dimension),
            None => format!("z{}", axis.dimension),
        };
        let labels = GridLabels {
            rows: traversal.axes.iter().map(label).collect(),
            columns: traversal.values.iter().map(|z| format!("{z:.2}")).collect(),
        };
        Some(Self { images: means.clone(), columns: traversal.values.len().max(1), labels })
    }

    /// Generated images, as means of p(x|z) or as draws from it, with `columns` images per row. If z is not from the
    /// prior, the first row's label says so. `None` for an answer to another question.
    pub fn samples(answer: &Answer, draws: bool, columns: usize) -> Option<Self> {
        let Answer::PriorSamples { sampler, means, draws: drawn } = answer else { return None };
        let images = if draws { drawn } else { means }.clone();
        let rows = sampler.label().map(String::from).into_iter().collect();
        Some(Self { images, columns, labels: GridLabels { rows, ..GridLabels::default() } })
    }
}

/// Lay out a sheet and write it as a PNG that carries the experiment (RON) and the step. The number of columns is the
/// sheet's, not that of `options`.
///
/// # Errors
/// The errors of [`grid`] and [`write_png`].
pub fn save_sheet(
    path: &Path,
    sheet: &Sheet,
    options: &GridOptions,
    experiment: &str,
    step: u64,
) -> Result<(), ExportError> {
    save_sheet_with(path, sheet, options, &[(EXPERIMENT_KEY, experiment), (STEP_KEY, &step.to_string())])
}

/// Lay out a sheet and write it as a PNG with text metadata. The number of columns is the sheet's, not that of
/// `options`.
///
/// # Errors
/// The errors of [`grid`] and [`write_png`].
pub fn save_sheet_with(
    path: &Path,
    sheet: &Sheet,
    options: &GridOptions,
    metadata: &[(&str, &str)],
) -> Result<(), ExportError> {
    let picture = grid(&sheet.images, &GridOptions { columns: sheet.columns, ..options.clone() }, &sheet.labels)?;
    write_png(path, &picture, metadata)
}
