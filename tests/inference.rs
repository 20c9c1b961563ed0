//! The mathematics of the bound against closed forms and finite differences, on the CPU.

use burn::tensor::{Device, Tensor, TensorData};
use elbow::experiment::{
    Activation, Bound, DecoderLayers, Experiment, ImageShape, Initialisation, Layer, Likelihood, Norm,
};
use elbow::inference::{objective, terms};
use elbow::model::{Model, Pass, TrainingPass};
use elbow::random::{Purpose, Stream};

const IMAGE: ImageShape = ImageShape { channels: 1, height: 4, width: 4 };

/// A model with parameters drawn from N(0, 0.3²) and a batch of images, on one device.
struct Case {
    model: Model,
    parameters: Vec<Vec<f32>>,
    images: Vec<f32>,
    epsilon: Vec<f32>,
    count: usize,
    samples: usize,
}

fn tensor(values: &[f32], columns: usize, device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values.to_vec(), [values.len() / columns, columns]), device)
}

impl Case {
    fn new(experiment: &Experiment, image: ImageShape, count: usize, samples: usize) -> Self {
        let model = Model::new(experiment, image, &[]).expect("the architecture fits");
        let parameters = model.parameters().iter().enumerate().map(|(i, spec)| {
            let mut values = vec![0.0; spec.len()];
            Stream::new(11, Purpose::Initialise).fill_normal(i as u64, &mut values);
            let centre = if spec.name.ends_with("scale") { 1.0 } else { 0.0 };
            values.iter().map(|v| centre + 0.3 * v).collect()
        });
        let parameters = parameters.collect();
        let mut images = vec![0.0; count * image.pixels()];
        Stream::new(12, Purpose::Binarise).fill_uniform(0, &mut images);
        images.iter_mut().for_each(|x| *x = f32::from(*x < 0.4));
        let mut epsilon = vec![0.0; samples * count * experiment.latent.dimension];
        Stream::new(13, Purpose::Epsilon).fill_normal(0, &mut epsilon);
        Self { model, parameters, images, epsilon, count, samples }
    }

    /// Σ over images of the objective at β = 1.3, with gradients if asked for.
    fn value(&self, parameters: &[Vec<f32>], device: &Device, gradients: bool) -> (f64, Vec<Vec<f32>>) {
        let leaves: Vec<Tensor<1>> = parameters
            .iter()
            .map(|p| Tensor::<1>::from_floats(p.as_slice(), device))
            .map(|p| if gradients { p.autodiff().require_grad() } else { p })
            .collect();
        let state: Vec<Tensor<1>> = self
            .model
            .state()
            .iter()
            .map(|spec| Tensor::from_floats(vec![0.0_f32; spec.len()].as_slice(), device))
            .collect();
        // Batch normalisation and dropout as in training; the counter fixes the masks.
        let training =
            TrainingPass { dropout: Stream::new(5, Purpose::Dropout), counter: 3, statistics: Default::default() };
        let pass = Pass { parameters: &leaves, state: &state, training: Some(training) };
        let x = tensor(&self.images, self.images.len() / self.count, device);
        let epsilon = tensor(&self.epsilon, self.model.latent(), device);
        assert_eq!(epsilon.dims()[0], self.samples * self.count);
        let terms = terms(&self.model, &pass, x, epsilon);
        let total = objective(Bound::Elbo, &terms, 1.3).sum();
        if !gradients {
            return (f64::from(total.into_scalar::<f32>()), Vec::new());
        }
        let mut found = total.backward();
        let gradients = leaves.iter().map(|leaf| {
            let gradient = leaf.grad_remove(&mut found).expect("every parameter takes part");
            gradient.into_data().iter::<f32>().collect()
        });
        (f64::from(total.into_scalar::<f32>()), gradients.collect())
    }
}

fn experiment(encoder: Vec<Layer>, likelihood: Likelihood) -> Experiment {
    let mut experiment = Experiment { encoder, ..Experiment::default() };
    experiment.latent.dimension = 3;
    experiment.decoder.likelihood = likelihood;
    experiment.training.initialisation = Initialisation::Auto;
    experiment
}

