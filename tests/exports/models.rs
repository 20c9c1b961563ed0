//! The models that are exported, each after a few steps of training.

use crate::{networks, tables};
use elbow::data::{Dataset, Split};
use elbow::experiment::method::Pixels;
use elbow::experiment::{
    Axes, Binarisation, Choice, Data, Experiment, Levels, Likelihood, Missing, Posterior, Prior, Source,
};
use elbow::explore::{Answer, HostModel, Question, answer};
use elbow::train::combinations::Combination;
use elbow::train::{Trainer, TrainingDevice};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Number of images or rows in each file; a tenth is held out for the test.
pub const COUNT: usize = 100;

/// The files of images and rows.
pub struct Files {
    grey: Source,
    colour: Source,
    counts: Source,
    table: Source,
}

impl Files {
    /// Write them into a folder.
    pub fn write(folder: &Path) -> Self {
        let [grey, colour] = [("grey", 1), ("colour", 3)].map(|(name, channels)| {
            let images = folder.join(name);
            write_images(&images, channels);
            Source::Idx { images, labels: None, test_images: None, test_labels: None }
        });
        let (counts, table) = (folder.join("counts.npy"), folder.join("table.csv"));
        write_counts(&counts);
        tables::write(&table);
        Self { grey, colour, counts: numbers(counts), table: Source::table(&table) }
    }
}

/// An array of images whose numbers are taken as they are.
fn numbers(file: PathBuf) -> Source {
    let mut source = Source::ALL.iter().find(|source| matches!(source, Source::Arrays { .. })).cloned().unwrap();
    if let Source::Arrays { file: own, axes, levels, .. } = &mut source {
        (*own, *axes, *levels) = (file, Axes::Grey, Levels::Numbers);
    }
    source
}

/// Images in MNIST's format, of 8 × 12 pixels with so many channels, in grey levels of every size.
fn write_images(path: &Path, channels: usize) {
    let sides = [COUNT, 8, 12, channels];
    let sides = &sides[..if channels == 1 { 3 } else { 4 }];
    let mut bytes = vec![0, 0, 8, sides.len() as u8];
    bytes.extend(sides.iter().flat_map(|&side| (side as u32).to_be_bytes()));
    let values: usize = sides.iter().product();
    bytes.extend((0..values).map(|i| match (i * 2_654_435_761) >> 7 & 7 {
        0 => 0,
        1 => 255,
        _ => ((i * 40_503) >> 3 & 255) as u8,
    }));
    std::fs::write(path, bytes).unwrap();
}

/// Images of 8 × 12 counts, many of them 0 and some in the hundreds, as NumPy writes them.
fn write_counts(path: &Path) {
    let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({COUNT}, 8, 12), }}");
    let header = format!("{header:<117}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    for i in 0..COUNT * 96 {
        let count = match (i * 2_654_435_761) >> 7 & 15 {
            0..8 => 0,
            8..15 => (i * 40_503) >> 3 & 7,
            _ => (i * 40_503) >> 3 & 511,
        };
        bytes.extend((count as f32).to_le_bytes());
    }
    std::fs::write(path, bytes).unwrap();
}

/// The model of an experiment after a few steps, so that no number is what it began as.
pub fn trained(experiment: Experiment) -> HostModel {
    let dataset = Arc::new(Dataset::load(&experiment.data, 0, &mut |_| ()).unwrap());
    assert!(dataset.len(Split::Test) >= 8);
    let device = TrainingDevice::open(experiment.device).unwrap();
    let mut trainer =
        Trainer::new(experiment.clone(), dataset, device).unwrap_or_else(|e| panic!("{e}: {experiment:?}"));
    for _ in 0..5 {
        trainer.step().unwrap();
    }
    match answer(&trainer, &Question::Model).unwrap() {
        Answer::Model(model) => *model,
        other => panic!("{other:?}"),
    }
}

/// An experiment on other data.
fn on(source: &Source, experiment: Experiment) -> Experiment {
    let mut experiment = Experiment {
        data: Data { source: source.clone(), validation: 0, limit: None, ..experiment.data },
        ..experiment
    };
    experiment.training.batch = 20;
    experiment.training.shards = 1;
    experiment
}

/// Every experiment to check, each with a name.
pub fn experiments(files: &Files) -> Vec<(String, Experiment)> {
    let mut all = product(files);
    let named = |source: &Source, list: Vec<(String, Experiment)>| -> Vec<(String, Experiment)> {
        list.into_iter().map(|(name, experiment)| (name, on(source, experiment))).collect()
    };
    all.extend(named(&files.grey, networks::all()));
    all.extend(named(&files.colour, networks::in_colour()));
    all.extend(named(&files.table, tables::experiments()));
    all.extend(named(&files.counts, incomplete(Pixels::Counts)));
    all.extend(named(&files.grey, incomplete(Pixels::Real)));
    all
}

/// Every likelihood with every posterior, and with these each prior and each kind of network that is offered; over all
/// likelihoods, most priors meet most networks.
fn product(files: &Files) -> Vec<(String, Experiment)> {
    let mut all = Vec::new();
    let offered: Vec<Combination> = Combination::all().filter(|combination| combination.refusal().is_none()).collect();
    for (number, likelihood) in Likelihood::ALL.iter().enumerate() {
        for posterior in Posterior::ALL {
            let same = |it: &&Combination| {
                it.likelihood.name() == likelihood.name() && it.posterior.name() == posterior.name()
            };
            let priors: Vec<&Combination> = offered.iter().filter(same).collect();
            assert!(!priors.is_empty(), "{likelihood:?} {posterior:?}");
            let kinds = networks::kinds();
            for turn in 0..priors.len().max(kinds.len()) {
                let combination = priors[turn % priors.len()];
                let (kind, encoder, decoder) = kinds[(turn + number) % kinds.len()].clone();
                let mut experiment = combination.experiment();
                (experiment.encoder, experiment.decoder.layers) = (encoder, decoder);
                let source = match likelihood.kind() {
                    Pixels::Counts => &files.counts,
                    _ => &files.grey,
                };
                if likelihood.kind() == Pixels::Counts {
                    experiment.data.binarisation = Binarisation::None;
                }
                let Combination { likelihood, posterior, prior } = combination;
                all.push((format!("{likelihood:?} {posterior:?} {prior:?}, {kind}"), on(source, experiment)));
            }
        }
    }
    all
}

/// Experiments with hidden values, with and without the mask as an input: each likelihood of a kind, or of any kind but
/// counts, that allows them.
fn incomplete(kind: Pixels) -> Vec<(String, Experiment)> {
    let suited = |likelihood: &&Likelihood| (likelihood.kind() == Pixels::Counts) == (kind == Pixels::Counts);
    let mut all = Vec::new();
    for &likelihood in Likelihood::ALL.iter().filter(suited) {
        for mask_input in [true, false] {
            let (posterior, prior) = (Posterior::default(), Prior::default());
            let mut experiment = Combination { likelihood, posterior, prior }.experiment();
            experiment.data.missing = Missing::Random { fraction: 0.3, seed: 1 };
            experiment.data.mask_input = mask_input;
            if kind == Pixels::Counts {
                experiment.data.binarisation = Binarisation::None;
            }
            if likelihood.why_not(&experiment, None).is_none() {
                all.push((format!("{likelihood:?}, hidden values, mask {mask_input}"), experiment));
            }
        }
    }
    all
}
