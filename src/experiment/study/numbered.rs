//! Messages about many points name the first few by their numbers.

use crate::experiment::Problem;
use std::collections::BTreeMap;

/// Number of points that a message names.
const NAMED: usize = 3;

/// Combinations that cannot be made, as problems: each reason once.
pub(super) fn grouped(wrong: Vec<(usize, String, String)>) -> Vec<Problem> {
    let mut found: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    for (number, field, message) in wrong {
        found.entry((field, message)).or_default().push(number);
    }
    let problem = |((field, message), numbers): ((String, String), Vec<usize>)| {
        Problem::error(format!("{}, {field}", listed_combinations(&numbers)), message)
    };
    found.into_iter().map(problem).collect()
}

fn listed_combinations(numbers: &[usize]) -> String {
    listed(numbers).replacen("point", "combination", 1)
}

/// `point 3`, `points 3, 5, 7 and 40 more`.
pub(super) fn listed(numbers: &[usize]) -> String {
    let named: Vec<String> = numbers.iter().take(NAMED).map(ToString::to_string).collect();
    let named = named.join(", ");
    match numbers.len() {
        1 => format!("point {named}"),
        n if n <= NAMED => format!("points {named}"),
        n => format!("points {named} and {} more", n - NAMED),
    }
}
