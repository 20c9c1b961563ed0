//! Missing values: what is left of the bound, and imputations, against closed forms of linear models.

use crate::training::{elbo, elbo_of, trained};
use elbow::data::{Dataset, Images, Split};
use elbow::evidence::marginal::{LinearGaussian, cholesky, importance};
use elbow::evidence::{Joint, ModelJoint};
use elbow::experiment::{
    Augmentation, Binarisation, Bound, Data, DeviceChoice, Experiment, Likelihood, Missing, Source,
};
use elbow::explore::{Answer, Imputations, Question, answer};
use elbow::model::{Given, Model};
use elbow::train::{Trainer, TrainingDevice};
use std::f64::consts::TAU;
use std::sync::Arc;

fn wine(missing: Missing, latent: usize) -> Experiment {
    let mut experiment = elbow::experiment::preset("linear-ppca").expect("bundled");
    experiment.data = Data { source: Source::Wine, validation: 0, missing, ..Data::default() };
    experiment.latent.dimension = latent;
    experiment.training.batch = 32;
    experiment.training.learning_rate = 0.01;
    experiment
}

fn hidden(fraction: f64) -> Missing {
    Missing::Random { fraction, seed: 4 }
}

#[test]
fn hidden_values_are_nan_for_the_model_and_known_to_the_judge() {
    let load = |missing| {
        let data = Data { source: Source::Wine, validation: 0, missing, ..Data::default() };
        Dataset::load(&data, 0, &mut |_| {}).expect("built in")
    };
    let (whole, partial) = (load(Missing::None), load(hidden(0.4)));
    let all: Vec<usize> = (0..whole.len(Split::Train)).collect();
    let (truth, seen) = (whole.gather(Split::Train, &all), partial.gather(Split::Train, &all));
    assert!(!whole.is_incomplete() && partial.is_incomplete());
    let share = seen.pixels.iter().filter(|value| value.is_nan()).count() as f64 / seen.pixels.len() as f64;
    assert!((share - 0.4).abs() < 5.0 * (0.24 / seen.pixels.len() as f64).sqrt(), "{share}");
    assert!(seen.pixels.iter().zip(&truth.pixels).all(|(a, b)| a.is_nan() || a == b));
    assert_eq!(partial.gather_whole(Split::Train, &all).pixels, truth.pixels);
    let mut batch = Vec::new();
    partial.training_batch(&[5], 7, &mut batch);
    let again = partial.gather(Split::Train, &[5]).pixels;
    assert!(batch.iter().zip(&again).all(|(a, b)| a.to_bits() == b.to_bits()), "hidden once and for all");
    // The mean is over what is seen.
    let mean = partial.training_mean();
    for (entry, mean) in mean.iter().enumerate() {
        let known: Vec<f32> = all.iter().map(|&row| seen.image(row)[entry]).filter(|value| !value.is_nan()).collect();
        assert!((known.iter().sum::<f32>() / known.len() as f32 - mean).abs() < 1e-4);
    }
}

#[test]
fn augmentation_never_shows_a_hidden_pixel() {
    let augmentation = Augmentation { flip: true, shift: 2, crop: 0.0, noise: 0.0 };
    let data = Data { binarisation: Binarisation::None, missing: hidden(0.5), augmentation, ..Data::default() };
    let load = |data: &Data| Dataset::load(data, 0, &mut |_| {}).expect("embedded");
    let (partial, whole) = (load(&data), load(&Data { missing: Missing::None, ..data.clone() }));
    let (mut seen, mut truth) = (Vec::new(), Vec::new());
    let mut orders = std::collections::BTreeSet::new();
    for step in 0..20 {
        partial.training_batch(&[11], step, &mut seen);
        whole.training_batch(&[11], step, &mut truth);
        assert!(seen.iter().zip(&truth).all(|(a, b)| a.is_nan() || a == b));
        orders.insert(seen.iter().map(|value| value.is_nan()).collect::<Vec<bool>>());
    }
    assert!(orders.len() > 5, "what is hidden moves with the image");
}