/// The gradient along a random direction, against the symmetric difference of the bound.
fn check_gradient(what: &str, experiment: &Experiment) {
    let device = Device::flex();
    let case = Case::new(experiment, IMAGE, 5, 2);
    let (_, gradients) = case.value(&case.parameters, &device, true);
    // One direction a parameter tensor, so that a wrong tensor is named.
    for (index, spec) in case.model.parameters().iter().enumerate() {
        let mut direction = vec![0.0; spec.len()];
        Stream::new(17, Purpose::Choice).fill_normal(index as u64, &mut direction);
        let expected: f64 = direction.iter().zip(&gradients[index]).map(|(d, g)| f64::from(*d) * f64::from(*g)).sum();
        let at = |h: f32| {
            let mut moved = case.parameters.clone();
            moved[index].iter_mut().zip(&direction).for_each(|(p, d)| *p += h * d);
            case.value(&moved, &device, false).0
        };
        // Two step lengths, combined to cancel the third-order error (Richardson).
        let slope = |h: f32| (at(h) - at(-h)) / (2.0 * f64::from(h));
        let h = 8e-3;
        let measured = (4.0 * slope(h / 2.0) - slope(h)) / 3.0;
        let scale = gradients[index].iter().map(|g| f64::from(g * g)).sum::<f64>().sqrt().max(1.0);
        let error = (measured - expected).abs() / scale;
        assert!(error < 2e-2, "{what}, {}: difference {measured}, gradient {expected}, scale {scale}", spec.name);
    }
}

#[test]
fn gradients_of_each_activation_match_finite_differences() {
    // Kinks make differences inexact, so the smooth ones are checked here; kinked ones follow in a linear regime.
    for activation in [Activation::Linear, Activation::Tanh, Activation::Silu, Activation::Gelu, Activation::Softplus] {
        let layers = vec![Layer::dense(7, activation)];
        check_gradient(&format!("{activation:?}"), &experiment(layers, Likelihood::Bernoulli));
    }
}

#[test]
fn gradients_of_each_layer_kind_match_finite_differences() {
    let dense = |norm, dropout| Layer::Dense { units: 6, activation: Activation::Tanh, norm, dropout };
    let conv = Layer::conv(4, 3, 1, 1, Activation::Tanh);
    let cases: Vec<(&str, Vec<Layer>)> = vec![
        ("dense", vec![dense(Norm::None, 0.0)]),
        ("layer norm", vec![dense(Norm::Layer, 0.0)]),
        ("group norm", vec![dense(Norm::Group { groups: 2 }, 0.0)]),
        ("batch norm", vec![dense(Norm::Batch, 0.0)]),
        ("dropout", vec![dense(Norm::None, 0.4)]),
        ("convolution and its mirror", vec![Layer::conv(3, 4, 2, 1, Activation::Tanh), dense(Norm::None, 0.0)]),
        (
            "convolution with batch norm",
            vec![Layer::Conv {
                channels: 4,
                kernel: 3,
                stride: 1,
                padding: 1,
                activation: Activation::Silu,
                norm: Norm::Batch,
                dropout: 0.0,
            }],
        ),
        ("residual block", vec![conv.clone(), Layer::Residual { layers: vec![conv.clone(), conv] }]),
    ];
    for (what, layers) in cases {
        check_gradient(what, &experiment(layers, Likelihood::Bernoulli));
    }
    let mut own = experiment(vec![dense(Norm::None, 0.0)], Likelihood::Bernoulli);
    own.decoder.layers = DecoderLayers::Layers(vec![
        Layer::dense(12, Activation::Tanh),
        Layer::Reshape { channels: 3, height: 2, width: 2 },
        Layer::ConvTranspose {
            channels: 1,
            kernel: 4,
            stride: 2,
            padding: 1,
            output_padding: 0,
            activation: Activation::Linear,
            norm: Norm::None,
            dropout: 0.0,
        },
    ]);
    check_gradient("transposed convolution of its own", &own);
}

#[test]
fn gradients_of_each_likelihood_match_finite_differences() {
    for likelihood in [Likelihood::Bernoulli, Likelihood::GaussianLearned, Likelihood::GaussianFixed { sigma: 0.7 }] {
        check_gradient(&format!("{likelihood:?}"), &experiment(vec![Layer::dense(5, Activation::Tanh)], likelihood));
    }
}

