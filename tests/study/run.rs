//! The promises of a study, with and without points that fail.

use super::support::{Workshop, assert_same, elbow, ended, out, said, states};
use std::path::Path;

const FOUR: &str = "axes: [List(field: \"objective.beta\", values: [1, 4]), Seeds(count: 2)]";

fn number(value: &serde_json::Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn a_study_is_run_measured_and_reported_over_seeds() {
    let workshop = Workshop::new(FOUR);
    let output = workshop.ran("out", &["--jobs", "2"], 0);
    assert!(out(&output).contains("mean ± standard error over seeds"), "{}", out(&output));
    let table = workshop.status("out");
    let expected = ["0000-beta=1,seed=0", "0001-beta=1,seed=1", "0002-beta=4,seed=0", "0003-beta=4,seed=1"];
    assert_eq!(
        states(&table).into_iter().collect::<Vec<_>>(),
        expected.map(|name| (name.to_string(), "done".to_string()))
    );
    assert_eq!(table["fields"], serde_json::json!(["beta", "seed"]));
    for point in table["points"].as_array().unwrap() {
        assert_eq!(number(&point["step"]), 60.0);
        for quantity in ["elbo", "best_elbo", "log_px", "active_units"] {
            assert!(number(&point[quantity]["value"]).is_finite(), "{quantity} of {point}");
        }
    }
    // A setting's mean and error are those of its points.
    let setting = &table["settings"][1];
    assert_eq!((&setting["values"], &setting["done"]), (&serde_json::json!(["4"]), &serde_json::json!(2)));
    let log_px = |point: usize| number(&table["points"][point]["log_px"]["value"]);
    let (a, b) = (log_px(2), log_px(3));
    assert!((number(&setting["log_px"]["value"]) - (a + b) / 2.0).abs() < 1e-9);
    assert!((number(&setting["log_px"]["se"]) - (a - b).abs() / 2.0).abs() < 1e-9, "{setting}");

    // Other commands take a point for the run that it is.
    let point = workshop.at("out").join(expected[3]);
    let eval = ["eval", point.to_str().unwrap(), "--images", "10", "--samples", "40", "--method", "importance"];
    let eval = ended(elbow(&[&eval[..], &["--gap-images", "0", "--json"]].concat()), 0);
    let eval: serde_json::Value = serde_json::from_slice(&eval.stdout).unwrap();
    // The same number, once more through JSON.
    assert!((number(&eval["log_px"]) - b).abs() < 1e-9);

    // In other forms.
    let folder = workshop.at("out");
    let folder = folder.to_str().unwrap();
    let csv = out(&ended(elbow(&["study", folder, "--status", "--csv"]), 0));
    assert_eq!(
        (csv.lines().count(), csv.lines().next().unwrap().starts_with("number,name,beta,seed,state,step,elbo,")),
        (5, true)
    );
    let markdown = out(&ended(elbow(&["study", folder, "--status", "--markdown"]), 0));
    assert!(markdown.contains("| 0003 | 4 | 1 | done | 60 |"), "{markdown}");

    // Again: there is nothing to do.
    let again = workshop.ran("out", &[], 0);
    assert!(said(&again).contains("0 of 4 points to run"), "{}", said(&again));
}

#[test]
fn what_is_added_later_keeps_the_points_that_are_done() {
    let workshop = Workshop::new(FOUR);
    workshop.ran("out", &["--jobs", "2"], 0);
    let result =
        |name: &str| std::fs::metadata(workshop.at("out").join(name).join("result.json")).unwrap().modified().unwrap();
    let before = result("0002-beta=4,seed=0");
    // A value, a seed, and an axis of which the points that are there have the base's value.
    workshop.write(
        "axes: [List(field: \"objective.beta\", values: [0.5, 1, 4]), List(field: \"latent.dimension\", values: [2]), \
         Seeds(count: 3)]",
    );
    let dry = workshop.ran("out", &["--dry-run"], 0);
    assert!(said(&dry).contains("9 points, 5 of them new"), "{}", said(&dry));
    workshop.ran("out", &["--jobs", "2"], 0);
    let states = states(&workshop.status("out"));
    assert_eq!(states.len(), 9);
    assert!(states.values().all(|state| state == "done"), "{states:?}");
    assert!(
        states.contains_key("0002-beta=4,seed=0") && states.contains_key("0004-beta=0.5,dimension=2,seed=0"),
        "{states:?}"
    );
    assert_eq!(result("0002-beta=4,seed=0"), before, "it was run again");

    // Taken away again, and another base refused.
    workshop.write("axes: [List(field: \"objective.beta\", values: [4]), Seeds(count: 2)]");
    let fewer = workshop.ran("out", &[], 0);
    assert!(said(&fewer).contains("7 points of this folder are no longer in the study"), "{}", said(&fewer));
    assert_eq!(super::support::states(&workshop.status("out")).len(), 2);
    assert!(workshop.at("out/0004-beta=0.5,dimension=2,seed=0/result.json").exists());
    let other = workshop.ran("out", &["--set", "training.batch=20"], 2);
    assert!(said(&other).contains("batch: 25") && said(&other).contains("batch: 20"), "{}", said(&other));
}

#[test]
fn another_evaluation_is_made_of_the_models_that_are_there() {
    let workshop = Workshop::new("axes: [Seeds(count: 2)]");
    workshop.ran("out", &["--jobs", "2"], 0);
    let model = workshop.at("out/0000-seed=0/checkpoint/model.safetensors");
    let saved = || std::fs::metadata(&model).unwrap().modified().unwrap();
    let before = saved();
    let text = std::fs::read_to_string(workshop.file()).unwrap();
    std::fs::write(workshop.file(), text.replace("images: 10", "images: 20")).unwrap();
    workshop.ran("out", &["--jobs", "2"], 0);
    assert_eq!(saved(), before, "it was trained again");
    let result = std::fs::read(workshop.at("out/0000-seed=0/result.json")).unwrap();
    let result: serde_json::Value = serde_json::from_slice(&result).unwrap();
    assert_eq!(number(&result["evaluation"]["images"]), 20.0);
    // Or none at all.
    std::fs::write(
        workshop.file(),
        text.replace("evaluate: (images: 10, samples: 40, method: Importance)", "evaluate: None"),
    )
    .unwrap();
    workshop.ran("none", &["--jobs", "2"], 0);
    let result = std::fs::read(workshop.at("none/0000-seed=0/result.json")).unwrap();
    let result: serde_json::Value = serde_json::from_slice(&result).unwrap();
    assert!(result["evaluation"].is_null() && result["training"]["elbo"].is_number(), "{result}");
}

#[test]
fn a_point_that_fails_leaves_the_others_alone_and_is_tried_again_when_asked() {
    // Three dimensions are too many for quadrature, which only the evaluation finds out.
    let workshop = Workshop::new("axes: [List(field: \"latent.dimension\", values: [2, 3]), Seeds(count: 2)]");
    let text = std::fs::read_to_string(workshop.file()).unwrap();
    std::fs::write(workshop.file(), text.replace("Importance", "Quadrature")).unwrap();
    let failed = workshop.ran("out", &["--jobs", "2"], 1);
    assert!(said(&failed).contains("2 points failed; --retry tries them again"), "{}", said(&failed));
    let table = workshop.status("out");
    let states: Vec<String> = states(&table).into_values().collect();
    assert_eq!(states, ["done", "done", "failed", "failed"]);
    let why = table["points"][2]["why"].as_str().unwrap();
    assert!(why.contains("dimension"), "{why}");
    let again = workshop.ran("out", &["--jobs", "2"], 1);
    let said_again = said(&again);
    assert!(said_again.contains("0 of 4 points to run"), "{said_again}");
    assert!(said_again.contains("2 points failed before"), "{said_again}");
    let retried = workshop.ran("out", &["--jobs", "2", "--retry"], 1);
    assert!(said(&retried).contains("2 of 4 points to run"), "{}", said(&retried));
    // What they failed of is mended: the models are there.
    std::fs::write(workshop.file(), text).unwrap();
    workshop.ran("out", &["--jobs", "2", "--retry"], 0);
}

#[test]
fn one_point_is_a_task_for_any_engine() {
    let workshop = Workshop::new(FOUR);
    let manifest = out(&workshop.ran("out", &["--print", "parallel", "--jobs", "3"], 0));
    assert!(manifest.contains("parallel --jobs 3") && manifest.contains("--task {} ::: 0 1 2 3"), "{manifest}");
    let script = out(&workshop.ran("out", &["--print", "slurm", "--partition", "night", "--jobs", "2"], 0));
    assert!(script.contains("#SBATCH --array=0-3%2") && script.contains("--partition=night"), "{script}");
    let job = out(&workshop.ran("out", &["--print", "kubernetes"], 0));
    assert!(job.contains("completions: 4"), "{job}");

    let folder = workshop.at("out");
    let folder = folder.to_str().unwrap();
    ended(elbow(&["study", folder, "--task", "2"]), 0);
    let states: Vec<String> = states(&workshop.status("out")).into_values().collect();
    assert_eq!(states, ["waiting", "waiting", "done", "waiting"]);
    assert!(said(&ended(elbow(&["study", folder, "--task", "2"]), 0)).contains("done already"));
    assert!(said(&ended(elbow(&["study", folder, "--task", "4"]), 2)).contains("there is no point 4; there are 4"));
    let manifest = out(&ended(elbow(&["study", folder, "--print", "parallel"]), 0));
    assert!(manifest.contains("::: 0 1 3"), "{manifest}");
    // The rest by the engine of this machine: as if one had done them all.
    ended(elbow(&["study", folder, "--jobs", "2"]), 0);
    workshop.ran("other", &["--jobs", "1"], 0);
    assert_same(&workshop.at("out"), &workshop.at("other"));
}

#[test]
fn nothing_is_written_over_and_nothing_before_all_is_right() {
    let workshop = Workshop::new("axes: [List(field: \"latent.dimension\", values: [2, 0])]");
    let wrong = workshop.ran("out", &[], 2);
    assert!(
        said(&wrong).contains("study.ron, line") || said(&wrong).contains("point 1 (dimension=0), latent.dimension"),
        "{}",
        said(&wrong)
    );
    assert!(!workshop.at("out").exists());
    workshop.write(FOUR);
    let dry = workshop.ran("out", &["--dry-run"], 0);
    assert_eq!(out(&dry).lines().next(), Some("0000-beta=1,seed=0  new"));
    assert!(!workshop.at("out").exists());
    std::fs::create_dir(workshop.at("full")).unwrap();
    std::fs::write(workshop.at("full/notes.txt"), "mine").unwrap();
    assert!(said(&workshop.ran("full", &[], 2)).contains("holds no study (there is notes.txt)"));
    let refused = |arguments: &[&str]| said(&ended(elbow(arguments), 2));
    assert!(refused(&["study", "no-such-study", "--out", "x"]).contains("neither a bundled study nor a file"));
    assert!(refused(&["study", "beta-grid"]).contains("say by --out"));
    let folder = workshop.at("full");
    assert!(refused(&["study", folder.to_str().unwrap(), "--status"]).contains("not a study's folder"));
    assert!(!Path::new("x").exists());
}

#[test]
fn one_process_at_a_time_runs_a_study_from_here() {
    let workshop = Workshop::new(FOUR);
    workshop.ran("out", &["--print", "parallel"], 0);
    let lock = std::fs::File::options().write(true).open(workshop.at("out/.lock")).unwrap();
    lock.lock().unwrap();
    let refused = workshop.ran("out", &[], 2);
    assert!(said(&refused).contains("runs this study"), "{}", said(&refused));
    workshop.status("out");
}
