//! Two layers of latent variables, linear and Gaussian: x = W·h₁ + b + σ·noise, h₁ = A·h₂ + a + s⊙noise, h₂ ~ N(0, I).
//! Then x is linear in the standard normal (noise of h₁, h₂), and log p(x) has the closed form of one layer.

use crate::support::matrix;
use burn::tensor::{Device, Tensor};
use elbow::data::Images;
use elbow::evidence::ais::{self, Direction, anneal};
use elbow::evidence::marginal::{LinearGaussian, importance};
use elbow::evidence::{ModelJoint, quadrature};
use elbow::experiment::{Experiment, ImageShape, Likelihood, Posterior, Prior};
use elbow::model::Model;
use elbow::random::{Purpose, Stream};

const IMAGE: ImageShape = ImageShape { channels: 1, height: 2, width: 4 };
const SIGMA: f64 = 0.7;
const COUNT: usize = 10;

struct Linear {
    model: Model,
    parameters: Vec<Tensor<1>>,
    truth: LinearGaussian,
    images: Images,
}

fn normal(counter: u64, length: usize, scale: f32) -> Vec<f32> {
    let mut values = vec![0.0; length];
    Stream::new(43, Purpose::Choice).fill_normal(counter, &mut values);
    values.iter().map(|v| scale * v).collect()
}

impl Linear {
    /// `lower` and `upper` dimensions, and images of the model's own.
    fn new(lower: usize, upper: usize) -> Self {
        let mut experiment = Experiment { encoder: Vec::new(), ..Experiment::default() };
        experiment.decoder.likelihood = Likelihood::GaussianFixed { sigma: SIGMA };
        experiment.latent.dimension = lower;
        experiment.latent.posterior = Posterior::TwoLayer { upper, hidden: 1, depth: 0 };
        experiment.latent.prior = Prior::TwoLayer { hidden: 1, depth: 0 };
        let model = Model::new(&experiment, IMAGE, &[]).expect("the architecture fits");
        let specs = model.parameters();
        let mut values: Vec<Vec<f32>> = specs
            .iter()
            .enumerate()
            .map(|(i, spec)| {
                let model = ["prior", "decoder"].iter().any(|part| spec.name.starts_with(part));
                normal(i as u64, spec.count(), if model { 0.6 } else { 0.1 })
            })
            .collect();
        let place = |name: &str| specs.iter().position(|spec| spec.name == name).expect("it is there");
        // The deviations of h₁ given h₂ are the same everywhere.
        values[place("prior.lower.heads.weight")].chunks_mut(2 * lower).for_each(|r| r[lower..].fill(0.0));
        // q is far from p(z|x), but broader.
        values[place("encoder.heads.bias")][lower..].fill(0.8);
        values[place("posterior.upper.heads.bias")][upper..].fill(0.5);
        let number = |name: &str| values[place(name)].iter().map(|&v| f64::from(v)).collect::<Vec<f64>>();
        let (w, b) = (number("decoder.output.weight"), number("decoder.output.bias"));
        let (heads, head_bias) = (number("prior.lower.heads.weight"), number("prior.lower.heads.bias"));
        let pixels = IMAGE.pixels();
        // Rows s_j·w_j of h₁'s own noise, then Σ_j A_ij·w_j of each entry of h₂; the mean Σ_j a_j·w_j + b.
        let mix = |by: &dyn Fn(usize) -> f64| -> Vec<f64> {
            (0..pixels).map(|p| (0..lower).map(|j| by(j) * w[j * pixels + p]).sum()).collect()
        };
        let mut weights = Vec::new();
        for j in 0..lower {
            weights.extend(mix(&|k| if k == j { (0.5 * head_bias[lower + j]).exp() } else { 0.0 }));
        }
        for i in 0..upper {
            weights.extend(mix(&|j| heads[i * 2 * lower + j]));
        }
        let bias: Vec<f64> = mix(&|j| head_bias[j]).iter().zip(&b).map(|(m, b)| m + b).collect();
        let noise = normal(100, COUNT * (lower + upper), 1.0);
        let own = normal(101, COUNT * pixels, SIGMA as f32);
        let pixel = |image: usize, p: usize| {
            let noise = &noise[image * (lower + upper)..][..lower + upper];
            let mean = noise.iter().enumerate().map(|(d, &e)| f64::from(e) * weights[d * pixels + p]).sum::<f64>();
            (bias[p] + mean) as f32 + own[image * pixels + p]
        };
        let drawn: Vec<f32> =
            (0..COUNT).flat_map(|image| (0..pixels).map(move |p| (image, p))).map(|(i, p)| pixel(i, p)).collect();
        let parameters = values.iter().map(|v| Tensor::from_floats(v.as_slice(), &Device::flex())).collect();
        let truth = LinearGaussian::new(weights, bias, SIGMA);
        let (height, width) = (IMAGE.height, IMAGE.width);
        let images = Images { count: COUNT, channels: 1, height, width, pixels: drawn, columns: None };
        Self { model, parameters, truth, images }
    }

