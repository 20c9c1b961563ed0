//! Training on tables: the optimum where it has a closed form, and models of numbers, categories and counts.

use crate::{fixture, table};
use elbow::data::{Dataset, Split};
use elbow::evidence::ModelJoint;
use elbow::evidence::marginal::LinearGaussian;
use elbow::experiment::{
    Activation, Data, DecoderLayers, DeviceChoice, Experiment, Layer, Length, Likelihood, Schedule, Source,
};
use elbow::explore::{Answer, Question, Sampler, Start, answer};
use elbow::export::vector_table;
use elbow::train::{Trainer, TrainingDevice};
use std::f64::consts::TAU;
use std::sync::Arc;

/// A model of these data, trained for some epochs on the CPU.
pub fn trained(mut experiment: Experiment, epochs: f64) -> Trainer {
    experiment.training.length = Length::Epochs(epochs);
    experiment.device = DeviceChoice::Cpu;
    experiment.training.shards = 1;
    let dataset = Dataset::load(&experiment.data, experiment.seed, &mut |_| {}).expect("good data");
    let device = TrainingDevice::open(DeviceChoice::Cpu).expect("there is always a CPU");
    let steps = (epochs * dataset.len(Split::Train) as f64 / experiment.training.batch as f64) as usize;
    let mut trainer = Trainer::new(experiment, Arc::new(dataset), device).expect("the experiment is valid");
    for _ in 0..steps {
        trainer.step().expect("the CPU works");
    }
    trainer
}

/// The mean ELBO of a split, in nats.
pub fn elbo(trainer: &Trainer, split: Split) -> f64 {
    elbo_of(trainer, split, &(0..trainer.dataset().len(split)).collect::<Vec<_>>())
}

/// The mean ELBO of some rows, in nats.
pub fn elbo_of(trainer: &Trainer, split: Split, rows: &[usize]) -> f64 {
    let (reconstruction, kl) = trainer.terms_of(split, rows).expect("the CPU works");
    let sum = |values: &[f32]| values.iter().map(|&v| f64::from(v)).sum::<f64>();
    (sum(&reconstruction) - sum(&kl)) / rows.len() as f64
}

/// The eigenvalues of a symmetric matrix, descending, by Jacobi's rotations.
fn eigenvalues(mut a: Vec<f64>, n: usize) -> Vec<f64> {
    for _ in 0..30 {
        for p in 0..n {
            for q in p + 1..n {
                let off = a[p * n + q];
                if off.abs() < 1e-14 {
                    continue;
                }
                let theta = (a[q * n + q] - a[p * n + p]) / (2.0 * off);
                let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
                let c = 1.0 / (t * t + 1.0).sqrt();
                let s = t * c;
                for k in 0..n {
                    let (x, y) = (a[k * n + p], a[k * n + q]);
                    (a[k * n + p], a[k * n + q]) = (c * x - s * y, s * x + c * y);
                }
                for k in 0..n {
                    let (x, y) = (a[p * n + k], a[q * n + k]);
                    (a[p * n + k], a[q * n + k]) = (c * x - s * y, s * x + c * y);
                }
            }
        }
    }
    let mut values: Vec<f64> = (0..n).map(|i| a[i * n + i]).collect();
    values.sort_by(|a, b| b.total_cmp(a));
    values
}

/// The largest log-likelihood per row of probabilistic PCA (Tipping & Bishop 1999, eq. 8).
fn ppca(rows: &[f32], width: usize, latent: usize) -> f64 {
    let count = (rows.len() / width) as f64;
    let mean: Vec<f64> =
        (0..width).map(|i| rows.iter().skip(i).step_by(width).map(|&v| f64::from(v)).sum::<f64>() / count).collect();
    let mut covariance = vec![0.0; width * width];
    for row in rows.chunks_exact(width) {
        let centred: Vec<f64> = row.iter().zip(&mean).map(|(&v, m)| f64::from(v) - m).collect();
        for i in 0..width {
            for j in 0..width {
                covariance[i * width + j] += centred[i] * centred[j] / count;
            }
        }
    }
    let values = eigenvalues(covariance, width);
    let rest = (width - latent) as f64;
    let variance = values[latent..].iter().sum::<f64>() / rest;
    let logs = values[..latent].iter().map(|v| v.ln()).sum::<f64>() + rest * variance.ln();
    -0.5 * (width as f64 * TAU.ln() + logs + width as f64)
}

fn linear(source: Source, latent: usize) -> Experiment {
    let mut experiment = elbow::experiment::preset("linear-ppca").expect("bundled");
    experiment.data = Data { source, validation: 0, ..Data::default() };
    experiment.latent.dimension = latent;
    experiment
}

