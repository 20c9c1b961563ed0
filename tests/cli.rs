//! The real binary, as a script sees it: exit status, standard output, files.

#[cfg(unix)]
#[path = "support/pipe.rs"]
mod pipe;
#[path = "support/program.rs"]
mod program;

use elbow::data::Split;
use elbow::experiment::study::{BundledStudy, studies};
use elbow::experiment::{Experiment, presets};
use elbow::export::read_experiment;
use elbow::train::RunFolder;
use program::{command, done, elbow, refused};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// A preset cut to a second's training.
const QUICK: [&str; 8] = [
    "mnist-2d",
    "--device",
    "cpu",
    "--set",
    "data.limit=2000",
    "--set",
    "data.validation=200",
    "--set=training.batch=64",
];

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn number(value: &Value, field: &str) -> f64 {
    value[field].as_f64().unwrap_or_else(|| panic!("{field} is no number in {value}"))
}

fn train(folder: &Path, more: &[&str]) -> String {
    let folder = folder.to_str().unwrap();
    done(&[&["train"], &QUICK[..], &["--out", folder], more].concat())
}

/// One trained run for all tests that only look at one: its folder and the summary.
fn run() -> &'static (PathBuf, Value) {
    static RUN: OnceLock<(PathBuf, Value)> = OnceLock::new();
    RUN.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli-run");
        if folder.exists() {
            std::fs::remove_dir_all(&folder).unwrap();
        }
        let summary = json(&train(&folder, &["--steps", "40", "--json"]));
        (folder, summary)
    })
}

fn run_folder() -> &'static str {
    run().0.to_str().unwrap()
}

#[test]
fn presets_are_listed_and_printed_as_text_that_loads() {
    let listed = done(&["presets"]);
    // A heading between two empty lines, then the studies.
    assert_eq!(listed.lines().count(), presets().len() + 3 + studies().len());
    for BundledStudy { name, text } in studies() {
        assert!(listed.lines().any(|line| line.split(' ').next() == Some(*name)), "{name}");
        assert_eq!(done(&["presets", name]), *text);
    }
    for (line, preset) in listed.lines().zip(presets()) {
        let (name, summary) = line.split_once(' ').unwrap();
        assert_eq!(name, preset.name);
        assert!(summary.trim().len() > 10, "{line}");
        let printed = Experiment::from_ron(&done(&["presets", name]), name).unwrap();
        assert_eq!(printed, Experiment::from_ron(preset.text, name).unwrap());
    }
    for (line, preset) in done(&["presets", "--json"]).lines().zip(presets()) {
        let listed = json(line);
        assert_eq!(listed["name"], preset.name);
        assert!(preset.text.starts_with(&format!("// {}\n", listed["summary"].as_str().unwrap())), "{listed}");
        assert!(listed["notes"].as_str().unwrap().len() > 100, "{listed}");
    }
}

#[test]
fn devices_list_the_cpu_and_exactly_one_automatic_choice() {
    let devices: Vec<Value> = done(&["devices", "--json"]).lines().map(json).collect();
    assert!(devices.iter().any(|device| device["device"] == "cpu"));
    let automatic: Vec<&Value> = devices.iter().filter(|device| device["automatic"] == true).collect();
    assert_eq!(automatic.len(), 1);
    assert_eq!(automatic[0]["software"], false, "a software adapter is never chosen by itself");
    assert_eq!(done(&["devices"]).lines().count(), devices.len());
}

#[test]
fn wrong_input_is_refused_with_the_field_and_a_mend() {
    refused(&["train", "mnist-3d"], &["`mnist-3d` is neither a preset nor a file", "mnist-2d"]);
    refused(&["presets", "mnist"], &["`mnist` is neither"]);
    refused(&["train", "mnist-2d", "--set", "latent.dimenson=3"], &["--set latent.dimenson=3", "`dimension`"]);
    refused(&["train", "mnist-2d", "--set", "training.batch=many"], &["--set training.batch=many"]);
    // All problems at once.
    let zero = ["train", "mnist-2d", "--set", "latent.dimension=0", "--set", "training.batch=0"];
    refused(&zero, &["mnist-2d: latent.dimension: ", "mnist-2d: training.batch: "]);
    refused(&["train", "mnist-2d", "--steps", "0"], &["--steps"]);
    refused(&["train"], &["PRESET"]);
    refused(&["train", "--resume"], &["--out"]);
    refused(&["train", "mnist-2d", "--resume", "--out", "x"], &["--resume"]);
    refused(&["sample", "run", "--grid", "0x8", "--out", "x.png"], &["--grid", "ROWSxCOLUMNS"]);
    refused(&["sample", "run", "--scale", "0", "--out", "x.png"], &["--scale"]);
    refused(&["bench", "mlp-129"], &["mlp-129", "mlp-128"]);
    refused(&["bench", "--seconds", "0"], &["--seconds"]);
    refused(&["trian"], &["trian", "elbow --help"]);
}