/// Linear-Gaussian model p(x|z) = N(Wz + b, σ²I), p(z) = N(0, I): with q set to the exact posterior, ELBO = log p(x).
#[test]
fn the_exact_posterior_makes_the_bound_tight() {
    let image = ImageShape { channels: 1, height: 1, width: 4 };
    let mut experiment = experiment(Vec::new(), Likelihood::GaussianFixed { sigma: 0.6 });
    experiment.latent.dimension = 2;
    let model = Model::new(&experiment, image, &[]).expect("fits");
    // Orthogonal loadings, so that the exact posterior is diagonal: W = [a e₀ + …], rows of the decoder weight.
    let (a, b, sigma2) = (1.3_f32, 0.8_f32, 0.36_f32);
    let loadings = [a * 0.6, a * 0.8, 0.0, 0.0, 0.0, 0.0, b * 0.6, b * -0.8];
    let bias = [0.1_f32, -0.2, 0.3, 0.05];
    let device = Device::flex();
    // μ_j = w_j·(x − b)/(|w_j|² + σ²), variance σ²/(|w_j|² + σ²).
    let gains = [a * a + sigma2, b * b + sigma2];
    let mut heads = vec![0.0_f32; 4 * 4];
    let mut head_bias = vec![0.0_f32; 4];
    for (j, gain) in gains.iter().enumerate() {
        for pixel in 0..4 {
            heads[pixel * 4 + j] = loadings[j * 4 + pixel] / gain;
            head_bias[j] -= loadings[j * 4 + pixel] * bias[pixel] / gain;
        }
        head_bias[2 + j] = (sigma2 / gain).ln();
    }
    let by_name = |name: &str| -> Vec<f32> {
        match name {
            "encoder.heads.weight" => heads.clone(),
            "encoder.heads.bias" => head_bias.clone(),
            "decoder.output.weight" => loadings.to_vec(),
            "decoder.output.bias" => bias.to_vec(),
            other => panic!("unexpected parameter {other}"),
        }
    };
    let parameters: Vec<Tensor<1>> =
        model.parameters().iter().map(|spec| Tensor::from_floats(by_name(&spec.name).as_slice(), &device)).collect();
    let pass = Pass::evaluation(&parameters, &[]);
    let x = [0.9_f32, 0.1, -0.4, 0.7];
    let samples = 200_000;
    let mut epsilon = vec![0.0; samples * 2];
    Stream::new(3, Purpose::Epsilon).fill_normal(0, &mut epsilon);
    let terms = terms(&model, &pass, tensor(&x, 4, &device), tensor(&epsilon, 2, &device));
    let elbo = f64::from(objective(Bound::Elbo, &terms, 1.0).into_scalar::<f32>());
    // log N(x; b, WWᵀ + σ²I) with orthogonal loadings: two directions of variance |w|² + σ², two of σ².
    let centred: Vec<f64> = x.iter().zip(bias).map(|(x, b)| f64::from(x - b)).collect();
    let total: f64 = centred.iter().map(|v| v * v).sum();
    let mut quadratic = 0.0;
    let mut inside = 0.0;
    let mut log_determinant = 0.0;
    for (j, (&gain, norm)) in gains.iter().zip([a, b]).enumerate() {
        let projection: f64 = centred.iter().enumerate().map(|(i, v)| v * f64::from(loadings[j * 4 + i] / norm)).sum();
        quadratic += projection * projection / f64::from(gain);
        inside += projection * projection;
        log_determinant += f64::from(gain).ln();
    }
    quadratic += (total - inside) / f64::from(sigma2);
    log_determinant += 2.0 * f64::from(sigma2).ln();
    let log_px = -0.5 * (4.0 * std::f64::consts::TAU.ln() + log_determinant + quadratic);
    // The sampling error of the reconstruction term is about 1/√200,000.
    assert!((elbo - log_px).abs() < 6e-3, "ELBO {elbo}, log p(x) {log_px}");

    // Importance weights of the exact posterior are all p(x): no error at all.
    let few = &epsilon[..64];
    let weights =
        elbow::inference::marginal::log_weights(&model, &pass, tensor(&x, 4, &device), tensor(few, 2, &device));
    for weight in weights.expect("the CPU does not fail") {
        assert!((f64::from(weight) - log_px).abs() < 1e-3, "log w {weight}, log p(x) {log_px}");
    }
}

#[test]
fn the_variance_of_the_k_sample_estimate_falls_as_one_over_k() {
    let experiment = experiment(vec![Layer::dense(8, Activation::Tanh)], Likelihood::Bernoulli);
    let device = Device::flex();
    let variance = |samples: usize| {
        let repeats = 4_000;
        let mut case = Case::new(&experiment, IMAGE, 1, samples);
        let estimates: Vec<f64> = (0..repeats)
            .map(|repeat| {
                Stream::new(21, Purpose::Epsilon).fill_normal(repeat, &mut case.epsilon);
                case.value(&case.parameters, &device, false).0
            })
            .collect();
        let mean = estimates.iter().sum::<f64>() / repeats as f64;
        estimates.iter().map(|e| (e - mean).powi(2)).sum::<f64>() / (repeats - 1) as f64
    };
    let one = variance(1);
    for k in [4, 16] {
        let ratio = one / variance(k) / k as f64;
        // The relative error of a variance over 4,000 repeats is about √(2/4,000) ≈ 2 %, somewhat more for heavy tails.
        assert!((0.8..1.25).contains(&ratio), "K = {k}: variance ratio over K is {ratio}");
    }
}
