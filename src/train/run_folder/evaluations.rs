//! The evaluations of a run, a line each in `evaluations.jsonl`, whether `elbow eval`, a window or a study made them.

use super::RunFolder;
use crate::estimate::Estimate;
use crate::files::{self, WriteError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The version of the lines that this build writes.
const VERSION: u32 = 1;
/// Most bytes that are read for all evaluations, and for the last one.
const MOST: u64 = 1 << 26;
const LAST: u64 = 1 << 18;

/// An evaluation that is kept with its run: a line of `evaluations.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptEvaluation {
    /// Format version.
    pub version: u32,
    /// The time when it was finished, in seconds since 1970.
    pub at: u64,
    /// The object that `elbow eval --json` prints: split, images, step, method, samples, the bound, log p(x) with its
    /// standard error, active units and whatever else was measured; nats per image.
    pub evaluation: Value,
}

impl KeptEvaluation {
    /// An evaluation that was finished at a time, in seconds since 1970.
    pub fn new(at: u64, evaluation: Value) -> Self {
        Self { version: VERSION, at, evaluation }
    }

    /// A number of the evaluation, by its field's name; `None` if it was not measured.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.evaluation.get(name)?.as_f64()
    }

    /// A number of the evaluation with its standard error, NaN if that is not known.
    pub fn estimate(&self, name: &str) -> Option<Estimate> {
        let se = self.number(&format!("{name}_se")).unwrap_or(f64::NAN);
        self.number(name).map(|value| Estimate { value, se })
    }

    /// Optimiser steps of the model that was evaluated; 0 where the evaluation does not say.
    pub fn step(&self) -> u64 {
        self.evaluation.get("step").and_then(Value::as_u64).unwrap_or(0)
    }

    /// `1000 of the test split after step 5000, by importance sampling from q(z|x)`: what was evaluated, and how.
    pub fn told(&self) -> String {
        let text = |name: &str| self.evaluation.get(name).and_then(Value::as_str).unwrap_or_default();
        let images = self.evaluation.get("images").and_then(Value::as_u64).unwrap_or(0);
        format!("{images} of the {} split after step {}, by {}", text("split"), self.step(), text("method"))
    }

    /// Whether this is another reading of an evaluation: when it was made, and of what. Numbers need not come back to
    /// the last bit from a file.
    fn is(&self, other: &Self) -> bool {
        let of = |name: &str| self.evaluation.get(name) == other.evaluation.get(name);
        self.at == other.at && ["step", "state", "split", "images", "method", "samples"].into_iter().all(of)
    }

    fn line(&self) -> String {
        // A JSON value and two numbers always have a text.
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }
}

impl RunFolder {
    /// The file of the run's evaluations, a line each.
    pub fn evaluations_file(&self) -> PathBuf {
        self.file("evaluations.jsonl")
    }

    /// Add an evaluation to those that are kept with the run; other processes may add theirs at the same time.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn keep_evaluation(&self, evaluation: &KeptEvaluation) -> Result<(), WriteError> {
        files::append_line(&self.evaluations_file(), &evaluation.line())
    }

    /// Add the evaluations that are not kept with the run yet.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn keep_evaluations(&self, evaluations: &[KeptEvaluation]) -> Result<(), WriteError> {
        if evaluations.is_empty() {
            return Ok(());
        }
        let (there, _) = self.evaluations();
        let mut new = evaluations.iter().filter(|evaluation| !there.iter().any(|known| known.is(evaluation)));
        new.try_for_each(|evaluation| self.keep_evaluation(evaluation))
    }

    /// Keep these evaluations with the run and no others, as in a folder that another run was in before.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn replace_evaluations(&self, evaluations: &[KeptEvaluation]) -> Result<(), WriteError> {
        let file = self.evaluations_file();
        let there = self.evaluations().0;
        if there.len() == evaluations.len() && there.iter().zip(evaluations).all(|(known, it)| known.is(it)) {
            return Ok(());
        }
        files::write(&file, evaluations.iter().map(KeptEvaluation::line).collect::<String>())
    }

    /// The evaluations that are kept with the run, in the order in which they were made, and what is wrong with the
    /// lines that cannot be read. A run of an older version has none.
    pub fn evaluations(&self) -> (Vec<KeptEvaluation>, Vec<String>) {
        let file = self.evaluations_file();
        if !file.exists() {
            return Default::default();
        }
        let text = match files::read(&file, MOST) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) => return (Vec::new(), vec![format!("{}: cannot read: {error}", file.display())]),
        };
        let (mut found, mut wrong) = (Vec::new(), Vec::new());
        // Bytes behind the last line's end are a line that is being written.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        for (number, line) in whole.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
            match read(line) {
                Ok(evaluation) => found.push(evaluation),
                Err(why) => wrong.push(format!("{}, line {}: {why}", file.display(), number + 1)),
            }
        }
        (found, wrong)
    }

    /// The newest evaluation that is kept with the run, without reading the others.
    pub fn last_evaluation(&self) -> Option<KeptEvaluation> {
        last(&self.evaluations_file())
    }
}

