//! The mathematics of the bound against closed forms and finite differences, on the CPU.

use burn::tensor::{Device, Tensor, TensorData};
use elbow::data::Images;
use elbow::evidence::ModelJoint;
use elbow::evidence::marginal::log_weights;
use elbow::experiment::{
    Activation, Choice, DecoderLayers, DeviceChoice, Experiment, ImageShape, Initialisation, Layer, Likelihood, Norm,
    Posterior, Prior,
};
use elbow::model::{Model, Pass, TrainingPass};
use elbow::objective::{Batch, Setting, surrogate, terms};
use elbow::random::{Purpose, Stream};
use elbow::train::{TrainingDevice, bench};
use std::time::Duration;

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
            let mut values = vec![0.0; spec.count()];
            Stream::new(11, Purpose::Initialise).fill_normal(i as u64, &mut values);
            let centre = if spec.name.ends_with("scale") { 1.0 } else { 0.0 };
            values.iter().map(|v| centre + 0.3 * v).collect()
        });
        let parameters = parameters.collect();
        let mut images = vec![0.0; count * image.pixels()];
        Stream::new(12, Purpose::Binarise).fill_uniform(0, &mut images);
        images.iter_mut().for_each(|x| *x = f32::from(*x < 0.4));
        let mut epsilon = vec![0.0; samples * count * model.latent()];
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
            .map(|spec| Tensor::from_floats(vec![0.0_f32; spec.count()].as_slice(), device))
            .collect();
        // Batch normalisation and dropout as in training; the counter fixes the masks.
        let training = TrainingPass {
            dropout: Stream::new(5, Purpose::Dropout),
            counter: 3,
            statistics: Default::default(),
            prior_output: None,
        };
        let pass = Pass { parameters: &leaves, state: &state, training: Some(training) };
        let x = tensor(&self.images, self.images.len() / self.count, device);
        let epsilon = tensor(&self.epsilon, self.model.latent(), device);
        assert_eq!(epsilon.dims()[0], self.samples * self.count);
        let setting = Setting { beta: 1.3, ..Setting::default() };
        let batch = Batch::new(&self.model, &pass, x, epsilon, setting);
        let total = surrogate(&batch).objective.sum();
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
    check_gradient_of(what, &Case::new(experiment, IMAGE, 5, 2));
}