#[test]
fn wrong_files_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
    let broken = path("broken.ron");
    std::fs::write(&broken, "(\n    version: 1,\n    latent: (dimension: \"two\"),\n)").unwrap();
    refused(&["train", &broken], &["broken.ron, line 3", "latent.dimension"]);
    refused(&["train", &path("missing.ron")], &["missing.ron"]);
    for command in [&["eval"][..], &["sample", "--out", "x.png"], &["train", "--resume", "--out"]] {
        let arguments = [command, &[folder.path().to_str().unwrap()]].concat();
        refused(&arguments, &["is not a run folder", "experiment.ron"]);
    }
    // Data that are not there are wrong input too, not a failed run.
    let missing = format!("data.source=Idx(images: {:?})", path("digits.gz"));
    refused(&["train", "mnist-2d", "--device", "cpu", "--set", &missing], &["digits.gz"]);
    refused(&["train", "mnist-2d", "--out", &format!("{broken}/run")], &["--out", "cannot make the folder"]);
}

#[test]
fn a_run_folder_holds_the_run() {
    let (folder, summary) = run();
    let experiment = Experiment::load(&folder.join("experiment.ron")).unwrap();
    assert_eq!(
        (experiment.name.as_str(), experiment.training.batch, experiment.data.limit),
        ("mnist-2d", 64, Some(2000))
    );

    assert_eq!((&summary["name"], &summary["step"]), (&Value::from("mnist-2d"), &Value::from(40)));
    let bound = number(summary, "reconstruction") - number(summary, "kl");
    assert!((number(summary, "elbo") - bound).abs() < 1e-3, "{summary}");
    assert!(
        number(summary, "elbo_se") > 0.0 && number(summary, "seconds") > 0.0 && number(summary, "images_per_s") > 0.0
    );
    assert!((number(summary, "epoch") - 40.0 * 64.0 / 1800.0).abs() < 0.05, "{summary}");

    let text = std::fs::read_to_string(folder.join("metrics.csv")).unwrap();
    let contract = "step,epoch,images,seconds,split,elbo,elbo_se,reconstruction,kl,beta,learning_rate,gradient_norm";
    assert!(text.starts_with(contract), "{text}");
    let reports = RunFolder::at(folder).reports().unwrap();
    assert!(reports.iter().any(|report| report.split == Split::Train && report.gradient_norm > 0.0));
    assert!(reports.iter().all(|report| report.kl_per_dimension.len() == 2));
    let last = reports.iter().rfind(|report| report.split == Split::Validation).unwrap();
    assert_eq!(summary["split"].as_str(), Some("validation"));
    // JSON's numbers are read back to a unit in the last place.
    assert!((last.elbo - number(summary, "elbo")).abs() < 1e-12 * last.elbo.abs());

    for (name, width, height) in [
        // Without the gutters of the labels: 10 columns, 3 rows; 11 columns, 2 dimensions; 8 × 8.
        ("reconstructions.png", 10, 3),
        ("traversals.png", 11, 2),
        ("samples.png", 8, 8),
    ] {
        let picture = folder.join(name);
        assert_eq!(Experiment::from_ron(&read_experiment(&picture).unwrap(), name).unwrap(), experiment, "{name}");
        let (w, h) = image::image_dimensions(&picture).unwrap();
        assert!((4 + width * 60..4 + (width + 2) * 60).contains(&w), "{name}: {w} wide");
        assert!((4 + height * 60..4 + (height + 1) * 60).contains(&h), "{name}: {h} high");
    }
}

#[test]
fn a_run_is_not_overwritten() {
    let arguments = [&["train"], &QUICK[..], &["--out", run_folder()]].concat();
    refused(&arguments, &["there is a run already", "--resume"]);
}

