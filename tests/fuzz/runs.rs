//! The files of a run folder: the checkpoint's, and the tables. The run of the corpus was saved before there were
//! checksums, so that damage comes as far as it can.

use super::FAIR;
use super::driver::{Scratch, corpus, fuzz_files};
use elbow::data::Dataset;
use elbow::experiment::{DeviceChoice, Experiment};
use elbow::train::{RunFolder, Trainer, TrainingDevice};
use elbow::worker::Evaluation;
use serde::Deserialize;
use std::sync::Arc;

const IN_CHECKPOINT: [&str; 3] = ["progress.json", "model.safetensors", "optimiser.safetensors"];

/// The run of the corpus, with one of its files to be damaged.
struct Run {
    scratch: Scratch,
    folder: RunFolder,
    experiment: Experiment,
    data: Arc<Dataset>,
    device: TrainingDevice,
    /// The file as it is whole.
    original: Vec<u8>,
}

impl Run {
    /// `file` is to be damaged; saved anew, the run has checksums.
    fn new(file: &'static str, has_checksums: bool) -> Self {
        let scratch = Scratch::new(file);
        std::fs::create_dir(scratch.folder().join("checkpoint")).expect("a folder");
        for (name, bytes) in corpus("run") {
            let folder = if IN_CHECKPOINT.contains(&name.as_str()) { "checkpoint" } else { "." };
            std::fs::write(scratch.folder().join(folder).join(name), bytes).expect("written");
        }
        let experiment = Experiment::load(&scratch.folder().join("experiment.ron")).expect("an experiment");
        let data = Arc::new(Dataset::load(&experiment.data, experiment.seed, &mut |_| {}).expect("its data"));
        let device = TrainingDevice::open(DeviceChoice::Cpu).expect("there is a CPU");
        let folder = RunFolder::at(scratch.folder());
        let mut run = Self { scratch, folder, experiment, data, device, original: Vec::new() };
        if has_checksums {
            let trainer = run.load().expect("the run of the corpus");
            run.folder.save_checkpoint(&trainer).expect("saved");
        }
        run.original = std::fs::read(run.scratch.folder().join(file)).expect("the file");
        run
    }

    fn load(&self) -> Result<Trainer, String> {
        let loaded = self.folder.load_checkpoint(self.experiment.clone(), self.data.clone(), self.device.clone());
        self.scratch.named(loaded)
    }
}

/// Damage a file of the checkpoint: noticed at once where there are checksums, harmless where there are none.
fn checkpoint(file: &'static str, names: [&str; 2]) {
    for (name, has_checksums) in names.into_iter().zip([true, false]) {
        let run = Run::new(file, has_checksums);
        fuzz_files(name, vec![("good".into(), run.original.clone())], FAIR, |bytes| {
            run.scratch.write(bytes);
            let loaded = run.load();
            assert!(!has_checksums || bytes == run.original || loaded.is_err(), "damage went unnoticed");
            // Numbers that are finite may still bring a bound that is not.
            loaded?.step().map(|_| ()).map_err(|error| error.to_string())
        });
    }
}

#[test]
fn progress() {
    checkpoint("checkpoint/progress.json", ["progress", "progress without checksums"]);
}

#[test]
fn models() {
    checkpoint("checkpoint/model.safetensors", ["model", "model without checksums"]);
}

#[test]
fn optimisers() {
    checkpoint("checkpoint/optimiser.safetensors", ["optimiser", "optimiser without checksums"]);
}

#[test]
fn tables() {
    for name in ["metrics.csv", "latents.csv", "ledger.csv"] {
        let run = Run::new(name, false);
        fuzz_files(name, vec![("good".into(), run.original.clone())], FAIR, |bytes| {
            run.scratch.write(bytes);
            // Of two tables that disagree either may be named.
            let read = run.folder.reports().map(|_| ()).and(run.folder.ledger().map(|_| ()));
            read.map_err(|error| {
                let message = error.to_string();
                assert!(message.contains(".csv"), "no file is named: {message}");
                message
            })
        });
    }
}

/// Each line stands for itself: one that is damaged is told, and costs no other.
#[test]
fn evaluations() {
    const FILE: &str = "evaluations.jsonl";
    let run = Run::new(FILE, false);
    let whole = run.folder.evaluations().0;
    assert!(whole.len() == 2 && whole.iter().all(|kept| Evaluation::deserialize(&kept.evaluation).is_ok()));
    fuzz_files(FILE, vec![("good".into(), run.original.clone())], FAIR, |bytes| {
        run.scratch.write(bytes);
        let (found, wrong) = run.folder.evaluations();
        assert_eq!(run.folder.last_evaluation(), found.last().cloned(), "the library sees the last that can be read");
        for kept in &found {
            assert!(!kept.told().is_empty());
            // The window says so where it cannot show one.
            let _ = Evaluation::deserialize(&kept.evaluation);
        }
        match wrong.first() {
            None => Ok(()),
            Some(message) => {
                assert!(message.contains(FILE), "no file is named: {message}");
                Err(message.clone())
            }
        }
    });
}
