//! Experiments as text: layout, files, and what is said of a wrong one.

use elbow::experiment::*;
use std::path::Path;

#[test]
fn written_to_be_edited_by_hand() {
    let experiment = Experiment {
        name: "example".into(),
        encoder: vec![Layer::dense(400, Activation::Tanh), Layer::conv(64, 4, 2, 1, Activation::LeakyRelu)],
        ..Experiment::default()
    };
    let expected = "\
// An Elbow experiment: `elbow train` runs it. Fields left out keep their defaults.
(
    version: 1,
    name: \"example\",
    notes: \"\",
    seed: 0,
    data: (
        source: Mnist,
        binarisation: Dynamic,
        validation: 5000,
        limit: None,
        unreadable: Refuse,
        missing: None,
        mask_input: false,
        augmentation: (flip: false, shift: 0, crop: 0.0, noise: 0.0),
    ),
    encoder: [
        Dense(units: 400, activation: Tanh, norm: None, dropout: 0.0),
        Conv(channels: 64, kernel: 4, stride: 2, padding: 1, activation: LeakyRelu, norm: None, dropout: 0.0),
    ],
    decoder: (layers: Mirror, likelihood: Bernoulli),
    latent: (dimension: 2, posterior: DiagonalGaussian, prior: StandardNormal),
    objective: (
        bound: Elbo,
        estimator: Reparameterised,
        samples: 1,
        beta: Constant(1.0),
        kl: Analytic,
        kl_term: Weighted,
        penalty: None,
    ),
    training: (
        optimiser: Adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8),
        learning_rate: 0.001,
        schedule: Constant,
        clip: None,
        batch: 128,
        length: Epochs(20.0),
        initialisation: Auto,
        shards: 2,
        history: 40,
    ),
    device: Auto,
)
";
    assert_eq!(experiment.to_ron().unwrap(), expected);
}

#[test]
fn long_text_is_wrapped_and_read_back() {
    let word = |n: usize| "word ".repeat(n);
    let notes = format!("{}\n\n  two  spaces {}\\n not a line\n{}", word(60), word(30), "unbroken".repeat(40));
    let experiment = Experiment { notes, ..Experiment::default() };
    let text = experiment.to_ron().unwrap();
    assert_eq!(Experiment::from_ron(&text, "test").unwrap(), experiment);
    let broken = text.lines().filter(|line| line.ends_with('\\'));
    assert!(broken.clone().count() > 4);
    assert!(broken.filter(|line| line.len() > 130).count() <= 1, "only where no space allows a break:\n{text}");
}

#[test]
fn only_the_version_is_needed() {
    let experiment = Experiment::from_ron("(version: 1)", "test").unwrap();
    assert_eq!((experiment.encoder, experiment.training), (vec![], Training::default()));
    let windows = "\u{feff}(\r\n  version: 1,\r\n  data: (limit: 100), // a comment\r\n)\r\n";
    assert_eq!(Experiment::from_ron(windows, "test").unwrap().data.limit, Some(100));
}

#[test]
fn item_22_a_ring_and_a_ball_need_no_radius() {
    for (text, expected) in [
        ("Ring()", Prior::Ring { radius: 2.0, width: 0.3 }),
        ("Ring(width: 0.5)", Prior::Ring { radius: 2.0, width: 0.5 }),
        ("UniformBall()", Prior::UniformBall { radius: 2.0, edge: 0.2 }),
    ] {
        let text = format!("(version: 1, latent: (prior: {text}))");
        assert_eq!(Experiment::from_ron(&text, "test").unwrap().latent.prior, expected, "{text}");
    }
}

