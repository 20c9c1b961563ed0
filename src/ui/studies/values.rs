//! Several values of a field, as they are typed into one line.

use crate::experiment::study::FieldValue;

/// Values between commas: `4, Iwae, Adam(beta1: 0.5)`. A comma within brackets or quotes is part of a value.
///
/// # Errors
/// The first text that is not one value.
pub fn read_values(text: &str) -> Result<Vec<FieldValue>, String> {
    let parts = parts(text);
    let is_left_out = |part: &&str| part.trim().is_empty();
    if parts.iter().all(is_left_out) {
        return Err("Write one value or more, with commas between them.".into());
    }
    // A comma at the end is no value that is missing.
    let last = parts.len() - usize::from(parts.last().is_some_and(|part| part.trim().is_empty()));
    let read = |part: &&str| match part.trim() {
        "" => Err("There is nothing between two commas.".to_string()),
        part => FieldValue::new(part).map_err(|error| format!("`{part}` is not one value: {}", error.code)),
    };
    parts[..last].iter().map(read).collect()
}

/// Values as [`read_values`] reads them.
pub fn written_values(values: &[FieldValue]) -> String {
    values.iter().map(FieldValue::as_str).collect::<Vec<_>>().join(", ")
}

/// The texts between commas that are in no bracket and in no quotes.
fn parts(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in text.char_indices() {
        if quoted {
            quoted = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        match c {
            '"' => quoted = true,
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn commas_within_values_are_theirs() {
        let read =
            |text: &str| read_values(text).map(|values| values.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(read("1, 5,50").unwrap(), ["1", "5", "50"]);
        assert_eq!(read(" Iwae, Adam(beta1: 0.5, beta2: 0.9), \"a, (b\", ").unwrap().len(), 3);
        assert!(read("").is_err() && read(" , ").is_err());
        assert!(read("1,,2").unwrap_err().contains("between two commas"));
        assert!(read("1 2").unwrap_err().contains("`1 2` is not one value"));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_what_is_read_is_written(text in any::<String>()) {
            if let Ok(values) = read_values(&text) {
                // A comment may hide the comma behind it.
                if !text.contains('/') {
                    prop_assert_eq!(read_values(&written_values(&values)).unwrap(), values);
                }
            }
        }

        #[test]
        fn numbers_survive(numbers in prop::collection::vec(any::<i32>(), 1..9)) {
            let text = numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
            let values = read_values(&text).unwrap();
            let read: Vec<i32> = values.iter().map(|value| value.as_str().parse().unwrap()).collect();
            prop_assert_eq!(read, numbers);
        }
    }
}