    fn joint(&self) -> ModelJoint<'_> {
        ModelJoint::new(&self.model, &self.parameters, &[], &self.images)
    }

    fn log_px(&self, image: usize) -> f64 {
        self.truth.posterior(&self.images.pixels[image * IMAGE.pixels()..][..IMAGE.pixels()]).log_px
    }
}

#[test]
fn importance_sampling_and_annealing_find_log_px() {
    let linear = Linear::new(3, 2);
    let joint = linear.joint();
    let outputs = joint.outputs().expect("the CPU works");
    let weighted = importance(&joint, outputs.clone(), 50_000, 3, 2).expect("the CPU works");
    let settings = ais::Settings { chains: 32, temperatures: 300, leapfrog: 5, ..ais::Settings::default() };
    let annealed = anneal(&joint, outputs, Direction::Forward, settings, 2).expect("the CPU works");
    let mut trusted = 0;
    for i in 0..COUNT {
        let truth = linear.log_px(i);
        let (found, se) = (weighted[i].log_px.value, weighted[i].log_px.se);
        let within = (found - truth).abs() < 4.0 * se + 1e-3;
        assert!(within || weighted[i].weights.is_degenerate(), "image {i}: {found} ± {se}, not {truth}");
        trusted += usize::from(!weighted[i].weights.is_degenerate());
        let (found, se) = (annealed[i].log_px.value, annealed[i].log_px.se);
        assert!((found - truth).abs() < (4.0 * se).max(0.05), "image {i}, annealed: {found} ± {se}, not {truth}");
    }
    assert!(trusted > COUNT / 2, "only {trusted} images have weights to be trusted");
}

/// One dimension in each layer: the whole of z by quadrature.
#[test]
fn quadrature_finds_log_px() {
    let linear = Linear::new(1, 1);
    let joint = linear.joint();
    let outputs = joint.outputs().expect("the CPU works");
    let lattice = quadrature::integrate(&joint, outputs, quadrature::Settings::default(), 2).expect("the CPU works");
    for (i, lattice) in lattice.iter().enumerate() {
        let truth = linear.log_px(i);
        assert!((lattice.log_px - truth).abs() < 2e-3, "image {i}: {lattice:?}, not {truth}");
    }
}

/// The prior's draws have the moments of h₁ and h₂.
#[test]
fn draws_have_the_covariance_of_the_layers() {
    use elbow::evidence::Joint;
    use elbow::model::prior::LatentNoise;
    let (lower, upper, draws) = (1, 1, 40_000);
    let linear = Linear::new(lower, upper);
    let noise = LatentNoise { normal: matrix(&normal(7, draws * 2, 1.0), 2), uniform: matrix(&vec![0.5; draws], 1) };
    let z: Vec<f64> = linear.joint().draw_prior(noise).into_data().iter::<f64>().collect();
    let number = |name: &str| {
        let index = linear.model.parameters().iter().position(|spec| spec.name == name).expect("it is there");
        linear.parameters[index].clone().into_data().iter::<f64>().collect::<Vec<f64>>()
    };
    let (a, bias) = (number("prior.lower.heads.weight")[0], number("prior.lower.heads.bias"));
    let mean = |of: &dyn Fn(f64, f64) -> f64| z.chunks(2).map(|z| of(z[0] - bias[0], z[1])).sum::<f64>() / draws as f64;
    let variance = a * a + bias[1].exp();
    for (what, found, expected) in [
        ("E h₁", mean(&|h1, _| h1), 0.0),
        ("E h₂²", mean(&|_, h2| h2 * h2), 1.0),
        ("E h₁²", mean(&|h1, _| h1 * h1), variance),
        ("E h₁h₂", mean(&|h1, h2| h1 * h2), a),
    ] {
        let error = 5.0 * (2.0 * variance.max(1.0).powi(2) / draws as f64).sqrt();
        assert!((found - expected).abs() < error, "{what}: {found}, not {expected}");
    }
}
