use crate::support::{Small, experiment, grid, matrix, normals, read, uniforms};
use elbow::experiment::method::Pixels;
use elbow::experiment::{Choice, ImageShape, Likelihood, Posterior, Prior};
use elbow::model::likelihood::PixelNoise;

const PIXEL: ImageShape = ImageShape { channels: 1, height: 1, width: 1 };
const COLOUR: ImageShape = ImageShape { channels: 3, height: 1, width: 1 };

fn small(likelihood: Likelihood, image: ImageShape) -> Small {
    Small::new(&experiment(likelihood, 2, Posterior::default(), Prior::default()), image, 0.3)
}

/// All likelihoods, some with other fields too.
fn all() -> Vec<Likelihood> {
    let mut all = Likelihood::ALL.to_vec();
    all.extend([
        Likelihood::Categorical { levels: 2 },
        Likelihood::Categorical { levels: 7 },
        Likelihood::MixtureOfLogistics { components: 1 },
        Likelihood::GaussianFixed { sigma: 1.3 },
    ]);
    all
}

/// Decoder outputs of some rows, near where a training decoder would be.
fn outputs(small: &Small, rows: usize, spread: f32) -> Vec<f32> {
    let plan = small.model.plan();
    let outputs = plan.decoder.last().expect("there is an output layer").output.len();
    normals(outputs as u64, rows * outputs).iter().map(|v| spread * v).collect()
}

/// The values of a pixel, and the weight of each in an integral.
fn support(likelihood: Likelihood) -> (Vec<f32>, f64) {
    match (likelihood, likelihood.kind()) {
        (Likelihood::Categorical { levels }, _) => ((0..levels).map(|l| l as f32 / (levels - 1) as f32).collect(), 1.0),
        (_, Pixels::Binary) => (vec![0.0, 1.0], 1.0),
        (_, Pixels::Unit) => (grid(0.0, 1.0, 20_000), 1.0 / 20_000.0),
        (_, Pixels::Levels) => ((0..256).map(|l| l as f32 / 255.0).collect(), 1.0),
        // Means of up to e³, and a tail that decays within some hundreds.
        (_, Pixels::Counts) => ((0..4_000).map(|count| count as f32).collect(), 1.0),
        (_, Pixels::Real | Pixels::Columns) => (grid(-30.0, 30.0, 60_000), 60.0 / 60_000.0),
    }
}

/// p(x) over the support, given one row of outputs.
fn masses(small: &Small, likelihood: Likelihood, output: &[f32]) -> (Vec<f32>, Vec<f64>) {
    let (x, weight) = support(likelihood);
    let outputs = output.repeat(x.len());
    let log_prob = small.model.likelihood().log_prob(&small.pass(), matrix(&x, 1), matrix(&outputs, output.len()));
    let p = read(log_prob).into_iter().map(|l| l.exp() * weight).collect();
    (x, p)
}

#[test]
fn each_sums_or_integrates_to_one() {
    for likelihood in all() {
        for spread in [0.3, 2.0] {
            let small = small(likelihood, PIXEL);
            let rows = 4;
            let outputs = outputs(&small, rows, spread);
            for output in outputs.chunks(outputs.len() / rows) {
                let total: f64 = masses(&small, likelihood, output).1.iter().sum();
                assert!((total - 1.0).abs() < 2e-4, "{likelihood:?} at {output:?}: {total}");
            }
        }
    }
}

#[test]
fn means_and_draws_are_those_of_the_density() {
    let draws = 40_000;
    for likelihood in all() {
        let small = small(likelihood, PIXEL);
        let output = outputs(&small, 1, 0.8);
        let (x, p) = masses(&small, likelihood, &output);
        let moment = |n: i32| x.iter().zip(&p).map(|(&x, p)| f64::from(x).powi(n) * p).sum::<f64>();
        let (mean, deviation) = (moment(1), (moment(2) - moment(1).powi(2)).sqrt());
        let likelihood_of = small.model.likelihood();
        let stated = read(likelihood_of.mean(matrix(&output, output.len())))[0];
        assert!((stated - mean).abs() < 5e-4, "{likelihood:?}: mean {stated}, of the density {mean}");

        let noise = PixelNoise { normal: matrix(&normals(7, draws), 1), uniform: matrix(&uniforms(8, draws), 1) };
        let repeated = matrix(&output.repeat(draws), output.len());
        let drawn = read(likelihood_of.draw(&small.pass(), repeated, noise));
        let average = drawn.iter().sum::<f64>() / draws as f64;
        let error = 5.0 * deviation / (draws as f64).sqrt() + 5e-4;
        assert!((average - mean).abs() < error, "{likelihood:?}: draws average {average}, the density {mean}");
        for t in [0.1, 0.35, 0.7] {
            let below = drawn.iter().filter(|&&v| v < t).count() as f64 / draws as f64;
            let expected: f64 = x.iter().zip(&p).filter(|(x, _)| f64::from(**x) < t).map(|(_, p)| p).sum();
            let error = 5.0 * (0.25 / draws as f64).sqrt();
            assert!((below - expected).abs() < error, "{likelihood:?}: {below} of draws below {t}, not {expected}");
        }
        if let Some(stated) = likelihood_of.deviation(&small.pass()) {
            let stated = read(stated)[0];
            assert!((stated - deviation).abs() < 1e-3 * deviation, "{likelihood:?}: σ {stated}, not {deviation}");
        }
    }
}