#[test]
fn a_linear_model_of_1500_digits_reaches_probabilistic_pca() {
    let mut source = table(&fixture("digits.csv.gz"), &["label=digit", "scaling=MinMax", "sequence=true"]);
    if let Source::Table { test, .. } = &mut source {
        *test = Some(fixture("digits-test.csv.gz"));
    }
    let mut experiment = linear(source, 10);
    experiment.training.batch = 50;
    experiment.training.learning_rate = 0.02;
    experiment.training.schedule = Schedule::Cosine { floor: 0.0 };
    let trainer = trained(experiment, 150.0);
    let all = trainer.dataset().gather(Split::Train, &(0..1_500).collect::<Vec<_>>());
    let optimum = ppca(&all.pixels, 64, 10);
    let snapshot = trainer.snapshot();
    let joint = ModelJoint::new(trainer.model(), &snapshot.parameters, &snapshot.state, &all);
    let linear = LinearGaussian::of(trainer.experiment(), &joint).expect("the CPU works").expect("a linear model");
    let log_px = (0..1_500).map(|row| linear.posterior(all.image(row)).log_px).sum::<f64>() / 1_500.0;
    let bound = elbo(&trainer, Split::Train);
    println!("digits: pPCA {optimum:.4}, log p(x) of the model {log_px:.4}, its ELBO {bound:.4} nats per row");
    assert!(log_px <= optimum + 1e-6, "{log_px} is above the optimum {optimum}");
    assert!(optimum - log_px < 0.1, "log p(x) {log_px}, pPCA {optimum}");
    // The ELBO is estimated from one sample a row: a standard error of some hundredths.
    assert!((bound - log_px).abs() < 0.3, "ELBO {bound}, log p(x) {log_px}");
}

/// A small network with these data and this likelihood.
fn small(source: Source, likelihood: Likelihood) -> Experiment {
    let mut experiment = Experiment {
        data: Data { source, validation: 0, ..Data::default() },
        encoder: vec![Layer::dense(24, Activation::Tanh)],
        ..Experiment::default()
    };
    experiment.decoder.likelihood = likelihood;
    experiment.latent.dimension = 2;
    experiment.training.batch = 32;
    experiment.training.learning_rate = 0.005;
    experiment
}

#[test]
fn the_wines_train_and_are_shown_in_their_own_scales() {
    let trainer = trained(small(Source::Wine, Likelihood::GaussianPerPixel), 120.0);
    // Standardised columns under N(0, 1) each have −½(log 2π + 1): the model finds what they share.
    let independent = -0.5 * 13.0 * (TAU.ln() + 1.0);
    let bound = elbo(&trainer, Split::Train);
    println!("wine: ELBO {bound:.3}, independent columns {independent:.3} nats per row");
    assert!(bound > independent + 1.0, "{bound}, of independent columns {independent}");
    let ask = |question| answer(&trainer, &question).expect("the CPU works");
    let reconstructions = ask(Question::Reconstructions { split: Split::Test, count: 5, choice: 0 });
    let text = vector_table(&reconstructions).expect("rows of a table");
    let mut lines = text.lines();
    assert!(lines.next().is_some_and(|line| line.starts_with("row,kind,alcohol,malic_acid,")));
    let first: Vec<&str> = lines.next().expect("a row").split(',').collect();
    assert_eq!(first[..2], ["0", "x"]);
    // Alcohol in per cent, proline in mg/l.
    let number = |text: &str| text.parse::<f64>().expect("a number");
    assert!((10.0..16.0).contains(&number(first[2])) && (200.0..2_000.0).contains(&number(first[14])));
    assert_eq!(text.lines().count(), 1 + 3 * 5);
    let walk = ask(Question::Traversals { rows: 2, columns: 5, from: 0.02, to: 0.98, start: Start::PriorMean });
    assert_eq!(vector_table(&walk).expect("rows").lines().count(), 1 + 2 * 5);
    let samples = Question::PriorSamples { sampler: Sampler::Prior, count: 7, temperature: 1.0, seed: 0 };
    let Answer::PriorSamples { means, .. } = ask(samples) else { panic!("another answer") };
    assert_eq!((means.count, means.columns.map(|columns| columns.len())), (7, Some(13)));
}

