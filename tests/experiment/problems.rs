//! Every problem is found, at its field.

use elbow::experiment::*;

/// A change that makes the default experiment wrong, and the paths of the problems it must give.
type Case = (fn(&mut Experiment), &'static [&'static str]);

fn paths(experiment: &Experiment, severity: Severity) -> Vec<String> {
    let problems = experiment.problems(experiment.image_shape_hint());
    problems.into_iter().filter(|problem| problem.severity == severity).map(|problem| problem.path).collect()
}

fn idx(images: &str, labels: Option<&str>, test_images: Option<&str>, test_labels: Option<&str>) -> Source {
    let [labels, test_images, test_labels] = [labels, test_images, test_labels].map(|path| path.map(Into::into));
    Source::Idx { images: images.into(), labels, test_images, test_labels }
}

/// A folder of RGB pictures.
fn folder(path: &str, width: usize, height: usize) -> Source {
    let mut source = Source::folder(path.as_ref(), width);
    let Source::Folder { height: down, rgb, .. } = &mut source else { unreachable!("a folder") };
    (*down, *rgb) = (height, true);
    source
}

#[test]
fn the_default_experiment_has_no_problem() {
    assert_eq!(Experiment::default().problems(None), []);
    assert_eq!(Experiment::default().problems(Experiment::default().image_shape_hint()), []);
}