#[test]
fn eval_prints_the_contract() {
    let evaluate = ["eval", run_folder(), "--images", "30", "--samples", "100", "--json"];
    let found = json(&done(&evaluate));
    for (field, expected) in [("split", Value::from("test")), ("images", 30.into()), ("samples", 100.into())] {
        assert_eq!(found[field], expected, "{found}");
    }
    let [elbo, log_px] = ["elbo", "log_px"].map(|field| number(&found, field));
    assert!((elbo - (number(&found, "reconstruction") - number(&found, "kl"))).abs() < 1e-3, "{found}");
    // log p(x) is above the bound.
    assert!(log_px > elbo && log_px < 0.0, "{found}");
    assert!(number(&found, "elbo_se") > 0.0 && number(&found, "log_px_se") > 0.0, "{found}");
    assert!((0.0..=2.0).contains(&number(&found, "active_units")), "{found}");
    assert!(found["method"].as_str().is_some_and(|method| !method.is_empty()));
    let timeless = |mut found: Value| {
        found["methods"].as_array_mut().expect("a list").iter_mut().for_each(|m| m["seconds"] = Value::Null);
        found
    };
    assert_eq!(timeless(json(&done(&evaluate))), timeless(found.clone()), "an evaluation is a function of the run");

    // Two latent dimensions: quadrature leads, importance sampling stands beside it, and the identity holds.
    assert_eq!(found["method"], "quadrature over z");
    let methods = found["methods"].as_array().expect("a list");
    assert_eq!(methods.len(), 2, "{found}");
    // A hundred samples from a q so little trained are too few, and it is said.
    let agree = found["agreement"][0]["agree"] == true;
    let degenerate = found["importance"]["degenerate_images"].as_u64().is_some_and(|images| images > 0);
    assert!(agree || degenerate, "{found}");
    assert_eq!(degenerate, found["warnings"].as_array().is_some_and(|warnings| !warnings.is_empty()), "{found}");
    let [residual, se] = ["value", "se"].map(|field| number(&found["residual"], field));
    assert!(residual.abs() < 4.0 * se + 1e-3, "{found}");
    // One ELBO on one set of images: the rows add up, and each says both of its errors.
    let rows = found["identity"].as_array().expect("the terms");
    let [log_px, gap, elbo, reconstruction, kl] = std::array::from_fn(|row| number(&rows[row], "value"));
    assert!((elbo - (reconstruction - kl)).abs() < 1e-9 && elbo == number(&found, "elbo"), "{found}");
    assert!((log_px - gap - elbo - residual).abs() < 1e-9, "{found}");
    assert!(rows.iter().all(|row| number(row, "images_se") > 0.0), "{found}");
    assert!(rows[..4].iter().all(|row| number(row, "measurement_se") > 0.0), "{found}");
    // The error of the lattice is part of the residual's.
    assert!(se >= number(&rows[0], "measurement_se"), "{found}");
    let split = &found["gap_split"];
    let gap = ["approximation_gap", "amortisation_gap"].map(|part| number(&split[part], "value"));
    assert!(gap.iter().all(|part| *part > -0.1) && split["images"] == 30, "{found}");
    assert!(number(&found["aggregate"]["mutual_information"], "value") <= 30.0_f64.ln(), "{found}");

    let annealed = ["--method", "ais", "--images", "4", "--temperatures", "40", "--chains", "4", "--json"];
    let found = json(&done(&[&["eval", run_folder()], &annealed[..]].concat()));
    assert_eq!(found["method"], "annealed importance sampling");
    assert_eq!(found["annealing"]["simulated"]["images"], 4, "{found}");
    let adapted = ["--method", "adaptive", "--images", "4", "--samples", "600", "--json"];
    let found = json(&done(&[&["eval", run_folder()], &adapted[..]].concat()));
    assert_eq!(found["method"], "adaptive importance sampling");
    assert!((300..600).contains(&found["adaptive"]["counted"].as_u64().expect("a number")), "{found}");
    assert!(number(&found["adaptive"], "effective_samples") > 1.0 && found["samples"] == 600, "{found}");
    refused(&["eval", run_folder(), "--method", "exact"], &["closed form", "--method auto"]);

    let text = done(&["eval", run_folder(), "--images", "5", "--samples", "10", "--split", "validation"]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "5 validation images, nats per image", "{text}");
    assert!(lines[1].ends_with("± measurement  ± over images") && lines[2].starts_with("log p(x) "), "{text}");
    assert!(text.contains("\nresidual ") && text.contains("by quadrature over z\n"), "{text}");
}