#[test]
fn wrong_texts_name_line_column_field_and_mend() {
    let cases = [
        ("", "line 1, column 1: an experiment is a group in parentheses: `(version: 1, …)`"),
        ("name: 3", "line 1, column 1: an experiment is a group in parentheses: `(version: 1, …)`"),
        ("(seed: 3)", "line 1, column 9, version: the version is missing; add `version: 1`"),
        (
            "(\n version: 1,\n  sed: 3,\n)",
            "line 3, column 3, sed: there is no field `sed` in Experiment. Did you mean `seed`? Its fields are \
             version, name, notes, seed, data, encoder, decoder, latent, objective, training, device",
        ),
        (
            "(version: 1, encoder: [\n Dense(units: 3),\n Dens(units: 4),\n])",
            "line 3, column 2, encoder[1]: there is no Layer `Dens`. Did you mean `Dense`? Choose from Dense, Conv, \
             ConvTranspose, Reshape, Residual",
        ),
        (
            "(version: 1,\n encoder: [Dense()])",
            "line 2, column 18, encoder[0].units: Dense needs the field `units`; add `units: …`",
        ),
        ("(version: 1, seed: 1, seed: 2)", "line 1, column 23, seed: the field `seed` stands here twice; remove one"),
        ("(version: 1, seed: \"a\")", "line 1, column 20, seed: expected a whole number"),
        (
            "(version: 1, seed: -3)",
            "line 1, column 21, seed: the number is out of range; write a whole number, not negative and not as large",
        ),
        (
            "(version: 1, encoder: [Dense(units: 3.5)])",
            "line 1, column 38, encoder[0].units: this value does not fit here; a whole number or a plain name is \
             expected",
        ),
        ("(version: 1, training: (clip: soon))", "line 1, column 31, training.clip: expected a number"),
        ("(version: 1, name: a)", "line 1, column 20, name: expected a text in quotes: \"…\""),
        ("(version: 1, name: \"a)", "line 1, column 20, name: the text is not closed; add a `\"`"),
        (
            "(version: 1, encoder: Dense(units: 3))",
            "line 1, column 23, encoder: expected a list in square brackets: `[…]`",
        ),
        ("(version: 1, latent: 3)", "line 1, column 22, latent: expected fields in parentheses: `(field: value, …)`"),
        (
            "(version: 1, training: (optimiser: Adam, batch: 3))",
            "line 1, column 40, training.optimiser: expected `(` after the name: write `Name(field: value)`, or \
             `Name()` to keep all defaults",
        ),
        ("(version: 1\n seed: 3)", "line 2, column 2, version: a comma or a closing bracket is missing before this"),
        (
            "(version: 1, encoder: [Dense(units 3)])",
            "line 1, column 36, encoder[0]: a colon is missing between the field's name and its value",
        ),
        ("(version: 1) x", "line 1, column 14: nothing may follow the experiment's closing parenthesis"),
        ("(version: 1, /* x", "line 1, column 17: the comment is not closed; add `*/`"),
    ];
    for (text, expected) in cases {
        let error = Experiment::from_ron(text, "e.ron").expect_err(text).to_string();
        let said = error.strip_prefix("e.ron, ").unwrap_or(&error);
        assert_eq!(said, expected, "of {text:?}");
    }
}

#[test]
fn a_newer_version_says_so_even_where_the_rest_is_unknown() {
    let error = Experiment::from_ron("(version: 3, graph: Nodes([1, 2]))", "new.ron").unwrap_err();
    let expected = "new.ron: written by a newer Elbow: version 3, this one reads up to 1; please update Elbow";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn deep_nesting_is_an_error() {
    let deep = format!("(version: 1, encoder: [{}])", "Residual(layers: [".repeat(10_000));
    let error = Experiment::from_ron(&deep, "deep.ron").unwrap_err().to_string();
    assert!(error.ends_with("nested too deeply"), "{error}");
}

#[test]
fn files_that_cannot_be_read_or_written_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.ron");
    let error = Experiment::load(&missing).unwrap_err().to_string();
    assert!(error.starts_with(&format!("{}: cannot read the experiment", missing.display())), "{error}");

    let binary = folder.path().join("binary.ron");
    std::fs::write(&binary, [0xff, 0xfe, 0x00]).unwrap();
    assert!(Experiment::load(&binary).unwrap_err().to_string().contains("UTF-8"));

    let large = folder.path().join("large.ron");
    std::fs::File::create(&large).unwrap().set_len(1 << 30).unwrap();
    assert!(Experiment::load(&large).unwrap_err().to_string().contains("too large"));

    let nowhere = folder.path().join("nowhere").join("a.ron");
    let error = Experiment::default().save(&nowhere).unwrap_err().to_string();
    assert!(error.starts_with(&format!("{}: cannot write the experiment", nowhere.display())), "{error}");
    assert!(Experiment::default().save(Path::new("/")).is_err());
}

#[test]
fn saving_replaces_the_file_and_leaves_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.ron");
    let mut experiment = Experiment::default();
    experiment.save(&file).unwrap();
    experiment.seed = 7;
    experiment.save(&file).unwrap();
    assert_eq!(Experiment::load(&file).unwrap(), experiment);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    // A folder of that name cannot be replaced; the temporary file must go.
    let taken = folder.path().join("taken");
    std::fs::create_dir(&taken).unwrap();
    experiment.save(&taken).unwrap_err();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[cfg(unix)]
#[test]
fn paths_that_are_no_text_cannot_be_written() {
    use std::os::unix::ffi::OsStrExt;
    let path = std::ffi::OsStr::from_bytes(b"a\xff").into();
    let mut experiment = Experiment::default();
    experiment.data.source = Source::Idx { images: path, labels: None, test_images: None, test_labels: None };
    assert!(matches!(experiment.to_ron(), Err(ExperimentError::Unwritable(_))));
}

