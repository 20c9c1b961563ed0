//! Exported models against the programs that they are for: every combination of likelihood, posterior and prior that is
//! offered, and every kind of layer, loaded by PyTorch and by ONNX Runtime, and compared with what Elbow computes from
//! the same numbers. Without Python's `torch`, `onnx` and `onnxruntime` a test is skipped, and says so;
//! `ELBOW_PYTHON` names another interpreter than `python3`. Event files likewise, by `tensorboard`.

mod networks;

use elbow::data::{Dataset, Split};
use elbow::experiment::method::Pixels;
use elbow::experiment::{Data, Experiment, Likelihood, Source};
use elbow::explore::{Answer, HostModel, Question, answer};
use elbow::export::{write_onnx, write_pytorch};
use elbow::train::combinations::Combination;
use elbow::train::{Trainer, TrainingDevice};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

/// Run a script of this folder, which prints a line a model and exits with 0 if all are as they should be; `None`
/// where Python lacks one of the modules.
fn python(script: &str, modules: &[&str], arguments: &[&str]) -> Option<String> {
    let interpreter = std::env::var("ELBOW_PYTHON").unwrap_or_else(|_| "python3".into());
    let imports = modules.iter().map(|module| format!("import {module}\n")).collect::<String>();
    let able = Command::new(&interpreter).args(["-c", &imports]).output().is_ok_and(|output| output.status.success());
    if !able {
        eprintln!("SKIPPED: {interpreter} has not all of {}; pip install them", modules.join(", "));
        return None;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exports").join(script);
    let output = Command::new(&interpreter).arg(script).args(arguments).output().expect("Python starts");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    Some(told)
}

/// A file of images in MNIST's format: `count` of 8 × 12 pixels with so many channels, in grey levels of every size.
fn write_images(path: &Path, count: usize, channels: usize) {
    let sides = [count, 8, 12, channels];
    let sides = &sides[..if channels == 1 { 3 } else { 4 }];
    let mut bytes = vec![0, 0, 8, sides.len() as u8];
    bytes.extend(sides.iter().flat_map(|&side| (side as u32).to_be_bytes()));
    let values: usize = sides.iter().product();
    bytes.extend((0..values).map(|i| match (i * 2_654_435_761) >> 7 & 7 {
        0 => 0,
        1 => 255,
        _ => ((i * 40_503) >> 3 & 255) as u8,
    }));
    std::fs::write(path, bytes).unwrap();
}

/// The model of an experiment on images of a file, after a few steps, so that no number is what it began as.
fn trained(mut experiment: Experiment, images: &Path) -> HostModel {
    let source = Source::Idx { images: images.into(), labels: None, test_images: None, test_labels: None };
    experiment.data = Data { source, validation: 0, limit: None, ..experiment.data };
    experiment.training.batch = 20;
    experiment.training.shards = 1;
    let dataset = Arc::new(Dataset::load(&experiment.data, 0, &mut |_| ()).unwrap());
    assert!(dataset.len(Split::Test) >= 8);
    let device = TrainingDevice::open(experiment.device).unwrap();
    let mut trainer =
        Trainer::new(experiment.clone(), dataset, device).unwrap_or_else(|e| panic!("{e}: {experiment:?}"));
    for _ in 0..5 {
        trainer.step().unwrap();
    }
    match answer(&trainer, &Question::Model).unwrap() {
        Answer::Model(model) => *model,
        other => panic!("{other:?}"),
    }
}

/// Every model to check, each with a name.
fn models(folder: &Path) -> Vec<(String, HostModel)> {
    let [grey, colour] = ["grey", "colour"].map(|name| folder.join(name));
    write_images(&grey, 100, 1);
    write_images(&colour, 100, 3);
    // `elbow export` refuses models of counts and of a table's columns.
    let exported = |likelihood: Likelihood| !matches!(likelihood.kind(), Pixels::Counts | Pixels::Columns);
    let offered =
        Combination::all().filter(|combination| exported(combination.likelihood) && combination.refusal().is_none());
    let mut models: Vec<(String, HostModel)> = offered
        .map(|combination| {
            let Combination { likelihood, posterior, prior } = combination;
            (format!("{likelihood:?} {posterior:?} {prior:?}"), trained(combination.experiment(), &grey))
        })
        .collect();
    assert!(models.len() > 100, "{}", models.len());
    models.extend(networks::all().into_iter().map(|(name, experiment)| (name, trained(experiment, &grey))));
    models.extend(networks::in_colour().into_iter().map(|(name, experiment)| (name, trained(experiment, &colour))));
    models
}

#[test]
fn every_model_has_the_same_elbo_in_pytorch_and_the_same_outputs_in_onnx_runtime() {
    let folder = tempfile::tempdir().unwrap();
    let (torch, onnx) = (folder.path().join("torch"), folder.path().join("onnx"));
    let mut count = 0;
    for (number, (name, model)) in models(folder.path()).into_iter().enumerate() {
        for (root, write) in [(&torch, write_pytorch as fn(&Path, &HostModel) -> _), (&onnx, write_onnx)] {
            let own = root.join(format!("{number:03}"));
            write(&own, &model).unwrap_or_else(|error| panic!("{name}: {error}"));
            std::fs::write(own.join("name"), &name).unwrap();
        }
        count = number + 1;
    }
    let pytorch = python("check_pytorch.py", &["torch", "safetensors"], &[torch.to_str().unwrap()]);
    let runtime = python("check_onnx.py", &["onnx", "onnxruntime", "safetensors"], &[onnx.to_str().unwrap()]);
    for told in [pytorch, runtime].into_iter().flatten() {
        assert!(told.trim_end().ends_with(&format!("{count} models agree")), "{told}");
        eprintln!("{}", told.lines().last().unwrap_or_default());
    }
}

#[test]
fn tensorboard_reads_the_events_of_a_training() {
    let folder = tempfile::tempdir().unwrap();
    let (run, events) = (folder.path().join("run"), folder.path().join("events"));
    let arguments = ["mnist-2d", "--device", "cpu", "--set", "data.limit=700", "--set", "data.validation=100"];
    let mut train = Command::new(env!("CARGO_BIN_EXE_elbow"));
    train.arg("train").args(arguments).args(["--set", "training.batch=50", "--steps", "30", "--out"]).arg(&run);
    let output = train.arg("--tensorboard").arg(&events).output().expect("the binary starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let names: Vec<_> = std::fs::read_dir(&events).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 1, "{names:?}");
    assert!(names[0].to_string_lossy().starts_with("events.out.tfevents."), "{names:?}");
    let metrics = run.join("metrics.csv");
    let arguments = [events.to_str().unwrap(), metrics.to_str().unwrap()];
    if let Some(told) = python("check_tensorboard.py", &["tensorboard"], &arguments) {
        assert!(told.contains("events agree"), "{told}");
    }
}
