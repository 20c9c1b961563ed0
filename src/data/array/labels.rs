//! Labels: numbers, texts, or a row of indicators for each image.

use super::file::Array;
use super::walk::{Axis, Walk};
use crate::data::{Cancelled, DataError};
use std::collections::HashMap;

/// Number of labels that there can be.
const LABELS: usize = 256;

/// A label for each image, and the labels' names; none where labels are the numbers themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    pub labels: Vec<u8>,
    pub names: Vec<String>,
}

/// Whether an array's shape is that of labels for `count` images: N, N × 1 or 1 × N.
pub fn fits(array: &Array, count: usize) -> bool {
    matches!(array.shape[..], [n] | [n, 1] | [1, n] if n == count)
}

/// Read labels: one element for each image, or a row of numbers for each, of which the largest tells the class
/// (one-hot).
pub fn read(array: &Array, count: usize, cancelled: Cancelled<'_>) -> Result<Labels, DataError> {
    if !fits(array, count) {
        return match array.shape[..] {
            [n, classes] if n == count && array.element.is_number() => indicators(array, count, classes, cancelled),
            _ => Err(array.wrong(format!(
                "is {}, but the labels of these {count} images are {count} numbers or texts; name another array",
                array.describe()
            ))),
        };
    }
    let mut known: HashMap<Vec<u8>, u8> = HashMap::new();
    let mut labels = Vec::with_capacity(count.min(array.announced()?));
    let size = array.element.size;
    array.stream(cancelled, &mut |bytes| {
        for bytes in bytes.chunks_exact(size) {
            let next = known.len();
            let label = match known.get(bytes) {
                Some(&label) => label,
                None if next == LABELS => {
                    let message = "has more than 256 different values, which are no labels; name another array";
                    return Err(array.wrong(message));
                }
                None => *known.entry(bytes.to_vec()).or_insert(next as u8),
            };
            labels.push(label);
        }
        Ok(())
    })?;
    let element = array.element;
    let mut values: Vec<(Vec<u8>, u8)> = known.into_iter().collect();
    if element.is_number() {
        values.sort_by(|a, b| element.number(&a.0).total_cmp(&element.number(&b.0)));
        let numbers = values.iter().map(|(bytes, _)| element.number(bytes));
        // Labels from 0 to 255 are what they are.
        if numbers.clone().all(|number| number.fract() == 0.0 && (0.0..256.0).contains(&number)) {
            let mut meaning = [0; LABELS];
            numbers.zip(&values).for_each(|(number, (_, label))| meaning[usize::from(*label)] = number as u8);
            labels.iter_mut().for_each(|label| *label = meaning[usize::from(*label)]);
            return Ok(Labels { labels, names: Vec::new() });
        }
    } else {
        values.sort_by_key(|(bytes, _)| element.text(bytes));
    }
    let mut order = [0; LABELS];
    values.iter().enumerate().for_each(|(i, (_, label))| order[usize::from(*label)] = i as u8);
    labels.iter_mut().for_each(|label| *label = order[usize::from(*label)]);
    Ok(Labels { labels, names: values.iter().map(|(bytes, _)| element.text(bytes)).collect() })
}

fn indicators(array: &Array, count: usize, classes: usize, cancelled: Cancelled<'_>) -> Result<Labels, DataError> {
    if !(1..=LABELS).contains(&classes) {
        return Err(array.wrong(format!("has {classes} numbers for each image, but there can be 256 labels")));
    }
    array.announced()?;
    let mut best = vec![(f64::NEG_INFINITY, None); count];
    let mut axes = vec![Axis::Steps { len: count, step: classes }, Axis::Steps { len: classes, step: 1 }];
    if array.fortran {
        axes.reverse();
    }
    let mut walk = Walk::new(axes);
    array.numbers(cancelled, &mut |numbers| {
        walk.next(numbers.len(), |i, place| {
            let (image, class, value) = (place / classes, (place % classes) as u8, numbers[i]);
            if best[image].1.is_none() && !value.is_nan() || value > best[image].0 {
                best[image] = (value, Some(class));
            }
        });
        Ok(())
    })?;
    let label = |(image, (_, class)): (usize, (f64, Option<u8>))| {
        class.ok_or_else(|| array.wrong(format!("has no number for image {image}, counted from 0, so no label")))
    };
    Ok(Labels { labels: best.into_iter().enumerate().map(label).collect::<Result<_, _>>()?, names: Vec::new() })
}
