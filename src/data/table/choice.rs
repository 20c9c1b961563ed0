//! The choice of a table's columns, as a person writes it.

use std::collections::BTreeSet;

/// The places, ascending, of the columns that `text` chooses among `names`: names, numbers from 1, ranges `2-14`; a
/// minus leaves one out. Without anything chosen, all but those left out.
///
/// # Errors
/// A part that is no column: the part, and what is wrong with it.
pub fn columns(text: &str, names: &[String]) -> Result<Vec<usize>, String> {
    let (mut chosen, mut left_out) = (BTreeSet::new(), BTreeSet::new());
    for part in parts(text, names) {
        match part.strip_prefix('-').filter(|_| place(&part, names).is_none()) {
            Some(rest) => left_out.extend(places(rest.trim(), names)?),
            None => chosen.extend(places(&part, names)?),
        }
    }
    if chosen.is_empty() {
        chosen.extend(0..names.len());
    }
    Ok(chosen.difference(&left_out).copied().collect())
}

/// The place of one column, by its name or its number from 1.
///
/// # Errors
/// There is no such column.
pub fn column(text: &str, names: &[String]) -> Result<usize, String> {
    let text = text.trim();
    place(text, names).ok_or_else(|| unknown(text, names))
}

/// The parts between commas; a text that is a column's name as a whole is one part, also with a comma in it.
pub fn parts(text: &str, names: &[String]) -> Vec<String> {
    if names.iter().any(|name| name == text.trim()) {
        return vec![text.trim().to_owned()];
    }
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(String::from).collect()
}

/// The columns of one part: a column, or a range of numbers.
fn places(part: &str, names: &[String]) -> Result<std::ops::RangeInclusive<usize>, String> {
    if let Some(place) = place(part, names) {
        return Ok(place..=place);
    }
    let range = part.split_once('-').and_then(|(from, to)| {
        let number = |text: &str| text.trim().parse::<usize>().ok().filter(|n| (1..=names.len()).contains(n));
        Some((number(from)?, number(to)?))
    });
    match range {
        Some((from, to)) if from <= to => Ok(from - 1..=to - 1),
        _ => Err(unknown(part, names)),
    }
}

fn place(text: &str, names: &[String]) -> Option<usize> {
    let by_name = names.iter().position(|name| name == text);
    by_name.or_else(|| text.parse::<usize>().ok().and_then(|n| n.checked_sub(1)).filter(|&place| place < names.len()))
}

fn unknown(text: &str, names: &[String]) -> String {
    const NAMED: usize = 20;
    let mut list = names.iter().take(NAMED).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if names.len() > NAMED {
        list += &format!(" and {} more", names.len() - NAMED);
    }
    format!("`{text}` is no column; the columns are {list}, or their numbers from 1 to {}", names.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_chosen_by_name_number_and_range_and_left_out_by_a_minus() {
        let names = ["id", "a-b", "size, mm", "w", "-x"].map(String::from);
        let chosen = |text| columns(text, &names);
        assert_eq!(chosen("").unwrap(), [0, 1, 2, 3, 4]);
        assert_eq!(chosen("w, a-b").unwrap(), [1, 3]);
        assert_eq!(chosen("2-4").unwrap(), [1, 2, 3]);
        assert_eq!(chosen("-id").unwrap(), [1, 2, 3, 4]);
        assert_eq!(chosen("-1, -4-5").unwrap(), [1, 2]);
        assert_eq!(chosen("size, mm").unwrap(), [2]);
        assert_eq!(chosen("-x").unwrap(), [4]);
        assert_eq!(column(" w ", &names).unwrap(), 3);
        for wrong in ["weight", "0", "6", "4-2", "-9"] {
            assert!(chosen(wrong).unwrap_err().contains("no column"), "{wrong}");
        }
    }
}