#[test]
fn colours_of_the_mixture_of_logistics_sum_to_one_given_those_before() {
    let small = small(Likelihood::MixtureOfLogistics { components: 3 }, COLOUR);
    let output = outputs(&small, 1, 1.0);
    let levels: Vec<f32> = (0..256).map(|l| l as f32 / 255.0).collect();
    let given = [40.0 / 255.0, 200.0 / 255.0, 90.0 / 255.0];
    for channel in 0..3 {
        let mut images = given.repeat(levels.len());
        images.iter_mut().skip(channel).step_by(3).zip(&levels).for_each(|(x, &level)| *x = level);
        let repeated = matrix(&output.repeat(levels.len()), output.len());
        let log_prob = small.model.likelihood().log_prob_per_pixel(&small.pass(), matrix(&images, 3), repeated);
        let total: f64 = read(log_prob).iter().skip(channel).step_by(3).map(|l| l.exp()).sum();
        assert!((total - 1.0).abs() < 1e-4, "channel {channel}: {total}");
    }
}

#[test]
fn pixels_add_up_to_the_image() {
    let images = [[1, 2, 3], [3, 1, 2]].map(|[channels, height, width]| ImageShape { channels, height, width });
    for (likelihood, image) in all().into_iter().flat_map(|likelihood| images.map(|image| (likelihood, image))) {
        if image.channels == 3 && matches!(likelihood, Likelihood::Categorical { .. }) {
            continue; // Refused for colours.
        }
        let small = small(likelihood, image);
        let (rows, samples) = (3, 2);
        let x: Vec<f32> = uniforms(5, rows * 6).iter().map(|u| (u * 255.0).round() / 255.0).collect();
        let x = match likelihood.kind() {
            Pixels::Binary => x.iter().map(|x| x.round()).collect(),
            Pixels::Counts => x.iter().map(|x| (9.0 * x).round()).collect(),
            _ => x,
        };
        let outputs = outputs(&small, rows * samples, 0.5);
        let output = matrix(&outputs, outputs.len() / rows / samples);
        let (family, pass) = (small.model.likelihood(), small.pass());
        let whole = read(family.log_prob(&pass, matrix(&x, 6), output.clone()));
        let parts = read(family.log_prob_per_pixel(&pass, matrix(&x, 6), output.clone()));
        assert_eq!((whole.len(), parts.len()), (rows * samples, rows * samples * 6));
        for (whole, parts) in whole.iter().zip(parts.chunks(6)) {
            let sum: f64 = parts.iter().sum();
            assert!((whole - sum).abs() < 1e-4 * sum.abs().max(1.0), "{likelihood:?}: {whole}, not {sum}");
        }
        assert_eq!(family.mean(output).dims(), [rows * samples, 6]);
    }
}

#[test]
fn an_untrained_decoder_gives_the_training_mean() {
    for likelihood in Likelihood::ALL {
        let means = [0.06_f32, 0.5, 0.8, 0.93];
        let image = ImageShape { channels: 1, height: 2, width: 2 };
        let small = small(*likelihood, image);
        let family = small.model.likelihood();
        let bias = family.output_bias(&means);
        let found = read(family.mean(matrix(&bias, bias.len())));
        // Clipping pulls the mean of a wide logistic inwards; a pixel's channels are one bias in a convolution.
        for (found, expected) in found.iter().zip(means) {
            assert!((found - f64::from(expected)).abs() < 0.1, "{likelihood:?}: {found}, not {expected}");
        }
    }
}