#[test]
fn each_error_is_at_its_field() {
    let cases: &[Case] = &[
        (|e| e.version = 0, &["version"]),
        (|e| e.name = "a/b".into(), &["name"]),
        (|e| e.name = "..".into(), &["name"]),
        (|e| e.name = "x".repeat(201), &["name"]),
        (|e| e.data.source = Source::Shapes { count: 9, size: 33 }, &["data.source.count", "data.source.size"]),
        (
            |e| e.data.source = idx("", Some(""), None, Some("x")),
            &["data.source.images", "data.source.labels", "data.source.test_labels"],
        ),
        (
            |e| e.data.source = folder("", 0, 4097),
            &["data.source.path", "data.source.width", "data.source.height", "data.source"],
        ),
        (|e| (e.data.limit, e.data.validation) = (Some(0), 0), &["data.limit"]),
        (|e| e.data.binarisation = Binarisation::Threshold(0.0), &["data.binarisation"]),
        (|e| e.data.binarisation = Binarisation::Threshold(f64::NAN), &["data.binarisation"]),
        (|e| e.decoder.likelihood = Likelihood::GaussianFixed { sigma: 0.0 }, &["decoder.likelihood.sigma"]),
        (|e| e.decoder.likelihood = Likelihood::Categorical { levels: 1 }, &["decoder.likelihood.levels"]),
        (|e| e.latent.posterior = Posterior::PlanarFlow { length: 0 }, &["latent.posterior.length"]),
        (|e| e.latent.prior = Prior::RealNvp { blocks: 0, hidden: 0 }, &["latent.prior.blocks", "latent.prior.hidden"]),
        (|e| e.latent.posterior = Posterior::VonMisesFisher, &["latent.prior"]),
        (|e| e.latent.prior = Prior::UniformSphere, &["latent.prior"]),
        (|e| e.latent.posterior = Posterior::TwoLayer { upper: 2, hidden: 5, depth: 1 }, &["latent.prior"]),
        (|e| e.latent.prior = Prior::TwoLayer { hidden: 5, depth: 1 }, &["latent.prior"]),
        (
            |e| {
                e.latent.posterior = Posterior::TwoLayer { upper: 0, hidden: 0, depth: 9 };
                e.latent.prior = Prior::TwoLayer { hidden: 0, depth: 9 };
            },
            &[
                "latent.posterior.upper",
                "latent.posterior.hidden",
                "latent.posterior.depth",
                "latent.prior.hidden",
                "latent.prior.depth",
            ],
        ),
        (
            |e| (e.latent.dimension, e.latent.prior) = (3, Prior::UniformBall { radius: 2.0, edge: 0.2 }),
            &["latent.prior"],
        ),
        (|e| e.latent.dimension = 0, &["latent.dimension"]),
        (|e| e.latent.dimension = 513, &["latent.dimension"]),
        (|e| e.encoder = vec![Layer::dense(0, Activation::Tanh)], &["encoder[0].units"]),
        (
            |e| e.encoder = vec![Layer::dense(9, Activation::Tanh), Layer::conv(1, 3, 1, 0, Activation::Tanh)],
            &["encoder[1]"],
        ),
        (
            |e| e.decoder.layers = DecoderLayers::Layers(vec![Layer::conv(1, 3, 0, 0, Activation::Tanh)]),
            &["decoder.layers[0].stride"],
        ),
        (|e| e.objective.samples = 0, &["objective.samples"]),
        (|e| e.objective.samples = 5_001, &["objective.samples"]),
        (|e| e.objective.beta = BetaSchedule::Constant(-1.0), &["objective.beta"]),
        (
            |e| e.objective.beta = BetaSchedule::Warmup { from: f64::NAN, to: f64::INFINITY, epochs: 0.0 },
            &["objective.beta.from", "objective.beta.to", "objective.beta.epochs"],
        ),
        (
            |e| e.objective.beta = BetaSchedule::Cyclical { from: -1.0, to: 1.0, period: 0.0, rise: 2.0 },
            &["objective.beta.from", "objective.beta.period", "objective.beta.rise"],
        ),
        (|e| (e.objective.bound, e.objective.samples) = (Bound::Miwae { groups: 2 }, 5), &["objective.samples"]),
        (|e| e.objective.bound = Bound::Piwae { groups: 0 }, &["objective.bound.groups"]),
        (
            |e| (e.objective.bound, e.objective.samples) = (Bound::Ciwae { elbo_share: 1.5 }, 2),
            &["objective.bound.elbo_share"],
        ),
        (|e| e.objective.bound = Bound::Renyi { alpha: f64::NAN }, &["objective.bound.alpha"]),
        (|e| (e.objective.estimator, e.objective.samples) = (Estimator::Vimco, 5), &["objective.estimator"]),
        (|e| e.objective.estimator = Estimator::DoublyReparameterised, &["objective.estimator"]),
        (|e| e.objective.estimator = Estimator::ScoreFunction, &["objective.samples"]),
        (
            |e| {
                e.latent.posterior = Posterior::RadialFlow { length: 2 };
                e.objective.estimator = Estimator::StickingTheLanding;
            },
            &["objective.estimator"],
        ),
        (
            |e| e.objective.kl_term = KlTerm::FreeBits { nats: -1.0, group: 0 },
            &["objective.kl_term.nats", "objective.kl_term.group"],
        ),
        (
            |e| {
                e.objective.kl = Kl::MonteCarlo;
                e.objective.kl_term = KlTerm::FreeBits { nats: 0.1, group: 1 };
            },
            &["objective.kl_term.group"],
        ),
        (
            |e| {
                (e.objective.bound, e.objective.samples) = (Bound::Iwae, 5);
                e.objective.kl_term = KlTerm::Capacity { nats: 5.0, epochs: 1.0 };
                e.objective.penalty = Penalty::TotalCorrelationWeighted { weight: 5.0 };
            },
            &["objective.kl_term", "objective.penalty"],
        ),
        (
            |e| e.objective.penalty = Penalty::DipI { off_diagonal: -1.0, diagonal: 1.0 },
            &["objective.penalty.off_diagonal"],
        ),
        (
            |e| {
                e.latent.posterior = Posterior::FullGaussian;
                e.objective.penalty = Penalty::Mmd { weight: 1.0 };
            },
            &["objective.penalty"],
        ),
        (
            |e| {
                e.latent.prior = Prior::MixtureOfGaussians { components: 3 };
                e.objective.penalty = Penalty::Mmd { weight: 1.0 };
            },
            &["objective.penalty"],
        ),
        (|e| e.training.optimiser = Optimiser::Sgd { momentum: 1.0 }, &["training.optimiser.momentum"]),
        (
            |e| e.training.optimiser = Optimiser::Adam { beta1: 1.0, beta2: -0.1, epsilon: 0.0 },
            &["training.optimiser.beta1", "training.optimiser.beta2", "training.optimiser.epsilon"],
        ),
        (
            |e| e.training.optimiser = Optimiser::AdamW { beta1: 0.9, beta2: 0.9, epsilon: 1e-8, weight_decay: -1.0 },
            &["training.optimiser.weight_decay"],
        ),
        (|e| e.training.optimiser = Optimiser::Adagrad { epsilon: -1.0 }, &["training.optimiser.epsilon"]),
        (
            |e| e.training.optimiser = Optimiser::RmsProp { decay: 1.0, epsilon: 0.0, momentum: 1.0 },
            &["training.optimiser.decay", "training.optimiser.epsilon", "training.optimiser.momentum"],
        ),
        (|e| e.training.learning_rate = 0.0, &["training.learning_rate"]),
        (|e| e.training.learning_rate = f64::INFINITY, &["training.learning_rate"]),
        (|e| e.training.schedule = Schedule::Cosine { floor: 2.0 }, &["training.schedule.floor"]),
        (|e| e.training.schedule = Schedule::Exponential { rate: 0.0 }, &["training.schedule.rate"]),
        (
            |e| e.training.schedule = Schedule::Step { every: 0.0, factor: f64::NAN },
            &["training.schedule.every", "training.schedule.factor"],
        ),
        (|e| e.training.clip = Some(0.0), &["training.clip"]),
        (|e| e.training.batch = 0, &["training.batch"]),
        (|e| e.training.batch = 65_537, &["training.batch"]),
        (|e| e.training.length = Length::Epochs(0.0), &["training.length"]),
        (|e| e.training.length = Length::Epochs(1e10), &["training.length"]),
        (|e| e.training.length = Length::Steps(0), &["training.length"]),
        (
            |e| e.training.length = Length::UntilConverged { patience: 0, min_delta: -1.0, max_epochs: 0.0 },
            &["training.length.patience", "training.length.min_delta", "training.length.max_epochs"],
        ),
        (|e| e.training.initialisation = Initialisation::Normal { sigma: 0.0 }, &["training.initialisation.sigma"]),
        (|e| e.training.shards = 0, &["training.shards"]),
        (|e| e.training.shards = 65, &["training.shards"]),
        (|e| e.training.history = 1_001, &["training.history"]),
    ];
    for (number, (change, expected)) in cases.iter().enumerate() {
        let mut experiment = Experiment::default();
        change(&mut experiment);
        assert_eq!(paths(&experiment, Severity::Error), *expected, "case {number}");
    }
}

