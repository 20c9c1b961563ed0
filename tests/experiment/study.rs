//! Studies: from a text to numbered experiments, and the messages about a wrong text.

use elbow::experiment::study::*;
use elbow::experiment::{Bound, Experiment, Problem};

fn study(rest: &str) -> Study {
    let text = format!("(version: 1, base: Preset(\"mnist-2d\"), {rest})");
    StudyFile::from_ron(&text, "test.ron").unwrap_or_else(|error| panic!("{error}")).study
}

fn labels(study: &Study) -> Vec<String> {
    let names = study.short_names();
    let points = study.points().unwrap_or_else(|problems| panic!("{problems:?}"));
    points.points.iter().map(|point| names.label(&point.assignments)).collect()
}

fn said(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("{problem}\n")).collect()
}

#[test]
fn axes_are_crossed_and_the_last_one_moves_fastest() {
    let study = study("axes: [List(field: \"objective.beta\", values: [0.5, 4]), Seeds(count: 2)]");
    assert_eq!(study.problems(), []);
    assert_eq!(labels(&study), ["beta=0.5,seed=0", "beta=0.5,seed=1", "beta=4,seed=0", "beta=4,seed=1"]);
    let points = study.points().unwrap().points;
    let mut expected = study.base_experiment().unwrap();
    expected.set("objective.beta=4").unwrap();
    expected.set("seed=1").unwrap();
    assert_eq!(points[3].experiment, expected);
}

#[test]
fn values_are_those_of_the_experiments_file() {
    let study = study(
        "set: [\"training.length=2\"], axes: [Zip([List(field: \"objective.bound\", values: [Elbo, Iwae]), \
         List(field: \"training.optimiser\", values: [Adam(beta1: 0.5), Sgd])]), \
         List(field: \"encoder[0].units\", values: [7])]",
    );
    let points = study.points().unwrap().points;
    assert_eq!(labels(&study), ["bound=Elbo,optimiser=Adam-beta1-0.5,units=7", "bound=Iwae,optimiser=Sgd,units=7"]);
    assert_eq!(points[1].experiment.objective.bound, Bound::Iwae);
    let mut first = study.base_experiment().unwrap();
    for assignment in ["training.optimiser=Adam(beta1: 0.5)", "encoder[0].units=7"] {
        first.set(assignment).unwrap();
    }
    assert_eq!(points[0].experiment, first);
}

/// A field within another that an earlier axis chooses is set after it.
#[test]
fn assignments_are_made_one_after_the_other() {
    let study = study(
        "axes: [List(field: \"objective.bound\", values: [Renyi(alpha: 0.5)]), \
         List(field: \"objective.bound.alpha\", values: [0.25])]",
    );
    let points = study.points().unwrap().points;
    assert_eq!(points[0].experiment.objective.bound, Bound::Renyi { alpha: 0.25 });
}

#[test]
fn combinations_that_make_no_sense_are_left_out_with_the_reason() {
    let study = study(
        "axes: [List(field: \"objective.bound\", values: [Elbo, Iwae]), List(field: \"objective.samples\", values: [1, \
         5])], skip: [(when: \"objective.bound = Iwae and objective.samples = 1\", because: \"that is the ELBO\")]",
    );
    assert_eq!(labels(&study), ["bound=Elbo,samples=1", "bound=Elbo,samples=5", "bound=Iwae,samples=5"]);
    let skipped = study.points().unwrap().skipped;
    assert_eq!(skipped.len(), 1);
    assert_eq!(study.short_names().label(&skipped[0].assignments), "bound=Iwae,samples=1");
}

#[test]
fn a_larger_draw_keeps_the_settings_of_a_smaller_one() {
    let drawn = |count: usize| {
        study(&format!(
            "selection: Random(count: {count}, seed: 5), axes: [Log(field: \"training.learning_rate\", from: 1e-4, to: \
             1e-2), Integers(field: \"latent.dimension\", from: 2, to: 9), Seeds(count: 2)]"
        ))
    };
    let (few, many) = (labels(&drawn(4)), labels(&drawn(9)));
    assert_eq!((few.len(), many.len()), (8, 18));
    assert_eq!(few, many[..8]);
    let settings: std::collections::BTreeSet<_> =
        many.iter().map(|label| label.split(",seed").next().unwrap()).collect();
    assert_eq!(settings.len(), 9, "{many:?}");
    for point in drawn(9).points().unwrap().points {
        assert!((1e-4..=1e-2).contains(&point.experiment.training.learning_rate));
        assert!((2..=9).contains(&point.experiment.latent.dimension));
    }
}

#[test]
fn problems_of_experiments_carry_their_points_numbers() {
    let study = study(
        "axes: [List(field: \"latent.dimension\", values: [2, 0]), List(field: \"training.batch\", values: [10, 0])]",
    );
    let said = said(&study.problems());
    for expected in
        ["points 2, 3 (dimension=0,batch=10), latent.dimension:", "points 1, 3 (dimension=2,batch=0), training.batch:"]
    {
        assert!(said.contains(expected), "{expected} is not in\n{said}");
    }
    // What all have in common is the base's, and told once without numbers.
    let study = study_with_wrong_base();
    let problems = study.problems();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].path, "training.batch");
}

fn study_with_wrong_base() -> Study {
    study("set: [\"training.batch=0\"], axes: [Seeds(count: 3)]")
}