fn check_gradient_of(what: &str, case: &Case) {
    let device = Device::flex();
    let (_, gradients) = case.value(&case.parameters, &device, true);
    // One direction a parameter tensor, so that a wrong tensor is named.
    for (index, spec) in case.model.parameters().iter().enumerate() {
        let mut direction = vec![0.0; spec.count()];
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
    // Those with a kink follow in the next test, away from it.
    for activation in [Activation::Linear, Activation::Tanh, Activation::Silu, Activation::Gelu, Activation::Softplus] {
        let layers = vec![Layer::dense(7, activation)];
        check_gradient(&format!("{activation:?}"), &experiment(layers, Likelihood::Bernoulli));
    }
}

/// At a kink a difference is no derivative. So every unit is held well on one side of it, half of them on either: small
/// weights, and biases of ±2 in turn.
#[test]
fn gradients_of_kinked_activations_match_finite_differences_on_either_side() {
    for activation in [Activation::Relu, Activation::LeakyRelu, Activation::Elu] {
        for (what, layers) in [
            ("dense", vec![Layer::dense(6, activation), Layer::dense(4, activation)]),
            ("convolution", vec![Layer::conv(4, 3, 1, 1, activation)]),
        ] {
            let mut case = Case::new(&experiment(layers, Likelihood::Bernoulli), IMAGE, 5, 2);
            for (spec, values) in case.model.parameters().iter().zip(&mut case.parameters) {
                let hidden = !spec.name.contains("heads") && !spec.name.contains("output");
                let is_bias = spec.name.ends_with("bias");
                for (i, value) in values.iter_mut().enumerate() {
                    match (is_bias, hidden) {
                        (true, true) => *value = if i % 2 == 0 { 2.0 } else { -2.0 },
                        (true, false) => {}
                        (false, _) => *value *= 0.1,
                    }
                }
            }
            check_gradient_of(&format!("{activation:?}, {what}"), &case);
        }
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
    for &likelihood in Likelihood::ALL {
        check_gradient(&format!("{likelihood:?}"), &experiment(vec![Layer::dense(5, Activation::Tanh)], likelihood));
    }
}

/// An experiment for each pair of posterior and prior that go together, networks kept small.
fn pairs() -> Vec<Experiment> {
    let posteriors = Posterior::ALL.iter().map(|posterior| match posterior {
        Posterior::PlanarFlow { .. } => Posterior::PlanarFlow { length: 2 },
        Posterior::RadialFlow { .. } => Posterior::RadialFlow { length: 2 },
        Posterior::InverseAutoregressiveFlow { .. } => Posterior::InverseAutoregressiveFlow { blocks: 2, hidden: 6 },
        Posterior::TwoLayer { .. } => Posterior::TwoLayer { upper: 2, hidden: 6, depth: 2 },
        other => *other,
    });
    let priors = Prior::ALL.iter().map(|prior| match prior {
        Prior::MixtureOfGaussians { .. } => Prior::MixtureOfGaussians { components: 3 },
        Prior::VampPrior { .. } => Prior::VampPrior { pseudo_inputs: 3 },
        Prior::RealNvp { .. } => Prior::RealNvp { blocks: 2, hidden: 6 },
        Prior::TwoLayer { .. } => Prior::TwoLayer { hidden: 6, depth: 2 },
        other => *other,
    });
    let priors: Vec<Prior> = priors.collect();
    let pair = |posterior, prior| {
        let mut experiment = experiment(vec![Layer::dense(5, Activation::Tanh)], Likelihood::Bernoulli);
        // As few as a ring or ball allows.
        experiment.latent.dimension =
            if matches!(prior, Prior::UniformBall { .. } | Prior::Ring { .. }) { 2 } else { 3 };
        (experiment.latent.posterior, experiment.latent.prior) = (posterior, prior);
        prior.why_not(&experiment, None).is_none().then_some(experiment)
    };
    posteriors.flat_map(|posterior| priors.iter().filter_map(move |&prior| pair(posterior, prior))).collect()
}

#[test]
fn gradients_of_each_posterior_and_prior_match_finite_differences() {
    for experiment in pairs() {
        check_gradient(&format!("{:?}", experiment.latent), &experiment);
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
    // ±√2 along each axis: the four nodes whose mean is E[f(ε)] for every quadratic f of two standard normals
    // (Arasaratnam & Haykin 2009, section IV), which log p(x|z) is here. So nothing is left to chance.
    let node = std::f32::consts::SQRT_2;
    let epsilon = [node, 0.0, -node, 0.0, 0.0, node, 0.0, -node];
    let terms = terms(&model, &pass, tensor(&x, 4, &device), tensor(&epsilon, 2, &device));
    let elbo = f64::from(terms.elbo().into_scalar::<f32>());
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
    assert!((elbo - log_px).abs() < 1e-4, "ELBO {elbo}, log p(x) {log_px}");

    // Importance weights of the exact posterior are all p(x), whatever z: no error at all.
    let mut few = [0.0; 64];
    Stream::new(3, Purpose::Epsilon).fill_normal(0, &mut few);
    let images = Images { count: 1, channels: 1, height: 1, width: 4, pixels: x.to_vec(), columns: None };
    let joint = ModelJoint::new(&model, &parameters, &[], &images);
    let outputs = joint.outputs().expect("the CPU does not fail");
    let weights = log_weights(&joint, &outputs, &[0], tensor(&few, 2, &device));
    for weight in weights.expect("the CPU does not fail") {
        assert!((weight - log_px).abs() < 1e-3, "log w {weight}, log p(x) {log_px}");
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

/// Whether a missing Vulkan adapter is a failure: CI sets this.
fn vulkan_required() -> bool {
    std::env::var("ELBOW_REQUIRE_VULKAN").is_ok_and(|value| value == "1")
}

/// A wgpu device, or none and a word about what is skipped.
fn vulkan(test: &str) -> Option<TrainingDevice> {
    match TrainingDevice::open(DeviceChoice::Wgpu) {
        Ok(device) => Some(device),
        Err(error) if vulkan_required() => panic!("ELBOW_REQUIRE_VULKAN=1, but {error}"),
        Err(error) => {
            eprintln!("SKIPPED: {test}, since {error}");
            None
        }
    }
}

#[test]
fn kernel_launches_of_a_step_are_counted() {
    if vulkan("kernel_launches_of_a_step_are_counted").is_none() {
        return;
    }
    let found = bench::run(bench::SETUPS[1].measurement(DeviceChoice::Wgpu), Duration::from_millis(1), None).unwrap();
    // Six products forward and eleven backward, at least. Other tests of this process may launch kernels meanwhile, so
    // that there is no upper limit.
    assert!(found.launches_per_step.is_some_and(|launches| launches >= 17.0), "{found:?}");
}

#[test]
fn wgpu_gives_the_same_bound_and_gradients_as_flex() {
    let Some(device) = vulkan("wgpu_gives_the_same_bound_and_gradients_as_flex") else { return };
    println!("comparing with {}", device.name);
    let dense = |units, activation, norm| Layer::Dense { units, activation, norm, dropout: 0.0 };
    let two = vec![dense(7, Activation::Tanh, Norm::None), dense(5, Activation::Relu, Norm::Layer)];
    let conv = vec![Layer::conv(3, 4, 2, 1, Activation::Silu)];
    let mut cases: Vec<(String, Experiment)> = vec![
        ("dense".into(), experiment(two, Likelihood::Bernoulli)),
        ("convolution".into(), experiment(conv, Likelihood::GaussianLearned)),
    ];
    let few = |likelihood| match likelihood {
        Likelihood::Categorical { .. } => Likelihood::Categorical { levels: 16 },
        other => other,
    };
    let likelihoods = Likelihood::ALL.iter().map(|&likelihood| few(likelihood));
    cases.extend(likelihoods.map(|l| (format!("{l:?}"), experiment(vec![dense(5, Activation::Tanh, Norm::None)], l))));
    // Each posterior with the first prior that fits, each prior with the first posterior.
    let (mut posteriors, mut priors) = (Vec::new(), Vec::new());
    for pair in pairs() {
        let (posterior, prior) = (pair.latent.posterior, pair.latent.prior);
        if !posteriors.contains(&posterior) || !priors.contains(&prior) {
            cases.push((format!("{:?}", pair.latent), pair));
            posteriors.push(posterior);
            priors.push(prior);
        }
    }
    for (what, experiment) in cases {
        let case = Case::new(&experiment, IMAGE, 5, 3);
        let (flex_value, flex) = case.value(&case.parameters, &Device::flex(), true);
        let (wgpu_value, wgpu) = case.value(&case.parameters, &device.tensors, true);
        let relative = ((flex_value - wgpu_value) / flex_value).abs();
        assert!(relative < 1e-4, "{what}: flex {flex_value}, wgpu {wgpu_value}");
        for ((spec, flex), wgpu) in case.model.parameters().iter().zip(&flex).zip(&wgpu) {
            let scale = flex.iter().map(|g| g.abs()).fold(1e-2, f32::max);
            let worst = flex.iter().zip(wgpu).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < 2e-3 * scale, "{what}, {}: gradients differ by {worst} of {scale}", spec.name);
        }
    }
}

/// The fused kernels against plain tensor operations, forward and gradient.
mod fused {
    use super::*;
    use burn::tensor::activation::sigmoid;
    use elbow::kernels::{activate, bernoulli_log_prob, linear, softplus};

    fn normal(counter: u64, length: usize, scale: f32) -> Vec<f32> {
        let mut values = vec![0.0; length];
        Stream::new(31, Purpose::Choice).fill_normal(counter, &mut values);
        values.iter().map(|v| v * scale).collect()
    }

    fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.into_data().iter::<f32>().collect()
    }

    fn close(what: &str, found: &[f32], expected: &[f32]) {
        assert_eq!(found.len(), expected.len());
        let scale = expected.iter().map(|e| e.abs()).fold(1.0, f32::max);
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-5 * scale, "{what}: {found} against {expected}");
        }
    }

    #[test]
    fn affine_layers_equal_plain_ones() {
        let device = Device::flex().autodiff();
        for (rows, inputs, outputs) in [(1, 1, 1), (3, 17, 5), (20, 200, 33), (7, 5, 64)] {
            for activation in Activation::ALL {
                let leaf = |counter, shape: [usize; 2], scale| {
                    let data = TensorData::new(normal(counter, shape[0] * shape[1], scale), shape);
                    Tensor::<2>::from_data(data, &device).require_grad()
                };
                let (x, w) = (leaf(1, [rows, inputs], 1.0), leaf(2, [inputs, outputs], 0.3));
                let b = Tensor::<1>::from_floats(normal(3, outputs, 1.0).as_slice(), &device).require_grad();
                let weights =
                    Tensor::<2>::from_data(TensorData::new(normal(4, rows * outputs, 1.0), [rows, outputs]), &device);
                let plain = activate(x.clone().matmul(w.clone()) + b.clone().unsqueeze(), activation);
                let fused = linear(x.clone(), w.clone(), b.clone(), activation);
                let what = format!("{activation:?} {rows}×{inputs}×{outputs}");
                close(&what, &values(fused.clone()), &values(plain.clone()));
                let (plain, fused) = ((plain * weights.clone()).sum().backward(), (fused * weights).sum().backward());
                for leaf in [&x, &w] {
                    close(&what, &values(leaf.grad(&fused).unwrap()), &values(leaf.grad(&plain).unwrap()));
                }
                close(&what, &values(b.grad(&fused).unwrap()), &values(b.grad(&plain).unwrap()));
            }
        }
    }

    #[test]
    fn convolutions_and_their_transposes_equal_plain_ones() {
        use burn::tensor::module::{conv_transpose2d, conv2d};
        use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
        use elbow::kernels::{Direction, Geometry, Map, convolve};
        let device = Device::flex().autodiff();
        // kernel, stride, padding, large side, channels; blocks of images do not come out even.
        for (kernel, stride, padding, side, large, small, rows) in [
            (4, 2, 1, 28, 1, 3, 3),
            (3, 1, 1, 6, 2, 3, 5),
            (4, 2, 1, 14, 32, 8, 9),
            (3, 2, 0, 8, 2, 1, 2),
            (5, 3, 4, 7, 1, 2, 2),
            (1, 1, 0, 1, 4, 2, 3),
        ] {
            let side_small = (side + 2 * padding - kernel) / stride + 1;
            let map = |channels, side| Map { channels, height: side, width: side };
            let geometry = Geometry { large: map(large, side), small: map(small, side_small), kernel, stride, padding };
            for direction in [Direction::Down, Direction::Up] {
                for activation in [Activation::Linear, Activation::Relu, Activation::Tanh, Activation::Silu] {
                    let input = geometry.output(direction.reverse());
                    let output = geometry.output(direction);
                    let leaf = |counter, rows: usize, columns: usize| {
                        let data = TensorData::new(normal(counter, rows * columns, 0.5), [rows, columns]);
                        Tensor::<2>::from_data(data, &device).require_grad()
                    };
                    let x = leaf(1, rows, input.numbers());
                    let w = leaf(2, small, geometry.weights_per_channel());
                    let b =
                        Tensor::<1>::from_floats(normal(3, output.channels, 1.0).as_slice(), &device).require_grad();
                    let x4 = x.clone().reshape([rows, input.channels, input.height, input.width]);
                    let w4 = w.clone().reshape([small, large, kernel, kernel]);
                    let plain = match direction {
                        Direction::Down => {
                            conv2d(x4, w4, Some(b.clone()), ConvOptions::new([stride; 2], [padding; 2], [1; 2], 1))
                        }
                        Direction::Up => {
                            let out = side + 2 * padding - kernel - (side_small - 1) * stride;
                            let options = ConvTransposeOptions::new([stride; 2], [padding; 2], [out; 2], [1; 2], 1);
                            conv_transpose2d(x4, w4, Some(b.clone()), options)
                        }
                    };
                    let plain = activate(plain.reshape([rows, output.numbers()]), activation);
                    let fused = convolve(x.clone(), w.clone(), b.clone(), geometry, direction, activation);
                    let what = format!("{direction:?} {activation:?} {geometry:?}");
                    close(&what, &values(fused.clone()), &values(plain.clone()));
                    let weights = leaf(4, rows, output.numbers()).detach();
                    let (plain, fused) =
                        ((plain * weights.clone()).sum().backward(), (fused * weights).sum().backward());
                    for leaf in [&x, &w] {
                        close(&what, &values(leaf.grad(&fused).unwrap()), &values(leaf.grad(&plain).unwrap()));
                    }
                    close(&what, &values(b.grad(&fused).unwrap()), &values(b.grad(&plain).unwrap()));
                }
            }
        }
    }

    #[test]
    fn the_bernoulli_likelihood_equals_the_plain_one_also_far_out() {
        let device = Device::flex().autodiff();
        for (samples, images, pixels, scale) in [(1, 3, 784, 2.0), (4, 2, 19, 1.0), (2, 5, 33, 60.0)] {
            let mut x = vec![0.0; images * pixels];
            Stream::new(8, Purpose::Binarise).fill_uniform(1, &mut x);
            let x = tensor(&x, pixels, &device);
            let logits = normal(5, samples * images * pixels, scale);
            let logits = tensor(&logits, pixels, &device).require_grad();
            let repeated = x.clone().repeat_dim(0, samples);
            let plain = (repeated.clone() * logits.clone() - softplus(logits.clone())).sum_dim(1);
            let fused = bernoulli_log_prob(x, logits.clone());
            close("log-likelihood", &values(fused.clone()), &values(plain));
            let weights = normal(6, samples * images, 1.0);
            let by_row = Tensor::<1>::from_floats(weights.as_slice(), &device);
            let gradients = (fused * by_row.clone()).sum().backward();
            let expected = (repeated - sigmoid(logits.clone())) * by_row.unsqueeze_dim(1);
            close("gradient", &values(logits.grad(&gradients).unwrap()), &values(expected));
        }
    }

    #[test]
    fn extreme_logits_give_finite_values_and_gradients() {
        let device = Device::flex().autodiff();
        let logits = tensor(&[1e4, -1e4, 0.0, 88.0], 4, &device).require_grad();
        let value = bernoulli_log_prob(tensor(&[1.0, 0.0, 1.0, 0.0], 4, &device), logits.clone());
        let expected = -(2.0_f32.ln()) - 88.0;
        assert!((values(value.clone())[0] - expected).abs() < 1e-4);
        let gradient = values(logits.grad(&value.sum().backward()).unwrap());
        close("gradient", &gradient, &[0.0, 0.0, 0.5, -1.0]);
    }
}
