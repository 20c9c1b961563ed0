//! The fields of many experiments, each field and value kept once however many runs have it.

use crate::experiment::{Experiment, FlatField};
use std::collections::HashSet;
use std::sync::Arc;

/// The fields of one experiment, in the order of their paths.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields(Arc<[Arc<FlatField>]>);

/// Fields that have been seen, so that runs share them.
#[derive(Debug, Default)]
pub struct Seen(HashSet<Arc<FlatField>>);

impl Seen {
    /// The fields of an experiment.
    pub fn fields(&mut self, experiment: &Experiment) -> Fields {
        let shared = experiment.flat_fields().into_iter().map(|field| match self.0.get(&field) {
            Some(known) => known.clone(),
            None => {
                let field = Arc::new(field);
                self.0.insert(field.clone());
                field
            }
        });
        Fields(shared.collect())
    }
}

impl Fields {
    /// The field at a path.
    pub fn get(&self, path: &str) -> Option<&Arc<FlatField>> {
        let at = self.0.binary_search_by(|field| field.path.as_str().cmp(path)).ok()?;
        self.0.get(at)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<FlatField>> {
        self.0.iter()
    }

    /// Whether both are one list in memory.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The paths of fields in which runs differ, names and notes aside. Runs whose experiment cannot be read do not count.
pub fn differing<'a>(runs: impl Iterator<Item = &'a Fields>) -> Vec<String> {
    let mut runs = runs.filter(|fields| !fields.is_empty());
    let Some(first) = runs.next() else { return Vec::new() };
    // The fields that are equal in all runs so far, and the paths of the fields in which some differ.
    let mut common: Vec<&Arc<FlatField>> = first.iter().collect();
    let mut paths: HashSet<&str> = HashSet::new();
    for fields in runs {
        if fields.is(first) {
            continue;
        }
        let mut own = fields.iter().peekable();
        common.retain(|field| {
            while let Some(other) = own.next_if(|other| other.path < field.path) {
                paths.insert(&other.path);
            }
            let same = own.next_if(|other| other.path == field.path);
            let is_same = same.is_some_and(|other| Arc::ptr_eq(other, field) || other == *field);
            if !is_same {
                paths.insert(&field.path);
            }
            is_same
        });
        paths.extend(own.map(|other| other.path.as_str()));
    }
    // Where the entries of a list are others in number, the number says enough.
    let told = |path: &&str| {
        let group = path.split(['.', '[']).next().unwrap_or_default();
        !["version", "name", "notes", "device"].contains(&group)
    };
    let mut paths: Vec<String> = paths.into_iter().filter(told).map(String::from).collect();
    paths.sort_unstable();
    paths
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{BetaSchedule, Layer};

    #[test]
    fn fields_are_shared_and_those_that_differ_are_found() {
        let mut seen = Seen::default();
        let base = Experiment::default();
        let mut other = Experiment { name: "other".into(), seed: 3, ..base.clone() };
        let [a, same, b] = [&base, &base, &other].map(|experiment| seen.fields(experiment));
        assert!(Arc::ptr_eq(a.get("latent.dimension").unwrap(), b.get("latent.dimension").unwrap()));
        assert_eq!(differing([&a, &same].into_iter()), [""; 0]);
        assert_eq!(differing([&a, &b, &same].into_iter()), ["seed"]);
        other.objective.beta = BetaSchedule::Warmup { from: 0.0, to: 1.0, epochs: 5.0 };
        other.encoder.push(Layer::dense(50, crate::experiment::Activation::Tanh));
        let c = seen.fields(&other);
        let found = differing([&a, &b, &c].into_iter());
        for path in ["seed", "objective.beta", "objective.beta.epochs", "encoder"] {
            assert!(found.contains(&path.to_owned()), "{path}: {found:?}");
        }
        assert!(!found.iter().any(|path| path == "name" || path == "encoder[0].units"), "{found:?}");
        assert_eq!(differing(std::iter::empty()), [""; 0]);
    }
}