#[test]
fn problems_of_the_study_itself_are_told_at_once() {
    let study = study(
        "axes: [Log(field: \"objective.beta\", from: 0, to: 4, count: 3), Linear(field: \"objective.beta\", from: 0, \
         to: 4), List(field: \"\", values: [1]), List(field: \"seed\", values: []), Zip([Seeds(count: 2), \
         Integers(field: \"x\", from: 1, to: 3)])], skip: [(when: \"beta\", because: \"\")], evaluate: (images: 0)",
    );
    let said = said(&study.problems());
    for expected in [
        "axes[0]: from 0 to 4: ratios are of numbers above 0",
        "axes[1]: say how many numbers: `count: 5`",
        "axes[1]: axes[0] changes `objective.beta` already",
        "axes[2].field: name the field",
        "axes[3]: there is no value",
        "axes[4][1]: zipped axes move together: this one has 3 values, the first 2",
        "axes[4]: axes[3] changes `seed` already",
        "skip[0].when: `beta` is no comparison",
        "skip[0].because: say why",
        "evaluate.images: 0 is out of range",
    ] {
        assert!(said.contains(expected), "{expected} is not in\n{said}");
    }
}

#[test]
fn fields_and_values_that_do_not_fit_are_told_with_the_mend() {
    let wrong = |rest: &str| said(&study(rest).problems());
    let message = wrong("axes: [List(field: \"objective.betta\", values: [1, 2])]");
    assert!(message.contains("objective has no field `betta`. Did you mean `beta`?"), "{message}");
    let message = wrong("axes: [List(field: \"objective.bound\", values: [Elbo, Iwea])]");
    assert!(message.contains("combination 1") && message.contains("Did you mean `Iwae`?"), "{message}");
    let message = wrong("axes: [Seeds(count: 2)], skip: [(when: \"objective.betta = 1\", because: \"x\")]");
    assert!(message.contains("skip[0]: there is no field `objective.betta`"), "{message}");
    let message = wrong("axes: [Seeds(count: 2)], skip: [(when: \"seed < 9\", because: \"x\")]");
    assert!(message.contains("the conditions leave no point"), "{message}");
    let message = wrong("axes: [Seeds(count: 1000), Integers(field: \"training.batch\", from: 1, to: 1000)]");
    assert!(message.contains("more than 100000 combinations"), "{message}");
}

#[test]
fn a_wrong_text_is_told_with_file_line_field_and_mend() {
    let wrong = |text: &str| StudyFile::from_ron(text, "s.ron").unwrap_err().to_string();
    for (text, expected) in [
        (
            "(version: 1,\n axis: [])",
            "s.ron, line 2, column 2, axis: there is no field `axis` in Study. Did you mean `axes`?",
        ),
        ("(version: 1,\n base: Preset(\"x\"),\n axes: [Seeds(cuont: 3)])", "line 3"),
        ("(version: 1)", "Study needs the field `base`"),
        ("(base: Preset(\"x\"))", "the version is missing; add `version: 1`"),
        ("(version: 2, base: Preset(\"x\"))", "written by a newer Elbow: study version 2"),
        ("(version: 0, base: Preset(\"x\"))", "there is no study version 0"),
        ("(version: 1, base: Experiment((version: 9)))", "written by a newer Elbow: version 9"),
        ("", "a study is a group in parentheses"),
        ("7", "a study is a group in parentheses"),
    ] {
        let message = wrong(text);
        assert!(message.starts_with("s.ron") && message.contains(expected), "{expected} is not in {message}");
    }
}

#[test]
fn a_problem_is_told_with_its_line() {
    let text = "(\n version: 1,\n base: Preset(\"mnist-2d\"),\n axes: [\n  Seeds(count: 2),\n  \
                List(field: \"x\", values: []),\n ],\n)";
    let file = StudyFile::from_ron(text, "s.ron").unwrap();
    let problems = file.study.problems();
    assert_eq!(
        file.say(&problems[0]),
        "s.ron, line 6, axes[1]: there is no value; write one or more, or leave the axis out"
    );
}

#[test]
fn a_base_is_read_beside_its_study_and_saved_inside() {
    let folder = tempfile::tempdir().unwrap();
    let mut base = Experiment { seed: 3, ..Experiment::default() };
    base.latent.dimension = 7;
    base.save(&folder.path().join("base.ron")).unwrap();
    let path = folder.path().join("study.ron");
    std::fs::write(&path, "(version: 1, base: File(\"base.ron\"), axes: [Seeds(count: 2)])").unwrap();
    let read = StudyFile::load(&path).unwrap().study;
    assert_eq!(read.base_experiment().unwrap(), base);
    let Base::File(file) = &read.base else { panic!("{:?}", read.base) };
    assert!(file.is_absolute());
}

#[test]
fn bundled_studies_are_in_order() {
    for BundledStudy { name, text } in studies() {
        let file = load_study(name).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(file.study.name, *name);
        assert_eq!(file.study.problems(), [], "{name}");
        assert!(file.study.notes.len() > 100 && text.starts_with("// "), "{name} says what it shows");
        let points = file.study.points().unwrap().points.len();
        assert!((6..=40).contains(&points), "{name} has {points} points");
    }
    let message = load_study("beta-gird").unwrap_err().to_string();
    assert!(message.contains("Did you mean `beta-grid`?"), "{message}");
}
