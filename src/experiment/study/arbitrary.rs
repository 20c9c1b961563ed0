//! Studies drawn at random for property tests: any that can be written, sensible or not.

use super::*;
use crate::experiment::arbitrary::experiment;
use proptest::prelude::*;

fn field() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("seed".to_string()),
        Just("objective.beta".to_string()),
        Just("latent.dimension".to_string()),
        Just("objective.bound".to_string()),
        any::<String>(),
    ]
}

fn value() -> impl Strategy<Value = FieldValue> {
    let text =
        prop::sample::select(&["4", "Iwae", "Adam(beta1: 0.5)", "\"a, (b\"", "[Dense(units: 2)]", "None", "-1e-3"][..]);
    text.prop_map(|text| FieldValue::new(text).unwrap())
}

fn axis() -> impl Strategy<Value = Axis> {
    let number = || prop_oneof![Just(1.0), Just(f64::INFINITY), -1e3..1e3_f64];
    let count = || prop::option::of(0..6_usize);
    prop_oneof![
        (field(), prop::collection::vec(value(), 0..4)).prop_map(|(field, values)| Axis::List { field, values }),
        (field(), number(), number(), count()).prop_map(|(field, from, to, count)| Axis::Linear {
            field,
            from,
            to,
            count
        }),
        (field(), number(), number(), count()).prop_map(|(field, from, to, count)| Axis::Log {
            field,
            from,
            to,
            count
        }),
        (field(), any::<i64>(), any::<i64>(), any::<i64>()).prop_map(|(field, from, to, step)| Axis::Integers {
            field,
            from,
            to,
            step
        }),
        (any::<u64>(), prop_oneof![0..4_u64, any::<u64>()]).prop_map(|(from, count)| Axis::Seeds { from, count }),
    ]
    .prop_recursive(2, 6, 3, |axis| prop::collection::vec(axis, 0..3).prop_map(Axis::Zip))
}

/// Any study.
pub fn study() -> impl Strategy<Value = Study> {
    let base = prop_oneof![
        any::<String>().prop_map(Base::Preset),
        Just(Base::Preset("mnist-2d".into())),
        any::<String>().prop_map(|path| Base::File(path.into())),
        experiment().prop_map(|experiment| Base::Experiment(Box::new(experiment))),
    ];
    let selection = prop_oneof![
        Just(Selection::Grid),
        (0..9_usize, any::<u64>()).prop_map(|(count, seed)| Selection::Random { count, seed })
    ];
    let when = prop_oneof![Just("objective.samples > 1 and seed = 2".to_string()), any::<String>()];
    let skip = (when, any::<String>()).prop_map(|(when, because)| Skip { when, because });
    let evaluate = (any::<usize>(), 0..10_usize).prop_map(|(images, draws)| StudyEvaluation {
        images,
        draws,
        ..Default::default()
    });
    let text = (any::<String>(), any::<String>(), prop::collection::vec(any::<String>(), 0..2));
    let rest = (selection, prop::collection::vec(skip, 0..2), prop::option::of(evaluate));
    (text, base, prop::collection::vec(axis(), 0..3), rest).prop_map(
        |((name, notes, set), base, axes, (selection, skip, evaluate))| Study {
            version: STUDY_VERSION,
            name,
            notes,
            base,
            set,
            axes,
            selection,
            skip,
            evaluate,
        },
    )
}
