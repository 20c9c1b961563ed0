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

/// Read the factors of `count` images; `names` as in [`FactorColumns::finish`].
pub fn read(array: &Array, count: usize, names: &str, cancelled: Cancelled<'_>) -> Result<FactorTable, DataError> {
    let columns = match array.shape[..] {
        [n] if n == count => 1,
        [n, columns] if n == count && (1..=FACTORS).contains(&columns) => columns,
        _ => {
            let shape = array.describe();
            return Err(array.wrong(format!(
                "is {shape}, but the factors of these {count} images are {count} × 1 to {FACTORS} numbers; name \
                 another array"
            )));
        }
    };
    array.announced()?;
    let mut axes = vec![Axis::Steps { len: count, step: columns }];
    if array.shape.len() == 2 {
        axes.push(Axis::Steps { len: columns, step: 1 });
    }
    if array.fortran {
        axes.reverse();
    }
    let (mut walk, element) = (Walk::new(axes), array.element);
    let (mut values, mut crowded) = (FactorColumns::new(count, columns), None);
    array.stream(cancelled, &mut |bytes| {
        walk.next(bytes.len() / element.size, |i, place| {
            let bytes = &bytes[i * element.size..][..element.size];
            let value = match element.is_number() {
                true => Value::number(element.number(bytes)),
                false => Value::Text(element.text(bytes)),
            };
            if !values.put(place, value) {
                crowded = Some(place);
            }
        });
        match crowded {
            None => Ok(()),
            Some(place) => Err(array.wrong(FactorColumns::crowded(place, columns))),
        }
    })?;
    values.finish(names).map_err(|message| array.wrong(message))
}
