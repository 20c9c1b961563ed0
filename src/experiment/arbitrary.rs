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
    let binarisation = prop_oneof![
        Just(Binarisation::Dynamic),
        Just(Binarisation::Fixed),
        Just(Binarisation::None),
        number().prop_map(Binarisation::Threshold)
    ];
    let unreadable = prop::sample::select(&[Unreadable::Refuse, Unreadable::Skip][..]);
    let augmentation = (any::<bool>(), count(), number(), number());
    let augmentation = augmentation.prop_map(|(flip, shift, crop, noise)| Augmentation { flip, shift, crop, noise });
    let further = (unreadable, method(), any::<bool>(), augmentation);
    (method(), binarisation, count(), prop::option::of(count()), further).prop_map(
        |(source, binarisation, validation, limit, (unreadable, missing, mask_input, augmentation))| Data {
            source,
            binarisation,
            validation,
            limit,
            unreadable,
            missing,
            mask_input,
            augmentation,
        },
    )
}

/// Any alternative of a list with anything in its fields.
fn method<M: Choice + std::fmt::Debug>() -> impl Strategy<Value = M> {
    let values = prop::collection::vec((count(), any::<u64>(), number(), any::<bool>(), any::<String>()), 16);
    (prop::sample::select(M::ALL), values).prop_map(|(mut method, values)| {
        for (field, (whole, long, real, on, text)) in method.fields().into_iter().zip(values) {
            match field.value {
                method::Value::Whole(value, _) | method::Value::OneOf(value, _) => *value = whole,
                method::Value::Count(value, _) => *value = long,
                method::Value::Real(value, _) => *value = real,
                method::Value::Switch(value, _) => *value = on,
                method::Value::File(value, _) => *value = text.into(),
                method::Value::OptionalFile(value, _) => *value = on.then(|| text.into()),
                method::Value::Text(value, _) => *value = text,
                method::Value::Word(value) => value.choose(whole % value.words().len()),
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
    let kl = prop::sample::select(&[Kl::Analytic, Kl::MonteCarlo][..]);
    (method(), method(), count(), method(), kl, method(), method()).prop_map(
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
    let some = || prop::option::of(number());
    let spread = (some(), some());
    (method(), number(), method(), spread, some(), count(), method(), method(), (count(), count())).prop_map(
        |(optimiser, learning_rate, schedule, spread, clip, batch, length, initialisation, counts)| Training {
            optimiser,
            learning_rate,
            schedule,
            schedule_epochs: spread.0,
            schedule_start: spread.1,
            clip,
            batch,
            length,
            initialisation,
            shards: counts.0,
            history: counts.1,
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
