//! The methods against each other and against the closed form, on small models.

use crate::support::{Handmade, column, gaussians};
use burn::tensor::{Device, Tensor};
use elbow::data::Images;
use elbow::estimate::Estimate;
use elbow::evidence::ais::{self, Direction, Start, anneal};
use elbow::evidence::marginal::{LinearGaussian, importance};
use elbow::evidence::{
    Block, Effort, Evidence, Identity, IdentityMeasurement, Joint, Method, ModelJoint, quadrature, residual,
};
use elbow::experiment::{Activation, Experiment, ImageShape, Layer, Likelihood};
use elbow::model::Model;
use elbow::random::{Purpose, Stream};
use elbow::sliced::Sliced;

const IMAGE: ImageShape = ImageShape { channels: 1, height: 4, width: 5 };

struct Small {
    experiment: Experiment,
    model: Model,
    parameters: Vec<Tensor<1>>,
    images: Images,
    /// The z that the images were drawn with, `images × latent`.
    z: Vec<f32>,
}

fn normal(counter: u64, length: usize) -> Vec<f32> {
    let mut values = vec![0.0; length];
    Stream::new(41, Purpose::Choice).fill_normal(counter, &mut values);
    values
}

impl Small {
    /// A model with random parameters (`scale` of the decoder's weights) and images drawn from it.
    fn new(encoder: Vec<Layer>, likelihood: Likelihood, latent: usize, count: usize, scale: f32) -> Self {
        let mut experiment = Experiment { encoder, ..Experiment::default() };
        experiment.latent.dimension = latent;
        experiment.decoder.likelihood = likelihood;
        let model = Model::new(&experiment, IMAGE, &[]).expect("the architecture fits");
        let parameters: Vec<Tensor<1>> = model
            .parameters()
            .iter()
            .enumerate()
            .map(|(i, spec)| {
                let scale = if spec.name.starts_with("decoder") { scale } else { 0.15 };
                let values: Vec<f32> = normal(i as u64, spec.count()).iter().map(|v| scale * v).collect();
                Tensor::from_floats(values.as_slice(), &Device::flex())
            })
            .collect();
        let z = normal(100, count * latent);
        let mut small = Self { experiment, model, parameters, images: images(count, Vec::new()), z };
        let joint = ModelJoint::new(&small.model, &small.parameters, &[], &small.images);
        let rows = crate::support::matrix(&small.z, latent);
        let mean = small.model.likelihood().mean(small.model.decode(&joint.pass(), rows));
        let mean: Vec<f32> = mean.into_data().iter::<f32>().collect();
        let deviation = small.model.likelihood().deviation(&joint.pass());
        let mut uniform = vec![0.0; mean.len()];
        Stream::new(42, Purpose::Choice).fill_uniform(0, &mut uniform);
        let pixels = match deviation {
            Some(sigma) => {
                let sigma = sigma.into_scalar::<f32>();
                mean.iter().zip(normal(101, mean.len())).map(|(m, e)| m + sigma * e).collect()
            }
            None => mean.iter().zip(uniform).map(|(m, u)| f32::from(u < *m)).collect(),
        };
        small.images = images(count, pixels);
        small
    }

    fn joint(&self) -> ModelJoint<'_> {
        ModelJoint::new(&self.model, &self.parameters, &[], &self.images)
    }
}

fn images(count: usize, pixels: Vec<f32>) -> Images {
    let ImageShape { channels, height, width } = IMAGE;
    Images { count, channels, height, width, pixels, columns: None }
}

fn nonlinear(likelihood: Likelihood) -> Small {
    Small::new(vec![Layer::dense(12, Activation::Tanh)], likelihood, 2, 24, 0.8)
}

