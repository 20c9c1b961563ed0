//! Stacks of vectors as stacks of pictures.

use super::{Chart, Ink, Range, Raster, Series, Style, draw, range_of};
use crate::data::Images;
use crate::explore::{Axis, Reconstruction, Traversal, z_name};

/// Most pixels in the charts of one stack: more charts are smaller.
const PIXELS: f64 = 8e6;

/// Each vector of a stack as a picture of its own, `3 × height × width`, all on one scale: `range`, or that of the
/// stack. A stack of images stays as it is.
pub fn pictures(images: &Images, size: [usize; 2], range: Option<Range>, dark: bool) -> Images {
    let Some(columns) = &images.columns else { return images.clone() };
    let range = range.unwrap_or_else(|| range_of_all([images]));
    let style = if columns.sequence { Style::Line } else { Style::Bars };
    let chart = |vector: &[f32]| Chart {
        columns,
        series: vec![Series { values: vector.to_vec(), ink: Ink::Mean, style }],
        range,
        title: String::new(),
    };
    stack((0..images.count).map(|index| chart(images.image(index))), images.count, size, dark)
}

/// The range of all entries of some stacks, a little widened.
pub fn range_of_all<'a>(stacks: impl IntoIterator<Item = &'a Images>) -> Range {
    range_of(stacks.into_iter().flat_map(|stack| (0..stack.count).map(|index| stack.image(index))))
}

/// A chart for each image: the row as it is given, its mean reconstruction and a draw; on the scale `range`, or on that
/// of all three.
pub fn of_reconstructions(
    items: &[Reconstruction],
    [inputs, means, draws]: [&Images; 3],
    size: [usize; 2],
    range: Option<Range>,
) -> Option<Images> {
    let columns = inputs.columns.as_ref()?;
    let range = range.unwrap_or_else(|| range_of_all([inputs, means, draws]));
    let charts = items.iter().enumerate().map(|(row, item)| Chart {
        columns,
        series: paired(columns.sequence, inputs.image(row), means.image(row), draws.image(row)),
        range,
        title: format!("row {}  ELBO {:.1}", item.index, item.elbo),
    });
    Some(stack(charts, items.len(), size, false))
}

/// One row as bars or a grey line, its mean reconstruction, and a draw, over each other.
pub fn paired(sequence: bool, given: &[f32], mean: &[f32], draw: &[f32]) -> Vec<Series> {
    let series = |values: &[f32], ink, style| Series { values: values.to_vec(), ink, style };
    match sequence {
        true => vec![
            series(draw, Ink::Draw, Style::Line),
            series(given, Ink::Given, Style::Line),
            series(mean, Ink::Mean, Style::Line),
        ],
        false => vec![
            series(given, Ink::Given, Style::Bars),
            series(draw, Ink::Draw, Style::Dots),
            series(mean, Ink::Mean, Style::Line),
            series(mean, Ink::Mean, Style::Dots),
        ],
    }
}

/// A chart for each row: its mean imputation and draws, and its known values as bars or a grey line.
pub fn of_imputations([given, means, truth]: [&Images; 3], draws: &[Images], size: [usize; 2]) -> Option<Images> {
    let columns = given.columns.as_ref()?;
    let range = range_of_all([given, means, truth]);
    let charts = (0..given.count).map(|row| Chart {
        columns,
        series: imputed(columns.sequence, [given, means, truth], draws, row),
        range,
        title: format!("row {row}"),
    });
    Some(stack(charts, given.count, size, false))
}

/// One row with its missing values imputed: draws and the mean where values are missing, the truth as dots, and the
/// known values as bars or a grey line.
pub fn imputed(sequence: bool, [given, means, truth]: [&Images; 3], draws: &[Images], row: usize) -> Vec<Series> {
    let known = given.image(row);
    let series = |values: Vec<f32>, ink, style| Series { values, ink, style };
    let where_missing = |values: &[f32]| -> Vec<f32> {
        values.iter().zip(known).map(|(&value, known)| if known.is_nan() { value } else { f32::NAN }).collect()
    };
    let mut all = Vec::new();
    match sequence {
        true => {
            all.extend(draws.iter().map(|draw| series(draw.image(row).to_vec(), Ink::Draw, Style::Line)));
            all.push(series(means.image(row).to_vec(), Ink::Mean, Style::Line));
            all.push(series(known.to_vec(), Ink::Given, Style::Line));
        }
        false => {
            all.push(series(known.to_vec(), Ink::Given, Style::Bars));
            all.extend(draws.iter().map(|draw| series(where_missing(draw.image(row)), Ink::Draw, Style::Dots)));
            all.push(series(where_missing(means.image(row)), Ink::Mean, Style::Dots));
        }
    }
    all.push(series(where_missing(truth.image(row)), Ink::Text, Style::Dots));
    all
}

