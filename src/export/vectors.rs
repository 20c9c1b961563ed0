//! Answers about vectors as tables, in the columns' own scales.

use crate::data::{Columns, Images};
use crate::explore::{Answer, Imputations};
use crate::files::csv::table;

/// An answer as CSV, one line per vector: two columns that say which vector it is, then a column for each entry, in the
/// column's own scale, empty where a value is missing. `None` for images, and for answers without vectors.
pub fn vector_table(answer: &Answer) -> Option<String> {
    match answer {
        Answer::Reconstructions { items, inputs, means, draws } => {
            let columns = inputs.columns.as_deref()?;
            let rows = items.iter().enumerate().flat_map(|(row, item)| {
                [("x", inputs), ("mean", means), ("draw", draws)]
                    .map(|(kind, images)| line([item.index.to_string(), kind.into()], columns, images.image(row)))
            });
            Some(table(header(["row", "kind"], columns), rows))
        }
        Answer::Traversals { traversal, means } => {
            let columns = means.columns.as_deref()?;
            let places = traversal.axes.iter().flat_map(|axis| traversal.values.iter().map(|z| (axis.dimension, z)));
            let rows = places
                .enumerate()
                .map(|(row, (dimension, z))| line([dimension.to_string(), z.to_string()], columns, means.image(row)));
            Some(table(header(["dimension", "z"], columns), rows))
        }
        Answer::PriorSamples { means, draws, .. } => {
            let columns = means.columns.as_deref()?;
            let rows = (0..means.count).flat_map(|row| {
                [("mean", means), ("draw", draws)]
                    .map(|(kind, images)| line([row.to_string(), kind.into()], columns, images.image(row)))
            });
            Some(table(header(["sample", "kind"], columns), rows))
        }
        Answer::Imputations(found) => {
            let Imputations { items, given, means, draws, truth, .. } = &**found;
            let columns = given.columns.as_deref()?;
            let rows = items.iter().enumerate().flat_map(|(row, item)| {
                let kinds =
                    [("given", given), ("imputed", means), ("truth", truth)].map(|(kind, it)| (kind.into(), it));
                let draws = draws.iter().enumerate().map(|(i, images)| (format!("draw {}", i + 1), images));
                let all: Vec<(String, &Images)> = kinds.into_iter().chain(draws).collect();
                all.into_iter()
                    .map(move |(kind, images)| line([item.index.to_string(), kind], columns, images.image(row)))
            });
            Some(table(header(["row", "kind"], columns), rows))
        }
        _ => None,
    }
}

fn header(first: [&str; 2], columns: &Columns) -> Vec<String> {
    first.into_iter().chain(columns.list.iter().map(|column| column.name.as_str())).map(String::from).collect()
}

/// The two words that say which vector it is, and its entries with as many digits as single precision has.
fn line(names: [String; 2], columns: &Columns, vector: &[f32]) -> Vec<String> {
    let entry = |value: f64| if value.is_nan() { String::new() } else { (value as f32).to_string() };
    names.into_iter().chain(columns.own(vector).into_iter().map(entry)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Column;
    use crate::explore::{Axis, Sampler, Traversal};
    use std::sync::Arc;

    fn vectors(pixels: Vec<f32>) -> Images {
        let length = Column { offset: 5.0, scale: 2.0, ..Column::number("length, mm") };
        let columns = Columns { list: vec![length, Column::number("w")], sequence: false };
        Images { count: pixels.len() / 2, channels: 1, height: 1, width: 2, pixels, columns: Some(Arc::new(columns)) }
    }

    #[test]
    fn tables_have_the_columns_names_and_their_own_scales() {
        let samples = vectors(vec![1.0, 0.5, f32::NAN, 2.0]);
        let answer = Answer::PriorSamples { sampler: Sampler::Prior, means: samples.clone(), draws: samples.clone() };
        let text = vector_table(&answer).expect("vectors");
        assert!(text.starts_with("sample,kind,\"length, mm\",w\n0,mean,7,0.5\n0,draw,7,0.5\n1,mean,,2\n"), "{text}");
        let axes = vec![Axis { dimension: 3, kl: None }];
        let traversal = Traversal { axes, values: vec![-1.0, 1.0], start: Vec::new() };
        let text = vector_table(&Answer::Traversals { traversal, means: samples.clone() }).expect("vectors");
        assert!(text.contains("3,-1,7,0.5\n3,1,,2\n"), "{text}");
        let images = Images { columns: None, ..samples };
        assert!(
            vector_table(&Answer::PriorSamples { sampler: Sampler::Prior, means: images.clone(), draws: images })
                .is_none()
        );
    }
}
