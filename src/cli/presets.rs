//! The command `elbow presets`.

use super::output;
use crate::experiment::study::{self, BundledStudy};
use crate::experiment::{self, ExperimentError, Preset};
use crate::worker::Failure;
use clap::Args;
use serde::Serialize;

#[derive(Args)]
pub struct PresetsArgs {
    /// Print this one as RON, as a start for a file of your own.
    name: Option<String>,
    /// List as JSON, one line per experiment.
    #[arg(long, conflicts_with = "name")]
    json: bool,
}

#[derive(Serialize)]
struct Listed {
    name: &'static str,
    /// `experiment`, for `elbow train`, or `study`, for `elbow study`.
    kind: &'static str,
    summary: &'static str,
    notes: String,
}

pub fn run(args: PresetsArgs) -> Result<(), Failure> {
    let all = || experiment::presets().iter().map(|preset| (preset.name, preset.text)).chain(studies());
    if let Some(name) = args.name {
        let Some((_, text)) = all().find(|(known, _)| *known == name) else {
            let known = all().map(|(name, _)| name).collect();
            return Err(Failure::input(ExperimentError::NoSuchPreset { name, known }));
        };
        return output::print(text);
    }
    if args.json {
        return json();
    }
    let line = |(name, text): (&str, &'static str)| output::line(&format!("{name:<28} {}", summary(text)));
    experiment::presets().iter().try_for_each(|&Preset { name, text, .. }| line((name, text)))?;
    output::line("\nStudies, for `elbow study`:\n")?;
    studies().try_for_each(line)
}

fn studies() -> impl Iterator<Item = (&'static str, &'static str)> {
    study::studies().iter().map(|&BundledStudy { name, text }| (name, text))
}

fn json() -> Result<(), Failure> {
    for &Preset { name, text, .. } in experiment::presets() {
        let notes = experiment::preset(name).map_err(Failure::run)?.notes;
        output::json(&Listed { name, kind: "experiment", summary: summary(text), notes })?;
    }
    for (name, text) in studies() {
        let notes = study::load_study(name).map_err(Failure::run)?.study.notes;
        output::json(&Listed { name, kind: "study", summary: summary(text), notes })?;
    }
    Ok(())
}

/// The comment that a preset begins with.
fn summary(text: &'static str) -> &'static str {
    text.lines().next().and_then(|line| line.strip_prefix("//")).unwrap_or_default().trim()
}