/// A chart for each latent dimension: a line for each of its values, from blue (the lowest) to orange; on the scale
/// `range`, or on that of all.
pub fn of_traversals(traversal: &Traversal, means: &Images, size: [usize; 2], range: Option<Range>) -> Option<Images> {
    let columns = means.columns.as_ref()?;
    let range = range.unwrap_or_else(|| range_of_all([means]));
    let steps = traversal.values.len().max(1);
    let charts = traversal.axes.iter().enumerate().map(|(row, axis)| Chart {
        columns,
        series: walk(means, row * steps, steps),
        range,
        title: axis_title(axis, &traversal.values),
    });
    Some(stack(charts, traversal.axes.len(), size, false))
}

/// The lines of one latent dimension, whose vectors begin at `first`.
pub fn walk(means: &Images, first: usize, steps: usize) -> Vec<Series> {
    let last = steps.saturating_sub(1).max(1) as f32;
    let line = |step: usize| Series {
        values: means.image(first + step).to_vec(),
        ink: Ink::Ramp(step as f32 / last),
        style: Style::Line,
    };
    (0..steps).map(line).collect()
}

/// The title of one latent dimension's chart.
pub fn axis_title(axis: &Axis, values: &[f32]) -> String {
    let ends = values.first().zip(values.last()).map_or(String::new(), |(a, b)| format!("  {a:.1} to {b:.1}"));
    let kl = axis.kl.map_or(String::new(), |kl| format!("  KL {kl:.2}"));
    format!("{}{kl}{ends}", z_name(axis.dimension))
}

/// All vectors in one chart, on the scale `range`, or on their own.
pub fn of_samples(images: &Images, size: [usize; 2], range: Option<Range>) -> Option<Images> {
    let columns = images.columns.as_ref()?;
    let series = all_lines(images);
    let range = range.unwrap_or_else(|| range_of_all([images]));
    let chart = Chart { columns, series, range, title: format!("{} samples", images.count) };
    Some(stack(std::iter::once(chart), 1, size, false))
}

/// All vectors of a stack as lines of equal standing.
pub fn all_lines(images: &Images) -> Vec<Series> {
    let line = |index| Series { values: images.image(index).to_vec(), ink: Ink::Many, style: Style::Line };
    (0..images.count).map(line).collect()
}

/// Charts as a stack of pictures.
fn stack<'a>(charts: impl Iterator<Item = Chart<'a>>, count: usize, size: [usize; 2], dark: bool) -> Images {
    let all = count.max(1) as f64 * size[0] as f64 * size[1] as f64;
    let shrink = (PIXELS / all).sqrt().min(1.0);
    let [width, height] = size.map(|side| ((side as f64 * shrink) as usize).max(8));
    let mut pixels = Vec::with_capacity(count * 3 * width * height);
    for chart in charts {
        let mut raster = Raster::new(width, height, dark);
        let edge = if width > 64 { 6.0 } else { 1.0 };
        draw(&mut raster, [edge, edge, width as f32 - edge, height as f32 - edge], &chart);
        for channel in 0..3 {
            let plane = raster.picture.pixels.iter().skip(channel).step_by(3);
            pixels.extend(plane.map(|&byte| f32::from(byte) / 255.0));
        }
    }
    Images { count, channels: 3, height, width, pixels, columns: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Column, Columns};
    use std::sync::Arc;

    fn vectors(count: usize) -> Images {
        let columns = Columns { list: ["a", "b", "c"].map(Column::number).to_vec(), sequence: false };
        let pixels = (0..3 * count).map(|i| (i as f32 * 0.7).sin()).collect();
        Images { count, channels: 1, height: 1, width: 3, pixels, columns: Some(Arc::new(columns)) }
    }

    #[test]
    fn each_vector_becomes_a_picture_and_pictures_stay() {
        let drawn = pictures(&vectors(4), [40, 30], None, false);
        assert_eq!((drawn.count, drawn.channels, drawn.height, drawn.width), (4, 3, 30, 40));
        assert!(drawn.columns.is_none() && drawn.pixels.len() == 4 * 3 * 30 * 40);
        assert_ne!(drawn.image(0), drawn.image(1));
        assert!(drawn.pixels.iter().any(|&value| value < 0.9));
        assert_eq!(pictures(&drawn, [9, 9], None, false), drawn);
    }

    #[test]
    fn many_charts_share_a_bounded_number_of_pixels() {
        let drawn = pictures(&vectors(3_000), [400, 300], None, true);
        assert!(drawn.count * drawn.height * drawn.width <= 9_000_000);
        assert_eq!(drawn.count, 3_000);
    }

    #[test]
    fn samples_share_one_chart_and_a_traversal_has_one_for_each_dimension() {
        let samples = of_samples(&vectors(5), [80, 60], None).expect("vectors");
        assert_eq!(samples.count, 1);
        let axes = [0, 2].map(|dimension| Axis { dimension, kl: Some(1.5) }).to_vec();
        let traversal = Traversal { axes, values: vec![-1.0, 0.0, 1.0], start: vec![0.0; 3] };
        let walked = of_traversals(&traversal, &vectors(6), [80, 60], None).expect("vectors");
        assert_eq!(walked.count, 2);
        assert_eq!(axis_title(&traversal.axes[1], &traversal.values), "z₃  KL 1.50  -1.0 to 1.0");
        assert!(of_samples(&samples, [80, 60], None).is_none());
    }
}