/// The ways to log p(x) of a linear-Gaussian model with a q that is not its posterior, one after the other.
#[test]
fn four_ways_to_log_px_of_a_linear_gaussian_model_agree() {
    let small = Small::new(Vec::new(), Likelihood::GaussianFixed { sigma: 0.5 }, 2, 12, 0.5);
    let joint = small.joint();
    let exact = LinearGaussian::of(&small.experiment, &joint).expect("the CPU works").expect("linear and Gaussian");
    let outputs = joint.outputs().expect("the CPU works");
    let all: Vec<usize> = (0..small.images.count).collect();
    let q = joint.approximation(outputs.rows(&all, &joint.device()));
    let [means, deviations] = [q.mean(), q.deviation()].map(|t| t.into_data().iter::<f64>().collect::<Vec<f64>>());
    let lattice =
        quadrature::integrate(&joint, outputs.clone(), quadrature::Settings::default(), 2).expect("the CPU works");
    let weighted = importance(&joint, outputs.clone(), 20_000, 1, 2).expect("the CPU works");
    let settings = ais::Settings { chains: 32, temperatures: 300, leapfrog: 5, ..ais::Settings::default() };
    let annealed = anneal(&joint, outputs.clone(), Direction::Forward, settings, 2).expect("the CPU works");
    let nearer = ais::Settings { start: Start::Approximation, seed: 5, ..settings };
    let from_q = anneal(&joint, outputs, Direction::Forward, nearer, 2).expect("the CPU works");
    for i in 0..small.images.count {
        let pixels = IMAGE.pixels();
        let truth = exact.posterior(&small.images.pixels[i * pixels..][..pixels]);
        let (log_px, own) = (truth.log_px, i * 2..i * 2 + 2);
        assert!((lattice[i].log_px - log_px).abs() < 1e-3, "image {i}: {log_px} {:?}", lattice[i]);
        let kl = exact.kl_of_diagonal(&means[own.clone()], &deviations[own], &truth);
        assert!((lattice[i].kl - kl).abs() < 1e-3 * (1.0 + kl), "image {i}: KL {kl} {:?}", lattice[i]);
        assert!((lattice[i].mean[0] - truth.mean[0]).abs() < 1e-3, "image {i}: {truth:?} {:?}", lattice[i]);
        assert!((lattice[i].deviation[1] - exact.covariance()[3].sqrt()).abs() < 1e-3, "image {i}");
        let (found, se) = (weighted[i].log_px.value, weighted[i].log_px.se);
        assert!(
            (found - log_px).abs() < 3.5 * se + 1e-3 || weighted[i].weights.is_degenerate(),
            "image {i}: {found} ± {se}"
        );
        assert!(
            (weighted[i].kl.value - kl).abs() < 4.0 * weighted[i].kl.se + 1e-3 || weighted[i].weights.is_degenerate()
        );
        for (name, annealed) in [("p(z)", annealed[i]), ("q(z|x)", from_q[i])] {
            let (found, se) = (annealed.log_px.value, annealed.log_px.se);
            assert!((found - log_px).abs() < (3.5 * se).max(0.05), "image {i} from {name}: {found} ± {se}, {log_px}");
            assert!((0.4..0.99).contains(&annealed.acceptance), "image {i}: {annealed:?}");
        }
    }
    let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / small.images.count as f64;
    let truth = mean(&mut lattice.iter().map(|l| l.log_px));
    for estimates in [&annealed, &from_q] {
        let found = mean(&mut estimates.iter().map(|a| a.log_px.value));
        assert!((found - truth).abs() < 0.05, "{found} {truth}");
    }
}

/// Forward chains below, backward chains above, the truth by quadrature between them.
#[test]
fn chains_in_both_directions_enclose_log_px() {
    let small = nonlinear(Likelihood::Bernoulli);
    let joint = small.joint();
    let outputs = joint.outputs().expect("the CPU works");
    let truth = quadrature::integrate(&joint, outputs.clone(), quadrature::Settings::default(), 2).expect("works");
    let settings = ais::Settings { chains: 16, temperatures: 600, leapfrog: 5, ..ais::Settings::default() };
    let lower = anneal(&joint, outputs.clone(), Direction::Forward, settings, 2).expect("works");
    let upper = anneal(&joint, outputs, Direction::Reverse(small.z.clone()), settings, 2).expect("works");
    let n = small.images.count as f64;
    let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / n;
    let truth = mean(&mut truth.iter().map(|t| t.log_px));
    let (low, high) =
        (mean(&mut lower.iter().map(|a| a.log_px.value)), mean(&mut upper.iter().map(|a| a.log_px.value)));
    let se = |all: &[ais::Annealed]| all.iter().map(|a| a.log_px.se.powi(2)).sum::<f64>().sqrt() / n;
    assert!(low - 3.0 * se(&lower) < truth && truth < high + 3.0 * se(&upper), "{low} {truth} {high}");
    assert!((high - low).abs() < 0.05, "{low} {high}");
}

/// log p(x) by quadrature is importance sampling's, and KL[q ‖ p(z|x)] by quadrature is log p(x) − ELBO, on each image.
#[test]
fn quadrature_agrees_with_sampling_on_every_image() {
    for likelihood in [Likelihood::Bernoulli, Likelihood::GaussianLearned] {
        let small = nonlinear(likelihood);
        let joint = small.joint();
        let outputs = joint.outputs().expect("works");
        let lattice =
            quadrature::integrate(&joint, outputs.clone(), quadrature::Settings::default(), 2).expect("works");
        let weighted = importance(&joint, outputs, 5_000, 2, 2).expect("works");
        for (i, (lattice, weighted)) in lattice.iter().zip(&weighted).enumerate() {
            let error = 4.0 * weighted.elbo.se + lattice.log_px_error + lattice.kl_error + 1e-3;
            let residual = lattice.log_px - lattice.kl - weighted.elbo.value;
            assert!(residual.abs() < error, "{likelihood:?} image {i}: {residual} {lattice:?} {weighted:?}");
            let difference = lattice.log_px - weighted.log_px.value;
            let within = difference.abs() < 4.0 * weighted.log_px.se + 2e-3;
            assert!(within || weighted.weights.is_degenerate(), "{likelihood:?} image {i}: {lattice:?} {weighted:?}");
        }
    }
}

