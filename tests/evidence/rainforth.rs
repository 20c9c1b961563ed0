//! The toy problem of Rainforth et al. 2018, section 4: z ~ N(μ, I₂₀), x|z ~ N(z, I), q(z|x) = N(Ax + b, ⅔I), 1,024
//! data points, all parameters near their optimum A = I/2, b = μ/2 (deviation 0.01). The gradient of IWAE by μ is the
//! decoder's, by b the encoder's. By hand, in double precision; and the same lab on a model.

use burn::tensor::{Device, Tensor};
use elbow::data::Images;
use elbow::experiment::{Activation, Bound, Estimator, Experiment, ImageShape, Layer};
use elbow::model::Model;
use elbow::objective::snr::{GradientEstimator, GradientLab, Moments, Settings, Subject, log_log_slope};
use elbow::random::{Purpose, Stream};
use elbow::sliced::{Progress, Sliced};

const D: usize = 20;
const POINTS: usize = 1_024;

fn normal(counter: u64, length: usize) -> Vec<f32> {
    let mut values = vec![0.0; length];
    Stream::new(51, Purpose::Choice).fill_normal(counter, &mut values);
    values
}

struct Toy {
    mu: [f64; D],
    /// Ax + b and x of each point.
    means: Vec<[f64; D]>,
    data: Vec<[f64; D]>,
}

impl Toy {
    fn new() -> Self {
        let row = |counter: u64| -> [f64; D] {
            let values = normal(counter, D);
            std::array::from_fn(|d| f64::from(values[d]))
        };
        let truth = row(0);
        let data: Vec<[f64; D]> = (0..POINTS as u64)
            .map(|n| {
                let (z, e) = (row(10 + 2 * n), row(11 + 2 * n));
                std::array::from_fn(|d| truth[d] + z[d] + e[d])
            })
            .collect();
        // The optimum of μ is the mean of the data.
        let best: [f64; D] = std::array::from_fn(|d| data.iter().map(|x| x[d]).sum::<f64>() / POINTS as f64);
        let (near, offset) = (row(1), row(2));
        let matrix = normal(3, D * D);
        let mu = std::array::from_fn(|d| best[d] + 0.01 * near[d]);
        let means = data
            .iter()
            .map(|x| {
                std::array::from_fn(|d| {
                    let moved: f64 = (0..D).map(|e| 0.01 * f64::from(matrix[d * D + e]) * x[e]).sum();
                    0.5 * x[d] + moved + 0.5 * best[d] + 0.01 * offset[d]
                })
            })
            .collect();
        Self { mu, means, data }
    }

    /// One estimate of the gradient of the mean IWAE bound of K samples, by b and by μ.
    fn gradient(&self, samples: usize, counter: u64) -> ([f64; D], [f64; D]) {
        let sigma = (2.0_f64 / 3.0).sqrt();
        let (mut encoder, mut decoder) = ([0.0; D], [0.0; D]);
        let mut epsilon = vec![0.0_f32; samples * D];
        let mut logs = vec![0.0; samples];
        for (n, (mean, x)) in self.means.iter().zip(&self.data).enumerate() {
            Stream::new(52, Purpose::Epsilon).fill_normal((counter << 10) | n as u64, &mut epsilon);
            let z = |k: usize, d: usize| mean[d] + sigma * f64::from(epsilon[k * D + d]);
            // log w up to a constant; log q is −½|ε|².
            for (k, log) in logs.iter_mut().enumerate() {
                *log = (0..D)
                    .map(|d| {
                        let (z, e) = (z(k, d), f64::from(epsilon[k * D + d]));
                        -0.5 * (z - self.mu[d]).powi(2) - 0.5 * (x[d] - z).powi(2) + 0.5 * e * e
                    })
                    .sum();
            }
            let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = logs.iter().map(|log| (log - top).exp()).sum();
            for (k, log) in logs.iter().enumerate() {
                let weight = (log - top).exp() / sum / POINTS as f64;
                for d in 0..D {
                    encoder[d] += weight * (self.mu[d] + x[d] - 2.0 * z(k, d));
                    decoder[d] += weight * (z(k, d) - self.mu[d]);
                }
            }
        }
        (encoder, decoder)
    }
}