#[test]
fn grids_of_a_run_are_pictures_with_its_experiment_inside() {
    let folder = tempfile::tempdir().unwrap();
    let picture = |name: &str, command: &str, more: &[&str]| {
        let path = folder.path().join(name);
        let out = path.to_str().unwrap();
        let plain = ["--no-labels", "--scale", "1", "--padding", "0", "--out", out];
        assert_eq!(done(&[&[command, run_folder()], &plain[..], more].concat()).trim_end(), out);
        let experiment = Experiment::from_ron(&read_experiment(&path).unwrap(), name).unwrap();
        assert_eq!(experiment, Experiment::load(&Path::new(run_folder()).join("experiment.ron")).unwrap());
        image::open(&path).unwrap().to_rgb8()
    };
    let samples = picture("a.png", "sample", &["--grid", "3x5"]);
    assert_eq!(samples.dimensions(), (5 * 28, 3 * 28));
    assert_eq!(picture("b.png", "sample", &["--grid", "3x5"]), samples, "the same seed, the same picture");
    assert_ne!(picture("c.png", "sample", &["--grid", "3x5", "--seed", "1"]), samples);
    let draws = picture("d.png", "sample", &["--grid", "3x5", "--draws"]);
    assert!(draws.pixels().all(|pixel| matches!(pixel.0, [0, 0, 0] | [255, 255, 255])), "Bernoulli draws");
    let fitted =
        ["gaussian", "mixture"].map(|from| picture("fitted.png", "sample", &["--grid", "3x5", "--from", from]));
    assert!(fitted[0] != fitted[1] && !fitted.contains(&samples), "three distributions of z");
    // At temperature 0 every z is the prior's mean.
    let cold = picture("e.png", "sample", &["--grid", "1x2", "--temperature", "0"]);
    let half = |from| image::imageops::crop_imm(&cold, from, 0, 28, 28).to_image();
    assert_eq!(half(0), half(28));

    assert_eq!(picture("f.png", "reconstruct", &[]).dimensions(), (10 * 28, 3 * 28));
    assert_eq!(picture("g.png", "reconstruct", &["--grid", "2x4", "--split", "train"]).dimensions(), (4 * 28, 6 * 28));
    let traversals = picture("h.png", "traverse", &["--grid", "9x5"]);
    assert_eq!(traversals.dimensions(), (5 * 28, 2 * 28), "there are two latent dimensions");
    assert_ne!(picture("i.png", "traverse", &["--grid", "9x5", "--image", "3"]), traversals);
}

#[test]
fn a_resumed_run_is_the_uninterrupted_one() {
    let folder = tempfile::tempdir().unwrap();
    let parts = folder.path().join("parts");
    train(&parts, &["--steps", "15"]);
    let more = ["train", "--resume", "--steps", "25", "--json", "--out", parts.to_str().unwrap()];
    let summary = json(&done(&more));
    assert_eq!(summary["step"], 40);

    let model = |run: &Path| std::fs::read(run.join("checkpoint/model.safetensors")).unwrap();
    assert!(model(&parts) == model(&run().0), "15 + 25 steps are 40 steps, bit for bit");
    let steps: Vec<u64> = RunFolder::at(&parts).reports().unwrap().iter().map(|report| report.step).collect();
    assert!(steps.is_sorted() && steps.contains(&40), "{steps:?}");
}

#[test]
fn bench_prints_a_json_line_a_set_up() {
    let line = json(&done(&["bench", "mlp-128", "--device", "cpu", "--seconds", "0.2", "--json"]));
    assert_eq!((&line["impl"], &line["setup"]), (&Value::from("elbow-cpu"), &Value::from("mlp-128")));
    for field in ["images_per_s", "ms_per_step", "first_step_s"] {
        assert!(number(&line, field) > 0.0, "{line}");
    }
    assert!(line.get("launches_per_step").is_none(), "nothing is launched on the CPU: {line}");
    let peak = json(&done(&["bench", "gemm-peak", "--seconds", "0.1", "--json"]));
    assert!(peak["setup"] == "gemm-peak" && peak["gflop_per_s"].as_f64().is_some_and(|speed| speed > 0.0));
}

