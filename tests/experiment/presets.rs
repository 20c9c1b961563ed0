//! The bundled experiments are in order.

use elbow::experiment::*;

/// Fashion-MNIST's shape is in its files, which need not be there.
fn image(experiment: &Experiment) -> ImageShape {
    experiment.image_shape_hint().unwrap_or(ImageShape { channels: 1, height: 28, width: 28 })
}

#[test]
fn all_load_and_have_no_problem() {
    assert_eq!(presets()[0].name, "mnist-2d", "the one to start with");
    for Preset { name, .. } in presets() {
        let experiment = preset(name).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(experiment.name, *name);
        assert!(experiment.notes.len() > 100, "{name} says what it shows");
        assert_eq!(experiment.problems(Some(image(&experiment))), [], "{name}");
    }
}

#[test]
fn all_survive_saving() {
    let folder = tempfile::tempdir().unwrap();
    for Preset { name, .. } in presets() {
        let experiment = preset(name).unwrap();
        let file = folder.path().join(name);
        experiment.save(&file).unwrap();
        assert_eq!(Experiment::load(&file).unwrap(), experiment);
    }
}

#[test]
fn parameter_counts_are_those_of_the_papers_networks() {
    let count = |name| {
        let experiment = preset(name).unwrap();
        experiment.plan(image(&experiment)).unwrap().parameters
    };
    let dense = |from: usize, to: usize| from * to + to;
    assert_eq!(count("mnist-mlp"), 652_824);
    let burda =
        dense(784, 200) + dense(200, 200) + 2 * dense(200, 50) + dense(50, 200) + dense(200, 200) + dense(200, 784);
    assert_eq!(count("burda-2015"), burda);
    assert_eq!(count("burda-2015-k50"), burda);
    let between = |from: usize, to: usize| dense(from, 100) + dense(100, 100) + 2 * dense(100, to);
    let two_layers = dense(784, 200)
        + dense(200, 200)
        + 2 * dense(200, 100)
        + between(100, 50)
        + between(50, 100)
        + dense(100, 200)
        + dense(200, 200)
        + dense(200, 784);
    assert_eq!(count("burda-2015-2l"), two_layers);
    assert_eq!(count("kingma-2013"), dense(784, 500) + 2 * dense(500, 20) + dense(20, 500) + dense(500, 784));
    assert_eq!(count("linear-ppca"), 2 * dense(784, 10) + dense(10, 784) + 1);
}

#[test]
fn an_unknown_name_is_told_the_known_ones() {
    let error = preset("mnist-mpl").unwrap_err().to_string();
    let expected = "`mnist-mpl` is neither a preset nor a file. Did you mean `mnist-mlp`? The presets are mnist-2d, \
                    mnist-mlp, mnist-conv, toy-curve, toy-moons, iwae-vs-vae, beta-sweep, score-function-noise, \
                    linear-ppca, flow-posterior-banana, svae-sphere, vamp-prior, continuous-bernoulli, sigma-vae, \
                    fashion-conv, wine, miwae-mnist, posterior-collapse, posterior-collapse-sigma, \
                    posterior-collapse-free-bits, shapes-conv, beta-tcvae-shapes, factor-vae-shapes, kingma-2013, \
                    burda-2015, burda-2015-k50, burda-2015-2l";
    assert_eq!(error, expected);
}

#[test]
fn names_come_before_files() {
    assert_eq!(load_named_or_file("burda-2015").unwrap().name, "burda-2015");
    let error = load_named_or_file("burda.ron").unwrap_err();
    assert!(matches!(&error, ExperimentError::Read { .. }), "{error}");
    assert!(matches!(load_named_or_file("burda-15").unwrap_err(), ExperimentError::NoSuchPreset { .. }));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine");
    std::fs::write(&file, "(version: 1, name: \"mine\")").unwrap();
    assert_eq!(load_named_or_file(file.to_str().unwrap()).unwrap().name, "mine");
}