/// The normaliser's textbook form, 2·artanh(1 − 2λ)/(1 − 2λ), away from ½ and in the limit.
#[test]
fn the_continuous_bernoulli_has_its_published_normaliser() {
    let small = small(Likelihood::ContinuousBernoulli, PIXEL);
    for logit in [-12.0_f64, -3.0, -0.2, -1e-3, 0.0, 1e-4, 0.1, 2.0, 9.0] {
        let lambda = 1.0 / (1.0 + (-logit).exp());
        let log_normaliser = match (1.0 - 2.0 * lambda).abs() {
            away if away > 1e-2 => (2.0 * (1.0 - 2.0 * lambda).atanh() / (1.0 - 2.0 * lambda)).ln(),
            // Its Taylor series, as the authors use it.
            away => 2.0_f64.ln() + away * away / 3.0,
        };
        for x in [0.0_f64, 0.3, 1.0] {
            let expected = x * lambda.ln() + (1.0 - x) * (1.0 - lambda).ln() + log_normaliser;
            let output = matrix(&[logit as f32], 1);
            let found = read(small.model.likelihood().log_prob(&small.pass(), matrix(&[x as f32], 1), output))[0];
            assert!((found - expected).abs() < 2e-5, "ℓ = {logit}, x = {x}: {found}, not {expected}");
        }
    }
}

/// σ(a) − σ(b) directly, in f64.
#[test]
fn discretised_logistics_are_differences_of_the_distribution_function() {
    let small = small(Likelihood::DiscretisedLogistic, PIXEL);
    let sigmoid = |v: f64| 1.0 / (1.0 + (-v).exp());
    for (mean, log_scale) in [(0.4_f64, -2.0_f64), (0.9, -4.0), (-0.3, -1.0), (0.5, -6.5)] {
        for level in [0, 1, 100, 128, 254, 255] {
            let (x, scale) = (f64::from(level) / 255.0, log_scale.exp());
            let above = if level == 255 { 1.0 } else { sigmoid((x + 0.5 / 255.0 - mean) / scale) };
            let below = if level == 0 { 0.0 } else { sigmoid((x - 0.5 / 255.0 - mean) / scale) };
            let output = matrix(&[mean as f32, log_scale as f32], 2);
            let found = read(small.model.likelihood().log_prob(&small.pass(), matrix(&[x as f32], 1), output))[0];
            // Far out the difference is lost in f64, and what was found is better.
            if above - below > 1e-12 {
                let expected = (above - below).ln();
                assert!((found - expected).abs() < 2e-4 * expected.abs().max(1.0), "{level}: {found}, not {expected}");
            } else {
                assert!(found.is_finite() && found < -25.0, "{level}: {found}");
            }
        }
    }
}

/// log k! and the two masses directly, in f64.
#[test]
fn counts_have_the_masses_of_the_textbooks_and_their_gradients() {
    let log_factorial = |k: u32| (1..=k).map(|i| f64::from(i).ln()).sum::<f64>();
    for log_mean in [-2.0_f64, 0.3, 2.5, 5.0] {
        let mean = log_mean.exp();
        for count in [0_u32, 1, 4, 30, 200] {
            let x = f64::from(count);
            let poisson = x * log_mean - mean - log_factorial(count);
            // Its r under the soft lower limit of log r at −6.
            let counts = small(Likelihood::NegativeBinomial, PIXEL);
            let of_r = counts.model.parameters().iter().position(|it| it.name == "likelihood.log_r").expect("log r");
            let log_r = read(counts.parameters[of_r].clone())[0];
            let r = ((log_r + 6.0).exp().ln_1p() - 6.0).exp();
            let orders: f64 = (0..count).map(|i| (r + f64::from(i)).ln()).sum();
            let binomial = orders - log_factorial(count) + r * (r / (r + mean)).ln() + x * (mean / (r + mean)).ln();
            for (likelihood, expected, slope) in [
                (Likelihood::Poisson, poisson, x - mean),
                (Likelihood::NegativeBinomial, binomial, x - (x + r) * mean / (r + mean)),
            ] {
                let small = small(likelihood, PIXEL);
                let at = |o: f64| {
                    let output = matrix(&[o as f32], 1);
                    read(small.model.likelihood().log_prob(&small.pass(), matrix(&[count as f32], 1), output))[0]
                };
                let found = at(log_mean);
                let error = 2e-5 * expected.abs().max(x).max(20.0);
                assert!(
                    (found - expected).abs() < error,
                    "{likelihood:?} of {count} at {mean}: {found}, not {expected}"
                );
                // Finite differences of single precision.
                let h = 0.05;
                let difference = (at(log_mean + h) - at(log_mean - h)) / (2.0 * h);
                let error = 0.01 * slope.abs() + 0.01 * mean.max(x).max(1.0);
                assert!((difference - slope).abs() < error, "{likelihood:?} of {count}: {difference}, not {slope}");
            }
        }
    }
}