/// The product of images and outputs against the likelihood itself.
#[test]
fn many_images_at_many_points_are_one_product() {
    for likelihood in [Likelihood::Bernoulli, Likelihood::GaussianLearned, Likelihood::GaussianFixed { sigma: 0.05 }] {
        let small = nonlinear(likelihood);
        let joint = small.joint();
        let z = normal(7, 2 * 10);
        let blocks = [Block { points: 0..4, images: vec![3, 0, 11] }, Block { points: 4..10, images: vec![5] }];
        let products = joint.log_joint_of_blocks(&z, &blocks).expect("works");
        for (block, product) in blocks.iter().zip(products) {
            let direct = joint.log_joint_of_block(&z, block).expect("works");
            assert_eq!(product.len(), block.points.len() * block.images.len());
            for (a, b) in product.iter().zip(&direct) {
                assert!((a - b).abs() < 1e-5 * b.abs().max(10.0), "{likelihood:?}: {a} {b}");
            }
        }
    }
}

/// Draws from equal streams do not depend on how the work is cut into threads.
#[test]
fn estimates_do_not_depend_on_the_number_of_threads() {
    let small = nonlinear(Likelihood::Bernoulli);
    let joint = small.joint();
    let outputs = joint.outputs().expect("works");
    let one = importance(&joint, outputs.clone(), 300, 2, 1).expect("works");
    let two = importance(&joint, outputs.clone(), 300, 2, 2).expect("works");
    assert_eq!(one, two);
    let settings = quadrature::Settings::default();
    let one = quadrature::integrate(&joint, outputs.clone(), settings, 1).expect("works");
    for (a, b) in one.iter().zip(quadrature::integrate(&joint, outputs, settings, 2).expect("works")) {
        assert!((a.log_px - b.log_px).abs() < 1e-9, "{a:?} {b:?}");
    }
}

/// The left side of the identity: what each method finds by itself, the best first, and the next where one cannot.
#[test]
fn the_identity_is_measured_by_the_best_method_there_is() {
    let small = nonlinear(Likelihood::Bernoulli);
    let joint = small.joint();
    let outputs = joint.outputs().expect("works");
    let effort = Effort { samples: 300, seed: 5, ..Effort::default() };
    let measure = |known: Option<Vec<Evidence>>, methods: &[Method]| {
        let measurement = IdentityMeasurement::new(&joint, outputs.clone(), known, methods.to_vec(), effort);
        measurement.expect("works").run(&joint, 2).expect("works")
    };
    let methods = Method::preferred(&small.experiment, small.model.plan(), effort.samples);
    assert_eq!(methods, [Method::Quadrature, Method::Importance]);

    let found = measure(None, &methods);
    assert_eq!((found.method, found.images.len()), (Method::Quadrature, small.images.count));
    let settings = quadrature::Settings::default();
    let lattice = quadrature::integrate(&joint, outputs.clone(), settings, 2).expect("works");
    for (image, integral) in found.images.iter().zip(&lattice) {
        let kl = image.posterior_kl.expect("quadrature gives it");
        assert!((image.log_px.value - integral.log_px).abs() < 1e-9, "{image:?} {integral:?}");
        assert!((kl.value - integral.kl).abs() < 1e-9, "{image:?} {integral:?}");
    }
    // Errors of a lattice add up, those of samples average out.
    let elbo = Estimate { value: -4.0, se: 0.1 };
    let identity = Identity::over(found.method, &found.images, elbo);
    let se = lattice.iter().map(|i| i.log_px_error).sum::<f64>() / lattice.len() as f64;
    assert!((identity.log_px.se - se).abs() < 1e-9 && identity.elbo == elbo, "{identity:?}");

    // Of samples a set for each term.
    let found = measure(None, &[Method::Importance]);
    let [first, second] = [5, 6].map(|seed| importance(&joint, outputs.clone(), 300, seed, 2).expect("works"));
    for ((image, first), second) in found.images.iter().zip(&first).zip(&second) {
        assert_eq!((image.log_px, image.posterior_kl), (first.log_px, Some(second.kl)));
    }
    let difference =
        residual(Method::Importance, &found.images, first.iter().map(|image| image.elbo.value)).expect("all are known");
    assert!(difference.value.abs() < 4.0 * difference.se && difference.se > 0.0, "{difference:?}");

    let exact = |kl| Evidence::without_samples(Estimate::exact(-3.0), kl);
    let known = vec![exact(Some(Estimate::exact(1.0))); small.images.count];
    let found = measure(Some(known.clone()), &methods);
    assert_eq!((found.method, found.images), (Method::ClosedForm, known));
    // Without the KL of a q that has no closed form the next method is taken.
    assert_eq!(measure(Some(vec![exact(None); small.images.count]), &methods).method, Method::Quadrature);

    // And where a lattice comes to nothing.
    let nowhere = Handmade::new(2, vec![(0.0, |z| column(&z, 0) * f64::NAN); 2]);
    let outputs = gaussians(&[(&[0.0, 0.0][..], &[1.0, 1.0][..]); 2]);
    let measurement = IdentityMeasurement::new(&nowhere, outputs, None, methods, effort);
    assert_eq!(measurement.expect("works").run(&nowhere, 1).expect("works").method, Method::Importance);
}
