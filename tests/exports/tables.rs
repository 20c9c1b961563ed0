//! Models of a table: numbers, categories and missing values.

use crate::models::COUNT;
use elbow::experiment::{
    Activation, Binarisation, Data, DeviceChoice, Experiment, Layer, Likelihood, Missing, Posterior, Prior,
};
use std::fmt::Write;
use std::path::Path;

/// A table of rows with two categories among its numbers, one of them at its end.
pub fn write(path: &Path) {
    let mut text = String::from("length,colour,width,weight,kind\n");
    for i in 0..COUNT {
        let number = |factor: usize| ((i * factor) >> 3 & 255) as f64 / 16.0;
        let colour = ["red", "green", "blue"][((i * 40_503) >> 5) % 3];
        let kind = ["a", "b"][((i * 48_271) >> 4) % 2];
        writeln!(text, "{},{colour},{},{},{kind}", number(40_503), number(30_011), 100.0 + number(20_011)).unwrap();
    }
    std::fs::write(path, text).unwrap();
}

/// Experiments on the rows.
pub fn experiments() -> Vec<(String, Experiment)> {
    let missing = Missing::Random { fraction: 0.3, seed: 1 };
    let choices = [
        ("rows by column", Likelihood::ByColumn, Missing::None, false, Prior::StandardNormal),
        ("rows by column, hidden", Likelihood::ByColumn, missing.clone(), false, Prior::StandardNormal),
        ("rows by column, hidden, with the mask", Likelihood::ByColumn, missing, true, Prior::StandardNormal),
        ("rows, Gaussian, with the mask of nothing", Likelihood::GaussianPerPixel, Missing::None, true, vamp()),
    ];
    let experiments = choices.map(|(name, likelihood, missing, mask_input, prior)| {
        let mut experiment = Experiment {
            data: Data { missing, mask_input, binarisation: Binarisation::None, ..Data::default() },
            encoder: vec![Layer::dense(8, Activation::Tanh)],
            device: DeviceChoice::Cpu,
            ..Experiment::default()
        };
        experiment.latent.dimension = 2;
        experiment.latent.posterior = Posterior::DiagonalGaussian;
        experiment.latent.prior = prior;
        experiment.decoder.likelihood = likelihood;
        (name.to_owned(), experiment)
    });
    experiments.into()
}

fn vamp() -> Prior {
    Prior::VampPrior { pseudo_inputs: 4 }
}