#[test]
fn a_run_that_fails_exits_with_1_and_keeps_its_last_good_state() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let diverge = [
        "--set",
        "training.optimiser=Sgd",
        "--set",
        "training.learning_rate=1e6",
        "--set",
        "training.length=Steps(500)",
    ];
    let ran = elbow(&[&["train"], &QUICK[..], &diverge, &["--out", out.to_str().unwrap()]].concat());
    assert_eq!(ran.status, 1, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("the last good state is in"), "{}", ran.stderr);
    let sample = folder.path().join("x.png");
    done(&["sample", out.to_str().unwrap(), "--grid", "1x1", "--out", sample.to_str().unwrap()]);
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let mut child = command(&["presets", "burda-2015"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), ended.stderr), (Some(0), Vec::new()));
}

#[cfg(all(target_os = "linux", feature = "gui"))]
#[test]
fn without_a_display_the_headless_commands_are_named() {
    let mut command = command(&[]);
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET");
    let output = command.output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains("no display") && message.contains("`elbow train mnist-2d --out run`"), "{message}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_and_saves() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let endless = ["--set", "training.length=Steps(100000000)", "--json", "--out", out.to_str().unwrap()];
    let arguments = [&["train"], &QUICK[..], &endless].concat();
    let mut child = command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Its first progress line says that it trains.
    let mut first = String::new();
    let mut stderr = std::io::BufReader::new(child.stderr.take().unwrap());
    while !first.contains("images/s") {
        first.clear();
        assert!(std::io::BufRead::read_line(&mut stderr, &mut first).unwrap() > 0, "it ended by itself");
    }
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0));
    let summary = json(&String::from_utf8(ended.stdout).unwrap());
    assert_eq!(summary["state"], "stopped");
    let resumed = done(&["train", "--resume", "--steps", "1", "--json", "--out", out.to_str().unwrap()]);
    assert_eq!(number(&json(&resumed), "step"), number(&summary, "step") + 1.0);
}

/// A few of them; the command by itself tries all.
#[test]
fn combinations_are_tried_and_those_not_offered_say_why() {
    let some = ["Bernoulli", "MixtureOfLogistics", "FullGaussian", "VonMisesFisher", "VampPrior", "UniformSphere"];
    let arguments = [&["combinations"], &some[..], &["--steps", "20"]].concat();
    let lines: Vec<Value> = done(&[&arguments[..], &["--json"]].concat()).lines().map(json).collect();
    assert_eq!(lines.len(), 2 * 2 * 2);
    for line in &lines {
        let offered = (line["posterior"] == "VonMisesFisher") == (line["prior"] == "UniformSphere");
        assert_eq!(line["offered"], offered, "{line}");
        assert_eq!(line["reason"].is_string(), !offered, "{line}");
        assert_eq!(line["ok"] == true, offered, "{line}");
        if offered {
            let rise = number(&line["rise"], "value");
            assert!((number(line, "after") - number(line, "before") - rise).abs() < 1e-6, "{line}");
        }
    }
    let text = done(&arguments);
    assert!(text.contains("4 of 8 combinations are offered; 4 trained 20 steps"), "{text}");
    assert!(text.contains("VampPrior beside von Mises–Fisher: "), "{text}");
    assert!(text.contains("in one dimension: a sphere needs at least 2 dimensions"), "{text}");
    refused(&["combinations", "Cauchy"], &["Cauchy", "Bernoulli", "UniformSphere"]);
}

#[test]
fn eval_scores_the_code_against_known_factors() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let out = out.to_str().unwrap();
    let small = ["beta-tcvae-shapes", "--device=cpu", "--set=data.source.count=1500", "--set=data.validation=100"];
    done(
        &[
            &["train"],
            &small[..],
            &["--set=encoder=[Dense(units: 40, activation: Relu)]", "--steps", "60", "--out", out],
        ]
        .concat(),
    );
    let evaluate = ["eval", out, "--images", "20", "--samples", "20", "--gap-images", "0"];
    let found = json(&done(&[&evaluate[..], &["--json"]].concat()));
    let scores = &found["disentanglement"];
    assert_eq!(scores["images"], 1_400, "{found}");
    let names =
        ["mig", "sap", "dci_disentanglement", "dci_completeness", "dci_informativeness", "factor_vae", "beta_vae"];
    let values = names.map(|name| number(scores, name));
    assert!(values.iter().all(|score| (0.0..=1.0).contains(score)), "{scores}");
    let text = done(&evaluate);
    assert!(text.contains(&format!("MIG                   {:.3}\n", values[0])), "{text}");
    assert!(text.contains("posterior means of 1400 training images"), "{text}");

    let without =
        json(&done(&["eval", run_folder(), "--images", "5", "--samples", "5", "--gap-images", "0", "--json"]));
    assert_eq!(without["disentanglement"], Value::Null, "MNIST has no known factors");
}

