//! The command `elbow presets`.

use super::output;
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
    summary: &'static str,
    notes: String,
}

pub fn run(args: PresetsArgs) -> Result<(), Failure> {
    if let Some(name) = args.name {
        let Some(preset) = experiment::presets().iter().find(|preset| preset.name == name) else {
            let known = experiment::presets().iter().map(|preset| preset.name).collect();
            return Err(Failure::input(ExperimentError::NoSuchPreset { name, known }));
        };
        return output::print(preset.text);
    }
    for &Preset { name, text, .. } in experiment::presets() {
        let summary = summary(text);
        if args.json {
            let notes = experiment::preset(name).map_err(Failure::run)?.notes;
            output::json(&Listed { name, summary, notes })?;
        } else {
            output::line(&format!("{name:<28} {summary}"))?;
        }
    }
    Ok(())
}

/// The comment that a preset begins with.
fn summary(text: &str) -> &str {
    text.lines().next().and_then(|line| line.strip_prefix("//")).unwrap_or_default().trim()
}
