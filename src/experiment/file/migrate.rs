//! Migrations: experiments of older format versions are brought up to date before serde reads them.
//!
//! A new version of the format adds one [`Migration`] to [`MIGRATIONS`]. Migrations edit the text in place, so that
//! comments survive and the line numbers of later error messages still fit the file.

use super::tree::Node;
use crate::experiment::{ExperimentError, VERSION};
use std::borrow::Cow;
use std::ops::Range;

/// The edits that bring a text of one version to the next: places in the text and what to put there. The version
/// field is updated by itself.
type Migration = fn(&str, &Node) -> Vec<(Range<usize>, String)>;

/// The version that the first migration reads.
const OLDEST: u32 = 1;

/// One migration a version, from [`OLDEST`] to [`VERSION`] − 1.
const MIGRATIONS: [Migration; (VERSION - OLDEST) as usize] = [];

/// Bring `text` to [`VERSION`]. A text whose version cannot be told is left for serde to complain about.
pub fn migrate<'a>(file: &str, text: &'a str) -> Result<Cow<'a, str>, ExperimentError> {
    migrate_by(file, text, OLDEST, &MIGRATIONS)
}

/// [`migrate`] by any list of migrations, the first of which reads version `oldest`.
fn migrate_by<'a>(
    file: &str,
    text: &'a str,
    oldest: u32,
    migrations: &[Migration],
) -> Result<Cow<'a, str>, ExperimentError> {
    let Some(version) = version(text) else { return Ok(text.into()) };
    let known = u64::from(oldest)..=u64::from(oldest) + migrations.len() as u64;
    if version > *known.end() {
        return Err(ExperimentError::Newer { file: file.to_string(), version });
    }
    if version < *known.start() {
        return Err(ExperimentError::NoSuchVersion { file: file.to_string(), version, oldest });
    }
    let mut text = Cow::Borrowed(text);
    for (next, migration) in (u64::from(oldest) + 1..).zip(migrations) {
        if next <= version {
            continue;
        }
        // A tree before an edit is a tree after it, unless a migration is wrong; serde would say so.
        let Ok(root) = Node::parse(&text) else { break };
        let mut edits = migration(&text, &root);
        edits.extend(root.field(&text, "version").map(|field| (field.value.span.clone(), next.to_string())));
        text = edit(&text, edits).into();
    }
    Ok(text)
}

/// The version that a text claims.
fn version(text: &str) -> Option<u64> {
    let root = Node::parse(text).ok()?;
    text[root.field(text, "version")?.value.span.clone()].parse().ok()
}

/// Carry out edits of disjoint places.
fn edit(text: &str, mut edits: Vec<(Range<usize>, String)>) -> String {
    edits.sort_by_key(|(place, _)| std::cmp::Reverse(place.start));
    let mut text = text.to_string();
    for (place, replacement) in edits {
        text.replace_range(place, &replacement);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;

    /// A made-up version 0 called the latent dimension `z`, at the top, and the batch size `minibatch`.
    const VERSION_0: &str = "(\n    version: 0, // long ago\n    latent: (z: 7),\n    training: (minibatch: 100),\n)";

    fn rename(text: &str, root: &Node, group: &str, old: &str, new: &str) -> Option<(Range<usize>, String)> {
        let group = root.field(text, group)?;
        Some((group.value.field(text, old)?.name.clone(), new.to_string()))
    }

    fn from_0(text: &str, root: &Node) -> Vec<(Range<usize>, String)> {
        let renamed = [("latent", "z", "dimension"), ("training", "minibatch", "batch")];
        renamed.into_iter().filter_map(|(group, old, new)| rename(text, root, group, old, new)).collect()
    }

    #[test]
    fn an_older_version_is_brought_up_to_date() {
        let text = migrate_by("old.ron", VERSION_0, 0, &[from_0]).unwrap();
        assert!(text.contains("// long ago"), "comments survive");
        let experiment = Experiment::from_ron(&text, "old.ron").unwrap();
        assert_eq!((experiment.version, experiment.latent.dimension, experiment.training.batch), (1, 7, 100));
    }

    #[test]
    fn migrations_run_one_after_the_other_from_the_texts_version_on() {
        fn add_mark(_: &str, root: &Node) -> Vec<(Range<usize>, String)> {
            vec![(root.span.end..root.span.end, "+".into())]
        }
        fn fail(_: &str, _: &Node) -> Vec<(Range<usize>, String)> {
            panic!("this text is newer")
        }
        let text = migrate_by("old.ron", "(version: 1)", 0, &[fail, add_mark]).unwrap();
        assert_eq!(text, "(version: 2)+");
    }

    #[test]
    fn unknown_versions_are_refused() {
        let newer = migrate("a.ron", "(version: 3, what: Is(this))").unwrap_err();
        assert_eq!(
            newer.to_string(),
            "a.ron: written by a newer Elbow: version 3, this one reads up to 1; please update Elbow"
        );
        let older = migrate("a.ron", "(version: 0)").unwrap_err();
        assert_eq!(older.to_string(), "a.ron: there is no experiment version 0; the oldest is 1");
    }
}