#[test]
fn item_13_a_run_opens_from_anywhere() {
    let root = tempfile::tempdir().unwrap();
    let folder = |name: &str| {
        let path = root.path().join(name);
        std::fs::create_dir_all(&path).unwrap();
        path
    };
    let (presets, here, there) = (folder("presets"), folder("here"), folder("there"));
    let data = folder("presets/data");
    for i in 0..20_u8 {
        image::GrayImage::from_fn(8, 8, |x, y| image::Luma([i * x as u8 + y as u8]))
            .save(data.join(format!("{i}.png")))
            .unwrap();
    }
    let text = "(version: 1, \
                data: (source: Folder(path: \"data\", width: 8, height: 8), binarisation: None, validation: 0), \
                encoder: [Dense(units: 4)], decoder: (likelihood: GaussianLearned), device: Cpu)";
    std::fs::write(presets.join("mine.ron"), text).unwrap();
    let run = |folder: &Path, arguments: &[&str]| {
        let output = command(arguments).current_dir(folder).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {said}");
    };
    run(&here, &["train", "../presets/mine.ron", "--steps", "2", "--out", "run"]);
    std::fs::rename(here.join("run"), there.join("run")).unwrap();
    run(&there, &["train", "--resume", "--steps", "1", "--out", "run"]);
    run(root.path(), &["sample", "there/run", "--grid", "1x1", "--out", "sample.png"]);
    std::fs::rename(&data, presets.join("gone")).unwrap();
    let looked = data.display().to_string();
    let output = command(&["sample", "there/run", "--out", "sample.png"]).current_dir(root.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(2) && said.contains(&looked), "{said}");
}

/// A picture or a pipe may take its time: nobody waits for it.
#[cfg(unix)]
#[test]
fn item_12_ctrl_c_during_reading_ends_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("images");
    let source = format!("data.source=Idx(images: {pipe:?})");
    let train = command(&["train", "mnist-2d", "--device", "cpu", "--set", &source, "--steps", "1"]);
    let (mut child, writer) = pipe::interrupted_at(&pipe, train);
    let start = std::time::Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(start.elapsed().as_secs() < 5, "it waits for the pipe");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    drop(writer);
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(130));
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(said.contains("interrupted before there was a model"), "{said}");
}

