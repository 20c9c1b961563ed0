//! `--set path=value`.

use elbow::experiment::*;

fn set(assignments: &[&str]) -> Experiment {
    let mut experiment = preset("mnist-2d").unwrap();
    for assignment in assignments {
        experiment.set(assignment).unwrap_or_else(|error| panic!("{error}"));
    }
    experiment
}

#[test]
fn sets_any_field() {
    let experiment = set(&[
        "training.batch=64",
        "latent.dimension = 10",
        "objective.samples=16",
        "encoder[0].units=200",
        "encoder[1].norm=Group(groups: 4)",
        "encoder[1].dropout=0.5",
        "training.optimiser=Sgd(momentum: 0.9)",
        "training.clip=5",
        "data.source=Shapes(count: 1000)",
        "data.source.size=64",
        "data.limit=500",
        "objective.beta=Warmup(from: 0, to: 1, epochs: 5)",
        "objective.beta.to=4",
        "device=Cpu",
        "seed=18446744073709551615",
        "decoder.layers=Layers([Dense(units: 3)])",
        "decoder.layers[0].activation=Tanh",
    ]);
    assert_eq!((experiment.training.batch, experiment.latent.dimension, experiment.objective.samples), (64, 10, 16));
    assert_eq!(experiment.encoder[0], Layer::dense(200, Activation::Relu));
    let second =
        Layer::Dense { units: 128, activation: Activation::Relu, norm: Norm::Group { groups: 4 }, dropout: 0.5 };
    assert_eq!(experiment.encoder[1], second);
    assert_eq!(experiment.training.optimiser, Optimiser::Sgd { momentum: 0.9 });
    assert_eq!((experiment.training.clip, experiment.data.limit), (Some(5.0), Some(500)));
    assert_eq!(experiment.data.source, Source::Shapes { count: 1000, size: 64 });
    assert_eq!(experiment.objective.beta, BetaSchedule::Warmup { from: 0.0, to: 4.0, epochs: 5.0 });
    assert_eq!((experiment.device, experiment.seed), (DeviceChoice::Cpu, u64::MAX));
    assert_eq!(experiment.decoder.layers, DecoderLayers::Layers(vec![Layer::dense(3, Activation::Tanh)]));
}

#[test]
fn options_can_be_taken_back() {
    assert_eq!(set(&["data.limit=7", "data.limit=None"]).data.limit, None);
    assert_eq!(set(&["data.limit=Some(7)"]).data.limit, Some(7));
}

#[test]
fn values_may_be_written_freely() {
    assert_eq!(set(&["name=my run"]).name, "my run");
    assert_eq!(set(&["name=\"my run\""]).name, "my run");
    assert_eq!(set(&["name=123"]).name, "123");
    assert_eq!(set(&["notes=a = \"b\" \\ é"]).notes, "a = \"b\" \\ é");
    assert_eq!(set(&["training.optimiser=Adagrad"]).training.optimiser, Optimiser::Adagrad { epsilon: 1e-8 });
    assert_eq!(set(&["objective.beta=4"]).objective.beta, BetaSchedule::Constant(4.0));
    assert_eq!(set(&["training.length=3"]).training.length, Length::Epochs(3.0));
    let source = set(&["data.source=Idx(images: \"a\")", "data.source.labels=/tmp/b c.gz"]).data.source;
    assert!(matches!(source, Source::Idx { labels: Some(labels), .. } if labels.as_os_str() == "/tmp/b c.gz"));
}

#[test]
fn errors_say_what_is_there() {
    let cases = [
        ("nothing", "nothing: expected `path=value`, for example `training.batch=64`"),
        ("seed=", "seed=: the value is missing after `=`"),
        (
            "training.bacth=3",
            "training.bacth=3: training has no field `bacth`. Did you mean `batch`? Its fields are optimiser, \
             learning_rate, schedule, clip, batch, length, initialisation, shards, history",
        ),
        (
            "momentum=3",
            "momentum=3: an experiment has no field `momentum`. Its fields are version, name, notes, seed, data, \
             encoder, decoder, latent, objective, training, device",
        ),
        (
            "batch=3",
            "batch=3: an experiment has no field `batch`. Did you mean `training.batch`? Its fields are version, name, \
             notes, seed, data, encoder, decoder, latent, objective, training, device",
        ),
        ("encoder[2].units=3", "encoder[2].units=3: encoder has 2 entries, encoder[0] to encoder[1], and no `[2]`"),
        (
            "decoder.layers[0].units=3",
            "decoder.layers[0].units=3: decoder.layers has no fields of its own; assign to it as a whole",
        ),
        ("training.batch=many", "training.batch=many: expected a whole number"),
        ("device=cpu", "device=cpu: there is no DeviceChoice `cpu`. Did you mean `Cpu`? Choose from Auto, Cpu, Wgpu"),
        (
            "data.source=Shapes(count: 5",
            "data.source=Shapes(count: 5: the value is not well-formed; check its brackets and quotes",
        ),
        ("seed=2), (x: 3", "seed=2), (x: 3: the value is not well-formed; check its brackets and quotes"),
    ];
    for (assignment, expected) in cases {
        let mut experiment = preset("mnist-2d").unwrap();
        assert_eq!(experiment.set(assignment).unwrap_err().to_string(), expected);
        assert_eq!(experiment, preset("mnist-2d").unwrap(), "nothing changes");
    }
}
