//! `elbow presets`.

use super::{Failure, output};
use crate::experiment::{self, ExperimentError};
use clap::Args;
use serde::Serialize;

#[derive(Args)]
pub struct PresetsArgs {
    /// Print this one as RON: a start for a file of your own.
    name: Option<String>,
    /// List as JSON, a line each.
    #[arg(long, conflicts_with = "name")]
    json: bool,
}

#[derive(Serialize)]
struct Listed {
    name: &'static str,
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
    for preset in experiment::presets() {
        let notes = experiment::preset(preset.name).map_err(Failure::run)?.notes;
        if args.json {
            output::json(&Listed { name: preset.name, notes })?;
        } else {
            output::line(&format!("{:<16} {}", preset.name, first_sentence(&notes)))?;
        }
    }
    Ok(())
}

fn first_sentence(notes: &str) -> &str {
    let end = notes.find(". ").map(|at| at + 1).into_iter().chain(notes.find('\n')).min();
    &notes[..end.unwrap_or(notes.len())]
}

#[cfg(test)]
mod tests {
    use super::first_sentence;

    #[test]
    fn a_sentence_ends_at_a_full_stop_or_a_line() {
        assert_eq!(first_sentence("At 0.5, so. And on."), "At 0.5, so.");
        assert_eq!(first_sentence("One\ntwo. three"), "One");
        assert_eq!(first_sentence("All of it."), "All of it.");
    }
}