#[test]
fn item_12_how_many_images_were_read_is_said() {
    let folder = tempfile::tempdir().unwrap();
    for i in 0..4_u8 {
        image::GrayImage::from_pixel(8, 8, image::Luma([i * 60])).save(folder.path().join(format!("{i}.png"))).unwrap();
        std::fs::write(folder.path().join(format!("{i}.heic")), "a picture").unwrap();
    }
    let source = format!("data.source=Folder(path: {:?}, width: 8, height: 8)", folder.path());
    let ran = elbow(&["train", "mnist-mlp", "--device=cpu", "--set", &source, "--set=data.validation=0", "--steps=1"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("4 images: 3 for training, the validation on the same, 1 for the test"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("passed over: 4 other files (4 .heic)"), "{}", ran.stderr);
}

#[test]
fn data_are_looked_at_without_training() {
    let file = |name: &str| format!("{}/tests/formats/good/{name}", env!("CARGO_MANIFEST_DIR"));
    let found = json(&done(&["data", &file("factors.npz"), "--json"]));
    assert_eq!(found["shape"], serde_json::json!([1, 4, 5]));
    // Of five training images one is held out.
    assert_eq!((number(&found, "train"), number(&found, "test")), (4.0, 1.0));
    assert_eq!(found["factors"].as_array().map(Vec::len), Some(3));
    assert_eq!((found["values"]["levels"].as_f64(), found["values"]["max"].as_f64()), (Some(2.0), Some(1.0)));
    let bernoulli = &found["likelihoods"][0];
    assert!(bernoulli["fits"] == true && bernoulli["likelihood"] == "Bernoulli", "{bernoulli}");
    let words = done(&["data", &file("grey.npy"), "--set", "data.source.levels=Type"]);
    for part in ["6 grey images", "1 × 4 × 5", "+ Bernoulli", "of grey ones it is no density", "histogram"] {
        assert!(words.contains(part), "{part} in {words}");
    }
    // A mask of either meaning, and a table in Parquet.
    for (mask, ones) in [("known", "Known"), ("missing", "Missing")] {
        let set = [format!("data.source.mask={mask}"), format!("data.source.mask_ones={ones}")];
        let words = done(&["data", &file("masked.npz"), "--set", &set[0], "--set", &set[1]]);
        for part in ["missing       41 values, 25.6 %", "41 values (34.2 %) are missing by the mask"] {
            assert!(words.contains(part), "{part} in {words}");
        }
    }
    let words = done(&["data", &file("rows.parquet"), "--set", "data.source.label=site"]);
    for part in ["rows", "north", "kind: émeu", "passed over, having neither numbers nor texts: `list.list.element`"] {
        assert!(words.contains(part), "{part} in {words}");
    }
    // A preset, and what is nothing.
    assert!(done(&["data", "mnist-2d", "--set=data.limit=500"]).contains("28 × 28"));
    let nothing = elbow(&["data", &file("nothing.npz")]);
    assert!(nothing.status == 2 && nothing.stderr.contains("no such file or folder"), "{}", nothing.stderr);
}

/// Where no images are held out, the bound is measured on training images, and they are called that.
#[test]
fn item_03_without_held_out_images_nothing_is_called_validation() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let out = out.to_str().unwrap();
    let none = ["train", "mnist-2d", "--device=cpu", "--set=data.limit=600", "--set=data.validation=0", "--steps=10"];
    let ran = elbow(&[&none[..], &["--out", out]].concat());
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("\ntraining ELBO"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("validation"), "{}", ran.stdout);
    assert_eq!(json(&done(&[&none[..], &["--json"]].concat()))["split"], "train");
    let evaluate = ["eval", out, "--split=validation", "--images=5", "--samples=20", "--gap-images=0"];
    assert!(done(&evaluate).starts_with("5 training images, nats per image"));
    assert_eq!(json(&done(&[&evaluate[..], &["--json"]].concat()))["split"], "train");
    // The table keeps its contract.
    let table = std::fs::read_to_string(Path::new(out).join("metrics.csv")).unwrap();
    assert!(table.contains(",validation,") && table.contains(",train,"), "{table}");
}

#[test]
fn runs_are_listed_filtered_sorted_and_printed() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().to_str().unwrap();
    for (name, seed) in [("first", "1"), ("second", "2")] {
        let seed = format!("seed={seed}");
        train(&root.path().join(name), &["--set", &seed, "--set", "training.length=Steps(20)"]);
    }
    let runs = |more: &[&str]| done(&[&["runs", folder], more].concat());
    let listed: Vec<Value> = runs(&["--json", "--sort", "seed"]).lines().map(json).collect();
    assert_eq!(listed.iter().map(|run| &run["fields"]["seed"]).collect::<Vec<_>>(), [1, 2]);
    for run in &listed {
        assert_eq!((&run["state"], number(run, "step")), (&Value::from("finished"), 20.0), "{run}");
        assert!(number(run, "elbo") < 0.0 && number(run, "kl") > 0.0, "{run}");
    }
    let csv = runs(&["--csv", "--sort", "-elbo", "--filter", "seed > 1 and state = finished"]);
    let lines: Vec<&str> = csv.lines().collect();
    assert!(
        lines.len() == 2 && lines[0].starts_with("state,name,date,") && lines[0].contains(",elbo,elbo_se,"),
        "{csv}"
    );
    let markdown = runs(&["--markdown"]);
    assert!(markdown.contains("| seed |") && markdown.lines().count() == 4, "{markdown}");
    assert!(runs(&["--filter", "nothing-like-it"]).lines().count() == 1, "the heading alone");

    // A run that is damaged is a row too.
    std::fs::write(root.path().join("first/experiment.ron"), "(").unwrap();
    let ran = elbow(&["runs", folder, "--filter", "state = damaged"]);
    assert!(ran.status == 0 && ran.stdout.contains("damaged") && ran.stderr.contains("first"), "{}", ran.stderr);
    refused(&["runs", folder, "--filter", "elbo > and"], &["column 8", "--filter"]);
    refused(&["runs", folder, "--sort", "elbwo"], &["--sort", "Did you mean `elbo`?"]);
    refused(&["runs", "/not/there"], &["/not/there", "no such folder"]);
}