#[test]
fn more_samples_raise_the_decoders_signal_and_lower_the_encoders() {
    let toy = Toy::new();
    let (mut encoder, mut decoder) = (Vec::new(), Vec::new());
    for samples in [4_usize, 16, 64, 256, 1_024] {
        // The encoder's signal drowns with many samples, which would take many repeats to see; the decoder's is hidden
        // by the bound's slack with few.
        let repeats = if samples == 1_024 { 40 } else { 120_u64 };
        let halves = std::thread::scope(|scope| {
            let run = |from: u64| {
                let toy = &toy;
                scope.spawn(move || -> Vec<_> {
                    (from..repeats).step_by(2).map(|r| toy.gradient(samples, (samples as u64) << 20 | r)).collect()
                })
            };
            let halves = [run(0), run(1)];
            halves.map(|half| half.join().expect("plain arithmetic"))
        });
        let (mut of_encoder, mut of_decoder) = (Moments::default(), Moments::default());
        for (b, mu) in halves.into_iter().flatten() {
            of_encoder.push(b);
            of_decoder.push(mu);
        }
        if samples <= 256 {
            encoder.push((samples as f64, of_encoder.signal_to_noise()));
        }
        if samples >= 64 {
            decoder.push((samples as f64, of_decoder.signal_to_noise()));
        }
    }
    let slopes = [&encoder, &decoder].map(|points| log_log_slope(points).expect("there is signal").value);
    assert!((slopes[0] + 0.5).abs() < 0.1, "encoder {slopes:?}: {encoder:?}");
    assert!((slopes[1] - 0.5).abs() < 0.1, "decoder {slopes:?}: {decoder:?}");
}

/// On a model: IWAE's plain gradient loses the encoder as K grows, the doubly reparameterised one does not; the bound's
/// variance falls.
#[test]
fn the_lab_ranks_the_estimators_of_a_model() {
    let image = ImageShape { channels: 1, height: 4, width: 4 };
    let mut experiment = Experiment { encoder: vec![Layer::dense(8, Activation::Tanh)], ..Experiment::default() };
    experiment.latent.dimension = 3;
    let model = Model::new(&experiment, image, &[]).expect("the architecture fits");
    let parameters: Vec<Tensor<1>> = model
        .parameters()
        .iter()
        .enumerate()
        .map(|(i, spec)| {
            // q(z|x) is near p(z), broader than p(z|x): the weights vary, but not wildly.
            let scale = if spec.name.starts_with("encoder") { 0.1 } else { 0.25 };
            let values: Vec<f32> = normal(3_000 + i as u64, spec.count()).iter().map(|v| scale * v).collect();
            Tensor::from_floats(values.as_slice(), &Device::flex())
        })
        .collect();
    let pixels = normal(4_000, 8 * 16).iter().map(|v| f32::from(*v > 0.0)).collect();
    let images = Images { count: 8, channels: 1, height: 4, width: 4, pixels, columns: None };
    let subject = Subject { model: &model, parameters: &parameters, state: &[], images: &images };
    let gradients = GradientEstimator::all(&experiment);
    assert_eq!(gradients.len(), 6, "{gradients:?}");
    let settings = Settings { gradients, samples: vec![1, 4, 32, 256], repeats: 200, seed: 9 };
    let mut lab = GradientLab::new(settings);
    while !lab.slice(&subject, 1).expect("the CPU works") {}
    let Progress { done, all, .. } = lab.progress();
    assert_eq!(done, all);
    let of = |bound: Bound, estimator: Estimator| {
        lab.curves().iter().find(|c| c.gradient == GradientEstimator { bound, estimator }).expect("all were measured")
    };
    let iwae = of(Bound::Iwae, Estimator::Reparameterised);
    let doubly = of(Bound::Iwae, Estimator::DoublyReparameterised);
    let [plain_slope, doubly_slope] = [iwae, doubly].map(|c| c.encoder_slope().expect("there is signal").value);
    assert!(plain_slope < -0.1 && doubly_slope > 0.2, "{plain_slope} {doubly_slope}");
    assert!(iwae.decoder_slope().is_some_and(|s| s.value > 0.3), "{:?}", iwae.points);
    let variance = iwae.variance_slope().expect("variances are above 0");
    assert!((-1.4..-0.7).contains(&variance.value), "{variance:?}");
    // IWAE rises with K; one sample is the ELBO.
    assert!(iwae.points.windows(2).all(|w| w[1].bound.value > w[0].bound.value), "{:?}", iwae.points);
    // Scores need two samples at least.
    assert_eq!(of(Bound::Iwae, Estimator::Vimco).points.len(), 3);
    assert!(elbow::objective::snr::best(lab.curves(), |p| p.encoder_per_second()).is_some());
}
