//! Answers about the model as labelled grids of images.

use super::vector_chart::Range;
use super::{EXPERIMENT_KEY, ExportError, GridLabels, GridOptions, STEP_KEY, grid, vector_chart, write_png};
use crate::data::Images;
use crate::explore::{Answer, Axis, Imputations, Interpolations, z_name};
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
    /// Whether the images are charts, which are not magnified.
    pub charts: bool,
}

/// Width and height of a chart of one vector, of several, and of many, in pixels.
const ONE: [usize; 2] = [420, 180];
const SEVERAL: [usize; 2] = [520, 200];
const MANY: [usize; 2] = [900, 420];

impl Sheet {
    /// Reconstructions, in bands of three rows: the images x, means of p(x|z), draws from p(x|z), with `columns` images
    /// per row. If one band shows all images, their indices in the split are the column labels. `None` for an answer to
    /// another question.
    pub fn reconstructions(answer: &Answer, columns: usize) -> Option<Self> {
        Self::reconstructions_on(answer, columns, None)
    }

    /// [`reconstructions`](Self::reconstructions) with charts on the scale `range`.
    pub(super) fn reconstructions_on(answer: &Answer, columns: usize, range: Option<Range>) -> Option<Self> {
        let Answer::Reconstructions { items, inputs, means, draws } = answer else { return None };
        let columns = columns.clamp(1, inputs.count.max(1));
        if let Some(images) = vector_chart::of_reconstructions(items, [inputs, means, draws], ONE, range) {
            return Some(Self::of_charts(images, columns.min(3)));
        }
        let marked =
            [inputs, means, draws].map(|stack| if inputs.is_incomplete() { stack.marked() } else { stack.clone() });
        let [inputs, means, draws] = &marked;
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
        let images = inputs.alike(3 * bands * columns, pixels);
        let labels = GridLabels {
            rows: (0..bands).flat_map(|_| ["x", "mean", "draw"].map(String::from)).collect(),
            columns: match bands {
                1 => items.iter().map(|item| item.index.to_string()).collect(),
                _ => Vec::new(),
            },
        };
        Some(Self { images, columns, labels, charts: false })
    }

    /// Traversals: one row per latent dimension, labelled with its KL in nats per image, one column per value of z.
    /// `None` for an answer to another question.
    pub fn traversals(answer: &Answer) -> Option<Self> {
        Self::traversals_on(answer, None)
    }

    /// [`traversals`](Self::traversals) with charts on the scale `range`.
    pub(super) fn traversals_on(answer: &Answer, range: Option<Range>) -> Option<Self> {
        let Answer::Traversals { traversal, means } = answer else { return None };
        if let Some(images) = vector_chart::of_traversals(traversal, means, SEVERAL, range) {
            return Some(Self::of_charts(images, 2));
        }
        let label = |axis: &Axis| match axis.kl {
            Some(kl) => format!("{} KL {kl:.2}", z_name(axis.dimension)),
            None => z_name(axis.dimension),
        };
        let labels = GridLabels {
            rows: traversal.axes.iter().map(label).collect(),
            columns: traversal.values.iter().map(|z| format!("{z:.2}")).collect(),
        };
        Some(Self { images: means.clone(), columns: traversal.values.len().max(1), labels, charts: false })
    }

    /// Interpolations: a row for each pair of images, the images at its ends and means of p(x|z) on the way between.
    /// `None` for an answer to another question.
    pub fn interpolations(answer: &Answer) -> Option<Self> {
        let Answer::Interpolations(Interpolations { ends, shares, inputs, means }) = answer else { return None };
        let steps = shares.len();
        let mut pixels = Vec::with_capacity(inputs.pixels.len() + means.pixels.len());
        for pair in 0..ends.len() {
            pixels.extend_from_slice(inputs.image(2 * pair));
            (0..steps).for_each(|step| pixels.extend_from_slice(means.image(pair * steps + step)));
            pixels.extend_from_slice(inputs.image(2 * pair + 1));
        }
        let end = || std::iter::once("x".to_owned());
        let labels = GridLabels {
            rows: ends.iter().map(|[from, to]| format!("{from} → {to}")).collect(),
            columns: end().chain(shares.iter().map(|share| format!("{share:.2}"))).chain(end()).collect(),
        };
        let images = inputs.alike(ends.len() * (steps + 2), pixels);
        let images = if images.is_incomplete() { images.marked() } else { images };
        Some(Self { images, columns: steps + 2, labels, charts: false })
    }

    /// Generated images, as means of p(x|z) or as draws from it, with `columns` images per row. If z is not from the
    /// prior, the first row's label says so. `None` for an answer to another question.
    pub fn samples(answer: &Answer, draws: bool, columns: usize) -> Option<Self> {
        Self::samples_on(answer, draws, columns, None)
    }

    /// [`samples`](Self::samples) with charts on the scale `range`.
    pub(super) fn samples_on(answer: &Answer, draws: bool, columns: usize, range: Option<Range>) -> Option<Self> {
        let Answer::PriorSamples { sampler, means, draws: drawn } = answer else { return None };
        let images = if draws { drawn } else { means }.clone();
        if let Some(images) = vector_chart::of_samples(&images, MANY, range) {
            return Some(Self::of_charts(images, 1));
        }
        let rows = sampler.label().map(String::from).into_iter().collect();
        Some(Self { images, columns, labels: GridLabels { rows, ..GridLabels::default() }, charts: false })
    }

    /// Imputations, in bands: the images as given, with their means in place of what is missing, draws, and the truth.
    /// `None` for an answer to another question.
    pub fn imputations(answer: &Answer, columns: usize) -> Option<Self> {
        let Answer::Imputations(found) = answer else { return None };
        let Imputations { given, truth, means, draws, .. } = &**found;
        let columns = columns.clamp(1, given.count.max(1));
        if given.columns.is_some() {
            return Some(Self::of_charts(
                vector_chart::of_imputations([given, means, truth], draws, ONE)?,
                columns.min(3),
            ));
        }
        let stacks: Vec<_> = [given, means].into_iter().chain(draws).chain([truth]).map(Images::marked).collect();
        let names = ["given", "mean"].into_iter().chain(draws.iter().map(|_| "draw")).chain(["truth"]);
        let names: Vec<String> = names.map(String::from).collect();
        let bands = given.count.div_ceil(columns);
        let mut pixels = Vec::new();
        for first in (0..given.count).step_by(columns) {
            for stack in &stacks {
                for index in first..first + columns {
                    match index < given.count {
                        true => pixels.extend_from_slice(stack.image(index)),
                        false => pixels.resize(pixels.len() + stack.pixels_per_image(), 1.0),
                    }
                }
            }
        }
        let images = stacks[0].alike(stacks.len() * bands * columns, pixels);
        let rows = (0..bands).flat_map(|_| names.clone()).collect();
        Some(Self { images, columns, labels: GridLabels { rows, columns: Vec::new() }, charts: false })
    }

    fn of_charts(images: Images, columns: usize) -> Self {
        Self { images, columns, labels: GridLabels::default(), charts: true }
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
    let scale = if sheet.charts { 1 } else { options.scale };
    let options = GridOptions { columns: sheet.columns, scale, ..options.clone() };
    let picture = grid(&sheet.images, &options, &sheet.labels)?;
    write_png(path, &picture, metadata)
}