/// A table of two clusters: a number, a category that tells them apart, and counts.
fn clusters(rows: usize) -> String {
    let mut text = "size,kind,count\n".to_owned();
    for row in 0..rows {
        let noise = ((row * 7_919) % 101) as f64 / 101.0 - 0.5;
        let count = (row * 31) % 7;
        match row % 2 {
            0 => text += &format!("{},left,{count}\n", -2.0 + noise),
            _ => text += &format!("{},right,{}\n", 2.0 + noise, 20 + count),
        }
    }
    text
}

#[test]
fn numbers_and_categories_are_modelled_together_and_drawn_as_such() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clusters.csv");
    std::fs::write(&path, clusters(200)).expect("a file");
    let trainer = trained(small(table(&path, &[]), Likelihood::ByColumn), 80.0);
    let samples = Question::PriorSamples { sampler: Sampler::Prior, count: 200, temperature: 1.0, seed: 1 };
    let Answer::PriorSamples { draws, means, .. } = answer(&trainer, &samples).expect("the CPU works") else {
        panic!("another answer")
    };
    let columns = draws.columns.clone().expect("a table");
    let names: Vec<&str> = columns.list.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["size", "kind: left", "kind: right", "count"]);
    let mut alike = 0;
    for row in 0..200 {
        let [size, left, right, _] = draws.image(row) else { panic!("four entries") };
        assert!([*left, *right] == [0.0, 1.0] || [*left, *right] == [1.0, 0.0], "a draw is one level");
        let [_, p, q, _] = means.image(row) else { panic!("four entries") };
        assert!((p + q - 1.0).abs() < 1e-5);
        alike += usize::from((*size < 0.0) == (*left == 1.0));
    }
    // The two columns agree in the data always; in draws, but for codes between the clusters.
    assert!(alike > 160, "{alike} of 200 draws have the side of their kind");
}

#[test]
fn counts_are_modelled_as_counts_and_other_numbers_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clusters.csv");
    std::fs::write(&path, clusters(200)).expect("a file");
    let counts = || table(&path, &["columns=count", "scaling=None"]);
    let mut bounds = Vec::new();
    for likelihood in [Likelihood::Poisson, Likelihood::NegativeBinomial] {
        let trainer = trained(small(counts(), likelihood), 80.0);
        bounds.push(elbo(&trainer, Split::Train));
        let samples = Question::PriorSamples { sampler: Sampler::Prior, count: 100, temperature: 1.0, seed: 1 };
        let Answer::PriorSamples { draws, .. } = answer(&trainer, &samples).expect("the CPU works") else {
            panic!("another answer")
        };
        assert!(draws.pixels.iter().all(|&count| count >= 0.0 && count.fract() == 0.0), "{likelihood:?}");
        assert!(draws.pixels.iter().any(|&count| count > 15.0) && draws.pixels.iter().any(|&count| count < 8.0));
    }
    println!("counts: ELBO under a Poisson {:.3}, a negative binomial {:.3} nats per row", bounds[0], bounds[1]);
    // Of 14 counts, each about as frequent as the others, a uniform distribution has −log 14 = −2.64.
    assert!(bounds.iter().all(|&bound| (-4.0..-2.6).contains(&bound)), "{bounds:?}");

    let experiment = small(table(&path, &["columns=size, count", "scaling=None"]), Likelihood::Poisson);
    let dataset = Dataset::load(&experiment.data, 0, &mut |_| {}).expect("good data");
    let device = TrainingDevice::open(DeviceChoice::Cpu).expect("there is always a CPU");
    let error = Trainer::new(experiment, Arc::new(dataset), device).err().expect("sizes are no counts").to_string();
    assert!(error.contains("Poisson needs counts") && error.contains("`size`"), "{error}");
}

#[test]
fn a_decoder_of_its_own_and_a_sequence_train_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("waves.csv");
    let row = |row: usize| {
        let phase = row as f64 * 0.37;
        let value = |t: usize| format!("{:.4}", (t as f64 * 0.4 + phase).sin());
        (0..24).map(value).collect::<Vec<_>>().join(",")
    };
    std::fs::write(&path, (0..120).map(row).collect::<Vec<_>>().join("\n")).expect("a file");
    let mut experiment = small(table(&path, &["sequence=true"]), Likelihood::GaussianLearned);
    experiment.decoder.layers = DecoderLayers::Layers(vec![Layer::dense(24, Activation::Tanh)]);
    let trainer = trained(experiment, 150.0);
    let bound = elbo(&trainer, Split::Train);
    println!("waves: ELBO {bound:.2} nats per row, white noise {:.2}", -12.0 * (TAU.ln() + 1.0));
    assert!(bound > -12.0 * (TAU.ln() + 1.0) + 5.0, "{bound}");
    assert!(trainer.dataset().columns().is_some_and(|columns| columns.sequence));
}
