//! Suggestions for misspelt words: "Did you mean …?"

/// The end of a message about an unknown word: `. Did you mean X?`, or a full stop where no known word is similar.
pub fn did_you_mean<S: AsRef<str>>(word: &str, known: &[S]) -> String {
    nearest(word, known).map_or(".".to_string(), |near| format!(". Did you mean `{near}`?"))
}

/// The known word most like `word`: at most a third of its letters (and at least two) may differ, case aside, or one
/// word must begin with the other.
pub fn nearest<'a, S: AsRef<str>>(word: &str, known: &'a [S]) -> Option<&'a str> {
    let folded = word.to_lowercase();
    let allowed = (folded.chars().count() / 3).max(2);
    let distances = known.iter().map(AsRef::as_ref).filter_map(|name| {
        let other = name.to_lowercase();
        let prefix = folded.len().min(other.len()) >= 3 && (folded.starts_with(&other) || other.starts_with(&folded));
        let distance = distance(&folded, &other);
        // Two short words that share no letter are not alike.
        let alike = distance <= allowed && distance < other.chars().count().max(1);
        (prefix || alike).then_some((distance, name))
    });
    distances.min_by_key(|&(distance, _)| distance).map(|(_, name)| name)
}

/// Letters to insert, remove or replace (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_what_was_meant() {
        let layers = ["Dense", "Conv", "ConvTranspose", "Reshape", "Residual"];
        assert_eq!(nearest("dens", &layers), Some("Dense"));
        assert_eq!(nearest("ConvTrans", &layers), Some("ConvTranspose"));
        assert_eq!(nearest("Conv2d", &layers), Some("Conv"));
        assert_eq!(nearest("xyz", &layers), None);
        assert_eq!(nearest("", &layers), None);
        assert_eq!(nearest("batch_size", &["optimiser", "batch"]), Some("batch"));
        assert_eq!(nearest("lerning_rate", &["learning_rate", "length"]), Some("learning_rate"));
    }

    #[test]
    fn distance_is_levenshteins() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
    }
}
