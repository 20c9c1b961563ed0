//! The command `elbow history`: the states that a run keeps, the best, and what was done to it.

use super::output;
use crate::experiment::human_bytes;
use crate::train::{Deed, Kept, Parent, RunFolder, RunHistory};
use crate::worker::Failure;
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

#[derive(Args)]
pub struct HistoryArgs {
    /// A folder that `elbow train … --out DIR` wrote.
    #[arg(value_name = "RUN_DIR")]
    run: PathBuf,
    /// Print as JSON.
    #[arg(long)]
    json: bool,
}

/// A state that can be asked for by --at.
#[derive(Serialize)]
struct State {
    step: u64,
    images: u64,
    /// The bound at β = 1 on all validation images, in nats per image, where it was measured at this step.
    validation_bound: Option<f64>,
    /// Whether the run was edited at this step.
    edited: bool,
    /// Whether a fork from here goes on with the optimiser's state.
    optimiser: bool,
    bytes: Option<u64>,
    file: Option<PathBuf>,
}

impl State {
    fn of(kept: &Kept) -> Self {
        let head = &kept.head;
        Self {
            step: head.progress.step,
            images: head.progress.images,
            validation_bound: head.bound,
            edited: head.is_edit,
            optimiser: head.moments.is_some(),
            bytes: kept.file().map(|file| file.bytes),
            file: kept.file().map(|file| file.path.clone()),
        }
    }
}

/// The deeds done to a run, in order.
#[derive(Serialize)]
struct Done<'a> {
    time: String,
    step: u64,
    epoch: f64,
    what: &'static str,
    detail: &'a str,
}

impl<'a> Done<'a> {
    fn of(deed: &'a Deed) -> Self {
        let Deed { step, epoch, kind, detail, .. } = deed;
        Self { time: deed.date(), step: *step, epoch: *epoch, what: kind.name(), detail }
    }
}

/// The history of a run.
#[derive(Serialize)]
struct History<'a> {
    run: PathBuf,
    name: String,
    last: u64,
    best: Option<State>,
    kept: Vec<State>,
    /// Size of all kept states and the best, in bytes.
    bytes: u64,
    parent: Option<&'a Parent>,
    provenance: Vec<Done<'a>>,
}

pub fn run(args: HistoryArgs) -> Result<(), Failure> {
    let folder = RunFolder::at(&args.run);
    let experiment = folder.experiment()?;
    let checkpoint = folder.checkpoint()?;
    let history = checkpoint.history(&experiment)?;
    let told = told(args.run, experiment.name, checkpoint.progress().step, &history);
    if args.json { output::json(&told) } else { output::print(&text(&told)) }
}

fn told(run: PathBuf, name: String, last: u64, history: &RunHistory) -> History<'_> {
    let kept: Vec<State> = history.kept().iter().map(State::of).collect();
    let best = history.best().map(State::of);
    let bytes = kept.iter().chain(&best).filter_map(|state| state.bytes).sum();
    let provenance = history.deeds().iter().map(Done::of).collect();
    History { run, name, last, best, kept, bytes, parent: history.parent(), provenance }
}

/// The history for a person.
fn text(history: &History<'_>) -> String {
    let History { run, name, last, best, kept, bytes, parent, provenance } = history;
    let mut lines = vec![format!("{name}: {}, at step {last}", run.display())];
    if let Some(Parent { path, name, step }) = parent {
        lines.push(format!("a fork of {name} at step {step}: {path}"));
    }
    lines.push(match best {
        None => "best: none; the bound on all validation images was never measured, or no images are held out".into(),
        Some(State { step, validation_bound, .. }) => {
            let bound = validation_bound.map_or_else(|| "not known".into(), |bound| format!("{bound:.3}"));
            format!("best: step {step}, {bound} nats per image on all validation images")
        }
    });
    let steps: Vec<String> = kept.iter().map(|it| format!("{}{}", it.step, if it.edited { "*" } else { "" })).collect();
    lines.push(match steps.is_empty() {
        true => "kept: no states on the way".into(),
        false => format!("kept: {} (* edited), {} with the best", steps.join(", "), human_bytes(*bytes)),
    });
    lines.push(String::new());
    lines.extend(
        provenance
            .iter()
            .map(|Done { time, step, what, detail, .. }| format!("{time}  step {step:>8}  {what:<20}  {detail}")),
    );
    lines.into_iter().map(|line| line + "\n").collect()
}
