//! Tables: read as their makers meant them, refused in one sentence where they are damaged, and trained on.

mod missing;
mod reading;
mod survey;
mod toys;
mod training;

use elbow::data::{DataError, Dataset};
use elbow::experiment::{Data, Source};
use std::path::{Path, PathBuf};

/// A table of the tests' own.
fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tables/fixtures").join(name)
}

/// A source with all fields but its path at their defaults, changed by `--set`-like assignments.
fn table(path: &Path, changes: &[&str]) -> Source {
    let mut experiment = elbow::experiment::Experiment::default();
    experiment.set("data.source=Table").expect("a source");
    for change in changes {
        experiment.set(&format!("data.source.{change}")).expect("a field of a table");
    }
    let mut source = experiment.data.source;
    if let Source::Table { path: it, .. } = &mut source {
        *it = path.to_owned();
    }
    source
}

fn load(source: Source) -> Result<Dataset, DataError> {
    Dataset::load(&Data { source, validation: 0, ..Data::default() }, 3, &mut |_| {})
}
