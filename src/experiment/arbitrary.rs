//! Experiments drawn at random for property tests: any that can be written, sensible or not.

use super::*;
use proptest::prelude::*;

/// Any number but NaN, which equals nothing.
fn number() -> impl Strategy<Value = f64> {
    use proptest::num::f64::{INFINITE, NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
    prop_oneof![Just(1.0), Just(0.001), POSITIVE | NEGATIVE | NORMAL | SUBNORMAL | ZERO | INFINITE]
}

fn count() -> impl Strategy<Value = usize> {
    prop_oneof![1..100_usize, any::<usize>()]
}

fn norm() -> impl Strategy<Value = Norm> {
    prop_oneof![
        Just(Norm::None),
        Just(Norm::Layer),
        Just(Norm::Batch),
        count().prop_map(|groups| Norm::Group { groups })
    ]
}

fn follow() -> impl Strategy<Value = (Activation, Norm, f64)> {
    (prop::sample::select(&Activation::ALL[..]), norm(), number())
}

/// Any layer, residual blocks up to three deep.
pub fn layer() -> impl Strategy<Value = Layer> {
    let side = || (count(), count(), count());
    prop_oneof![
        (count(), follow())
            .prop_map(|(units, (activation, norm, dropout))| { Layer::Dense { units, activation, norm, dropout } }),
        (count(), side(), follow()).prop_map(|(channels, (kernel, stride, padding), (activation, norm, dropout))| {
            Layer::Conv { channels, kernel, stride, padding, activation, norm, dropout }
        }),
        (side(), side(), follow()).prop_map(
            |((channels, output_padding, _), (kernel, stride, padding), (activation, norm, dropout))| {
                Layer::ConvTranspose { channels, kernel, stride, padding, output_padding, activation, norm, dropout }
            }
        ),
        side().prop_map(|(channels, height, width)| Layer::Reshape { channels, height, width }),
    ]
    .prop_recursive(3, 8, 3, |layer| prop::collection::vec(layer, 0..3).prop_map(|layers| Layer::Residual { layers }))
}

fn data() -> impl Strategy<Value = Data> {
    let path = || any::<String>().prop_map(std::path::PathBuf::from);
    let file = move || prop::option::of(path());
    let source = prop_oneof![
        Just(Source::Mnist),
        (count(), count()).prop_map(|(count, size)| Source::Shapes { count, size }),
        (path(), file(), file(), file()).prop_map(|(images, labels, test_images, test_labels)| Source::Idx {
            images,
            labels,
            test_images,
            test_labels
        }),
        (path(), count(), count(), any::<bool>())
            .prop_map(|(path, width, height, rgb)| { Source::Folder { path, width, height, rgb } }),
    ];
    let binarisation = prop_oneof![
        Just(Binarisation::Dynamic),
        Just(Binarisation::Fixed),
        Just(Binarisation::None),
        number().prop_map(Binarisation::Threshold)
    ];
    (source, binarisation, count(), prop::option::of(count()))
        .prop_map(|(source, binarisation, validation, limit)| Data { source, binarisation, validation, limit })
}

/// Any method of a set with any numbers in its fields.
fn method<M: Method + std::fmt::Debug>() -> impl Strategy<Value = M> {
    let numbers = prop::collection::vec((count(), number()), 8);
    (prop::sample::select(M::ALL), numbers).prop_map(|(mut method, numbers)| {
        for (field, (whole, real)) in method.fields().into_iter().zip(numbers) {
            match field.value {
                method::Value::Whole(value, _) => *value = whole,
                method::Value::Real(value, _) => *value = real,
            }
        }
        method
    })
}

fn decoder() -> impl Strategy<Value = Decoder> {
    let layers =
        prop_oneof![Just(DecoderLayers::Mirror), prop::collection::vec(layer(), 0..3).prop_map(DecoderLayers::Layers)];
    (layers, method()).prop_map(|(layers, likelihood)| Decoder { layers, likelihood })
}

fn latent() -> impl Strategy<Value = Latent> {
    (count(), method(), method()).prop_map(|(dimension, posterior, prior)| Latent { dimension, posterior, prior })
}

fn objective() -> impl Strategy<Value = Objective> {
    let beta = prop_oneof![
        number().prop_map(BetaSchedule::Constant),
        (number(), number(), number()).prop_map(|(from, to, epochs)| BetaSchedule::Warmup { from, to, epochs }),
        (number(), number(), number()).prop_map(|(from, to, epochs)| BetaSchedule::Cosine { from, to, epochs }),
        (number(), number(), number(), number()).prop_map(|(from, to, period, rise)| BetaSchedule::Cyclical {
            from,
            to,
            period,
            rise
        }),
    ];
    let kl = prop::sample::select(&[Kl::Analytic, Kl::MonteCarlo][..]);
    (method(), method(), count(), beta, kl, method(), method()).prop_map(
        |(bound, estimator, samples, beta, kl, kl_term, penalty)| Objective {
            bound,
            estimator,
            samples,
            beta,
            kl,
            kl_term,
            penalty,
        },
    )
}

fn training() -> impl Strategy<Value = Training> {
    let n = number;
    let optimiser = prop_oneof![
        n().prop_map(|momentum| Optimiser::Sgd { momentum }),
        (n(), n(), n()).prop_map(|(beta1, beta2, epsilon)| Optimiser::Adam { beta1, beta2, epsilon }),
        (n(), n(), n(), n()).prop_map(|(beta1, beta2, epsilon, weight_decay)| Optimiser::AdamW {
            beta1,
            beta2,
            epsilon,
            weight_decay
        }),
        n().prop_map(|epsilon| Optimiser::Adagrad { epsilon }),
        (n(), n(), n()).prop_map(|(decay, epsilon, momentum)| Optimiser::RmsProp { decay, epsilon, momentum }),
    ];
    let schedule = prop_oneof![
        Just(Schedule::Constant),
        Just(Schedule::Burda),
        n().prop_map(|floor| Schedule::Cosine { floor }),
        n().prop_map(|rate| Schedule::Exponential { rate }),
        (n(), n()).prop_map(|(every, factor)| Schedule::Step { every, factor }),
    ];
    let length = prop_oneof![
        n().prop_map(Length::Epochs),
        any::<u64>().prop_map(Length::Steps),
        (count(), n(), n()).prop_map(|(patience, min_delta, max_epochs)| Length::UntilConverged {
            patience,
            min_delta,
            max_epochs
        }),
    ];
    let initialisation = prop_oneof![
        Just(Initialisation::Auto),
        Just(Initialisation::Glorot),
        Just(Initialisation::He),
        n().prop_map(|sigma| Initialisation::Normal { sigma })
    ];
    (optimiser, n(), schedule, prop::option::of(n()), count(), length, initialisation, count()).prop_map(
        |(optimiser, learning_rate, schedule, clip, batch, length, initialisation, shards)| Training {
            optimiser,
            learning_rate,
            schedule,
            clip,
            batch,
            length,
            initialisation,
            shards,
        },
    )
}

/// Any experiment of this version.
pub fn experiment() -> impl Strategy<Value = Experiment> {
    let head = (any::<String>(), any::<String>(), any::<u64>());
    let device = prop::sample::select(&[DeviceChoice::Auto, DeviceChoice::Cpu, DeviceChoice::Wgpu][..]);
    let encoder = prop::collection::vec(layer(), 0..4);
    (head, data(), encoder, decoder(), latent(), objective(), training(), device).prop_map(
        |((name, notes, seed), data, encoder, decoder, latent, objective, training, device)| Experiment {
            version: VERSION,
            name,
            notes,
            seed,
            data,
            encoder,
            decoder,
            latent,
            objective,
            training,
            device,
        },
    )
}
