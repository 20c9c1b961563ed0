//! Findings that are worked out once for each look at a study, not in each frame.

use crate::study::term::Term;
use crate::study::verdict::Verdict;
use crate::ui::studies::Seen;
use std::sync::Arc;

/// A study's quantities, and the verdict on its settings.
pub struct Digest {
    of: Arc<Seen>,
    chosen: Option<String>,
    /// A number that no other digest of this window has.
    pub number: u64,
    /// The quantities of which anything is known.
    pub terms: Vec<Term>,
    /// The one that is shown, once anything is known.
    pub term: Option<Term>,
    /// The verdict by it, or by the judge of the study where it ranks nothing; and the term that it is by.
    pub verdict: Option<(Verdict, Term)>,
    /// The settings' names.
    pub names: Vec<String>,
    /// The verdict in words.
    pub text: String,
}

impl Digest {
    /// Work it out anew where the study or the choice is another.
    pub fn renew(digest: &mut Option<Self>, seen: &Arc<Seen>, chosen: Option<&str>) {
        let is_same = |it: &Self| Arc::ptr_eq(&it.of, seen) && it.chosen.as_deref() == chosen;
        if !digest.as_ref().is_some_and(is_same) {
            let number = digest.as_ref().map_or(0, |before| before.number + 1);
            *digest = Some(Self::new(seen.clone(), chosen, number));
        }
    }

    fn new(of: Arc<Seen>, chosen: Option<&str>, number: u64) -> Self {
        let table = &of.table;
        let terms = Term::all(table);
        let judge = Term::judge(table);
        let wanted = terms.iter().find(|term| Some(term.name.as_str()) == chosen).cloned();
        let term = wanted.or_else(|| judge.clone()).or_else(|| terms.first().cloned());
        let by = term.clone().filter(|term| term.ranks).or(judge);
        let found = by.and_then(|term| Some((term.verdict(table)?, term)));
        let (verdict, names) = match found {
            Some(((verdict, names), term)) => (Some((verdict, term)), names),
            None => (None, Vec::new()),
        };
        let text = verdict.as_ref().map(|(verdict, term)| {
            let text = match table.fields.iter().any(|field| field == "seed") {
                true => verdict.text(&names),
                false => once(verdict, &names),
            };
            format!("By {}: {}", term.title, typeset(&text))
        });
        let text = text.unwrap_or_default();
        Self { chosen: chosen.map(str::to_owned), number, terms, term, verdict, names, text, of }
    }
}

/// Of a study in which each setting was trained with one seed.
fn once(verdict: &Verdict, names: &[String]) -> String {
    let name = |place: usize| names.get(place).map_or("?", String::as_str);
    match verdict.rivals.first() {
        None => verdict.text(names),
        Some(rival) => format!(
            "No verdict: {} is first, {:.2} before {}, but each setting was trained with one seed, which does not tell \
             skill from luck. Vary the seed too: three or more.",
            name(verdict.best),
            rival.behind.value,
            name(rival.setting)
        ),
    }
}

/// A real minus before digits.
pub fn typeset(text: &str) -> String {
    let mut set = String::with_capacity(text.len());
    let mut before = ' ';
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let is_sign = c == '-' && !before.is_alphanumeric() && characters.peek().is_some_and(char::is_ascii_digit);
        set.push(if is_sign { '−' } else { c });
        before = c;
    }
    set
}

#[cfg(test)]
mod tests {
    use super::super::made::seen;
    use super::*;

    #[test]
    fn the_verdict_is_in_words_whatever_is_shown() {
        let seen = Arc::new(seen());
        let mut digest = None;
        Digest::renew(&mut digest, &seen, None);
        let text = digest.as_ref().unwrap().text.clone();
        assert!(text.starts_with("By log p(x): beta = 1, dimension = 5 is best, ahead of beta = 4"), "{text}");
        Digest::renew(&mut digest, &seen, Some("kl"));
        let digest = digest.unwrap();
        assert_eq!(digest.term.unwrap().name, "kl");
        assert_eq!(digest.text, text, "less KL is not better");
    }

    #[test]
    fn minus_signs_are_real_and_hyphens_stay() {
        assert_eq!(typeset("-1.5 ± 0.1, beta-2, x=-3 - 4"), "−1.5 ± 0.1, beta-2, x=−3 - 4");
    }
}
