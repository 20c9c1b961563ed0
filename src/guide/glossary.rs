//! The glossary: the field's words, read from the guide's page `glossary.md`, the only place where they are defined.

use std::sync::OnceLock;

/// A word of the field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The word, as it stands on panes.
    pub name: &'static str,
    /// Its formula as LaTeX, if it has one.
    pub formula: Option<&'static str>,
    /// Its meaning, in a sentence or two.
    pub meaning: String,
    /// The page of the guide that says more, by its file name.
    pub page: &'static str,
}

/// Every word, in the order of the page.
pub fn terms() -> &'static [Term] {
    static TERMS: OnceLock<Vec<Term>> = OnceLock::new();
    TERMS.get_or_init(|| include_str!("../../assets/guide/glossary.md").split("\n## ").skip(1).map(term).collect())
}

/// The word of this name.
pub fn term_named(name: &str) -> Option<&'static Term> {
    terms().iter().find(|term| term.name == name)
}

/// A word from its section: name, formula, meaning, and the link at its end.
fn term(section: &'static str) -> Term {
    let (name, rest) = section.split_once('\n').unwrap_or((section, ""));
    let (formula, rest) = match rest.trim_start().strip_prefix("$$").and_then(|rest| rest.split_once("$$")) {
        Some((formula, rest)) => (Some(formula), rest),
        None => (None, rest),
    };
    let (meaning, link) = rest.rsplit_once("See [").unwrap_or((rest, ""));
    let page = link.split_once("](").and_then(|(_, target)| target.split(')').next()).unwrap_or("start.md");
    let meaning = meaning.split_whitespace().collect::<Vec<_>>().join(" ");
    Term { name: name.trim(), formula, meaning, page }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guide::page_of_link;
    use std::collections::BTreeSet;

    #[test]
    fn every_word_is_explained_once_and_leads_to_a_page() {
        let names: BTreeSet<&str> = terms().iter().map(|term| term.name).collect();
        assert_eq!(names.len(), terms().len());
        assert!(names.len() > 28, "{names:?}");
        for term in terms() {
            assert!(page_of_link(term.page).is_some(), "{}: {}", term.name, term.page);
            assert!(
                term.meaning.ends_with('.') && !term.meaning.contains(['$', '#', '[']) || term.name.contains('['),
                "{}: {}",
                term.name,
                term.meaning
            );
        }
        assert!(terms().iter().filter(|term| term.formula.is_some()).count() > 20);
    }

    #[test]
    fn a_word_has_its_formula_its_meaning_and_its_page() {
        let elbo = term_named("ELBO").expect("a word");
        assert!(elbo.formula.is_some_and(|formula| formula.ends_with(r"\le \log p(x)")));
        assert!(elbo.meaning.starts_with("The evidence lower bound"));
        assert_eq!(elbo.page, "objectives.md");
    }
}