#[test]
fn all_problems_come_at_once_in_the_files_order() {
    let mut experiment = Experiment::default();
    experiment.data.limit = Some(0);
    experiment.latent.dimension = 0;
    experiment.encoder = vec![Layer::dense(0, Activation::Tanh)];
    experiment.objective.samples = 0;
    experiment.training.batch = 0;
    let expected = ["data.limit", "latent.dimension", "encoder[0].units", "objective.samples", "training.batch"];
    assert_eq!(paths(&experiment, Severity::Error), expected);
}

#[test]
fn without_a_shape_layers_are_checked_on_their_own() {
    let mut experiment =
        Experiment { encoder: vec![Layer::conv(8, 99, 1, 0, Activation::Relu)], ..Experiment::default() };
    assert_eq!(experiment.problems(None), []);
    assert_eq!(paths(&experiment, Severity::Error), ["encoder[0]"]);
    experiment.encoder = vec![Layer::conv(0, 3, 1, 0, Activation::Relu)];
    let problems = experiment.problems(None);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].to_string(), "encoder[0].channels: encoder layer 1: channels must be 1 to 16777216, not 0");
}

#[test]
fn doubtful_pairs_are_warned_of() {
    let batch_norm = Layer::Dense { units: 8, activation: Activation::Relu, norm: Norm::Batch, dropout: 0.0 };
    let cases: &[Case] = &[
        (|e| e.data.validation = 30_000, &[]),
        (|e| e.data.validation = 30_001, &["data.validation"]),
        (|e| (e.data.limit, e.data.validation) = (Some(5_000), 2_501), &["data.validation"]),
        // Of few images a tenth is held out unless a number is given.
        (|e| e.data.limit = Some(5_000), &[]),
        (|e| e.data.binarisation = Binarisation::None, &["decoder.likelihood"]),
        (|e| e.decoder.likelihood = Likelihood::GaussianLearned, &["decoder.likelihood"]),
        (|e| e.decoder.likelihood = Likelihood::GaussianFixed { sigma: 0.1 }, &["decoder.likelihood"]),
        (
            |e| {
                e.decoder.likelihood = Likelihood::GaussianLearned;
                e.data.binarisation = Binarisation::None;
            },
            &[],
        ),
        (|e| e.objective.bound = Bound::Iwae, &["objective.samples"]),
        (
            |e| {
                e.objective.bound = Bound::Renyi { alpha: -1.0 };
                e.objective.samples = 2;
            },
            &["objective.bound.alpha"],
        ),
        (|e| e.training.schedule = Schedule::Burda, &["training.schedule"]),
        (
            |e| {
                e.training.schedule = Schedule::Burda;
                e.training.length = Length::Epochs(3_280.0);
            },
            &[],
        ),
        (
            |e| {
                let output = Layer::dense(784, Activation::Linear);
                e.decoder.layers = DecoderLayers::Layers(vec![Layer::dense(8, Activation::Relu), output]);
            },
            &["decoder.layers[1]"],
        ),
        // Item 18: nothing to compare.
        (
            |e| {
                e.training.batch = 1;
                e.objective.penalty = Penalty::TotalCorrelationWeighted { weight: 5.0 };
            },
            &["objective.penalty"],
        ),
        (
            |e| {
                e.training.batch = 1;
                e.objective.penalty = Penalty::DipI { off_diagonal: 10.0, diagonal: 100.0 };
            },
            &["objective.penalty"],
        ),
        (
            |e| {
                e.training.batch = 1;
                e.objective.penalty = Penalty::DipII { off_diagonal: 10.0, diagonal: 10.0 };
            },
            &[],
        ),
    ];
    for (number, (change, expected)) in cases.iter().enumerate() {
        let mut experiment = Experiment::default();
        change(&mut experiment);
        assert_eq!(paths(&experiment, Severity::Warning), *expected, "case {number}");
        assert_eq!(paths(&experiment, Severity::Error), [""; 0], "case {number}");
    }
    let mut experiment =
        Experiment { encoder: vec![Layer::Residual { layers: vec![batch_norm] }], ..Experiment::default() };
    experiment.encoder.insert(0, Layer::dense(8, Activation::Relu));
    assert_eq!(paths(&experiment, Severity::Warning), [""; 0]);
    experiment.training.batch = 3;
    assert_eq!(paths(&experiment, Severity::Warning), ["training.batch"]);
}

#[test]
fn shapes_are_known_where_no_file_is_needed() {
    let shape = |source| {
        let experiment = Experiment { data: Data { source, ..Data::default() }, ..Experiment::default() };
        experiment.image_shape_hint().map(|image| (image.channels, image.height, image.width))
    };
    assert_eq!(shape(Source::Mnist), Some((1, 28, 28)));
    assert_eq!(shape(Source::Shapes { count: 100, size: 64 }), Some((1, 64, 64)));
    assert_eq!(shape(folder("x", 40, 30)), Some((3, 30, 40)));
    assert_eq!(shape(idx("x", None, None, None)), None);
}
