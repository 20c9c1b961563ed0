//! Answers of the model as labelled grids.

use super::{EXPERIMENT_KEY, ExportError, GridLabels, GridOptions, STEP_KEY, grid, write_png};
use crate::data::Images;
use crate::explore::{Answer, Axis};
use std::path::Path;

/// A stack of images with the columns and labels that belong to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// In reading order.
    pub images: Images,
    /// Images beside each other.
    pub columns: usize,
    /// Of rows and columns.
    pub labels: GridLabels,
}

impl Sheet {
    /// Rows x, mean of p(x|z), draw from p(x|z), again and again until all images are shown, `columns` beside each
    /// other. One such band has its images' indices in the split above it.
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

    /// A row an axis, labelled with its KL in nats per image; a column a value of z.
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

    /// Prior samples as means of p(x|z) or as draws from it, `columns` beside each other. Where z is not the prior's, the
    /// first row says so.
    pub fn samples(answer: &Answer, draws: bool, columns: usize) -> Option<Self> {
        let Answer::PriorSamples { sampler, means, draws: drawn } = answer else { return None };
        let images = if draws { drawn } else { means }.clone();
        let rows = sampler.label().map(String::from).into_iter().collect();
        Some(Self { images, columns, labels: GridLabels { rows, ..GridLabels::default() } })
    }
}

/// Lay out a sheet and write it as PNG with its experiment (RON) and step inside. `options.columns` is the sheet's.
///
/// # Errors
/// As [`grid`] and [`write_png`].
pub fn save_sheet(
    path: &Path,
    sheet: &Sheet,
    options: &GridOptions,
    experiment: &str,
    step: u64,
) -> Result<(), ExportError> {
    let picture = grid(&sheet.images, &GridOptions { columns: sheet.columns, ..options.clone() }, &sheet.labels)?;
    write_png(path, &picture, &[(EXPERIMENT_KEY, experiment), (STEP_KEY, &step.to_string())])
}