/// log p of the known values of a row by the covariance of these values.
fn by_covariance(weights: &[Vec<f64>], bias: &[f64], variance: f64, row: &[f32]) -> f64 {
    let known: Vec<usize> = (0..row.len()).filter(|&i| !row[i].is_nan()).collect();
    let n = known.len();
    let mut covariance = vec![0.0; n * n];
    for (a, &i) in known.iter().enumerate() {
        for (b, &j) in known.iter().enumerate() {
            covariance[a * n + b] =
                weights.iter().map(|w| w[i] * w[j]).sum::<f64>() + if i == j { variance } else { 0.0 };
        }
    }
    let l = cholesky(&covariance, n);
    let mut y = vec![0.0; n];
    for a in 0..n {
        let sum: f64 = (0..a).map(|b| l[a * n + b] * y[b]).sum();
        y[a] = (f64::from(row[known[a]]) - bias[known[a]] - sum) / l[a * n + a];
    }
    let log_determinant: f64 = (0..n).map(|a| 2.0 * l[a * n + a].ln()).sum();
    -0.5 * (n as f64 * TAU.ln() + log_determinant + y.iter().map(|v| v * v).sum::<f64>())
}

#[test]
fn the_bound_is_one_on_the_density_of_what_is_seen() {
    let trainer = trained(wine(hidden(0.3), 3), 150.0);
    let rows: Vec<usize> = (0..40).collect();
    let images = trainer.dataset().gather(Split::Train, &rows);
    let snapshot = trainer.snapshot();
    let joint = ModelJoint::new(trainer.model(), &snapshot.parameters, &snapshot.state, &images);
    let linear = LinearGaussian::of(trainer.experiment(), &joint).expect("the CPU works").expect("a linear model");
    // W and b from the decoder itself.
    let unit = |d: usize| (0..3).map(|i| f32::from(u8::from(i == d))).collect::<Vec<f32>>();
    let z: Vec<f32> = (0..4).flat_map(|d| if d == 0 { vec![0.0; 3] } else { unit(d - 1) }).collect();
    let z = burn::tensor::Tensor::<2>::from_data(burn::tensor::TensorData::new(z, [4, 3]), &joint.device());
    let outputs: Vec<f64> = trainer.model().decode(&joint.pass(), z).into_data().iter::<f64>().collect();
    let (bias, weights) = outputs.split_at(13);
    let weights: Vec<Vec<f64>> =
        weights.chunks(13).map(|row| row.iter().zip(bias).map(|(w, b)| w - b).collect()).collect();
    let sigma = trainer.model().likelihood().deviation(&joint.pass()).expect("a Gaussian").into_scalar::<f32>();
    let exact: Vec<f64> = rows
        .iter()
        .map(|&row| {
            let (known, values) = linear.of_known(images.image(row));
            let log_px = known.posterior(&values).log_px;
            let brute = by_covariance(&weights, bias, f64::from(sigma).powi(2), images.image(row));
            assert!((log_px - brute).abs() < 1e-3, "row {row}: {log_px}, by the covariance {brute}");
            log_px
        })
        .collect();
    let outputs = joint.outputs().expect("the CPU works");
    let measured = importance(&joint, outputs, 4_000, 1, 2).expect("the CPU works");
    for (row, (exact, found)) in exact.iter().zip(&measured).enumerate() {
        let (value, se) = (found.log_px.value, found.log_px.se);
        assert!((value - exact).abs() < 5.0 * se + 0.02, "row {row}: {value} ± {se}, exactly {exact}");
    }
    let (exact, bound) = (exact.iter().sum::<f64>() / 40.0, elbo_of(&trainer, Split::Train, &rows));
    println!("wine, 30 % hidden: ELBO {bound:.3}, log p(x_known) {exact:.3} nats per row");
    assert!(bound < exact + 0.3, "ELBO {bound}, log p(x_known) {exact}");
}