/// The message about a text, without the file's name.
fn said(text: &str) -> String {
    let error = Experiment::from_ron(text, "e.ron").expect_err(text).to_string();
    error.strip_prefix("e.ron, ").unwrap_or(&error).to_string()
}

#[test]
fn item_14_habits_of_writing_are_told_in_the_users_words() {
    for (text, expected) in [
        (
            "(version: 1, training: (learning_rate: 0,001, batch: 32))",
            "line 1, column 42, training.learning_rate: a comma ends a value; write `0.001` with a point instead of \
             `0,001`",
        ),
        (
            "(version: 1, training: (batch: 1,024))",
            "line 1, column 34, training.batch: a comma ends a value; write `1.024` with a point, or `1024`, instead \
             of `1,024`",
        ),
        (
            "(version: 1, objective: (beta: Constant(0,5)))",
            "line 1, column 43, objective.beta: a comma ends a value; write `0.5` with a point instead of `0,5`",
        ),
        (
            "(version: 1, training: (batch: 3e1))",
            "line 1, column 32, training.batch: a whole number is written without point and exponent: `30` instead of \
             `3e1`",
        ),
        (
            "(version: 1, encoder: [Dense(units: 400.0)])",
            "line 1, column 40, encoder[0].units: a whole number is written without point and exponent: `400` instead \
             of `400.0`",
        ),
        (
            "(version: 1, latent: (2))",
            "line 1, column 23, latent: values in a group need the names of their fields: `(field: 2)`",
        ),
        (
            "(version: 1, encoder: [Dense(400)])",
            "line 1, column 30, encoder[0]: values in a group need the names of their fields: `Dense(field: 400)`",
        ),
        (
            "(version: 1,\n name:\u{a0}\"t\")",
            "line 2, column 7, name: this is a no-break space (U+00A0), as web pages and word processors have them; \
             write a plain space",
        ),
        (
            "(version: 1, training: (ba\u{200b}tch: 32))",
            "line 1, column 27, training: there is an invisible character here (U+200B); delete it, or type the line \
             anew",
        ),
        (
            "(version: 1, name: “t”)",
            "line 1, column 20, name: this is a typographic quotation mark (U+201C); write a plain `\"`",
        ),
    ] {
        assert_eq!(said(text), expected, "of {text:?}");
    }
    // In texts and comments they are at home.
    let text = "(version: 1, // a\u{a0}comment: 0,001\n name: \"a\u{a0}“b”, 0,001\")";
    assert_eq!(Experiment::from_ron(text, "e.ron").unwrap().name, "a\u{a0}“b”, 0,001");
}

#[test]
fn item_14_assignments_tell_habits_too() {
    for (assignment, expected) in [
        ("training.learning_rate=0,001", "write `0.001` with a point instead of `0,001`"),
        ("training.batch=3e1", "`30` instead of `3e1`"),
        ("training.batch=\u{a0}32\u{a0}3", "no-break space"),
    ] {
        let error = Experiment::default().set(assignment).unwrap_err().to_string();
        assert!(error.contains(expected), "{assignment:?}: {error}");
    }
}

#[test]
fn item_14_utf_16_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("powershell.ron");
    let text = "(version: 1, name: \"grün 𝄞\")\r\n";
    for big in [false, true] {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        let bytes: Vec<u8> =
            units.flat_map(|unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect();
        std::fs::write(&file, &bytes).unwrap();
        assert_eq!(Experiment::load(&file).unwrap().name, "grün 𝄞");
        std::fs::write(&file, &bytes[..bytes.len() - 1]).unwrap();
        assert!(Experiment::load(&file).unwrap_err().to_string().contains("UTF-16"));
    }
    std::fs::write(&file, b"(version: 1, name: \"gr\xfcn\")").unwrap();
    assert!(Experiment::load(&file).unwrap_err().to_string().contains("neither UTF-8 nor UTF-16"));
}