fn last(file: &Path) -> Option<KeptEvaluation> {
    let length = std::fs::metadata(file).ok()?.len();
    let bytes = files::read_from(file, length.saturating_sub(LAST), LAST).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    text[..text.rfind('\n')?].lines().rev().find_map(|line| read(line).ok())
}

fn read(line: &str) -> Result<KeptEvaluation, String> {
    let evaluation: KeptEvaluation =
        serde_json::from_str(line).map_err(|error| format!("this is no evaluation: {error}"))?;
    match evaluation.version {
        VERSION => Ok(evaluation),
        newer => Err(format!("a newer Elbow wrote this evaluation (version {newer}; this one reads {VERSION})")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn evaluation(at: u64, log_px: f64) -> KeptEvaluation {
        let found = json!({"step": 50, "split": "test", "images": 10, "method": "importance sampling",
            "log_px": log_px, "log_px_se": 0.5, "active_units": 3});
        KeptEvaluation::new(at, found)
    }

    #[test]
    fn evaluations_are_added_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let run = RunFolder::at(folder.path());
        assert_eq!((run.evaluations(), run.last_evaluation()), (Default::default(), None), "an older run has none");
        // A number that JSON's reader may miss by a bit.
        let all = [evaluation(1, -90.0), evaluation(2, -165.934_628_509_157_67)];
        run.keep_evaluation(&all[0]).unwrap();
        run.keep_evaluations(&all).unwrap();
        run.keep_evaluations(&all).unwrap();
        let (found, wrong) = run.evaluations();
        assert_eq!((found.len(), wrong.len()), (2, 0), "each once");
        let last = run.last_evaluation().unwrap();
        let log_px = last.estimate("log_px").unwrap();
        assert!((log_px.value + 165.934_628_509_157_67).abs() < 1e-12 && log_px.se == 0.5);
        assert_eq!((last.number("active_units"), last.number("kl"), last.step()), (Some(3.0), None, 50));
        assert_eq!(last.told(), "10 of the test split after step 50, by importance sampling");
        run.replace_evaluations(&all[1..]).unwrap();
        assert_eq!(run.evaluations().0.len(), 1);
    }

    #[test]
    fn a_line_that_is_cut_off_or_of_a_newer_version_costs_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let run = RunFolder::at(folder.path());
        run.keep_evaluation(&evaluation(1, -90.0)).unwrap();
        let file = run.evaluations_file();
        let text = std::fs::read_to_string(&file).unwrap();
        let half = format!("{text}{}nonsense\n{}", text.replace("\"version\":1", "\"version\":9"), &text[..30]);
        std::fs::write(&file, half).unwrap();
        assert_eq!(run.last_evaluation(), Some(evaluation(1, -90.0)));
        run.keep_evaluation(&evaluation(2, -89.5)).unwrap();
        let (found, wrong) = run.evaluations();
        assert_eq!(found, [evaluation(1, -90.0), evaluation(2, -89.5)]);
        assert_eq!(wrong.len(), 3);
        assert!(wrong[0].contains("line 2: a newer Elbow wrote this") && wrong[1].contains("line 3"), "{wrong:?}");
    }
}