#[test]
fn imputations_are_the_conditional_means_of_a_linear_model_and_better_than_the_mean() {
    let trainer = trained(wine(hidden(0.3), 3), 150.0);
    let question = Question::Imputations { split: Split::Test, first: 0, count: 8, samples: 10_000, draws: 3 };
    let found = answer(&trainer, &question).expect("the CPU works");
    let Answer::Imputations(found) = found else { panic!("another answer") };
    let Imputations { items, given, truth, means, draws, error } = *found;
    let snapshot = trainer.snapshot();
    let joint = ModelJoint::new(trainer.model(), &snapshot.parameters, &snapshot.state, &given);
    let linear = LinearGaussian::of(trainer.experiment(), &joint).expect("the CPU works").expect("a linear model");
    assert_eq!((items.len(), draws.len()), (8, 3));
    for (row, item) in items.iter().enumerate() {
        let (known, values) = linear.of_known(given.image(row));
        let exact = linear.mean_image(&known.posterior(&values));
        let entries = given.image(row).iter().zip(means.image(row)).zip(&exact);
        for ((&x, &mean), &exact) in entries {
            match x.is_nan() {
                // An importance estimate from some hundreds of effective samples or more.
                true => assert!((f64::from(mean) - exact).abs() < 0.2, "row {row}: {mean}, not {exact}"),
                false => assert_eq!(x, mean),
            }
        }
        assert!(truth.image(row).iter().all(|value| !value.is_nan()));
        assert!(item.effective > 100.0 && item.missing > 0, "{item:?}");
    }
    assert_ne!(draws[0], draws[1]);
    let question = Question::Imputations { split: Split::Train, first: 0, count: 161, samples: 200, draws: 0 };
    let Answer::Imputations(all) = answer(&trainer, &question).expect("the CPU works") else {
        panic!("another answer")
    };
    let of_all = all.error;
    let (model, mean) = (of_all.whole().of_model().unwrap(), of_all.whole().of_mean().unwrap());
    println!("wine, 30 % hidden: imputed {model:.3}, training mean {mean:.3} standard deviations");
    assert!(model < 0.9 * mean, "{model}, the training mean {mean}");
    assert_eq!(error.whole().count, items.iter().map(|item| item.missing).sum::<usize>());
}

#[test]
fn rows_without_any_value_and_a_mask_for_the_encoder_train_too() {
    for mask_input in [false, true] {
        let mut experiment = wine(hidden(0.97), 2);
        experiment.data.mask_input = mask_input;
        experiment.objective.bound = Bound::Iwae;
        experiment.objective.samples = 5;
        let trainer = trained(experiment, 5.0);
        let bound = elbo(&trainer, Split::Train);
        assert!(bound.is_finite() && bound.abs() < 3.0, "{bound}: of 13 values about 0.4 are seen");
        let parameters = trainer.model().parameters();
        let inputs = parameters.iter().find(|spec| spec.name == "encoder.heads.weight").expect("the encoder's layer");
        assert_eq!(inputs.shape[0], if mask_input { 26 } else { 13 });
    }
}

#[test]
fn the_encoder_reads_zero_for_what_is_missing_and_the_mask_behind_it() {
    let mut experiment = wine(Missing::None, 2);
    experiment.data.mask_input = true;
    let image = elbow::experiment::ImageShape { channels: 1, height: 1, width: 13 };
    let given = Given { incomplete: true, ..Given::default() };
    let model = Model::given(&experiment, image, &given).expect("it fits");
    let mut row = vec![2.0_f32; 13];
    row[4] = f32::NAN;
    let device = burn::tensor::Device::flex();
    let read =
        model.encoder_input(burn::tensor::Tensor::from_data(burn::tensor::TensorData::new(row, [1, 13]), &device));
    let read: Vec<f32> = read.into_data().iter::<f32>().collect();
    let expected: Vec<f32> = (0..26)
        .map(|i| {
            if i % 13 == 4 {
                0.0
            } else if i < 13 {
                2.0
            } else {
                1.0
            }
        })
        .collect();
    assert_eq!(read, expected);
}

#[test]
fn an_optimal_sigma_is_refused_where_values_are_missing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("gaps.csv");
    std::fs::write(&path, "a,b\n1,\n2,3\n4,5\n6,8\n").expect("a file");
    let mut experiment = wine(Missing::None, 1);
    experiment.data.source = crate::table(&path, &[]);
    experiment.decoder.likelihood = Likelihood::GaussianOptimal;
    let dataset = Dataset::load(&experiment.data, 0, &mut |_| {}).expect("good data");
    let device = TrainingDevice::open(DeviceChoice::Cpu).expect("there is always a CPU");
    let error = Trainer::new(experiment, Arc::new(dataset), device).err().expect("values are missing").to_string();
    assert!(error.contains("decoder.likelihood") && error.contains("learned σ"), "{error}");
}

#[test]
fn missing_pixels_are_marked_in_a_colour_that_no_grey_pixel_has() {
    let images = Images { count: 1, channels: 1, height: 1, width: 2, pixels: vec![0.5, f32::NAN], columns: None };
    let marked = images.marked();
    assert_eq!((marked.channels, marked.is_incomplete()), (3, false));
    let at = |pixel: usize| [0, 1, 2].map(|channel| marked.pixels[2 * channel + pixel]);
    assert_eq!(at(0), [0.5; 3]);
    assert!(at(1)[0] < at(1)[1] && at(1)[1] < at(1)[2]);
}