/// Every field but the version and a layer's size.
#[test]
fn item_14_fields_of_every_method_may_be_left_out() {
    fn all<M: Choice + serde::Serialize>(place: &str) {
        for method in M::ALL {
            let mut method = method.clone();
            let written = ron::to_string(&method).unwrap();
            let name = written.split('(').next().unwrap().trim_start_matches("r#");
            let bare = if method.fields().is_empty() { name.to_string() } else { format!("{name}()") };
            let [group, field] = place.split('.').collect::<Vec<_>>()[..] else { panic!("{place}") };
            let text = format!("(version: 1, {group}: ({field}: {bare}))");
            let read = Experiment::from_ron(&text, "e.ron").unwrap_or_else(|error| panic!("{error}")).to_ron().unwrap();
            let mut whole = Experiment::from_ron("(version: 1)", "e.ron").unwrap();
            whole.set(&format!("{place}={written}")).unwrap();
            assert_eq!(read, whole.to_ron().unwrap(), "{text}");
        }
    }
    all::<Likelihood>("decoder.likelihood");
    all::<Posterior>("latent.posterior");
    all::<Prior>("latent.prior");
    all::<Bound>("objective.bound");
    all::<Estimator>("objective.estimator");
    all::<KlTerm>("objective.kl_term");
    all::<Penalty>("objective.penalty");
    for (text, expected) in [
        (
            "objective: (penalty: FactorVae(weight: 10))",
            "FactorVae(weight: 10.0, layers: 3, hidden: 256, rate: 0.0001)",
        ),
        ("objective: (beta: Warmup(epochs: 0))", "Warmup(from: 0.0, to: 1.0, epochs: 0.0)"),
        ("objective: (beta: Cosine())", "Cosine(from: 0.0, to: 1.0, epochs: 10.0)"),
        ("objective: (beta: Cyclical(to: 4))", "Cyclical(from: 0.0, to: 4.0, period: 5.0, rise: 0.5)"),
        ("training: (schedule: Exponential())", "Exponential(rate: 0.95)"),
        ("training: (schedule: Step())", "Step(every: 10.0, factor: 0.5)"),
        ("training: (length: UntilConverged())", "UntilConverged(patience: 10, min_delta: 0.1, max_epochs: 500.0)"),
        ("training: (initialisation: Normal())", "Normal(sigma: 0.01)"),
        ("encoder: [Dense(units: 8, norm: Group())]", "Group(groups: 8)"),
    ] {
        let read = Experiment::from_ron(&format!("(version: 1, {text})"), "e.ron").unwrap().to_ron().unwrap();
        assert!(read.contains(expected), "{text}: {read}");
    }
    let error = said("(version: 1, objective: (penalty: FactorVae(wait: 10)))");
    assert!(error.contains("there is no field `wait` in FactorVae"), "{error}");
    assert_eq!(Experiment::default().set("latent.prior=Ring").map_err(|error| error.to_string()), Ok(()));
}

#[test]
fn item_15_control_characters_are_refused_in_names() {
    for text in ["(version: 1, name: \"a\\u{0}b\")", "(version: 1, name: \"a\0b\")"] {
        assert_eq!(
            said(text),
            "line 1, column 20, name: the name holds a control character (U+0000); leave it out",
            "of {text:?}"
        );
    }
    let mut experiment = Experiment::default();
    let error = experiment.set("name=a\u{7}b").unwrap_err().to_string();
    assert!(error.contains("control character (U+0007)"), "{error}");
    // What is typed into the form is marked there.
    experiment.name = "a\nb".into();
    assert!(experiment.problems(None).iter().any(|problem| problem.path == "name" && problem.is_error()));
}

fn images(experiment: &Experiment) -> &Path {
    let Source::Idx { images, .. } = &experiment.data.source else { panic!("{experiment:?}") };
    images
}

#[test]
fn item_13_relative_paths_start_at_the_experiments_folder() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.ron");
    let write = |path: &str| {
        let text = format!("(version: 1, data: (source: Idx(images: {path:?}, test_images: \"/test\")))");
        std::fs::write(&file, text).unwrap();
        Experiment::load(&file).unwrap()
    };
    // There or not, beside the file; what is only where Elbow was started, as before, there.
    assert_eq!(images(&write("data/images")), folder.path().join("data/images"));
    let here = std::env::current_dir().unwrap().join("Cargo.toml");
    assert_eq!(images(&write("Cargo.toml")), here);
    std::fs::write(folder.path().join("Cargo.toml"), "").unwrap();
    let beside = write("Cargo.toml");
    assert_eq!(images(&beside), folder.path().join("Cargo.toml"));
    // Written beside the data, the path is short again; elsewhere it is whole.
    beside.save(&file).unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("images: \"Cargo.toml\"") && text.contains("\"/test\""), "{text}");
    assert_eq!(Experiment::load(&file).unwrap(), beside);
    let elsewhere = tempfile::tempdir().unwrap();
    let copy = elsewhere.path().join("copy.ron");
    beside.save(&copy).unwrap();
    assert_eq!(Experiment::load(&copy).unwrap(), beside);
    // The folder itself.
    let mut own = beside;
    own.data.source = Source::folder(folder.path(), 8);
    own.save(&file).unwrap();
    assert!(std::fs::read_to_string(&file).unwrap().contains("path: \".\""));
    assert_eq!(Experiment::load(&file).unwrap(), own);
    // A path typed in starts where Elbow was started, also once it is written.
    let mut typed = Experiment::default();
    typed.set("data.source=Idx(images: \"presets\")").unwrap();
    typed.save(&copy).unwrap();
    assert_eq!(images(&Experiment::load(&copy).unwrap()), std::env::current_dir().unwrap().join("presets"));
    typed.set("data.source.images=").unwrap_err();
}
