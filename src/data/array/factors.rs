//! Factors as arrays have them: N × factors, values of any type.

use super::file::Array;
use super::walk::{Axis, Walk};
use crate::data::factors::{FactorColumns, FactorTable, Value};
use crate::data::{Cancelled, DataError};

/// Number of factors that there can be.
const FACTORS: usize = 64;

/// Whether an array's shape is that of factors of `count` images.
pub fn fits(array: &Array, count: usize) -> bool {
    matches!(array.shape[..], [n, factors] if n == count && (2..=FACTORS).contains(&factors))
        && array.element.is_number()
}

/// Number of factors that an array has of each of `count` images.
fn columns(array: &Array, count: usize) -> Result<usize, DataError> {
    match array.shape[..] {
        [n] if n == count => Ok(1),
        [n, columns] if n == count && (1..=FACTORS).contains(&columns) => Ok(columns),
        _ => {
            let shape = array.describe();
            Err(array.wrong(format!(
                "is {shape}, but the factors of these {count} images are {count} × 1 to {FACTORS} numbers; name \
                 another array"
            )))
        }
    }
}

/// Read the factors of `count` training images, and of the source's own test images from the array and of the number
/// in `test`; `names` as in [`FactorColumns::finish`].
pub fn read(
    array: &Array,
    count: usize,
    test: Option<(&Array, usize)>,
    names: &str,
    cancelled: Cancelled<'_>,
) -> Result<FactorTable, DataError> {
    let width = columns(array, count)?;
    let all = count + test.map_or(0, |(_, count)| count);
    let mut values = FactorColumns::new(all, width);
    read_part(array, [count, width], &mut |place, value| values.put(place, value), cancelled)?;
    if let Some((array, test_count)) = test {
        let test_width = columns(array, test_count)?;
        if test_width != width {
            let message = format!("has {test_width} factors of each image, but there are {width} of training images");
            return Err(array.wrong(format!("{message}; name another array")));
        }
        let first = count * width;
        read_part(array, [test_count, width], &mut |place, value| values.put(first + place, value), cancelled)?;
    }
    values.finish(names).map_err(|message| array.wrong(message))
}

/// Give each factor of `count` images, `columns` each, to `put`, with its place; false says that there are too many.
fn read_part(
    array: &Array,
    [count, columns]: [usize; 2],
    put: &mut dyn FnMut(usize, Value) -> bool,
    cancelled: Cancelled<'_>,
) -> Result<(), DataError> {
    array.announced()?;
    let mut axes = vec![Axis::Steps { len: count, step: columns }];
    if array.shape.len() == 2 {
        axes.push(Axis::Steps { len: columns, step: 1 });
    }
    if array.fortran {
        axes.reverse();
    }
    let (mut walk, element) = (Walk::new(axes), array.element);
    // Texts leave `numbers` empty.
    let (mut crowded, mut numbers) = (None, Vec::new());
    array.stream(cancelled, &mut |bytes| {
        if element.is_number() {
            element.numbers(bytes, &mut numbers);
        }
        walk.next(bytes.len() / element.size, |i, place| {
            let value = match numbers.get(i) {
                Some(&number) => Value::number(number),
                None => Value::Text(element.text(&bytes[i * element.size..][..element.size])),
            };
            if !put(place, value) {
                crowded = Some(place);
            }
        });
        match crowded {
            None => Ok(()),
            Some(place) => Err(array.wrong(FactorColumns::crowded(place, columns))),
        }
    })
}