/// Of numbers and categories: each category sums to one over its levels, its mean is the softmax, and a draw is a level
/// with that probability.
#[test]
fn categories_by_column_are_softmaxes_over_their_levels() {
    let image = ImageShape { channels: 1, height: 1, width: 6 };
    let given = elbow::model::Given { categories: vec![1..4, 4..6], ..Default::default() };
    let experiment = experiment(Likelihood::ByColumn, 2, Posterior::default(), Prior::default());
    let model = elbow::model::Model::given(&experiment, image, &given).expect("it fits");
    let small = small(Likelihood::ByColumn, image);
    let logits = [0.4_f32, 1.0, -0.5, 0.2, -1.0, 1.5];
    let of = |x: &[f32]| {
        let log_prob = model.likelihood().log_prob_per_pixel(&small.pass(), matrix(x, 6), matrix(&logits, 6));
        read(log_prob)
    };
    let softmax = |range: std::ops::Range<usize>| {
        let sum: f64 = logits[range.clone()].iter().map(|&l| f64::from(l).exp()).sum();
        logits[range].iter().map(|&l| f64::from(l).exp() / sum).collect::<Vec<_>>()
    };
    let expected = [softmax(1..4), softmax(4..6)].concat();
    let means = read(model.likelihood().mean(matrix(&logits, 6)));
    assert!((means[0] - 0.4).abs() < 1e-6);
    for (level, p) in expected.iter().enumerate() {
        let mut x = [0.4_f32, 0.0, 0.0, 0.0, 0.0, 0.0];
        x[level + 1] = 1.0;
        let found = of(&x);
        assert!((found[level + 1] - p.ln()).abs() < 1e-5, "{found:?}");
        assert_eq!(found.iter().skip(1).filter(|&&v| v != 0.0).count(), 1);
        assert!((means[level + 1] - p).abs() < 1e-6);
    }
    let draws = 20_000;
    let noise = PixelNoise { normal: matrix(&normals(3, 6 * draws), 6), uniform: matrix(&uniforms(4, 6 * draws), 6) };
    let drawn = read(model.likelihood().draw(&small.pass(), matrix(&logits.repeat(draws), 6), noise));
    for (entry, p) in expected.iter().enumerate() {
        let share = drawn.iter().skip(entry + 1).step_by(6).sum::<f64>() / draws as f64;
        assert!((share - p).abs() < 5.0 * (0.25 / draws as f64).sqrt(), "{entry}: {share}, not {p}");
    }
    assert!(drawn.chunks(6).all(|row| row[1..4].iter().sum::<f64>() == 1.0 && row[4..6].iter().sum::<f64>() == 1.0));
}

/// A missing value takes its own density out of the sum and nothing else, whatever the likelihood.
#[test]
fn missing_values_leave_the_likelihood() {
    let image = ImageShape { channels: 1, height: 1, width: 4 };
    for likelihood in all().into_iter().filter(|likelihood| *likelihood != Likelihood::GaussianOptimal) {
        let small = small(likelihood, image);
        let experiment = experiment(likelihood, 2, Posterior::default(), Prior::default());
        let given = elbow::model::Given { incomplete: true, ..Default::default() };
        let model = elbow::model::Model::given(&experiment, image, &given).expect("it fits");
        let outputs = outputs(&small, 2, 0.5);
        let output = || matrix(&outputs, outputs.len() / 2);
        let whole = [1.0_f32, 0.0, 1.0, 1.0];
        let gaps = [1.0, f32::NAN, 1.0, f32::NAN];
        let each = read(small.model.likelihood().log_prob_per_pixel(&small.pass(), matrix(&whole, 4), output()));
        let found = read(model.likelihood().log_prob(&small.pass(), matrix(&gaps, 4), output()));
        for (row, found) in found.iter().enumerate() {
            let expected = each[4 * row] + each[4 * row + 2];
            assert!(
                (found - expected).abs() < 1e-4 * expected.abs().max(1.0),
                "{likelihood:?}: {found}, not {expected}"
            );
        }
        assert!(model.likelihood().linear(Some(1.0)).is_none());
    }
}
